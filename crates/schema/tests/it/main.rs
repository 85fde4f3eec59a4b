//! Documents held against the tables: by example, and against what a real API server answered.

mod admit;
mod conformance;
mod faults;
