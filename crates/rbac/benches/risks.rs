//! How long it takes to judge all subjects of 20,000 bindings by all families, and to find what they can become:
//! `cargo bench -p ironsides-rbac --bench risks`.

use std::fmt::Write;
use std::sync::Arc;

use divan::Bencher;
use ironsides_core::{Inventory, Object, Origin};
use ironsides_rbac::{Identity, Rbac, Surroundings, missing_default_roles};

fn main() {
    divan::main();
}

/// 20,000 roles and as many bindings in 100 namespaces, of 2,000 service accounts, 500 users and 50 groups; always the same.
fn world() -> Inventory {
    let resources = [
        ("", "pods"),
        ("", "secrets"),
        ("", "configmaps"),
        ("", "services"),
        ("apps", "deployments"),
        ("batch", "jobs"),
        ("rbac.authorization.k8s.io", "rolebindings"),
        ("networking.k8s.io", "ingresses"),
        ("", "pods/exec"),
        ("", "serviceaccounts/token"),
    ];
    let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
    let mut state: usize = 3;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut inventory = Inventory::default();
    let mut push = |text: &str| {
        let Ok(root) = ironsides_tree::parse_one(text) else { return };
        inventory.push(Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new()));
    };
    for number in 0..20_000 {
        let namespace = number % 100;
        let mut rules = String::new();
        for _ in 0..=random(3) {
            let (group, resource) = resources[random(resources.len())];
            let (one, other) = (verbs[random(verbs.len())], verbs[random(verbs.len())]);
            let _ = write!(
                rules,
                "{{\"apiGroups\": [\"{group}\"], \"resources\": [\"{resource}\"], \"verbs\": [\"{one}\", \"{other}\"]}},"
            );
        }
        let rules = rules.trim_end_matches(',');
        let subject = match random(10) {
            0..7 => {
                let account = random(2000);
                format!(
                    "{{\"kind\": \"ServiceAccount\", \"name\": \"s{account}\", \"namespace\": \"n{}\"}}",
                    account % 100
                )
            }
            7..9 => format!("{{\"kind\": \"User\", \"name\": \"u{}\"}}", random(500)),
            _ => format!("{{\"kind\": \"Group\", \"name\": \"g{}\"}}", random(50)),
        };
        let of = |kind: &str, rest: &str| {
            format!(
                "{{\"apiVersion\": \"rbac.authorization.k8s.io/v1\", \"kind\": \"{kind}\",
                  \"metadata\": {{\"name\": \"r{number}\", \"namespace\": \"n{namespace}\"}}, {rest}}}"
            )
        };
        push(&of("Role", &format!("\"rules\": [{rules}]")));
        let reference = format!("\"roleRef\": {{\"kind\": \"Role\", \"name\": \"r{number}\"}}");
        push(&of("RoleBinding", &format!("{reference}, \"subjects\": [{subject}]")));
    }
    inventory
}

fn rbac() -> (Rbac, Surroundings) {
    let inventory = world();
    let defaults = missing_default_roles(inventory.objects());
    (Rbac::new(inventory.objects().iter().chain(defaults)), Surroundings::of(&inventory))
}

#[divan::bench(sample_count = 10)]
fn risks_of_all_subjects(bencher: Bencher<'_, '_>) {
    let (rbac, around) = rbac();
    bencher.bench_local(|| rbac.risks(&around).told.len());
}

#[divan::bench(sample_count = 10)]
fn escalations_of_all_subjects(bencher: Bencher<'_, '_>) {
    let (rbac, around) = rbac();
    bencher.bench_local(|| rbac.escalations(&around).len());
}

#[divan::bench(sample_count = 10)]
fn escalations_of_one(bencher: Bencher<'_, '_>) {
    let (rbac, around) = rbac();
    let identity = Identity::service_account("n1", "s1");
    bencher.bench_local(|| rbac.escalations_of(&identity, &around).len());
}
