//! Label selectors as `kubectl -l` takes them.

/// Conditions, all of which must hold.
#[derive(Debug, Default)]
pub(super) struct Labels(Vec<Condition>);

#[derive(Debug)]
struct Condition {
    key: String,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl Labels {
    /// Whether labels meet all conditions.
    pub(super) fn take(&self, labels: &[(&str, &str)]) -> bool {
        self.0.iter().all(|condition| {
            let value = labels.iter().find(|(key, _)| *key == condition.key).map(|(_, value)| *value);
            match &condition.test {
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::In(values) => value.is_some_and(|value| values.iter().any(|other| other == value)),
                Test::NotIn(values) => value.is_none_or(|value| !values.iter().any(|other| other == value)),
                Test::Above(bound) => number(value).is_some_and(|value| value > *bound),
                Test::Below(bound) => number(value).is_some_and(|value| value < *bound),
            }
        })
    }

    /// Reads a selector. The error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Tokens { rest: text.trim() };
        let mut conditions = Vec::new();
        while !tokens.rest.is_empty() {
            conditions.push(condition(&mut tokens)?);
            match tokens.next() {
                None => break,
                Some(",") if !tokens.rest.is_empty() => {}
                Some(",") => return Err("it ends with a comma".to_owned()),
                Some(other) => return Err(format!("`{other}` is not expected")),
            }
        }
        Ok(Self(conditions))
    }
}

fn number(value: Option<&str>) -> Option<i64> {
    value?.parse().ok()
}

fn condition(tokens: &mut Tokens<'_>) -> Result<Condition, String> {
    let first = tokens.next().unwrap_or_default();
    if first == "!" {
        return Ok(Condition { key: word(tokens.next())?, test: Test::Missing });
    }
    let key = word(Some(first))?;
    let mut ahead = Tokens { rest: tokens.rest };
    let operator = ahead.next().unwrap_or(",");
    if operator == "," {
        return Ok(Condition { key, test: Test::Exists });
    }
    tokens.rest = ahead.rest;
    let bound = |text: Option<&str>| {
        let text = text.unwrap_or_default();
        text.parse::<i64>().map_err(|_| format!("`{text}` is no integer"))
    };
    let test = match operator {
        "=" | "==" => Test::In(vec![value(tokens)]),
        "!=" => Test::NotIn(vec![value(tokens)]),
        ">" => Test::Above(bound(tokens.next())?),
        "<" => Test::Below(bound(tokens.next())?),
        "in" => Test::In(values(tokens)?),
        "notin" => Test::NotIn(values(tokens)?),
        other => return Err(format!("`{other}` is no operator")),
    };
    Ok(Condition { key, test })
}

fn word(token: Option<&str>) -> Result<String, String> {
    match token {
        Some(token) if token.starts_with(|char: char| char.is_ascii_alphanumeric()) => Ok(token.to_owned()),
        Some(token) => Err(format!("`{token}` is no label")),
        None => Err("a label is missing".to_owned()),
    }
}

/// A value; an empty one where the next condition begins at once.
fn value(tokens: &mut Tokens<'_>) -> String {
    let mut ahead = Tokens { rest: tokens.rest };
    match ahead.next() {
        None | Some(",") => String::new(),
        Some(value) => {
            tokens.rest = ahead.rest;
            value.to_owned()
        }
    }
}

fn values(tokens: &mut Tokens<'_>) -> Result<Vec<String>, String> {
    if tokens.next() != Some("(") {
        return Err("`(` is missing".to_owned());
    }
    let mut found = vec![String::new()];
    loop {
        match tokens.next() {
            Some(")") => return Ok(found),
            Some(",") => found.push(String::new()),
            Some(token) => {
                if let Some(last) = found.last_mut() {
                    token.clone_into(last);
                }
            }
            None => return Err("`)` is missing".to_owned()),
        }
    }
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let special = |char: char| matches!(char, '!' | '=' | '<' | '>' | '(' | ')' | ',');
        let length = match self.rest.chars().next()? {
            _ if self.rest.starts_with("!=") || self.rest.starts_with("==") => 2,
            char if special(char) => 1,
            _ => {
                self.rest.find(|char: char| special(char) || char.is_whitespace()).unwrap_or(self.rest.len())
            }
        };
        let (token, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_select() {
        let labels = [("app", "web"), ("tier", "front"), ("size", "3")];
        for (selector, expected) in [
            ("app=web", true),
            ("app==web,tier!=back", true),
            ("app in (web, api),!canary", true),
            ("app notin (web)", false),
            ("canary", false),
            ("app", true),
            ("!app", false),
            ("size>2,size<4", true),
            ("size > 3", false),
            ("none!=x", true),
            ("", true),
            ("app=", false),
            ("app=,tier=front", false),
        ] {
            assert_eq!(Labels::parse(selector).unwrap().take(&labels), expected, "{selector}");
        }
        for wrong in ["=a", "app in web", "app in (a", "a b", "app=web,", "a>x", ","] {
            assert!(Labels::parse(wrong).is_err(), "{wrong}");
        }
    }
}
