//! Options of the programs, as getopt takes them apart.

use super::super::Unsure;
use super::unread;

/// The options and operands of a command line.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// Options in their order, with their values.
    pub(super) given: Vec<(String, Option<String>)>,
    /// The rest.
    pub(super) operands: Vec<String>,
}

impl Options {
    /// Takes arguments apart. `short` and `long` name what is known; a colon behind one says that it takes a value.
    /// With `first`, options end at the first operand.
    pub(super) fn read(
        program: &str,
        arguments: &[String],
        short: &str,
        long: &[&str],
        first: bool,
    ) -> Result<Self, Unsure> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument == "--" || first && !argument.starts_with('-') {
                options.operands.extend((argument != "--").then(|| argument.clone()));
                options.operands.extend(arguments.cloned());
                break;
            }
            if let Some(text) = argument.strip_prefix("--") {
                let (name, value) = match text.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (text, None),
                };
                let takes = format!("{name}:");
                if long.contains(&takes.as_str()) {
                    let value = value.or_else(|| arguments.next().cloned());
                    options.given.push((name.into(), Some(value.ok_or_else(|| unread(program, argument))?)));
                } else if long.contains(&name) && value.is_none() {
                    options.given.push((name.into(), None));
                } else {
                    return Err(unread(program, argument));
                }
                continue;
            }
            let Some(mut letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
                options.operands.push(argument.clone());
                continue;
            };
            while let Some(letter) = letters.chars().next() {
                letters = letters.get(letter.len_utf8()..).unwrap_or_default();
                let Some(at) = short.find(letter).filter(|_| letter != ':') else {
                    return Err(unread(program, argument));
                };
                if !short.get(at + letter.len_utf8()..).is_some_and(|rest| rest.starts_with(':')) {
                    options.given.push((letter.into(), None));
                    continue;
                }
                let value = if letters.is_empty() { arguments.next().cloned() } else { Some(letters.into()) };
                options.given.push((letter.into(), Some(value.ok_or_else(|| unread(program, argument))?)));
                break;
            }
        }
        Ok(options)
    }

    /// Whether one of these options was given.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.given.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The last value of one of these options.
    pub(super) fn value(&self, names: &[&str]) -> Option<&str> {
        let of = |(name, _): &&(String, Option<String>)| names.contains(&name.as_str());
        self.given.iter().rev().find(of).and_then(|(_, value)| value.as_deref())
    }
}
