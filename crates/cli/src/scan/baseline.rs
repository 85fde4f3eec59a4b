//! Findings that are known: a baseline says which ones, and only what is new fails a run.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use ironsides_core::{Finding, Fingerprint, Verdict, Waived, WaivedBy};
use rustc_hash::FxHashMap;
use serde_json::Value;

/// What a baseline file holds.
#[derive(Debug)]
pub(crate) struct Baseline {
    known: FxHashMap<Fingerprint, Vec<Known>>,
    waived: Arc<Waived>,
}

/// One finding that is known.
#[derive(Debug)]
struct Known {
    check: String,
    /// The file it is in.
    path: String,
    /// How many of it may still come.
    left: u64,
}

impl Baseline {
    /// Reads a baseline, or a report of `scan -o json`.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = ironsides_files::read(path).context("cannot read the baseline")?;
        let name = path.display();
        let parsed: Value = serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            anyhow::anyhow!("{name}:{line}:{column}: the baseline is no JSON; write it anew with `ironsides baseline write`")
        })?;
        let Some(findings) = parsed.get("findings").and_then(Value::as_array) else {
            bail!("{name} is neither a baseline nor a report of `scan -o json`: it has no list of findings");
        };
        let version = parsed.get("schemaVersion").and_then(Value::as_str).unwrap_or_default();
        if !version.starts_with("1.") {
            bail!("{name} has the schema version {version:?}, and 1 is what is known here; write it anew");
        }
        let mut known: FxHashMap<Fingerprint, Vec<Known>> = FxHashMap::default();
        for (number, finding) in findings.iter().enumerate() {
            let text = |key: &str| finding.get(key).and_then(Value::as_str);
            // A report holds more than failures, and what other waivers waive is theirs.
            if text("verdict").is_some_and(|verdict| verdict != "fail") || finding.get("waived").is_some() {
                continue;
            }
            let print = text("fingerprint").and_then(|print| print.parse().ok());
            let Some(print) = print else {
                bail!(
                    "{name}: finding {number} has no fingerprint (32 hexadecimal digits); write the baseline anew"
                );
            };
            let in_evidence = || finding.pointer("/evidence/0/source/path").and_then(Value::as_str);
            let file = finding.get("file").and_then(Value::as_str).or_else(in_evidence);
            known.entry(print).or_default().push(Known {
                check: text("check").unwrap_or_default().to_owned(),
                path: file.unwrap_or_default().to_owned(),
                left: finding.get("count").and_then(Value::as_u64).unwrap_or(1),
            });
        }
        let waived = Waived {
            by: WaivedBy::Baseline,
            reason: "it is in the baseline".into(),
            expires: None,
            owner: None,
            place: Arc::from(path.to_string_lossy()),
        };
        Ok(Self { known, waived: Arc::new(waived) })
    }

    /// Waives a failure that is known, as often as it is.
    pub(crate) fn apply(&mut self, finding: &mut Finding) {
        if finding.verdict != Verdict::Fail || finding.waived.is_some() {
            return;
        }
        let known = self.known.get_mut(&finding.fingerprint);
        if let Some(known) = known.into_iter().flatten().find(|known| known.left > 0) {
            known.left -= 1;
            finding.waived = Some(Arc::clone(&self.waived));
        }
    }

    /// How many known findings did not come again, of those whose check and file were looked at.
    pub(crate) fn gone(&self, is_looked_at: impl Fn(&str, &str) -> bool) -> u64 {
        let all = self.known.values().flatten().filter(|known| known.left > 0);
        all.filter(|known| is_looked_at(&known.check, &known.path)).map(|known| known.left).sum()
    }
}
