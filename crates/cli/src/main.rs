//! The `ironsides` command.
fn main() {}
