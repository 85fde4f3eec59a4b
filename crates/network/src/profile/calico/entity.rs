//! Whom the selectors of a rule of Calico take.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smallvec::SmallVec;

use crate::address::AddressSet;
use crate::cluster::Cluster;
use crate::kinds::calico::expression::Expression;
use crate::kinds::calico::{CalicoPolicy, Entity, Rule};
use crate::matcher::{self, Conjunct, Matcher, Operator, Requirement};
use crate::place::{Loss, Place, Problem};
use crate::profile::calico::label;
use crate::profile::calico::ports::Part;
use crate::rule::Direction;
use crate::symbol::{Symbol, Symbols};
use crate::view::View;

/// More alternatives than these make a selector too large to be decided.
const MOST: usize = 4096;

/// Selectors over the labels of a cluster.
pub(super) struct Selections<'a> {
    cluster: &'a Cluster,
    symbols: &'a mut Symbols,
    /// The values that labels have, for comparisons with a part of a value.
    values: BTreeMap<Symbol, BTreeSet<Symbol>>,
}

/// Alternatives, each a list of requirements of which all must hold.
type Alternatives = Vec<Vec<Requirement>>;

impl<'a> Selections<'a> {
    pub(super) fn new(cluster: &'a Cluster, symbols: &'a mut Symbols, views: &[View]) -> Self {
        let mut values: BTreeMap<Symbol, BTreeSet<Symbol>> = BTreeMap::new();
        for (key, value) in views.iter().flat_map(|view| view.labels.iter()) {
            values.entry(key).or_default().insert(value);
        }
        Self { cluster, symbols, values }
    }

    /// Every pod.
    pub(super) fn endpoints(&mut self) -> Matcher {
        Matcher(vec![Conjunct::of([self.is_endpoint()])])
    }

    /// The node on which the subject is; one that nobody knows may be.
    pub(super) fn own_node(&mut self) -> Matcher {
        let [own, node, unplaced] =
            [label::OWN_NODE, label::NODE, label::UNPLACED].map(|key| self.symbols.intern(key));
        let somewhere = Conjunct {
            condition: Some(matcher::ON_ONE_NODE.into()),
            ..Conjunct::of([Requirement::exists(node), Requirement::exists(unplaced)])
        };
        Matcher(vec![Conjunct::of([Requirement::exists(own)]), somewhere])
    }

    /// Every pod of which nobody knows the node.
    pub(super) fn unplaced(&mut self) -> Matcher {
        let unplaced = Requirement::exists(self.symbols.intern(label::UNPLACED));
        Matcher(vec![Conjunct {
            condition: Some(matcher::ON_THIS_NODE.into()),
            ..Conjunct::of([self.is_endpoint(), unplaced])
        }])
    }

    /// Every node that is known.
    pub(super) fn nodes(&mut self) -> Matcher {
        let [node, unplaced] = [label::NODE, label::UNPLACED].map(|key| self.symbols.intern(key));
        let known = Requirement { key: unplaced, operator: Operator::DoesNotExist };
        Matcher(vec![Conjunct::of([Requirement::exists(node), known])])
    }

    /// A node.
    pub(super) fn node(&mut self, name: &str) -> Matcher {
        Matcher::label(self.symbols.intern(label::NODE), self.symbols.intern(name))
    }

    fn is_endpoint(&mut self) -> Requirement {
        Requirement::exists(self.symbols.intern(label::ORCHESTRATOR))
    }

    /// Whom a policy guards.
    pub(super) fn subject(&mut self, policy: &CalicoPolicy, problems: &mut Vec<Problem>) -> Arc<Matcher> {
        let namespace =
            policy.name.namespace.as_ref().map(|namespace| Expression::is(label::NAMESPACE, namespace));
        let of_namespace = policy.namespace_selector.as_ref().map(of_namespaces);
        let of_account = policy.service_account_selector.as_ref().map(of_service_accounts);
        let parts = [namespace, of_namespace, of_account, Some(policy.selector.clone())];
        let whole = parts.into_iter().flatten().fold(Expression::All, Expression::and);
        let endpoint = self.is_endpoint();
        let alternatives = self.alternatives(&whole, false, &policy.place, problems);
        Arc::new(Matcher(
            alternatives
                .into_iter()
                .map(|all| Conjunct::of(all.into_iter().chain([endpoint.clone()])))
                .collect(),
        ))
    }

    /// What a rule asks of the subject beyond the policy, and of its peer.
    pub(super) fn ends(
        &mut self,
        rule: &Rule,
        policy: &CalicoPolicy,
        direction: Direction,
        part: Part<'_>,
        problems: &mut Vec<Problem>,
    ) -> (Matcher, Matcher) {
        let namespace = policy.name.namespace.as_deref();
        let (own, peer) = match direction {
            Direction::Ingress => (&rule.destination, &rule.source),
            Direction::Egress => (&rule.source, &rule.destination),
        };
        let mut owned = self.entity(own, namespace, None, &rule.place, problems);
        if let Some((namespace, name)) = &own.service {
            let behind = self.service(namespace, name, (Direction::Ingress, None), &rule.place, problems);
            owned = product(&owned, &behind);
        }
        let mut peers = self.entity(peer, namespace, rule.version, &rule.place, problems);
        if let Some((namespace, name)) = &peer.service {
            let behind = self.service(namespace, name, (direction, part), &rule.place, problems);
            peers = product(&peers, &behind);
        }
        if let Some(condition) = condition(rule) {
            for conjunct in &mut peers.0 {
                conjunct.condition = Some(Arc::clone(&condition));
            }
        }
        (owned, peers)
    }

    fn entity(
        &mut self,
        entity: &Entity,
        namespace: Option<&str>,
        version: Option<u8>,
        place: &Place,
        problems: &mut Vec<Problem>,
    ) -> Matcher {
        let mut selected = match positive(entity, namespace) {
            Some(expression) => self.selected(&expression, place, problems),
            None => Matcher::everybody(),
        };
        if let Some(expression) = &entity.not_selector {
            selected = product(&selected, &self.not_selected(expression, place, problems));
        }
        let mut addresses =
            entity.nets.as_ref().map(|nets| nets.iter().copied().map(crate::address::range).collect());
        if !entity.not_nets.is_empty() {
            let without: AddressSet = entity.not_nets.iter().copied().map(crate::address::range).collect();
            // A rule that only excludes blocks of one family is not rendered for the other (`FilterRuleToIPVersion` of Felix).
            let of_family = |(first, _): &(std::net::IpAddr, _)| {
                entity.not_nets.iter().any(|net| net.network().is_ipv4() == first.is_ipv4())
            };
            let families: AddressSet =
                AddressSet::everything().ranges().iter().copied().filter(of_family).collect();
            addresses = Some(addresses.unwrap_or_else(|| families.clone()).and(&families).minus(&without));
        }
        if let Some(version) = version {
            let of_version = |(first, _): &(std::net::IpAddr, _)| first.is_ipv4() == (version == 4);
            let family: AddressSet =
                AddressSet::everything().ranges().iter().copied().filter(of_version).collect();
            addresses = Some(addresses.unwrap_or_else(AddressSet::everything).and(&family));
        }
        match addresses {
            Some(addresses) => product(&selected, &Matcher(vec![Conjunct::within(addresses)])),
            None => selected,
        }
    }

    /// Pods that are selected, and the blocks of sets that are.
    fn selected(&mut self, expression: &Expression, place: &Place, problems: &mut Vec<Problem>) -> Matcher {
        let endpoint = self.is_endpoint();
        let alternatives = self.alternatives(expression, false, place, problems);
        let pods =
            alternatives.into_iter().map(|all| Conjunct::of(all.into_iter().chain([endpoint.clone()])));
        let blocks = Some(self.blocks(expression)).filter(|blocks| !blocks.is_empty()).map(Conjunct::within);
        Matcher(pods.chain(blocks).collect())
    }

    /// Everything but what an expression selects.
    fn not_selected(
        &mut self,
        expression: &Expression,
        place: &Place,
        problems: &mut Vec<Problem>,
    ) -> Matcher {
        let no_endpoint = Requirement { operator: Operator::DoesNotExist, ..self.is_endpoint() };
        let mut alternatives = self.alternatives(expression, true, place, problems);
        alternatives.push(vec![no_endpoint]);
        let blocks = self.blocks(expression);
        let beyond = (!blocks.is_empty()).then(|| Arc::new(AddressSet::everything().minus(&blocks)));
        let conjunct = |all: Vec<Requirement>| Conjunct { addresses: beyond.clone(), ..Conjunct::of(all) };
        Matcher(alternatives.into_iter().map(conjunct).collect())
    }

    /// The blocks of the sets that an expression selects.
    fn blocks(&self, expression: &Expression) -> AddressSet {
        let sets = self.cluster.address_groups.iter().filter(|group| group.kind.ends_with("NetworkSet"));
        let selected = sets.filter(|set| {
            let namespace = set.namespace.as_deref();
            let of_namespace = namespace.and_then(|name| self.cluster.namespaces.get(name));
            let value = |key: &str| match key.strip_prefix(label::OF_NAMESPACE) {
                Some(label::NAME) => namespace,
                Some(key) => of_namespace
                    .and_then(|namespace| namespace.labels.get(key))
                    .map(ironsides_tree::Text::as_str),
                None if key == label::NAMESPACE => namespace,
                None => set.labels.get(key).map(ironsides_tree::Text::as_str),
            };
            expression.holds(&value, namespace.is_none())
        });
        selected.flat_map(|set| set.blocks.iter().copied().map(crate::address::range)).collect()
    }

    /// What stands behind a service.
    fn service(
        &mut self,
        namespace: &str,
        name: &str,
        (direction, part): (Direction, Part<'_>),
        place: &Place,
        problems: &mut Vec<Problem>,
    ) -> Matcher {
        let Some(service) = self.cluster.service(namespace, name) else {
            let message = format!("there is no service {namespace}/{name}, so the rule takes nobody");
            problems.push(Problem { place: place.clone(), message, loss: Loss::Part });
            return Matcher::nobody();
        };
        // A rule for what is sent is made once for each list of ports; one for what is received asks for none.
        let written = service.endpoints.iter().filter(|endpoint| match (direction, part) {
            (Direction::Egress, part) => part == Some(&*endpoint.ports),
            (Direction::Ingress, _) => true,
        });
        let addresses: AddressSet = written.map(|endpoint| (endpoint.address, endpoint.address)).collect();
        let mut behind = Matcher::nobody();
        if let Some(labels) = service.selector.as_ref().filter(|_| part.is_none()) {
            let namespace = Expression::is(label::NAMESPACE, namespace);
            let whole =
                labels.iter().fold(namespace, |whole, (key, value)| whole.and(Expression::is(key, value)));
            behind = self.selected(&whole, place, problems);
        }
        if !addresses.is_empty() {
            behind.0.push(Conjunct::within(addresses));
        }
        behind
    }

    /// An expression, or its opposite, as alternatives.
    fn alternatives(
        &mut self,
        expression: &Expression,
        negated: bool,
        place: &Place,
        problems: &mut Vec<Problem>,
    ) -> Alternatives {
        self.spread(expression, negated).unwrap_or_else(|| {
            let message = format!("the selector has more than {MOST} alternatives and takes nobody here");
            problems.push(Problem { place: place.clone(), message, loss: Loss::Part });
            Vec::new()
        })
    }

    fn spread(&mut self, expression: &Expression, negated: bool) -> Option<Alternatives> {
        let one = |requirement: Requirement| Some(vec![vec![requirement]]);
        match expression {
            Expression::All => Some(if negated { Vec::new() } else { vec![Vec::new()] }),
            Expression::Global => {
                let key = self.symbols.intern(label::NAMESPACE);
                one(Requirement {
                    key,
                    operator: if negated { Operator::Exists } else { Operator::DoesNotExist },
                })
            }
            Expression::Has(key) => {
                let key = self.symbols.intern(key);
                one(Requirement {
                    key,
                    operator: if negated { Operator::DoesNotExist } else { Operator::Exists },
                })
            }
            Expression::In(key, values) | Expression::NotIn(key, values) => {
                let is_in = matches!(expression, Expression::In(..)) != negated;
                let (key, values) = (self.symbols.intern(key), self.symbols_of(values));
                one(Requirement {
                    key,
                    operator: if is_in { Operator::In(values) } else { Operator::NotIn(values) },
                })
            }
            Expression::Like(key, like, text) => {
                let key = self.symbols.intern(key);
                let values = self.values.get(&key).into_iter().flatten().copied();
                let alike = values.filter(|value| like.holds(self.symbols.text(*value), text)).collect();
                one(Requirement {
                    key,
                    operator: if negated { Operator::NotIn(alike) } else { Operator::In(alike) },
                })
            }
            Expression::Not(inner) => self.spread(inner, !negated),
            Expression::And(parts) | Expression::Or(parts) => {
                let all = matches!(expression, Expression::And(_)) != negated;
                let mut spread = if all { vec![Vec::new()] } else { Vec::new() };
                for part in parts {
                    let part = self.spread(part, negated)?;
                    if all {
                        let joined = |one: &Vec<Requirement>| {
                            part.iter()
                                .map(|other| one.iter().chain(other).cloned().collect())
                                .collect::<Alternatives>()
                        };
                        spread = spread.iter().flat_map(joined).take(MOST + 1).collect();
                    } else {
                        spread.extend(part);
                    }
                    if spread.len() > MOST {
                        return None;
                    }
                }
                Some(spread)
            }
        }
    }

    fn symbols_of(&mut self, values: &[ironsides_tree::Text]) -> SmallVec<[Symbol; 1]> {
        values.iter().map(|value| self.symbols.intern(value)).collect()
    }
}

/// What a rule asks of one end by selectors; `None` where nothing. As soon as one is used, a namespaced policy means its own
/// namespace (`GetEntityRuleSelector` of `syncersv1/updateprocessors/rules.go`).
fn positive(entity: &Entity, namespace: Option<&str>) -> Option<Expression> {
    let names = (!entity.service_accounts.is_empty())
        .then(|| Expression::In(label::SERVICE_ACCOUNT.into(), entity.service_accounts.clone()));
    let of_account = entity.service_account_selector.as_ref().map(of_service_accounts);
    let parts = [of_account, names, entity.selector.clone()];
    let selector = parts.into_iter().flatten().reduce(Expression::and);
    let used = selector.is_some() || entity.not_selector.is_some() || entity.namespace_selector.is_some();
    let namespaces = match (&entity.namespace_selector, namespace) {
        (Some(selector), _) => Some(of_namespaces(selector)),
        (None, Some(namespace)) if used => Some(Expression::is(label::NAMESPACE, namespace)),
        (None, _) => None,
    };
    namespaces.into_iter().chain(selector).reduce(Expression::and)
}

/// A selector of namespaces over the labels of what is in them: `all()` is whatever is in one, `global()` whatever is in none.
fn of_namespaces(expression: &Expression) -> Expression {
    fn whole(expression: Expression) -> Expression {
        match expression {
            Expression::All => Expression::Has(label::NAMESPACE.into()),
            Expression::Not(inner) => Expression::Not(Box::new(whole(*inner))),
            Expression::And(parts) => Expression::And(parts.into_iter().map(whole).collect()),
            Expression::Or(parts) => Expression::Or(parts.into_iter().map(whole).collect()),
            other => other,
        }
    }
    whole(expression.with_keys(&|key| format!("{}{key}", label::OF_NAMESPACE).into()))
}

fn of_service_accounts(expression: &Expression) -> Expression {
    expression.with_keys(&|key| format!("{}{key}", label::OF_SERVICE_ACCOUNT).into())
}

/// What a rule asks that labels, addresses and ports do not decide.
fn condition(rule: &Rule) -> Option<Arc<str>> {
    if rule.domains {
        return Some("the address is one of those that the domains of the rule have".into());
    }
    if rule.http {
        return Some("the request has one of the HTTP methods and paths of the rule".into());
    }
    if rule.source.ports.is_some() || !rule.source.not_ports.is_empty() {
        return Some("it comes from one of the source ports of the rule".into());
    }
    let code = rule.icmp.and_then(|(_, code)| code).or_else(|| rule.not_icmp.and_then(|(_, code)| code));
    code.map(|_| "the ICMP code is the one of the rule".into())
}

/// What both select.
pub(super) fn product(one: &Matcher, other: &Matcher) -> Matcher {
    let join = |one: &Conjunct, other: &Conjunct| Conjunct {
        requirements: one.requirements.iter().chain(&other.requirements).cloned().collect(),
        addresses: match (&one.addresses, &other.addresses) {
            (Some(one), Some(other)) => Some(Arc::new(one.and(other))),
            (one, other) => one.clone().or_else(|| other.clone()),
        },
        condition: one.condition.clone().or_else(|| other.condition.clone()),
    };
    Matcher(one.0.iter().flat_map(|first| other.0.iter().map(move |second| join(first, second))).collect())
}
