//! The fields that Calico's policies have, for those that are misspelt.
//!
//! Where a field does not exist, the API server drops it, and the rule takes whoever it would take without it: usually everybody.
//! (Source: `api/pkg/apis/projectcalico/v3` of projectcalico/calico.)

use ironsides_tree::Cursor;

use crate::name::near::hint;
use crate::place::{Loss, Place, Problem};

/// Those of every policy.
const POLICY: &[&str] = &[
    "egress",
    "ingress",
    "order",
    "performanceHints",
    "selector",
    "serviceAccountSelector",
    "tier",
    "types",
];

/// Those of global policies alone.
const GLOBAL: &[&str] = &["applyOnForward", "doNotTrack", "namespaceSelector", "preDNAT"];

/// That of staged policies alone.
const STAGED: &[&str] = &["stagedAction"];

const RULE: &[&str] = &[
    "action",
    "destination",
    "http",
    "icmp",
    "ipVersion",
    "metadata",
    "notICMP",
    "notProtocol",
    "protocol",
    "source",
];

const ENTITY: &[&str] = &[
    DOMAINS,
    "namespaceSelector",
    "nets",
    "notNets",
    "notPorts",
    "notSelector",
    "ports",
    "selector",
    "serviceAccounts",
    "services",
];

/// A field of Calico Enterprise.
pub(super) const DOMAINS: &str = "domains";

/// What each part of an end of a rule has.
const PARTS: [(&str, &[&str]); 2] =
    [("serviceAccounts", &["names", "selector"]), ("services", &["name", "namespace"])];

/// What each part of a rule has, but its ends.
const OF_RULE: [(&str, &[&str]); 3] =
    [("icmp", &["code", "type"]), ("notICMP", &["code", "type"]), ("http", &["methods", "paths"])];

/// Tells of the fields of a policy that do not exist, and of those that only Calico Enterprise has.
pub(super) fn unknown(document: u32, kind: &str, spec: &Cursor<'_>, problems: &mut Vec<Problem>) {
    let mut fields = Fields { document, problems };
    let mut known = POLICY.to_vec();
    known.extend(GLOBAL.iter().filter(|_| kind.ends_with("GlobalNetworkPolicy")));
    known.extend(STAGED.iter().filter(|_| kind.starts_with("Staged")));
    fields.check(spec, &known);
    for rule in ["ingress", "egress"].into_iter().flat_map(|direction| spec.get(direction).items()) {
        fields.check(&rule, RULE);
        for (part, known) in OF_RULE {
            fields.check(&rule.get(part), known);
        }
        for end in ["source", "destination"].map(|end| rule.get(end)) {
            fields.check(&end, ENTITY);
            for (part, known) in PARTS {
                fields.check(&end.get(part), known);
            }
            if end.get(DOMAINS).items().next().is_some() {
                let message = "`domains` is a field of Calico Enterprise, and names are not judged: what the rule takes \
                               depends on them; Calico itself drops the field, and the rule takes every name";
                fields.add(&end.get(DOMAINS), message.to_owned());
            }
        }
    }
}

struct Fields<'p> {
    document: u32,
    problems: &'p mut Vec<Problem>,
}

impl Fields<'_> {
    fn add(&mut self, at: &Cursor<'_>, message: String) {
        let place = Place::of(self.document, at);
        self.problems.push(Problem { place, message, loss: Loss::Part });
    }

    fn check(&mut self, at: &Cursor<'_>, known: &[&str]) {
        for (field, inner) in at.entries().filter(|(field, _)| !known.contains(field)) {
            let hint = hint(field, known);
            let end = if hint.is_empty() { ": " } else { " " };
            self.add(
                &inner,
                format!(
                    "`{field}` is no field here{hint}{end}the API server drops it, and what it says does not count"
                ),
            );
        }
    }
}
