//! An autoscaler for a workload that nobody brings.

use ironsides_core::Inventory;

use crate::gathered::{among, follow, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-scale-target",
        title: "autoscaler scales nothing of the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_scale_target.md"),
    },
    run: Run::Together { judges: AUTOSCALERS, needs: &[], welcomes: &[ANY_POD], run },
};

const AUTOSCALERS: &[(&str, &str)] = &[("autoscaling", "HorizontalPodAutoscaler")];

fn run(autoscaler: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let target = autoscaler.cursor().at(&["spec", "scaleTargetRef"]);
    let at = target.get("name");
    let text = |field| target.get(field).str();
    let (Some(kind), Some(name)) = (text("kind"), at.str()) else { return };
    let group = text("apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
    if ironsides_schema::pod_template(text("apiVersion").unwrap_or_default(), kind).is_none() {
        return out.not_applicable("the target is no built-in workload");
    }
    let namespace = namespace(autoscaler);
    let what = format!("{kind} \"{name}\"");
    let missing = || format!("the {what} is not {}", among(inventory));
    let lead = follow(inventory, (group, kind), Some(namespace), name);
    if let Some((finding, confidence)) = lead.tell(out, &at, &what, missing) {
        finding.confidence(confidence);
    }
}
