//! What a configuration does to rules once they are loaded: which are asked, and what their alerts say besides.

use super::compile::{Rule, RuleSet};
use super::message::Place;
use crate::field::Catalogue;
use crate::filter::FilterError;
use crate::output::Output;

/// Rules that are enabled or disabled.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Whether they are enabled.
    pub enable: bool,
    /// Those of this name; a star stands for any characters.
    pub rule: Option<String>,
    /// Those with this tag.
    pub tag: Option<String>,
    /// Where that is written.
    pub place: Option<Place>,
}

/// What is added to the alerts of some rules.
#[derive(Clone, Debug)]
pub struct Append {
    /// Only of rules of this source.
    pub source: Option<String>,
    /// Only of the rule of this name.
    pub rule: Option<String>,
    /// Only of rules that have all of these tags.
    pub tags: Vec<String>,
    /// A text behind the output, in the language of outputs.
    pub text: Option<String>,
    /// Fields besides those of the output.
    pub fields: Vec<AppendField>,
    /// Where that is written.
    pub place: Option<Place>,
}

/// A field that is added to alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendField {
    /// A field of the event under its own name, with its type.
    Raw(String),
    /// A name, and a text in the language of outputs.
    Text(String, String),
}

impl Append {
    /// Whether it is about a rule.
    pub(super) fn is_about(&self, source: &str, rule: &str, tags: &[String]) -> bool {
        self.source.as_ref().is_none_or(|known| known == source)
            && self.rule.as_ref().is_none_or(|known| known == rule)
            && self.tags.iter().all(|tag| tags.contains(tag))
    }

    /// Adds to an output.
    pub(super) fn add(&self, output: &mut Output, catalogue: Catalogue) -> Result<(), FilterError> {
        if let Some(text) = &self.text {
            output.append(text, catalogue)?;
        }
        for field in &self.fields {
            match field {
                AppendField::Raw(name) => output.add_field(name, catalogue)?,
                AppendField::Text(name, format) => output.add_text(name, format, catalogue)?,
            }
        }
        Ok(())
    }
}

impl Selection {
    /// Whether it is about a rule. Falco takes name and tag for two wishes, not for one.
    fn is_about(&self, rule: &Rule) -> bool {
        self.rule.as_ref().is_some_and(|pattern| matches(pattern, &rule.name))
            || self.tag.as_ref().is_some_and(|tag| rule.tags.contains(tag))
    }
}

impl RuleSet {
    /// Enables and disables rules, one selection after the other. Gives those that are about no rule.
    pub fn select<'s>(&mut self, selections: &'s [Selection]) -> Vec<&'s Selection> {
        let mut idle = Vec::new();
        for selection in selections {
            let mut found = false;
            for rule in self.rules.iter_mut().filter(|rule| selection.is_about(rule)) {
                rule.enabled = selection.enable;
                found = true;
            }
            if !found {
                idle.push(selection);
            }
        }
        idle
    }
}

/// Whether a name fits a pattern in which a star stands for any characters, none included.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("*", "a rule", true),
            ("a rule", "a rule", true),
            ("a rule", "a rules", false),
            ("a*e", "a rule", true),
            ("a*e", "a ruler", false),
            ("*rule*", "a rule of mine", true),
            ("ab*ba", "aba", false),
            ("*a*b*c*", "xaxbxcx", true),
            ("*a*b*c*", "xcxbxax", false),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
