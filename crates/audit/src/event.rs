//! One audit event, as a view over its text.

mod google;
mod object;
mod read;
mod scan;
mod wrapped;
mod write;

use std::borrow::Cow;

use smallvec::SmallVec;

pub use object::Body;
pub use read::EventError;
pub use wrapped::{each_event, each_event_text, each_event_with_text};

use crate::level::{Level, Stage};

/// A text of an event: borrowed from its line unless it was escaped there.
pub type Word<'a> = Cow<'a, str>;

/// An event of `audit.k8s.io`: v1, v1beta1, or without a version. What an event leaves out is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// How much was recorded; `None` where the event does not say.
    pub level: Option<Level>,
    /// Which request it belongs to. Neither unique nor trustworthy: a client may send one of its own.
    pub audit_id: Word<'a>,
    /// When it was written.
    pub stage: Option<Stage>,
    /// The path and query of the request.
    pub request_uri: Word<'a>,
    /// The verb: `get`, `list`, …; of paths that are no resource the HTTP method in lower case.
    pub verb: Word<'a>,
    /// Who made the request, as authenticated.
    pub user: User<'a>,
    /// Whom the request was made as, where that was somebody else.
    pub impersonated_user: Option<Box<User<'a>>>,
    /// The verb that allowed a constrained impersonation.
    pub impersonation_constraint: Word<'a>,
    /// Addresses, of which only the last is that of the connection.
    pub source_ips: SmallVec<[Word<'a>; 2]>,
    /// What the client says it is.
    pub user_agent: Word<'a>,
    /// What the request was for; `None` for paths.
    pub object: Option<ObjectReference<'a>>,
    /// What the server answered; `None` before it did.
    pub response: Option<Response<'a>>,
    /// The body of the request.
    pub request_body: Body<'a>,
    /// The body of the response.
    pub response_body: Body<'a>,
    /// When the request came in, as written (RFC 3339).
    pub received: Word<'a>,
    /// When this stage was reached, as written.
    pub staged: Word<'a>,
    /// Annotations, in written order.
    pub annotations: SmallVec<[(Word<'a>, Word<'a>); 4]>,
}

/// An identity in an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User<'a> {
    /// The name.
    pub name: Word<'a>,
    /// The uid.
    pub uid: Word<'a>,
    /// The groups.
    pub groups: SmallVec<[Word<'a>; 4]>,
    /// Further attributes, each with its values.
    pub extra: Vec<(Word<'a>, Vec<Word<'a>>)>,
}

/// What a request was for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectReference<'a> {
    /// The plural name of the resource.
    pub resource: Word<'a>,
    /// The namespace.
    pub namespace: Word<'a>,
    /// The name.
    pub name: Word<'a>,
    /// The uid.
    pub uid: Word<'a>,
    /// The API group; empty for the core group.
    pub group: Word<'a>,
    /// The version.
    pub version: Word<'a>,
    /// The resource version.
    pub resource_version: Word<'a>,
    /// The subresource.
    pub subresource: Word<'a>,
}

/// What the server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response<'a> {
    /// The status code; 0 where none is told.
    pub code: u16,
    /// `Success` or `Failure`.
    pub status: Word<'a>,
    /// Why, in a word.
    pub reason: Word<'a>,
    /// Why, in a sentence.
    pub message: Word<'a>,
}

/// The annotation that holds the authorizer's decision: `allow` or `forbid`.
pub const DECISION: &str = "authorization.k8s.io/decision";
/// The annotation that holds the authorizer's reason.
pub const REASON: &str = "authorization.k8s.io/reason";

impl<'a> Event<'a> {
    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_ref())
    }

    /// Whether an authorizer allowed it; `None` where the event does not say, as before authentication.
    pub fn is_allowed(&self) -> Option<bool> {
        self.annotation(DECISION).map(|decision| decision == "allow")
    }

    /// When its stage was reached, in microseconds since 1970; `None` where no time is told.
    pub fn at(&self) -> Option<i64> {
        moment(&self.staged).or_else(|| moment(&self.received))
    }

    /// Who the authorizer was asked about: whom the request was made as.
    pub fn effective_user(&self) -> &User<'a> {
        self.impersonated_user.as_deref().unwrap_or(&self.user)
    }
}

/// A time of an event in microseconds since 1970; `None` for what is no RFC 3339 time.
pub fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}
