//! Raw facts of a host.
