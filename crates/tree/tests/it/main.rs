//! Tests of the tree as its users see it.

#[cfg(test)]
mod edits;
