//! YAML texts with a comment above every line that needs one.

use std::fmt::Write as _;

/// How wide a comment gets, with its indentation.
const WIDTH: usize = 110;

/// A text that grows line by line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    text: String,
    depth: usize,
}

impl Text {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, line: &str) -> &mut Self {
        if !line.is_empty() {
            self.text.push_str(&"  ".repeat(self.depth));
            self.text.push_str(line);
        }
        self.text.push('\n');
        self
    }

    /// Adds a comment, on as many lines as it takes.
    pub(crate) fn comment(&mut self, comment: &str) -> &mut Self {
        for paragraph in comment.lines() {
            for line in wrap(paragraph, WIDTH.saturating_sub(2 * self.depth + 2)) {
                let line = format!("# {line}");
                self.line(line.trim_end());
            }
        }
        self
    }

    /// What is added within stands two columns further in.
    pub(crate) fn within(&mut self, add: impl FnOnce(&mut Self)) -> &mut Self {
        self.depth += 1;
        add(self);
        self.depth -= 1;
        self
    }

    /// Adds a key and a list below it.
    pub(crate) fn list<S: AsRef<str>>(&mut self, key: &str, items: &[S]) -> &mut Self {
        self.line(&format!("{key}:"));
        for item in items {
            self.line(&format!("- {}", plain(item.as_ref())));
        }
        self
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// Lines of words that are no wider than this, one word at least.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text in double quotes as JSON writes it, which YAML reads alike.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => _ = write!(quoted, "\\u{:04x}", u32::from(letter)),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A text without quotes where it is read as the same text then.
pub(crate) fn plain(text: &str) -> String {
    let is_word = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./=,".contains(letter))
    };
    let means_else = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(text));
    if is_word(text) && !means_else { text.to_owned() } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use ironsides_tree::parse_one;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(text in any::<String>()) {
            for written in [quoted(&text), plain(&text)] {
                let read = parse_one(&format!("key: {written}\n")).unwrap();
                prop_assert_eq!(read.get("key").and_then(|node| node.as_str()), Some(text.as_str()));
            }
        }
    }

    #[test]
    fn comments_are_wrapped() {
        let mut text = Text::new();
        text.line("key:").within(|text| {
            text.comment(&"word ".repeat(50)).line("value: 1");
        });
        let text = text.finish();
        assert!(text.lines().all(|line| line.len() <= 110), "{text}");
        assert_eq!(text.lines().filter(|line| line.trim_start().starts_with('#')).count(), 3);
    }
}
