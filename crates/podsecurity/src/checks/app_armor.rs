//! AppArmor profiles, in fields and in the annotations that came before them.

use std::collections::BTreeSet;

use ironsides_core::go_quoted;

use super::setters::Setters;
use crate::facts::{APP_ARMOR_PREFIX, PodFacts};
use crate::violation::Fault;
use crate::wording::{plural, quoted};

/// Any annotation with the prefix counts, also for a container that does not exist.
pub(crate) fn profile<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let fields = Setters::of(facts, |security| {
        security.app_armor.is_some_and(|kind| kind != "RuntimeDefault" && kind != "Localhost")
    });
    let allowed =
        |value: &str| value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
    let annotations = || {
        facts.annotations.iter().filter(|(key, value)| key.starts_with(APP_ARMOR_PREFIX) && !allowed(value))
    };
    if fields.is_empty() && annotations().next().is_none() {
        return None;
    }
    let kinds: BTreeSet<&str> = fields.contexts().filter_map(|security| security.app_armor).collect();
    let notes: BTreeSet<String> =
        annotations().map(|(key, value)| format!("{key}={}", go_quoted(value))).collect();
    let noted = plural(notes.len(), "annotation", "annotations").to_owned();
    let who = match (fields.is_empty(), notes.is_empty()) {
        (true, _) => noted,
        (false, true) => fields.words(),
        (false, false) => format!("{} and {noted}", fields.words()),
    };
    let reason =
        plural(kinds.len() + notes.len(), "forbidden AppArmor profile", "forbidden AppArmor profiles");
    let values = quoted(kinds.iter().copied().chain(notes.iter().map(String::as_str)));
    // A field that an annotation filled stands nowhere in the manifest.
    let mut places =
        fields.places_where(&["appArmorProfile", "type"], |container| !container.app_armor_copied);
    places.extend(annotations().map(|(key, _)| facts.annotation(key)));
    Some(Fault { reason, detail: format!("{who} must not set AppArmor profile type to {values}"), places })
}
