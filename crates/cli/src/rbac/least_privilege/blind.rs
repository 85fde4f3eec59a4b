//! What the log could not show.

use std::borrow::Cow;
use std::collections::BTreeSet;

use ironsides_audit::{About, Level, Policy, RESOURCE_VERBS, Request, Rule as AuditRule, Stage};
use ironsides_rbac::{Identity, Rule, Subject};
use ironsides_report::{plain, wrap};
use ironsides_tree::Text;

use super::Look;
use crate::audit::log::Looked;
use crate::gather::{count, moment};

/// Minutes without any event that are told.
const SILENCE: i64 = 10;
/// Lines have so many columns.
const WIDTH: usize = 110;
/// So many of a list are named.
const NAMED: usize = 3;

/// Something that the log could not show.
pub(super) struct Sentence {
    text: String,
    /// What it is about, one by one.
    list: Vec<String>,
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Self { text, list: Vec::new() }
    }
}

impl Sentence {
    /// On one line.
    pub(super) fn whole(&self) -> String {
        if self.list.is_empty() {
            self.text.clone()
        } else {
            format!("{}: {}", self.text, self.list.join(", "))
        }
    }

    /// On lines that can be read, as items of a list.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut all = Vec::new();
        let text = if self.list.is_empty() { self.text.clone() } else { format!("{}:", self.text) };
        for (first, rest, text) in
            [("- ", "  ", &text)].into_iter().chain(self.list.iter().map(|item| ("  - ", "    ", item)))
        {
            let room = WIDTH - rest.len();
            let lines = wrap(&plain(text), room, room).into_iter().enumerate();
            all.extend(lines.map(|(at, line)| format!("{}{line}", if at == 0 { first } else { rest })));
        }
        all
    }
}

/// What may have been used without leaving a trace.
pub(super) fn sentences(look: &Look) -> Vec<Sentence> {
    let mut all: Vec<Sentence> = told(look).into_iter().map(Sentence::from).collect();
    // Behind the times before and after the log.
    if let Some(silence) = silence(look) {
        all.insert(1.min(all.len()), silence);
    }
    all.extend(unseen(look));
    all
}

fn told(look: &Look) -> Vec<String> {
    let seen = &look.usage.seen;
    let mut all = vec![format!(
        "what was asked before {} and after {}: work that is done once a month or a year is not in a shorter log",
        seen.first, seen.last
    )];
    match &look.policy {
        None => all.push(
            "what the audit policy does not record: no --audit-policy was given, so nothing is known of it"
                .to_owned(),
        ),
        Some(policy) => {
            for (at, _) in none_rules(&policy.policy) {
                all.push(format!("what {} does not record at all", policy.place(at)));
            }
            if policy.policy.rules.iter().all(|rule| !is_catch_all(rule)) {
                all.push(format!("what no rule of {} fits: it is not recorded", policy.name));
            }
            for stage in [Stage::ResponseStarted, Stage::ResponseComplete] {
                let is_omitted = |rule: &AuditRule| {
                    rule.level != Level::None && policy.policy.omit_stages.and(rule.omit_stages).has(stage)
                };
                if let Some(at) = policy.policy.rules.iter().position(is_omitted) {
                    all.push(match stage {
                        Stage::ResponseStarted => format!(
                            "watches, shells and other long requests that had not ended, by {}: their begin is not recorded",
                            policy.place(Some(at))
                        ),
                        _ => format!(
                            "all but long requests by {}: their end is not recorded",
                            policy.place(Some(at))
                        ),
                    });
                }
            }
        }
    }
    let open = seen.watches_begun.saturating_sub(seen.watches_ended);
    if open > 0 {
        all.push(format!(
            "how {} ended that had begun; each proves its right by its begin",
            count(usize::try_from(open).unwrap_or(usize::MAX), "watch", "watches")
        ));
    }
    all.push("watches and other long requests that had begun before the log and ended after it".to_owned());
    if seen.undecided > 0 {
        all.push(format!(
            "which rights {} needed: their events hold no decision, as where nobody could be authenticated",
            count(usize::try_from(seen.undecided).unwrap_or(usize::MAX), "request", "requests")
        ));
    }
    if seen.nameless > 0 {
        all.push(format!(
            "whose rights {} used: their events do not name who made them, or as whom",
            count(usize::try_from(seen.nameless).unwrap_or(usize::MAX), "request", "requests")
        ));
    }
    if seen.inferred > 0 {
        all.push(format!(
            "the decision about {}: their events hold none, and that they were allowed is known from the answer",
            count(usize::try_from(seen.inferred).unwrap_or(usize::MAX), "request", "requests")
        ));
    }
    all.push(
        "rights that the server asks for without an event: bind and escalate when roles are handed out, approve and sign \
         on signers, and what admission plugins ask"
            .to_owned(),
    );
    if look.left_out > 0 {
        all.push(format!(
            "what was asked from the addresses of --not-from: {} left out",
            count(usize::try_from(look.left_out).unwrap_or(usize::MAX), "event", "events")
        ));
    }
    all.extend(gaps(&look.log).iter().map(|gap| format!("what could not be read: {gap}")));
    all
}

/// What of the log could not be read, in sentences.
pub(super) fn gaps(log: &Looked) -> Vec<String> {
    let mut all: Vec<String> = log.tally.unread.iter().map(|unread| unread.why.clone()).collect();
    for (count, one, many) in [
        (&log.malformed, "record is broken", "records are broken"),
        (&log.tally.too_long, "record is longer than is read", "records are longer than is read"),
        (&log.tally.cut_off, "record breaks off", "records break off"),
    ] {
        if let Some(first) = &count.first {
            let noun = if count.count == 1 { one } else { many };
            all.push(format!("{} {noun}, the first at {first}", count.count));
        }
    }
    all
}

/// The times without any event.
fn silence(look: &Look) -> Option<Sentence> {
    let mut silences = look.usage.silences(SILENCE);
    if silences.is_empty() {
        return None;
    }
    let total: i64 = silences.iter().map(|(_, minutes)| minutes).sum();
    silences.sort_by_key(|(from, minutes)| (std::cmp::Reverse(*minutes), *from));
    let longest: Vec<String> = silences
        .iter()
        .take(NAMED)
        .map(|(from, minutes)| {
            let from = u64::try_from(*from).unwrap_or_default().saturating_mul(1000);
            format!("{} from {}", duration(*minutes), moment(from))
        })
        .collect();
    let text = format!(
        "{} of {SILENCE} minutes or more without any event, {} in all: nothing happened, or files of the log are missing; the \
         longest",
        count(silences.len(), "stretch", "stretches"),
        duration(total)
    );
    Some(Sentence { text, list: longest })
}

/// `49 min`, and from two hours on `7 h 50 min`.
fn duration(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        _ if minutes < 120 => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

/// Subjects that are bound and that the log holds nothing of.
fn unseen(look: &Look) -> Option<Sentence> {
    let held = look.held.as_ref()?;
    let users = look.usage.by_user();
    let groups: BTreeSet<&Text> = users.values().flat_map(|used| &used.groups).collect();
    let is_seen = |subject: &Subject| {
        let identity = super::identity(subject);
        users.contains_key(&identity.user) || groups.contains(&subject.name)
    };
    let bound =
        held.bindings().iter().flat_map(|binding| &binding.subjects).map(|own| own.canonical().into_owned());
    let own = super::kubernetes_own();
    let unseen: BTreeSet<Subject> =
        bound.filter(|subject| !super::is_own(subject, &own) && !is_seen(subject)).collect();
    if unseen.is_empty() {
        return None;
    }
    let mut named: Vec<String> = unseen.iter().take(NAMED).map(ToString::to_string).collect();
    if unseen.len() > NAMED {
        named.push(format!("and {} more", unseen.len() - NAMED));
    }
    let noun = count(unseen.len(), "subject", "subjects");
    Some(Sentence { text: format!("{noun} that hold rights and were never seen"), list: named })
}

/// The rules that record nothing.
fn none_rules(policy: &Policy) -> impl Iterator<Item = (Option<usize>, &AuditRule)> {
    policy
        .rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.level == Level::None)
        .map(|(at, rule)| (Some(at), rule))
}

fn is_catch_all(rule: &AuditRule) -> bool {
    rule.users.is_empty()
        && rule.user_groups.is_empty()
        && rule.verbs.is_empty()
        && rule.resources.is_empty()
        && rule.namespaces.is_empty()
        && rule.non_resource_urls.is_empty()
}

/// The rule of an audit policy by which something leaves no trace; `None` where that is so because none fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unrecorded(pub(super) Option<usize>);

/// The rule by which the use of a right leaves no trace in some case.
pub(super) fn unrecorded(
    policy: &Policy,
    identity: &Identity,
    right: &Rule,
    namespace: Option<&str>,
) -> Option<Unrecorded> {
    let every = AuditRule::any(Level::None);
    let no_rule = (None, &every);
    let mut rules = none_rules(policy).chain([no_rule]);
    rules.find_map(|(at, rule)| {
        let is_unrecorded = |about: About<'_>, verb: &str| {
            let decision = policy.decide(&Request {
                user: Some(identity.user.as_str().into()),
                groups: identity.groups.iter().map(|group| group.as_str().into()).collect(),
                verb: Cow::Owned(verb.to_owned()),
                about,
            });
            decision.level == Level::None && decision.rule == at
        };
        let asked = cases(right, rule, namespace);
        let is_hidden = asked.into_iter().any(|(verb, about)| is_unrecorded(about, &verb));
        is_hidden.then_some(Unrecorded(at))
    })
}

/// Requests that use a right and that a rule of an audit policy may be about.
fn cases(right: &Rule, rule: &AuditRule, namespace: Option<&str>) -> Vec<(String, About<'static>)> {
    let texts = |own: &[Text], listed: Vec<String>, any: &[&str]| -> Vec<String> {
        if !own.iter().any(|text| text == "*") {
            return own.iter().map(ToString::to_string).collect();
        }
        if listed.is_empty() { any.iter().map(|&text| text.to_owned()).collect() } else { listed }
    };
    let mut cases = Vec::new();
    for url in &right.non_resource_urls {
        let prefix = url.trim_end_matches('*');
        let mut paths = vec![prefix.to_owned()];
        paths.extend(rule.non_resource_urls.iter().map(|own| own.trim_end_matches('*').to_owned()));
        for path in paths
            .into_iter()
            .filter(|path| path == url.as_str() || url.ends_with('*') && path.starts_with(prefix))
        {
            for verb in texts(&right.verbs, rule.verbs.clone(), &["get"]) {
                cases.push((verb, About::Path(path.clone().into())));
            }
        }
    }
    if right.resources.is_empty() {
        return cases;
    }
    let groups: Vec<String> = rule.resources.iter().map(|own| own.group.clone()).collect();
    for group in texts(&right.api_groups, groups, &[""]) {
        let of_group = rule.resources.iter().filter(|own| own.group == group || own.group == "*");
        let listed: Vec<String> = of_group.clone().flat_map(|own| own.resources.clone()).collect();
        let mut names: Vec<String> = right.resource_names.iter().map(ToString::to_string).collect();
        if names.is_empty() {
            names = of_group.flat_map(|own| own.resource_names.clone()).collect();
            names.push(String::new());
        }
        let spaces = match namespace {
            Some(namespace) => vec![namespace.to_owned()],
            None if rule.namespaces.is_empty() => vec![String::new(), "default".to_owned()],
            None => rule.namespaces.clone(),
        };
        for resource in texts(&right.resources, listed, &["pods"]) {
            let (resource, subresource) = resource.split_once('/').unwrap_or((&resource, ""));
            for verb in texts(&right.verbs, rule.verbs.clone(), &RESOURCE_VERBS) {
                for namespace in &spaces {
                    for name in &names {
                        cases.push((
                            verb.clone(),
                            About::Resource {
                                group: group.clone().into(),
                                resource: resource.to_owned().into(),
                                subresource: subresource.to_owned().into(),
                                namespace: namespace.clone().into(),
                                name: name.clone().into(),
                            },
                        ));
                    }
                }
            }
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_from_two_hours_on_are_told_in_hours() {
        assert_eq!([10, 119, 120, 470].map(duration), ["10 min", "119 min", "2 h", "7 h 50 min"]);
    }

    #[test]
    fn what_could_not_be_shown_is_told_on_lines_that_can_be_read() {
        let text = "word ".repeat(60).trim_end().to_owned();
        let sentence = Sentence { text: text.clone(), list: vec!["one".to_owned(), "two".to_owned()] };
        let lines = sentence.lines();
        assert!(lines.iter().all(|line| line.len() <= WIDTH), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.starts_with("- ")).count(), 1);
        assert_eq!(lines[lines.len() - 2..], ["  - one", "  - two"]);
        assert_eq!(sentence.whole(), format!("{text}: one, two"));
    }
}
