use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_tree::{Documents, Limits, parse_one};

use super::*;
use crate::profile::Options;
use crate::state::State;

const SHOP: &str = "
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop},
 spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: []}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: db, namespace: shop},
 spec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: []}}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop},
 spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress],
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]},
            {from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 9187}]}]}}
";

fn state() -> State {
    let objects: Vec<Object> = Documents::new(SHOP, Limits::default())
        .map(|document| Object::new(document.unwrap().root, Origin::Api { request: "".into() }, Vec::new()))
        .collect();
    State::read(&objects, &PodTemplates::default())
}

fn test(text: &str) -> (NetworkTest, Vec<String>) {
    let (test, problems) = NetworkTest::read(0, &parse_one(text).unwrap());
    (test, problems.iter().map(|problem| format!("{}: {}", problem.place.path, problem.message)).collect())
}

#[test]
fn expectations_hold_or_say_which_case_does_not() {
    let state = state();
    let lowered = state.lower(Profile::Calico, &Options::of(Profile::Calico));
    for (from, to, port, verdict, expected) in [
        ("shop/web", "shop/db", "5432", "allow", Ok(0)),
        ("shop/web", "shop/db", "5432", "deny", Ok(1)),
        ("shop/web", "shop/db", "5433", "deny", Ok(0)),
        ("shop/db", "shop/web", "[80, 443]", "allow", Ok(0)),
        // Nobody is asked about talking to itself.
        ("ns/shop", "shop/db", "5432", "allow", Ok(0)),
        ("0.0.0.0/0", "shop/db", "9187", "allow", Ok(1)),
        ("10.1.2.3", "shop/db", "9187", "allow", Ok(0)),
        ("internet", "shop/db", "9187", "deny", Ok(0)),
        ("shop/web", "shop/dbx", "1", "deny", Err("did you mean shop/db?")),
        ("shop/web", "shop/db", "http", "deny", Err("it names no ports")),
    ] {
        let text = format!(
            "{{apiVersion: ironsides.dev/v1, kind: NetworkTest,
               expect: [{{from: {from}, to: {to}, port: {port}, verdict: {verdict}}}]}}"
        );
        let (test, problems) = test(&text);
        assert!(problems.is_empty(), "{problems:?}");
        for outcome in test.expectations[0].check(&state.cluster, &lowered) {
            match (&outcome.result, expected) {
                (Ok(_), Ok(wrong)) => assert_eq!(outcome.wrong.len(), wrong, "{text}: {outcome:?}"),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (result, expected) => panic!("{text}: {result:?} {expected:?}"),
            }
        }
    }
}

#[test]
fn an_expectation_of_nobody_does_not_hold() {
    let mut state = state();
    let mut cluster = (*state.cluster).clone();
    cluster.namespaces.insert("empty".into(), crate::cluster::Namespace::default());
    state.cluster = cluster.into();
    let lowered = state.lower(Profile::Calico, &Options::of(Profile::Calico));
    let (test, _) = test(
        "{apiVersion: ironsides.dev/v1, kind: NetworkTest,
          expect: [{from: ns/empty, to: shop/db, port: 1, verdict: deny}]}",
    );
    let outcomes = test.expectations[0].check(&state.cluster, &lowered);
    assert!(!outcomes[0].holds());
    assert_eq!(
        outcomes[0].result.as_ref().unwrap_err().to_string(),
        "ns/empty stands for nobody in what was read"
    );
}

#[test]
fn coverage_counts_rules_and_default_denials() {
    let state = state();
    let lowered = state.lower(Profile::Calico, &Options::of(Profile::Calico));
    let mut coverage = Coverage::new(&lowered);
    assert_eq!(coverage.count(), (0, 3));
    let mut ask = |from: &str, to: &str| {
        let (from, to) =
            (Party::read(from, &state.cluster).unwrap(), Destination::read(to, &state.cluster).unwrap());
        for case in reach(&state.cluster, &lowered, &from, &to).unwrap().cases {
            coverage.note(&lowered, &case);
        }
        coverage.count().0
    };
    assert_eq!(ask("shop/web", "shop/db:5432"), 1);
    assert_eq!(ask("shop/web", "shop/db:80"), 2);
    assert_eq!((coverage.percent(), coverage.unexercised().len()), (66, 1));
    let left = coverage.unexercised().remove(0);
    assert_eq!(left.rule.unwrap().path.as_ref(), "spec.ingress[1]");
}

#[test]
fn what_is_malformed_is_told_with_its_place() {
    for (text, expected) in [
        (
            "{apiVersion: ironsides.dev/v2, kind: NetworkTest, expect: [{from: a/b, to: a/c, verdict: deny}]}",
            "apiVersion: this version of Ironsides reads ironsides.dev/v1",
        ),
        ("{apiVersion: ironsides.dev/v1, kind: NetworkTest}", "expect: expected a list of expectations"),
        (
            "{apiVersion: ironsides.dev/v1, kind: NetworkTest, expect: [a]}",
            "expect[0]: expected an expectation",
        ),
        (
            "{apiVersion: ironsides.dev/v1, kind: NetworkTest, expect: [{from: a/b, to: a/c}]}",
            "expect[0].verdict: expected a verdict",
        ),
        (
            "{apiVersion: ironsides.dev/v1, kind: NetworkTest, expect: [{form: a/b, to: a/c, verdict: deny}]}",
            "expect[0].form: there is no key form; did you mean from?",
        ),
        (
            "{apiVersion: ironsides.dev/v1, kind: NetworkTest, expect: [{from: [], to: a/c, verdict: deny}]}",
            "expect[0].from: expected a name",
        ),
        (
            "{apiVersion: ironsides.dev/v1, kind: NetworkTest, profile: cillium,
           expect: [{from: a/b, to: a/c, verdict: deny}]}",
            "profile: expected a profile: spec, calico",
        ),
        (
            "{apiVersion: ironsides.dev/v1, kind: NetworkTest,
           expect: [{from: a/b, to: a/c, http: {path: x}, verdict: deny}]}",
            "expect[0].http.path: expected the path of a request",
        ),
    ] {
        let (_, problems) = test(text);
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{text}: {problems:?}");
    }
}
