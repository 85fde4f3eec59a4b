//! Edits that keep every comment.
