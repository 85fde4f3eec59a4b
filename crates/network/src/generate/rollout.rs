//! How policies come into a cluster so that nothing breaks on the way: allows before denies, one namespace at a time, each
//! step with its way back. The commands are for the files that [`Generated::files`](super::Generated::files) names.

use std::collections::{BTreeMap, BTreeSet};

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

/// Where the files of a roll-out are, for its commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The folder, as a word of a shell.
    pub folder: String,
    /// The command that writes them, where that is still to be done.
    pub write: Option<String>,
    /// The command that makes the policies anew; `None` where no log was read.
    pub again: Option<String>,
}

impl Default for Files {
    fn default() -> Self {
        Self { folder: "policies".to_owned(), write: None, again: None }
    }
}

impl Files {
    fn of(&self, namespace: &str, end: &str) -> String {
        format!("{}/{namespace}{end}.yaml", self.folder)
    }
}

/// The name of the policy that keeps a namespace open while its policies come.
const OPEN: &str = "rollout-allow-all";
/// The ends of the names of the files that keep a namespace open, and of what was there before.
const OPEN_FILE: &str = "-open";
const BEFORE_FILE: &str = "-before";

/// The steps, the namespaces with the least at stake first; none where nothing is to be done.
pub(super) fn steps(policies: &[Made], proof: &Proof, wishes: &Wishes, existing: &Policies) -> Vec<Step> {
    let by_namespace = by_namespace(policies);
    let at_stake = |namespace: &Text| -> usize {
        let prefix = format!("{namespace}/");
        let denied = proof.newly_denied.iter();
        denied.filter(|denied| denied.to.starts_with(&prefix)).map(|denied| denied.traffic.len()).sum()
    };
    let mut order: Vec<(&Text, &Vec<&Made>)> = by_namespace.iter().collect();
    order.sort_by_key(|(namespace, _)| (at_stake(namespace), (*namespace).clone()));
    let mut steps = Vec::new();
    if order.is_empty() {
        return steps;
    }
    steps.push(observe(wishes));
    steps.extend(wishes.files.write.as_ref().map(|command| write(command, &wishes.files)));
    for (namespace, made) in order {
        // A namespace that policies guard already must not stand open in between.
        let is_open = is_open(namespace, existing);
        let goes: Vec<&PolicyName> = if wishes.replace {
            names(existing).filter(|name| name.namespace.as_ref() == Some(namespace)).collect()
        } else {
            Vec::new()
        };
        if is_open {
            steps.push(open(namespace, wishes));
        }
        if !goes.is_empty() {
            steps.push(save(namespace, &goes, wishes));
        }
        steps.push(bring(namespace, wishes, is_open, !goes.is_empty()));
        steps.extend(replace(namespace, &goes, made, wishes));
        if is_open {
            steps.push(close(namespace, wishes));
        }
    }
    steps
}

/// The files of a roll-out, by name: the policies of each namespace, and what keeps it open while they come.
pub(super) fn files(policies: &[Made], wishes: &Wishes, existing: &Policies) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (namespace, made) in by_namespace(policies) {
        let texts: Vec<&str> = made.iter().map(|made| made.text.as_str()).collect();
        files.push((format!("{namespace}.yaml"), texts.join("---\n")));
        if is_open(&namespace, existing) {
            files.push((format!("{namespace}{OPEN_FILE}.yaml"), open_text(&namespace, wishes.kind)));
        }
    }
    files
}

fn by_namespace(policies: &[Made]) -> BTreeMap<Text, Vec<&Made>> {
    let mut by_namespace: BTreeMap<Text, Vec<&Made>> = BTreeMap::new();
    for made in policies {
        by_namespace.entry(made.draft.namespace.clone()).or_default().push(made);
    }
    by_namespace
}

/// Whether no policy of a namespace is there.
fn is_open(namespace: &Text, existing: &Policies) -> bool {
    names(existing).all(|name| name.namespace.as_ref() != Some(namespace))
}

/// The names of the policies that are there.
fn names(existing: &Policies) -> impl Iterator<Item = &PolicyName> {
    let network = existing.network.iter().map(|policy| &policy.name);
    network.chain(existing.cilium.iter().map(|policy| &policy.name))
}

fn observe(wishes: &Wishes) -> Step {
    let seen = if wishes.files.again.is_some() {
        "A log knows what happened while it was written, and jobs that run by night or at the end of a month are easily missed: \
         make the policies again from a later log, and compare them, before they are enforced"
    } else {
        "Manifests do not say everything that is called: observe flows (Hubble, Calico's flow logs, a capture) and make the \
         policies again with --flows beside --intents, before they are enforced"
    };
    let (how, commands) = match wishes.kind {
        PolicyKind::Cilium => (
            "Cilium can show what it would drop without dropping it: with PolicyAuditMode=Enabled for the endpoints in question \
             (cilium-dbg endpoint config) the verdict of such flows is AUDIT",
            vec![
                "hubble observe --type policy-verdict --verdict AUDIT --last 1000 --output jsonpb".to_owned(),
            ],
        ),
        PolicyKind::NetworkPolicy => {
            ("Calico can watch policies that are not enforced: as StagedKubernetesNetworkPolicy", Vec::new())
        }
    };
    let commands = wishes.files.again.iter().cloned().chain(commands).collect();
    Step {
        title: "Observe for longer".to_owned(),
        why: format!("{seen}. {how}"),
        commands,
        ..Step::default()
    }
}

fn write(command: &str, files: &Files) -> Step {
    Step {
        title: "Write the files that the steps name".to_owned(),
        why: format!("One for each namespace, into {}. Read them", files.folder),
        commands: vec![command.to_owned()],
        ..Step::default()
    }
}

/// What allows everything in a namespace.
fn open_text(namespace: &Text, kind: PolicyKind) -> String {
    match kind {
        PolicyKind::NetworkPolicy => format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {OPEN}\n  namespace: \"{namespace}\"\n\
             spec:\n  podSelector: {{}}\n  policyTypes: [Ingress, Egress]\n  ingress:\n    - {{}}\n  egress:\n    - {{}}\n"
        ),
        PolicyKind::Cilium => format!(
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: {OPEN}\n  namespace: \"{namespace}\"\n\
             spec:\n  endpointSelector: {{}}\n  ingress:\n    - fromEntities: [all]\n  egress:\n    - toEntities: [all]\n"
        ),
    }
}

/// While everything is allowed by one policy, the others can come in any order.
fn open(namespace: &Text, wishes: &Wishes) -> Step {
    let file = wishes.files.of(namespace, OPEN_FILE);
    Step {
        namespace: Some(namespace.clone()),
        title: format!("Keep {namespace} open while its policies come"),
        why: "Every policy that selects a pod denies what it does not allow. This one allows everything, so that the \
              others take effect together, when it goes"
            .to_owned(),
        document: Some(open_text(namespace, wishes.kind)),
        commands: vec![format!("kubectl apply -f {file}")],
        rollback: vec![format!("kubectl delete --ignore-not-found -f {file}")],
    }
}

/// What is there is kept as the cluster has it.
fn save(namespace: &Text, goes: &[&PolicyName], wishes: &Wishes) -> Step {
    let file = wishes.files.of(namespace, BEFORE_FILE);
    let kinds: BTreeSet<&str> = goes.iter().map(|name| resource(&name.kind)).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    Step {
        namespace: Some(namespace.clone()),
        title: format!("Keep a copy of the policies of {namespace} that go"),
        why: "The cluster has them as they are enforced: the copy is the way back".to_owned(),
        document: None,
        commands: vec![format!("kubectl -n {namespace} get {} -o yaml > {file}", kinds.join(","))],
        rollback: Vec::new(),
    }
}

fn bring(namespace: &Text, wishes: &Wishes, is_open: bool, is_kept: bool) -> Step {
    let file = wishes.files.of(namespace, "");
    let why = if is_open {
        "Nothing changes yet. The API server says if it refuses one"
    } else {
        "Policies guard the namespace already, so what these allow is open at once, and what they close is closed at once. While \
         kubectl applies them, one after the other, pods that nothing guarded before may lose connections for a moment"
    };
    let mut rollback = vec![format!("kubectl delete --ignore-not-found -f {file}")];
    if is_kept {
        rollback.push(format!("kubectl replace --force -f {}", wishes.files.of(namespace, BEFORE_FILE)));
    }
    Step {
        namespace: Some(namespace.clone()),
        title: format!("Bring the policies of {namespace}"),
        why: why.to_owned(),
        document: None,
        commands: vec![format!("kubectl apply -f {file}")],
        rollback,
    }
}

fn replace(namespace: &Text, goes: &[&PolicyName], made: &[&Made], wishes: &Wishes) -> Option<Step> {
    let stays = |name: &PolicyName| made.iter().any(|made| made.name == *name);
    let commands: Vec<String> = goes
        .iter()
        .filter(|name| !stays(name))
        .map(|name| {
            format!(
                "kubectl -n {namespace} delete --ignore-not-found {} {}",
                resource(&name.kind),
                word(&name.name)
            )
        })
        .collect();
    (!commands.is_empty()).then(|| Step {
        namespace: Some(namespace.clone()),
        title: format!("Delete the policies of {namespace} that these replace"),
        why: "From now on the new policies decide alone".to_owned(),
        commands,
        rollback: vec![format!("kubectl replace --force -f {}", wishes.files.of(namespace, BEFORE_FILE))],
        document: None,
    })
}

fn close(namespace: &Text, wishes: &Wishes) -> Step {
    let look = match wishes.kind {
        PolicyKind::Cilium => format!("hubble observe --namespace {namespace} --verdict DROPPED --last 100"),
        PolicyKind::NetworkPolicy => format!("kubectl -n {namespace} get pods"),
    };
    let watch = match wishes.kind {
        PolicyKind::Cilium => "Look at what is dropped",
        PolicyKind::NetworkPolicy => {
            "Kubernetes does not tell what a policy drops: look whether pods stay ready, and at what they log"
        }
    };
    let kind = match wishes.kind {
        PolicyKind::Cilium => "CiliumNetworkPolicy",
        PolicyKind::NetworkPolicy => "NetworkPolicy",
    };
    Step {
        namespace: Some(namespace.clone()),
        title: format!("Close {namespace}"),
        why: format!(
            "From now on its policies decide. {watch}. Going back takes a second, and breaks nothing"
        ),
        commands: vec![
            format!("kubectl -n {namespace} delete --ignore-not-found {} {OPEN}", resource(kind)),
            look,
        ],
        rollback: vec![format!("kubectl apply -f {}", wishes.files.of(namespace, OPEN_FILE))],
        document: None,
    }
}

/// A name as a word of a shell: those that the API server takes need no quotes.
fn word(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}

/// The kind as kubectl knows it, with its group: Calico has a NetworkPolicy, too.
fn resource(kind: &str) -> &'static str {
    if kind == "CiliumNetworkPolicy" {
        "ciliumnetworkpolicies.cilium.io"
    } else {
        "networkpolicies.networking.k8s.io"
    }
}
