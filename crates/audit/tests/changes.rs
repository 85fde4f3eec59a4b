//! What two policies record differently is told exactly where trying every request finds a difference: level, stages that
//! the request reaches, managed fields.

use std::borrow::Cow;
use std::collections::BTreeSet;

use ironsides_audit::{About, Decision, Level, Policy, Request, Stage, Stages};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

fn some(words: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence(words, 1..=words.len())]
}

fn rule() -> impl Strategy<Value = String> {
    let what = (some(&["pods", "pods/log", "pods/exec"]), some(&["/a", "/debug/*"]));
    let stages = some(&["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]);
    let level = select(&["None", "Metadata", "Request"][..]);
    (some(&["u"]), some(&["get", "watch"]), what, stages, level, any::<bool>()).prop_map(
        |(users, verbs, (resources, paths), stages, level, omit)| {
            let about = match (resources.is_empty(), paths.is_empty()) {
                (true, true) => String::new(),
                (true, false) => format!(", nonResourceURLs: [{}]", list(&paths)),
                _ => format!(", resources: [{{group: '', resources: [{}]}}]", list(&resources)),
            };
            let (users, verbs, stages) = (list(&users), list(&verbs), list(&stages));
            format!(
                "- {{level: {level}, users: [{users}], verbs: [{verbs}], omitStages: [{stages}], \
                 omitManagedFields: {omit}{about}}}"
            )
        },
    )
}

/// Every request of a small world. `-` is what no rule names, and so is the verb `list`.
fn requests() -> Vec<Request<'static>> {
    let resource = |subresource| About::Resource {
        group: "".into(),
        resource: "pods".into(),
        subresource: Cow::Borrowed(subresource),
        namespace: "n".into(),
        name: "".into(),
    };
    let mut abouts: Vec<About<'static>> = ["", "log", "exec", "-"].map(resource).to_vec();
    abouts.extend(["/a", "/-", "/debug/-", "/debug/pprof/-"].map(|path| About::Path(path.into())));
    let mut all = Vec::new();
    for about in abouts {
        for user in [Some("u"), Some("-"), None] {
            for verb in ["get", "list", "watch"] {
                all.push(Request {
                    user: user.map(Cow::Borrowed),
                    groups: Vec::new(),
                    verb: verb.into(),
                    about: about.clone(),
                });
            }
        }
    }
    all
}

/// What is recorded, and nothing else of a decision.
fn outcome(decision: Decision, request: &Request<'_>) -> (Level, Stages, bool, bool) {
    let panic = decision.omit_stages.has(Stage::Panic);
    let managed = decision.level >= Level::Request && decision.omit_managed_fields;
    (decision.level, decision.written(request), panic, managed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn changes_are_all_there_are(
        old in proptest::collection::vec(rule(), 1..4),
        new in proptest::collection::vec(rule(), 1..4),
    ) {
        let read = |rules: &[String]| {
            let text = format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{}\n", rules.join("\n"));
            Policy::read(&text).unwrap().policy
        };
        let (old, new) = (read(&old), read(&new));
        let pairs: BTreeSet<_> = requests()
            .iter()
            .map(|request| (old.decide(request), new.decide(request), request))
            // At level `None` a panic is not recorded either.
            .filter(|(old, new, _)| old.level != Level::None || new.level != Level::None)
            .filter(|(old, new, request)| outcome(*old, request) != outcome(*new, request))
            .map(|(old, new, _)| (old.rule, new.rule))
            .collect();
        let told: BTreeSet<_> = old.changes(&new).iter().map(|change| (change.old_rule, change.new_rule)).collect();
        prop_assert_eq!(told, pairs);
    }
}
