//! Lists that go wrong: never an empty list, never a lost object, always a reason.

use ironsides_cluster::{ClusterError, Wanted};
use ironsides_core::Extent;
use ironsides_tree::Node;

use crate::fake::{Fake, Reply, json, of, page, status, wanted, why};

const PODS: &str = "/api/v1/pods";

fn names(objects: &[Node]) -> Vec<&str> {
    objects.iter().map(|object| object.at(&["metadata", "name"]).unwrap().as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_make_a_list() {
    let fake = Fake::start(|asked, _| match asked.path.as_str() {
        "/api/v1/pods?limit=500" => page(0..500, "a/b=="),
        "/api/v1/pods?limit=500&continue=a%2Fb%3D%3D" => page(500..700, ""),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    let pods = of(&facts, "pods", None);
    assert_eq!((pods.objects.len(), &pods.extent), (700, &Extent::Complete));
    assert_eq!(pods.objects[0].get("kind").unwrap().as_str(), Some("Pod"));
    assert_eq!(pods.objects[0].get("apiVersion").unwrap().as_str(), Some("v1"));
    assert_eq!(*names(&pods.objects).last().unwrap(), "pod-0699");
    assert_eq!(of(&facts, "deployments", None).extent, Extent::Complete);
    assert_eq!(facts.server.version, "v1.36.3");
}

#[tokio::test]
async fn a_list_that_expires_begins_anew() {
    let fake = Fake::start(|asked, before| match asked.path.as_str() {
        "/api/v1/pods?limit=500" if before == 0 => page(0..3, "old"),
        "/api/v1/pods?limit=500" => page(0..4, "new"),
        "/api/v1/pods?limit=500&continue=old" => status(410, "Expired", "too old"),
        "/api/v1/pods?limit=500&continue=new" => page(4..6, ""),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    let pods = of(&facts, "pods", None);
    assert_eq!(
        names(&pods.objects),
        ["pod-0000", "pod-0001", "pod-0002", "pod-0003", "pod-0004", "pod-0005"]
    );
    assert_eq!(pods.extent, Extent::Complete);
}

#[tokio::test]
async fn a_list_that_always_expires_is_read_whole() {
    let fake = Fake::start(|asked, _| match asked.path.as_str() {
        "/api/v1/pods?limit=0" => page(0..9, ""),
        "/api/v1/pods?limit=500" => page(0..3, "old"),
        path if path.starts_with(PODS) => status(410, "Expired", "too old"),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    assert_eq!(of(&facts, "pods", None).objects.len(), 9);
    let fake = Fake::start(|asked, _| match asked.path.as_str() {
        "/api/v1/pods?limit=500" => page(0..3, "old"),
        path if path.starts_with(PODS) => status(410, "Expired", "too old"),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    let pods = of(&facts, "pods", None);
    assert!(matches!(pods.extent, Extent::Partial { .. }) && pods.objects.len() == 3, "{:?}", pods.extent);
    assert!(why(pods).contains("(410)"), "{}", why(pods));
}

#[tokio::test]
async fn what_breaks_on_the_way_is_said_and_what_was_read_is_kept() {
    type Later = fn() -> Option<Reply>;
    let cases: [(&str, Later, &str, usize); 9] = [
        (
            "401",
            || status(401, "Unauthorized", "Unauthorized"),
            "credentials are no longer accepted (401)",
            1,
        ),
        ("500", || status(500, "InternalError", "etcd is gone"), "it answered 500 (etcd is gone)", 4),
        ("503", || json(503, "upstream connect error"), "it answered 503 (upstream connect error)", 4),
        ("malformed", || json(200, r#"{"kind":"PodList","items":[{]}"#), "it is no JSON", 1),
        ("other", || json(200, r#"{"kind":"Pod"}"#), "it is no list, but of kind \"Pod\"", 1),
        ("html", || json(200, "<html>login</html>"), "it is no JSON", 1),
        (
            "items",
            || json(200, r#"{"kind":"PodList","items":[1]}"#),
            "an item of the list must be a map, not integer",
            1,
        ),
        ("cut", || Some(Reply::Cut("{\"kind\":\"Pod".into())), "the connection broke", 4),
        ("closed", || Some(Reply::Close), "the connection broke", 4),
    ];
    let run = cases.into_iter().flat_map(|case| [true, false].map(|is_first| (case, is_first)));
    let run = run.map(|((name, later, expected, tries), is_first)| async move {
        let fake = Fake::start(move |asked, _| match asked.path.as_str() {
            "/api/v1/pods?limit=500" if !is_first => page(0..2, "next"),
            path if path.starts_with(PODS) => later(),
            _ => None,
        })
        .await;
        let facts = fake.collect().await;
        let pods = of(&facts, "pods", None);
        assert!(why(pods).contains(expected), "{name}: {}", why(pods));
        let is_as_expected = match &pods.extent {
            Extent::Absent { .. } => is_first && pods.objects.is_empty(),
            Extent::Partial { why } => {
                !is_first && pods.objects.len() == 2 && why.starts_with("only the first 2 objects")
            }
            Extent::Complete => false,
        };
        assert!(is_as_expected, "{name}: {:?}", pods.extent);
        let path = if is_first { "/api/v1/pods?limit=500" } else { "continue=next" };
        assert_eq!(fake.count(path), tries, "{name}");
        // The others do not suffer.
        assert_eq!(of(&facts, "deployments", None).extent, Extent::Complete, "{name}");
    });
    assert_eq!(futures::future::join_all(run).await.len(), 18);
}

#[tokio::test]
async fn no_answer_in_time_is_said() {
    let fake = Fake::start(|asked, _| asked.path.starts_with(PODS).then_some(Reply::Hang)).await;
    let facts = fake.collect().await;
    assert!(
        why(of(&facts, "pods", None)).contains("no answer within 0.7 s"),
        "{:?}",
        of(&facts, "pods", None).extent
    );
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let fake = Fake::start(|asked, before| match (asked.path.split('?').next().unwrap(), before) {
        (PODS, 0) => Some(Reply::Full(429, vec![("Retry-After", "0".into())], String::new())),
        (PODS, 1) => Some(Reply::Close),
        (PODS, 2) => json(503, ""),
        (PODS, _) => page(0..5, ""),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    assert_eq!(of(&facts, "pods", None).objects.len(), 5);
    assert_eq!(of(&facts, "pods", None).extent, Extent::Complete);
}

const REFUSED: &str =
    "pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" at the cluster scope";

#[tokio::test]
async fn what_is_refused_for_all_namespaces_is_read_in_each() {
    let namespaces = |names: &[&str]| {
        let items: Vec<String> =
            names.iter().map(|name| format!(r#"{{"metadata":{{"name":"{name}"}}}}"#)).collect();
        json(200, format!(r#"{{"kind":"NamespaceList","items":[{}]}}"#, items.join(",")))
    };
    let fake = Fake::start(move |asked, _| match asked.path.split('?').next().unwrap() {
        PODS => status(403, "Forbidden", REFUSED),
        "/api/v1/namespaces" => namespaces(&["closed", "shop"]),
        "/api/v1/namespaces/shop/pods" => page(0..2, ""),
        "/api/v1/namespaces/closed/pods" => status(403, "Forbidden", "User \"alice\" cannot list it"),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    let all = of(&facts, "pods", None);
    assert!(
        matches!(&all.extent, Extent::Partial { why } if why.starts_with("read in 1 of 2 namespaces only")),
        "{:?}",
        all.extent
    );
    assert!(
        why(all).contains("grant \"list\" on \"pods\" in the whole cluster: ")
            && why(all).ends_with("--user=alice")
    );
    assert_eq!(of(&facts, "pods", Some("shop")).objects.len(), 2);
    assert!(
        why(of(&facts, "pods", Some("closed")))
            .contains("grant \"list\" on \"pods\" in namespace \"closed\"")
    );
    let inventory = facts.inventory();
    assert_eq!(inventory.coverage.of_objects("", "pods", Some("shop")), Extent::Complete);
    assert!(matches!(inventory.coverage.of_objects("", "pods", Some("closed")), Extent::Absent { .. }));
    assert!(matches!(inventory.coverage.of_objects("", "pods", None), Extent::Partial { .. }));

    // Where each namespace can be read, nothing is missing.
    let fake = Fake::start(move |asked, _| match asked.path.split('?').next().unwrap() {
        PODS => status(403, "Forbidden", REFUSED),
        "/api/v1/namespaces" => namespaces(&["shop"]),
        "/api/v1/namespaces/shop/pods" => page(0..2, ""),
        _ => None,
    })
    .await;
    let inventory = fake.collect().await.inventory();
    assert_eq!(inventory.coverage.of_objects("", "pods", None), Extent::Complete);
    assert_eq!(inventory.of_kind("", "Pod").count(), 2);

    // Where they cannot even be listed, somebody has to name them.
    let fake = Fake::start(move |asked, _| match asked.path.split('?').next().unwrap() {
        PODS | "/api/v1/namespaces" => status(403, "Forbidden", REFUSED),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    assert!(why(of(&facts, "pods", None)).ends_with("or name the namespaces that may be read with -n"));
}

#[tokio::test]
async fn named_namespaces_are_all_that_is_read() {
    let fake = Fake::start(|asked, _| match asked.path.split('?').next().unwrap() {
        "/api/v1/namespaces/shop/pods" => page(0..2, ""),
        "/api/v1/namespaces/shop" => {
            json(200, r#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop"}}"#)
        }
        _ => None,
    })
    .await;
    let kinds = [("", "Pod"), ("", "Namespace"), ("", "Node")];
    let kinds = kinds.map(|(group, kind)| (group.to_owned(), kind.to_owned())).into();
    let wanted = Wanted { kinds, namespaces: vec!["shop".into()], ..Wanted::default() };
    let (cluster, plan) = fake.plan(&wanted).await;
    let requests: Vec<&str> = plan.reads.iter().map(|read| read.request.as_str()).collect();
    assert_eq!(
        requests,
        [
            "GET /version",
            "GET /api",
            "GET /apis",
            "GET /api/v1/namespaces/shop",
            "GET /api/v1/nodes",
            "GET /api/v1/namespaces/shop/pods"
        ]
    );
    let roles = plan.roles_yaml();
    assert!(roles.contains("kind: ClusterRole\n") && roles.contains("kind: Role\n"), "{roles}");
    let facts = cluster.collect(&plan, &()).await.unwrap();
    assert_eq!(of(&facts, "pods", Some("shop")).objects.len(), 2);
    assert_eq!(names(&of(&facts, "namespaces", Some("shop")).objects), ["shop"]);
    assert_eq!(fake.count("/api/v1/pods"), 0);
}

#[tokio::test]
async fn a_group_whose_server_is_down_is_a_gap_of_its_own() {
    let stale = r#"{"kind":"APIGroupDiscoveryList","items":[
        {"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":"deployments",
          "responseKind":{"kind":"Deployment"},"scope":"Namespaced","verbs":["list"]}]}]},
        {"metadata":{"name":"down.example.com"},"versions":[{"version":"v1","freshness":"Stale"}]}]}"#;
    let fake = Fake::start(move |asked, _| (asked.path == "/apis").then(|| json(200, stale).unwrap())).await;
    let mut wanted = wanted();
    wanted.kinds.push(("down.example.com".into(), "Thing".into()));
    wanted.kinds.push(("apps".into(), "Unheard".into()));
    let (cluster, plan) = fake.plan(&wanted).await;
    let facts = cluster.collect(&plan, &()).await.unwrap();
    assert_eq!(of(&facts, "deployments", None).extent, Extent::Complete);
    // Nobody knows what its resources are called.
    let down = of(&facts, "*", None);
    assert!(
        why(down).contains("the server behind the API group down.example.com (v1) does not answer"),
        "{}",
        why(down)
    );
    // What is not served has no objects, and no name that a list could have.
    assert!(facts.listings.iter().all(|listing| !listing.resource.starts_with("unheard")));
    let (_, plan) = fake.plan(&Wanted { all_kinds: true, ..Wanted::default() }).await;
    assert!(plan.settled.iter().any(|listing| &*listing.group == "down.example.com"));
}

#[tokio::test]
async fn servers_without_aggregated_discovery_are_asked_group_by_group() {
    let fake = Fake::start(|asked, _| match asked.path.as_str() {
        "/api" => json(200, r#"{"kind":"APIVersions","versions":["v1"]}"#),
        "/api/v1" => json(
            200,
            r#"{"kind":"APIResourceList","resources":[{"name":"pods","kind":"Pod","namespaced":true,"verbs":["list"]},
               {"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]},
               {"name":"nodes","kind":"Node","namespaced":false,"verbs":["list"]}]}"#,
        ),
        "/apis" => json(
            200,
            r#"{"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"version":"v1beta1"},{"version":"v1"}],
               "preferredVersion":{"version":"v1"}},{"name":"down.example.com","versions":[{"version":"v1"}],
               "preferredVersion":{"version":"v1"}}]}"#,
        ),
        "/apis/apps/v1" | "/apis/apps/v1beta1" => json(
            200,
            r#"{"kind":"APIResourceList","resources":[{"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["list"]}]}"#,
        ),
        "/apis/down.example.com/v1" => json(503, "service unavailable"),
        _ => None,
    })
    .await;
    let (cluster, plan) = fake.plan(&Wanted { all_kinds: true, ..Wanted::default() }).await;
    let requests: Vec<&str> = plan.reads.iter().skip(3).map(|read| read.request.as_str()).collect();
    assert_eq!(requests, ["GET /api/v1/nodes", "GET /api/v1/pods", "GET /apis/apps/v1/deployments"]);
    let preferred =
        plan.server.resources.iter().filter(|resource| resource.preferred && resource.group == "apps");
    assert_eq!(preferred.map(|resource| resource.version.as_str()).collect::<Vec<_>>(), ["v1"]);
    let facts = cluster.collect(&plan, &()).await.unwrap();
    assert!(why(of(&facts, "*", None)).contains("(service unavailable)"), "{:?}", facts.listings);
}

#[tokio::test]
async fn the_name_of_a_resource_is_the_one_that_the_server_gives_its_kind() {
    let groups = r#"{"kind":"APIGroupDiscoveryList","items":[
        {"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":"deployments",
          "responseKind":{"kind":"Deployment"},"scope":"Namespaced","verbs":["list"]}]}]},
        {"metadata":{"name":"cilium.io"},"versions":[{"version":"v2","resources":[{"resource":"ciliumnetworkpolicies",
          "responseKind":{"kind":"CiliumNetworkPolicy"},"scope":"Namespaced","verbs":["list"]}]}]}]}"#;
    let fake = Fake::start(move |asked, _| match asked.path.split('?').next().unwrap() {
        "/apis" => json(200, groups),
        "/apis/cilium.io/v2/ciliumnetworkpolicies" => page(0..3, ""),
        _ => None,
    })
    .await;
    let mut wanted = wanted();
    wanted.kinds.push(("cilium.io".into(), "CiliumNetworkPolicy".into()));
    wanted.kinds.push(("cilium.io".into(), "CiliumClusterwideNetworkPolicy".into()));
    let (cluster, plan) = fake.plan(&wanted).await;
    let facts = cluster.collect(&plan, &()).await.unwrap();
    let cilium: Vec<(&str, usize)> = facts
        .listings
        .iter()
        .filter(|listing| &*listing.group == "cilium.io")
        .map(|listing| (&*listing.resource, listing.objects.len()))
        .collect();
    assert_eq!(cilium, [("ciliumnetworkpolicies", 3)]);
}

#[tokio::test]
async fn built_in_kinds_are_read_where_discovery_is_refused() {
    let fake = Fake::start(|asked, _| match asked.path.split('?').next().unwrap() {
        "/api" | "/apis" => status(403, "Forbidden", "no"),
        PODS => page(0..2, ""),
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    assert_eq!(of(&facts, "pods", None).objects.len(), 2);
    assert_eq!(of(&facts, "deployments", None).extent, Extent::Complete);
}

#[tokio::test]
async fn a_server_that_no_longer_answers_at_all_is_an_error() {
    let fake = Fake::start(|asked, _| {
        let is_list = asked.path.contains("limit=");
        if is_list { status(401, "Unauthorized", "Unauthorized") } else { None }
    })
    .await;
    let (cluster, plan) = fake.plan(&wanted()).await;
    let error = cluster.collect(&plan, &()).await.unwrap_err();
    assert!(matches!(error, ClusterError::Server { .. }), "{error}");
    assert!(error.to_string().contains("does not accept these credentials (401)"), "{error}");
}

#[tokio::test]
async fn anonymous_answers_carry_no_credentials() {
    let fake = Fake::start(|asked, _| match asked.path.as_str() {
        "/livez" => status(403, "Forbidden", "User \"system:anonymous\" cannot get path \"/livez\""),
        _ => None,
    })
    .await;
    let wanted = Wanted { anonymous: true, ..wanted() };
    let connect = ironsides_cluster::Connect {
        token: Some("hunter2".into()),
        as_user: Some("bob".into()),
        ..fake.connect()
    };
    let cluster = ironsides_cluster::Cluster::connect(&connect).await.unwrap();
    let plan = cluster.plan(&wanted).await.unwrap();
    assert!(
        plan.reads
            .iter()
            .any(|read| read.request == "GET /livez" && read.why.contains("without credentials"))
    );
    let facts = cluster.collect(&plan, &()).await.unwrap();
    let answers: Vec<(&str, u16)> =
        facts.server.anonymous.iter().map(|answer| (answer.request.as_str(), answer.status)).collect();
    assert!(
        answers.contains(&("GET /version", 200)) && answers.contains(&("GET /livez", 403)),
        "{answers:?}"
    );
    let asked = fake.asked.lock().unwrap();
    for request in asked.iter() {
        let is_probe = request.path == "/livez" || request.path == "/metrics";
        assert_eq!(
            request.head.contains("authorization: bearer hunter2"),
            !is_probe || request.path == "/version",
            "{request:?}"
        );
        if is_probe {
            assert!(!request.head.contains("impersonate"), "{request:?}");
        }
        if request.path.contains("limit=") {
            assert!(request.head.contains("impersonate-user: bob"), "{request:?}");
        }
        if request.path == "/version" {
            break;
        }
    }
}

#[tokio::test]
async fn kubelets_are_asked_for_what_runs_in_them_where_that_is_wanted() {
    const NODES: &str = r#"{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}"#;
    let fake = Fake::start(|asked, _| match asked.path.split('?').next().unwrap() {
        "/api/v1/nodes" => json(200, NODES),
        "/api/v1/nodes/a/proxy/configz" => json(
            200,
            r#"{"kubeletconfig":{"kind":"KubeletConfiguration","podPidsLimit":-1,"staticPodURLHeader":{"X":["hunter2"]}}}"#,
        ),
        "/api/v1/nodes/b/proxy/configz" => {
            status(403, "Forbidden", "nodes \"b\" is forbidden: User \"bob\" cannot get resource \"nodes/proxy\"")
        }
        _ => None,
    })
    .await;
    let facts = fake.collect().await;
    assert!(facts.listings.iter().all(|listing| &*listing.resource != "nodefacts"));
    assert_eq!(fake.count("configz"), 0);

    let (cluster, plan) = fake.plan(&Wanted { configz: true, ..wanted() }).await;
    assert!(plan.roles_yaml().contains("nodes/proxy"));
    assert!(plan.reads.iter().any(|read| read.request == "GET /api/v1/nodes/NODE/proxy/configz"));
    let facts = cluster.collect(&plan, &()).await.unwrap();
    let told = of(&facts, "nodefacts", None);
    assert_eq!(names(&told.objects), ["a"]);
    let configz = told.objects[0].get("configz").unwrap();
    assert_eq!(configz.get("podPidsLimit").unwrap().as_i64(), Some(-1));
    assert_eq!(configz.get("staticPodURLHeader").unwrap().as_str(), Some("********"));
    assert!(matches!(told.extent, Extent::Partial { .. }));
    let why = why(told);
    assert!(why.starts_with("of node b: forbidden; grant \"get\" on \"nodes/proxy\""), "{why}");
    assert!(
        why.contains("create clusterrole ironsides-get-nodes-proxy --verb=get --resource=nodes/proxy"),
        "{why}"
    );
}
