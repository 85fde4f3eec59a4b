//! What of answers goes to programs in one shape everywhere.

use std::net::IpAddr;

use ironsides_network::diff::Somebody;
use ironsides_network::reach::{Side, Stretch, Tried, Whom, Why};
use ironsides_network::{Cluster, Limit, Lowered, Match, Origin, Rule, Verdict};
use serde_json::{Value, json};

use super::words;
use super::world::World;

/// A verdict with what it asks beyond.
pub(crate) fn verdict(world: &World, lowered: &Lowered, verdict: &Verdict) -> Value {
    let mut all = json!({ "verdict": words::word(verdict) });
    if let Verdict::Depends(conditions) = verdict {
        all["conditions"] = conditions.iter().map(|condition| json!(&**condition)).collect();
    }
    if let Verdict::Limited(limits) = verdict {
        all["limits"] = limits.iter().map(|one| limit(world, lowered, one)).collect();
    }
    all
}

fn limit(world: &World, lowered: &Lowered, limit: &Limit) -> Value {
    match limit {
        Limit::Authentication(authentication) => {
            json!({ "authentication": format!("{authentication:?}").to_lowercase() })
        }
        Limit::Http(rules) => json!({ "http": self::rules(world, lowered, rules) }),
        Limit::Dns(rules) => json!({ "dns": self::rules(world, lowered, rules) }),
    }
}

/// Rules with their places.
pub(crate) fn rules(world: &World, lowered: &Lowered, places: &[u32]) -> Value {
    let rules = places.iter().filter_map(|&place| lowered.rules.get(place as usize));
    rules.map(|found| rule(world, lowered, found)).collect()
}

/// A rule: who wrote it, where it stands, what it does.
pub(crate) fn rule(world: &World, lowered: &Lowered, rule: &Rule) -> Value {
    let action = words::action(rule);
    match &rule.origin {
        Origin::Policy(policy, place) => json!({
            "policy": lowered.policies.get(*policy as usize).map(ToString::to_string),
            "path": &*place.path,
            "at": world.place(place).json(),
            "action": action,
        }),
        Origin::Default(policies) => {
            let names = policies.iter().filter_map(|&policy| lowered.policies.get(policy as usize));
            json!({
                "defaultOf": names.map(ToString::to_string).collect::<Vec<_>>(), "action": action,
            })
        }
        Origin::Plugin(why) => json!({ "plugin": why, "action": action }),
    }
}

/// An HTTP rule that was asked about a request.
pub(crate) fn tried(world: &World, tried: &Tried) -> Value {
    json!({
        "direction": tried.direction.field(),
        "policy": tried.policy.to_string(),
        "path": &*tried.place.path,
        "at": world.place(&tried.place).json(),
        "asks": tried.asks,
        "takes": match &tried.answer {
            Match::Yes => "yes",
            Match::No => "no",
            Match::If(_) => "depends",
        },
        "misses": tried.misses,
    })
}

/// What one end says.
pub(crate) fn side(world: &World, lowered: &Lowered, side: &Side) -> Value {
    let mut all = verdict(world, lowered, &side.verdict);
    all["because"] = json!(match side.why {
        Why::Rule => "rule",
        Why::Default => "default",
        Why::PlugIn => "plugin",
        Why::Open => "open",
        Why::Itself => "itself",
    });
    all["rules"] = rules(world, lowered, &side.deciding);
    all["overruled"] = rules(world, lowered, &side.also);
    all
}

/// A stretch of traffic.
pub(crate) fn stretch(stretch: Stretch) -> Value {
    json!({
        "protocol": stretch.protocol.to_string(), "first": stretch.first, "last": stretch.last,
    })
}

/// Somebody at one end.
pub(crate) fn whom(whom: Whom, cluster: &Cluster) -> Value {
    match whom {
        Whom::Pod(at) => match cluster.pods.get(at as usize) {
            Some(pod) => json!({
                "namespace": &*pod.namespace, "kind": &*pod.workload_kind, "name": &*pod.workload,
                "pod": pod.live.then_some(&*pod.name), "hostNetwork": pod.host_network,
            }),
            None => Value::Null,
        },
        Whom::Node(at) => json!({ "node": cluster.nodes.get(at as usize).map(|node| node.name.as_str()) }),
        Whom::Outside(first, last) => json!({ "first": first.to_string(), "last": last.to_string() }),
    }
}

/// Somebody by a name that outlives a state.
pub(crate) fn somebody(who: &Somebody) -> Value {
    match who {
        Somebody::Workload { namespace, name, kind } => {
            json!({ "namespace": &**namespace, "kind": &**kind, "name": &**name })
        }
        Somebody::Node(name) => json!({ "node": &**name }),
        Somebody::Outside(addresses) => {
            let range = |(first, last): &(IpAddr, IpAddr)| json!([first.to_string(), last.to_string()]);
            json!({ "outside": addresses.ranges().iter().map(range).collect::<Vec<_>>() })
        }
    }
}
