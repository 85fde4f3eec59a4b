//! The source `k8s_audit`: audit events of the API server, seen through the fields `ka.*` and `jevt.*`.
//!
//! Fields are filled as Falco's k8saudit and json plug-ins fill them (falcosecurity/plugins, `plugins/k8saudit` and
//! `plugins/json`, Apache-2.0: behaviour). Where those do not do what their own documentation says, the documentation
//! is followed: `ka.sourceips`, `ka.uri.param` and `ka.req.pod.containers.eff_run_as_*`. A field that is null is absent,
//! for the API server treats it so.

mod fields;
mod index;
mod json;
mod known;
mod pointer;
mod time;
mod uri;

use std::cell::OnceCell;
use std::sync::LazyLock;

use jiff::Timestamp;

use crate::field::{FieldId, FieldUse};
use crate::predicate::Event;
use crate::value::Value;

pub use index::{At, Index, JsonError};
pub use json::{Json, Shape};
pub use known::Known;

/// Nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// Who answers for a field.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// `ka.*`.
    Audit(fields::From),
    /// `jevt.value[/a/b]`.
    Pointer,
    /// `jevt.obj`.
    Object,
    /// `jevt.rawtime`.
    RawTime,
    /// `evt.*`.
    Common,
}

/// By the number of the field.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let source = |id: FieldId| match id.field().name.split_once('.') {
        Some(("ka", name)) => Source::Audit(fields::From::named(name)),
        Some(("jevt" | "json", "value")) => Source::Pointer,
        Some(("jevt" | "json", "obj")) => Source::Object,
        Some(("jevt" | "json", "rawtime")) => Source::RawTime,
        _ => Source::Common,
    };
    FieldId::all().map(source).collect()
});

/// An audit event: one JSON object of the kind `Event`.
#[derive(Debug)]
pub struct AuditEvent<'a, J> {
    root: J,
    number: u64,
    cluster: Option<&'a str>,
    /// Nanoseconds since the epoch, once somebody asked.
    time: OnceCell<Option<i64>>,
    /// Whether it has an audit id, once somebody asked: what has none is no audit event.
    is_event: OnceCell<bool>,
}

impl<'a, J: Json<'a>> AuditEvent<'a, J> {
    /// An event with its number in the stream, from 1.
    pub fn new(root: J, number: u64) -> Self {
        Self { root, number, cluster: None, time: OnceCell::new(), is_event: OnceCell::new() }
    }

    /// The same with the name of the cluster it is from.
    #[must_use]
    pub fn of_cluster(self, cluster: &'a str) -> Self {
        Self { cluster: Some(cluster), ..self }
    }

    /// The object itself.
    pub fn root(&self) -> J {
        self.root
    }

    /// When the stage was reached, in nanoseconds since the epoch; when the request came in where that is not told.
    pub fn time(&self) -> Option<i64> {
        *self.time.get_or_init(|| {
            let keys = ["stageTimestamp", "requestReceivedTimestamp", "timestamp"];
            let text = keys.iter().find_map(|key| match self.root.member(key)?.shape() {
                Shape::Text(text) => Some(text),
                _ => None,
            })?;
            time::nanoseconds(&text)
        })
    }

    /// The time as people read it, by a format of `strftime`.
    fn shown(&self, format: &str) -> Option<String> {
        let time = Timestamp::from_nanosecond(i128::from(self.time()?)).ok()?;
        jiff::fmt::strtime::format(format, time).ok()
    }

    /// The fields that every source has.
    fn common(&self, field: &FieldUse) -> Option<Value<'_>> {
        let time = || u64::try_from(self.time()?).ok();
        match field.id.field().name {
            "evt.num" => Some(Value::Uint(self.number)),
            "evt.rawtime" => time().map(Value::Uint),
            "evt.rawtime.s" => time().map(|time| Value::Uint(time / SECOND)),
            "evt.rawtime.ns" => time().map(|time| Value::Uint(time % SECOND)),
            "evt.time" => self.shown("%H:%M:%S.%9f").map(Value::owned),
            "evt.time.s" => self.shown("%H:%M:%S").map(Value::owned),
            "evt.time.iso8601" => self.shown("%Y-%m-%dT%H:%M:%S.%9f+0000").map(Value::owned),
            "evt.datetime" => self.shown("%Y-%m-%d %H:%M:%S.%9f").map(Value::owned),
            "evt.datetime.s" => self.shown("%Y-%m-%d %H:%M:%S").map(Value::owned),
            "evt.pluginname" => Some(Value::text("k8saudit")),
            "evt.source" => Some(Value::text("k8s_audit")),
            "evt.is_async" => Some(Value::Bool(false)),
            _ => None,
        }
    }

    /// Whether a field is one that audit events fill. Whether an event has a value for it is another matter.
    pub fn fills(field: &FieldUse) -> bool {
        let name = field.id.field().name;
        match name.split_once('.') {
            Some(("ka" | "jevt" | "json", _)) => true,
            _ => matches!(
                name,
                "evt.num"
                    | "evt.rawtime"
                    | "evt.rawtime.s"
                    | "evt.rawtime.ns"
                    | "evt.time"
                    | "evt.time.s"
                    | "evt.time.iso8601"
                    | "evt.datetime"
                    | "evt.datetime.s"
                    | "evt.pluginname"
                    | "evt.source"
                    | "evt.is_async"
            ),
        }
    }
}

impl<'a, J: Json<'a>> Event for AuditEvent<'a, J> {
    fn value(&self, field: &FieldUse) -> Option<Value<'_>> {
        match SOURCES.get(field.id.index())? {
            Source::Audit(from) => {
                let has_id = || self.root.member("auditID").is_some_and(|id| !id.is_null());
                if !self.is_event.get_or_init(has_id) {
                    return None;
                }
                fields::value(self.root, *from, field, self.cluster)
            }
            Source::Pointer => pointer::value(self.root, field.key()?),
            Source::Object => Some(Value::owned(self.root.text())),
            Source::RawTime => self.time().map(|time| Value::owned(time.to_string())),
            Source::Common => self.common(field),
        }
    }
}
