//! The request that an audit event is about, as the authorizer saw it.

use ironsides_audit::{Event, User};
use ironsides_tree::Text;
use jiff::Timestamp;

use crate::http::http_request;
use crate::identity::Identity;
use crate::request::Request;

/// The request of an event, from its path: the reference to an object is filled in later and names objects that the request
/// did not. `None` where the event has no path.
pub fn event_request(event: &Event<'_>) -> Option<Request> {
    if event.request_uri.is_empty() {
        return None;
    }
    let method = match &*event.verb {
        "create" => "POST",
        "get" | "list" | "watch" => "GET",
        "update" => "PUT",
        "patch" => "PATCH",
        "delete" | "deletecollection" => "DELETE",
        other => other,
    };
    Some(match http_request(method, &event.request_uri) {
        Request::Url(url) => Request::Url(crate::request::UrlRequest { verb: Text::new(&event.verb), ..url }),
        // The event knows better than the query whether it was a watch.
        Request::Resource(request) => {
            Request::Resource(crate::request::ResourceRequest { verb: Text::new(&event.verb), ..request })
        }
    })
}

/// An identity of an event, with the groups that the server saw.
pub fn event_identity(user: &User<'_>) -> Identity {
    Identity {
        user: Text::new(&user.name),
        groups: user.groups.iter().map(Text::new).collect(),
        uid: (!user.uid.is_empty()).then(|| Text::new(&user.uid)),
        extra: user
            .extra
            .iter()
            .map(|(key, values)| (Text::new(key), values.iter().map(Text::new).collect()))
            .collect(),
    }
}

/// A moment of an event in microseconds since 1970; `None` for what is no RFC 3339 time.
pub(crate) fn moment(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}
