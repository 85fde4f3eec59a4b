//! Controllers of pods. Source: `pkg/apis/apps/validation`, `pkg/apis/batch/validation` and
//! `pkg/apis/autoscaling/validation`.

use super::super::draft::Draft;
use super::faults::Faults;
use super::form;
use super::labels::selects;

/// Deployments, replica sets, daemon sets, stateful sets and replication controllers.
pub(super) fn controller(spec: &Draft, name: &str, faults: &mut Faults) {
    let template = spec.get("template");
    let labels = template.at(&["metadata", "labels"]);
    let selector = spec.get("selector");
    if name == "core.v1.ReplicationControllerSpec" {
        let all =
            selector.entries().iter().all(|(key, value)| labels.str(key) == value.text() && labels.has(key));
        faults.ensure(all, "template.metadata.labels", "`selector` does not match template `labels`");
    } else {
        let empty = !selector.get("matchLabels").is_filled() && !selector.get("matchExpressions").is_filled();
        faults.ensure(!empty, "selector", "must not be empty");
        let right = empty || selects(selector, labels);
        faults.ensure(right, "template.metadata.labels", "`selector` does not match template `labels`");
    }
    let policy = template.at(&["spec", "restartPolicy"]).text();
    faults.ensure(policy == "Always", "template.spec.restartPolicy", "must be Always");
    let deadline = template.at(&["spec", "activeDeadlineSeconds"]).is_null();
    faults.ensure(deadline, "template.spec.activeDeadlineSeconds", "is not supported");
    match name {
        "apps.v1.DeploymentSpec" => {
            let ready = spec.get("minReadySeconds").int().unwrap_or_default();
            let deadline = spec.get("progressDeadlineSeconds").int().unwrap_or(i64::MAX);
            faults.ensure(
                deadline > ready,
                "progressDeadlineSeconds",
                "must be greater than minReadySeconds",
            );
            rolling(spec.get("strategy"), faults);
        }
        "apps.v1.DaemonSetSpec" => {
            let strategy = spec.get("updateStrategy");
            let update = strategy.get("rollingUpdate");
            if strategy.str("type") == "RollingUpdate" {
                let (unavailable, surge) =
                    (share(update.get("maxUnavailable")), share(update.get("maxSurge")));
                let both = unavailable != 0 && surge != 0;
                let neither = unavailable == 0 && surge == 0;
                faults.ensure(
                    !both && !neither,
                    "updateStrategy",
                    "one of maxUnavailable and maxSurge is required",
                );
            }
        }
        "apps.v1.StatefulSetSpec" => {
            let strategy = spec.get("updateStrategy");
            let idle = strategy.str("type") == "OnDelete" && strategy.has("rollingUpdate");
            faults.ensure(!idle, "updateStrategy", "rollingUpdate is only for type RollingUpdate");
            let unavailable = strategy.at(&["rollingUpdate", "maxUnavailable"]);
            let none = !unavailable.is_null() && share(unavailable) == 0;
            faults.ensure(!none, "updateStrategy", "maxUnavailable must not be 0");
            for claim in spec.get("volumeClaimTemplates").items() {
                faults.claims.push(claim.at(&["metadata", "name"]).text().to_owned());
            }
        }
        _ => {}
    }
}

fn rolling(strategy: &Draft, faults: &mut Faults) {
    let update = strategy.get("rollingUpdate");
    if strategy.str("type") == "Recreate" {
        faults.ensure(update.is_null(), "strategy.rollingUpdate", "is only for type RollingUpdate");
    } else if strategy.str("type") == "RollingUpdate" {
        let none = share(update.get("maxUnavailable")) == 0 && share(update.get("maxSurge")) == 0;
        faults.ensure(!none, "strategy.rollingUpdate", "maxUnavailable and maxSurge must not both be 0");
    }
}

/// A number or the digits of a percentage.
fn share(value: &Draft) -> i64 {
    value.int().or_else(|| form::percent(value.text())).unwrap_or_default()
}

/// What stands in jobs and in the templates of cron jobs.
pub(super) fn job(spec: &Draft, faults: &mut Faults) {
    let policy = spec.at(&["template", "spec", "restartPolicy"]).text();
    faults.ensure(
        matches!(policy, "OnFailure" | "Never"),
        "template.spec.restartPolicy",
        "must be OnFailure or Never",
    );
    if spec.has("podFailurePolicy") {
        faults.ensure(
            policy == "Never",
            "template.spec.restartPolicy",
            "must be Never with podFailurePolicy",
        );
    }
    let number = |key: &str| spec.get(key).int();
    let indexed = spec.str("completionMode") == "Indexed";
    if indexed {
        faults.ensure(spec.has("completions"), "completions", "is required for indexed jobs");
        faults.ensure(
            number("parallelism").unwrap_or_default() <= 100_000,
            "parallelism",
            "is at most 100000",
        );
        let failed = number("maxFailedIndexes").unwrap_or_default();
        faults.ensure(
            failed <= number("completions").unwrap_or(i64::MAX),
            "maxFailedIndexes",
            "is at most completions",
        );
        faults.ensure(failed <= 100_000, "maxFailedIndexes", "is at most 100000");
    } else {
        for key in ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] {
            faults.ensure(!spec.has(key), key, "is for indexed jobs");
        }
    }
    if spec.has("maxFailedIndexes") {
        faults.ensure(
            spec.has("backoffLimitPerIndex"),
            "backoffLimitPerIndex",
            "is required with maxFailedIndexes",
        );
    }
    let replacement = spec.str("podReplacementPolicy");
    if spec.has("podFailurePolicy") && !replacement.is_empty() {
        faults.ensure(
            replacement == "Failed",
            "podReplacementPolicy",
            "must be Failed with podFailurePolicy",
        );
    }
    for rule in spec.at(&["podFailurePolicy", "rules"]).items() {
        let (codes, conditions) = (rule.has("onExitCodes"), rule.get("onPodConditions").is_filled());
        faults.ensure(
            codes != conditions,
            "podFailurePolicy",
            "a rule has one of onExitCodes and onPodConditions",
        );
        let values: Vec<i64> = rule
            .at(&["onExitCodes", "values"])
            .items()
            .iter()
            .map(|value| value.int().unwrap_or(0))
            .collect();
        let sorted = values.windows(2).all(|pair| pair.first() < pair.last());
        faults.ensure(sorted, "podFailurePolicy", "values must be sorted and unique");
        let container = rule.at(&["onExitCodes", "containerName"]).text();
        let pod = spec.at(&["template", "spec"]);
        let all = pod.get("containers").items().iter().chain(pod.get("initContainers").items());
        let known = container.is_empty() || all.into_iter().any(|one| one.str("name") == container);
        faults.ensure(known, "podFailurePolicy", "the pod has no such container");
        let zero = rule.at(&["onExitCodes", "operator"]).text() == "In" && values.contains(&0);
        faults.ensure(!zero, "podFailurePolicy", "0 is no failure");
        let per_index = rule.str("action") == "FailIndex" && !spec.has("backoffLimitPerIndex");
        faults.ensure(!per_index, "podFailurePolicy", "FailIndex needs backoffLimitPerIndex");
    }
}

/// Autoscalers of both versions.
pub(super) fn autoscaler(spec: &Draft, faults: &mut Faults) {
    let target = spec.get("scaleTargetRef");
    if target.has("name") && target.str("kind") != "ReplicationController" {
        let group = target.str("apiVersion").split_once('/');
        let right = group.is_some_and(|(group, version)| !group.is_empty() && !version.contains('/'));
        faults.ensure(right, "scaleTargetRef.apiVersion", "must name a group");
    }
    let least = spec.get("minReplicas").int().unwrap_or(1);
    faults.ensure(
        spec.get("maxReplicas").int().unwrap_or(0) >= least,
        "maxReplicas",
        "must be at least minReplicas",
    );
    for (at, metric) in spec.get("metrics").items().iter().enumerate() {
        faults.enter("metrics", |faults| faults.item(at, |faults| self::metric(metric, faults)));
    }
    for way in ["scaleUp", "scaleDown"] {
        let rules = spec.get("behavior").get(way);
        if !rules.is_null() {
            faults.ensure(rules.get("policies").is_filled(), "behavior", "policies are required");
        }
    }
}

fn metric(metric: &Draft, faults: &mut Faults) {
    let source = match metric.str("type") {
        "Object" => "object",
        "Pods" => "pods",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "External" => "external",
        _ => return,
    };
    let others =
        metric.entries().iter().filter(|(key, value)| *key != "type" && *key != source && !value.is_null());
    faults.ensure(others.count() == 0, "", "only the source of its type is allowed");
    let inner = metric.get(source);
    faults.ensure(!inner.is_null(), source, "is required");
    if inner.is_null() {
        return;
    }
    let target = inner.get("target");
    let (utilization, average, value) =
        (target.has("averageUtilization"), target.has("averageValue"), target.has("value"));
    let right = match source {
        "resource" | "containerResource" => (utilization != average) && !value,
        "pods" => average && !utilization && !value,
        _ => (average != value) && !utilization,
    };
    faults.ensure(right, source, "the target is not set as the source asks");
    for key in ["averageValue", "value"] {
        let amount = crate::quantity::Quantity::parse(target.str(key));
        faults.ensure(amount.is_none_or(|amount| amount.sign() > 0), source, "must be positive");
    }
}
