//! What each end of a connection does with it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ironsides_network::l7::http::Request;
use ironsides_network::profile::cilium;
use ironsides_network::{
    Authentication, Decision, Direction, Flow, Limit, Lowered, Match, Origin, Protocol, Traffic, Verdict,
};
use serde_json::{Value, json};

use super::world::World;
use crate::data;
use crate::oracle::Score;

/// All worlds, in the order of their files.
pub(super) fn worlds(folder: &Path) -> Result<impl Iterator<Item = Result<World>>> {
    let folder = folder.join("worlds");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files.into_iter().map(|file| {
        serde_json::from_str(&data::text(&file)?).with_context(|| format!("cannot read {}", file.display()))
    }))
}

/// Compares the answers to every flow.
pub(super) fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for world in worlds(folder)? {
        let world = world?;
        let (cluster, policies, options) = (world.cluster()?, world.policies()?, world.options()?);
        let lowered = cilium::lower(&cluster, &policies, &options);
        for flow in &world.flows {
            let recorded = recorded(flow);
            for _ in ENDS.iter().filter(|end| is_disputed(&flow[**end])) {
                score.skip();
            }
            if recorded.is_empty() {
                continue;
            }
            let text = |key: &str| flow[key].as_str().unwrap_or_default().to_owned();
            let case = || {
                let what = format!("{} {}", text("protocol"), flow["port"]);
                format!("{} {} to {} {what}", world.name, text("from"), text("to"))
            };
            let got = answer(&world, &lowered, flow, &recorded).map(|got| json!(got).to_string());
            score.compare(case, &json!(recorded).to_string(), got);
        }
    }
    Ok(score)
}

/// The ends of a flow.
const ENDS: [&str; 2] = ["egress", "ingress"];

fn is_disputed(end: &Value) -> bool {
    end.get("disputed").is_some()
}

/// A value by its keys.
type Fields = BTreeMap<String, Value>;

/// What is recorded of a flow. Of an end that Cilium's own simulator disputes nothing counts, nor what follows from it.
fn recorded(flow: &Value) -> Fields {
    let ends = ENDS.into_iter().filter_map(|end| Some((end, flow.get(end)?)));
    let ends: Vec<_> = ends.collect();
    let mut all = Fields::new();
    if !ends.iter().any(|(_, end)| is_disputed(end)) {
        let both =
            ["verdict", "auth"].into_iter().filter_map(|key| Some((key.to_owned(), flow.get(key)?.clone())));
        all.extend(both);
    }
    for (name, end) in ends.into_iter().filter(|(_, end)| !is_disputed(end)) {
        let fields = end.as_object().into_iter().flatten().filter(|(key, _)| *key != "derived");
        let fields: Fields = fields.map(|(key, value)| (key.clone(), value.clone())).collect();
        all.insert(name.to_owned(), json!(fields));
    }
    all
}

/// The same of ours. Ends that nobody recorded are left out.
fn answer(world: &World, lowered: &Lowered, flow: &Value, recorded: &Fields) -> Result<Fields> {
    let endpoint = |key: &str| world.endpoint(flow[key].as_str().unwrap_or_default());
    let protocol = flow["protocol"].as_str().and_then(Protocol::named).context("a flow has a protocol")?;
    let port =
        flow["port"].as_u64().and_then(|port| u16::try_from(port).ok()).context("a flow has a port")?;
    let asked = Flow { from: endpoint("from")?, to: endpoint("to")?, traffic: Traffic { protocol, port } };
    let answer = lowered.answer(asked).context("no view of an end")?;
    let mut all = Fields::new();
    for (direction, decision) in [(Direction::Egress, &answer.egress), (Direction::Ingress, &answer.ingress)]
    {
        if let Some(recorded) = recorded.get(direction.field()) {
            all.insert(direction.field().into(), json!(end(world, lowered, decision, recorded)?));
        }
    }
    if !recorded.contains_key("verdict") {
        return Ok(all);
    }
    let both = answer.egress.verdict.and(&answer.ingress.verdict);
    let ends = [&answer.egress.verdict, &answer.ingress.verdict];
    let word = match word(&both)? {
        "http" | "dns" => "redirect",
        word => word,
    };
    all.insert("verdict".into(), json!(word));
    // What the ends ask for is joined, unless nothing comes of it.
    let asked = ends.into_iter().filter_map(Verdict::authentication).max();
    if let Some(asked) = asked.filter(|_| !matches!(both, Verdict::Deny | Verdict::Broken)) {
        all.insert("auth".into(), json!(authentication(asked)));
    }
    Ok(all)
}

fn end(world: &World, lowered: &Lowered, decision: &Decision, recorded: &Value) -> Result<Fields> {
    let mut all = Fields::new();
    all.insert("verdict".into(), json!(word(&decision.verdict)?));
    if let Some(asked) = decision.verdict.authentication() {
        all.insert("auth".into(), json!(authentication(asked)));
    }
    let broken = decision.verdict == Verdict::Broken;
    if decision.is_default(&lowered.rules) {
        all.insert("default".into(), json!(true));
    } else if !broken {
        let ours = policies(lowered, decision);
        // Of several that say the same the recording may name any.
        let named = recorded["by"].as_array().filter(|named| !named.is_empty());
        let contained = named.filter(|named| named.iter().all(|name| ours.iter().any(|ours| name == ours)));
        all.insert("by".into(), contained.map_or_else(|| json!(ours), |named| json!(named)));
    }
    for limit in decision.verdict.limits() {
        match limit {
            Limit::Http(_) => {
                let passes = |one: &Value| limit.request(&lowered.rules, &request(one)) == Match::Yes;
                all.insert("requests".into(), passing(&world.requests, passes));
            }
            Limit::Dns(_) => {
                let passes = |name: &String| limit.lookup(&lowered.rules, name);
                all.insert("names".into(), passing(&world.queries, passes));
            }
            Limit::Authentication(_) => {}
        }
    }
    Ok(all)
}

fn word(verdict: &Verdict) -> Result<&'static str> {
    let has = |wanted: fn(&Limit) -> bool| verdict.limits().iter().any(wanted);
    Ok(match verdict {
        Verdict::Deny => "deny",
        Verdict::Broken => "error",
        Verdict::Depends(conditions) => bail!("depends: {}", conditions.join(", ")),
        _ if has(|limit| matches!(limit, Limit::Http(_))) => "http",
        _ if has(|limit| matches!(limit, Limit::Dns(_))) => "dns",
        Verdict::Allow | Verdict::Limited(_) => "allow",
    })
}

fn authentication(authentication: Authentication) -> &'static str {
    match authentication {
        Authentication::Disabled => "disabled",
        Authentication::Required => "required",
        Authentication::AlwaysFail => "test-always-fail",
    }
}

/// The policies that decide, as the recording names them.
fn policies(lowered: &Lowered, decision: &Decision) -> Vec<String> {
    let name = |rule: &u32| match &lowered.rules.get(*rule as usize)?.origin {
        Origin::Policy(policy, _) => lowered.policies.get(*policy as usize).map(ToString::to_string),
        Origin::Plugin(name) => Some(format!("cilium:{name}")),
        Origin::Default(_) => None,
    };
    let mut names: Vec<String> = decision.rules.iter().filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// The places of what passes.
fn passing<T>(all: &[T], passes: impl Fn(&T) -> bool) -> Value {
    all.iter().enumerate().filter(|(_, one)| passes(one)).map(|(at, _)| json!(at)).collect()
}

fn request(recorded: &Value) -> Request {
    let text = |key: &str| recorded[key].as_str().unwrap_or_default().to_owned();
    let header =
        |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap_or_default().to_owned());
    let headers = recorded["headers"].as_object().into_iter().flatten().map(header).collect();
    Request { method: text("method"), path: text("path"), host: text("host"), headers }
}
