//! What an alert looks like on its way.

use serde_json::{Map, Value as Json, json};

use super::Alert;
use ironsides_detect::rules::Priority;

/// Fields that tell one incident from another of the same rule, and so belong into Alertmanager's labels.
const LABELS: [&str; 5] =
    ["ka.user.name", "ka.target.namespace", "ka.target.resource", "ka.target.subresource", "ka.target.name"];

impl Alert {
    /// The number of the alert of a rule for an event, in the form of a UUID (RFC 9562, version 8). It is the same when the
    /// event is looked at again, so that a receiver knows an alert that it has.
    pub fn uuid_of(rule: &str, event: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(rule.len() as u64).to_le_bytes());
        hasher.update(rule.as_bytes());
        hasher.update(event.as_bytes());
        let mut bytes = [0_u8; 16];
        hasher.finalize_xof().fill(&mut bytes);
        let mut number = u128::from_be_bytes(bytes);
        number &= !(0xF000_u128 << 64 | 0xC000_u128 << 48);
        number |= 0x8000_u128 << 64 | 0x8000_u128 << 48;
        let digits = format!("{number:032x}");
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }

    /// The alert as Falco writes one in JSON, which is what falcosidekick takes.
    pub fn json(&self) -> Json {
        json!({
            "uuid": self.uuid,
            "output": self.line(),
            "priority": self.priority.name(),
            "rule": self.rule,
            "source": self.source,
            "time": self.time,
            "hostname": self.hostname,
            "tags": self.tags,
            "output_fields": self.fields,
        })
    }

    /// The alert as Falco writes one in text.
    pub fn line(&self) -> String {
        format!("{}: {} {}", self.time, self.priority.name(), self.output)
    }

    /// The alert as Alertmanager takes one (`postableAlert` of its API v2). Labels are what tells one incident from another;
    /// the same labels are the same incident.
    pub(crate) fn alertmanager(&self) -> Json {
        let severity = match self.priority {
            Priority::Emergency | Priority::Alert | Priority::Critical => "critical",
            Priority::Error | Priority::Warning => "warning",
            Priority::Notice | Priority::Informational | Priority::Debug => "info",
        };
        let mut labels = Map::new();
        let mut label = |name: &str, value: String| {
            // A label without a value is none.
            if !value.is_empty() {
                labels.insert(name.to_owned(), Json::String(value));
            }
        };
        label("alertname", self.rule.clone());
        label("severity", severity.to_owned());
        label("priority", self.priority.name().to_lowercase());
        label("source", self.source.clone());
        label("hostname", self.hostname.clone());
        for field in LABELS {
            if let Some(value) = self.fields.get(field).filter(|value| !value.is_null()) {
                label(&plain(field), text(value));
            }
        }
        let mut annotations = Map::new();
        annotations.insert("summary".into(), json!(self.rule));
        annotations.insert("description".into(), json!(self.output));
        annotations.insert("uuid".into(), json!(self.uuid));
        if !self.tags.is_empty() {
            annotations.insert("tags".into(), json!(self.tags.join(",")));
        }
        for (field, value) in self.fields.iter().filter(|(_, value)| !value.is_null()) {
            annotations.insert(plain(field), Json::String(text(value)));
        }
        json!({"labels": labels, "annotations": annotations, "startsAt": self.time})
    }
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A name of Prometheus: letters, digits and `_`, the first of them no digit.
fn plain(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = name.trim_end_matches('_');
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name.to_owned() }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn alert(rule: &str) -> Alert {
        let fields =
            json!({"ka.user.name": "jane", "ka.target.name": null, "jevt.value[/stage]": "x", "evt.num": 7});
        Alert {
            time: "2026-11-22T10:00:00.123456789Z".into(),
            rule: rule.into(),
            priority: Priority::Warning,
            source: "k8s_audit".into(),
            tags: vec!["k8s".into(), "mitre_execution".into()],
            hostname: "node-1".into(),
            output: "exec by jane\n(\"shop\")".into(),
            fields: fields.as_object().unwrap().clone(),
            uuid: "6f0e2a7e-0000-4000-8000-000000000000".into(),
        }
    }

    #[test]
    fn alertmanager_gets_labels_that_tell_incidents_apart() {
        assert_eq!(
            alert("Exec").alertmanager(),
            json!({
                "labels": {
                    "alertname": "Exec", "severity": "warning", "priority": "warning", "source": "k8s_audit",
                    "hostname": "node-1", "ka_user_name": "jane"
                },
                "annotations": {
                    "summary": "Exec", "description": "exec by jane\n(\"shop\")",
                    "uuid": "6f0e2a7e-0000-4000-8000-000000000000", "tags": "k8s,mitre_execution",
                    "ka_user_name": "jane", "jevt_value__stage": "x", "evt_num": "7"
                },
                "startsAt": "2026-11-22T10:00:00.123456789Z"
            })
        );
    }

    #[test]
    fn falco_s_form_is_one_line() {
        let json = alert("Exec").json();
        assert!(!json.to_string().contains('\n'));
        assert_eq!(json["output"], "2026-11-22T10:00:00.123456789Z: Warning exec by jane\n(\"shop\")");
        assert_eq!(json["priority"], "Warning");
    }

    #[test]
    fn numbers_are_of_version_8_and_those_of_a_rule_and_an_event() {
        let (one, other) = (Alert::uuid_of("rule", "event"), Alert::uuid_of("ruleev", "ent"));
        assert_ne!(one, other);
        assert_eq!(one, Alert::uuid_of("rule", "event"));
        for uuid in [one, other] {
            let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12]);
            assert!(uuid[14..].starts_with('8') && uuid[19..].starts_with(['8', '9', 'a', 'b']), "{uuid}");
        }
    }
}
