//! Arguments that take one of a set of words: shells complete them, and a wrong one is answered with a sentence.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use ironsides_checks::CATALOGUE;
use ironsides_core::Severity;
use ironsides_detect::rules::Priority;
use ironsides_report::Format;

use super::detect::FailOnPriority;
use super::{FailOn, Output};
use crate::check;

/// Reads a word as a `T`.
#[derive(Clone)]
pub(crate) struct Words<T> {
    /// What shells offer. More may be read than is offered.
    offered: fn() -> Vec<&'static str>,
    read: fn(&str) -> Result<T, String>,
    /// Whether the reader's sentence says by itself what is wrong, without the name of the argument.
    whole: bool,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Words<T> {
    type Value = T;

    fn parse_ref(&self, _: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let text = value.to_string_lossy();
        (self.read)(&text).map_err(|why| match arg.filter(|_| !self.whole) {
            Some(arg) => {
                let message = format!("invalid value '{text}' for '{arg}': {why}\n");
                Error::raw(ErrorKind::ValueValidation, message)
            }
            None => Error::raw(ErrorKind::ValueValidation, format!("{why}\n")),
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.offered)().into_iter().map(PossibleValue::new)))
    }
}

/// The id of a framework.
pub(super) fn framework() -> Words<String> {
    let read = |text: &str| match ironsides_checks::framework::named(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(crate::framework::unknown(text).to_string()),
    };
    let offered =
        || ironsides_checks::framework::all().iter().map(|framework| framework.id.as_str()).collect();
    Words { offered, read, whole: true }
}

/// The id of a check, or a control of a framework.
pub(super) fn check_or_control() -> Words<String> {
    let read = |text: &str| match ironsides_checks::find(text) {
        None if ironsides_checks::framework::named(text).is_some() => {
            Err(format!("{text:?} is a framework; `ironsides framework coverage {text}` shows it"))
        }
        None if crate::framework::controls(text).is_empty()
            && crate::explain::foreign(text).next().is_none() =>
        {
            Err(check::unknown(text).to_string())
        }
        _ => Ok(text.to_owned()),
    };
    Words { offered: || checks(|meta| meta.id), read, whole: true }
}

/// A number from 0 to 100.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number =
        text.trim_end_matches('%').parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| format!("{text:?} is no percentage; write a number from 0 to 100"))
}

/// The id of a check.
pub(super) fn check() -> Words<String> {
    let read = |text: &str| match ironsides_checks::find(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(check::unknown(text).to_string()),
    };
    Words { offered: || checks(|meta| meta.id), read, whole: true }
}

/// The name of a family of checks.
pub(super) fn family() -> Words<String> {
    let read = |text: &str| {
        let families = families();
        let known = families.contains(&text);
        known.then(|| text.to_owned()).ok_or_else(|| format!("the families are {}", families.join(", ")))
    };
    Words { offered: families, read, whole: false }
}

/// The id of a family of dangerous permissions.
pub(super) fn risk_family() -> Words<String> {
    let all = || ironsides_rbac::families().iter().map(|family| family.id).collect::<Vec<_>>();
    let read = |text: &str| {
        let families = || ironsides_rbac::families().iter().map(|family| family.id);
        if families().any(|id| id == text) {
            return Ok(text.to_owned());
        }
        let near = families().min_by_key(|id| (!id.contains(text), strsim::levenshtein(text, id)));
        let near = near.map(|id| format!("; did you mean {id}?")).unwrap_or_default();
        Err(format!("no family is called {text:?}{near}"))
    };
    Words { offered: all, read, whole: false }
}

/// The id of an attack technique that audit policies are held against.
pub(super) fn technique() -> Words<String> {
    let read = |text: &str| {
        let ids = ironsides_audit::TECHNIQUES.iter().map(|technique| technique.id);
        if ids.clone().any(|id| id == text) {
            return Ok(text.to_owned());
        }
        let near = ids.min_by_key(|id| (!id.contains(text), strsim::levenshtein(text, id)));
        let near = near.map(|id| format!("; did you mean {id}?")).unwrap_or_default();
        Err(format!("no technique is called {text:?}{near}"))
    };
    Words {
        offered: || ironsides_audit::TECHNIQUES.iter().map(|technique| technique.id).collect(),
        read,
        whole: false,
    }
}

/// A severity, in small letters or capitals.
pub(super) fn severity() -> Words<Severity> {
    let read = |text: &str| text.to_ascii_lowercase().parse();
    Words { offered: severities, read, whole: false }
}

/// A severity or `none`.
pub(super) fn fail_on() -> Words<FailOn> {
    let read = |text: &str| {
        let text = text.to_ascii_lowercase();
        if text == "none" {
            return Ok(FailOn(None));
        }
        let severity = text.parse().map(|severity| FailOn(Some(severity)));
        severity.map_err(|_: String| {
            format!("{text:?} is no severity; use critical, high, medium, low, info or none")
        })
    };
    let words = || [severities(), vec!["none"]].concat();
    Words { offered: words, read, whole: false }
}

/// A format and, after an equals sign, a file.
pub(super) fn output() -> Words<Output> {
    let names = || Format::ALL.iter().map(|(name, _)| *name).collect();
    Words { offered: names, read: str::parse, whole: false }
}

/// The help of `--output`.
pub(super) fn output_help() -> String {
    let names: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
    format!("Output format, into a file where one is named; may be given several times: {}", names.join(", "))
}

fn severities() -> Vec<&'static str> {
    Severity::ALL.into_iter().map(Severity::as_str).collect()
}

fn families() -> Vec<&'static str> {
    let mut families = checks(|meta| meta.family);
    families.dedup();
    families
}

fn checks(what: fn(&'static ironsides_core::CheckMeta) -> &'static str) -> Vec<&'static str> {
    CATALOGUE.iter().copied().flatten().map(|check| what(&check.meta)).collect()
}

/// The priority of a rule.
pub(super) fn priority() -> Words<Priority> {
    let read = |text: &str| {
        Priority::named(text).ok_or_else(|| {
            let names = Priority::ALL.map(|priority| priority.name().to_lowercase());
            format!("a priority is one of {}", names.join(", "))
        })
    };
    Words { offered: || Priority::ALL.map(Priority::name).to_vec(), read, whole: false }
}

/// The priority of alerts that fail a run, or `none`.
pub(super) fn fail_on_priority() -> Words<FailOnPriority> {
    let read = |text: &str| match text {
        "none" => Ok(FailOnPriority(None)),
        text => Priority::named(text).map(|priority| FailOnPriority(Some(priority))).ok_or_else(|| {
            let names = Priority::ALL.map(|priority| priority.name().to_lowercase());
            format!("a priority is one of {}, or none", names.join(", "))
        }),
    };
    let offered = || Priority::ALL.map(Priority::name).into_iter().chain(["none"]).collect();
    Words { offered, read, whole: false }
}
