//! Policies made from what was observed and from what manifests intend: default deny in every namespace, in both directions,
//! and the smallest allows; with the proof that nothing that was observed is denied by them.
//!
//! ```text
//! flow logs ──> Flows ──> Observed ──┐
//! manifests ──> Cluster, Policies ───┼──> generate ──> Generated: policies, notes, proof, steps
//! manifests ──> intents ─────────────┘
//! ```
//!
//! 1. The caller reads flow logs into [`Observed`], documents into [`Cluster`] and [`Policies`], and,
//!    if they count, [`intents`] out of the same documents.
//! 2. [`generate`] finds the ends of the flows in the cluster, makes [`Edges`](edge::Edges) of flows and intents, and of these
//!    drafts with selectors of stable labels. Rules that change nothing beside what is there are left out.
//! 3. What was written is read back, lowered by the same [`Enforcer`] as everything else, and held against every flow
//!    ([`Proof`]). [`Generated::text`] is what can be applied; [`Generated::steps`] says in which order.

pub mod asked;
pub mod blocks;
mod build;
mod changes;
mod cover;
pub mod draft;
pub mod edge;
mod equal;
pub mod group;
mod intent;
pub mod labels;
mod print;
mod proof;
mod prune;
mod requests;
mod rollout;

use std::collections::BTreeSet;
use std::fmt::Write;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::cluster::Cluster;
use crate::flow::{Observed, Resolved, Who, resolve};
use crate::kinds::Policies;
use crate::lowered::Lowered;
use crate::place::PolicyName;
use crate::port::Traffic;
use crate::profile::{self, Options, Profile};

pub use changes::Denied;
pub use draft::Draft;
pub use intent::{intents, named_by_policies};

pub use proof::{FlowProof, Proof};
pub use prune::Left;
pub use rollout::{Files, Step};

/// Who enforces: the plug-in with its settings.
#[derive(Clone, Copy, Debug)]
pub struct Enforcer {
    /// The plug-in.
    pub profile: Profile,
    /// Its settings.
    pub options: Options,
}

impl Enforcer {
    pub(crate) fn lower(self, cluster: &Cluster, policies: &Policies) -> Lowered {
        profile::lower(self.profile, cluster, policies, &self.options)
    }
}

/// The kind of policies to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PolicyKind {
    /// NetworkPolicy: every plug-in enforces it.
    #[default]
    NetworkPolicy,
    /// CiliumNetworkPolicy, with HTTP and DNS rules where requests were seen.
    Cilium,
}

/// What is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The kind of policies.
    pub kind: PolicyKind,
    /// The namespaces to close; `None`: all that have pods, but for those of Kubernetes itself.
    pub namespaces: Option<BTreeSet<Text>>,
    /// Whether policies of both kinds that are there in these namespaces will be deleted. Otherwise they stay, and what they allow already needs no rule.
    pub replace: bool,
    /// Whether Cilium's rules let through any request, where HTTP and DNS were seen too.
    pub without_requests: bool,
    /// Where the commands of the roll-out find the policies.
    pub files: Files,
}

/// Who calls, as manifests say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Pods, or something outside.
    Who(Who),
    /// All pods of a namespace.
    Namespace(Text),
    /// A block of addresses.
    Block(IpNet),
    /// Everyone, from wherever.
    Everyone,
}

/// A connection that manifests intend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Who opens it.
    pub from: Caller,
    /// To whom.
    pub to: Who,
    /// The traffic, after translation by services.
    pub traffic: Traffic,
    /// What says so: `CART_URL of shop/frontend`.
    pub why: Text,
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// Something that must be let through cannot be written in policies of the kind that was asked for.
    Impossible,
    /// Something was taken for true that nothing shows.
    Assumed,
    /// A rule lets through more than was seen.
    Widened,
    /// What else is good to know.
    Remark,
}

/// Something to know about what was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// How much it matters.
    pub kind: NoteKind,
    /// What: a sentence without a full stop.
    pub text: String,
}

/// A policy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its kind and name.
    pub name: PolicyName,
    /// What it holds.
    pub draft: Draft,
    /// Its text: a YAML document without a separator.
    pub text: String,
}

/// What was made, and its proof.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The policies: by namespace, the default deny first.
    pub policies: Vec<Made>,
    /// What is good to know about them.
    pub notes: Vec<Note>,
    /// Rules and policies that were left out because they change nothing, and what makes them so.
    pub left: Vec<Left>,
    /// What they do to observed flows and to everything else.
    pub proof: Proof,
    /// How to bring them into a cluster.
    pub steps: Vec<Step>,
    /// The files that the steps name: their names in the folder, and their texts.
    pub files: Vec<(String, String)>,
    /// The flows with their ends, and the cluster with what only the flows know.
    pub resolved: Resolved,
}

impl Generated {
    /// All policies as one text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (at, made) in self.policies.iter().enumerate() {
            if at > 0 {
                text.push_str("---\n");
            }
            _ = write!(text, "{}", made.text);
        }
        text
    }
}

/// Makes policies from observed flows, from intents, or both, beside or instead of what is there, and proves them.
pub fn generate(
    cluster: &Cluster,
    existing: &Policies,
    observed: &Observed,
    intents: &[Intent],
    wishes: &Wishes,
    enforcer: Enforcer,
) -> Generated {
    let resolved = resolve(cluster, observed);
    let existing_kept =
        if wishes.replace { build::without_replaced(existing, wishes) } else { existing.clone() };
    let mut built = build::build(&resolved, observed, intents, existing, wishes);
    let left = prune::prune(&mut built, &resolved.cluster, &existing_kept, wishes.kind, enforcer);
    let policies: Vec<Made> = built
        .drafts
        .into_iter()
        .map(|draft| Made {
            name: prune::name_of(&draft, wishes.kind),
            text: print::policy(&draft, wishes.kind),
            draft,
        })
        .collect();
    let after = prune::with_texts(&existing_kept, policies.iter().map(|made| made.text.as_str()));
    let proof = proof::prove(&resolved, observed, intents, existing, &after, enforcer, &built.groups);
    let mut notes = built.notes;
    notes.extend(proof::notes(observed, &resolved, &proof));
    notes.sort();
    notes.dedup();
    let steps = rollout::steps(&policies, &proof, wishes, existing);
    let files = rollout::files(&policies, wishes, existing);
    Generated { policies, notes, left, proof, steps, files, resolved }
}
