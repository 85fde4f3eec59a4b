//! Which attacks a policy records, and at which level.

use std::borrow::Cow;

use crate::decide::Decision;
use crate::level::Stages;
use crate::policy::Policy;
use crate::request::Request;
use crate::technique::{By, TECHNIQUES, Technique, act};

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
    /// The request, made by somebody whom no rule names: such a user is the text U+0001.
    pub request: Request<'static>,
    /// What is decided about it.
    pub decision: Decision,
    /// The stages at which events are written.
    pub stages: Stages,
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
        let least = self.acts.iter().map(|act| act.standing(self.technique));
        least.min().unwrap_or(Standing::Covered)
    }
}

impl Recorded {
    /// How well the act is covered, as one of a technique.
    pub fn standing(&self, technique: &Technique) -> Standing {
        if self.stages.is_empty() {
            Standing::Unseen
        } else if self.decision.level < technique.needs {
            Standing::Indistinct
        } else {
            Standing::Covered
        }
    }
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
        let request = request(technique, text)?;
        let decision = self.decide(&request);
        let stages = decision.written(&request);
        let mut milder: Vec<(Who, Decision)> = Vec::new();
        for who in whos.iter().filter(|_| technique.by == By::Known) {
            let mut other = request.clone();
            match who {
                Who::User(user) => other.user = Some(Cow::Owned(user.clone())),
                Who::Group(group) => other.groups.push(Cow::Owned(group.clone())),
            }
            let left = self.decide(&other);
            if left.level < decision.level || left.written(&other).is_empty() && !stages.is_empty() {
                milder.push((who.clone(), left));
            }
        }
        Some(Recorded { act: text, request, decision, stages, milder })
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

/// An act as a request of somebody whom no rule names; `None` where the text is no act.
fn request(technique: &Technique, text: &'static str) -> Option<Request<'static>> {
    let (verb, about) = act(text)?;
    let (user, group) = match technique.by {
        By::Known => (Some("\u{1}"), Some("system:authenticated")),
        By::Anonymous => (Some("system:anonymous"), Some("system:unauthenticated")),
        By::Refused => (None, None),
    };
    let groups = group.into_iter().map(Cow::Borrowed).collect();
    Some(Request { user: user.map(Cow::Borrowed), groups, verb: Cow::Borrowed(verb), about })
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
        assert_eq!(of(no_start, "anonymous-access"), Standing::Covered);
        let no_end = "omitStages: [RequestReceived, ResponseComplete]\nrules: [{level: Metadata}]";
        assert_eq!(of(no_end, "exec"), Standing::Covered);
        assert_eq!(of(no_end, "secret-dump"), Standing::Unseen);
    }

    #[test]
    fn a_failed_login_is_of_no_group() {
        let of_groups = "rules: [{level: Metadata, userGroups: [system:unauthenticated]}]";
        assert_eq!(of(of_groups, "anonymous-access"), Standing::Covered);
        assert_eq!(of(of_groups, "token-guessing"), Standing::Unseen);
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
