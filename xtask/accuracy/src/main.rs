//! Measures the product against recorded right answers.
fn main() {}
