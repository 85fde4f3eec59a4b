//! Whether one HTTP rule makes another needless, and whether two can meet.

use super::http::{Expression, Header, Rule, Value};
use super::language::{Found, Language};
use super::re2::WholeMatch;

/// Whether something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does.
    Yes,
    /// It does not, for which this request is an example: what is said of one part of it.
    No(String),
    /// The expressions are too large, or a secret decides.
    Unknown,
}

/// What a rule says of one part of requests.
enum Part {
    Any,
    Values(Box<Language>),
    Nothing,
    Large,
}

impl Part {
    fn of(expression: Option<&Expression>) -> Self {
        match expression {
            None => Self::Any,
            Some(Err(_)) => Self::Nothing,
            Some(Ok(expression)) => {
                Language::new(expression).map_or(Self::Large, |language| Self::Values(Box::new(language)))
            }
        }
    }

    /// A value that is in this and not in another.
    fn beyond(&self, other: &Self) -> Found {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Any) => Found::Nothing,
            (Self::Large, _) | (_, Self::Large) => Found::Unknown,
            (Self::Any, Self::Nothing) => Found::Example(String::new()),
            (Self::Any, Self::Values(values)) => match Language::known(".*") {
                Some(all) => all.beyond(values),
                None => Found::Unknown,
            },
            (Self::Values(values), Self::Nothing) => values.overlap(values),
            (Self::Values(this), Self::Values(other)) => this.beyond(other),
        }
    }

    /// A value that is in both.
    fn overlap(&self, other: &Self) -> Found {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Found::Nothing,
            (Self::Large, _) | (_, Self::Large) => Found::Unknown,
            (Self::Any, Self::Any) => Found::Example(String::new()),
            (Self::Any, Self::Values(values)) | (Self::Values(values), Self::Any) => values.overlap(values),
            (Self::Values(this), Self::Values(other)) => this.overlap(other),
        }
    }
}

impl Rule {
    fn parts(&self) -> [(&'static str, Option<&Expression>); 3] {
        [("path", self.path.as_ref()), ("method", self.method.as_ref()), ("host", self.host.as_ref())]
    }

    /// Whether every request that passes by another rule passes by this one.
    pub fn covers(&self, other: &Self) -> Answer {
        if other.meets(other) == Answer::No(String::new()) {
            // Nothing passes by the other.
            return Answer::Yes;
        }
        let mut unknown = false;
        for ((field, wide), (_, narrow)) in self.parts().into_iter().zip(other.parts()) {
            if source(wide).is_some() && source(wide) == source(narrow) {
                continue;
            }
            match Part::of(narrow).beyond(&Part::of(wide)) {
                Found::Nothing => {}
                Found::Example(value) => return Answer::No(format!("{field} {value}")),
                Found::Unknown => unknown = true,
            }
        }
        for header in &self.headers {
            match implied(header, &other.headers) {
                Some(true) => {}
                Some(false) => return Answer::No(format!("header {}", header.name)),
                None => unknown = true,
            }
        }
        if unknown { Answer::Unknown } else { Answer::Yes }
    }

    /// Whether a request can pass by both rules.
    pub fn meets(&self, other: &Self) -> Answer {
        let mut unknown = false;
        for ((_, one), (_, another)) in self.parts().into_iter().zip(other.parts()) {
            match Part::of(one).overlap(&Part::of(another)) {
                Found::Example(_) => {}
                Found::Nothing => return Answer::No(String::new()),
                Found::Unknown => unknown = true,
            }
        }
        for one in &self.headers {
            for another in other.headers.iter().filter(|another| another.name == one.name) {
                match (&one.value, &another.value) {
                    (Value::Exactly(one), Value::Exactly(another)) if one != another => {
                        return Answer::No(String::new());
                    }
                    (Value::Secret(one, _), Value::Secret(another, _)) if one == another => {}
                    (Value::Secret(..), Value::Exactly(_) | Value::Secret(..))
                    | (Value::Exactly(_), Value::Secret(..)) => unknown = true,
                    _ => {}
                }
            }
        }
        if unknown { Answer::Unknown } else { Answer::Yes }
    }
}

fn source(expression: Option<&Expression>) -> Option<&str> {
    expression?.as_ref().ok().map(WholeMatch::source)
}

/// Whether conditions on headers make another hold; `None` where a secret decides.
fn implied(wanted: &Header, given: &[Header]) -> Option<bool> {
    let mut same = given.iter().filter(|given| given.name == wanted.name).peekable();
    if same.peek().is_none() {
        return Some(false);
    }
    if wanted.value == Value::Present || same.clone().any(|given| given.value == wanted.value) {
        return Some(true);
    }
    let secret = matches!(wanted.value, Value::Secret(..))
        || same.any(|given| matches!(given.value, Value::Secret(..)));
    (!secret).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::cilium::HttpRule;

    fn rule(path: &str, method: &str, headers: &[&str]) -> Rule {
        let headers = headers.iter().map(|text| (*text).into()).collect();
        Rule::new(&HttpRule { path: path.into(), method: method.into(), headers, ..HttpRule::default() })
    }

    #[test]
    fn wider_rules_cover_narrower_ones() {
        let all = Rule::default();
        let public = rule("/public.*", "GET|HEAD", &[]);
        let narrow = rule("/public/[a-z]+", "GET", &["X-Token"]);
        assert_eq!(all.covers(&public), Answer::Yes);
        assert_eq!(public.covers(&narrow), Answer::Yes);
        assert_eq!(narrow.covers(&public), Answer::No("path /public".into()));
        assert_eq!(public.covers(&all), Answer::No("path ".into()));
        assert_eq!(public.covers(&public), Answer::Yes);
        assert_eq!(rule("", "GET", &[]).covers(&rule("", "GET|PUT", &[])), Answer::No("method PUT".into()));
        let broken = rule("(", "", &[]);
        assert_eq!(
            (narrow.covers(&broken), broken.covers(&narrow).clone()),
            (Answer::Yes, Answer::No("path /public/a".into()))
        );
    }

    #[test]
    fn headers_narrow() {
        let (present, exactly) = (rule("", "", &["X-A"]), rule("", "", &["x-a: 1"]));
        assert_eq!(present.covers(&exactly), Answer::Yes);
        assert_eq!(exactly.covers(&present), Answer::No("header x-a".into()));
        assert_eq!(exactly.meets(&rule("", "", &["X-A: 2"])), Answer::No(String::new()));
        assert_eq!(exactly.meets(&present), Answer::Yes);
        assert_eq!(rule("/a", "", &[]).meets(&rule("/b", "", &[])), Answer::No(String::new()));
        // What no request can have is covered by everything.
        assert_eq!(rule("/a", "", &[]).covers(&rule("", "", &["a: 1", "a: 2"])), Answer::Yes);
    }
}
