//! Policies that are made keep what they promise.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use ironsides_audit::{About, Event, Goal, Level, Load, Loads, Policy, Replay, Request, Standing, generate};

fn load(
    user: &'static str,
    groups: &[&'static str],
    verb: &'static str,
    what: [&'static str; 4],
    per_day: f64,
) -> Load {
    let [group, resource, subresource, namespace] = what.map(Into::into);
    Load {
        request: Request {
            user: Some(user.into()),
            groups: groups.iter().map(|group| (*group).into()).collect(),
            verb: verb.into(),
            about: About::Resource { group, resource, subresource, namespace, name: "".into() },
        },
        per_day,
        event: 900.0,
        request_body: 1_000.0,
        response_body: 3_000.0,
        assumed: false,
    }
}

fn busy() -> Vec<Load> {
    let (node, nodes) = ("system:node:a", ["system:nodes", "system:authenticated"]);
    let (kcm, all) = ("system:kube-controller-manager", ["system:authenticated"]);
    vec![
        load(node, &nodes, "update", ["coordination.k8s.io", "leases", "", "kube-node-lease"], 8_640.0),
        load(node, &nodes, "patch", ["", "pods", "status", "shop"], 5_000.0),
        load(node, &nodes, "create", ["", "events", "", "shop"], 4_000.0),
        load(kcm, &all, "update", ["coordination.k8s.io", "leases", "", "kube-system"], 43_200.0),
        load(kcm, &all, "watch", ["apps", "replicasets", "", ""], 10_000.0),
        load(kcm, &all, "list", ["", "secrets", "", ""], 20_000.0),
        load("system:serviceaccount:shop:ci", &all, "list", ["", "services", "", "shop"], 90_000.0),
    ]
}

/// Reads what was written, without a word of the server's.
fn read(text: &str) -> Policy {
    let loaded = Policy::read(text).unwrap();
    assert!(loaded.notes.is_empty(), "{:?}\n{text}", loaded.notes);
    loaded.policy
}

#[test]
fn a_policy_is_read_back_as_it_was_made_and_covers_what_its_goal_says() {
    for goal in [Goal::Minimal, Goal::Detection, Goal::Forensics, Goal::Cis] {
        for budget in [None, Some(1.0)] {
            let made = generate(goal, budget, &busy());
            let text = made.text("made for a test\nwith two lines");
            let policy = read(&text);
            assert!(made.policy.changes(&policy).is_empty(), "{text}");
            let coverage = policy.coverage();
            let least = if goal == Goal::Detection { Standing::Covered } else { Standing::Indistinct };
            for own in &coverage {
                assert!(own.standing() >= least, "{goal:?} {}: {text}", own.technique.id);
                // Nobody is let pass with an act of a technique.
                let passes =
                    own.acts.iter().flat_map(|act| &act.milder).find(|(_, left)| left.level == Level::None);
                assert!(passes.is_none(), "{goal:?} {}: {passes:?} {text}", own.technique.id);
            }
            // Every rule decides something.
            assert!(policy.dead().is_empty(), "{:?} {text}", policy.dead());
        }
    }
}

#[test]
fn bodies_of_secrets_are_never_recorded() {
    for goal in [Goal::Minimal, Goal::Detection, Goal::Forensics, Goal::Cis] {
        let policy = generate(goal, None, &[]).policy;
        for (group, resource, sub) in [
            ("", "secrets", ""),
            ("", "serviceaccounts", "token"),
            ("authentication.k8s.io", "tokenreviews", ""),
        ] {
            for verb in ironsides_audit::RESOURCE_VERBS {
                let request = load("jane", &[], verb, [group, resource, sub, "shop"], 1.0).request;
                assert_eq!(policy.decide(&request).level, Level::Metadata, "{goal:?} {verb} {resource}");
            }
        }
    }
}

#[test]
fn noise_goes_where_no_technique_hides_and_the_rest_is_told_with_its_cost() {
    let free = generate(Goal::Detection, None, &busy());
    let text = free.text("");
    assert!(text.contains("userGroups: [\"system:nodes\"]\n  verbs: [\"patch\"]"), "{text}");
    assert!(text.contains("resources: [\"replicasets\"]"), "{text}");
    // Whoever holds the credential of a controller must not list secrets unseen.
    let dropped = free.rules.iter().filter(|made| made.rule.level == Level::None);
    assert!(
        dropped
            .flat_map(|made| &made.rule.resources)
            .all(|entry| !entry.resources.contains(&"secrets".into()))
    );
    assert!(free.over.is_empty());
    let tight = generate(Goal::Detection, Some(free.bytes / 2.0), &busy());
    assert!(tight.bytes > free.bytes / 2.0);
    assert!(tight.over.windows(2).all(|pair| pair[0].bytes >= pair[1].bytes));
    assert!(tight.over.iter().map(|cost| cost.bytes).sum::<f64>() >= tight.bytes - free.bytes / 2.0);
    let lease = tight.over.iter().find(|cost| cost.what.contains("leases")).unwrap();
    assert_eq!(
        (lease.what.as_str(), lease.hides.as_slice()),
        ("update leases.coordination.k8s.io by system:kube-controller-manager", &["lease-tampering"][..],)
    );
    // A budget that is met asks for nothing.
    assert!(generate(Goal::Detection, Some(free.bytes * 2.0), &busy()).over.is_empty());
}

/// A log of a quarter of an hour, as a server that records everything writes it.
fn log() -> Vec<String> {
    let mut lines = Vec::new();
    for at in 0..900 {
        let time = format!("2026-11-22T10:{:02}:{:02}.000000Z", at / 60, at % 60);
        let mut add = |user: &str, verb: &str, object: &str, request: &str, response: &str| {
            lines.push(format!(
                "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"RequestResponse\",\"auditID\":\"{at}-{verb}\",\
                 \"stage\":\"ResponseComplete\",\"requestURI\":\"/x\",\"verb\":\"{verb}\",\"user\":{{\"username\":\"{user}\"}},\
                 \"objectRef\":{object},\"responseStatus\":{{\"code\":200}},{request}{response}\
                 \"stageTimestamp\":\"{time}\"}}"
            ));
        };
        let pods = "{\"resource\":\"pods\",\"namespace\":\"shop\",\"apiVersion\":\"v1\"}";
        let body = format!("\"requestObject\":{{\"spec\":\"{}\"}},", "x".repeat(at % 50 * 10));
        let answer = format!("\"responseObject\":{{\"status\":\"{}\"}},", "y".repeat(at % 70 * 10));
        add("jane", "create", pods, &body, &answer);
        if at % 3 == 0 {
            add("joe", "list", pods, "", &answer);
        }
    }
    lines
}

#[test]
fn what_is_predicted_is_what_a_replay_writes() {
    let log = log();
    let mut loads = Loads::default();
    for line in &log {
        loads.add(&Event::read(line).unwrap(), line);
    }
    assert_eq!(loads.window(), Some(899_000_000));
    for goal in [Goal::Minimal, Goal::Detection, Goal::Forensics, Goal::Cis] {
        let made = generate(goal, None, &loads.loads());
        let mut replay = Replay::new(&made.policy);
        for line in &log {
            replay.add(&Event::read(line).unwrap(), line);
        }
        let days = 899.0 / 86_400.0;
        let replayed = replay.bytes() / days;
        assert!((made.bytes - replayed).abs() < replayed * 0.001, "{goal:?}: {} and {replayed}", made.bytes);
    }
}
