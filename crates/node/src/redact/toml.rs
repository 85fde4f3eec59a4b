//! TOML without its secrets and comments, otherwise as it is written.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::words::{is_secret_name, value};
use super::{STARS, replace};

/// A text without its secrets and comments; or why nothing of it is kept.
pub(super) fn text(text: &str) -> Result<String, String> {
    let table = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        format!("it is no TOML (line {line}), so nobody can tell what in it is secret")
    })?;
    let mut edits = Vec::new();
    secrets(table.get_ref(), &mut edits);
    edits.extend(comments(text).into_iter().map(|range| (range, String::new())));
    let new = replace(text, edits);
    if DeTable::parse(&new).is_ok() { Ok(new) } else { Err("its secrets cannot be taken out".into()) }
}

fn secrets(table: &DeTable<'_>, edits: &mut Vec<(Range<usize>, String)>) {
    for (key, value) in table {
        scalar(value, is_secret_name(key.get_ref()), edits);
    }
}

/// The edits of a value. `is_secret`: it stands under the name of a secret.
fn scalar(at: &Spanned<DeValue<'_>>, is_secret: bool, edits: &mut Vec<(Range<usize>, String)>) {
    match at.get_ref() {
        DeValue::String(text) => {
            let new = if is_secret && !text.is_empty() { STARS.into() } else { value(text) };
            if new != *text {
                let quoted = ironsides_tree::print::json(&ironsides_tree::Node::bare(
                    ironsides_tree::Value::String((&*new).into()),
                ));
                edits.push((at.span(), quoted));
            }
        }
        DeValue::Integer(_) | DeValue::Float(_) if is_secret => {
            edits.push((at.span(), format!("\"{STARS}\"")));
        }
        DeValue::Array(items) => items.iter().for_each(|item| scalar(item, is_secret, edits)),
        // A table `auth` names its secrets itself.
        DeValue::Table(table) => secrets(table, edits),
        _ => {}
    }
}

/// Where the comments of a text are that is known to be TOML.
fn comments(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let end_of = |from: usize, what: &str| {
            rest.get(from..)
                .and_then(|rest| rest.find(what))
                .map_or(bytes.len(), |end| at + from + end + what.len())
        };
        at = match byte {
            b'#' => {
                let end = rest.find(['\n', '\r']).map_or(bytes.len(), |end| at + end);
                comments.push(at..end);
                end
            }
            b'\'' if rest.starts_with("'''") => end_of(3, "'''"),
            b'\'' => end_of(1, "'"),
            b'"' => {
                let long = rest.starts_with("\"\"\"");
                let mut inner = at + if long { 3 } else { 1 };
                while let Some(&byte) = bytes.get(inner) {
                    match byte {
                        b'\\' => inner += 2,
                        b'"' if !long || text.get(inner..).is_some_and(|rest| rest.starts_with("\"\"\"")) => {
                            break;
                        }
                        _ => inner += 1,
                    }
                }
                inner + if long { 3 } else { 1 }
            }
            _ => at + 1,
        };
        while at < bytes.len() && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    comments
}

#[cfg(test)]
mod tests {
    #[test]
    fn registries_lose_their_passwords_and_keep_their_names() {
        let text = "version = 2 # hunter2\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r.example\".auth]\n\
                    username = \"a\"\npassword = \"hunter2\"\nauth = '''hunter2'''\nidentitytoken = 'hunter2 # x'\n\
                    [a]\nimports = [\"/etc/a # b\"]\nenv = [\"HTTPS_PROXY=http://u:hunter2@p\"]\ntoken = 12345\n";
        let new = super::text(text).unwrap();
        assert!(!new.contains("hunter2") && !new.contains("12345"), "{new}");
        for kept in ["version = 2", "username = \"a\"", "\"/etc/a # b\"", "http://********@p"] {
            assert!(new.contains(kept), "{new}");
        }
        assert!(super::text("password = hunter2").unwrap_err().contains("line 1"));
    }
}
