//! The log of `demo/audit` is what an API server with the roles of `demo/audit` would write.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::sync::Arc;

use ironsides_audit::{About, Event, Policy, Request, Stage, each_event};
use ironsides_core::{Object, Origin};
use ironsides_rbac::{Checked, History, missing_defaults};

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/audit").join(name);
    std::fs::read_to_string(&path).unwrap()
}

#[test]
fn every_decision_of_the_demo_s_log_is_that_of_its_roles() {
    let origin = || Origin::Api { request: Arc::from("demo") };
    let rbac = text("rbac.yaml");
    let mut objects: Vec<Object> = rbac
        .split("\n---\n")
        .map(|document| Object::new(ironsides_tree::parse_one(document).unwrap(), origin(), Vec::new()))
        .collect();
    assert_eq!(objects.len(), 9);
    objects.extend(missing_defaults(&objects).into_iter().cloned());
    let log = text("audit.jsonl");
    let mut history = History::new(&objects);
    let mut stages = [0; 2];
    for line in log.lines() {
        each_event(line, &mut |event| {
            history.note(event);
            match event.stage {
                Some(Stage::ResponseStarted) => stages[0] += 1,
                Some(Stage::ResponseComplete) => stages[1] += 1,
                other => panic!("{other:?}"),
            }
        })
        .unwrap();
    }
    assert_eq!(history.blind_writes, 0);
    let mut agreed = 0;
    for line in log.lines() {
        each_event(line, &mut |event| match history.check(event) {
            Checked::NotRbac => {}
            Checked::Agrees => agreed += 1,
            Checked::Differs { server, ours } => {
                panic!("{} {}: {server} / {ours}", event.received, event.request_uri)
            }
        })
        .unwrap();
    }
    assert!(agreed > 140, "{agreed}");
    assert!(stages[0] > 20 && stages[1] > 130, "{stages:?}");
}

/// The request of an event as the audit policy saw it.
fn request<'a>(event: &'a Event<'_>) -> Request<'a> {
    let object = event.object.as_ref();
    Request {
        user: (!event.user.name.is_empty()).then(|| event.user.name.as_ref().into()),
        groups: event.user.groups.iter().map(|group| group.as_ref().into()).collect(),
        verb: event.verb.as_ref().into(),
        about: object.map_or_else(
            || About::Path(event.request_uri.split('?').next().unwrap_or_default().into()),
            |object| About::Resource {
                group: object.group.as_ref().into(),
                resource: object.resource.as_ref().into(),
                subresource: object.subresource.as_ref().into(),
                namespace: object.namespace.as_ref().into(),
                name: object.name.as_ref().into(),
            },
        ),
    }
}

#[test]
fn every_event_of_the_demo_s_log_has_the_level_of_its_policy() {
    let policy = Policy::read(&text("policy.yaml")).unwrap().policy;
    let log = text("audit.jsonl");
    let mut last = String::new();
    for line in log.lines() {
        each_event(line, &mut |event| {
            assert_eq!(Some(policy.decide(&request(event)).level), event.level, "{}", event.request_uri);
            assert!(*last <= *event.staged, "{} comes after {last}", event.staged);
            last = event.staged.to_string();
        })
        .unwrap();
    }
}
