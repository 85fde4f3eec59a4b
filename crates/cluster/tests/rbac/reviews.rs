//! Random access reviews and rules reviews.

use ironsides_rbac::{AccessReview, Decision, Grant, Identity, Rbac, Rule, service_account_user};
use ironsides_tree::Text;
use serde_json::{Value, json};

use crate::Cluster;
use crate::features::{self, Features};
use crate::random::Random;
use crate::server::{Call, Result, Server, ordered};
use crate::world::{GROUPS, NAMES, RESOURCES, URLS, VERBS, World};

/// Asks so many access reviews, and tells of each difference.
pub(crate) async fn accesses(
    server: &Server,
    cluster: &Cluster,
    random: &mut Random,
    count: usize,
    features: &mut Features,
) -> Result<(usize, Vec<String>)> {
    let specs = questions(cluster, random, count)?;
    let calls = specs.iter().map(call).collect();
    let answers = server.send_all(calls).await?;
    let (mut allowed, mut differences) = (0, Vec::new());
    for (spec, (status, answer)) in specs.iter().zip(answers) {
        let asked = AccessReview::read(&ironsides_tree::parse_one(&spec.to_string())?);
        let Ok(asked) = asked else {
            if status != 422 {
                differences.push(format!("{spec}: {status} and not 422"));
            }
            continue;
        };
        let decision = asked.decide(&cluster.rbac);
        allowed += usize::from(decision.is_allowed());
        features.note(&features::of(
            &cluster.rbac,
            &cluster.bare,
            &asked.identity,
            &asked.request,
            &decision,
        ));
        let theirs = answer["status"]["allowed"].as_bool();
        let reason = answer["status"]["reason"].as_str().unwrap_or_default();
        if theirs != Some(decision.is_allowed()) || !may_say(&cluster.rbac, &asked, &decision, reason) {
            let ours = cluster.rbac.reason(&decision);
            differences.push(format!(
                "{spec}: {status} {}, ours {} {ours:?}",
                answer["status"],
                decision.is_allowed()
            ));
        }
    }
    Ok((allowed, differences))
}

/// So many questions, out of more: those that meet what is rare come before others.
fn questions(cluster: &Cluster, random: &mut Random, count: usize) -> Result<Vec<Value>> {
    let (mut chosen, mut others, mut met_so_far) = (Vec::new(), Vec::new(), Features::default());
    for _ in 0..count * 3 {
        let spec = spec(cluster, random);
        let Ok(asked) = AccessReview::read(&ironsides_tree::parse_one(&spec.to_string())?) else {
            others.push(spec);
            continue;
        };
        let decision = asked.decide(&cluster.rbac);
        let met = features::of(&cluster.rbac, &cluster.bare, &asked.identity, &asked.request, &decision);
        if met_so_far.lacks(&met, count / 80) {
            met_so_far.note(&met);
            chosen.push(spec);
        } else {
            others.push(spec);
        }
    }
    chosen.extend(others);
    chosen.truncate(count);
    Ok(chosen)
}

fn call(spec: &Value) -> Call {
    let body = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec});
    Call::post("/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
}

/// Whether a reason is one that the server may give: it names any binding that grants, those of the cluster before others.
fn may_say(rbac: &Rbac, asked: &AccessReview, decision: &Decision, reason: &str) -> bool {
    if !matches!(decision, Decision::Allowed(_)) {
        return ordered(&rbac.reason(decision)) == ordered(reason);
    }
    let grants = rbac.grants_of(&asked.identity, &asked.request);
    let of_cluster =
        |grant: &Grant| rbac.binding(grant.binding).is_some_and(|binding| binding.namespace.is_none());
    let any_of_cluster = grants.iter().any(of_cluster);
    grants
        .iter()
        .filter(|grant| of_cluster(grant) == any_of_cluster)
        .any(|grant| rbac.allowed_by(grant).is_some_and(|by| reason == format!("RBAC: {by}")))
}

/// A question near to what some binding grants.
fn spec(cluster: &Cluster, random: &mut Random) -> Value {
    let (world, rbac) = (&cluster.world, &cluster.rbac);
    let own: Vec<usize> = (0..rbac.bindings().len())
        .filter(|at| {
            rbac.bindings()[*at].name.starts_with(&world.run) && !rbac.bindings()[*at].subjects.is_empty()
        })
        .collect();
    let binding = &rbac.bindings()[*random.pick(&own)];
    let role = rbac.role_of(binding).and_then(|id| rbac.role(id));
    let rule = role.filter(|role| !role.rules.is_empty()).map(|role| random.pick(&role.rules).clone());
    let mut spec = who(world, random.pick(&binding.subjects), random);
    let rule = rule.unwrap_or_else(|| Rule {
        verbs: vec![Text::new(random.pick(VERBS))],
        api_groups: vec![Text::new("")],
        resources: vec![Text::new("pods")],
        ..Rule::default()
    });
    let place = match binding.namespace.as_deref() {
        Some(namespace) if !random.percent(10) => namespace.to_owned(),
        _ if random.percent(50) => random.pick(&world.namespaces).clone(),
        _ => String::new(),
    };
    if rule.non_resource_urls.is_empty() {
        spec["resourceAttributes"] = resource(&rule, &place, random);
    } else {
        let url = one(&rule.non_resource_urls, "", random);
        let url = match url.trim_end_matches('*') {
            prefix if prefix.len() < url.len() && random.percent(80) => {
                format!("{prefix}{}", random.pick(&["", "x", "/x/y", "*"]))
            }
            _ => url,
        };
        let url = if random.percent(15) { random.pick(URLS).to_string() } else { url };
        spec["nonResourceAttributes"] = json!({"verb": verb(&rule, random), "path": url});
    }
    if random.percent(1) {
        spec["nonResourceAttributes"] = json!({"verb": "get", "path": "/"});
    }
    spec
}

fn verb(rule: &Rule, random: &mut Random) -> String {
    if random.percent(12) { random.pick(VERBS).to_string() } else { one(&rule.verbs, "get", random) }
}

/// One of the values of a rule; something else where it is `*`, most of the time.
fn one(values: &[Text], instead: &str, random: &mut Random) -> String {
    let value = if values.is_empty() { instead.to_owned() } else { random.pick(values).to_string() };
    if value == "*" && !instead.is_empty() && random.percent(85) { instead.to_owned() } else { value }
}

fn resource(rule: &Rule, place: &str, random: &mut Random) -> Value {
    let group = match one(&rule.api_groups, "example.com", random) {
        _ if random.percent(12) => random.pick(GROUPS).to_string(),
        group => group,
    };
    let resource = match one(&rule.resources, "jobs", random) {
        _ if random.percent(12) => random.pick(RESOURCES).to_string(),
        resource => resource,
    };
    let mut asked = json!({"verb": verb(rule, random), "group": group, "namespace": place});
    match resource.split_once('/') {
        Some((resource, sub)) if !random.percent(5) => {
            let resource =
                if resource == "*" { *random.pick(&["pods", "deployments", "*"]) } else { resource };
            asked["resource"] = resource.into();
            asked["subresource"] = if sub == "*" { "log" } else { sub }.into();
        }
        _ => {
            asked["resource"] = resource.into();
            if random.percent(15) {
                asked["subresource"] = (*random.pick(&["log", "scale", "status", "*"])).into();
            }
        }
    }
    asked["name"] = if rule.resource_names.is_empty() || random.percent(10) {
        random.pick(NAMES).to_string().into()
    } else {
        random.pick(&rule.resource_names).to_string().into()
    };
    match random.below(60) {
        0 => asked["fieldSelector"] = json!({"rawSelector": "metadata.name=web"}),
        1 => {
            asked["labelSelector"] =
                json!({"requirements": [{"key": "a", "operator": "In", "values": ["b"]}]});
        }
        2 => asked["labelSelector"] = json!({"requirements": [{"key": "a", "operator": "In"}]}),
        3 => asked["fieldSelector"] = json!({}),
        _ => {}
    }
    asked
}

/// Somebody who is a subject, with a few groups.
fn who(world: &World, subject: &ironsides_rbac::Subject, random: &mut Random) -> Value {
    let mut groups = {
        let count = random.below(2);
        random.some(count, &world.groups)
    };
    let mut user = random.pick(&world.users).clone();
    match subject.kind {
        ironsides_rbac::SubjectKind::User => user = subject.name.to_string(),
        ironsides_rbac::SubjectKind::Group => groups.push(subject.name.to_string()),
        ironsides_rbac::SubjectKind::ServiceAccount => {
            user = service_account_user(&subject.namespace, &subject.name);
        }
    }
    if random.percent(20) {
        groups.push("system:authenticated".to_owned());
    }
    match random.below(50) {
        0 | 1 => groups.push("system:masters".to_owned()),
        2 => user = user.to_uppercase(),
        3 if !groups.is_empty() => return json!({"groups": groups}),
        4 => return json!({}),
        _ => {}
    }
    json!({"user": user, "groups": groups})
}

/// Asks for the rules of users in namespaces.
pub(crate) async fn rules(
    server: &Server,
    cluster: &Cluster,
    random: &mut Random,
    count: usize,
) -> Result<Vec<String>> {
    let world = &cluster.world;
    let asked: Vec<(Identity, &String)> = (0..count)
        .map(|_| {
            let (namespace, name) = random.pick(&world.accounts);
            let user = if random.percent(70) {
                random.pick(&world.users).clone()
            } else {
                service_account_user(namespace, name)
            };
            let groups = {
                let count = random.below(3);
                random.some(count, &world.groups)
            };
            let identity =
                Identity { groups: groups.iter().map(Text::new).collect(), ..Identity::user(&user) };
            // A service account without groups is given its own two.
            let identity = if groups.is_empty() { identity.live() } else { identity.authenticated() };
            (identity, random.pick(&world.namespaces))
        })
        .collect();
    let calls = asked.iter().map(|(identity, namespace)| {
        let body = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
                          "spec": {"namespace": namespace}});
        let groups: Vec<String> = identity.groups.iter().map(ToString::to_string).collect();
        Call::post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", body).by(&identity.user, &groups)
    });
    let answers = server.send_all(calls.collect()).await?;
    let mut differences = Vec::new();
    for ((identity, namespace), (status, answer)) in asked.iter().zip(answers) {
        let review = cluster.rbac.rules_review(identity, namespace);
        let ours = (
            sorted(review.resource_rules),
            sorted(review.non_resource_rules),
            ordered(&review.evaluation_error),
        );
        let read = |field: &str| {
            let rules = answer["status"][field].as_array().cloned().unwrap_or_default();
            let read =
                |rule: &Value| ironsides_tree::parse_one(&rule.to_string()).map(|node| Rule::read(&node));
            rules.iter().map(read).collect::<std::result::Result<Vec<Rule>, _>>().map(sorted)
        };
        let error = answer["status"]["evaluationError"].as_str().unwrap_or_default();
        if status != 201 || ours != (read("resourceRules")?, read("nonResourceRules")?, ordered(error)) {
            differences
                .push(format!("rules of {identity:?} in {namespace}: {status} {answer}, ours {ours:?}"));
        }
    }
    Ok(differences)
}

fn sorted(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort();
    rules
}
