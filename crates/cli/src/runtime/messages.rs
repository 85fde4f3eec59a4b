//! What loading rules and configurations has to say, each with the line it is about: the one way in which every
//! command prints it.

use std::fmt::{Display, Write as _};

use anstyle::{AnsiColor, Style};
use ironsides_detect::falco::Note;
use ironsides_detect::rules::{Code, Loaded, Message, Place, Severity};
use ironsides_report::{Snippet, plain};
use serde_json::{Value, json};

use super::rule_files::Texts;
use crate::say::Say;

/// Messages as people read them, coloured (print them through a stream that takes colours out where there should be
/// none): place, text, code, the line with a mark below it, what to do.
pub(crate) fn text<'m>(messages: impl IntoIterator<Item = &'m Message>, texts: &Texts) -> String {
    let mut out = String::new();
    for message in messages {
        one(message.severity, message, message.place.as_ref(), message.hint.as_deref(), texts, &mut out);
    }
    out
}

/// The same for what reading a `falco.yaml` has to say.
pub(crate) fn notes<'m>(notes: impl IntoIterator<Item = &'m Note>, texts: &Texts) -> String {
    let mut out = String::new();
    for note in notes {
        let place = note.place.as_ref();
        let at = place.map(|place| format!("{}:{}: ", place.name, place.position)).unwrap_or_default();
        one(note.severity, &format!("{at}{}", note.text), place, note.hint.as_deref(), texts, &mut out);
    }
    out
}

/// Tells on standard error what there is to say about rules that are used for something else: all but what nobody uses
/// of them, which is counted.
pub(crate) fn tell(loaded: &Loaded, texts: &Texts, say: &Say) {
    let unused = |message: &&Message| matches!(message.code, Code::LoadUnusedMacro | Code::LoadUnusedList);
    say.block(&text(loaded.messages.iter().filter(|message| !unused(message)), texts));
    let count = loaded.messages.iter().filter(unused).count();
    if count > 0 {
        say.detail(&format!(
            "{count} macros and lists are not used; `ironsides runtime rules check` names them"
        ));
    }
}

fn one(
    severity: Severity,
    text: &dyn Display,
    place: Option<&Place>,
    hint: Option<&str>,
    texts: &Texts,
    out: &mut String,
) {
    let (word, style) = match severity {
        Severity::Error => ("error", AnsiColor::Red.on_default().bold()),
        Severity::Warning => ("warning", AnsiColor::Yellow.on_default().bold()),
    };
    let (dim, cyan) = (Style::new().dimmed(), AnsiColor::Cyan.on_default().bold());
    // Writing into a text cannot fail. Names and texts come from files; they must not drive the terminal.
    _ = writeln!(out, "{style}{word}{style:#}: {}", plain(&text.to_string()));
    let marked = place.and_then(|place| Snippet::new(texts.source(place.file)?, place.span));
    if let Some(Snippet { number, line, gap, width, .. }) = marked {
        let (gap, carets) = (" ".repeat(gap), "^".repeat(width));
        _ = writeln!(out, "{dim}{number:>6} |{dim:#} {line}");
        _ = writeln!(out, "{dim}       |{dim:#} {gap}{style}{carets}{style:#}");
    }
    if let Some(hint) = hint {
        _ = writeln!(out, "  {cyan}hint{cyan:#}: {}", plain(hint));
    }
}

/// A message in the shape of Falco's own validation results (`falco -V … -o json_output=true`). Lines and columns
/// count from 1.
pub(crate) fn json(message: &Message, texts: &Texts) -> Value {
    let place = message.place.as_ref();
    let position = place.map(position);
    let locations: Vec<Value> = message
        .context
        .iter()
        .map(|context| {
            let (kind, name) = context.split_once(' ').unwrap_or((context, ""));
            let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
            json!({ "item_type": kind, "item_name": name, "position": position })
        })
        .collect();
    let snippet = place.and_then(|place| Snippet::new(texts.source(place.file)?, place.span));
    let snippet = snippet
        .map(|snippet| format!("{}\n{}{}", snippet.line, " ".repeat(snippet.gap), "^".repeat(snippet.width)));
    json!({
        "code": message.code.name(),
        "codedesc": message.code.summary(),
        "message": message.text,
        "hint": message.hint,
        "position": position,
        "context": { "locations": locations, "snippet": snippet },
    })
}

/// A remark about a `falco.yaml` in the same manner.
pub(crate) fn note_json(note: &Note) -> Value {
    json!({
        "severity": note.severity,
        "message": note.text,
        "hint": note.hint,
        "position": note.place.as_ref().map(position),
    })
}

fn position(place: &Place) -> Value {
    json!({
        "name": place.name,
        "line": place.position.line,
        "column": place.position.column,
        "offset": place.span.start,
    })
}
