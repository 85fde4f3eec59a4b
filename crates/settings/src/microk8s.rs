//! The components that `MicroK8s` runs in one process, `kubelite`, each with the flags in a file of its own.
//!
//! A file is read line by line: blanks around it and quotes go, lines that begin with `#` are left out, the rest is parted at
//! blanks, and variables are filled in from the environment of the snap (`ReadArgsFromFile` in
//! <https://github.com/canonical/microk8s/blob/master/build-scripts/components/kubernetes/patches/v1.36.0/0000-Kubelite-integration.patch>,
//! where the flags of `kubelite` itself and their defaults stand too). Without a control plane it runs kubelet and kube-proxy
//! alone.

use std::borrow::Cow;

use ironsides_core::HostPlace;

use crate::agent::Agent;
use crate::command_line::{CommandLine, Word};
use crate::component::Component;
use crate::file::File;
use crate::host::{Host, Process};
use crate::k3s::{Doubt, Embedded};
use crate::place::Place;
use crate::setting::parse_bool;
use crate::settings::of_file;

/// Where the snap keeps what belongs to its revision, whichever that is.
const CURRENT: &str = "/var/snap/microk8s/current";

/// What the variables of the snap stand for, the longest names first.
const FOLDERS: [(&str, &str); 3] = [
    ("SNAP_COMMON", "/var/snap/microk8s/common"),
    ("SNAP_DATA", CURRENT),
    ("SNAP", "/snap/microk8s/current"),
];

/// Each component, the flag of `kubelite` that names the file of its flags, and whether it is of the control plane.
const COMPONENTS: [(Component, &str, bool); 5] = [
    (Component::KubeApiserver, "apiserver-args-file", true),
    (Component::KubeControllerManager, "controller-manager-args-file", true),
    (Component::KubeScheduler, "scheduler-args-file", true),
    (Component::KubeProxy, "proxy-args-file", false),
    (Component::Kubelet, "kubelet-args-file", false),
];

/// A text with the variables of the snap filled in.
pub fn with_folders_of_snap(text: &str) -> Cow<'_, str> {
    if !text.contains('$') {
        return Cow::Borrowed(text);
    }
    let mut filled = text.to_owned();
    for (name, folder) in FOLDERS {
        filled = filled.replace(&format!("${{{name}}}"), folder).replace(&format!("${name}"), folder);
    }
    Cow::Owned(filled)
}

/// The components in a process; none where it is no `kubelite`.
pub(crate) fn embedded(host: &Host, process: &Process) -> Vec<Embedded> {
    if process.program != "kubelite" {
        return Vec::new();
    }
    let flag = |name: &str| {
        let mut found = None;
        let mut rest = process.arguments.iter().peekable();
        while let Some(word) = rest.next() {
            let Some(own) = word.strip_prefix("--") else { continue };
            match own.split_once('=') {
                Some((own, value)) if own == name => found = Some(value),
                None if own == name => found = rest.peek().map(|next| next.as_str()),
                _ => {}
            }
        }
        found
    };
    let has_control_plane = flag("start-control-plane").and_then(parse_bool).unwrap_or(true);
    COMPONENTS
        .iter()
        .filter(|(_, _, is_control_plane)| has_control_plane || !is_control_plane)
        .map(|(component, file, _)| of(host, process, *component, flag(file)))
        .collect()
}

/// A component, with the file that the process names.
fn of(host: &Host, process: &Process, component: Component, named: Option<&str>) -> Embedded {
    let usual = format!("{CURRENT}/args/{}", component.program());
    let see = |path: &str| host.file(Some(process), path).or_else(|| host.files.get(path));
    let has_text = |path: &str| see(path).is_some_and(|file| file.content.is_some());
    // The process names the folder of the revision that runs; the other leads there, and is the one that is read.
    let named = named.filter(|path| has_text(path) || !is_of_revision(path, &usual)).unwrap_or(&usual);
    let whole = Place::Host(HostPlace::Process {
        pid: process.pid,
        program: process.program.as_str().into(),
        argument: None,
    });
    let text = see(named).and_then(|file| file.content.as_deref());
    let doubt = text.is_none().then(|| Doubt::of_file(host, named, None));
    let words = text.map(|text| words(named, text)).unwrap_or_default();
    let line = CommandLine::parse(&words, component);
    if component == Component::Kubelet {
        let agent = Agent::of(&words, &whole, None, Some((host, process)));
        let agent = match doubt {
            Some(_) => {
                agent.despite_hidden("the file with its flags, args/kubelet of MicroK8s, is not known")
            }
            None => agent,
        };
        let line = CommandLine::default();
        return Embedded { component, line, beside: None, agent: Some(agent), doubt: None };
    }
    let file = |path: &str| -> Option<&File> { see(path) };
    let beside = of_file(&line, component, &file);
    Embedded { component, line, beside, agent: None, doubt }
}

/// Whether a path is the usual one but for the revision: `/var/snap/microk8s/7231/args/kubelet`.
fn is_of_revision(path: &str, usual: &str) -> bool {
    let parts = |path: &str| {
        let rest = path.strip_prefix("/var/snap/microk8s/")?;
        rest.split_once('/').map(|(_, rest)| rest.to_owned())
    };
    parts(path).is_some() && parts(path) == parts(usual)
}

/// The words of a file.
fn words(path: &str, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.replace(['"', '\''], "");
        let place = Place::file(path, Some(number));
        words.extend(line.split(' ').filter(|part| !part.is_empty()).map(|part| {
            let text = with_folders_of_snap(part).into_owned();
            Word { expands: text.contains('$'), text, place: place.clone() }
        }));
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::{Component, Host, Settings};

    fn all(facts: &str) -> Vec<Settings> {
        let text =
            format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: node-1}}\n{facts}");
        Settings::of_host(&Host::read(&ironsides_tree::parse_one(&text).unwrap()).unwrap())
    }

    fn one(all: &[Settings], component: Component) -> &Settings {
        all.iter().find(|one| one.component() == component).unwrap()
    }

    /// The process as it shows: the variables in its own flags are filled in by the script that starts it.
    const KUBELITE: &str = "processes:
- pid: 6
  program: kubelite
  directory: /
  arguments:
  - /snap/microk8s/7231/kubelite
  - --scheduler-args-file=/var/snap/microk8s/7231/args/kube-scheduler
  - --kubelet-args-file=/var/snap/microk8s/7231/args/kubelet
  - --apiserver-args-file=/var/snap/microk8s/7231/args/kube-apiserver
  - --start-control-plane=true
";

    #[test]
    fn each_component_has_a_file() {
        let all = all(&format!(
            "{KUBELITE}files:
  /var/snap/microk8s/current/args/kube-apiserver:
    content: |
      # flags
      --client-ca-file=${{SNAP_DATA}}/certs/ca.crt
        --authorization-mode RBAC,Node
      --enable-admission-plugins=\"EventRateLimit\"
      #~ --profiling=false
      --token-auth-file=$ELSEWHERE/tokens
  /var/snap/microk8s/current/args/kubelet:
    content: |
      --anonymous-auth=false
      --root-dir=${{SNAP_COMMON}}/var/lib/kubelet
      --node-labels=\"a=b,c=d\"
"
        ));
        let server = one(&all, Component::KubeApiserver);
        let ca = server.get("client-ca-file").unwrap();
        assert_eq!(ca.text().as_deref(), Some("/var/snap/microk8s/current/certs/ca.crt"));
        assert_eq!(ca.place.to_string(), "/var/snap/microk8s/current/args/kube-apiserver:2");
        assert_eq!(server.get("authorization-mode").unwrap().list(), ["RBAC", "Node"]);
        assert_eq!(server.get("enable-admission-plugins").unwrap().list(), ["EventRateLimit"]);
        assert!(!server.get("profiling").unwrap().is_given());
        // What the environment of the snap alone tells is not known.
        assert!(server.get("token-auth-file").is_err());
        let kubelet = one(&all, Component::Kubelet);
        let anonymous = kubelet.get("authentication.anonymous.enabled").unwrap();
        assert_eq!(anonymous.is_on(), Some(false));
        assert_eq!(anonymous.place.to_string(), "/var/snap/microk8s/current/args/kubelet:1");
        // Without a file a kubelet has the port of former times open.
        assert_eq!(kubelet.get("readOnlyPort").unwrap().number(), Some(10255.0));
        // Nobody looked at the file of the scheduler.
        let unsure = one(&all, Component::KubeScheduler).get("profiling").unwrap_err();
        assert_eq!(
            unsure.missing,
            "/var/snap/microk8s/current/args/kube-scheduler of the node, as root: `ironsides scan --node` there"
        );
    }

    #[test]
    fn a_file_elsewhere_is_read_there() {
        let all = all(
            "processes: [{pid: 6, program: kubelite, arguments: [kubelite, --proxy-args-file, /etc/proxy]}]
files:
  /etc/proxy: {content: '--metrics-bind-address=0.0.0.0:10249'}
  /var/snap/microk8s/current/args/kube-proxy: {content: '--metrics-bind-address=127.0.0.1'}",
        );
        let address = one(&all, Component::KubeProxy).get("metricsBindAddress").unwrap();
        assert_eq!(
            (address.text().as_deref(), address.place.to_string().as_str()),
            (Some("0.0.0.0:10249"), "/etc/proxy:1")
        );
    }

    #[test]
    fn a_worker_has_no_control_plane() {
        let all = all(
            "processes: [{pid: 6, program: kubelite, arguments: [kubelite, --start-control-plane=false]}]",
        );
        let mut names: Vec<&str> = all.iter().map(|one| one.component().program()).collect();
        names.sort_unstable();
        assert_eq!(names, ["kube-proxy", "kubelet"]);
        assert!(one(&all, Component::Kubelet).get("readOnlyPort").is_err());
    }
}
