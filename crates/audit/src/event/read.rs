//! Reads an event from its JSON text.

use std::borrow::Cow;

use thiserror::Error;

use super::object::Body;
use super::scan::{Broken, Scan};
use super::{Event, ObjectReference, Response, User, Word};
use crate::level::{Level, Stage};

/// Why a line is no event.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// It breaks off, or is no JSON.
    #[error("column {}: {wanted} is missing", at + 1)]
    Broken {
        /// The byte it was noticed at.
        at: usize,
        /// What was wanted there.
        wanted: &'static str,
    },
    /// It is JSON, but nothing of an audit log.
    #[error("this is no audit event: it has neither an audit id nor a verb")]
    Foreign,
}

impl From<Broken> for EventError {
    fn from(Broken { at, wanted }: Broken) -> Self {
        Self::Broken { at, wanted }
    }
}

impl<'a> Event<'a> {
    /// Reads an event as an API server writes it. Unknown fields are passed over.
    pub fn read(text: &'a str) -> Result<Self, EventError> {
        let mut scan = Scan::new(text);
        let event = Self::scan(&mut scan)?;
        if !scan.is_at_end() {
            return Err(EventError::Broken { at: scan.at(), wanted: "the end of the line" });
        }
        if event.is_event() { Ok(event) } else { Err(EventError::Foreign) }
    }

    /// Whether it has what every event has.
    pub(super) fn is_event(&self) -> bool {
        !self.audit_id.is_empty() && (self.stage.is_some() || !self.verb.is_empty())
    }

    pub(super) fn scan(scan: &mut Scan<'a>) -> Result<Self, Broken> {
        let mut event = Self::default();
        scan.map(|scan, key| {
            match &*key {
                "level" => event.level = Level::of(&scan.text()?),
                "auditID" => event.audit_id = scan.text()?,
                "stage" => event.stage = Stage::of(&scan.text()?),
                "requestURI" => event.request_uri = scan.text()?,
                "verb" => event.verb = scan.text()?,
                "user" => event.user = user(scan)?,
                "impersonatedUser" => event.impersonated_user = Some(Box::new(user(scan)?)),
                "authenticationMetadata" => scan.map(|scan, key| {
                    let text = scan.text()?;
                    if key == "impersonationConstraint" {
                        event.impersonation_constraint = text;
                    }
                    Ok(())
                })?,
                "sourceIPs" => scan.list(|scan| {
                    event.source_ips.push(scan.text()?);
                    Ok(())
                })?,
                "userAgent" => event.user_agent = scan.text()?,
                "objectRef" => event.object = object(scan)?,
                "responseStatus" => event.response = Some(response(scan)?),
                "requestObject" => event.request_body = Body(Cow::Borrowed(scan.skip()?)),
                "responseObject" => event.response_body = Body(Cow::Borrowed(scan.skip()?)),
                "requestReceivedTimestamp" => event.received = scan.text()?,
                "stageTimestamp" => event.staged = scan.text()?,
                "annotations" => scan.map(|scan, key| {
                    event.annotations.push((key, scan.text()?));
                    Ok(())
                })?,
                _ => _ = scan.skip()?,
            }
            Ok(())
        })?;
        Ok(event)
    }
}

fn user<'a>(scan: &mut Scan<'a>) -> Result<User<'a>, Broken> {
    let mut user = User::default();
    scan.map(|scan, key| {
        match &*key {
            "username" => user.name = scan.text()?,
            "uid" => user.uid = scan.text()?,
            "groups" => scan.list(|scan| {
                user.groups.push(scan.text()?);
                Ok(())
            })?,
            "extra" => scan.map(|scan, key| {
                let mut values = Vec::new();
                scan.list(|scan| {
                    values.push(scan.text()?);
                    Ok(())
                })?;
                user.extra.push((key, values));
                Ok(())
            })?,
            _ => _ = scan.skip()?,
        }
        Ok(())
    })?;
    Ok(user)
}

fn object<'a>(scan: &mut Scan<'a>) -> Result<Option<ObjectReference<'a>>, Broken> {
    let mut object = ObjectReference::default();
    let mut is_there = false;
    scan.map(|scan, key| {
        is_there = true;
        let field: &mut Word<'a> = match &*key {
            "resource" => &mut object.resource,
            "namespace" => &mut object.namespace,
            "name" => &mut object.name,
            "uid" => &mut object.uid,
            "apiGroup" => &mut object.group,
            "apiVersion" => &mut object.version,
            "resourceVersion" => &mut object.resource_version,
            "subresource" => &mut object.subresource,
            _ => return scan.skip().map(|_| ()),
        };
        *field = scan.text()?;
        Ok(())
    })?;
    Ok(is_there.then_some(object))
}

fn response<'a>(scan: &mut Scan<'a>) -> Result<Response<'a>, Broken> {
    let mut response = Response::default();
    scan.map(|scan, key| {
        match &*key {
            "code" => response.code = scan.number()?,
            "status" => response.status = scan.text()?,
            "reason" => response.reason = scan.text()?,
            "message" => response.message = scan.text()?,
            _ => _ = scan.skip()?,
        }
        Ok(())
    })?;
    Ok(response)
}
