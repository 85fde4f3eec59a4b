//! Changes of roles and bindings that are recorded without what they grant.

use ironsides_audit::{About, Level, Request};
use ironsides_tree::Node;

use super::POLICY;
use super::lint::{Lint, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "role-changes-without-bodies",
        title: "audit log does not say what roles and bindings grant",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("role_changes_without_bodies.md"),
    },
    run: Run::Kinds(POLICY, run),
};

const GROUP: &str = "rbac.authorization.k8s.io";
const RESOURCES: [&str; 4] = ["clusterrolebindings", "clusterroles", "rolebindings", "roles"];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let of = |resource: &&'static str| lint.policy.decide(&change(resource));
    let is_seen = |resource: &&&'static str| of(resource).level >= Level::Request;
    // What is not recorded at all is told by other checks.
    let (without, rule) = {
        let lacking = RESOURCES.iter().filter(|resource| of(resource).level == Level::Metadata);
        let without: Vec<&str> = lacking.copied().collect();
        let rule = without.first().and_then(|resource| of(resource).rule);
        (without, rule)
    };
    let with: Vec<&str> = RESOURCES.iter().filter(is_seen).copied().collect();
    let (Some(at), false) = (rule.and_then(|number| lint.at(number)), without.is_empty()) else {
        return out.pass(&lint.root.get("rules"));
    };
    let what = listed(&without);
    let sibling = with.first().and_then(|resource| lint.policy.decide(&change(resource)).rule);
    let entry = sibling.and_then(|number| {
        let entries = lint.at(number)?.get("resources").items();
        entries.into_iter().find(|entry| entry.get("group").str() == Some(GROUP))
    });
    let list = entry
        .map(|entry| entry.get("resources"))
        .filter(|list| list.node().is_some_and(|node: &Node| !node.items().is_empty()));
    if let Some(list) = list {
        let message =
            format!("bodies are recorded of {}, and not of {what}, which grant as much", listed(&with));
        out.fail(&list, message).severity(Severity::Medium).safe_fix(format!("list {what} too"), || {
            without.iter().map(|resource| append(&list, *resource)).collect::<Vec<_>>()
        });
    } else {
        out.fail(&at.get("level"), format!("the log says that {what} change, and not what they grant then"));
    }
}

/// Somebody of whom no rule speaks makes a role or a binding.
fn change(resource: &'static str) -> Request<'static> {
    let any = "\u{1}";
    let about = About::Resource {
        group: GROUP.into(),
        resource: resource.into(),
        subresource: "".into(),
        namespace: if resource.starts_with("cluster") { "" } else { any }.into(),
        name: "".into(),
    };
    Request { user: Some(any.into()), groups: Vec::new(), verb: "create".into(), about }
}
