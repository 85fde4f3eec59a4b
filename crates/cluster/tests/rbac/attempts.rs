//! Random attempts to hand out more than one has, and to act as somebody else.

use ironsides_rbac::{
    Identity, Impersonations, Mode, Write, WriteVerb, http_request, service_account_user, wanted,
};
use ironsides_tree::{Node, Text, parse_one};
use serde_json::{Value, json};

use crate::Cluster;
use crate::random::Random;
use crate::server::{Call, KINDS, RBAC, Result, Server, ordered};
use crate::world::{LABEL, role_ref, rule, user};

/// A write: who, how, what and where.
struct Attempt {
    user: String,
    verb: WriteVerb,
    resource: &'static str,
    namespace: String,
    name: String,
    /// What is sent.
    body: Value,
}

impl Attempt {
    fn call(&self) -> Call {
        let place = match &*self.namespace {
            "" => format!("{RBAC}/{}", self.resource),
            namespace => format!("{RBAC}/namespaces/{namespace}/{}", self.resource),
        };
        let at = |name: &str| format!("{place}/{}", escaped(name));
        let (method, path, content_type) = match self.verb {
            WriteVerb::Create => ("POST", format!("{place}?dryRun=All"), ""),
            WriteVerb::Replace => ("PUT", format!("{}?dryRun=All", at(&self.name)), ""),
            WriteVerb::Patch => {
                ("PATCH", format!("{}?dryRun=All", at(&self.name)), "application/merge-patch+json")
            }
            WriteVerb::Apply => (
                "PATCH",
                format!("{}?dryRun=All&fieldManager=test&force=true", at(&self.name)),
                "application/apply-patch+yaml",
            ),
            WriteVerb::Delete => ("DELETE", format!("{}?dryRun=All", at(&self.name)), ""),
        };
        let body = (self.verb != WriteVerb::Delete).then(|| self.body.clone());
        Call { method, path, content_type, body, ..Call::default() }.by(&self.user, &[])
    }

    /// What the engine expects.
    fn expected(&self, cluster: &Cluster) -> Result<(u16, String)> {
        let body_name = self.body["metadata"]["name"].as_str().unwrap_or_default();
        let stored_name = if self.verb == WriteVerb::Create { body_name } else { &self.name };
        let key = (self.resource.to_owned(), self.namespace.clone(), stored_name.to_owned());
        let before = cluster.stored.get(&key);
        let after = match (self.verb, before) {
            (WriteVerb::Delete, _) | (WriteVerb::Patch, None) => None,
            (WriteVerb::Patch, Some(before)) => Some(merged(before, &self.body)),
            _ => Some(self.body.clone()),
        };
        let node = |value: Option<&Value>| -> Result<Option<Node>> {
            Ok(value.map(|value| parse_one(&value.to_string())).transpose()?)
        };
        let (before, after) = (node(before)?, node(after.as_ref())?);
        let write = Write {
            verb: self.verb,
            resource: self.resource,
            namespace: &self.namespace,
            name: if self.verb == WriteVerb::Create { "" } else { &self.name },
            before: before.as_ref(),
            after: after.as_ref(),
        };
        Ok(match cluster.rbac.write(&Identity::user(&self.user).live(), &write) {
            Ok(code) => (code, String::new()),
            Err(refused) => (refused.code, refused.message),
        })
    }
}

/// A name in a path.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A JSON merge patch.
fn merged(base: &Value, patch: &Value) -> Value {
    let Some(changes) = patch.as_object() else { return patch.clone() };
    let mut out = base.as_object().cloned().unwrap_or_default();
    for (key, value) in changes {
        if value.is_null() {
            out.shift_remove(key);
        } else {
            let before = out.get(key).cloned().unwrap_or(Value::Null);
            out.insert(key.clone(), merged(&before, value));
        }
    }
    Value::Object(out)
}

/// Writes roles and bindings, without keeping them, as users who may or may not.
pub(crate) async fn escalation(
    server: &Server,
    cluster: &Cluster,
    random: &mut Random,
    count: usize,
) -> Result<(usize, Vec<String>)> {
    let attempts: Vec<Attempt> = (0..count).map(|_| attempt(cluster, random)).collect();
    let answers = server.send_all(attempts.iter().map(Attempt::call).collect()).await?;
    let (mut accepted, mut differences) = (0, Vec::new());
    for (attempt, (status, answer)) in attempts.iter().zip(answers) {
        let (code, message) = attempt.expected(cluster)?;
        accepted += usize::from(code < 300);
        let said = answer["message"].as_str().unwrap_or_default();
        // Words about what is invalid are our own.
        let same = code == status && (matches!(code, 0..300 | 422) || ordered(&message) == ordered(said));
        if !same {
            let call = attempt.call();
            differences.push(format!(
                "{} {} by {} with {}: {status} {said}, ours {code} {message}",
                call.method, call.path, attempt.user, attempt.body
            ));
        }
    }
    Ok((accepted, differences))
}

fn attempt(cluster: &Cluster, random: &mut Random) -> Attempt {
    let world = &cluster.world;
    let user_name = random.pick(&world.writers).clone();
    let in_cluster = random.percent(50);
    let (namespace, known) = if in_cluster {
        (String::new(), random.pick(&world.cluster_roles).clone())
    } else {
        random.pick(&world.roles).clone()
    };
    let fresh = format!("{}-fresh", world.run);
    let kind = |of: &str| KINDS.iter().find(|(resource, _)| *resource == of).map_or("", |(_, kind)| *kind);
    let object = |of: &str, name: &str, more: Value| {
        let mut object = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind(of)});
        object["metadata"] = json!({"name": name});
        if !namespace.is_empty() {
            object["metadata"]["namespace"] = namespace.clone().into();
        }
        merged(&object, &more)
    };
    let roles = if in_cluster { "clusterroles" } else { "roles" };
    let bindings = if in_cluster { "clusterrolebindings" } else { "rolebindings" };
    let urls = in_cluster || random.percent(4);
    let count = 1 + random.below(2);
    let mut rules = json!({"rules": (0..count).map(|_| rule(random, urls)).collect::<Vec<_>>()});
    if in_cluster && random.percent(15) {
        rules["aggregationRule"] = json!({"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]});
    }
    if random.percent(3) {
        rules["rules"][0]["verbs"] = json!([]);
    }
    let stored = |resource: &str, name: &str| {
        cluster
            .stored
            .get(&(resource.to_owned(), namespace.clone(), name.to_owned()))
            .cloned()
            .unwrap_or(Value::Null)
    };
    let write = |verb, resource, name: &str, body| Attempt {
        user: user_name.clone(),
        verb,
        resource,
        namespace: namespace.clone(),
        name: name.to_owned(),
        body,
    };
    match random.below(12) {
        0 | 1 => write(WriteVerb::Create, roles, "", object(roles, &fresh, rules)),
        2 => write(WriteVerb::Create, roles, "", object(roles, &known, rules)),
        3 => {
            let body = match random.below(3) {
                0 => object(roles, &known, rules),
                1 => stored(roles, &known),
                _ => merged(&stored(roles, &known), &rules),
            };
            write(WriteVerb::Replace, roles, &known, body)
        }
        4 => write(WriteVerb::Replace, roles, &fresh, object(roles, &fresh, rules)),
        5 | 6 => {
            let name = if random.percent(8) { &fresh } else { &known };
            let body = match random.below(6) {
                0 => rules,
                1 => json!({"metadata": {"labels": {"a": "b"}}}),
                2 => json!({"metadata": {"finalizers": ["example.com/hold"]}}),
                3 => json!({}),
                4 => json!({"aggregationRule": null}),
                _ => json!({"rules": [], "metadata": {"annotations": {"a": "b"}}}),
            };
            write(WriteVerb::Patch, roles, name, body)
        }
        7 => write(WriteVerb::Apply, roles, &fresh, object(roles, &fresh, rules)),
        8 | 9 => {
            let role = bound(cluster, &namespace, &known, random);
            let mut more = json!({"roleRef": role, "subjects": [user(format!("{}-friend", world.run))]});
            if random.percent(5) {
                more["subjects"] = json!([{"kind": "ServiceAccount", "name": "x"}]);
            }
            let verb =
                *random.pick(&[WriteVerb::Create, WriteVerb::Create, WriteVerb::Replace, WriteVerb::Apply]);
            let name = if verb == WriteVerb::Create { "" } else { &fresh };
            write(verb, bindings, name, object(bindings, &fresh, more))
        }
        10 => {
            let own: Vec<&String> = cluster
                .stored
                .keys()
                .filter(|(resource, place, name)| {
                    resource == bindings && *place == namespace && name.starts_with(&world.run)
                })
                .map(|(_, _, name)| name)
                .collect();
            let name = (*random.pick(&own)).clone();
            let body = match random.below(5) {
                0 => json!({"subjects": []}),
                1 => json!({"metadata": {"labels": {LABEL: "other"}}}),
                2 => json!({"roleRef": bound(cluster, &namespace, &known, random)}),
                3 => json!({"metadata": {"finalizers": ["example.com/hold"]}}),
                _ => json!({"subjects": stored(bindings, &name)["subjects"]}),
            };
            write(WriteVerb::Patch, bindings, &name, body)
        }
        _ => write(WriteVerb::Delete, roles, if random.percent(15) { &fresh } else { &known }, Value::Null),
    }
}

/// A role to bind.
fn bound(cluster: &Cluster, namespace: &str, known: &str, random: &mut Random) -> Value {
    let world = &cluster.world;
    match random.below(10) {
        0 => role_ref("ClusterRole", format!("{}-missing-1", world.run)),
        1 => role_ref("ClusterRole", random.pick(&["view", "edit", "cluster-admin"])),
        2..6 if !namespace.is_empty() => role_ref("Role", known),
        _ => role_ref("ClusterRole", random.pick(&world.cluster_roles)),
    }
}

/// Makes requests as other people, each service account in its own order: the server remembers what last worked.
pub(crate) async fn impersonation(
    server: &Server,
    cluster: &Cluster,
    random: &mut Random,
    each: usize,
) -> Result<(usize, Vec<String>)> {
    let (mut succeeded, mut differences) = (0, Vec::new());
    for (namespace, name) in &cluster.world.actors {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
        let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        let token = server.expect(Call::post(path, body)).await?;
        let actor = server.with_token(token["status"]["token"].as_str().unwrap_or_default())?;
        let requester = seen(&actor.expect(self_review()).await?);
        let mut modes = Impersonations::default();
        for _ in 0..each {
            let headers = headers(cluster, random);
            let mut call = match random.below(4) {
                0 => Call::get(format!(
                    "/api/v1/namespaces/{}/configmaps",
                    random.pick(&cluster.world.namespaces)
                )),
                1 => Call::get("/healthz"),
                _ => self_review(),
            };
            call.headers.extend(headers.iter().cloned());
            let request = http_request(call.method, &call.path);
            let pairs = headers.iter().map(|(name, value)| (&**name, &**value));
            let (mut code, mut message, mut identity) = (200, String::new(), requester.clone());
            match wanted(pairs) {
                Err(error) => (code, message) = (400, error.to_string()),
                Ok(None) => {}
                Ok(Some(wanted)) => match modes.attempt(&cluster.rbac, &requester, &wanted, &request) {
                    Err(refusal) => (code, message) = (403, refusal),
                    Ok(seen) => {
                        succeeded += 1;
                        let _: Mode = seen.mode;
                        identity = seen.identity;
                    }
                },
            }
            if code == 200 {
                let decision = cluster.rbac.decide(&identity, &request);
                if !decision.is_allowed() {
                    (code, message) = (403, cluster.rbac.forbidden(&identity, &request, &decision));
                }
            }
            let (method, path) = (call.method, call.path.clone());
            let (status, answer) = actor.send(call).await?;
            let said = answer["message"].as_str().unwrap_or_default();
            let status = if status < 300 { 200 } else { status };
            // The Node authorizer has reasons of its own to refuse nodes.
            let comparable = code != 200 && !identity.is_in("system:nodes");
            let same_message = !comparable || ordered(&message) == ordered(said);
            let same_identity =
                code != 200 || answer["status"]["userInfo"].is_null() || seen(&answer) == identity;
            if status != code || !same_message || !same_identity {
                differences.push(format!(
                    "{method} {path} by {} with {headers:?}: {status} {said} {}, ours {code} {message} {identity:?}",
                    requester.user, answer["status"]["userInfo"]
                ));
            }
        }
    }
    Ok((succeeded, differences))
}

fn self_review() -> Call {
    let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    Call::post("/apis/authentication.k8s.io/v1/selfsubjectreviews", body)
}

/// The identity that a self review tells.
fn seen(answer: &Value) -> Identity {
    let info = &answer["status"]["userInfo"];
    let texts = |value: &Value| {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(Text::new).collect::<Vec<Text>>()
    };
    let mut extra: Vec<(Text, Vec<Text>)> = info["extra"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, values)| (Text::new(key), texts(values)))
        .collect();
    extra.sort();
    Identity {
        user: Text::new(info["username"].as_str().unwrap_or_default()),
        groups: texts(&info["groups"]),
        uid: info["uid"].as_str().map(Text::new),
        extra,
    }
}

fn headers(cluster: &Cluster, random: &mut Random) -> Vec<(String, String)> {
    let world = &cluster.world;
    let (namespace, name) = random.pick(&world.accounts);
    let user = match random.below(12) {
        0..5 => random.pick(&world.users).clone(),
        5..8 => service_account_user(namespace, name),
        8 => "system:node:node-1".to_owned(),
        9 => (*random.pick(&[
            "system:node:Node_1",
            "system:serviceaccount:a:b:c",
            "system:serviceaccount:A:b",
        ]))
        .to_owned(),
        10 => "system:anonymous".to_owned(),
        _ => String::new(),
    };
    let mut headers = vec![("Impersonate-User".to_owned(), user)];
    if random.percent(45) {
        for group in {
            let count = random.below(5);
            random.some(count, &world.groups)
        } {
            headers.push(("Impersonate-Group".to_owned(), group));
        }
        if random.percent(15) {
            let odd = ["system:masters", "system:unauthenticated", "system:authenticated", ""];
            headers.push(("Impersonate-Group".to_owned(), random.pick(&odd).to_string()));
        }
    }
    if random.percent(10) {
        headers.push(("Impersonate-Uid".to_owned(), "42".to_owned()));
    }
    if random.percent(20) {
        let key = *random.pick(&["scopes", "Scopes", "acme.com%2Fa", "acme.com%2FB"]);
        for value in {
            let count = 1 + random.below(5);
            random.some(count, &["view", "edit", "x y", "a", "b"])
        } {
            headers.push((format!("Impersonate-Extra-{key}"), value.to_owned()));
        }
    }
    headers
}
