//! HTTP requests.
//!
//! The agent hands a rule to Envoy as conditions on headers: path, method and host are matched as a whole by regular
//! expressions, `headers` by presence or exact value. All of a rule must hold, and one rule of a list is enough.

use std::sync::Arc;

use ironsides_tree::Text;

use super::re2::{Malformed, WholeMatch};
use crate::kinds::cilium::{HeaderMatch, HttpRule, Mismatch};
use crate::matcher::Match;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The method, in its case.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The host, with the port if the request has one.
    pub host: String,
    /// Headers by name, in whatever case. Values of one name are joined by commas.
    pub headers: Vec<(String, String)>,
}

/// The rules of a list, ready for matching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRules(Vec<Rule>);

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The path, unless any will do.
    pub path: Option<Expression>,
    /// The method.
    pub method: Option<Expression>,
    /// The host.
    pub host: Option<Expression>,
    /// What must hold of headers.
    pub headers: Vec<Header>,
}

/// An expression, or why a text is none: Envoy then refuses the whole policy of the endpoint.
pub type Expression = Result<WholeMatch, Malformed>;

/// What must hold of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name in lower case.
    pub name: Text,
    /// What its value must be.
    pub value: Value,
}

/// What the value of a header must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Anything, as long as the header is there.
    Present,
    /// Exactly this.
    Exactly(Text),
    /// What a secret holds (`namespace/name`); if that cannot be found, what stands beside it.
    Secret(Text, Option<Text>),
}

impl HttpRules {
    /// Makes the rules of a list ready.
    pub fn new<'a>(rules: impl IntoIterator<Item = &'a HttpRule>) -> Self {
        Self(rules.into_iter().map(Rule::new).collect())
    }

    /// Rules that let every request pass.
    pub fn everything() -> Self {
        Self(vec![Rule::default()])
    }

    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        &self.0
    }

    /// Whether every request passes.
    pub fn is_everything(&self) -> bool {
        self.0.contains(&Rule::default())
    }

    /// Whether a request passes for certain.
    pub fn passes(&self, request: &Request) -> bool {
        self.answer(request) == Match::Yes
    }

    /// Whether a request passes. Where the value of a secret decides, that is the condition.
    pub fn answer(&self, request: &Request) -> Match {
        let mut condition = None;
        for rule in &self.0 {
            match rule.answer(request) {
                Match::Yes => return Match::Yes,
                Match::No => {}
                Match::If(why) => condition = condition.or(Some(why)),
            }
        }
        condition.map_or(Match::No, Match::If)
    }
}

impl Rule {
    /// Makes a rule ready.
    pub fn new(rule: &HttpRule) -> Self {
        let expression = |text: &Text| (!text.is_empty()).then(|| WholeMatch::new(text));
        let matches = rule.header_matches.iter().filter_map(Header::matched);
        Self {
            path: expression(&rule.path),
            method: expression(&rule.method),
            host: expression(&rule.host),
            headers: rule.headers.iter().map(|text| Header::listed(text)).chain(matches).collect(),
        }
    }

    /// Its three expressions with the fields that they stand in.
    pub fn expressions(&self) -> impl Iterator<Item = (&'static str, &Expression)> {
        let fields = [("path", &self.path), ("method", &self.method), ("host", &self.host)];
        fields.into_iter().filter_map(|(field, expression)| Some((field, expression.as_ref()?)))
    }

    /// Whether a request passes by this rule.
    pub fn answer(&self, request: &Request) -> Match {
        let holds = |expression: &Option<Expression>, value: &str| {
            expression.as_ref().is_none_or(|expression| expression.as_ref().is_ok_and(|it| it.matches(value)))
        };
        let whole = holds(&self.path, &request.path)
            && holds(&self.method, &request.method)
            && holds(&self.host, &request.host);
        if !whole {
            return Match::No;
        }
        let mut condition = None;
        for header in &self.headers {
            match header.answer(request) {
                Match::Yes => {}
                Match::No => return Match::No,
                Match::If(why) => condition = condition.or(Some(why)),
            }
        }
        condition.map_or(Match::Yes, Match::If)
    }
}

impl Header {
    /// An item of `headers`: what stands before the first blank is the name, with or without a colon; what stands behind it is
    /// the value. Without a blank all of it is a name, be there a colon in it or not.
    fn listed(text: &str) -> Self {
        match text.split_once(' ') {
            Some((name, value)) => Self::exactly(name.trim_end_matches(':'), value),
            None => Self { name: text.to_ascii_lowercase().into(), value: Value::Present },
        }
    }

    /// An item of `headerMatches`, unless it lets requests pass that do not have it.
    fn matched(header: &HeaderMatch) -> Option<Self> {
        if header.mismatch != Mismatch::Refuse {
            return None;
        }
        let Some(secret) = &header.secret else { return Some(Self::exactly(&header.name, &header.value)) };
        let beside = Some(header.value.clone()).filter(|value| !value.is_empty());
        let secret: Text = format!("{}/{}", secret.namespace, secret.name).into();
        Some(Self { name: header.name.to_ascii_lowercase().into(), value: Value::Secret(secret, beside) })
    }

    /// Envoy takes an empty value for any.
    fn exactly(name: &str, value: &str) -> Self {
        let value = if value.is_empty() { Value::Present } else { Value::Exactly(value.into()) };
        Self { name: name.to_ascii_lowercase().into(), value }
    }

    /// Whether it holds for a request.
    pub fn answer(&self, request: &Request) -> Match {
        let values = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&self.name));
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        if values.is_empty() {
            return Match::No;
        }
        match &self.value {
            Value::Present => Match::Yes,
            Value::Exactly(value) if values.join(",") == *value => Match::Yes,
            Value::Exactly(_) => Match::No,
            Value::Secret(secret, _) => Match::If(Arc::from(format!(
                "the header {} has the value that the secret {secret} holds",
                self.name
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::cilium::Secret;

    fn request(method: &str, path: &str, host: &str, headers: &[(&str, &str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Request { method: method.into(), path: path.into(), host: host.into(), headers }
    }

    fn with_header(text: &str) -> HttpRules {
        HttpRules::new(&[HttpRule { headers: vec![text.into()], ..HttpRule::default() }])
    }

    #[test]
    fn all_of_a_rule_and_one_of_a_list() {
        let get = HttpRule { method: "GET".into(), path: "/public".into(), ..HttpRule::default() };
        let admin = HttpRule { host: "admin\\.shop(:80)?".into(), ..HttpRule::default() };
        let rules = HttpRules::new([&get, &admin]);
        assert!(rules.passes(&request("GET", "/public", "web", &[])));
        assert!(!rules.passes(&request("HEAD", "/public", "web", &[])));
        assert!(!rules.passes(&request("GET", "/public?x=1", "web", &[])));
        assert!(rules.passes(&request("DELETE", "/", "admin.shop:80", &[])));
        assert!(!HttpRules::default().passes(&request("GET", "/", "web", &[])));
        assert!(HttpRules::everything().passes(&request("GET", "/", "web", &[])));
        assert!(HttpRules::new(&[HttpRule::default()]).is_everything());
        let broken = HttpRule { host: "*.shop".into(), ..HttpRule::default() };
        assert!(!HttpRules::new(&[broken]).passes(&request("GET", "/", "a.shop", &[])));
    }

    #[test]
    fn headers_are_present_or_exact() {
        let token = |value| request("GET", "/", "web", &[("x-token", value)]);
        assert!(with_header("X-Token").passes(&token("")));
        assert!(with_header("X-Token: secret").passes(&token("secret")));
        assert!(with_header("X-Token secret").passes(&token("secret")));
        assert!(!with_header("X-Token: secret").passes(&token("Secret")));
        assert!(!with_header("X-Token:secret").passes(&token("secret")));
        assert!(with_header("X-Token: ").passes(&token("anything")));
        assert!(!with_header("X-Token").passes(&request("GET", "/", "web", &[])));
        let twice = request("GET", "/", "web", &[("a", "1"), ("A", "2")]);
        assert!(with_header("a: 1,2").passes(&twice) && !with_header("a: 1").passes(&twice));
    }

    #[test]
    fn secrets_are_conditions() {
        let secret = Some(Secret { namespace: "shop".into(), name: "s".into() });
        let header = HeaderMatch { name: "X-Token".into(), secret, ..HeaderMatch::default() };
        let logged = HeaderMatch { mismatch: Mismatch::Log, ..header.clone() };
        let rules =
            |header| HttpRules::new(&[HttpRule { header_matches: vec![header], ..HttpRule::default() }]);
        let asked = rules(header).answer(&request("GET", "/", "web", &[("X-Token", "1")]));
        assert_eq!(asked, Match::If("the header x-token has the value that the secret shop/s holds".into()));
        assert!(rules(logged).passes(&request("GET", "/", "web", &[])));
    }
}
