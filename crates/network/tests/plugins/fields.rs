//! One field after the other: a change of it alone turns a verdict over.

use ironsides_network::profile::lower;
use ironsides_network::{Limit, Options, Profile, Verdict};

use crate::world::World;

const CLUSTER: &str = r"
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {zone: a}}, status: {addresses: [{type: InternalIP, address: 172.18.0.2}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2, labels: {zone: b}}, status: {addresses: [{type: InternalIP, address: 172.18.0.3}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}, spec: {nodeName: n1, serviceAccountName: web, containers: [{name: c}]}, status: {podIP: 10.0.1.1, podIPs: [{ip: 10.0.1.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {nodeName: n2, serviceAccountName: db, containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}, status: {podIP: 10.0.2.1, podIPs: [{ip: 10.0.2.1}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: mon, namespace: ops, labels: {app: mon}}, spec: {nodeName: n2, containers: [{name: c}]}, status: {podIP: 10.0.3.1, podIPs: [{ip: 10.0.3.1}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop, labels: {kind: inner}}, spec: {selector: {app: db}, ports: [{port: 1, targetPort: http}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 80}]}}
---
{apiVersion: cilium.io/v2, kind: CiliumCIDRGroup, metadata: {name: g, labels: {region: eu}}, spec: {externalCIDRs: [192.0.2.0/24]}}
---
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: partners, labels: {role: partner}}, spec: {nets: [198.51.100.0/24]}}
---
";

/// What of the documents is changed into what, a question, and the answers before and after.
pub(crate) struct Field {
    pub(crate) was: &'static str,
    pub(crate) is: &'static str,
    pub(crate) ask: &'static str,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
}

pub(crate) const fn field(
    was: &'static str,
    is: &'static str,
    ask: &'static str,
    before: &'static str,
    after: &'static str,
) -> Field {
    Field { was, is, ask, before, after }
}

/// Asks before and after each change, and tells of all that came out otherwise.
pub(crate) fn check(policies: &str, options: Options, profile: Profile, fields: &[Field]) {
    let mut wrong = Vec::new();
    for field in fields {
        assert_ne!(field.before, field.after, "{}", field.ask);
        let text = format!("{CLUSTER}{policies}");
        assert_eq!(text.matches(field.was).count(), 1, "{:?} stands once", field.was);
        for (text, expected) in
            [(text.clone(), field.before), (text.replace(field.was, field.is), field.after)]
        {
            let said = ask(&text, options, profile, field.ask);
            if said != expected {
                wrong.push(format!(
                    "{:?} -> {:?}: {} is {said}, not {expected}",
                    field.was, field.is, field.ask
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn ask(text: &str, options: Options, profile: Profile, question: &str) -> String {
    let world = World::read(text);
    let lowered = lower(profile, &world.cluster, &world.policies, &options);
    let words: Vec<&str> = question.split(' ').collect();
    let [from, to, traffic] = words[..] else { panic!("{question}") };
    match world.ask(&lowered, from, to, traffic) {
        Verdict::Allow => "allow".to_owned(),
        Verdict::Deny => "deny".to_owned(),
        Verdict::Broken => "broken".to_owned(),
        Verdict::Depends(_) => "depends".to_owned(),
        Verdict::Limited(limits) => {
            let word = |limit: &Limit| match limit {
                Limit::Authentication(_) => "proof",
                Limit::Http(_) => "http",
                Limit::Dns(_) => "dns",
            };
            limits.iter().map(word).collect::<Vec<_>>().join(" ")
        }
    }
}
