//! What templates get that is neither text nor number nor a plain collection.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::capabilities::Capabilities;
use super::semver::Version;
use super::time::Time;
use super::value::Value;

/// The files of a chart by path.
pub(crate) type FileSet = BTreeMap<Arc<str>, Arc<[u8]>>;

/// A value with methods or fields of its own.
#[derive(Clone, Debug)]
pub(crate) enum Object {
    /// `.Files`
    Files(Rc<FileSet>),
    /// `.Capabilities`
    Capabilities(Rc<Capabilities>),
    /// `.Capabilities.KubeVersion`
    KubeVersion(Rc<Capabilities>),
    /// `.Capabilities.APIVersions`
    ApiVersions(Rc<Capabilities>),
    /// `.Capabilities.HelmVersion`
    HelmVersion,
    Time(Rc<Time>),
    /// What `semver` makes.
    Version(Rc<Version>),
    /// What `genCA` and its like make.
    Certificate {
        certificate: Rc<str>,
        key: Rc<str>,
    },
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Files(a), Self::Files(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            (Self::Version(a), Self::Version(b)) => a == b,
            (Self::Certificate { certificate: a, .. }, Self::Certificate { certificate: b, .. }) => a == b,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }
}

impl Object {
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Files(files) => !files.is_empty(),
            Self::ApiVersions(capabilities) => !capabilities.api_versions.is_empty(),
            _ => true,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Files(_) => "map",
            Self::ApiVersions(_) => "slice",
            Self::Capabilities(_) | Self::Version(_) => "ptr",
            Self::KubeVersion(_) | Self::HelmVersion | Self::Time(_) | Self::Certificate { .. } => "struct",
        }
    }

    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Files(_) => "engine.files",
            Self::ApiVersions(_) => "common.VersionSet",
            Self::Capabilities(_) => "*common.Capabilities",
            Self::KubeVersion(_) => "common.KubeVersion",
            Self::HelmVersion => "version.BuildInfo",
            Self::Time(_) => "time.Time",
            Self::Version(_) => "*semver.Version",
            Self::Certificate { .. } => "sprig.certificate",
        }
    }

    /// What `%v` writes.
    pub(crate) fn display(&self) -> String {
        match self {
            Self::Files(files) => {
                let mut out = String::from("map[");
                for (at, (path, bytes)) in files.iter().enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    out.push_str(path);
                    out.push(':');
                    super::print::write_value(&mut out, &Value::Bytes(bytes[..].into()));
                }
                out.push(']');
                out
            }
            Self::Capabilities(capabilities) => {
                let versions = capabilities.api_versions.join(" ");
                let kube = &capabilities.kube;
                format!(
                    "&{{{{{} {} {} {}}} [{versions}] {{{}    }}}}",
                    kube.version,
                    kube.normal,
                    kube.major,
                    kube.minor,
                    Capabilities::HELM_VERSION
                )
            }
            Self::KubeVersion(capabilities) => capabilities.kube.normal.clone(),
            Self::ApiVersions(capabilities) => format!("[{}]", capabilities.api_versions.join(" ")),
            Self::HelmVersion => format!("{{{}    }}", Capabilities::HELM_VERSION),
            Self::Time(time) => time.display(),
            Self::Version(version) => version.to_string(),
            Self::Certificate { certificate, key } => format!("{{{certificate} {key}}}"),
        }
    }

    /// What JSON makes of it. `None` where it makes nothing.
    pub(crate) fn as_value(&self) -> Option<Value> {
        Some(match self {
            Self::Files(files) => {
                Value::map(files.iter().map(|(path, bytes)| (&**path, Value::Bytes(bytes[..].into()))))
            }
            Self::Capabilities(capabilities) => Value::map([
                ("KubeVersion", Self::KubeVersion(capabilities.clone()).as_value()?),
                ("APIVersions", Self::ApiVersions(capabilities.clone()).as_value()?),
                ("HelmVersion", Self::HelmVersion.as_value()?),
            ]),
            Self::KubeVersion(capabilities) => Value::map([
                ("Version", Value::str(&capabilities.kube.version)),
                ("Major", Value::str(&capabilities.kube.major)),
                ("Minor", Value::str(&capabilities.kube.minor)),
            ]),
            Self::ApiVersions(capabilities) => Value::strings(&capabilities.api_versions),
            Self::HelmVersion => Value::map([("version", Value::str(Capabilities::HELM_VERSION))]),
            Self::Time(time) => Value::str(time.format("2006-01-02T15:04:05.999999999Z07:00")),
            Self::Version(version) => Value::str(version.to_string()),
            Self::Certificate { certificate, key } => {
                Value::map([("Cert", Value::str(certificate)), ("Key", Value::str(key))])
            }
        })
    }
}
