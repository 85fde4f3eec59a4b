//! Commands for the people who build Ironsides.
fn main() {}
