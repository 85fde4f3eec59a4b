//! The request that an audit event is about, as the authorizer saw it.

use ironsides_audit::{Event, User};
use ironsides_tree::Text;

use crate::http::{Parts, resource, split};
use crate::identity::Identity;
use crate::request::{Request, UrlRequest};

/// The request of an event, from its path: the reference to an object is filled in later and names objects that the request
/// did not. `None` where the event has no path.
pub fn event_request(event: &Event<'_>) -> Option<Request> {
    if event.request_uri.is_empty() {
        return None;
    }
    let (path, query) = split(&event.request_uri);
    let url = || UrlRequest { verb: Text::new(&event.verb), path: Text::new(&*path) };
    let parts = event_parts(event, &path, query);
    Some(parts.map_or_else(|| Request::Url(url()), |parts| Request::Resource(parts.request())))
}

/// The same as it stands in the path and query of the event; `None` for paths that are no resource.
pub(crate) fn event_parts<'a>(event: &'a Event<'_>, path: &'a str, query: &'a str) -> Option<Parts<'a>> {
    let method = match &*event.verb {
        "create" => "POST",
        "get" | "list" | "watch" => "GET",
        "update" => "PUT",
        "patch" => "PATCH",
        "delete" | "deletecollection" => "DELETE",
        other => other,
    };
    // The event knows better than the query whether it was a watch.
    resource(method, path, query).map(|parts| Parts { verb: &event.verb, ..parts })
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
