//! `ironsides harden verify`: a generated folder read back.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use ironsides_checks::{Judge, Options as JudgeOptions};
use ironsides_core::{Object, Origin, Severity, Verdict};
use ironsides_harden::{Profile, Verified, verify};
use ironsides_report::wrap;
use ironsides_settings::Host;
use ironsides_tree::parse_one;
use serde_json::{Value, json};

use super::{diff, folder};
use crate::args::harden::{HardenFormat, VerifyArgs};
use crate::exit::Exit;
use crate::print::{emit, envelope, yaml};
use crate::say::{Say, counted};

/// A check that what would be in force fails.
struct Failed {
    check: &'static str,
    severity: Severity,
    message: String,
}

/// What the checks made of the host as it would run.
#[derive(Default)]
struct Judged {
    passed: usize,
    failed: Vec<Failed>,
    undecided: Vec<String>,
}

pub(crate) fn run(args: &VerifyArgs, say: &Say) -> Result<Exit> {
    let folder = folder::read(&args.folder)?;
    let verified = verify(&folder).with_context(|| format!("cannot verify {}", args.folder.display()))?;
    let judged = verified.host.as_ref().map(judge).transpose()?.unwrap_or_default();
    emit(&args.output, |format| {
        let json = json_text(&verified, &judged)?;
        match format {
            HardenFormat::Table => Ok(text(&verified, &judged, say.is_verbose())),
            HardenFormat::Json => Ok(json),
            HardenFormat::Yaml => yaml(&json),
        }
    })?;
    let differs = verified.comparison.differences().count();
    // The mildest profile leaves things to the others; those answer for every check.
    let left = judged.failed.iter().filter(|failed| failed.severity >= Severity::Medium).count();
    let is_mild = verified.options.profile == Profile::Baseline;
    let wrong = verified.problems.len() + differs + if is_mild { 0 } else { left };
    if wrong > 0 {
        say.ending(
            "failed",
            &format!("{}: {} not as wanted", args.folder.display(), counted(wrong, "thing")),
        );
        return Ok(Exit::Findings);
    }
    say.news(
        "verified",
        &format!(
            "{}: {} profile {}",
            args.folder.display(),
            verified.options.distribution,
            verified.options.profile
        ),
    );
    Ok(Exit::Clean)
}

/// Judges the host as it would run by all checks of hosts.
fn judge(host: &Host) -> Result<Judged> {
    let text = serde_json::to_string(host).context("the host as it would run cannot be written")?;
    let root = parse_one(&text)
        .map_err(|error| anyhow!("the host as it would run cannot be read: {}", error.message))?;
    let origin = Origin::File { path: Arc::from("as-generated"), text: Arc::from(text.as_str()) };
    let object = Object::new(root, origin, Vec::new());
    let judge = Judge::new(JudgeOptions { keep_passes: true, ..JudgeOptions::default() });
    let mut findings = Vec::new();
    let mut counts = judge.counts();
    judge.object(&object, &mut findings, &mut counts);
    let mut judged = Judged::default();
    for finding in findings {
        match &finding.verdict {
            Verdict::Pass => judged.passed += 1,
            Verdict::Fail => judged.failed.push(Failed {
                check: finding.check,
                severity: finding.severity,
                message: finding.message.clone(),
            }),
            Verdict::NotApplicable { .. } => {}
            _ => judged.undecided.push(finding.check.to_owned()),
        }
    }
    judged.failed.sort_by(|a, b| {
        b.severity.cmp(&a.severity).then_with(|| a.check.cmp(b.check)).then_with(|| a.message.cmp(&b.message))
    });
    judged.undecided.sort_unstable();
    judged.undecided.dedup();
    Ok(judged)
}

fn text(verified: &Verified, judged: &Judged, verbose: bool) -> String {
    let mut text = String::new();
    for problem in &verified.problems {
        _ = writeln!(text, "wrong     {}: {}\n          {}", problem.path, problem.message, problem.hint);
    }
    for one in verified.comparison.differences() {
        let now = one.now.as_deref().unwrap_or("(not set)");
        _ = writeln!(text, "differs   {} {}: {now}, wanted {}", one.component, one.setting, one.wanted);
    }
    for failed in &judged.failed {
        _ = writeln!(text, "finding   {} ({}): {}", failed.check, failed.severity, failed.message);
    }
    for one in &verified.verified {
        _ = writeln!(text, "verified  {one}");
    }
    if verified.host.is_some() {
        let comparison = &verified.comparison;
        let same = comparison.compared.len() - comparison.differences().count() - comparison.unsure().count();
        _ = writeln!(text, "verified  {} would be in force as the profile wants", counted(same, "setting"));
        _ = writeln!(text, "verified  {} of what would run passed", counted(judged.passed, "check"));
    }
    for (component, why, settings) in diff::unsure(&verified.comparison) {
        let told = counted(settings.len(), "setting");
        _ = writeln!(text, "open      {component}: {told} cannot be told: {why}");
        if verbose {
            _ = writeln!(text, "{}", listed(&settings));
        }
    }
    if !judged.undecided.is_empty() {
        let told = counted(judged.undecided.len(), "check");
        let hint = if verbose { ":" } else { " (-v names them)" };
        _ = writeln!(text, "open      {told} for a real node{hint}");
        if verbose {
            let names: Vec<&str> = judged.undecided.iter().map(String::as_str).collect();
            _ = writeln!(text, "{}", listed(&names));
        }
    }
    for one in &verified.open {
        _ = writeln!(text, "open      {one}");
    }
    text
}

/// Names, on indented lines of up to 100 characters.
fn listed(names: &[&str]) -> String {
    let lines = wrap(&names.join(", "), 90, 90);
    lines.iter().map(|line| format!("          {line}")).collect::<Vec<_>>().join("\n")
}

fn json_text(verified: &Verified, judged: &Judged) -> Result<String> {
    let problems: Vec<Value> = verified
        .problems
        .iter()
        .map(|one| json!({ "path": one.path, "message": one.message, "hint": one.hint }))
        .collect();
    let failed: Vec<Value> = judged
        .failed
        .iter()
        .map(
            |one| json!({ "check": one.check, "severity": one.severity.to_string(), "message": one.message }),
        )
        .collect();
    let options = &verified.options;
    let answer = json!({
        "distribution": options.distribution.word(), "profile": options.profile.word(),
        "kubernetesVersion": options.version.to_string(), "problems": problems,
        "differences": diff::entries(&verified.comparison, false), "findings": failed, "checksPassed": judged.passed,
        "verified": verified.verified, "undecided": judged.undecided,
    });
    let gaps: Vec<&String> = verified.open.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("harden-verify", &gaps, answer))? + "\n")
}
