//! What loading rules has to say, each with the line it is about: the one way in which every command prints it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use ironsides_detect::rules::{Message, Severity};
use ironsides_report::{Snippet, plain};
use serde_json::{Value, json};

use super::rule_files::RuleTexts;

/// Messages as people read them, coloured (print them through a stream that takes colours out where there should be
/// none): place, text, code, the line with a mark below it, what to do.
pub(crate) fn text<'m>(messages: impl IntoIterator<Item = &'m Message>, texts: &RuleTexts) -> String {
    let mut out = String::new();
    for message in messages {
        one(message, texts, &mut out);
    }
    out
}

fn one(message: &Message, texts: &RuleTexts, out: &mut String) {
    let (word, style) = match message.severity {
        Severity::Error => ("error", AnsiColor::Red.on_default().bold()),
        Severity::Warning => ("warning", AnsiColor::Yellow.on_default().bold()),
    };
    let (dim, hint) = (Style::new().dimmed(), AnsiColor::Cyan.on_default().bold());
    // Writing into a text cannot fail. Names and texts come from files; they must not drive the terminal.
    _ = writeln!(out, "{style}{word}{style:#}: {}", plain(&message.to_string()));
    let marked = message.place.as_ref().and_then(|place| Snippet::new(texts.source(place.file)?, place.span));
    if let Some(Snippet { number, line, gap, width, .. }) = marked {
        let (gap, carets) = (" ".repeat(gap), "^".repeat(width));
        _ = writeln!(out, "{dim}{number:>6} |{dim:#} {line}");
        _ = writeln!(out, "{dim}       |{dim:#} {gap}{style}{carets}{style:#}");
    }
    if let Some(text) = &message.hint {
        _ = writeln!(out, "  {hint}hint{hint:#}: {}", plain(text));
    }
}

/// A message in the shape of Falco's own validation results (`falco -V … -o json_output=true`). Lines and columns
/// count from 1.
pub(crate) fn json(message: &Message, texts: &RuleTexts) -> Value {
    let place = message.place.as_ref();
    let position = place.map(|place| {
        json!({
            "name": place.name,
            "line": place.position.line,
            "column": place.position.column,
            "offset": place.span.start,
        })
    });
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
