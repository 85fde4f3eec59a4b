//! A real audit log with everyday work and labelled attacks, held against ours.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use ironsides_audit::each_event;
use ironsides_core::Object;
use ironsides_rbac::{Checked, History};
use serde_json::Value;

use crate::data;
use crate::objects;
use crate::oracle::{Oracle, Score};

const LOG: &str = "cluster/audit-log/audit.jsonl.gz";
const RBAC: &str = "cluster/audit-log/rbac.json";

pub(crate) const ORACLE: Oracle = Oracle { name: "audit-log", files: &[LOG, RBAC], run };

fn run(folder: &Path) -> Result<Score> {
    let mut log = String::new();
    let path = folder.join(LOG);
    let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    GzDecoder::new(file)
        .read_to_string(&mut log)
        .with_context(|| format!("cannot unpack {}", path.display()))?;
    let recorded: Value = serde_json::from_str(&data::text(&folder.join(RBAC))?)?;
    let initial = recorded["initial"].as_array().context("rbac.json has no list `initial`")?;
    let initial = initial
        .iter()
        .map(|object| objects::tree(object).map(objects::object))
        .collect::<Result<Vec<_>>>()?;

    let mut score = Score::default();
    score.add_group("decisions", decisions(&log, &initial)?);
    Ok(score)
}

/// RBAC's decisions, with RBAC replayed through the log's own writes: the same, and by a binding that is among ours.
fn decisions(log: &str, initial: &[Object]) -> Result<Score> {
    let mut score = Score::default();
    let mut history = History::new(initial);
    for line in log.lines() {
        each_event(line, &mut |event| history.note(event))?;
    }
    for line in log.lines() {
        each_event(line, &mut |event| {
            let case = || format!("{} {}", event.audit_id, event.request_uri);
            match history.check(event) {
                Checked::NotRbac => {}
                Checked::Agrees => score.compare(case, "agrees", Ok("agrees".into())),
                Checked::Differs { server, ours } => score.compare(case, &server, Ok(ours)),
            }
        })?;
    }
    Ok(score)
}
