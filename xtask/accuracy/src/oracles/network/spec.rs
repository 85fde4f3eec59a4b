//! What an evaluator of the Kubernetes texts, written apart, says to flows among pods that NetworkPolicy alone guards.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ironsides_network::profile::lower;
use ironsides_network::{Flow, Options, Profile, Protocol, Traffic, Verdict};

use super::flows::worlds;
use crate::oracle::Score;

/// Compares the verdicts of both ends together.
pub(super) fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for world in worlds(folder)? {
        let world = world?;
        if !world.flows.iter().any(|flow| flow.get("spec").is_some()) {
            continue;
        }
        let (cluster, policies) = (world.cluster()?, world.policies()?);
        // That evaluator asks no API server.
        let options = Options { as_stored: true, ..Options::of(Profile::Spec) };
        let lowered = lower(Profile::Spec, &cluster, &policies, &options);
        for flow in &world.flows {
            let Some(recorded) = flow["spec"].as_str() else { continue };
            let text = |key: &str| flow[key].as_str().unwrap_or_default();
            let case = || {
                let what = format!("{} {}", text("protocol"), flow["port"]);
                format!("{} {} to {} {what}", world.name, text("from"), text("to"))
            };
            let answer = || {
                let protocol = Protocol::named(text("protocol")).context("a flow has a protocol")?;
                let port = flow["port"].as_u64().and_then(|port| u16::try_from(port).ok());
                let traffic = Traffic { protocol, port: port.context("a flow has a port")? };
                let (from, to) = (world.endpoint(text("from"))?, world.endpoint(text("to"))?);
                let answer = lowered.answer(Flow { from, to, traffic }).context("no view of an end")?;
                Ok(match answer.egress.verdict.and(&answer.ingress.verdict) {
                    Verdict::Allow => "allow".to_owned(),
                    Verdict::Deny => "deny".to_owned(),
                    Verdict::Depends(conditions) => bail!("depends: {}", conditions.join(", ")),
                    other => bail!("{other:?}"),
                })
            };
            score.compare(case, recorded, answer());
        }
    }
    Ok(score)
}
