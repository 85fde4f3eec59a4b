//! Kernel settings, as they should be.

use std::sync::Arc;

use ironsides_core::HostPlace;

use crate::prelude::*;

/// A kernel setting that a check asks about.
pub(super) struct Wanted {
    /// Its dotted name.
    pub(super) name: &'static str,
    /// The values that are as they should be, the one to set first.
    pub(super) good: &'static [&'static str],
    /// What comes of any other, in one sentence without a full stop.
    pub(super) why: &'static str,
}

/// Judges settings of the kernel. One that the kernel does not have says nothing.
pub(super) fn judge(host: &Host, wanted: &[Wanted], out: &mut Out<'_>) {
    let names: Vec<&str> = wanted.iter().map(|wanted| wanted.name).collect();
    if is_unknown(host, &names, out) {
        return;
    }
    for Wanted { name, good, why } in wanted {
        let Some(value) = host.sysctls.get(*name) else { continue };
        let fact = out.on_host(place(name), name, Some(value.clone()));
        if good.contains(&value.as_str()) {
            out.pass_with(fact);
        } else {
            let good = good.first().copied().unwrap_or_default();
            out.fail_with(fact, name, format!("{name} is {value}, not {good}: {why}"));
        }
    }
}

/// Where a setting of the kernel is.
pub(super) fn place(name: &str) -> HostPlace {
    HostPlace::Kernel { name: Arc::from(name) }
}

/// Whether nothing is known of these settings, and says so: nobody looked at the kernel, or it has none of them.
pub(super) fn is_unknown(host: &Host, names: &[&str], out: &mut Out<'_>) -> bool {
    if names.iter().any(|name| host.sysctls.contains_key(*name)) {
        return false;
    }
    let these = names.join(", ");
    if host.sysctls.is_empty() {
        let name = names.first().copied().unwrap_or_default();
        let fact = out.on_host(place(name), name, None);
        let missing = "the kernel settings of the node: `ironsides scan --node` there, as root";
        out.unknown_with(fact, name, format!("{these} of the node's kernel is not known"), missing);
    } else {
        out.not_applicable(format!("the kernel of this node has no {these}, or does not show it"));
    }
    true
}
