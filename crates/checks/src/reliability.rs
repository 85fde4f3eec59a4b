//! Whether workloads stay up: replicas, probes, updates, budgets, autoscalers, jobs. Advice rather than faults, and
//! mild for that reason.

use ironsides_core::Object;
use ironsides_tree::Cursor;

use crate::check::Check;

mod amount;
mod autoscaler_cannot_scale;
mod autoscaler_minimum_of_one;
mod autoscaler_without_requests;
mod blocking_disruption_budget;
mod budget;
mod budget_exceeds_autoscaler_minimum;
mod budget_exceeds_replicas;
mod budget_keeps_broken_pods;
mod budget_selects_nothing;
mod cron_job_without_starting_deadline;
mod downtime_on_update;
mod finished_job_kept;
mod gathered;
mod hasty_liveness_probe;
mod identical_probes;
mod job_without_deadline;
mod missing_app_labels;
mod missing_disruption_budget;
mod missing_revision_history;
mod missing_startup_probe;
mod missing_topology_spread;
mod naked_pod;
mod never_restarted_pod;
mod overlapping_cron_jobs;
mod overlapping_disruption_budgets;
mod pre_stop_outlasts_grace;
mod probe_names_no_port;
mod probe_timeout_above_period;
mod replicas_beside_autoscaler;
mod rollout_without_spare;
mod single_replica;
mod suspended_cron_job;
mod zero_termination_grace;

pub(crate) use amount::amount;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &autoscaler_cannot_scale::CHECK,
    &autoscaler_minimum_of_one::CHECK,
    &autoscaler_without_requests::CHECK,
    &blocking_disruption_budget::CHECK,
    &budget_exceeds_autoscaler_minimum::CHECK,
    &budget_exceeds_replicas::CHECK,
    &budget_keeps_broken_pods::CHECK,
    &budget_selects_nothing::CHECK,
    &cron_job_without_starting_deadline::CHECK,
    &downtime_on_update::CHECK,
    &finished_job_kept::CHECK,
    &hasty_liveness_probe::CHECK,
    &identical_probes::CHECK,
    &job_without_deadline::CHECK,
    &missing_app_labels::CHECK,
    &missing_disruption_budget::CHECK,
    &missing_revision_history::CHECK,
    &missing_startup_probe::CHECK,
    &missing_topology_spread::CHECK,
    &naked_pod::CHECK,
    &never_restarted_pod::CHECK,
    &overlapping_cron_jobs::CHECK,
    &overlapping_disruption_budgets::CHECK,
    &pre_stop_outlasts_grace::CHECK,
    &probe_names_no_port::CHECK,
    &probe_timeout_above_period::CHECK,
    &replicas_beside_autoscaler::CHECK,
    &rollout_without_spare::CHECK,
    &single_replica::CHECK,
    &suspended_cron_job::CHECK,
    &zero_termination_grace::CHECK,
];

/// What keeps several equal pods.
const REPLICATED: &[(&str, &str)] = &[("apps", "Deployment"), ("apps", "StatefulSet")];

/// What is rolled out.
const ROLLED_OUT: &[(&str, &str)] = &[("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet")];

const AUTOSCALERS: &[(&str, &str)] = &[("autoscaling", "HorizontalPodAutoscaler")];

const BUDGETS: &[(&str, &str)] = &[("policy", "PodDisruptionBudget")];

/// What autoscalers usually scale.
const SCALED: &[(&str, &str)] = &[("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet")];

const JOBS: &[(&str, &str)] = &[("batch", "Job"), ("batch", "CronJob")];

/// Where a Job's own spec stands: its own, or that in the template of a CronJob.
fn job_spec(object: &Object) -> Cursor<'_> {
    let keys: &[&str] =
        if &*object.reference().kind == "CronJob" { &["spec", "jobTemplate", "spec"] } else { &["spec"] };
    object.cursor().at(keys)
}
