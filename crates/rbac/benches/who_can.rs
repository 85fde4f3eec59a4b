//! How fast roles are read and questions answered: `cargo bench -p ironsides-rbac`.

use divan::Bencher;
use ironsides_core::{Object, Origin};
use ironsides_rbac::{Identity, Question, Rbac, Request, ResourceRequest, Where, Which};
use ironsides_tree::Text;

fn main() {
    divan::main();
}

/// 10,000 Roles with a RoleBinding each, over 100 namespaces, always the same ones.
fn objects() -> Vec<Object> {
    const RESOURCES: [&str; 6] = ["pods", "secrets", "configmaps", "services", "pods/exec", "events"];
    const VERBS: [&str; 5] = ["get", "list", "create", "update", "delete"];
    let object = |text: &str| {
        let root = ironsides_tree::parse_one(text).unwrap_or(ironsides_tree::Node::NULL);
        Object::new(root, Origin::Api { request: "a list".into() }, Vec::new())
    };
    let mut objects = Vec::new();
    for at in 0..10_000 {
        let version = "rbac.authorization.k8s.io/v1";
        let place = format!("metadata: {{name: r-{at}, namespace: ns-{}}}", at % 100);
        let (resource, verb) = (RESOURCES[at % 6], VERBS[at / 7 % 5]);
        objects.push(object(&format!(
            "{{apiVersion: {version}, kind: Role, {place},
              rules: [{{apiGroups: [''], resources: [{resource}], verbs: [{verb}, watch]}}]}}"
        )));
        objects.push(object(&format!(
            "{{apiVersion: {version}, kind: RoleBinding, {place}, roleRef: {{kind: Role, name: r-{at}}},
              subjects: [{{kind: ServiceAccount, name: sa-{}}}, {{kind: User, name: user-{}}}]}}",
            at % 2000,
            at % 500
        )));
    }
    objects
}

#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let objects = objects();
    bencher.bench_local(|| Rbac::new(&objects));
}

fn question(namespace: Where, name: Which) -> Question {
    let text = Text::new_static;
    Question::Resource {
        verb: text("get"),
        group: text(""),
        resource: text("secrets"),
        subresource: text(""),
        namespace,
        name,
    }
}

#[divan::bench]
fn who_can_in_a_namespace(bencher: Bencher<'_, '_>) {
    let rbac = Rbac::new(&objects());
    let question = question(Where::Namespace(Text::new("ns-7")), Which::Nameless);
    bencher.bench_local(|| rbac.who_can(&question));
}

#[divan::bench]
fn who_can_anywhere(bencher: Bencher<'_, '_>) {
    let rbac = Rbac::new(&objects());
    let question = question(Where::Anywhere, Which::Any);
    bencher.bench_local(|| rbac.who_can(&question));
}

#[divan::bench]
fn decide(bencher: Bencher<'_, '_>) {
    let rbac = Rbac::new(&objects());
    let who = Identity::service_account("ns-7", "sa-7");
    let request = Request::from(ResourceRequest::new("get", "", "secrets").in_namespace("ns-7").named("x"));
    bencher.bench_local(|| rbac.decide(&who, &request));
}
