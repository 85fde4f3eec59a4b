//! What a rule still decides once the rules before it have had their turn, for policies of thousands of rules.
//!
//! Which rules fit a value of one field is known by an index: those that list it, and those that list nothing. The search
//! goes through the fields of a rule one by one and keeps the set of earlier rules that still fit everything chosen so
//! far. Where the set is empty a request is found; where one of it lists nothing in the fields that are left, no request
//! is to be found that way. Like [`crate::witness`] this is exact: it looks at what the rule lists, and at one fresh value
//! where it lists nothing. How much is looked at has a bound.

use std::borrow::Cow;
use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::decide::{path_fits, resource_fits};
use crate::policy::{GroupResources, Policy, Rule};
use crate::request::{About, Request};
use crate::witness::{FRESH, RESOURCE_VERBS, Verbs};

/// How many sets of rules are looked at for one policy before the search gives up, counted in machine words: a second or
/// two of work.
const WORDS: u64 = 1 << 31;

/// What is left for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Requests, of which this is one. What no rule names is the text U+0001.
    Some(Request<'static>),
    /// None: these of the rules before fit all of them together. No rule where the rule fits no request at all.
    Nothing(Vec<usize>),
    /// Nobody knows: the rules are too tangled to look at all of them.
    Unknown,
}

/// The rules of a policy, by what they list.
#[derive(Debug)]
pub struct Remainder {
    rules: Vec<Rule>,
    /// The rule of every part. A rule has one part, or one for each entry of its resources.
    rule_of: Vec<u32>,
    /// Of every rule the first of its parts, and the number of parts at the end.
    first: Vec<usize>,
    of_resources: Bits,
    of_paths: Bits,
    /// The parts by the values of each field, in the order of [`Field`].
    fields: [Index; 8],
    /// Prefixes of paths, whose patterns end in a star.
    prefixes: FxHashMap<Box<str>, Vec<u32>>,
    words: Cell<u64>,
}

/// The fields of a request, in the order in which they are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Path,
    Api,
    Resource,
    Verb,
    Namespace,
    User,
    Group,
    Name,
}

const OF_RESOURCES: [Field; 7] =
    [Field::Api, Field::Resource, Field::Verb, Field::Namespace, Field::User, Field::Group, Field::Name];
const OF_PATHS: [Field; 4] = [Field::Path, Field::Verb, Field::User, Field::Group];

/// The parts that list each value of a field, and those that list nothing.
#[derive(Debug, Default)]
struct Index {
    listed: FxHashMap<Box<str>, Vec<u32>>,
    free: Bits,
}

/// A set of parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Bits(Vec<u64>);

impl Bits {
    fn of(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// The first `count` parts.
    fn below(count: usize) -> Self {
        let mut bits = Self(vec![u64::MAX; count.div_ceil(64)]);
        if let (Some(last), rest @ 1..) = (bits.0.last_mut(), count % 64) {
            *last = (1 << rest) - 1;
        }
        bits
    }

    fn put(&mut self, at: u32) {
        if let Some(word) = self.0.get_mut(at as usize / 64) {
            *word |= 1 << (at % 64);
        }
    }

    fn has(&self, at: u32) -> bool {
        self.0.get(at as usize / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        (0u32..).zip(&self.0).flat_map(|(at, word)| {
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit)
        })
    }
}

/// A value of a field, and where it is looked up.
struct Value {
    text: String,
    /// The subresource, of resources.
    subresource: String,
}

impl Value {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), subresource: String::new() }
    }
}

/// One search.
struct Search<'a> {
    of: &'a Remainder,
    order: &'static [Field],
    /// The parts that list nothing in this field and all that follow, for each field of the order.
    free: Vec<Bits>,
    /// The values to choose among, for each field of the order.
    values: Vec<Vec<Value>>,
    /// What was chosen.
    chosen: Vec<usize>,
    /// The sets of rules, each of which keeps some requests from the rule.
    walls: Vec<Bits>,
    gave_up: bool,
}

impl Policy {
    /// Its rules by what they list, for questions about what is left for a rule.
    pub fn remainder(&self) -> Remainder {
        Remainder::of(&self.rules)
    }
}

impl Remainder {
    fn of(rules: &[Rule]) -> Self {
        let count: usize = rules.iter().map(|rule| rule.resources.len().max(1)).sum();
        let mut all = Self {
            rules: rules.to_vec(),
            rule_of: Vec::with_capacity(count),
            first: Vec::with_capacity(rules.len() + 1),
            of_resources: Bits::of(count),
            of_paths: Bits::of(count),
            fields: std::array::from_fn(|_| Index { free: Bits::of(count), ..Index::default() }),
            prefixes: FxHashMap::default(),
            words: Cell::new(WORDS),
        };
        for (at, rule) in (0..).zip(rules) {
            all.first.push(all.rule_of.len());
            if rule.resources.is_empty() {
                all.add(at, rule, None);
            }
            for entry in &rule.resources {
                all.add(at, rule, Some(entry));
            }
        }
        all.first.push(all.rule_of.len());
        all
    }

    fn add(&mut self, rule_at: u32, rule: &Rule, entry: Option<&GroupResources>) {
        let at = u32::try_from(self.rule_of.len()).unwrap_or(u32::MAX);
        self.rule_of.push(rule_at);
        let of_resources = entry.is_some() || !rule.namespaces.is_empty();
        if of_resources || rule.non_resource_urls.is_empty() {
            self.of_resources.put(at);
        }
        if !of_resources {
            self.of_paths.put(at);
        }
        let nothing: &[String] = &[];
        let (resources, names) = entry.map_or((nothing, nothing), |entry| {
            let names = if entry.resources.is_empty() { nothing } else { &entry.resource_names };
            (&entry.resources, names)
        });
        let api = entry.map(|entry| std::slice::from_ref(&entry.group)).unwrap_or_default();
        let any = |list: &[String]| list.iter().any(|text| text == "*");
        let lists = [
            (Field::Api, api, any(api)),
            (Field::Resource, resources, any(resources)),
            (Field::Verb, &rule.verbs, false),
            (Field::Namespace, &rule.namespaces, false),
            (Field::User, &rule.users, false),
            (Field::Group, &rule.user_groups, false),
            (Field::Name, names, false),
        ];
        for (field, list, is_free) in lists {
            let index = &mut self.fields[field as usize];
            if list.is_empty() || is_free {
                index.free.put(at);
                continue;
            }
            for text in list {
                index.listed.entry(text.as_str().into()).or_default().push(at);
            }
        }
        let (mut free, paths) = (rule.non_resource_urls.is_empty(), &mut self.fields[Field::Path as usize]);
        for path in &rule.non_resource_urls {
            paths.listed.entry(path.as_str().into()).or_default().push(at);
            match path.strip_suffix('*').map(|prefix| prefix.trim_end_matches('*')) {
                Some("") => free = true,
                Some(prefix) => self.prefixes.entry(prefix.into()).or_default().push(at),
                None => {}
            }
        }
        if free {
            paths.free.put(at);
        }
    }

    /// A request that fits a rule, which need not be one of the policy's, and none of the policy's first `before` rules.
    pub fn left(&self, rule: &Rule, before: usize, verbs: Verbs) -> Left {
        let limit = Bits::below(self.first.get(before).copied().unwrap_or(self.rule_of.len()));
        let mut walls = Vec::new();
        for (order, values) in choices(rule, verbs) {
            let of_kind = if order.len() == OF_PATHS.len() { &self.of_paths } else { &self.of_resources };
            let alive = of_kind.and(&limit);
            let mut free = vec![alive.clone()];
            for field in order.iter().rev() {
                let free_here = &self.fields[*field as usize].free;
                let rest = free.last().map(|rest| rest.and(free_here)).unwrap_or_default();
                free.push(rest);
            }
            free.reverse();
            let mut search =
                Search { of: self, order, free, values, chosen: Vec::new(), walls, gave_up: false };
            let found = search.go(&alive);
            if search.gave_up {
                return Left::Unknown;
            }
            if found {
                return Left::Some(search.request());
            }
            walls = search.walls;
        }
        Left::Nothing(self.hold(&walls))
    }

    /// A few rules, one at least of each set, the earliest where there is a choice: without any one of them some set has
    /// none.
    fn hold(&self, walls: &[Bits]) -> Vec<usize> {
        let rules: Vec<Vec<usize>> = walls.iter().map(|wall| self.rules_of(wall)).collect();
        let mut held: Vec<usize> = Vec::new();
        for wall in &rules {
            if !wall.iter().any(|rule| held.contains(rule)) {
                held.extend(wall.first());
            }
        }
        held.sort_unstable();
        for at in (0..held.len()).rev() {
            let rest = |rule: &usize| held.get(at) != Some(rule) && held.contains(rule);
            if rules.iter().all(|wall| wall.iter().any(rest)) {
                held.remove(at);
            }
        }
        held
    }

    fn rules_of(&self, parts: &Bits) -> Vec<usize> {
        let mut rules: Vec<usize> = parts
            .iter()
            .filter_map(|part| self.rule_of.get(part as usize))
            .map(|rule| *rule as usize)
            .collect();
        rules.dedup();
        rules
    }

    /// Those of some parts that fit a value of a field.
    fn fitting(&self, alive: &Bits, field: Field, value: &Value) -> Bits {
        let index = &self.fields[field as usize];
        self.words.set(self.words.get().saturating_sub(1 + 4 * alive.0.len() as u64));
        let mut fit = alive.and(&index.free);
        let mut add = |parts: Option<&Vec<u32>>| {
            for part in parts.into_iter().flatten() {
                if alive.has(*part) {
                    fit.put(*part);
                }
            }
        };
        let text = &*value.text;
        match field {
            Field::Resource => {
                if value.subresource.is_empty() {
                    add(index.listed.get(text));
                } else {
                    add(index.listed.get(&*format!("{text}/{}", value.subresource)));
                    add(index.listed.get(&*format!("*/{}", value.subresource)));
                }
                add(index.listed.get(&*format!("{text}/*")));
            }
            Field::Path => {
                add(index.listed.get(text));
                for (end, _) in text.char_indices().chain([(text.len(), ' ')]) {
                    add(text.get(..end).and_then(|prefix| self.prefixes.get(prefix)));
                }
            }
            _ => add(index.listed.get(text)),
        }
        fit
    }
}

impl Search<'_> {
    /// Chooses values for the fields that are left, so that no rule of `alive` fits; whether there are such values.
    fn go(&mut self, alive: &Bits) -> bool {
        let depth = self.chosen.len();
        if alive.is_empty() {
            // What is chosen for the rest does not matter.
            while self.chosen.len() < self.order.len() {
                self.chosen.push(0);
            }
            return true;
        }
        let wall = self.free.get(depth).map(|free| alive.and(free)).unwrap_or_default();
        if !wall.is_empty() || depth == self.order.len() {
            if self.walls.last() != Some(&wall) {
                self.of.words.set(self.of.words.get().saturating_sub(512 * wall.0.len() as u64));
                self.walls.push(wall);
            }
            return false;
        }
        let (Some(field), Some(count)) = (self.order.get(depth), self.values.get(depth).map(Vec::len)) else {
            return false;
        };
        let mut seen: FxHashSet<Bits> = FxHashSet::default();
        for at in 0..count {
            if self.of.words.get() == 0 {
                self.gave_up = true;
                return false;
            }
            let Some(value) = self.values.get(depth).and_then(|values| values.get(at)) else { continue };
            let fit = self.of.fitting(alive, *field, value);
            // Values that the same rules fit lead to the same end.
            if seen.contains(&fit) {
                continue;
            }
            self.chosen.push(at);
            if self.go(&fit) {
                return true;
            }
            self.chosen.truncate(depth);
            if self.gave_up {
                return false;
            }
            seen.insert(fit);
        }
        false
    }

    /// The request that was chosen.
    fn request(&self) -> Request<'static> {
        let value = |field: Field| {
            let depth = self.order.iter().position(|own| *own == field)?;
            self.values.get(depth)?.get(*self.chosen.get(depth)?)
        };
        let text = |field| value(field).map_or_else(String::new, |value| value.text.clone());
        let about = if self.order.len() == OF_PATHS.len() {
            About::Path(Cow::Owned(text(Field::Path)))
        } else {
            About::Resource {
                group: Cow::Owned(text(Field::Api)),
                resource: Cow::Owned(text(Field::Resource)),
                subresource: Cow::Owned(
                    value(Field::Resource).map_or_else(String::new, |value| value.subresource.clone()),
                ),
                namespace: Cow::Owned(text(Field::Namespace)),
                name: Cow::Owned(text(Field::Name)),
            }
        };
        let group = text(Field::Group);
        Request {
            user: Some(Cow::Owned(text(Field::User))),
            groups: if group == FRESH { Vec::new() } else { vec![Cow::Owned(group)] },
            verb: Cow::Owned(text(Field::Verb)),
            about,
        }
    }
}

type Choices = (&'static [Field], Vec<Vec<Value>>);

/// What requests that fit a rule can be made of: the values of each field.
fn choices(rule: &Rule, verbs: Verbs) -> Vec<Choices> {
    let listed = |list: &[String]| -> Vec<Value> {
        if list.is_empty() { vec![Value::new(FRESH)] } else { list.iter().map(Value::new).collect() }
    };
    let of_resources = !rule.resources.is_empty() || !rule.namespaces.is_empty();
    let mut all = Vec::new();
    let mut of_entry = |api: &str, resources: Vec<Value>, names: &[String]| {
        let verbs = match verbs {
            Verbs::Any => listed(&rule.verbs),
            Verbs::Usual => RESOURCE_VERBS
                .into_iter()
                .filter(|verb| rule.verbs.is_empty() || rule.verbs.iter().any(|own| own == verb))
                .map(Value::new)
                .collect(),
        };
        let api = vec![Value::new(if api == "*" { FRESH } else { api })];
        let (spaces, users, groups) =
            (listed(&rule.namespaces), listed(&rule.users), listed(&rule.user_groups));
        all.push((&OF_RESOURCES[..], vec![api, resources, verbs, spaces, users, groups, listed(names)]));
    };
    for entry in &rule.resources {
        let names = if entry.resources.is_empty() { &[][..] } else { &entry.resource_names };
        of_entry(&entry.group, resources(&entry.resources), names);
    }
    if rule.resources.is_empty() && (of_resources || rule.non_resource_urls.is_empty()) {
        of_entry("*", resources(&[]), &[]);
    }
    if !of_resources {
        let paths = vec![paths(&rule.non_resource_urls), listed(&rule.verbs), listed(&rule.users)];
        let paths = paths.into_iter().chain([listed(&rule.user_groups)]).collect();
        all.push((&OF_PATHS[..], paths));
    }
    all.retain(|(_, values)| values.iter().all(|values| !values.is_empty()));
    all
}

/// The resources and subresources that a list means, fresh ones where it names none.
fn resources(list: &[String]) -> Vec<Value> {
    if list.is_empty() {
        return vec![Value::new(FRESH)];
    }
    let mut values = Vec::with_capacity(list.len());
    for own in list {
        let (text, subresource) = match own.split_once('/') {
            _ if own == "*" => (FRESH, ""),
            Some(("*", sub)) if sub != "*" => (FRESH, sub),
            Some((plural, "*")) => (plural, FRESH),
            Some((plural, sub)) => (plural, sub),
            None => (own.as_str(), ""),
        };
        if resource_fits(own, text, subresource) {
            values.push(Value { text: text.to_owned(), subresource: subresource.to_owned() });
        }
    }
    values
}

/// The paths that patterns mean, and a fresh one where there is no pattern.
fn paths(patterns: &[String]) -> Vec<Value> {
    if patterns.is_empty() || patterns.iter().any(|pattern| pattern == "*") {
        return vec![Value::new(format!("/{FRESH}"))];
    }
    let mut values = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        let path = match pattern.strip_suffix('*').map(|prefix| prefix.trim_end_matches('*')) {
            // Every path begins with a slash.
            Some("") => format!("/{FRESH}"),
            Some(prefix) => format!("{prefix}{FRESH}"),
            None => pattern.clone(),
        };
        if path_fits(pattern, &path) {
            values.push(Value::new(path));
        }
    }
    values
}

impl Rule {
    /// The part of a rule that is about some verbs of one resource, written `pods` or `pods/log`; `None` where it is not
    /// about them.
    pub fn narrowed(&self, verbs: &[&str], group: &str, resource: &str) -> Option<Self> {
        let of_resources = !self.resources.is_empty() || !self.namespaces.is_empty();
        if !of_resources && !self.non_resource_urls.is_empty() {
            return None;
        }
        let is_own = |verb: &&&str| self.verbs.is_empty() || self.verbs.iter().any(|own| own == **verb);
        let verbs: Vec<String> = verbs.iter().filter(is_own).map(|verb| (*verb).to_owned()).collect();
        let (plural, sub) = resource.split_once('/').unwrap_or((resource, ""));
        let part = |names: &[String]| GroupResources {
            group: group.to_owned(),
            resources: vec![resource.to_owned()],
            resource_names: names.to_vec(),
            span: self.span,
        };
        let resources: Vec<GroupResources> = if self.resources.is_empty() {
            vec![part(&[])]
        } else {
            let fits = |entry: &&GroupResources| {
                let in_group = entry.group == "*" || entry.group == group;
                let named = entry.resources.is_empty()
                    || entry.resources.iter().any(|own| resource_fits(own, plural, sub));
                in_group && named
            };
            let names = |entry: &GroupResources| {
                part(if entry.resources.is_empty() { &[] } else { &entry.resource_names })
            };
            self.resources.iter().filter(fits).map(names).collect()
        };
        if verbs.is_empty() || resources.is_empty() {
            return None;
        }
        Some(Self { verbs, resources, non_resource_urls: Vec::new(), ..self.clone() })
    }

    /// Whether it is about every request: it lists nothing but what leaves nothing out.
    pub fn is_for_all(&self) -> bool {
        let lists = [&self.users, &self.user_groups, &self.verbs, &self.namespaces];
        lists.iter().all(|list| list.is_empty())
            && self.resources.is_empty()
            && self.non_resource_urls.is_empty()
    }
}

impl Remainder {
    /// What is left for one of the policy's own rules.
    pub fn of_rule(&self, at: usize, verbs: Verbs) -> Left {
        match self.rules.get(at) {
            Some(rule) => self.left(rule, at, verbs),
            None => Left::Nothing(Vec::new()),
        }
    }

    /// What no rule decides.
    pub fn of_none(&self) -> Left {
        self.left(&Rule::any(crate::level::Level::Metadata), self.rules.len(), Verbs::Usual)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    fn policy(rules: impl Iterator<Item = String>) -> Policy {
        let mut text = String::from("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n");
        for rule in rules {
            let _ = writeln!(text, "- {{{rule}}}");
        }
        Policy::read(&text).unwrap().policy
    }

    #[test]
    fn thousands_of_rules_are_looked_at() {
        let rule = |at: usize| {
            format!("level: Metadata, users: [u{}], verbs: [get, list], namespaces: [n{}]", at % 1000, at % 7)
        };
        let unlike = policy((0..2000).map(rule));
        // 1000 is no multiple of 7: no two rules are alike.
        assert_eq!(unlike.dead(), []);
        let twice = policy((0..2000).map(|at| rule(at % 1000)));
        let dead = twice.dead();
        assert_eq!(dead.len(), 1000);
        assert!(dead.iter().all(|dead| dead.by == [dead.rule - 1000]));
    }

    #[test]
    fn rules_that_shadow_together_are_named_and_no_others() {
        let rules = [
            "level: None, users: [a]",
            "level: None, verbs: [get]",
            "level: None, users: [c]",
            "level: None, verbs: [list]",
            "level: Metadata, users: [x, a], verbs: [get, list]",
        ];
        let policy = policy(rules.into_iter().map(str::to_owned));
        assert_eq!(policy.remainder().of_rule(4, Verbs::Usual), Left::Nothing(vec![1, 3]));
    }

    #[test]
    fn rules_that_are_too_tangled_are_no_endless_search() {
        // Every rule takes pairs of values away, so that each set of rules is another.
        let names = |letter: char| (0..400).map(|at| format!("{letter}{at}")).collect::<Vec<_>>().join(", ");
        let mut rules: Vec<String> = (0..400)
            .flat_map(|at| {
                [
                    format!("level: None, users: [a{at}], verbs: [b{at}]"),
                    format!("level: None, verbs: [b{at}], namespaces: [c{}]", (at * 7) % 400),
                    format!("level: None, users: [a{at}], namespaces: [c{}]", (at * 3) % 400),
                    format!("level: None, userGroups: [d{at}], namespaces: [c{at}]"),
                ]
            })
            .collect();
        rules.push("level: None, userGroups: [d0]".into());
        let (users, verbs, spaces) = (names('a'), names('b'), names('c'));
        rules.push(format!(
            "level: None, users: [{users}], verbs: [{verbs}], namespaces: [{spaces}], userGroups: [d0]"
        ));
        let policy = policy(rules.into_iter());
        let last = policy.rules.len() - 1;
        let remainder = policy.remainder();
        remainder.words.set(1 << 24);
        assert_eq!(remainder.of_rule(last, Verbs::Any), Left::Unknown);
    }
}
