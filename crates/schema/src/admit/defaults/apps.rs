//! Defaults of workloads and autoscalers. Source: `defaults.go` of `pkg/apis/apps/v1`, `batch/v1` and
//! `autoscaling/v1` and `v2`.

use super::super::draft::Draft;

/// Whether the type has defaults here.
pub(super) fn fill(draft: &mut Draft, name: &str) -> bool {
    match name {
        "apps.v1.Deployment" => deployment(draft.need("spec")),
        "apps.v1.DaemonSet" => {
            let spec = draft.need("spec");
            rolling(spec.need("updateStrategy"), &Draft::Int(1), &Draft::Int(0));
            spec.default("revisionHistoryLimit", 10);
        }
        "apps.v1.StatefulSet" => stateful_set(draft.need("spec")),
        "apps.v1.ReplicaSet" => draft.need("spec").default("replicas", 1),
        "batch.v1.Job" => job(draft),
        // The template of a CronJob is no Job: only its own defaults apply.
        "batch.v1.CronJob" => {
            let spec = draft.need("spec");
            spec.default("concurrencyPolicy", "Allow");
            spec.default("suspend", false);
            spec.default("successfulJobsHistoryLimit", 3);
            spec.default("failedJobsHistoryLimit", 1);
        }
        "batch.v1.PodFailurePolicyOnPodConditionsPattern" => draft.default("status", "True"),
        "autoscaling.v1.HorizontalPodAutoscaler" => draft.need("spec").default("minReplicas", 1),
        "autoscaling.v2.HorizontalPodAutoscaler" => autoscaler(draft.need("spec")),
        _ => return false,
    }
    true
}

fn deployment(spec: &mut Draft) {
    spec.default("replicas", 1);
    rolling(spec.need("strategy"), &Draft::from("25%"), &Draft::from("25%"));
    spec.default("revisionHistoryLimit", 10);
    spec.default("progressDeadlineSeconds", 600);
}

fn rolling(strategy: &mut Draft, unavailable: &Draft, surge: &Draft) {
    strategy.default("type", "RollingUpdate");
    if strategy.str("type") == "RollingUpdate" {
        let update = strategy.need("rollingUpdate");
        update.default("maxUnavailable", unavailable.clone());
        update.default("maxSurge", surge.clone());
    }
}

fn stateful_set(spec: &mut Draft) {
    spec.default("podManagementPolicy", "OrderedReady");
    let strategy = spec.need("updateStrategy");
    if !strategy.has("type") {
        strategy.set("type", "RollingUpdate");
        strategy.default("rollingUpdate", Draft::map());
    }
    if strategy.str("type") == "RollingUpdate"
        && let Some(update) = strategy.get_mut("rollingUpdate")
    {
        update.default("partition", 0);
    }
    let retention = spec.need("persistentVolumeClaimRetentionPolicy");
    retention.default("whenDeleted", "Retain");
    retention.default("whenScaled", "Retain");
    spec.default("replicas", 1);
    spec.default("revisionHistoryLimit", 10);
}

fn job(draft: &mut Draft) {
    let spec = draft.need("spec");
    if !spec.has("completions") && !spec.has("parallelism") {
        spec.set("completions", 1);
    }
    spec.default("parallelism", 1);
    let per_index = spec.has("backoffLimitPerIndex");
    spec.default("backoffLimit", if per_index { i64::from(i32::MAX) } else { 6 });
    spec.default("completionMode", "NonIndexed");
    spec.default("suspend", false);
    let replacement = if spec.has("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    spec.default("podReplacementPolicy", replacement);
    spec.default("manualSelector", false);
    let labels = spec.at(&["template", "metadata", "labels"]).clone();
    if labels.is_filled() && !draft.at(&["metadata", "labels"]).is_filled() {
        draft.need("metadata").set("labels", labels);
    }
}

fn autoscaler(spec: &mut Draft) {
    spec.default("minReplicas", 1);
    if !spec.get("metrics").is_filled() {
        let target =
            Draft::of([("type", Draft::from("Utilization")), ("averageUtilization", Draft::Int(80))]);
        let resource = Draft::of([("name", Draft::from("cpu")), ("target", target)]);
        let metric = Draft::of([("type", Draft::from("Resource")), ("resource", resource)]);
        spec.set("metrics", vec![metric]);
    }
    let Some(behavior) = spec.get_mut("behavior") else { return };
    let policy = |kind: &str, value: i64| {
        Draft::of([
            ("type", Draft::from(kind)),
            ("value", Draft::Int(value)),
            ("periodSeconds", Draft::Int(15)),
        ])
    };
    let up = behavior.need("scaleUp");
    up.default("stabilizationWindowSeconds", 0);
    up.default("selectPolicy", "Max");
    up.default("policies", vec![policy("Pods", 4), policy("Percent", 100)]);
    let down = behavior.need("scaleDown");
    down.default("selectPolicy", "Max");
    down.default("policies", vec![policy("Percent", 100)]);
}
