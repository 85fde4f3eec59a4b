//! Words to fields: variables, output of commands, names of files.

use super::Unsure;
use super::pattern;
use super::run::Shell;
use super::streams::{LIMIT, Streams};
use super::syntax::{Part, Word};

/// A field under construction: its text, and as a pattern in which quoted signs stand for themselves.
#[derive(Default)]
struct Field {
    text: String,
    pattern: String,
    globs: bool,
    /// Whether it exists though it may be empty.
    there: bool,
}

impl Field {
    fn push(&mut self, text: &str, quoted: bool) {
        self.there = true;
        self.text.push_str(text);
        for c in text.chars() {
            let special = matches!(c, '*' | '?' | '[');
            self.globs |= special && !quoted;
            if quoted && (special || c == '\\') {
                self.pattern.push('\\');
            }
            self.pattern.push(c);
        }
    }
}

/// Refuses a text that grows without end.
fn bounded(text: &str) -> Result<(), Unsure> {
    if text.len() > LIMIT { Err(Unsure::new("it makes longer texts than are held")) } else { Ok(()) }
}

impl Shell<'_> {
    /// Expands words to fields.
    pub(super) fn fields(&mut self, words: &[Word], streams: &mut Streams) -> Result<Vec<String>, Unsure> {
        let mut fields = Vec::new();
        for word in words {
            let mut field = Field::default();
            for part in word {
                let (text, quoted) = self.part(part, streams)?;
                bounded(&field.text)?;
                if quoted || matches!(part, Part::Text { .. }) {
                    field.push(&text, quoted);
                    continue;
                }
                // What an unquoted expansion gives is split at blanks.
                let mut pieces = text.split([' ', '\t', '\n']).peekable();
                while let Some(piece) = pieces.next() {
                    if !piece.is_empty() {
                        field.push(piece, false);
                    }
                    if pieces.peek().is_some() {
                        self.finish(std::mem::take(&mut field), &mut fields)?;
                    }
                }
            }
            self.finish(field, &mut fields)?;
        }
        Ok(fields)
    }

    /// Expands a word to one text, as in an assignment.
    pub(super) fn text(&mut self, word: &Word, streams: &mut Streams) -> Result<String, Unsure> {
        let mut text = String::new();
        for part in word {
            text.push_str(&self.part(part, streams)?.0);
            bounded(&text)?;
        }
        Ok(text)
    }

    fn part(&mut self, part: &Part, streams: &mut Streams) -> Result<(String, bool), Unsure> {
        match part {
            Part::Text { text, quoted } => Ok((text.clone(), *quoted)),
            Part::Variable { name, default, quoted } => {
                let value = self.variable(name)?;
                match default {
                    Some(word) if value.is_empty() => Ok((self.text(word, streams)?, *quoted)),
                    _ => Ok((value, *quoted)),
                }
            }
            Part::Command { list, quoted } => {
                let (_, mut inner) = self.subshell(list)?;
                let output = inner.take_output();
                streams.append(inner);
                Ok((output.trim_end_matches('\n').to_owned(), *quoted))
            }
        }
    }

    fn finish(&self, field: Field, fields: &mut Vec<String>) -> Result<(), Unsure> {
        if !field.there {
            return Ok(());
        }
        // (A bracket alone, or with nothing in it, is no class.)
        let class =
            field.text.split_once('[').is_some_and(|(_, rest)| rest.find(']').is_some_and(|at| at > 0));
        if !field.globs || !class && !field.text.contains(['*', '?']) {
            fields.push(field.text);
            return Ok(());
        }
        // The commands run where nothing lies that such a pattern could match, and then it stands for itself.
        if !field.text.starts_with('/') {
            fields.push(field.text);
            return Ok(());
        }
        let (folder, name) = field.pattern.rsplit_once('/').unwrap_or((".", &field.pattern));
        if folder.contains(['*', '?', '[', '\\']) {
            return Err(Unsure::new(format!("the names that {} matches are not known", field.text)));
        }
        let names = pattern::file_name(name)?;
        let mut found: Vec<String> = self
            .names(folder)?
            .iter()
            .map(|entry| entry.trim_end_matches('/'))
            .filter(|entry| names.is_match(entry) && (name.starts_with('.') || !entry.starts_with('.')))
            .map(|entry| format!("{folder}/{entry}"))
            .collect();
        found.sort();
        if found.is_empty() {
            found.push(field.text);
        }
        fields.append(&mut found);
        Ok(())
    }
}
