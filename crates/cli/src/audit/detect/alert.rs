//! One alert, as a line and as Falco's JSON.

use anstyle::{AnsiColor, Style};
use ironsides_audit::Event as AuditEvent;
use ironsides_detect::Event;
use ironsides_detect::engine;
use ironsides_detect::rules::{Priority, Rule};
use ironsides_report::plain;
use ironsides_streams::Place;
use ironsides_streams::alert::Alert as Sent;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A rule that fired, or a correlation that was met, and the event at which that happened.
pub(super) struct Alert<'a> {
    pub(super) rule: &'a Rule,
    pub(super) event: &'a dyn Event,
    /// The event's own text.
    pub(super) text: &'a str,
    /// Nanoseconds since the epoch.
    pub(super) time: Option<i64>,
    pub(super) place: Place<'a>,
}

impl Alert<'_> {
    /// When it happened, to the nanosecond; empty where the event does not say.
    fn time(&self) -> String {
        let time = self.time.and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok());
        time.map(|time| format!("{time:.9}")).unwrap_or_default()
    }

    /// When, how bad, which rule; who did what and from where; where that stands.
    pub(super) fn line(&self, colour: bool) -> String {
        let acts = AuditEvent::read(self.text).map(|event| acts(&event)).unwrap_or_default();
        format!("{} | {} | {}", self.head(colour), plain(&acts), plain(&at(self.place)))
    }

    /// When, how bad, which rule, and what it says; where that stands.
    pub(super) fn wide_line(&self, colour: bool) -> String {
        let output = self.rule.output.text(self.event);
        format!("{}: {} | {}", self.head(colour), plain(output.trim()), plain(&at(self.place)))
    }

    fn head(&self, colour: bool) -> String {
        let time = self.time.and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok());
        let time = time.map_or_else(|| "-".to_owned(), |time| format!("{time:.3}"));
        let priority = self.rule.priority;
        let (style, bold) = if colour { (style(priority), Style::new().bold()) } else { Default::default() };
        format!("{time} {style}{:<9}{style:#} {bold}{}{bold:#}", priority.name(), plain(&self.rule.name))
    }

    /// The alert as it is sent elsewhere.
    pub(super) fn sent(&self, hostname: &str) -> Sent {
        Sent {
            time: self.time(),
            rule: self.rule.name.clone(),
            priority: self.rule.priority,
            source: self.rule.source.clone(),
            tags: self.rule.tags.clone(),
            hostname: hostname.to_owned(),
            output: self.rule.output.text(self.event),
            fields: self.fields(),
            uuid: self.uuid(),
        }
    }

    /// The fields of the output, and what leads back to the event.
    fn fields(&self) -> Map<String, Value> {
        let mut fields = self.rule.output.json(self.event);
        if let Some(id) = self.audit_id() {
            fields.insert("ka.auditid".to_owned(), Value::String(id));
        }
        fields.insert("place".to_owned(), Value::String(at(self.place)));
        fields
    }

    fn audit_id(&self) -> Option<String> {
        AuditEvent::read(self.text).ok().map(|event| event.audit_id.to_string())
    }

    /// What it is known by, when the event is read again.
    fn uuid(&self) -> String {
        Sent::uuid_of(&self.rule.name, self.text)
    }

    /// Falco's alert, with its number and the place in the log.
    pub(super) fn json(&self, hostname: &str) -> Value {
        let mut alert = engine::alert(self.rule, self.event, &self.time(), hostname);
        if let Some(alert) = alert.as_object_mut() {
            let Place { source, line, offset } = self.place;
            alert.insert("uuid".to_owned(), Value::String(self.uuid()));
            alert.insert("auditID".to_owned(), json!(self.audit_id()));
            alert.insert("place".to_owned(), json!({ "file": source, "line": line, "offset": offset }));
        }
        alert
    }
}

/// The log and the line.
pub(super) fn at(place: Place<'_>) -> String {
    let source = if place.source == ironsides_files::STDIN { "(standard input)" } else { place.source };
    format!("{source}:{}", place.line)
}

fn style(priority: Priority) -> Style {
    match priority {
        Priority::Emergency | Priority::Alert | Priority::Critical | Priority::Error => {
            AnsiColor::Red.on_default().bold()
        }
        Priority::Warning => AnsiColor::Yellow.on_default().bold(),
        _ => AnsiColor::Cyan.on_default(),
    }
}

/// Who did what, from where, and how that went: `ann: get secrets shop/db from 192.0.2.7: 200`.
pub(super) fn acts(event: &AuditEvent<'_>) -> String {
    let user = &event.user.name;
    let mut out = if user.is_empty() { "nobody known".to_owned() } else { user.to_string() };
    if let Some(other) = &event.impersonated_user {
        out += " as ";
        out += &other.name;
    }
    out += ": ";
    out += &event.verb;
    match &event.object {
        None => {
            out.push(' ');
            out += event.request_uri.split('?').next().unwrap_or_default();
        }
        Some(object) => {
            out.push(' ');
            out += &object.resource;
            if !object.group.is_empty() {
                out.push('.');
                out += &object.group;
            }
            if !object.subresource.is_empty() {
                out.push('/');
                out += &object.subresource;
            }
            let name = [&object.namespace, &object.name];
            let name: Vec<&str> =
                name.into_iter().filter(|part| !part.is_empty()).map(AsRef::as_ref).collect();
            if !name.is_empty() {
                out.push(' ');
                out += &name.join("/");
            }
        }
    }
    if let Some(address) = event.source_ips.last() {
        out += " from ";
        out += address;
    }
    if let Some(response) = event.response.as_ref().filter(|response| response.code != 0) {
        out += ": ";
        out += &response.code.to_string();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_did_what_is_one_phrase() {
        for (event, expected) in [
            (
                r#""verb":"get","user":{"username":"ann"},"sourceIPs":["10.0.0.1","192.0.2.7"],"objectRef":{"resource":"secrets","namespace":"shop","name":"db"},"responseStatus":{"code":200}"#,
                "ann: get secrets shop/db from 192.0.2.7: 200",
            ),
            (
                r#""verb":"create","user":{"username":"ann"},"impersonatedUser":{"username":"bob"},"objectRef":{"resource":"deployments","apiGroup":"apps","subresource":"scale","name":"x"}"#,
                "ann as bob: create deployments.apps/scale x",
            ),
            (
                r#""verb":"get","user":{},"requestURI":"/api?x=y","responseStatus":{"code":401}"#,
                "nobody known: get /api: 401",
            ),
            (r#""verb":"list","user":{"username":"ann"},"objectRef":{"resource":"pods"}"#, "ann: list pods"),
        ] {
            let text = format!("{{\"auditID\":\"1\",\"stage\":\"ResponseComplete\",{event}}}");
            assert_eq!(acts(&AuditEvent::read(&text).unwrap()), expected);
        }
    }
}
