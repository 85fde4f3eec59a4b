//! The part of a security context that pods and containers have in common.

use ironsides_tree::Cursor;

use super::reader::Reader;

/// Fields of a security context. What is `None` was not set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Security<'a> {
    pub(crate) run_as_non_root: Option<bool>,
    pub(crate) run_as_user: Option<i64>,
    /// The type of the profile; empty where a profile has none.
    pub(crate) seccomp: Option<&'a str>,
    /// The type of the profile; empty where a profile has none.
    pub(crate) app_armor: Option<&'a str>,
    pub(crate) se_linux: Option<SeLinux<'a>>,
    pub(crate) host_process: bool,
}

/// The labels SELinux is asked to use. The level is free, so it is not read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeLinux<'a> {
    pub(crate) kind: &'a str,
    pub(crate) user: &'a str,
    pub(crate) role: &'a str,
}

impl<'a> Security<'a> {
    /// Reads the `securityContext` of a pod spec or a container.
    pub(super) fn read(reader: &mut Reader<'a>, owner: &Cursor<'a>) -> Self {
        if !reader.has_map(owner, &["securityContext"]) {
            return Self::default();
        }
        Self {
            run_as_non_root: reader.bool(owner, &["securityContext", "runAsNonRoot"]),
            run_as_user: reader.int(owner, &["securityContext", "runAsUser"]),
            seccomp: profile(reader, owner, "seccompProfile"),
            app_armor: profile(reader, owner, "appArmorProfile"),
            se_linux: SeLinux::read(reader, owner),
            host_process: reader.bool(owner, &["securityContext", "windowsOptions", "hostProcess"])
                == Some(true),
        }
    }
}

impl<'a> SeLinux<'a> {
    fn read(reader: &mut Reader<'a>, owner: &Cursor<'a>) -> Option<Self> {
        if !reader.has_map(owner, &["securityContext", "seLinuxOptions"]) {
            return None;
        }
        let mut text =
            |field| reader.str(owner, &["securityContext", "seLinuxOptions", field]).unwrap_or_default();
        Some(Self { kind: text("type"), user: text("user"), role: text("role") })
    }
}

fn profile<'a>(reader: &mut Reader<'a>, owner: &Cursor<'a>, field: &'static str) -> Option<&'a str> {
    let set = reader.has_map(owner, &["securityContext", field]);
    set.then(|| reader.str(owner, &["securityContext", field, "type"]).unwrap_or_default())
}
