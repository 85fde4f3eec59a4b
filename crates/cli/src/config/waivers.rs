//! The waivers of the configuration file.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use ironsides_core::{Matcher, Pattern, Scope, WaivedBy, Waiver};
use ironsides_tree::{Cursor, Text};

use super::read::Reader;

/// The entries under `waivers`. A reason or an end that is missing is for the checks of waivers to tell.
pub(super) fn read(reader: &Reader, at: &Cursor<'_>, folder: &Path) -> Result<Vec<Waiver>> {
    let base: Arc<str> = Arc::from(folder.to_string_lossy().trim_end_matches('/'));
    reader.items(at)?.map(|at| one(reader, &at, &base)).collect()
}

fn one(reader: &Reader, at: &Cursor<'_>, base: &Arc<str>) -> Result<Waiver> {
    let mut matcher = Matcher::default();
    let mut waiver = Waiver {
        by: WaivedBy::File,
        checks: None,
        scope: Scope::Matching(Box::default()),
        reason: String::new(),
        expires: None,
        owner: None,
        path: Arc::clone(reader.source().path()),
        field: Arc::from(at.path().text()),
        span: at.mark(),
        line: reader.line(at.mark()),
    };
    for (key, at) in reader.entries(at, &["check", "target", "reason", "owner", "expires"])? {
        match key {
            "check" => {
                waiver.checks = Some(reader.texts(&at)?.iter().map(Text::new).collect());
            }
            "target" => matcher = target(reader, &at, base)?,
            "reason" => reader.text(&at)?.trim().clone_into(&mut waiver.reason),
            "owner" => waiver.owner = Some(reader.text(&at)?.to_owned()),
            _ => waiver.expires = Some(reader.word(&at)?),
        }
    }
    if waiver.checks.as_ref().is_none_or(Vec::is_empty) {
        reader.required(at, "check")?;
        return Err(reader.error(at, "check names no check"));
    }
    waiver.scope = Scope::Matching(Box::new(matcher));
    Ok(waiver)
}

fn target(reader: &Reader, at: &Cursor<'_>, base: &Arc<str>) -> Result<Matcher> {
    let mut matcher = Matcher::default();
    let keys = ["apiVersion", "kind", "namespace", "name", "container", "path", "field"];
    for (key, at) in reader.entries(at, &keys)? {
        let name = || reader.pattern(&at, Pattern::name).map(Some);
        match key {
            "apiVersion" => matcher.api_version = name()?,
            "kind" => matcher.kind = name()?,
            "namespace" => matcher.namespace = name()?,
            "name" => matcher.name = name()?,
            "container" => matcher.container = name()?,
            "path" => matcher.path = Some((Arc::clone(base), reader.pattern(&at, Pattern::path)?)),
            _ => matcher.field = Some(reader.pattern(&at, field)?),
        }
    }
    Ok(matcher)
}

/// The path of a field, in which brackets are brackets: `spec.containers[0].*`
fn field(text: &str) -> Result<Pattern, String> {
    Pattern::name(&text.replace('[', "\\[").replace(']', "\\]"))
}
