//! Logs in, alerts out.
//!
//! [`Log`] reads logs as they lie about: files, packed or not, folders of rotated ones, standard input. It gives them in
//! [`Stretch`]es of whole [`Record`]s, each with its [`Place`], and counts in its [`Tally`] what could not be read. Its
//! memory does not grow with the log. [`receive`] takes what an API server posts, and keeps it in a [`spool`]
//! until it was dealt with. [`alert`] sends what was found to files, syslog and over HTTP.

pub mod alert;
mod cut;
mod error;
mod feed;
mod follow;
mod log;
mod marks;
mod names;
pub mod receive;
mod sources;
pub mod spool;
mod stretch;
mod tally;
mod unpack;

pub use error::StreamError;
pub use log::{Log, LogOptions, Next, Stopper};
pub use marks::Marks;
pub use stretch::{Place, Record, Stretch};
pub use tally::{At, Count, Tally, Unread};
pub use unpack::unpacked;
