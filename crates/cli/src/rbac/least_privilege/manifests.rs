//! The proposed roles as manifests, with the certificate as comments.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_rbac::{ProposedRole, SubjectKind};
use ironsides_report::plain;

use super::super::print::yaml;
use super::Look;
use super::answer::{Answer, request_text};
use super::blind::Sentence;
use super::table::{
    NO_RULE, by_place, danger_text, follows, generalised_text, proof_text, proved_text, proven_text,
    replayed_text,
};

pub(super) fn text(look: &Look, answers: &[Answer], blind: &[Sentence]) -> Result<String> {
    let mut text = String::new();
    let seen = &look.usage.seen;
    comment(
        &mut text,
        "Roles that would have sufficed, by an audit log. Look through them before they are applied; then take the",
    );
    comment(&mut text, "subjects out of the bindings that are named below.");
    comment(&mut text, &format!("The log: {} events from {} to {}.", seen.events, seen.first, seen.last));
    comment(&mut text, "It could not show");
    for sentence in blind {
        for line in sentence.lines() {
            comment(&mut text, &line);
        }
    }
    for answer in answers {
        text.push('\n');
        about(&mut text, look, answer);
        for role in &answer.proposal.roles {
            text.push_str("---\n");
            proofs(&mut text, role);
            let [made, bound] = role.manifests(&answer.subject, &answer.name);
            text.push_str(&yaml(&made.to_string())?);
            text.push_str("---\n");
            text.push_str(&yaml(&bound.to_string())?);
        }
    }
    Ok(text)
}

/// The certificate of one subject.
fn about(text: &mut String, look: &Look, answer: &Answer) {
    let certificate = &answer.certificate;
    comment(text, &answer.subject.to_string());
    comment(
        text,
        &format!(
            "  Certificate: {} replayed over these roles{}, {} newly denied; {}{}.",
            replayed_text(answer),
            answer.besides(),
            certificate.newly_denied.len(),
            proven_text(answer),
            answer.within()
        ),
    );
    for request in &certificate.newly_denied {
        comment(text, &format!("  Newly denied: {}", request_text(request)));
    }
    if answer.origin.addresses.are_several() {
        let addresses = answer.origin.addresses.told(usize::MAX);
        comment(
            text,
            &format!("  Its requests came from {addresses}: --not-from leaves out what is not its own."),
        );
    }
    for danger in &answer.keeps {
        comment(text, &format!("  Kept, {}", danger_text(danger)));
    }
    if answer.keeps.iter().any(|kept| kept.is_grave) {
        comment(text, "  Hold the log against `ironsides audit detect` before these are granted.");
    }
    if answer.used.is_privileged {
        comment(
            text,
            "  It is in system:masters: RBAC is never asked, and roles take nothing away while it is.",
        );
    }
    if answer.proposal.roles.is_empty() {
        comment(text, "  It needs nothing but what everybody has.");
    }
    match &look.held {
        None => comment(text, "  What it holds today is not known."),
        Some(held) => {
            for binding in answer.today.iter().filter_map(|id| held.binding(*id)) {
                let own = binding.subjects.contains(&answer.subject);
                let group = binding.subjects.iter().find(|subject| {
                    subject.kind == SubjectKind::Group && answer.used.groups.contains(&subject.name)
                });
                match (own, group) {
                    (false, Some(group)) => {
                        comment(
                            text,
                            &format!("  Holds today, through {group} and with all others in it: {binding}"),
                        );
                    }
                    _ => comment(text, &format!("  Take it out of: {binding}")),
                }
            }
        }
    }
    for danger in &answer.dangers {
        comment(text, &format!("  Removed, {}: {} ({})", danger.severity, danger.title, danger.reach));
    }
    for what in by_place(&answer.proposal.removed.iter().collect::<Vec<_>>()) {
        comment(text, &format!("  Removed: {what}"));
    }
    for (removed, rule) in answer.proposal.removed.iter().zip(&answer.unrecorded) {
        if let (Some(rule), Some(policy)) = (rule, &look.policy) {
            let place = policy.place(rule.0);
            comment(
                text,
                &format!("  Its use may not be recorded, by {place}: {}", by_place(&[removed]).join(", ")),
            );
        }
    }
    if let Some(elsewhere) = answer.elsewhere() {
        comment(text, &format!("  {elsewhere}."));
    }
    for (request, proof) in &answer.proposal.inexpressible {
        comment(text, &format!("  Open: {}: {NO_RULE}", proved_text(request, proof)));
    }
    for (request, proof) in &answer.proposal.open {
        comment(
            text,
            &format!(
                "  Handed out rights of which the log does not say which, so the server may refuse it: {}",
                proved_text(request, proof)
            ),
        );
    }
}

/// What proves each right of a role.
fn proofs(text: &mut String, role: &ProposedRole) {
    for rule in &role.rules {
        comment(text, &rule.rule.to_string());
        for (request, proof) in &rule.proofs {
            let why = follows(proof.means).map(|why| format!(" ({why})")).unwrap_or_default();
            comment(text, &format!("  {}: {}{why}", request_text(request), proof_text(proof)));
        }
        for generalised in &rule.generalised {
            comment(text, &format!("  widened: {}", generalised_text(generalised)));
        }
    }
}

/// A comment of one line, whatever stands in it.
fn comment(text: &mut String, line: &str) {
    _ = writeln!(text, "# {}", plain(line));
}
