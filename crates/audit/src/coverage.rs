//! Which attacks a policy records, and at which level.

use std::borrow::Cow;

use crate::decide::Decision;
use crate::level::{Level, Stage};
use crate::policy::Policy;
use crate::request::Request;
use crate::technique::{TECHNIQUES, Technique, act};

/// What a policy records of one technique.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The technique.
    pub technique: &'static Technique,
    /// Its acts, in their order.
    pub acts: Vec<Recorded>,
}

/// What a policy records of one act.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The act, as in [`Technique::acts`].
    pub act: &'static str,
    /// What is decided where somebody makes it whom no rule names.
    pub decision: Decision,
    /// Who can make it unrecorded, or recorded at a lower level: users and groups that rules name.
    pub milder: Vec<(Who, Decision)>,
}

/// Somebody whom a rule names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A user.
    User(String),
    /// A group.
    Group(String),
}

/// How well a technique is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Some of its acts leave no trace.
    Unseen,
    /// Every act leaves a trace, and some lack what tells them from everyday work.
    Indistinct,
    /// Every act is recorded with what tells it.
    Covered,
}

impl Coverage {
    /// How well the technique is covered where nobody acts whom rules name.
    pub fn standing(&self) -> Standing {
        let least = self.acts.iter().map(|act| act.decision).map(|decision| {
            if is_traceless(decision, self.technique.anonymous) {
                Standing::Unseen
            } else if decision.level < self.technique.needs {
                Standing::Indistinct
            } else {
                Standing::Covered
            }
        });
        least.min().unwrap_or(Standing::Covered)
    }
}

/// Whether a decision leaves no event. A failed login has one event, at the stage `ResponseStarted`.
fn is_traceless(decision: Decision, anonymous: bool) -> bool {
    let omits = |stage| decision.omit_stages.has(stage);
    decision.level == Level::None
        || omits(Stage::ResponseStarted) && (anonymous || omits(Stage::ResponseComplete))
        || anonymous && omits(Stage::ResponseStarted)
}

impl Policy {
    /// What is recorded of every technique.
    pub fn coverage(&self) -> Vec<Coverage> {
        let whos = self.named();
        let covered = |technique: &'static Technique| Coverage {
            technique,
            acts: technique.acts.iter().filter_map(|text| self.recorded(technique, text, &whos)).collect(),
        };
        TECHNIQUES.iter().map(covered).collect()
    }

    fn recorded(&self, technique: &Technique, text: &'static str, whos: &[Who]) -> Option<Recorded> {
        let (verb, about) = act(text)?;
        let own = if technique.anonymous { "system:unauthenticated" } else { "system:authenticated" };
        let request = |user: &str, group: Option<&str>| Request {
            user: Some(Cow::Owned(user.to_owned())),
            groups: std::iter::once(own).chain(group).map(|group| Cow::Owned(group.to_owned())).collect(),
            verb: Cow::Borrowed(verb),
            about: about.clone(),
        };
        let stranger = if technique.anonymous { "system:anonymous" } else { "\u{1}" };
        let decision = self.decide(&request(stranger, None));
        let mut milder: Vec<(Who, Decision)> = Vec::new();
        for who in whos.iter().filter(|_| !technique.anonymous) {
            let other = match who {
                Who::User(user) => self.decide(&request(user, None)),
                Who::Group(group) => self.decide(&request(stranger, Some(group))),
            };
            let is_traceless = |decision| is_traceless(decision, false);
            if other.level < decision.level || is_traceless(other) && !is_traceless(decision) {
                milder.push((who.clone(), other));
            }
        }
        Some(Recorded { act: text, decision, milder })
    }

    /// The users and groups that rules name, sorted.
    fn named(&self) -> Vec<Who> {
        let users = self.rules.iter().flat_map(|rule| &rule.users).cloned().map(Who::User);
        let groups = self.rules.iter().flat_map(|rule| &rule.user_groups).cloned().map(Who::Group);
        let mut all: Vec<Who> = users.chain(groups).collect();
        all.sort();
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standings(rules: &str) -> Vec<(&'static str, Standing)> {
        let text = format!("apiVersion: audit.k8s.io/v1\nkind: Policy\n{rules}");
        let policy = Policy::read(&text).unwrap().policy;
        policy.coverage().iter().map(|coverage| (coverage.technique.id, coverage.standing())).collect()
    }

    fn of(rules: &str, id: &str) -> Standing {
        standings(rules).into_iter().find(|(known, _)| *known == id).unwrap().1
    }

    #[test]
    fn everything_recorded_covers_all() {
        let all = standings("rules: [{level: RequestResponse}]");
        assert!(all.iter().all(|(_, standing)| *standing == Standing::Covered), "{all:?}");
        let nothing = standings("rules: [{level: None}]");
        assert!(nothing.iter().all(|(_, standing)| *standing == Standing::Unseen));
    }

    #[test]
    fn what_tells_an_act_counts_and_so_does_when_it_is_written() {
        assert_eq!(of("rules: [{level: Metadata}]", "secret-dump"), Standing::Covered);
        assert_eq!(of("rules: [{level: Metadata}]", "host-pod"), Standing::Indistinct);
        let create_alone = "rules: [{level: Metadata, verbs: [create]}]";
        assert_eq!(of(create_alone, "exec"), Standing::Unseen);
        let no_start = "omitStages: [ResponseStarted]\nrules: [{level: Metadata}]";
        assert_eq!(of(no_start, "token-guessing"), Standing::Unseen);
        assert_eq!(of(no_start, "exec"), Standing::Covered);
    }

    #[test]
    fn those_whom_rules_let_pass_are_named() {
        let text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: None, userGroups: [ops]}\n- {level: Metadata}\n";
        let policy = Policy::read(text).unwrap().policy;
        let exec = policy.coverage().into_iter().find(|coverage| coverage.technique.id == "exec").unwrap();
        assert_eq!(exec.standing(), Standing::Covered);
        assert_eq!(exec.acts[0].milder[0].0, Who::Group("ops".into()));
    }
}
