//! Access reviews, rules reviews and the reasons that live requests left in the audit log.

use ironsides_rbac::{AccessReview, Identity, Request, ResourceRequest, Rule, http_request};
use serde::Deserialize;
use serde_json::Value;

use super::{Cluster, Refused, User, World, ordered, rule, texts};
use crate::objects;
use crate::oracle::Score;

/// The spec of a `SubjectAccessReview` and its status.
#[derive(Deserialize)]
pub(super) struct Review {
    spec: Value,
    status: Option<Status>,
    error: Option<Refused>,
}

#[derive(Deserialize)]
struct Status {
    allowed: bool,
    #[serde(default)]
    reason: String,
}

/// A `SelfSubjectRulesReview` and its status.
#[derive(Deserialize)]
pub(super) struct RulesCase {
    #[serde(rename = "as")]
    user: User,
    namespace: String,
    status: Option<RulesStatus>,
    error: Option<Refused>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RulesStatus {
    #[serde(default)]
    resource_rules: Vec<Value>,
    #[serde(default)]
    non_resource_rules: Vec<Value>,
    #[serde(default)]
    evaluation_error: String,
    incomplete: bool,
}

/// A live request and what the audit log says of it.
#[derive(Deserialize)]
pub(super) struct Audited {
    world: u64,
    #[serde(rename = "as")]
    user: User,
    method: String,
    path: String,
    audit: Audit,
}

#[derive(Deserialize)]
struct Audit {
    verb: String,
    decision: String,
    #[serde(default)]
    reason: String,
}

pub(super) fn accesses(world: &World, cluster: &Cluster, score: &mut Score) {
    for (at, review) in world.reviews.iter().enumerate() {
        let case = || format!("world {} review {at}: {}", world.number, review.spec);
        let read = match objects::tree(&review.spec) {
            Ok(spec) => AccessReview::read(&spec),
            Err(error) => {
                score.compare(case, "a spec", Err(error));
                continue;
            }
        };
        let expected = match (&review.status, &review.error) {
            (Some(status), _) => format!("allowed {}, reason {:?}", status.allowed, status.reason),
            (None, Some(error)) => format!("refused with {}", error.code),
            (None, None) => "nothing".to_owned(),
        };
        let got = match read {
            Err(_) => "refused with 422".to_owned(),
            Ok(asked) => {
                let decision = asked.decide(&cluster.rbac);
                let recorded = review.status.as_ref().map_or("", |status| &*status.reason);
                let reason = if cluster.may_say(&asked.identity, &asked.request, &decision, recorded) {
                    recorded.to_owned()
                } else {
                    cluster.rbac.reason(&decision)
                };
                format!("allowed {}, reason {reason:?}", decision.is_allowed())
            }
        };
        score.compare(case, &expected, Ok(got));
    }
}

pub(super) fn rules(world: &World, cluster: &Cluster, score: &mut Score) {
    for (at, review) in world.rules.iter().enumerate() {
        let case = || {
            format!("world {} rules review {at}: {} in {}", world.number, review.user.name, review.namespace)
        };
        let identity = review.user.identity().authenticated();
        let expected = match (&review.status, &review.error) {
            (Some(status), _) => answer(
                status.resource_rules.iter().filter_map(rule).collect(),
                status.non_resource_rules.iter().filter_map(rule).collect(),
                &status.evaluation_error,
                status.incomplete,
            ),
            (None, Some(error)) => format!("{} {}", error.code, error.message),
            (None, None) => "nothing".to_owned(),
        };
        score.compare(case, &expected, Ok(rules_review(cluster, &identity, &review.namespace)));
    }
}

/// The status of the review as a text; or the refusal, since making one is a request like any other.
fn rules_review(cluster: &Cluster, identity: &Identity, namespace: &str) -> String {
    let asking = ResourceRequest::new("create", "authorization.k8s.io", "selfsubjectrulesreviews");
    let asking = Request::from(asking);
    let decision = cluster.rbac.decide(identity, &asking);
    if !decision.is_allowed() {
        return format!("403 {}", cluster.rbac.forbidden(identity, &asking, &decision));
    }
    let review = cluster.rbac.rules_review(identity, namespace);
    answer(review.resource_rules, review.non_resource_rules, &review.evaluation_error, review.incomplete)
}

/// Rules without their order, and the complaints without theirs.
fn answer(mut resources: Vec<Rule>, mut urls: Vec<Rule>, error: &str, incomplete: bool) -> String {
    resources.sort();
    urls.sort();
    let error = ordered(error);
    format!("{}\n{}\n{error} {incomplete}", texts(&resources), texts(&urls))
}

pub(super) fn audited(world: &World, entries: &[Audited], cluster: &Cluster, score: &mut Score) {
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.world == world.number) {
        let identity = entry.user.identity().authenticated();
        let request = http_request(&entry.method, &entry.path);
        let decision = cluster.rbac.decide(&identity, &request);
        let Audit { verb, decision: recorded, reason } = &entry.audit;
        let ours = if cluster.may_say(&identity, &request, &decision, reason) {
            reason.clone()
        } else {
            cluster.rbac.reason(&decision)
        };
        let allowed = if decision.is_allowed() { "allow" } else { "forbid" };
        score.compare(
            || format!("request {at}: {} {} as {}", entry.method, entry.path, entry.user.name),
            &format!("{verb}: {recorded}, {reason}"),
            Ok(format!("{}: {allowed}, {ours}", request.verb())),
        );
    }
}
