//! Kubescape's exceptions.

use std::sync::Arc;

use ironsides_core::{Matcher, Pattern};
use ironsides_tree::{Cursor, Span, SyntaxError, Text};

use super::annotation::last_day;
use super::file::{IgnoreFile, Reading, Terms};
use super::{Noted, map};
use crate::foreign::Tool;

/// Reads a list of `postureExceptionPolicy`: every policy is about all resources that one of its designators matches and
/// all controls that one of its posture policies names. Names and ids are regular expressions.
pub fn kubescape_exceptions(file: &IgnoreFile<'_>) -> Result<Noted, SyntaxError> {
    let mut reading = Reading::new(file, Tool::Kubescape);
    let root = reading.root()?;
    let cursor = Cursor::root(&root);
    let listed: Vec<Cursor<'_>> =
        if root.as_list().is_some() { cursor.items().collect() } else { vec![cursor] };
    for policy in &listed {
        let name = policy.get("name").str().unwrap_or("(no name)");
        let span = policy.get("name").mark();
        match terms(policy).and_then(|terms| Ok((terms, matchers(policy, file)?))) {
            Ok((terms, matchers)) => {
                for posture in policy.get("posturePolicies").items() {
                    one(&mut reading, span, &posture, &terms, &matchers);
                }
            }
            Err(why) => reading.tell(span, name, Some(why)),
        }
    }
    Ok(reading.noted)
}

fn terms(policy: &Cursor<'_>) -> Result<Terms, String> {
    let expires =
        policy.get("expirationDate").str().filter(|text| !text.is_empty()).map(last_day).transpose()?;
    let reason = policy.get("reason").str().or_else(|| policy.get("name").str()).unwrap_or_default();
    Ok(Terms { expires, reason: reason.to_owned() })
}

/// What the designators describe, one matcher each.
fn matchers(policy: &Cursor<'_>, file: &IgnoreFile<'_>) -> Result<Vec<Matcher>, String> {
    let mut matchers = Vec::new();
    for resource in policy.get("resources").items() {
        let mut matcher = Matcher::default();
        let mut paths = None;
        for (key, value) in resource.get("attributes").entries() {
            let Some(text) = value.str() else { continue };
            match key {
                "kind" => matcher.kind = Some(Pattern::regex(text)?),
                "name" => matcher.name = Some(Pattern::regex(text)?),
                "namespace" => matcher.namespace = Some(Pattern::regex(text)?),
                "path" => paths = Some(Pattern::regex(text)?),
                "cluster" | "resourceID" if text == ".*" => {}
                "cluster" | "resourceID" => {
                    return Err(format!("it is about a {key}, which files have none of"));
                }
                label => matcher.labels.push((label.to_owned(), text.to_owned())),
            }
        }
        match paths {
            None => matchers.push(matcher),
            Some(pattern) => {
                matchers.extend(file.bases.iter().map(|base| Matcher {
                    path: Some((Arc::clone(base), pattern.clone())),
                    ..matcher.clone()
                }));
            }
        }
    }
    if matchers.is_empty() { Err("it names no resources".into()) } else { Ok(matchers) }
}

/// What one posture policy names: a rule, or all controls whose ids match.
fn one(reading: &mut Reading<'_>, span: Span, posture: &Cursor<'_>, terms: &Terms, matchers: &[Matcher]) {
    let text = |key| posture.get(key).str().filter(|text| !text.is_empty());
    let named = text("ruleName").or_else(|| text("controlID")).or_else(|| text("controlName"));
    let named = named.or_else(|| text("frameworkName")).unwrap_or("(nothing)");
    let found = match (text("ruleName"), text("controlID")) {
        _ if terms.expires.is_some_and(|last| last < reading.file.today) => Err("it is over".into()),
        (Some(rule), _) => map(Tool::Regolibrary, rule),
        (None, Some(id)) => controls(id),
        _ => Err("controls are known here by their ids, not by names or frameworks".into()),
    };
    reading.tell(span, named, found.as_ref().err().cloned());
    if let Ok(checks) = found {
        reading.checks(span, &checks, terms, matchers);
    }
}

/// The checks for all controls whose ids match.
fn controls(id: &str) -> Result<Vec<Text>, String> {
    let pattern = Pattern::regex(&id.to_ascii_uppercase())?;
    if let Some(one) = pattern.exactly() {
        return map(Tool::Kubescape, one);
    }
    let ids = crate::foreign::ids(Tool::Kubescape);
    let ids = ids.into_iter().filter(|id| pattern.matches(id));
    let mut checks: Vec<Text> = ids.filter_map(|id| map(Tool::Kubescape, id).ok()).flatten().collect();
    checks.sort_unstable();
    checks.dedup();
    if checks.is_empty() { Err("no control that is known here matches".into()) } else { Ok(checks) }
}
