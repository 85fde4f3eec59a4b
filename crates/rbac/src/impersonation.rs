//! Acting as somebody else: the legacy and the constrained modes.
//!
//! (Source: `k8s.io/apiserver/pkg/endpoints/filters/impersonation` and KEP-5284.)

use ironsides_core::go_quoted;
use ironsides_schema::admit::is_subdomain;
use ironsides_tree::Text;
use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::http::unescaped;
use crate::identity::{Identity, MASTERS, node, service_account, service_account_groups};
use crate::policy::Rbac;
use crate::reason::forbidden;
use crate::request::{Request, ResourceRequest};

/// The group of users, groups, uids and extras in the constrained modes, and of uids and extras in the legacy one.
const AUTHENTICATION: &str = "authentication.k8s.io";
/// The attribute of a service account token that names the node its pod runs on.
const NODE_NAME: &str = "authentication.kubernetes.io/node-name";
/// From so many groups or extra values on, one question about all of them is asked first.
const MANY: usize = 4;

/// The modes, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A service account acts as the node that its pod runs on.
    AssociatedNode,
    /// Acting as any node.
    ArbitraryNode,
    /// Acting as a service account.
    ServiceAccount,
    /// Acting as a user that is neither, with groups, uid and extras.
    UserInfo,
    /// The verb `impersonate`, as it was before there were modes.
    Legacy,
}

impl Mode {
    /// All, in order.
    pub const ALL: [Self; 5] =
        [Self::AssociatedNode, Self::ArbitraryNode, Self::ServiceAccount, Self::UserInfo, Self::Legacy];

    /// The verb that lets act as somebody: `impersonate:user-info`, or `impersonate` for the legacy mode.
    pub fn verb(self) -> String {
        self.suffix().map_or_else(|| "impersonate".to_owned(), |mode| format!("impersonate:{mode}"))
    }

    /// The verb that lets do something while acting so: `impersonate-on:user-info:list`. The legacy mode has none.
    pub fn verb_on(self, verb: &str) -> Option<String> {
        self.suffix().map(|mode| format!("impersonate-on:{mode}:{verb}"))
    }

    fn suffix(self) -> Option<&'static str> {
        match self {
            Self::AssociatedNode => Some("associated-node"),
            Self::ArbitraryNode => Some("arbitrary-node"),
            Self::ServiceAccount => Some("serviceaccount"),
            Self::UserInfo => Some("user-info"),
            Self::Legacy => None,
        }
    }

    /// Whether it can serve to act as somebody.
    fn applies(self, requester: &Identity, wanted: &Identity) -> bool {
        let bare = wanted.uid.is_none() && wanted.groups.is_empty() && wanted.extra.is_empty();
        let (is_node, is_account) = (node(&wanted.user), service_account(&wanted.user).is_some());
        match self {
            Self::AssociatedNode => bare && is_node.is_some_and(|node| runs_on(requester, node)),
            Self::ArbitraryNode => bare && is_node.is_some(),
            Self::ServiceAccount => bare && is_account,
            Self::UserInfo => is_node.is_none() && !is_account,
            Self::Legacy => true,
        }
    }
}

/// Whether a service account's token says that its pod runs on a node.
fn runs_on(requester: &Identity, node: &str) -> bool {
    let said = requester.extra.iter().find(|(key, _)| key == NODE_NAME).map(|(_, values)| &**values);
    service_account(&requester.user).is_some() && matches!(said, Some([name]) if name == node)
}

/// Who the server then sees, and by which mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impersonated {
    /// The identity, with the groups that the server adds.
    pub identity: Identity,
    /// The mode.
    pub mode: Mode,
}

/// Headers that ask for a group, uid or extra and name no user: a 400.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("requested {0} without impersonating a user name")]
pub struct WithoutUser(String);

/// The identity that `Impersonate-*` headers ask for; none where there are no such headers. Of several users the first
/// counts; the keys of extras are in lower case.
pub fn wanted<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Option<Identity>, WithoutUser> {
    const EXTRA: &str = "impersonate-extra-";
    let mut identity = Identity::default();
    let (mut user, mut uid) = (None, None);
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        match &*name {
            "impersonate-user" => _ = user.get_or_insert(value),
            "impersonate-uid" => _ = uid.get_or_insert(value),
            "impersonate-group" => identity.groups.push(Text::new(value)),
            _ => {
                let Some(key) = name.strip_prefix(EXTRA) else { continue };
                let key = Text::from(unescaped(key, false));
                match identity.extra.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, values)) => values.push(Text::new(value)),
                    None => identity.extra.push((key, vec![Text::new(value)])),
                }
            }
        }
    }
    identity.extra.sort();
    identity.uid = uid.filter(|uid| !uid.is_empty()).map(Text::new);
    match user.filter(|user| !user.is_empty()) {
        Some(user) => Ok(Some(Identity { user: Text::new(user), ..identity })),
        None if identity == Identity::default() => Ok(None),
        None => Err(WithoutUser(in_go(&identity))),
    }
}

/// An identity without user as Go prints it.
fn in_go(identity: &Identity) -> String {
    let list = |texts: &[Text]| {
        let texts: Vec<String> = texts.iter().map(|text| go_quoted(text)).collect();
        format!("[]string{{{}}}", texts.join(", "))
    };
    let groups = if identity.groups.is_empty() { "[]string(nil)".to_owned() } else { list(&identity.groups) };
    let extra: Vec<String> =
        identity.extra.iter().map(|(key, values)| format!("{}:{}", go_quoted(key), list(values))).collect();
    let extra = if extra.is_empty() {
        "map[string][]string(nil)".to_owned()
    } else {
        format!("map[string][]string{{{}}}", extra.join(", "))
    };
    let uid = go_quoted(identity.uid.as_deref().unwrap_or_default());
    format!("&user.DefaultInfo{{Name:\"\", UID:{uid}, Groups:{groups}, Extra:{extra}}}")
}

/// The mode that last worked for each user, which the server tries first. It decides which mode and which refusal are
/// told, never the outcome.
#[derive(Clone, Debug, Default)]
pub struct Impersonations {
    last: FxHashMap<Text, Mode>,
}

impl Impersonations {
    /// Whether somebody may make a request as somebody else; the message of the 403 otherwise.
    pub fn attempt(
        &mut self,
        rbac: &Rbac,
        requester: &Identity,
        wanted: &Identity,
        request: &Request,
    ) -> Result<Impersonated, String> {
        let last = self.last.get(&requester.user).copied();
        let others = Mode::ALL.into_iter().filter(|mode| Some(*mode) != last);
        let mut first = None;
        for mode in last.into_iter().chain(others) {
            match rbac.impersonate(requester, wanted, request, mode) {
                Some(Ok(identity)) => {
                    self.last.insert(requester.user.clone(), mode);
                    return Ok(Impersonated { identity, mode });
                }
                Some(Err(refusal)) => _ = first.get_or_insert(refusal),
                None => {}
            }
        }
        Err(first.unwrap_or_default())
    }
}

impl Rbac {
    /// Who the server sees when somebody makes a request as somebody else in one mode: the message of the 403 where it
    /// is refused, and nothing where the mode cannot serve.
    pub fn impersonate(
        &self,
        requester: &Identity,
        wanted: &Identity,
        request: &Request,
        mode: Mode,
    ) -> Option<Result<Identity, String>> {
        mode.applies(requester, wanted).then(|| {
            if let Some(verb) = mode.verb_on(request.verb()) {
                self.allow(requester, &request.with_verb(&verb))?;
            }
            Attempt { rbac: self, requester, mode }.identity(wanted)
        })
    }

    fn allow(&self, identity: &Identity, request: &Request) -> Result<(), String> {
        let decision = self.decide(identity, request);
        if decision.is_allowed() { Ok(()) } else { Err(self.forbidden(identity, request, &decision)) }
    }
}

/// The questions about each part of a wanted identity.
struct Attempt<'a> {
    rbac: &'a Rbac,
    requester: &'a Identity,
    mode: Mode,
}

impl Attempt<'_> {
    fn identity(&self, wanted: &Identity) -> Result<Identity, String> {
        let mut actual = wanted.clone();
        self.user(wanted, &mut actual)?;
        if let Some(uid) = &wanted.uid {
            self.ask(&self.about(AUTHENTICATION, "uids").named(uid))?;
        }
        self.groups(&wanted.groups)?;
        self.extra(&wanted.extra)?;
        Ok(actual.authenticated())
    }

    fn constrained(&self) -> bool {
        self.mode != Mode::Legacy
    }

    /// The group of users and groups.
    fn group(&self) -> &'static str {
        if self.constrained() { AUTHENTICATION } else { "" }
    }

    fn about(&self, group: &str, resource: &str) -> ResourceRequest {
        ResourceRequest::new(&self.mode.verb(), group, resource)
    }

    fn ask(&self, request: &ResourceRequest) -> Result<(), String> {
        self.rbac.allow(self.requester, &Request::from(request.clone()))
    }

    fn refuse(&self, request: ResourceRequest, why: &str) -> Result<(), String> {
        Err(forbidden(self.requester, &Request::from(request), why))
    }

    fn user(&self, wanted: &Identity, actual: &mut Identity) -> Result<(), String> {
        if let Some((namespace, name)) = service_account(&wanted.user) {
            if wanted.groups.is_empty() {
                actual.groups = service_account_groups(&wanted.user);
            }
            return self
                .ask(&self.about(self.group(), "serviceaccounts").in_namespace(namespace).named(name));
        }
        if let Some(name) = node(&wanted.user).filter(|_| self.constrained()) {
            actual.groups = vec![Text::new_static("system:nodes")];
            let name = if self.mode == Mode::AssociatedNode { "*" } else { name };
            return self.ask(&self.about(self.group(), "nodes").named(name));
        }
        self.ask(&self.about(self.group(), "users").named(&wanted.user))
    }

    fn groups(&self, groups: &[Text]) -> Result<(), String> {
        let about = self.about(self.group(), "groups");
        if self.constrained() {
            if groups.iter().any(Text::is_empty) {
                return self.refuse(about, "impersonating the empty string group is not allowed");
            }
            if groups.iter().any(|group| group == MASTERS) {
                return self
                    .refuse(about.named(MASTERS), "impersonating the system:masters group is not allowed");
            }
            if groups.len() >= MANY && self.ask(&about.clone().named("*")).is_ok() {
                return Ok(());
            }
        }
        groups.iter().try_for_each(|group| self.ask(&about.clone().named(group)))
    }

    fn extra(&self, extra: &[(Text, Vec<Text>)]) -> Result<(), String> {
        let about = self.about(AUTHENTICATION, "userextras");
        let of = |key: &str, value: &str| {
            ResourceRequest { subresource: Text::new(key), ..about.clone() }.named(value)
        };
        if self.constrained() {
            if let Some(fault) = extra.iter().find_map(|(key, values)| extra_fault(key, values)) {
                return self.refuse(about, &fault);
            }
            let count: usize = extra.iter().map(|(_, values)| values.len()).sum();
            if (extra.len() >= MANY || count >= MANY) && self.ask(&of("*", "*")).is_ok() {
                return Ok(());
            }
        }
        let all = extra.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        all.into_iter().try_for_each(|(key, value)| self.ask(&of(key, value)))
    }
}

/// What the constrained modes refuse about an extra, whatever is granted.
fn extra_fault(key: &str, values: &[Text]) -> Option<String> {
    let (domain, path) = key.split_once('/').unwrap_or((key, ""));
    let quoted = go_quoted(key);
    let invalid = |value: &str, why: &str| {
        Some(format!(
            "impersonating an invalid key in extra is not allowed: extra.key: Invalid value: {}: {why}",
            go_quoted(value)
        ))
    };
    if key.is_empty() {
        Some("impersonating the empty string key in extra is not allowed".to_owned())
    } else if domain.is_empty() || path.is_empty() {
        invalid(key, "must be a domain-prefixed path (such as \"acme.io/foo\")")
    } else if !is_subdomain(domain) {
        invalid(domain, "must be a lowercase RFC 1123 subdomain")
    } else if !path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte))
    {
        invalid(path, "must be a valid path")
    } else if key.to_lowercase() != key {
        Some(format!("impersonating a non-lowercase key in extra is not allowed: {quoted}"))
    } else if values.is_empty() {
        Some("impersonating empty values in extra is not allowed".to_owned())
    } else if values.iter().any(Text::is_empty) {
        Some("impersonating the empty string value in extra is not allowed".to_owned())
    } else {
        None
    }
}
