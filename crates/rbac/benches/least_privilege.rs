//! How fast rights are noted from events, beside how fast the events are read.

use std::fmt::Write;

use divan::counter::BytesCount;
use ironsides_audit::each_event;
use ironsides_rbac::{Making, Rbac, Source, Usage};

fn main() {
    divan::main();
}

/// Events at level Metadata: of `users` identities, each with requests for `names` objects in 50 namespaces.
fn log(count: usize, users: usize, names: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let (space, name, user) = (at % 50, at * 7 % names, at % users);
        let _ = writeln!(
            text,
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{at:08}-0000-4000-8000-000000000000","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/ns-{space}/configmaps/obj-{name}","verb":"get","user":{{"username":"system:serviceaccount:ns-{user}:sa-{user}","uid":"00c9c3d9-c264-4524-a103-1e714da52853","groups":["system:serviceaccounts","system:serviceaccounts:ns-{user}","system:authenticated"]}},"sourceIPs":["10.0.0.1"],"userAgent":"kube-controller-manager/v1.36.3 (linux/amd64) kubernetes/$Format","objectRef":{{"resource":"configmaps","namespace":"ns-{space}","name":"obj-{name}","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"2026-01-01T00:00:00.000000Z","stageTimestamp":"2026-01-01T00:00:00.010000Z","annotations":{{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by RoleBinding \"sa-{user}/ns-{user}\" of Role \"reader\" to ServiceAccount \"sa-{user}/ns-{user}\""}}}}"#
        );
    }
    text
}

fn usage(log: &str) -> Usage {
    let mut usage = Usage::default();
    for (line, number) in log.lines().zip(1..) {
        let _ = each_event(line, &mut |event| usage.add(event, Source { file: "log", line: number }));
    }
    usage
}

#[divan::bench]
fn read(bencher: divan::Bencher<'_, '_>) {
    let log = log(20_000, 20, 300);
    bencher.counter(BytesCount::of_str(&log)).bench(|| {
        let mut verbs = 0;
        for line in log.lines() {
            let _ = each_event(line, &mut |event| verbs += event.verb.len());
        }
        verbs
    });
}

#[divan::bench(args = [10, 300, 100_000])]
fn note(bencher: divan::Bencher<'_, '_>, names: usize) {
    let log = log(20_000, 20, names);
    bencher.counter(BytesCount::of_str(&log)).bench(|| usage(&log).seen.allowed);
}

#[divan::bench]
fn propose(bencher: divan::Bencher<'_, '_>) {
    let users = usage(&log(20_000, 20, 300)).by_user();
    let standing = Rbac::default().for_everybody();
    bencher.bench(|| {
        let proposals = users.values().map(|used| used.proposal(&standing, None, Making::default()));
        proposals.map(|proposal| proposal.roles.len()).sum::<usize>()
    });
}
