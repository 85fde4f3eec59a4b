//! Watches: what comes, changes and goes, also across breaks.

use std::time::Duration;

use ironsides_cluster::{Change, Cluster, Connect, Read, Wanted, Watch};
use ironsides_tree::Node;
use serde_json::json;

use crate::fake::{Fake, Reply, json as answer, page, status};
use crate::real::{Real, kubeconfig};

fn told(change: &Change) -> String {
    let name = |node: &Node| node.at(&["metadata", "name"]).unwrap().as_str().unwrap().to_owned();
    match change {
        Change::Added(node) => format!("+{}", name(node)),
        Change::Modified(node) => format!("~{}", name(node)),
        Change::Deleted(node) => format!("-{}", name(node)),
        Change::Listed => "listed".into(),
    }
}

async fn next(watch: &mut Watch) -> String {
    let change = tokio::time::timeout(Duration::from_secs(20), watch.next()).await.expect("a change in time");
    told(&change.unwrap())
}

async fn until(watch: &mut Watch, expected: &[&str]) {
    for expected in expected {
        assert_eq!(next(watch).await, *expected);
    }
}

fn pods(plan: &ironsides_cluster::Plan) -> Read {
    plan.reads.iter().find(|read| read.resource == "pods").unwrap().clone()
}

fn event(kind: &str, name: &str, version: u32) -> String {
    format!(
        "{{\"type\":\"{kind}\",\"object\":{{\"metadata\":{{\"name\":\"{name}\",\"namespace\":\"shop\",\"resourceVersion\":\"{version}\"}}}}}}\n"
    )
}

#[tokio::test]
async fn a_watch_goes_on_where_it_ended_and_lists_again_where_that_is_forgotten() {
    let fake = Fake::start(|asked, _| {
        let path = asked.path.as_str();
        let watched = |body: String| Some(Reply::Full(200, Vec::new(), body));
        if path == "/api/v1/pods?limit=500" {
            return None;
        }
        if !path.contains("watch=1") {
            return None;
        }
        let version = path.split("resourceVersion=").nth(1).unwrap().split('&').next().unwrap();
        match version {
            "" => watched(event("ADDED", "a", 5) + &event("ADDED", "b", 6) + &event("BOOKMARK", "", 9)),
            "9" => watched(event("MODIFIED", "a", 10) + &event("DELETED", "b", 11)),
            "11" => Some(Reply::Cut(event("ADDED", "c", 12))),
            "12" => watched(
                "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}\n"
                    .into(),
            ),
            _ => Some(Reply::Hang),
        }
    })
    .await;
    let (cluster, plan) = fake.plan(&crate::fake::wanted()).await;
    let mut watch = cluster.watch(&pods(&plan)).unwrap();
    // After the 410 the list is read again, and it is empty: what was known is gone.
    until(&mut watch, &["listed", "+a", "+b", "~a", "-b", "+c", "-a", "-c"]).await;
    assert_eq!(fake.count("limit=500"), 2);
}

#[tokio::test]
async fn what_differs_after_a_second_list_is_told() {
    let fake = Fake::start(|asked, before| {
        if asked.path.contains("watch=1") {
            return if before < 2 { status(410, "Gone", "too old") } else { Some(Reply::Hang) };
        }
        match (asked.path.split('?').next().unwrap(), before) {
            ("/api/v1/pods", 0) => page(0..3, ""),
            ("/api/v1/pods", _) => page(1..4, ""),
            _ => None,
        }
    })
    .await;
    let (cluster, plan) = fake.plan(&crate::fake::wanted()).await;
    let mut watch = cluster.watch(&pods(&plan)).unwrap();
    until(&mut watch, &["+pod-0000", "+pod-0001", "+pod-0002", "listed", "+pod-0003", "-pod-0000"]).await;
}

#[tokio::test]
async fn a_refusal_ends_the_wait() {
    let fake = Fake::start(|asked, _| match asked.path.as_str() {
        path if path.contains("watch=1") => status(403, "Forbidden", "User \"x\" cannot watch"),
        "/api/v1/pods?limit=500" => answer(200, r#"{"kind":"PodList","items":[]}"#),
        _ => None,
    })
    .await;
    let (cluster, plan) = fake.plan(&crate::fake::wanted()).await;
    let mut watch = cluster.watch(&pods(&plan)).unwrap();
    until(&mut watch, &["listed"]).await;
    assert_eq!(watch.next().await.unwrap_err().code(), Some(403));
}

#[tokio::test]
async fn a_real_server_s_changes_are_seen() {
    let Some(file) = kubeconfig("a_real_server_s_changes_are_seen") else { return };
    let mut real = Real::new(file, "watch").await;
    let namespace = real.namespace.clone();
    let secrets = format!("/api/v1/namespaces/{namespace}/secrets");
    real.create(&secrets, &json!({"metadata": {"name": "first"}})).await;
    let connect = Connect { ..real.connect.clone() };
    let cluster = Cluster::connect(&connect).await.unwrap();
    let kinds = vec![(String::new(), "Secret".to_owned())];
    let wanted = Wanted { kinds, namespaces: vec![namespace.clone()], ..Wanted::default() };
    let plan = cluster.plan(&wanted).await.unwrap();
    let read = plan.reads.iter().find(|read| read.resource == "secrets").unwrap();
    let mut watch = cluster.watch(read).unwrap();
    until(&mut watch, &["+first", "listed"]).await;
    let secret = json!({"metadata": {"name": "second"}, "stringData": {"password": "Tr0ub4dor&3"}});
    real.create(&secrets, &secret).await;
    let change = watch.next().await.unwrap();
    assert_eq!(told(&change), "+second");
    let shown = format!("{change:?}");
    assert!(shown.contains("withheld/bytes/000000011/") && !shown.contains("VHIwdWI0ZG9yJjM="), "{shown}");
    real.patch(&format!("{secrets}/second"), &json!({"metadata": {"labels": {"a": "b"}}})).await;
    assert_eq!(next(&mut watch).await, "~second");
    real.delete(&format!("{secrets}/second")).await;
    assert_eq!(next(&mut watch).await, "-second");
    real.clean().await;
}
