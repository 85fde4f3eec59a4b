//! The answer for programs.

use anyhow::Result;
use ironsides_rbac::{Generalised, Means, Proof, ProposedRole, Removed, Request, Why};
use ironsides_tree::Text;
use serde_json::{Value, json};

use super::super::print::envelope;
use super::super::who_can::{named_json, subject_json};
use super::Look;
use super::answer::{Answer, Danger};
use super::blind::{Sentence, Unrecorded, gaps};
use super::origins::Counts;

pub(super) fn text(look: &Look, answers: &[Answer], blind: &[Sentence]) -> Result<String> {
    let seen = &look.usage.seen;
    let mut gaps: Vec<String> = gaps(&look.log);
    if let Some(world) = &look.world {
        gaps.extend(world.gaps.iter().cloned());
        gaps.extend(world.open_all());
    }
    let answer = json!({
        "log": {
            "events": seen.events, "first": seen.first, "last": seen.last,
            "allowed": seen.allowed, "inferred": seen.inferred, "refused": seen.refused,
            "undecided": seen.undecided, "nameless": seen.nameless, "leftOut": look.left_out,
        },
        "couldNotShow": blind.iter().map(Sentence::whole).collect::<Vec<_>>(),
        "currentKnown": look.held.is_some(),
        "subjects": answers.iter().map(|answer| subject(look, answer)).collect::<Vec<_>>(),
    });
    let gaps: Vec<&String> = gaps.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("least-privilege", &gaps, answer))? + "\n")
}

fn subject(look: &Look, answer: &Answer) -> Value {
    let proposal = &answer.proposal;
    let proved = |all: &[(Request, Proof)]| {
        all.iter()
            .map(|(request, proof)| json!({ "request": request_json(request), "proof": proof_json(proof) }))
            .collect::<Vec<_>>()
    };
    let roles = proposal.roles.iter().map(|role| role_json(answer, role)).collect::<Vec<_>>();
    let removed = proposal
        .removed
        .iter()
        .zip(&answer.unrecorded)
        .map(|(removed, rule)| removed_json(look, removed, *rule));
    let dangers = |dangers: &[Danger]| {
        let all = dangers.iter().map(|danger| {
            json!({ "severity": danger.severity.as_str(), "family": danger.family, "title": danger.title, "reach": danger.reach })
        });
        all.collect::<Vec<_>>()
    };
    let counts = |counts: &Counts| {
        let all = counts.sorted().into_iter();
        all.map(|(what, times)| json!({ "value": what.as_str(), "requests": times })).collect::<Vec<_>>()
    };
    let today = look.held.as_ref().map(|held| {
        let bindings = answer.today.iter().filter_map(|id| held.binding(*id));
        bindings
            .map(|binding| {
                let kind = if binding.role.cluster { "ClusterRole" } else { "Role" };
                let namespace = binding.namespace.as_deref().filter(|_| !binding.role.cluster);
                json!({
                    "binding": named_json(binding.kind(), binding.namespace.as_deref(), &binding.name),
                    "role": named_json(kind, namespace, &binding.role.name),
                })
            })
            .collect::<Vec<_>>()
    });
    let certificate = &answer.certificate;
    json!({
        "subject": subject_json(&answer.subject),
        "groups": answer.used.groups.iter().map(Text::as_str).collect::<Vec<_>>(),
        "privileged": answer.used.is_privileged,
        "requests": answer.count(), "refused": answer.used.refused,
        "addresses": counts(&answer.origin.addresses), "agents": counts(&answer.origin.agents),
        "today": today,
        "roles": roles,
        "standing": proved(&proposal.standing),
        "kept": proved(&proposal.kept),
        "leftOut": proved(&proposal.left_out),
        "open": proved(&proposal.open),
        "elsewhere": proved(&proposal.elsewhere),
        "inexpressible": proved(&proposal.inexpressible),
        "dangersRemoved": dangers(&answer.dangers),
        "dangersKept": dangers(&answer.keeps),
        "removed": removed.collect::<Vec<_>>(),
        "certificate": {
            "replayed": certificate.replayed,
            "newlyDenied": certificate.newly_denied.iter().map(request_json).collect::<Vec<_>>(),
            "rights": certificate.atoms,
            "unproven": certificate.unproven,
            "from": look.usage.seen.first, "to": look.usage.seen.last,
        },
    })
}

fn role_json(answer: &Answer, role: &ProposedRole) -> Value {
    let rules = role.rules.iter().map(|rule| {
        let rights = rule.rule.atoms().into_iter().map(|atom| {
            let proofs = rule.proofs_of(&atom);
            let proofs = proofs.map(
                |(request, proof)| json!({ "request": request_json(request), "proof": proof_json(proof) }),
            );
            json!({ "right": atom, "proofs": proofs.collect::<Vec<_>>() })
        });
        json!({
            "rule": rule.rule,
            "rights": rights.collect::<Vec<_>>(),
            "generalised": rule.generalised.iter().map(generalised_json).collect::<Vec<_>>(),
        })
    });
    let [made, bound] = role.manifests(&answer.subject, &answer.name);
    json!({ "role": made, "binding": bound, "rules": rules.collect::<Vec<_>>() })
}

fn generalised_json(generalised: &Generalised) -> Value {
    let why = match generalised.why {
        Why::Generated => "generated",
        Why::Many => "many",
        Why::Uncounted => "uncounted",
        Why::Asked => "asked",
        Why::Namespaces => "namespaces",
    };
    json!({
        "group": generalised.group.as_str(), "resource": generalised.resource.as_str(), "verb": generalised.verb.as_str(),
        "why": why, "used": generalised.from.iter().map(Text::as_str).collect::<Vec<_>>(),
    })
}

fn removed_json(look: &Look, removed: &Removed, rule: Option<Unrecorded>) -> Value {
    let bindings = removed.bindings.iter().filter_map(|id| look.held.as_ref()?.binding(*id));
    let bindings =
        bindings.map(|binding| named_json(binding.kind(), binding.namespace.as_deref(), &binding.name));
    let unrecorded = rule.zip(look.policy.as_ref()).map(|(rule, policy)| policy.rule_json(rule.0));
    json!({
        "namespace": removed.namespace.as_deref(),
        "right": removed.rule,
        "narrowed": removed.is_narrowed,
        "bindings": bindings.collect::<Vec<_>>(),
        "mayBeUnrecorded": rule.is_some(),
        "unrecordedBy": unrecorded,
    })
}

/// A request: `verb`, `group`, `resource`, `subresource`, `namespace`, `name`, or `verb` and `path`.
pub(super) fn request_json(request: &Request) -> Value {
    match request {
        Request::Url(url) => json!({ "verb": url.verb.as_str(), "path": url.path.as_str() }),
        Request::Resource(request) => json!({
            "verb": request.verb.as_str(), "group": request.group.as_str(), "resource": request.resource.as_str(),
            "subresource": request.subresource.as_str(), "namespace": request.namespace.as_str(),
            "name": request.name.as_str(),
        }),
    }
}

fn proof_json(proof: &Proof) -> Value {
    let means = match proof.means {
        Means::Request => "request",
        Means::Impersonation => "impersonation",
        Means::Creation => "creation",
        Means::Upgrade => "upgrade",
        Means::Binding => "binding",
    };
    json!({
        "auditID": proof.audit_id.as_str(), "at": proof.at.as_str(), "file": proof.file.as_str(), "line": proof.line,
        "count": proof.count, "by": proof.by.as_deref(), "means": means, "otherAuthorizer": proof.other.as_deref(),
    })
}
