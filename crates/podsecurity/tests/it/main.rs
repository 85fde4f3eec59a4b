//! Pod Security from the outside: requests, sets of pods, laws, and the recordings where they are at hand.
#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

mod admission;
mod laws;
mod recorded;
mod sets;
mod support;
