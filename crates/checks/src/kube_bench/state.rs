//! What a check comes to.

use ironsides_core::{AuditState, ControlStanding, go_quoted};
use ironsides_settings::{Host, Process};

use super::file::{Check, Group, Tests};
use super::item::{Place, Tested};
use super::shell::{self, Unsure};
use super::variables::Variables;

/// The state of a check, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) state: AuditState,
    pub(super) actual: String,
    pub(super) expected: String,
    pub(super) reason: String,
}

impl Answer {
    pub(super) fn of(state: AuditState) -> Self {
        Self { state, actual: String::new(), expected: String::new(), reason: String::new() }
    }

    fn because(state: AuditState, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..Self::of(state) }
    }
}

/// The most that is kept of what commands print.
const KEPT: usize = 16 << 10;

/// Judges a check.
pub(super) fn judge(check: &Check, group: &Group, host: &Host, variables: &Variables) -> Answer {
    let kind = if group.kind == "skip" { "skip" } else { check.kind.as_str() };
    let failing = if check.scored { AuditState::Fail } else { AuditState::Warn };
    if check.scored && kind.trim().is_empty() && check.tests.is_none() {
        return Answer::because(AuditState::Warn, "There are no tests");
    }
    match kind {
        "skip" => return Answer::because(AuditState::Info, "Test marked as skip"),
        "manual" => return Answer::because(AuditState::Warn, "Test marked as a manual test"),
        _ => {}
    }
    let Some(tests) = check.tests.as_ref().filter(|tests| !tests.items.is_empty()) else {
        return Answer::because(failing, "No tests defined");
    };
    let ran = match Outputs::of(check, host, variables) {
        Ok(Ok(outputs)) => test(check, tests, &outputs),
        Ok(Err(error)) => return Answer::because(failing, error),
        Err(unsure) => Err(unsure),
    };
    match ran {
        Err(Unsure(why)) => Answer::because(AuditState::Unknown, why),
        Ok(Err(error)) => Answer { actual: error.clone(), ..Answer::because(failing, error) },
        Ok(Ok(tested)) => Answer {
            state: if tested.passes { AuditState::Pass } else { failing },
            actual: kept(tested.actual),
            expected: tested.expected,
            reason: String::new(),
        },
    }
}

fn kept(mut text: String) -> String {
    if text.len() > KEPT {
        let end = (0..=KEPT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push_str("\n… (cut)");
    }
    text
}

/// What the commands of a check print.
#[derive(Default)]
struct Outputs {
    audit: String,
    env: String,
    config: String,
}

impl Outputs {
    /// The inner error is kube-bench's: a command failed.
    fn of(check: &Check, host: &Host, variables: &Variables) -> Result<Result<Self, String>, Unsure> {
        let run = |script: &str| run(script, host, variables);
        let mut outputs = Self::default();
        match run(&check.audit_env)? {
            Ok(text) => outputs.env = text,
            Err(error) => return Ok(Err(error)),
        }
        match run(&check.audit)? {
            Ok(text) => outputs.audit = text,
            Err(error) => return Ok(Err(error)),
        }
        match run(&check.audit_config)? {
            Ok(text) => outputs.config = text,
            // A configuration that is not there is forgiven where another command printed something.
            Err(error)
                if (error.contains("exit status 127") || error.contains("No such file or directory"))
                    && !(outputs.env.is_empty() && outputs.audit.is_empty()) => {}
            Err(error) => return Ok(Err(error)),
        }
        Ok(Ok(outputs))
    }
}

fn run(script: &str, host: &Host, variables: &Variables) -> Result<Result<String, String>, Unsure> {
    let script = script.trim();
    if script.is_empty() {
        return Ok(Ok(String::new()));
    }
    let quote = |Unsure(why)| Unsure(format!("{why}; the command is never run: {}", shortened(script)));
    let ran = shell::run(script, host, variables).map_err(quote)?;
    if ran.status == 0 {
        return Ok(Ok(ran.text));
    }
    let (script, output) = (go_quoted(script), go_quoted(&ran.text));
    Ok(Err(format!("failed to run: {script}, output: {output}, error: exit status {}", ran.status)))
}

/// A command on one line, of at most so many letters.
fn shortened(script: &str) -> String {
    let line: Vec<&str> = script.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(160) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// Each item is looked for in the output of `audit`, then of `audit_config`, then of `audit_env`.
fn test(check: &Check, tests: &Tests, outputs: &Outputs) -> Result<Result<Tested, String>, Unsure> {
    let mut all = Vec::new();
    for item in &tests.items {
        let mut tested = item.test(&outputs.audit, Place::Flag, check.multiple)?;
        if !tested.found && !check.audit_config.is_empty() && !outputs.config.is_empty() {
            tested = item.test(&outputs.config, Place::Path, check.multiple)?;
        }
        if !tested.found && !item.env.is_empty() {
            tested = item.test(&outputs.env, Place::Environment, check.multiple)?;
        }
        let asked = [(&check.audit, &outputs.audit, &item.flag), (&check.audit_env, &outputs.env, &item.env)];
        if !tested.found && asked.iter().any(|(script, output, name)| may_lack(script, output, name)) {
            return Err(Unsure::new(format!(
                "of the environment of a process only the variables that components read were collected, and {} is none",
                if item.env.is_empty() { &item.flag } else { &item.env }
            )));
        }
        all.push(tested);
    }
    let (passes, word) = match tests.join.as_str() {
        "" | "and" => (all.iter().all(|tested| tested.passes), " AND "),
        "or" => (all.iter().any(|tested| tested.passes), " OR "),
        other => return Ok(Err(format!("unknown binary operator for tests {other}"))),
    };
    let expected: Vec<&str> = all.iter().map(|tested| tested.expected.as_str()).collect();
    let expected = expected.join(word);
    let actual = all.into_iter().next().unwrap_or_default().actual;
    Ok(Ok(Tested { passes, found: true, actual, expected }))
}

/// Whether a command that prints the environment of a process may not have printed a variable because it was not kept.
fn may_lack(script: &str, output: &str, variable: &str) -> bool {
    let is_gone = output.contains("No such file or directory");
    script.contains("/environ") && !is_gone && !variable.is_empty() && !Process::keeps(variable)
}

/// What a row of a report says beside its standing.
pub(super) fn told(answer: &Answer, standing: ControlStanding) -> String {
    let actual = shortened(&answer.actual);
    match standing {
        ControlStanding::Pass => format!("{}; seen: {actual}", answer.expected),
        ControlStanding::Fail | ControlStanding::Manual if answer.reason.is_empty() => {
            format!("expected: {}; seen: {actual}", answer.expected)
        }
        ControlStanding::Fail | ControlStanding::Manual if answer.reason.starts_with("failed to run") => {
            shortened(&answer.reason)
        }
        _ => answer.reason.clone(),
    }
}
