//! Random roles, bindings and questions, put to a real API server and to the engine.
//!
//! `IRONSIDES_TEST_KUBECONFIG` names the server; `IRONSIDES_RBAC_REVIEWS` and `IRONSIDES_RBAC_SEED` say how many access
//! reviews there are and where chance begins. Everything that is made carries a label and is removed at the end.

#![allow(clippy::print_stderr, reason = "a test that cannot run says so")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "all of this is a test")]

mod attempts;
mod features;
mod random;
mod reviews;
mod server;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use ironsides_core::Object;
use ironsides_rbac::{Rbac, Rule};
use serde_json::{Value, json};

use features::{Bare, Features};
use random::Random;
use server::{Call, KINDS, RBAC, Result, Server, object};
use world::{LABEL, World};

/// What the server holds, and the engine over it.
struct Cluster {
    world: World,
    rbac: Rbac,
    bare: Bare,
    /// Roles and bindings as they are stored, by resource, namespace and name.
    stored: BTreeMap<(String, String, String), Value>,
}

/// How long the server may take until everything counts.
const PATIENCE: usize = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_answers_as_the_server_does() {
    let Some(kubeconfig) = std::env::var("IRONSIDES_TEST_KUBECONFIG").ok().filter(|path| !path.is_empty())
    else {
        eprintln!(
            "SKIPPED: IRONSIDES_TEST_KUBECONFIG names no cluster, so RBAC was compared with no API server"
        );
        return;
    };
    let number = |name: &str, default: u64| {
        std::env::var(name)
            .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
    };
    let (reviews, seed) = (number("IRONSIDES_RBAC_REVIEWS", 10_000), number("IRONSIDES_RBAC_SEED", 1));
    let server = Server::connect(&kubeconfig).await.unwrap_or_else(|error| panic!("{kubeconfig}: {error}"));
    let run = format!("rbac-{seed}-{}", std::process::id());
    let outcome = compare(&server, &run, seed, usize::try_from(reviews).unwrap()).await;
    let removed = remove(&server, &run).await;
    let differences = outcome.unwrap_or_else(|error| panic!("{error}"));
    removed.unwrap_or_else(|error| panic!("what was made for {run} could not be removed: {error}"));
    assert!(
        differences.is_empty(),
        "seed {seed}: {} differences, among them\n{}",
        differences.len(),
        differences.iter().take(10).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// Makes a world, asks, and tells of differences.
async fn compare(server: &Server, run: &str, seed: u64, reviews: usize) -> Result<Vec<String>> {
    let mut random = Random::new(seed);
    let world = World::new(run.to_owned(), &mut random);
    make(server, &world).await?;
    let cluster = settled(server, world).await?;
    eprintln!("seed {seed}: {} roles and bindings", cluster.world.objects.len());

    let mut features = Features::default();
    let (allowed, mut differences) =
        reviews::accesses(server, &cluster, &mut random, reviews, &mut features).await?;
    eprintln!("{reviews} access reviews, {allowed} allowed; so many met");
    let few = features.report((reviews / 100).min(100));
    let rules = 300;
    differences.extend(reviews::rules(server, &cluster, &mut random, rules).await?);
    let (accepted, more) = attempts::escalation(server, &cluster, &mut random, 800).await?;
    differences.extend(more);
    let (succeeded, more) = attempts::impersonation(server, &cluster, &mut random, 60).await?;
    differences.extend(more);
    eprintln!(
        "{rules} rules reviews, 800 writes ({accepted} accepted), 480 impersonations ({succeeded} succeeded)"
    );
    eprintln!("{} differences", differences.len());
    if allowed * 100 < reviews * 30 {
        differences.push(format!("only {allowed} of {reviews} reviews were allowed"));
    }
    differences.extend(few.iter().map(|few| format!("too few reviews met {few}")));
    if accepted < 100 || succeeded < 50 {
        differences.push("too few writes or impersonations went through".to_owned());
    }
    Ok(differences)
}

async fn make(server: &Server, world: &World) -> Result<()> {
    let labels = json!({LABEL: world.run});
    for namespace in &world.namespaces {
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}});
        server.expect(Call::post("/api/v1/namespaces", body)).await?;
    }
    for (namespace, name) in world.accounts.iter().chain(&world.actors).filter(|(_, name)| name != "default")
    {
        let body = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
        server.expect(Call::post(format!("/api/v1/namespaces/{namespace}/serviceaccounts"), body)).await?;
    }
    let call = |object: &Value| {
        let resource =
            KINDS.iter().find(|(_, kind)| object["kind"] == *kind).map_or("", |(resource, _)| *resource);
        let place = match object["metadata"]["namespace"].as_str() {
            Some(namespace) => format!("{RBAC}/namespaces/{namespace}/{resource}"),
            None => format!("{RBAC}/{resource}"),
        };
        Call::post(place, object.clone())
    };
    // The markers come last, one kind behind the other.
    let (all, markers) = world.objects.split_at(world.objects.len() - 4);
    for (status, answer) in server.send_all(all.iter().map(call).collect()).await? {
        if status != 201 {
            return Err(format!("{status} {}", answer["message"]).into());
        }
    }
    for marker in markers {
        server.expect(call(marker)).await?;
    }
    Ok(())
}

/// The engine over what was sent, once the server's authorizer knows of all of it and gathered roles are as expected.
async fn settled(server: &Server, world: World) -> Result<Cluster> {
    let marker = format!("{}-settled", world.run);
    let asked = |verb: &str, namespace: &str| {
        let spec = json!({"user": marker, "resourceAttributes":
            {"verb": verb, "resource": "pods", "namespace": namespace}});
        let body =
            json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec});
        Call::post("/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
    };
    let mut waiting = String::new();
    for _ in 0..PATIENCE {
        let everywhere = server.expect(asked("marked-everywhere", "")).await?;
        let here = server.expect(asked("marked", &world.namespaces[2])).await?;
        if everywhere["status"]["allowed"] == true && here["status"]["allowed"] == true {
            let (others, stored) = listed(server, &world.run).await?;
            let own: Result<Vec<Object>> = world.objects.iter().map(object).collect();
            let rbac = Rbac::new(others.iter().chain(&own?));
            let Some(role) = unsettled(&rbac, &world, &stored) else {
                // The authorizer sees gathered rules when its own watch does.
                tokio::time::sleep(Duration::from_secs(2)).await;
                let bare = bare(&world);
                return Ok(Cluster { world, rbac, bare, stored });
            };
            waiting = role;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Err(format!("the server did not come to rest: {waiting}").into())
}

type Stored = BTreeMap<(String, String, String), Value>;

/// What others have made, and everything by name.
async fn listed(server: &Server, run: &str) -> Result<(Vec<Object>, Stored)> {
    let (mut others, mut stored) = (Vec::new(), Stored::new());
    for (resource, kind) in KINDS {
        for item in server.list(resource, kind).await? {
            let text = |field: &str| item["metadata"][field].as_str().unwrap_or_default().to_owned();
            let key = (resource.to_owned(), text("namespace"), text("name"));
            if item["metadata"]["labels"][LABEL] != run {
                others.push(object(&item)?);
            }
            stored.insert(key, item);
        }
    }
    Ok((others, stored))
}

/// A role that gathers other rules than the engine thinks.
fn unsettled(rbac: &Rbac, world: &World, stored: &Stored) -> Option<String> {
    world.objects.iter().filter(|object| object.get("aggregationRule").is_some()).find_map(|object| {
        let name = object["metadata"]["name"].as_str()?;
        let role = rbac.role(rbac.role_named(None, name)?)?;
        let item = stored.get(&("clusterroles".to_owned(), String::new(), name.to_owned()))?;
        let rules = item["rules"].as_array().cloned().unwrap_or_default();
        let theirs: Vec<Rule> = rules
            .iter()
            .filter_map(|rule| ironsides_tree::parse_one(&rule.to_string()).ok())
            .map(|node| Rule::read(&node))
            .collect();
        (*theirs != *role.rules).then(|| format!("{name} has {theirs:?}, ours {:?}", role.rules))
    })
}

fn bare(world: &World) -> Bare {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let bindings = world.objects.iter().filter_map(|object| Some((object, object["subjects"].as_array()?)));
    let of = |(object, subjects): (&Value, &Vec<Value>)| {
        let bare = subjects
            .iter()
            .map(|subject| subject["kind"] == "ServiceAccount" && subject.get("namespace").is_none());
        ((text(&object["metadata"]["namespace"]), text(&object["metadata"]["name"])), bare.collect())
    };
    bindings.map(of).collect::<HashMap<_, _>>()
}

async fn remove(server: &Server, run: &str) -> Result<()> {
    let selector = format!("labelSelector={LABEL}%3D{run}");
    for resource in ["clusterrolebindings", "clusterroles"] {
        let path = format!("{RBAC}/{resource}?{selector}");
        server.expect(Call { method: "DELETE", path, ..Call::default() }).await?;
    }
    for name in ["a", "b", "c"] {
        let path = format!("/api/v1/namespaces/{run}-{name}");
        // What was never made cannot be removed.
        match server.send(Call { method: "DELETE", path, ..Call::default() }).await? {
            (200..300 | 404, _) => {}
            (status, answer) => return Err(format!("{status} {}", answer["message"]).into()),
        }
    }
    Ok(())
}
