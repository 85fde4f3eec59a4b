//! The flags of an API server that are about auditing, wherever one runs or a pod starts one.

use ironsides_settings::{Component, Setting, Settings};
use ironsides_tree::edit::Edit;

use crate::node::set_flag;
use crate::out::Draft;
use crate::prelude::*;

/// What checks of an API server are asked about.
pub(super) const KUBE_APISERVER: &[Component] = &[Component::KubeApiserver];

/// An API server.
pub(super) struct Server<'a> {
    settings: &'a Settings,
    minor: u64,
}

/// What cannot be judged was said.
#[derive(Debug)]
pub(super) struct Said;

/// A value, unless what there is to say about it was said.
pub(super) type Told<T> = Result<T, Said>;

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Log {
    /// There is no log.
    Nowhere,
    /// To standard output, or what is the same.
    Output,
    /// To a file.
    File(String),
}

/// Asks about every container of a pod that starts an API server.
pub(super) fn each<'a>(
    pod: &Pod<'a>,
    out: &mut Out<'_>,
    mut ask: impl FnMut(&Server<'_>, &Container<'a>, &mut Out<'_>),
) {
    let mut any = false;
    for container in pod.containers() {
        for settings in Settings::of_container(&container) {
            if settings.component() == Component::KubeApiserver {
                ask(&Server::of(&settings, out), &container, out);
                any = true;
            }
        }
    }
    if !any {
        out.not_applicable("no container starts kube-apiserver");
    }
}

impl<'a> Server<'a> {
    pub(super) fn of(settings: &'a Settings, out: &Out<'_>) -> Self {
        Self { settings, minor: out.minor(settings) }
    }

    /// Whether it is of this minor version or later: by the tag of its image, or else what the objects are meant for.
    pub(super) fn is_since(&self, minor: u64) -> bool {
        self.minor >= minor
    }

    /// A flag. Where it is not known, says so.
    fn flag(&self, name: &str, out: &mut Out<'_>) -> Told<Setting> {
        out.get(self.settings, name).ok_or(Said)
    }

    /// The text of a flag, `None` where it is not given or empty. Where that is not known, says so.
    pub(super) fn text(&self, name: &str, out: &mut Out<'_>) -> Told<Option<String>> {
        Ok(self.flag(name, out)?.raw.filter(|text| !text.is_empty()))
    }

    /// The number of a flag, `None` where it is not given. What is no number fails.
    pub(super) fn number(&self, name: &str, out: &mut Out<'_>) -> Told<Option<f64>> {
        let flag = self.flag(name, out)?;
        let Some(text) = flag.raw.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let is_float = name.ends_with("-throttle-qps");
        let Some(number) = (if is_float { flag.number() } else { flag.integer() }) else {
            let message =
                format!("--{name} is \"{text}\", which is no number: the API server does not start");
            out.fail_setting(self.settings, &flag, message);
            return Err(Said);
        };
        Ok(Some(number))
    }

    /// Whether a switch is on, with what it is where it is not given.
    pub(super) fn is_on(&self, name: &str, unset: bool, out: &mut Out<'_>) -> Told<bool> {
        let flag = self.flag(name, out)?;
        Ok(if flag.is_given() { flag.is_on() == Some(true) } else { unset })
    }

    /// Where the log backend writes.
    pub(super) fn log(&self, out: &mut Out<'_>) -> Told<Log> {
        Ok(match self.text("audit-log-path", out)?.as_deref() {
            None | Some("/dev/null") => Log::Nowhere,
            Some("-" | "/dev/stdout" | "/dev/stderr" | "/proc/self/fd/1" | "/proc/1/fd/1") => Log::Output,
            Some(path) => Log::File(path.to_owned()),
        })
    }

    /// A flag is as it should be.
    pub(super) fn pass(&self, name: &str, out: &mut Out<'_>) {
        if let Ok(flag) = self.settings.get(name) {
            out.pass_setting(&flag);
        }
    }

    /// A flag that was read before is not as it should be.
    pub(super) fn fail<'o>(
        &self,
        name: &str,
        message: impl Into<String>,
        out: &'o mut Out<'_>,
    ) -> Option<&'o mut Draft> {
        let flag = self.settings.get(name).ok()?;
        Some(out.fail_setting(self.settings, &flag, message))
    }

    /// A person must look at a flag that was read before.
    pub(super) fn manual(&self, name: &str, message: &str, look_at: &str, out: &mut Out<'_>) {
        if let Ok(flag) = self.settings.get(name) {
            out.manual_setting(self.settings, &flag, message, look_at);
        }
    }

    /// The edit that gives a flag a value; none where a shell reads the command line, or no manifest holds it.
    pub(super) fn set(&self, name: &str, value: &str) -> Option<Edit> {
        set_flag(self.settings, &self.settings.get(name).ok()?, value)
    }
}
