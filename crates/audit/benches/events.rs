//! How fast events are read, and a policy decides about them.

use std::fmt::Write;

use divan::counter::BytesCount;
use ironsides_audit::{Event, each_event};

fn main() {
    divan::main();
}

/// Events at level Metadata, as an API server writes them.
fn log(count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let (space, name, user) = (at % 50, at % 300, at % 20);
        let _ = writeln!(
            text,
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{at:08}-0000-4000-8000-000000000000","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/ns-{space}/pods/obj-{name}","verb":"get","user":{{"username":"system:serviceaccount:ns-{user}:sa-{user}","uid":"00c9c3d9-c264-4524-a103-1e714da52853","groups":["system:serviceaccounts","system:serviceaccounts:ns-{user}","system:authenticated"],"extra":{{"authentication.kubernetes.io/credential-id":["JTI=9fc5c37b-c7f3-4c72-be45-f5e62693a601"]}}}},"sourceIPs":["10.0.0.1"],"userAgent":"kube-controller-manager/v1.36.3 (linux/amd64) kubernetes/$Format","objectRef":{{"resource":"pods","namespace":"ns-{space}","name":"obj-{name}","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"2026-01-01T00:00:00.000000Z","stageTimestamp":"2026-01-01T00:00:00.010000Z","annotations":{{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by RoleBinding \"sa-{user}/ns-{user}\" of Role \"reader\" to ServiceAccount \"sa-{user}/ns-{user}\""}}}}"#
        );
    }
    text
}

#[divan::bench]
fn read(bencher: divan::Bencher<'_, '_>) {
    let log = log(2000);
    bencher.counter(BytesCount::of_str(&log)).bench(|| {
        log.lines().filter_map(|line| Event::read(line).ok()).map(|event| event.verb.len()).sum::<usize>()
    });
}

#[divan::bench]
fn read_any_form(bencher: divan::Bencher<'_, '_>) {
    let log = log(2000);
    bencher.counter(BytesCount::of_str(&log)).bench(|| {
        let mut verbs = 0;
        for line in log.lines() {
            let _ = each_event(line, &mut |event| verbs += event.verb.len());
        }
        verbs
    });
}
