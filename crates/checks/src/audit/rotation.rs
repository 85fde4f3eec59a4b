//! How much of the audit log an API server keeps.

use ironsides_settings::Settings;

use super::server::{Log, Said, Server};
use crate::prelude::*;

/// A flag that bounds the log, and what CIS asks of it.
pub(super) struct Limit {
    pub(super) flag: &'static str,
    /// The least that is asked for.
    pub(super) least: f64,
    pub(super) unit: &'static str,
    /// What is in force where the flag is not set: since Kubernetes 1.36, and before.
    pub(super) default: (&'static str, &'static str),
    /// What 0 means, since Kubernetes 1.36, and before.
    pub(super) zero: (&'static str, &'static str),
}

/// The version whose defaults are other than 0, and where a size of 0 turns rotation off.
const CHANGED: u64 = 36;

/// Judges a flag of an API server that writes its log to a file.
pub(super) fn judge_limit(settings: &Settings, out: &mut Out<'_>, limit: &Limit) {
    let server = Server::of(settings, out);
    match server.log(out) {
        Ok(Log::File(_)) => {}
        Ok(_) => return out.not_applicable("the audit log is no file"),
        Err(Said) => return,
    }
    let Ok(number) = server.number(limit.flag, out) else { return };
    let Limit { flag, least, unit, .. } = *limit;
    let is_new = server.is_since(CHANGED);
    let of_version = |(new, old): (&'static str, &'static str)| if is_new { new } else { old };
    let default = of_version(limit.default);
    let zero = of_version(limit.zero);
    let message = match number {
        Some(number) if number >= least => return server.pass(flag, out),
        Some(0.0) => format!("--{flag} is 0, where CIS asks for {least} {unit}: {zero}"),
        Some(number) if number < 0.0 => {
            format!("--{flag} is {number}: the API server does not start with less than 0")
        }
        Some(number) => format!("--{flag} is {number} {unit}, fewer than the {least} that CIS asks for"),
        None if default == "0" => {
            format!("--{flag} is not set, where CIS asks for {least} {unit}: {zero}")
        }
        None => {
            format!("--{flag} is not set, where CIS asks for {least} {unit}: the default is {default}")
        }
    };
    let Some(draft) = server.fail(flag, message, out) else { return };
    if number.is_none() {
        let rule =
            if is_new { "the default since Kubernetes 1.36" } else { "the default before Kubernetes 1.36" };
        draft.effective(default, rule);
    }
    let least = least.to_string();
    if let Some(edit) = server.set(flag, &least) {
        let test = "see that the disk of the log has room, and that nobody needs what this deletes";
        draft.unsafe_fix(format!("set --{flag} to {least}"), test, || [edit]);
    }
}
