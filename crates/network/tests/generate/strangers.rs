//! Workloads of one name, workloads that are over, workloads that only the log knows, and pods that no policy guards.

use super::*;

/// The notes that hold a text.
fn noted<'a>(generated: &'a Generated, text: &str) -> Vec<&'a str> {
    generated.notes.iter().map(|note| note.text.as_str()).filter(|note| note.contains(text)).collect()
}

fn names(generated: &Generated) -> Vec<&str> {
    generated.policies.iter().map(|made| made.name.name.as_str()).collect()
}

fn text_of<'a>(generated: &'a Generated, name: &str) -> &'a str {
    generated.policies.iter().find(|made| made.name.name == name).map(|made| made.text.as_str()).unwrap()
}

/// Deployment and StatefulSet `web` of one namespace, and who calls one of them.
const TWINS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec: {template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: [{name: c}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: a}
spec: {template: {metadata: {labels: {app: web, tier: store}}, spec: {containers: [{name: c}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: caller, namespace: a}
spec: {template: {metadata: {labels: {app: caller}}, spec: {containers: [{name: c}]}}}
";

#[test]
fn workloads_of_one_name_stay_two() {
    let line = |kind: &str, pod: &str| {
        format!(
            r#"{{"flow":{{"verdict":"FORWARDED","IP":{{"source":"","destination":""}},"l4":{{"TCP":{{"source_port":40000,"destination_port":80,"flags":{{"SYN":true}}}}}},"source":{{"identity":9,"namespace":"a","pod_name":"caller-7d98456675-2mcs4","labels":["k8s:app=caller"]}},"destination":{{"identity":9,"namespace":"a","pod_name":"{pod}"{kind}}},"Type":"L3_L4","traffic_direction":"INGRESS","is_reply":false}}}}"#
        )
    };
    let told_kind = r#","workloads":[{"name":"web","kind":"StatefulSet"}]"#;
    // By the kind that the log tells, and by how pods of that kind are named.
    for line in [line(told_kind, "web-0"), line("", "web-0")] {
        let world = world(TWINS, &line);
        let generated = made(&world, &Wishes::default(), Profile::Spec);
        assert_eq!(names(&generated), ["default-deny", "allow-dns", "caller", "web-statefulset"], "{line}");
        let text = text_of(&generated, "web-statefulset");
        assert!(
            text.contains("What web (StatefulSet) of a may receive and send.")
                && text.contains("tier: store"),
            "{text}"
        );
        let told: Vec<&str> = generated
            .proof
            .newly_denied
            .iter()
            .map(|denied| denied.to.as_str())
            .filter(|to| to.contains("web"))
            .collect();
        assert!(told.contains(&"a/web (Deployment)") && told.contains(&"a/web (StatefulSet)"), "{told:?}");
        assert!(generated.proof.holds());
    }
    // A name alone means both.
    let world = world(TWINS, r#"{"source":"a/caller","destination":"a/web","port":80}"#);
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    assert_eq!(
        names(&generated),
        ["default-deny", "allow-dns", "caller", "web-deployment", "web-statefulset"]
    );
    assert!(generated.proof.holds());
}

#[test]
fn what_is_over_is_known_by_what_was_read() {
    let manifests = deployments(&[("a", "two")])
        + "---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: a}
spec: {template: {metadata: {labels: {app: migrate}}, spec: {containers: [{name: c}]}}}
status: {conditions: [{type: Complete, status: 'True'}]}
---
apiVersion: v1
kind: Pod
metadata:
  {name: migrate-x7k2p, namespace: a, labels: {app: migrate, job-name: migrate},
   ownerReferences: [{apiVersion: batch/v1, kind: Job, name: migrate, controller: true, uid: u}]}
spec: {containers: [{name: c}]}
status: {phase: Succeeded, podIP: 10.0.0.7}
";
    let ends = [
        r#"{"source":"a/migrate-x7k2p","destination":"a/two","port":80}"#,
        r#"{"source":"a/migrate","destination":"a/two","port":80}"#,
        r#"{"source":"10.0.0.7","destination":"a/two","port":80}"#,
    ];
    for line in ends {
        let world = world(&manifests, line);
        let generated = made(&world, &Wishes::default(), Profile::Spec);
        assert_eq!(names(&generated), ["default-deny", "allow-dns", "migrate", "two"], "{line}");
        let text = text_of(&generated, "two");
        assert!(text.contains("app: migrate") && !text.contains("podSelector: {}"), "{text}");
        assert_eq!(
            noted(&generated, "come to its end"),
            [
                "a/migrate (Job) has come to its end, and was seen before, first at flows.jsonl:1: its rules are for the next time \
                 it runs; delete them if there is none"
            ]
        );
        assert!(noted(&generated, "log alone").is_empty() && generated.proof.holds());
    }
    // Of two that are seen, each is told; what still runs has taken the address over.
    let now = manifests.replace("10.0.0.7", "10.0.0.8")
        + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: now, namespace: a, labels: {app: now}}\nspec: {containers: [{name: c}]}\n\
           status: {phase: Running, podIP: 10.0.0.8}\n";
    let world = world(&now, r#"{"source":"10.0.0.8","destination":"a/two","port":80}"#);
    assert_eq!(
        names(&made(&world, &Wishes::default(), Profile::Spec)),
        ["default-deny", "allow-dns", "now", "two"]
    );
}

#[test]
fn what_only_the_log_knows_is_selected_by_what_it_tells() {
    let line = |labels: &str, pod: &str| {
        format!(
            r#"{{"flow":{{"verdict":"FORWARDED","IP":{{"source":"","destination":""}},"l4":{{"TCP":{{"source_port":40000,"destination_port":80,"flags":{{"SYN":true}}}}}},"source":{{"identity":9,"namespace":"a","pod_name":"{pod}","labels":[{labels}]}},"destination":{{"identity":9,"namespace":"a","pod_name":"two-7d98456675-2mcs4","labels":["k8s:app=two"]}},"Type":"L3_L4","traffic_direction":"INGRESS","is_reply":false}}}}"#
        )
    };
    let of = |lines: &[String]| {
        let world = world(&deployments(&[("a", "two")]), &lines.join("\n"));
        made(&world, &Wishes::default(), Profile::Spec)
    };
    let known = of(&[line(r#""k8s:app=old","k8s:pod-template-hash=1""#, "old-7d98456675-2mcs4")]);
    assert!(text_of(&known, "two").contains("app: old"), "{}", known.text());
    assert_eq!(
        noted(&known, "a/old"),
        [
            "a/old is known from the log alone, first at flows.jsonl:1: it is not among what was read, or is gone; rules select it \
             by labels that the log tells: app=old"
        ]
    );
    // Two of its pods with other labels: what both have selects both.
    let both = [
        line(r#""k8s:app=old","k8s:track=a""#, "old-7d98456675-2mcs4"),
        line(r#""k8s:app=old","k8s:track=b""#, "old-7d98456675-2mcs5"),
    ];
    let both = of(&both);
    assert!(text_of(&both, "two").contains("app: old") && !both.text().contains("track"), "{}", both.text());
    assert!(both.proof.holds());
    // One whose name begins like another's is another.
    let near = [
        line(r#""k8s:app=cart""#, "cart-7d98456675-2mcs4"),
        line(r#""k8s:app=cart-redis""#, "cart-redis-7d98456675-2mcs4"),
    ];
    let near = of(&near);
    let text = text_of(&near, "two");
    assert!(text.contains("app: cart\n") && text.contains("app: cart-redis\n"), "{text}");
    assert!(noted(&near, "take every pod").is_empty());
    // Without labels every pod of the namespace is meant, and that is told of whom it names, too.
    let silent = of(&[line("", "old-7d98456675-2mcs4")]);
    assert!(text_of(&silent, "two").contains("- podSelector: {}"), "{}", silent.text());
    assert_eq!(noted(&silent, "take every pod of a").len(), 1, "{:?}", silent.notes);
    assert!(noted(&silent, "log tells no labels").len() == 1 && silent.proof.holds());
}

#[test]
fn agents_on_the_network_of_nodes_get_no_policies() {
    let agent = "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, namespace: agents}\nspec:\n  template:\n    \
                 metadata: {labels: {app: agent}}\n    spec: {hostNetwork: true, containers: [{name: c}]}\n";
    let world = world(&(deployments(&[("a", "one")]) + agent), "");
    let named = Wishes { namespaces: Some(["agents".into(), "a".into()].into()), ..Wishes::default() };
    for wishes in [Wishes::default(), named] {
        let generated = made(&world, &wishes, Profile::Spec);
        assert!(generated.policies.iter().all(|made| made.draft.namespace == "a"), "{}", generated.text());
        assert_eq!(
            noted(&generated, "agents"),
            [
                "namespace agents gets no policies: agent uses the network of the nodes, which policies of a namespace do not \
                 guard, and it has no other pods"
            ]
        );
        assert!(generated.steps.iter().all(|step| step.namespace.as_deref() != Some("agents")));
    }
    // Beside other pods it is left alone, and that is told.
    let world = super::world(&(deployments(&[("a", "one")]) + &agent.replace("agents", "a")), "");
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    assert_eq!(names(&generated), ["default-deny", "allow-dns"]);
    assert_eq!(noted(&generated, "the network of the nodes").len(), 1);
}

#[test]
fn denied_flows_that_go_through_all_the_same_are_told() {
    let lookup = hubble(("a", "one"), ("kube-system", "coredns"), 53)
        .replace("FORWARDED", "DROPPED")
        .replace(r#""Type":"L3_L4""#, r#""drop_reason_desc":"POLICY_DENIED","Type":"L3_L4""#);
    let other = lookup.replace(r#""destination_port":53"#, r#""destination_port":54"#);
    let coredns = deployments(&[("kube-system", "coredns")]).replace("app: coredns", "k8s-app: kube-dns");
    let world = world(&(deployments(&PODS) + &coredns), &[other, lookup].join("\n"));
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    assert_eq!(generated.proof.let_through.len(), 1);
    assert_eq!(
        noted(&generated, "denied or failed"),
        [
            "a/one to kube-system/coredns on TCP 53 (flows.jsonl:2) was denied or failed when it was seen, and goes through from \
             now on: rules that were made for others allow it, or nothing guards its ends",
            "a/one to kube-system/coredns on TCP 54 (flows.jsonl:1) was denied or failed when it was seen, so that no rule is made \
             of it; the same holds for 1 more",
        ]
    );
}

#[test]
fn many_requests_are_kept_or_told() {
    let web = |at: usize| {
        let request = format!(
            r#""l7":{{"type":"REQUEST","http":{{"code":0,"method":"GET","url":"http://x/p/a{}","protocol":"HTTP/1.1"}}}},"Type":"L7""#,
            "b".repeat(at)
        );
        hubble(("a", "one"), ("a", "two"), 8001).replace(r#""Type":"L3_L4""#, &request)
    };
    let wishes = Wishes { kind: PolicyKind::Cilium, ..Wishes::default() };
    let of = |count: usize| {
        let log: Vec<String> = (0..count).map(web).collect();
        let world = world(&deployments(&PODS), &log.join("\n"));
        let generated = made(&world, &wishes, Profile::Cilium);
        assert!(generated.proof.holds() && generated.proof.allowed == generated.proof.asked);
        generated
    };
    let few = of(40);
    assert!(
        noted(&few, "stand as").is_empty() && few.text().matches("path:").count() == 40,
        "{}",
        few.text()
    );
    let many = of(300);
    assert_eq!(noted(&many, "stand as"), ["requests of a/one to a/two: 300 paths of GET stand as /p/[^/?]+"]);
    assert!(
        many.text().contains("# More than was seen: 300 paths of GET stand as /p/[^/?]+."),
        "{}",
        many.text()
    );
    let more = of(1200);
    assert_eq!(
        noted(&more, "more paths"),
        ["requests of a/one to a/two: more paths of GET were seen than are kept: any may be asked for"]
    );
}
