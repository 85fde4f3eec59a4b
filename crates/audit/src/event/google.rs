//! Audit events as GKE writes them: records of Cloud Logging with a `protoPayload`.
//!
//! The record keeps the path of the object (`core/v1/namespaces/shop/pods/web/exec`), the verb at the end of
//! `methodName`, the client, and the annotations as labels. Groups of the user are not in it.

use std::borrow::Cow;

use super::object::Body;
use super::read::EventError;
use super::scan::{Broken, Scan};
use super::wrapped::Each;
use super::{Event, ObjectReference, Response, Word};
use crate::level::{Level, Stage};

/// Calls back with the event of a record; says how many it held.
pub(super) fn event(record: &str, payload: &str, each: &mut Each<'_>) -> Result<usize, EventError> {
    let mut event = Event { stage: Some(Stage::ResponseComplete), ..Event::default() };
    Scan::new(record).map(|scan, key| {
        match &*key {
            "timestamp" => event.received = scan.text()?,
            "receiveTimestamp" => event.staged = scan.text()?,
            "insertId" if event.audit_id.is_empty() => event.audit_id = scan.text()?,
            "operation" => scan.map(|scan, key| {
                let text = scan.text()?;
                if key == "id" && !text.is_empty() {
                    event.audit_id = text;
                }
                Ok(())
            })?,
            "labels" => scan.map(|scan, key| {
                event.annotations.push((key, scan.text()?));
                Ok(())
            })?,
            _ => _ = scan.skip()?,
        }
        Ok(())
    })?;
    let service = fill(&mut event, payload)?;
    if service != "k8s.io" {
        return Ok(0);
    }
    let bodies = (!event.request_body.is_empty(), !event.response_body.is_empty());
    event.level = Some(match bodies {
        (_, true) => Level::RequestResponse,
        (true, false) => Level::Request,
        (false, false) => Level::Metadata,
    });
    if event.verb.is_empty() || event.audit_id.is_empty() {
        return Ok(0);
    }
    each(&event, None);
    Ok(1)
}

/// Takes what the payload holds; gives the service that wrote it.
fn fill<'a>(event: &mut Event<'a>, payload: &'a str) -> Result<Word<'a>, Broken> {
    let mut service = Word::default();
    Scan::new(payload).map(|scan, key| {
        match &*key {
            "serviceName" => service = scan.text()?,
            "methodName" => {
                let method = scan.text()?;
                event.verb = Cow::Owned(method.rsplit('.').next().unwrap_or_default().to_owned());
            }
            "resourceName" => {
                let name = scan.text()?;
                event.request_uri = Cow::Owned(uri(&name));
                event.object = object(&name);
            }
            "authenticationInfo" => scan.map(|scan, key| {
                let text = scan.text()?;
                if key == "principalEmail" {
                    event.user.name = text;
                }
                Ok(())
            })?,
            "requestMetadata" => scan.map(|scan, key| {
                let text = scan.text()?;
                match &*key {
                    "callerIp" => event.source_ips.push(text),
                    "callerSuppliedUserAgent" => event.user_agent = text,
                    _ => {}
                }
                Ok(())
            })?,
            "status" => event.response = Some(status(scan)?),
            "request" => event.request_body = Body::of(scan.skip()?),
            "response" => event.response_body = Body::of(scan.skip()?),
            _ => _ = scan.skip()?,
        }
        Ok(())
    })?;
    Ok(service)
}

/// The answer, with its code as HTTP has it. (Source: `google.rpc.Code`.)
fn status<'a>(scan: &mut Scan<'a>) -> Result<Response<'a>, Broken> {
    let mut response = Response { code: 200, ..Response::default() };
    scan.map(|scan, key| {
        match &*key {
            "code" => {
                response.code = match scan.number()? {
                    0 => 200,
                    3 | 9 | 11 => 400,
                    5 => 404,
                    6 | 10 => 409,
                    7 => 403,
                    8 => 429,
                    16 => 401,
                    12 => 501,
                    14 => 503,
                    4 => 504,
                    _ => 500,
                }
            }
            "message" => response.message = scan.text()?,
            _ => _ = scan.skip()?,
        }
        Ok(())
    })?;
    Ok(response)
}

/// What a name in the form `GROUP/VERSION[/namespaces/NAMESPACE]/RESOURCE[/NAME[/SUBRESOURCE]]` means.
fn object(name: &str) -> Option<ObjectReference<'static>> {
    let mut parts = name.split('/');
    let group = parts.next().filter(|group| *group != "core").unwrap_or_default();
    let version = parts.next()?;
    let mut rest: Vec<&str> = parts.collect();
    let mut namespace = "";
    if let ["namespaces", own, _, ..] = rest.as_slice() {
        namespace = own;
        rest.drain(..2);
    }
    let own = |at: usize| Cow::Owned(rest.get(at).copied().unwrap_or_default().to_owned());
    if rest.is_empty() {
        return None;
    }
    Some(ObjectReference {
        group: Cow::Owned(group.to_owned()),
        version: Cow::Owned(version.to_owned()),
        namespace: Cow::Owned(namespace.to_owned()),
        resource: own(0),
        name: own(1),
        subresource: own(2),
        ..ObjectReference::default()
    })
}

/// The path that a request for it has.
fn uri(name: &str) -> String {
    match name.strip_prefix("core/") {
        Some(rest) => format!("/api/{rest}"),
        None => format!("/apis/{name}"),
    }
}
