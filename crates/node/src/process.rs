//! A process that matters.

use std::collections::BTreeMap;

use ironsides_settings::Process;
use rustix::io::Errno;

use crate::procfs::Pid;
use crate::{program, redact};

/// How much of a command line is read, in bytes; Linux itself allows far more.
const LONGEST: usize = 64 << 10;
/// How much of an environment is read, in bytes.
const ENVIRONMENT: usize = 256 << 10;

/// A process with what its files are looked up by.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) pid: Pid,
    pub(crate) process: Process,
    /// Its command line as it is; only paths are taken from it.
    pub(crate) words: Vec<String>,
    /// Its mount namespace and its root.
    pub(crate) mounts: Result<(String, String), Errno>,
    /// Its network namespace.
    pub(crate) network: Option<String>,
    /// The unit of systemd that started it: `kubelet.service`.
    pub(crate) unit: Option<String>,
}

/// Looks at a process; `None` where it does not matter, or is gone.
pub(crate) fn read(pid: Pid) -> Option<Seen> {
    let (line, is_more) = pid.bytes("cmdline", LONGEST).ok()?;
    let mut words: Vec<String> =
        line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    // Every word ends with a zero byte; who writes a title of its own leaves many.
    while words.last().is_some_and(String::is_empty) {
        words.pop();
    }
    let executable = pid.link(".", "exe").ok();
    let program = program::running(executable.as_deref(), &words)?;
    if let [title] = &*words
        && title.contains(' ')
    {
        words = title.split_whitespace().map(str::to_owned).collect();
    }
    let status = pid.text("status").ok()?;
    // Real, effective, saved, of the file system.
    let id = |name: &str| field(&status, name)?.split_whitespace().nth(1)?.parse().ok();
    let cgroup = pid.text("cgroup").unwrap_or_default();
    let environment = pid.bytes("environ", ENVIRONMENT);
    let process = Process {
        pid: pid.pid,
        parent: field(&status, "PPid").and_then(|id| id.parse().ok()).unwrap_or_default(),
        program: program.to_owned(),
        executable: executable.map(|path| path.trim_end_matches(" (deleted)").to_owned()),
        arguments: redact::arguments(words.clone()),
        truncated: is_more,
        environment_unreadable: environment.is_err(),
        environment: environment.map(|(bytes, _)| variables(&bytes)).unwrap_or_default(),
        uid: id("Uid")?,
        gid: id("Gid")?,
        directory: pid.link(".", "cwd").ok(),
        container: container(&cgroup),
        files: None,
    };
    let mounts = pid.link("ns", "mnt").and_then(|space| Ok((space, pid.link(".", "root")?)));
    let network = pid.link("ns", "net").ok();
    Some(Seen { process, words, mounts, network, unit: unit(&cgroup), pid })
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

/// The variables that components read, without secrets.
fn variables(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for pair in bytes.split(|byte| *byte == 0) {
        let pair = String::from_utf8_lossy(pair);
        let Some((name, value)) = pair.split_once('=') else { continue };
        if Process::keeps(name) {
            let value =
                if redact::is_secret_name(name) { redact::STARS.into() } else { redact::value(value) };
            variables.insert(name.to_owned(), value.into_owned());
        }
    }
    variables
}

/// The id of a container in the name of a control group: `cri-containerd-ID.scope`, `/kubepods/…/ID`.
fn container(cgroup: &str) -> Option<String> {
    let is_id = |part: &&str| {
        part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
    };
    let groups = cgroup.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let parts = groups.flat_map(|path| path.rsplit('/')).flat_map(|name| name.rsplit(['-', ':']));
    parts.map(|part| part.trim_end_matches(".scope")).find(is_id).map(str::to_owned)
}

/// The unit of systemd in the name of a control group: `/system.slice/kubelet.service`.
fn unit(cgroup: &str) -> Option<String> {
    let mut names =
        cgroup.lines().filter_map(|line| line.splitn(3, ':').nth(2)).flat_map(|path| path.split('/'));
    names.rfind(|name| name.ends_with(".service")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_and_units_are_read_from_control_groups() {
        let id = "3c7f".repeat(16);
        for (text, expected) in [
            (format!("0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-{id}.scope"), Some(&id)),
            (format!("12:cpu:/kubepods/burstable/pod1/{id}\n0::/"), Some(&id)),
            (format!("0::/kubepods-besteffort-pod1.slice:cri-containerd:{id}"), Some(&id)),
            (format!("0::/kubepods.slice/crio-{id}.scope"), Some(&id)),
            ("0::/system.slice/kubelet.service".into(), None),
            ("garbage".into(), None),
        ] {
            assert_eq!(container(&text).as_ref(), expected, "{text}");
        }
        assert_eq!(unit("0::/system.slice/kubelet.service").as_deref(), Some("kubelet.service"));
        assert_eq!(unit("0::/"), None);
    }

    #[test]
    fn variables_of_components_are_kept_without_secrets() {
        let found = variables(
            b"ETCD_NAME=a\0K3S_TOKEN=hunter2\0PATH=/bin\0https_proxy=http://a:hunter2@p\0KUBERNETES_SERVICE_HOST=x\0=\0x",
        );
        let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
        let expected = [("ETCD_NAME", "a"), ("K3S_TOKEN", "********"), ("https_proxy", "http://********@p")];
        assert_eq!(found, expected);
    }
}
