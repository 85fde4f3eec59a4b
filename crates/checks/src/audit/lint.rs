//! An audit policy under judgement: what the API server makes of it, and where its rules stand.

use std::cell::OnceCell;

use ironsides_audit::{
    About, Decision, Left, Level, Loaded, Policy, PolicyError, Remainder, Request, Rule, Stage, Verbs,
};
use ironsides_core::Object;
use ironsides_tree::Cursor;

use crate::out::Out;

/// What the API server makes of a policy, worked out once for all checks.
pub(crate) struct Audited {
    /// The policy, or why the server would not start with it.
    pub(super) loaded: Result<Loaded, Vec<PolicyError>>,
    remainder: OnceCell<Remainder>,
    left: OnceCell<Vec<Left>>,
}

impl Audited {
    pub(crate) fn of(object: &Object) -> Self {
        Self::made(Policy::of(&object.root, &object.remarks))
    }

    /// What the API server makes of a file.
    pub(super) fn of_text(text: &str) -> Self {
        Self::made(Policy::read(text))
    }

    fn made(loaded: Result<Loaded, Vec<PolicyError>>) -> Self {
        Self { loaded, remainder: OnceCell::new(), left: OnceCell::new() }
    }
}

/// A policy that the API server takes.
pub(super) struct Lint<'a> {
    /// The policy's document.
    pub(super) root: Cursor<'a>,
    pub(super) policy: &'a Policy,
    audited: &'a Audited,
    at: Vec<Cursor<'a>>,
}

impl<'a> Lint<'a> {
    /// The policy that an object is; `None` where the server refuses it, which a check of its own tells.
    pub(super) fn of<'c: 'a>(object: &'a Object, out: &mut Out<'c>) -> Option<Self> {
        let audited: &'a Audited = out.audit();
        let lint = Self::at_root(object.cursor(), audited);
        if lint.is_none() {
            out.not_applicable("the API server does not start with this policy, which another check tells");
        }
        lint
    }

    /// The policy whose document this is; `None` where the server refuses it.
    pub(super) fn at_root(root: Cursor<'a>, audited: &'a Audited) -> Option<Self> {
        let policy = &audited.loaded.as_ref().ok()?.policy;
        let at = root.get("rules").items().collect();
        Some(Self { root, policy, audited, at })
    }

    /// The rules with their numbers and places.
    pub(super) fn rules(&self) -> impl Iterator<Item = (usize, &'a Rule, &Cursor<'a>)> {
        self.policy.rules.iter().zip(&self.at).enumerate().map(|(number, (rule, at))| (number, rule, at))
    }

    /// The rules that record something, with their numbers and places.
    pub(super) fn recording(&self) -> impl Iterator<Item = (usize, &'a Rule, &Cursor<'a>)> {
        self.rules().filter(|(_, rule, _)| rule.level > Level::None)
    }

    /// The rules that record nothing, with their numbers and places.
    pub(super) fn silent(&self) -> impl Iterator<Item = (usize, &'a Rule, &Cursor<'a>)> {
        self.rules().filter(|(_, rule, _)| rule.level == Level::None)
    }

    /// Where a rule stands.
    pub(super) fn at(&self, number: usize) -> Option<&Cursor<'a>> {
        self.at.get(number)
    }

    fn remainder(&self) -> &'a Remainder {
        self.audited.remainder.get_or_init(|| self.policy.remainder())
    }

    /// What is left for each rule once those before it have had their turn.
    pub(super) fn left(&self) -> &'a [Left] {
        let of_rule = |number| self.remainder().of_rule(number, Verbs::Usual);
        self.audited.left.get_or_init(|| (0..self.policy.rules.len()).map(of_rule).collect())
    }

    /// A request that no rule decides.
    pub(super) fn undecided(&self) -> Left {
        self.remainder().of_none()
    }

    /// A request for some verbs of a resource that this rule decides.
    pub(super) fn decides(
        &self,
        number: usize,
        verbs: &[&str],
        group: &str,
        resource: &str,
    ) -> Option<Request<'static>> {
        self.would_decide(self.policy.rules.get(number)?, number, verbs, group, resource)
    }

    /// A request for some verbs of a resource that a rule would decide in the place of this one.
    pub(super) fn would_decide(
        &self,
        rule: &Rule,
        number: usize,
        verbs: &[&str],
        group: &str,
        resource: &str,
    ) -> Option<Request<'static>> {
        self.request(&rule.narrowed(verbs, group, resource)?, number)
    }

    /// A request that fits a rule and none of the first `before` of the policy.
    pub(super) fn request(&self, rule: &Rule, before: usize) -> Option<Request<'static>> {
        match self.remainder().left(rule, before, Verbs::Usual) {
            Left::Some(request) => Some(request),
            Left::Nothing(_) | Left::Unknown => None,
        }
    }

    /// A request that a rule would decide if it had another verb, and that is recorded at a lower level than what it
    /// decides.
    pub(super) fn escapes(&self, number: usize, verb: &str) -> Option<(Request<'static>, Decision)> {
        let rule = self.policy.rules.get(number)?;
        let other = Rule { verbs: vec![verb.to_owned()], ..rule.clone() };
        let request = self.request(&other, number)?;
        let decision = self.policy.decide(&request);
        (decision.level < rule.level && matches!(request.about, About::Resource { .. }))
            .then_some((request, decision))
    }

    /// Where it is written that a rule records nothing at a stage: in the rule, or in the policy.
    pub(super) fn omits(&self, number: usize, stage: Stage) -> Option<Cursor<'a>> {
        let of_rule = self.at(number).and_then(|at| item(&at.get("omitStages"), stage.as_str()));
        of_rule.or_else(|| item(&self.root.get("omitStages"), stage.as_str()))
    }
}

/// The item of a list that is a text.
pub(super) fn item<'a>(list: &Cursor<'a>, text: &str) -> Option<Cursor<'a>> {
    list.items().find(|item| item.str() == Some(text))
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[impl AsRef<str>]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.as_ref().to_owned(),
        Some((last, rest)) => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}
