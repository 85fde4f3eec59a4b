//! Fields and methods of values.

use ironsides_tree::Text;

use super::{Frame, Machine, Step, described, meter, self_fault_at, too_much};
use crate::helm::functions::files;
use crate::helm::functions::methods;
use crate::helm::object::Object;
use crate::helm::template::ast::Expr;
use crate::helm::value::{MapType, Slot, Str, Value};

impl Machine {
    /// Follows `.a.b.c` from a value; arguments go to the last, if that is a method.
    #[expect(clippy::too_many_arguments, reason = "one place where all of a command comes together")]
    pub(super) fn chain(
        &mut self,
        frame: &Frame<'_>,
        expr: &Expr,
        base: Slot,
        names: &[Text],
        args: &[Expr],
        last: Option<&Slot>,
        dot: &Slot,
    ) -> Step<Slot> {
        let mut value = base;
        for (at, name) in names.iter().enumerate() {
            let is_last = at + 1 == names.len();
            let calls = is_last && (!args.is_empty() || last.is_some());
            let next = match &value.value {
                Value::Map(map) => match map.get(name) {
                    Some(slot) => slot,
                    None if map.kind == MapType::Strings => Value::Str(Str::default()).into(),
                    None => Value::Null.into(),
                },
                Value::Nil => Slot::default(),
                Value::Null => return Err(nil_pointer(frame, expr, names, at)),
                Value::Object(object) => {
                    let object = object.clone();
                    let mut values = Vec::new();
                    if is_last {
                        for arg in args {
                            values.push(self.expr(frame, arg, dot)?);
                        }
                        values.extend(last.cloned());
                    }
                    match Self::member(&object, name, &values) {
                        Ok(Some(slot)) => {
                            let told = |why| too_much(frame, expr.span, meter::named(name, why));
                            self.meter.gives(&slot.value).map_err(told)?;
                            value = slot;
                            continue;
                        }
                        Ok(None) => {
                            let message = format!("{} has no field or method {name}", object.type_name());
                            return Err(self_fault_at(frame, expr.span, message));
                        }
                        Err(message) => {
                            return Err(self_fault_at(frame, expr.span, format!("{name}: {message}")));
                        }
                    }
                }
                other => {
                    let owner = owner(frame, expr, names, at);
                    let message = format!("{owner} is {}, which has no field {name}", described(other));
                    return Err(self_fault_at(frame, expr.span, message));
                }
            };
            if calls {
                let message = format!(".{name} is a value, not a function: it takes no arguments");
                return Err(self_fault_at(frame, expr.span, message));
            }
            value = next;
        }
        if value.origin.is_some() {
            self.reads.push(value.origin);
        }
        Ok(value)
    }

    /// A field or method of an object; `None` where it has none of that name.
    fn member(object: &Object, name: &str, args: &[Slot]) -> Result<Option<Slot>, String> {
        let plain = |value: Value| {
            if args.is_empty() { Ok(Some(value.into())) } else { Err("it takes no arguments".to_owned()) }
        };
        match (object, name) {
            (Object::Capabilities(inner), "KubeVersion") => {
                plain(Value::Object(Object::KubeVersion(inner.clone())))
            }
            (Object::Capabilities(inner), "APIVersions") => {
                plain(Value::Object(Object::ApiVersions(inner.clone())))
            }
            (Object::Capabilities(_), "HelmVersion") => plain(Value::Object(Object::HelmVersion)),
            (Object::KubeVersion(inner), "Version" | "GitVersion") => plain(Value::str(&inner.kube.version)),
            (Object::KubeVersion(inner), "String") => plain(Value::str(&inner.kube.normal)),
            (Object::KubeVersion(inner), "Major") => plain(Value::str(&inner.kube.major)),
            (Object::KubeVersion(inner), "Minor") => plain(Value::str(&inner.kube.minor)),
            (Object::HelmVersion, "Version") => {
                plain(Value::str(crate::helm::capabilities::Capabilities::HELM_VERSION))
            }
            (Object::HelmVersion, "GitCommit" | "GitTreeState" | "GoVersion" | "KubeClientVersion") => {
                plain(Value::str(""))
            }
            (Object::ApiVersions(inner), "Has") => match args {
                [Slot { value: Value::Str(version), .. }] => {
                    Ok(Some(Value::Bool(inner.api_versions.iter().any(|v| *v == *version.text)).into()))
                }
                _ => Err("it needs one string".to_owned()),
            },
            (Object::Files(set), _) => files::member(set, name, args),
            (Object::Time(time), _) => methods::time(time, name, args),
            (Object::Version(version), _) => methods::version(version, name, args),
            (Object::Certificate { certificate, .. }, "Cert") => plain(Value::str(certificate)),
            (Object::Certificate { key, .. }, "Key") => plain(Value::str(key)),
            _ => Ok(None),
        }
    }
}

/// The text of a chain up to the field at `at`, as it is written: `.Values.image`.
fn owner(frame: &Frame<'_>, expr: &Expr, names: &[Text], at: usize) -> String {
    let text = expr.span.slice(&frame.parsed.text).unwrap_or_default();
    let behind: usize = names.iter().skip(at).map(|name| name.len() + 1).sum();
    let text = text.get(..text.len().saturating_sub(behind)).unwrap_or(text);
    if text.is_empty() { ".".to_owned() } else { text.to_owned() }
}

fn nil_pointer(frame: &Frame<'_>, expr: &Expr, names: &[Text], at: usize) -> Box<super::Fault> {
    let owner = owner(frame, expr, names, at);
    let name = names.get(at).map_or("", |name| name.as_str());
    let mut fault = self_fault_at(frame, expr.span, format!("nil pointer: {owner} has no value"));
    let path = owner.trim_start_matches('$').strip_prefix(".Values.").map(str::to_owned);
    fault.hint = Some(match path {
        Some(path) => format!("set {path}.{name}, in a values file or with --set"),
        None => format!("give {owner} a value that has {name}, or ask for it with a default"),
    });
    fault
}
