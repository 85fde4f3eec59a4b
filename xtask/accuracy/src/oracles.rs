//! All oracles, one file each.

mod podsecurity;
mod podsecurity_messages;

use crate::oracle::Oracle;

/// In the order in which reports show them.
pub(crate) const ORACLES: &[Oracle] = &[podsecurity::ORACLE, podsecurity_messages::ORACLE];
