//! Requests, stages and identities in words.

use ironsides_audit::{About, Request, Stages, Who};
use serde_json::{Value, json};

use crate::say::Say;

/// What the engine takes for a value that no rule names.
pub(crate) const FRESH: &str = "\u{1}";

/// What a request is for, without who makes it: `get pods/exec named web in shop`.
pub(crate) fn what(request: &Request<'_>) -> String {
    Request { user: None, groups: Vec::new(), ..request.clone() }.to_string()
}

/// Stages with commas between them.
pub(crate) fn stages(stages: Stages) -> String {
    if stages.is_empty() {
        return "no stage".to_owned();
    }
    stages.iter().map(ironsides_audit::Stage::as_str).collect::<Vec<_>>().join(", ")
}

/// Somebody whom a rule names.
pub(crate) fn who(who: &Who) -> String {
    match who {
        Who::User(name) => format!("user {name}"),
        Who::Group(name) => format!("group {name}"),
    }
}

/// A request for programs. A value that no rule names is null.
pub(crate) fn request_json(request: &Request<'_>) -> Value {
    let word = |word: &str| if word == FRESH { Value::Null } else { json!(word) };
    let mut value = match &request.about {
        About::Path(path) => json!({ "verb": word(&request.verb), "path": path.replace(FRESH, "…") }),
        About::Resource { group, resource, subresource, namespace, name } => json!({
            "verb": word(&request.verb), "group": word(group), "resource": word(resource),
            "subresource": word(subresource), "namespace": word(namespace), "name": word(name),
        }),
    };
    value["user"] = request.user.as_deref().map_or(Value::Null, word);
    value["groups"] = json!(request.groups);
    value
}

/// From so many microseconds on a log shows what happens every hour.
const HOUR: i64 = 3_600_000_000;

/// A time in microseconds in words: `399 seconds`, `45 minutes`, `9.5 hours`, `3.2 days`.
pub(crate) fn span(micros: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a window of less than a century")]
    let seconds = micros as f64 / 1e6;
    let units = [(2.0 * 86_400.0, 86_400.0, "days"), (3_600.0, 3_600.0, "hours")];
    match units.into_iter().find(|(from, ..)| seconds >= *from) {
        Some((_, unit, word)) => format!("{:.1} {word}", seconds / unit),
        None if seconds >= 600.0 => format!("{:.0} minutes", seconds / 60.0),
        None => format!("{seconds:.0} seconds"),
    }
}

/// Warns that a day is worked out from a log that is too short for that.
pub(crate) fn warn_of_short(window: i64, say: &Say) {
    if window < HOUR {
        let told = span(window);
        say.warning(&format!(
            "the log spans {told}, and a day is worked out from it; what happens once an hour or a day is not in it"
        ));
    }
}

/// Words with commas between them behind a heading, on lines of up to 100 characters; those after the first are indented.
pub(crate) fn wrapped(heading: &str, words: &[&str]) -> String {
    let mut lines = vec![format!("{heading}:")];
    for (at, word) in words.iter().enumerate() {
        let comma = if at + 1 < words.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.len() + word.len() + 2 <= 100 => line.extend([" ", word, comma]),
            _ => lines.push(format!("  {word}{comma}")),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_do() {
        for (seconds, text) in
            [(399, "399 seconds"), (2_700, "45 minutes"), (34_092, "9.5 hours"), (276_480, "3.2 days")]
        {
            assert_eq!(span(seconds * 1_000_000), text);
        }
    }

    #[test]
    fn many_words_take_several_lines() {
        let words = ["daemonset-everywhere"; 53];
        let text = wrapped("attack techniques recorded worse", &words);
        assert!(text.lines().count() > 5 && text.lines().all(|line| line.len() <= 100), "{text}");
        assert_eq!(wrapped("worse", &["exec", "attach"]), "worse: exec, attach");
    }
}
