//! What becomes of one HTTP request on a connection.

use crate::l7::Request;
use crate::lowered::Lowered;
use crate::matcher::Match;
use crate::rule::Proxy;
use crate::verdict::{Limit, Verdict};

/// What becomes of a request where a connection has this verdict: proxies on the way answer for it. What is asked besides (proofs of
/// who the ends are) stays.
pub fn requested(lowered: &Lowered, verdict: &Verdict, request: &Request) -> Verdict {
    let Verdict::Limited(limits) = verdict else { return verdict.clone() };
    let mut left = Vec::new();
    let mut conditions = Vec::new();
    for limit in limits {
        match limit {
            Limit::Http(rules) => match first(lowered, rules, request) {
                Match::Yes => {}
                Match::No => return Verdict::Deny,
                Match::If(condition) => conditions.push(condition),
            },
            // A DNS proxy drops what is no query.
            Limit::Dns(_) => return Verdict::Deny,
            Limit::Authentication(_) => left.push(limit.clone()),
        }
    }
    if conditions.is_empty() { Verdict::limited(left) } else { Verdict::Depends(conditions) }
}

/// Whether one of the rules of a proxy takes a request.
fn first(lowered: &Lowered, rules: &[u32], request: &Request) -> Match {
    let mut may = Match::No;
    for rule in rules.iter().filter_map(|&rule| lowered.rules.get(rule as usize)) {
        let answer = match rule.proxy.as_deref() {
            None => Match::Yes,
            Some(proxy) => takes(proxy, request),
        };
        match answer {
            Match::Yes => return Match::Yes,
            Match::If(condition) if may == Match::No => may = Match::If(condition),
            Match::If(_) | Match::No => {}
        }
    }
    may
}

fn takes(proxy: &Proxy, request: &Request) -> Match {
    match proxy {
        Proxy::Http(rules) => rules.answer(request),
        Proxy::Dns(_) => Match::No,
    }
}

#[cfg(test)]
mod tests {
    use ironsides_core::{Object, Origin, PodTemplates};
    use ironsides_tree::{Documents, Limits};

    use super::*;
    use crate::name::{Destination, Party};
    use crate::profile::{Options, Profile};
    use crate::reach::reach;
    use crate::state::State;

    const SHOP: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: []}}
---
{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: api, namespace: shop},
 spec: {endpointSelector: {matchLabels: {app: api}}, ingress: [
  {fromEndpoints: [{matchLabels: {app: web}}],
   toPorts: [{ports: [{port: '8080', protocol: TCP}], rules: {http: [{method: GET, path: '/orders/.*'}]}}]}]}}
";

    #[test]
    fn a_request_passes_or_not() {
        let objects: Vec<Object> = Documents::new(SHOP, Limits::default())
            .map(|document| document.unwrap().root)
            .map(|root| Object::new(root, Origin::Api { request: "".into() }, Vec::new()))
            .collect();
        let state = State::read(&objects, &PodTemplates::default());
        let lowered = state.lower(Profile::Cilium, &Options::of(Profile::Cilium));
        let ask = |to: &str, method: &str, path: &str| {
            let from = Party::read("shop/web", &state.cluster).unwrap();
            let to = Destination::read(to, &state.cluster).unwrap();
            let answer = reach(&state.cluster, &lowered, &from, &to).unwrap();
            let request = Request { method: method.into(), path: path.into(), ..Request::default() };
            requested(&lowered, &answer.cases[0].verdict, &request)
        };
        for (to, method, path, expected) in [
            ("shop/api:8080", "GET", "/orders/7", Verdict::Allow),
            ("shop/api:8080", "POST", "/orders/7", Verdict::Deny),
            ("shop/api:8080", "GET", "/x/orders/7", Verdict::Deny),
            ("shop/api:9090", "GET", "/orders/7", Verdict::Deny),
            ("shop/web:8080", "GET", "/", Verdict::Allow),
        ] {
            assert_eq!(ask(to, method, path), expected, "{to} {method} {path}");
        }
    }
}
