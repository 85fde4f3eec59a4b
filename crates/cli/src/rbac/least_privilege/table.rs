//! The answer for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ironsides_rbac::{Generalised, Means, Proof, Removed, Request, Rule, SubjectKind, Why, compact};
use ironsides_report::plain;
use ironsides_tree::Text;

use super::Look;
use super::answer::{Answer, Danger, request_text};
use super::blind::{Sentence, Unrecorded};
use crate::gather::count;

/// So many lines are shown of a list; `wide` shows all.
const ROWS: usize = 6;
/// Lines of lists are cut behind so many characters; `wide` shows all.
const WIDTH: usize = 100;
/// So many names are shown of a list.
const NAMES: usize = 5;

/// What is said of requests for something that is called `*`.
pub(super) const NO_RULE: &str =
    "in a rule * stands for everything, so none is for this alone; it is left out";

pub(super) fn text(look: &Look, answers: &[Answer], blind: &[Sentence], wide: bool) -> String {
    let mut text = String::new();
    for answer in answers {
        subject(&mut text, look, answer, wide);
        text.push('\n');
    }
    let seen = &look.usage.seen;
    _ = writeln!(
        text,
        "the log: {} events from {} to {}; {} requests were allowed, {} refused (those prove no right)",
        seen.events,
        plain(&seen.first),
        plain(&seen.last),
        seen.allowed,
        seen.refused
    );
    text.push_str("it could not show\n");
    for sentence in blind {
        for line in sentence.lines() {
            _ = writeln!(text, "  {line}");
        }
    }
    text
}

fn subject(text: &mut String, look: &Look, answer: &Answer, wide: bool) {
    let most = if wide { usize::MAX } else { ROWS };
    _ = writeln!(text, "{}", plain(&answer.subject.to_string()));
    let refused = match answer.used.refused {
        0 => String::new(),
        refused => format!("; {refused} refused"),
    };
    let standing = match answer.proposal.standing.len() {
        0 => String::new(),
        all => format!(" and {all} that everybody has"),
    };
    line(
        text,
        "used",
        &format!(
            "{} allowed requests, {}{standing}{refused}",
            answer.count(),
            count(answer.rights(), "right", "rights")
        ),
    );
    for (word, counts) in [("from", &answer.origin.addresses), ("with", &answer.origin.agents)] {
        if counts.are_several() {
            line(text, word, &counts.told(if wide { usize::MAX } else { NAMES }));
        }
    }
    if answer.used.is_privileged {
        line(
            text,
            "but",
            "it is in system:masters: RBAC is never asked, and roles take nothing away while it is",
        );
    }
    if let Some(elsewhere) = answer.elsewhere() {
        line(text, "but", &elsewhere);
    }
    today(text, look, answer);
    if answer.proposal.roles.is_empty() {
        line(text, "needs", "nothing but what everybody has");
    }
    for role in &answer.proposal.roles {
        let place = role.namespace.as_ref().map_or_else(String::new, |namespace| format!("{namespace}/"));
        line(text, "needs", &format!("{} {place}{}", role.kind(), answer.name));
        let rules = role.rules.iter().map(|rule| {
            let proof = rule.proofs.iter().map(|(_, proof)| proof).max_by_key(|proof| proof.count);
            let proof =
                proof.filter(|_| wide).map(|proof| format!("  ({})", proof_text(proof))).unwrap_or_default();
            format!("{}{proof}", rule.rule)
        });
        rows(text, "", rules, usize::MAX);
    }
    let widened =
        answer.proposal.roles.iter().flat_map(|role| &role.rules).flat_map(|rule| &rule.generalised);
    rows(text, "widened", widened.map(generalised_text), most);
    let kept = answer.proposal.kept.iter().map(|(request, proof)| {
        format!("{}: its use leaves no event; {} may have used it", request_text(request), proof_text(proof))
    });
    rows(text, "kept", kept, most);
    let follows = answer.used.requests.iter().filter(|(_, proof)| follows(proof.means).is_some());
    let follows =
        follows.filter(|(request, _)| !answer.proposal.without_role().any(|(out, _)| out == *request));
    let follows =
        follows.map(|(request, proof)| format!("{}: {}", request_text(request), follows_text(proof, wide)));
    rows(text, "besides", follows, most);
    let open = answer.proposal.open.iter().map(|(request, proof)| {
        format!(
            "{} ({}): it handed out rights, and the log does not say which; the server would refuse it unless they are held, \
             or bind or escalate is granted",
            request_text(request),
            proof_text(proof)
        )
    });
    let inexpressible = answer
        .proposal
        .inexpressible
        .iter()
        .map(|(request, proof)| format!("{} ({}): {NO_RULE}", request_text(request), proof_text(proof)));
    rows(text, "open", open.chain(inexpressible), most);
    if look.held.is_some() {
        removed(text, look, answer, most);
    }
    rows(text, "keeps", answer.keeps.iter().map(danger_text), most);
    let certificate = &answer.certificate;
    line(
        text,
        "proof",
        &format!(
            "{} replayed{}, {} newly denied; {}{}",
            replayed_text(answer),
            answer.besides(),
            certificate.newly_denied.len(),
            proven_text(answer),
            answer.within()
        ),
    );
    rows(text, "denied", certificate.newly_denied.iter().map(request_text), most);
}

/// `64 requests`; `67 checks` where some are no requests.
pub(super) fn replayed_text(answer: &Answer) -> String {
    let what = if answer.besides().is_empty() { "requests" } else { "checks" };
    format!("{} {what}", answer.certificate.replayed)
}

/// `51 of 51 rights have an event`.
pub(super) fn proven_text(answer: &Answer) -> String {
    let certificate = &answer.certificate;
    let proven = certificate.atoms - certificate.unproven.len();
    format!("{proven} of {} rights have an event", certificate.atoms)
}

/// `critical: reads secrets (secrets-read; whole cluster)`.
pub(super) fn danger_text(danger: &Danger) -> String {
    format!("{}: {} ({}; {})", danger.severity, danger.title, danger.family, danger.reach)
}

fn today(text: &mut String, look: &Look, answer: &Answer) {
    let Some(held) = &look.held else { return line(text, "today", "not known") };
    if answer.today.is_empty() {
        return line(text, "today", "nothing but what everybody has");
    }
    for binding in answer.today.iter().filter_map(|id| held.binding(*id)) {
        let through = binding
            .subjects
            .iter()
            .find(|subject| subject.kind == SubjectKind::Group && answer.used.groups.contains(&subject.name))
            .filter(|subject| **subject != answer.subject)
            .map(|subject| format!(", through {subject}"));
        let role = held.role_of(binding).and_then(|role| held.role(role));
        let role =
            role.map_or_else(|| format!("{}, which is not there", binding.role.name), ToString::to_string);
        line(text, "today", &format!("{role}, by {binding}{}", through.unwrap_or_default()));
    }
}

/// What goes: dangerous permissions first, then rights as the roles of today have them.
fn removed(text: &mut String, look: &Look, answer: &Answer, most: usize) {
    rows(text, "removes", answer.dangers.iter().map(danger_text), most);
    let (narrowed, gone): (Vec<&Removed>, Vec<&Removed>) =
        answer.proposal.removed.iter().partition(|removed| removed.is_narrowed);
    rows(text, "narrows", by_place(&narrowed), most);
    rows(text, "drops", by_place(&gone), most);
    if answer.dangers.is_empty() && answer.proposal.removed.is_empty() {
        line(text, "removes", "nothing");
    }
    let Some(policy) = &look.policy else { return };
    let hidden = answer.proposal.removed.iter().zip(&answer.unrecorded);
    let mut by_rule: BTreeMap<Unrecorded, Vec<&Removed>> = BTreeMap::new();
    for (removed, rule) in hidden {
        if let Some(rule) = rule {
            by_rule.entry(*rule).or_default().push(removed);
        }
    }
    let hidden = by_rule.into_iter().flat_map(|(rule, removed)| {
        let place = policy.place(rule.0);
        by_place(&removed)
            .into_iter()
            .map(move |right| format!("{right}: {place} may leave its use unrecorded"))
    });
    rows(text, "unsure", hidden, most);
}

/// Rights with their place, those for the same resource joined.
pub(super) fn by_place(removed: &[&Removed]) -> Vec<String> {
    let mut places: BTreeMap<Option<&Text>, Vec<Rule>> = BTreeMap::new();
    for removed in removed {
        places.entry(removed.namespace.as_ref()).or_default().push(removed.rule.clone());
    }
    let mut all = Vec::new();
    for (namespace, rules) in places {
        let place = namespace.map_or_else(|| "whole cluster".to_owned(), |name| format!("namespace {name}"));
        for rule in alike(compact(rules)) {
            all.push(format!("{rule} ({place})"));
        }
    }
    all
}

/// Rules with the same verbs and names as one.
fn alike(rules: Vec<Rule>) -> Vec<Rule> {
    let mut joined: Vec<Rule> = Vec::new();
    for rule in rules {
        let same = joined.iter_mut().find(|own| {
            own.verbs == rule.verbs
                && own.api_groups == rule.api_groups
                && own.resource_names == rule.resource_names
                && own.non_resource_urls.is_empty() == rule.non_resource_urls.is_empty()
        });
        match same {
            Some(own) => {
                own.resources.extend(rule.resources);
                own.non_resource_urls.extend(rule.non_resource_urls);
            }
            None => joined.push(rule),
        }
    }
    joined
}

/// `get on pods/log for all names: a, b: one of them was generated`.
pub(super) fn generalised_text(generalised: &Generalised) -> String {
    let Generalised { group, resource, verb, why, from } = generalised;
    let right = format!("{verb} on {}", ironsides_rbac::resource_name(group, resource));
    let mut named: Vec<&str> = from.iter().take(NAMES).map(Text::as_str).collect();
    let more = format!("and {} more", from.len().saturating_sub(NAMES));
    if from.len() > NAMES {
        named.push(&more);
    }
    let named = named.join(", ");
    match why {
        Why::Generated => {
            format!("{right} for all names: a generated name is another tomorrow; used on {named}")
        }
        Why::Many => format!(
            "{right} for all names: used on {} (--most-names); {named}",
            count(from.len(), "name", "names")
        ),
        Why::Uncounted => format!("{right} for all names: used on more names than are kept; {named}"),
        Why::Asked => format!("{right} for all names, as --names none says; used on {named}"),
        Why::Namespaces => {
            format!(
                "{right} in all namespaces: used in {} (--everywhere-from); {named}",
                count(from.len(), "namespace", "namespaces")
            )
        }
    }
}

/// `3 times, first 2026-11-16T09:12:07Z, audit.jsonl:52, id 5f60…`.
pub(super) fn proof_text(proof: &Proof) -> String {
    let times = match proof.count {
        0 => "begun".to_owned(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let by = proof.by.as_ref().map(|by| format!(", made by {by}")).unwrap_or_default();
    let file = if proof.file == "-" { "(standard input)" } else { &proof.file };
    format!("{times}, first {}, {file}:{}, audit id {}{by}", proof.at, proof.line, proof.audit_id)
}

/// Why a right is needed that no event is about.
pub(super) fn follows(means: Means) -> Option<&'static str> {
    match means {
        Means::Request | Means::Impersonation => None,
        Means::Creation => {
            Some("a write that makes the object takes create, too, without an event of its own")
        }
        Means::Upgrade => {
            Some("a WebSocket to a pod takes create, too, from 1.35 on, without an event of its own")
        }
        Means::Binding => Some("whoever hands out a role needs bind on it, or all that it allows"),
    }
}

fn follows_text(proof: &Proof, wide: bool) -> String {
    let why = follows(proof.means).unwrap_or_default();
    if wide { format!("{why} ({})", proof_text(proof)) } else { why.to_owned() }
}

/// A line of an answer: a word, and what is said.
fn line(text: &mut String, word: &str, what: &str) {
    _ = writeln!(text, "  {word:<8} {}", plain(what));
}

/// Lines of which the first has a word, and no more than so many.
fn rows(text: &mut String, word: &str, rows: impl IntoIterator<Item = String>, most: usize) {
    let rows: Vec<String> = rows.into_iter().collect();
    // The last row is not hidden behind a line that is as long.
    let shown = if most.saturating_add(1) >= rows.len() { rows.len() } else { most };
    for (at, row) in rows.iter().take(shown).enumerate() {
        let row = if most == ROWS { cut(row) } else { row.clone() };
        line(text, if at == 0 { word } else { "" }, &row);
    }
    if shown < rows.len() {
        line(text, "", &format!("… and {} more; -o wide shows all", rows.len() - shown));
    }
}

/// A line that is not too long to be read.
fn cut(row: &str) -> String {
    if row.chars().count() <= WIDTH {
        return row.to_owned();
    }
    let kept: String = row.chars().take(WIDTH).collect();
    let end = kept.rfind([' ', ',']).unwrap_or(kept.len());
    format!("{} …", kept.get(..end).unwrap_or(&kept).trim_end_matches(','))
}

/// A request with its proof, for people.
pub(super) fn proved_text(request: &Request, proof: &Proof) -> String {
    format!("{}: {}", request_text(request), proof_text(proof))
}
