//! What verdicts and rules are called.

use ironsides_network::reach::{Side, Whom, Why};
use ironsides_network::rule::Authentication;
use ironsides_network::{
    Action, AddressSet, Cluster, Direction, Limit, Lowered, Origin, Party, Rule, Verdict,
};

use super::world::World;

/// A verdict for people, in one word. The words are the same in every command: docs/network.md says what they mean.
pub(crate) fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allowed",
        Verdict::Limited(_) => "limited",
        Verdict::Deny => "denied",
        Verdict::Broken => "unknown",
        Verdict::Depends(_) => "depends",
    }
}

/// A verdict for programs.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Limited(_) => "limited",
        Verdict::Deny => "deny",
        Verdict::Broken => "unknown",
        Verdict::Depends(_) => "depends",
    }
}

/// What a verdict asks beyond, in sentences without a full stop.
pub(crate) fn terms(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Allow | Verdict::Deny => Vec::new(),
        Verdict::Limited(limits) => limits.iter().map(limit).collect(),
        Verdict::Broken => vec![
            "the plug-in cannot work out what its policies say here, and keeps what it enforced before"
                .to_owned(),
        ],
        Verdict::Depends(conditions) => {
            conditions.iter().map(|condition| format!("it depends on whether {condition}")).collect()
        }
    }
}

fn limit(limit: &Limit) -> String {
    match limit {
        Limit::Authentication(Authentication::AlwaysFail) => {
            "the ends must prove who they are by a handshake that never succeeds".to_owned()
        }
        Limit::Authentication(_) => "the ends must prove to each other who they are".to_owned(),
        Limit::Http(_) => "a proxy lets only some HTTP requests through".to_owned(),
        Limit::Dns(_) => "a proxy lets only some DNS queries through".to_owned(),
    }
}

/// What a rule is for people: `NetworkPolicy/shop/web spec.ingress[0]`.
pub(crate) fn rule(lowered: &Lowered, rule: &Rule) -> String {
    match &rule.origin {
        Origin::Policy(policy, place) => {
            let name = lowered.policies.get(*policy as usize).map(ToString::to_string).unwrap_or_default();
            let path = if place.path.is_empty() { "" } else { " " };
            format!("{name}{path}{}", place.path)
        }
        Origin::Default(policies) => format!("default of {}", names(lowered, policies)),
        Origin::Plugin(why) => format!("{} itself: {why}", lowered.profile),
    }
}

/// Policies by name.
pub(crate) fn names(lowered: &Lowered, policies: &[u32]) -> String {
    let mut names: Vec<String> = policies
        .iter()
        .filter_map(|&policy| lowered.policies.get(policy as usize))
        .map(ToString::to_string)
        .collect();
    names.sort();
    names.dedup();
    match names.as_slice() {
        [] => "no policy: the plug-in isolates everything".to_owned(),
        [first, second, third, _, ..] => {
            format!("{first}, {second}, {third} and {} more", names.len().saturating_sub(3))
        }
        _ => names.join(", "),
    }
}

/// What a rule does.
pub(crate) fn action(rule: &Rule) -> &'static str {
    match rule.action {
        Action::Allow if rule.proxy.is_some() => "allows what a proxy lets through",
        Action::Allow => "allows",
        Action::Deny => "denies",
        Action::Pass(_) => "passes on",
        Action::Break => "cannot be worked out",
    }
}

/// Why an end says what it says, in a sentence without a full stop.
pub(crate) fn reason(lowered: &Lowered, side: &Side, direction: Direction, outside: bool) -> String {
    let mut written = side.deciding.iter().filter_map(|&rule| lowered.rules.get(rule as usize));
    match side.why {
        Why::Open if outside => "no policy guards what is outside".to_owned(),
        Why::Open => format!("no policy guards its {}", direction.field()),
        Why::Itself => "nothing comes between it and itself".to_owned(),
        Why::Default => {
            let policies = isolating(lowered, side);
            let verb = if policies.len() == 1 { "selects" } else { "select" };
            match policies.as_slice() {
                [] => "no rule allows it, and the plug-in isolates everything".to_owned(),
                _ => format!("{} {verb} it, and no rule allows this", names(lowered, &policies)),
            }
        }
        Why::Rule | Why::PlugIn => written
            .find(|rule| !matches!(rule.origin, Origin::Default(_)))
            .map_or_else(String::new, |found| rule(lowered, found)),
    }
}

/// The policies whose default denial decides at an end.
pub(crate) fn isolating(lowered: &Lowered, side: &Side) -> Vec<u32> {
    let rules = side.deciding.iter().filter_map(|&rule| lowered.rules.get(rule as usize));
    let mut policies: Vec<u32> = rules
        .filter_map(|rule| if let Origin::Default(policies) = &rule.origin { Some(policies) } else { None })
        .flatten()
        .copied()
        .collect();
    policies.sort_unstable();
    policies.dedup();
    policies
}

/// Those at one end of what was asked about a party, for people: addresses by its name as far as they go.
pub(crate) fn ends(party: &Party, whom: &[Whom], cluster: &Cluster) -> String {
    let mut names: Vec<String> = Vec::new();
    let outside: AddressSet = whom
        .iter()
        .filter_map(|whom| if let Whom::Outside(first, last) = whom { Some((*first, *last)) } else { None })
        .collect();
    let addresses = (!outside.is_empty()).then(|| party.told_of(&outside));
    let members = whom.iter().filter(|whom| !matches!(whom, Whom::Outside(..)));
    for name in members.map(|whom| whom.name(cluster)).chain(addresses) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [first, second, third, _, _, ..] => {
            format!("{first}, {second}, {third} and {} more", names.len().saturating_sub(3))
        }
        _ => names.join(", "),
    }
}

/// Where a rule stands, for people; empty where nobody wrote it.
pub(crate) fn at(world: &World, rule: &Rule) -> String {
    match &rule.origin {
        Origin::Policy(_, place) => world.place(place).text(),
        Origin::Default(_) | Origin::Plugin(_) => String::new(),
    }
}
