//! How policies come into a cluster so that nothing breaks on the way: allows before denies, one namespace at a time, each
//! step with its way back.

use std::collections::BTreeMap;

use ironsides_tree::Text;

use crate::generate::{Made, PolicyKind, Proof, Wishes};
use crate::kinds::Policies;
use crate::place::PolicyName;

/// One step of a roll-out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The namespace that it is about; `None` for all.
    pub namespace: Option<Text>,
    /// What is done: a sentence without a full stop.
    pub title: String,
    /// Why, and what to look at before going on.
    pub why: String,
    /// A document to apply, if there is one.
    pub document: Option<String>,
    /// The commands.
    pub commands: Vec<String>,
    /// The commands that undo it.
    pub rollback: Vec<String>,
}

/// The name of the policy that keeps a namespace open while its policies come.
const OPEN: &str = "rollout-allow-all";

/// The steps, the namespaces with the least at stake first.
pub(super) fn steps(policies: &[Made], proof: &Proof, wishes: &Wishes, existing: &Policies) -> Vec<Step> {
    let mut by_namespace: BTreeMap<Text, Vec<&Made>> = BTreeMap::new();
    for made in policies {
        by_namespace.entry(made.draft.namespace.clone()).or_default().push(made);
    }
    let at_stake = |namespace: &Text| -> usize {
        let prefix = format!("{namespace}/");
        let denied = proof.newly_denied.iter();
        denied.filter(|denied| denied.to.starts_with(&prefix)).map(|denied| denied.traffic.len()).sum()
    };
    let mut order: Vec<(&Text, &Vec<&Made>)> = by_namespace.iter().collect();
    order.sort_by_key(|(namespace, _)| (at_stake(namespace), (*namespace).clone()));
    let mut steps = vec![observe(wishes.kind)];
    for (namespace, made) in order {
        // A namespace that policies guard already must not stand open in between.
        let is_open = names(existing).all(|name| name.namespace.as_ref() != Some(namespace));
        if is_open {
            steps.push(open(namespace, wishes.kind));
        }
        steps.push(bring(namespace, made, existing, is_open));
        if wishes.replace {
            steps.extend(replace(namespace, existing, made));
        }
        if is_open {
            steps.push(close(namespace, wishes.kind));
        }
    }
    steps
}

/// The names of the policies that are there.
fn names(existing: &Policies) -> impl Iterator<Item = &PolicyName> {
    let network = existing.network.iter().map(|policy| &policy.name);
    network.chain(existing.cilium.iter().map(|policy| &policy.name))
}

fn observe(kind: PolicyKind) -> Step {
    let (why, commands) = match kind {
        PolicyKind::Cilium => (
            "Hubble shows what would be dropped without dropping it, while an endpoint is in policy audit mode. Look for \
             the verdict AUDIT for as long as your slowest job runs, and generate again with what was missing",
            vec![
                "kubectl -n kube-system exec ds/cilium -- cilium-dbg endpoint config ENDPOINT PolicyAuditMode=Enabled"
                    .to_owned(),
                "hubble observe -t policy-verdict --verdict AUDIT -o jsonpb".to_owned(),
            ],
        ),
        PolicyKind::NetworkPolicy => (
            "A log knows what happened while it was written. Make policies of a later log as well and compare \
             them before these are enforced: jobs that run by night or at the end of a month are easily missed. Calico can watch them, too, as \
             StagedKubernetesNetworkPolicy",
            vec!["ironsides network generate --flows LATER-LOG -f MANIFESTS".to_owned()],
        ),
    };
    Step { title: "Observe for longer".to_owned(), why: why.to_owned(), commands, ..Step::default() }
}

/// While everything is allowed by one policy, the others can come in any order.
fn open(namespace: &Text, kind: PolicyKind) -> Step {
    let document = match kind {
        PolicyKind::NetworkPolicy => format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {OPEN}\n  namespace: {namespace}\n\
             spec:\n  podSelector: {{}}\n  policyTypes: [Ingress, Egress]\n  ingress:\n    - {{}}\n  egress:\n    - {{}}\n"
        ),
        PolicyKind::Cilium => format!(
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: {OPEN}\n  namespace: {namespace}\n\
             spec:\n  endpointSelector: {{}}\n  ingress:\n    - fromEntities: [all]\n  egress:\n    - toEntities: [all]\n"
        ),
    };
    Step {
        namespace: Some(namespace.clone()),
        title: format!("Keep {namespace} open while its policies come"),
        why: "Every policy that selects a pod denies what it does not allow. This one allows everything, so that the \
              others take effect together, when it goes"
            .to_owned(),
        document: Some(document),
        commands: vec![format!("kubectl apply -f {OPEN}-{namespace}.yaml")],
        rollback: vec![delete(namespace, kind, OPEN)],
    }
}

fn bring(namespace: &Text, made: &[&Made], existing: &Policies, is_open: bool) -> Step {
    let written_over = |made: &Made| names(existing).any(|name| *name == made.name);
    let mut rollback: Vec<String> = made
        .iter()
        .map(|made| {
            let (resource, name) = (resource(&made.name.kind), &made.name.name);
            if written_over(made) {
                format!("kubectl apply -f OLD-{name}.yaml")
            } else {
                format!("kubectl -n {namespace} delete {resource} {name}")
            }
        })
        .collect();
    rollback.sort();
    let keep = made.iter().filter(|made| written_over(made)).map(|made| {
        let (resource, name) = (resource(&made.name.kind), &made.name.name);
        format!("kubectl -n {namespace} get {resource} {name} -o yaml > OLD-{name}.yaml")
    });
    let mut commands: Vec<String> = keep.collect();
    commands.push(format!("kubectl apply -f {namespace}.yaml"));
    let why = if is_open {
        "Save the policies of this namespace as the file that is named. Nothing changes yet. The API server says if it refuses \
         one"
    } else {
        "Save the policies of this namespace as the file that is named. Policies guard it already, so what these allow is open \
         at once, and what they close is closed at once"
    };
    Step {
        namespace: Some(namespace.clone()),
        title: format!("Bring the policies of {namespace}"),
        why: why.to_owned(),
        document: None,
        commands,
        rollback,
    }
}

fn replace(namespace: &Text, existing: &Policies, made: &[&Made]) -> Option<Step> {
    let stays =
        |kind: &Text, name: &Text| made.iter().any(|made| made.name.kind == *kind && made.name.name == *name);
    let commands: Vec<String> = names(existing)
        .filter(|name| name.namespace.as_ref() == Some(namespace) && !stays(&name.kind, &name.name))
        .map(|name| format!("kubectl -n {namespace} delete {} {}", resource(&name.kind), name.name))
        .collect();
    (!commands.is_empty()).then(|| Step {
        namespace: Some(namespace.clone()),
        title: format!("Delete the policies of {namespace} that these replace"),
        why: "Keep their manifests: they are the way back".to_owned(),
        commands,
        rollback: vec!["kubectl apply -f THEIR-MANIFESTS".to_owned()],
        document: None,
    })
}

fn close(namespace: &Text, kind: PolicyKind) -> Step {
    let watch = match kind {
        PolicyKind::Cilium => format!("hubble observe --namespace {namespace} --verdict DROPPED"),
        PolicyKind::NetworkPolicy => format!("kubectl -n {namespace} get events --watch"),
    };
    Step {
        namespace: Some(namespace.clone()),
        title: format!("Close {namespace}"),
        why: "From now on its policies decide. Watch for what is dropped; going back takes a second, and breaks nothing"
            .to_owned(),
        commands: vec![delete(namespace, kind, OPEN), watch],
        rollback: vec![format!("kubectl apply -f {OPEN}-{namespace}.yaml")],
        document: None,
    }
}

fn delete(namespace: &Text, kind: PolicyKind, name: &str) -> String {
    let kind = match kind {
        PolicyKind::NetworkPolicy => "NetworkPolicy",
        PolicyKind::Cilium => "CiliumNetworkPolicy",
    };
    format!("kubectl -n {namespace} delete {} {name}", resource(kind))
}

fn resource(kind: &str) -> &'static str {
    if kind == "CiliumNetworkPolicy" { "ciliumnetworkpolicy" } else { "networkpolicy" }
}
