//! The tests of a check: finding a value in what a command printed, and comparing it.

use regex::RegexBuilder;

use super::file::Item;
use super::json_path;
use super::shell::Unsure;

/// Where an item looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the output of `audit`, by `flag`.
    Flag,
    /// In that of `audit_config`, by `path`.
    Path,
    /// In that of `audit_env`, by `env`.
    Environment,
}

/// What an item came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tested {
    pub(super) passes: bool,
    pub(super) found: bool,
    pub(super) actual: String,
    pub(super) expected: String,
}

impl Item {
    /// Tests an output, line by line with `multiple`: then the first line that fails decides.
    pub(super) fn test(&self, output: &str, place: Place, multiple: bool) -> Result<Tested, Unsure> {
        let output = output.trim_end_matches([' ', '\n']);
        let lines = if multiple { output.split('\n').collect() } else { vec![output] };
        let mut tested = Tested::default();
        for line in lines {
            tested = self.line(line, place)?;
            if !tested.passes {
                break;
            }
        }
        output.clone_into(&mut tested.actual);
        Ok(tested)
    }

    fn line(&self, text: &str, place: Place) -> Result<Tested, Unsure> {
        let name = match place {
            Place::Flag => &self.flag,
            Place::Path => &self.path,
            Place::Environment => &self.env,
        };
        let value = match place {
            Place::Flag => self.by_flag(text)?,
            Place::Environment => self.by_environment(text),
            Place::Path => match json_path::print(&self.path, text)? {
                Ok(value) => Some(value).filter(|value| !value.is_empty()),
                // What cannot be read is a test that fails.
                Err(_) => return Ok(Tested::default()),
            },
        };
        let found = value.is_some();
        let (expected, passes) = match (&value, self.set) {
            (Some(value), true) if !self.op.is_empty() => compare(&self.op, value, &self.value, name)?,
            (_, true) => (format!("'{name}' is present"), found),
            (_, false) => (format!("'{name}' is not present"), !found),
        };
        Ok(Tested { passes, found, actual: String::new(), expected })
    }

    /// The name may stand anywhere in the text. It is read as an expression, and the first place counts.
    fn by_flag(&self, text: &str) -> Result<Option<String>, Unsure> {
        let flag = &self.flag;
        if text.is_empty() || flag.is_empty() || !text.contains(flag.as_str()) {
            return Ok(None);
        }
        let unread = || Unsure::new(format!("the flag {flag:?} is no expression that is read here"));
        let expression =
            RegexBuilder::new(&format!(r"({flag})(=|: *)*([^\s]*) *")).size_limit(1 << 20).build();
        let captures = expression.map_err(|_| unread())?.captures(text).map(|captures| {
            let group = |at| captures.get(at).map_or("", |found: regex::Match<'_>| found.as_str()).to_owned();
            (
                group(1),
                captures.iter().last().flatten().map_or("", |found| found.as_str()).to_owned(),
                group(3),
            )
        });
        let Some((name, _, value)) = captures else { return Err(unread()) };
        Ok(Some(match value.as_str() {
            "" if flag.starts_with("--") => "true".into(),
            "" => name,
            _ => value,
        }))
    }

    fn by_environment(&self, text: &str) -> Option<String> {
        if self.env.is_empty() {
            return None;
        }
        let start = format!("{}=", self.env);
        let (_, behind) = text.split_once(&start)?;
        let value = behind.split('\n').next().unwrap_or_default();
        Some(value.replacen(&start, "", 1)).filter(|value| !value.is_empty())
    }
}

/// What is expected in kube-bench's words, and whether it holds. An operator that is not known never holds.
fn compare(op: &str, value: &str, wanted: &str, name: &str) -> Result<(String, bool), Unsure> {
    let equal = || {
        let lower = value.to_lowercase();
        if lower == "true" || lower == "false" { lower == wanted } else { value == wanted }
    };
    Ok(match op {
        "eq" => (format!("'{name}' is equal to '{wanted}'"), equal()),
        "noteq" => (format!("'{name}' is not equal to '{wanted}'"), !equal()),
        "gt" | "gte" | "lt" | "lte" => {
            let Some((a, b)) = integer(value).zip(integer(wanted)) else {
                return Ok((format!("Invalid Number(s) used for comparison: '{value}' '{wanted}'"), false));
            };
            let (words, holds) = match op {
                "gt" => ("greater than", a > b),
                "gte" => ("greater or equal to", a >= b),
                "lt" => ("lower than", a < b),
                _ => ("lower or equal to", a <= b),
            };
            (format!("'{name}' is {words} {wanted}"), holds)
        }
        "has" => (format!("'{name}' has '{wanted}'"), value.contains(wanted)),
        "nothave" => (format!("'{name}' does not have '{wanted}'"), !value.contains(wanted)),
        "regex" => {
            let expression = RegexBuilder::new(wanted).size_limit(1 << 20).build();
            let expression = expression
                .map_err(|_| Unsure::new(format!("{wanted:?} is no expression that is read here")))?;
            (format!("'{name}' matched by regex expression '{wanted}'"), expression.is_match(value))
        }
        "valid_elements" => {
            let (given, known) = (elements(value), elements(wanted));
            let holds = match (given.is_empty(), known.is_empty()) {
                (true, true) => true,
                (false, false) => given.iter().all(|element| known.contains(element)),
                _ => false,
            };
            (format!("'{name}' contains valid elements from '{wanted}'"), holds)
        }
        "bitmask" => {
            let octal = |text: &str| i64::from_str_radix(text, 8).ok();
            let Some(mode) = octal(value) else {
                return Ok((format!("Not numeric value - flag: {value}"), false));
            };
            let Some(most) = octal(wanted) else {
                return Ok((format!("Not numeric value - flag: {wanted}"), false));
            };
            let told = format!("{name} has permissions {value}, expected {wanted} or more restrictive");
            (told, most & mode == mode)
        }
        _ => (String::new(), false),
    })
}

fn integer(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn elements(text: &str) -> Vec<&str> {
    let text = text.trim().trim_end_matches(',');
    if text.is_empty() { Vec::new() } else { text.split(',').map(str::trim).collect() }
}
