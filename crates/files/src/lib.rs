//! Walks, reads and writes documents on disk.
