//! Kubescape's facts of a node (`hostdata.kubescape.cloud`) as facts of ours.
//!
//! Its sensor tells, of a node, command lines, modes as decimal numbers, owners by name, and texts in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ironsides_settings::{File, FileKind, Host, Process};
use serde_json::Value;

/// The names under which its sensor tells that the agent of a network plug-in runs, and the program that it looked for.
/// Source: `sensor/CNI.go` of kubescape/host-scanner.
const AGENTS: [(&str, &str); 7] = [
    ("Calico", "calico-node"),
    ("Cilium", "cilium-agent"),
    ("Flannel", "flanneld"),
    ("Kindnet", "kindnetd"),
    ("Multus", "multus"),
    ("WeaveNet", "weave-net"),
    ("aws", "aws-k8s-agent"),
];

/// Whether an object is one of these facts.
pub(super) fn is_one(object: &Value) -> bool {
    object["apiVersion"].as_str().is_some_and(|version| version.starts_with("hostdata.kubescape.cloud/"))
}

/// Adds what an object tells to the facts of a node.
pub(super) fn add(host: &mut Host, object: &Value) {
    let data = &object["data"];
    match object["kind"].as_str().unwrap_or_default() {
        "KubeletInfo" => kubelet(host, data),
        "KubeProxyInfo" => {
            let path = file(host, &data["kubeConfigFile"]);
            let line = data["cmdLine"].as_str().unwrap_or_default();
            // Beside a file of its own the flag does not count: the file then says what the sensor found.
            if let Some((path, own)) = path.as_ref().zip(says(line, "--config")) {
                let content = Some(format!("clientConnection: {{kubeconfig: {path}}}\n"));
                host.files.entry(own).or_insert_with(|| File { content, ..File::default() });
            }
            let argument = path.map(|path| format!("--kubeconfig={path}"));
            process(host, "kube-proxy", &data["cmdLine"], argument);
        }
        "ControlPlaneInfo" => control_plane(host, data),
        "CNIInfo" => {
            files(host, &data["CNIConfigFiles"]);
            for name in data["CNINames"].as_array().into_iter().flatten() {
                let agent = AGENTS.iter().find(|(known, _)| name.as_str() == Some(known));
                if let Some((_, program)) = agent {
                    process(host, program, &Value::from(*program), None);
                }
            }
        }
        "LinuxKernelVariables" => {
            for variable in data.as_array().into_iter().flatten() {
                let name = variable["source"].as_str().and_then(|path| path.strip_prefix("/proc/sys/"));
                if let Some((name, value)) = name.zip(variable["value"].as_str()) {
                    host.sysctls.insert(name.replace('/', "."), value.trim().to_owned());
                }
            }
        }
        _ => {}
    }
}

fn kubelet(host: &mut Host, data: &Value) {
    let line = data["cmdLine"].as_str().unwrap_or_default();
    let mut more = Vec::new();
    for (key, flag) in
        [("configFile", "--config"), ("kubeConfigFile", "--kubeconfig"), ("clientCAFile", "--client-ca-file")]
    {
        let facts = &data[key];
        if !facts.is_object() {
            continue;
        }
        let named = says(line, flag);
        let path = facts["path"].as_str().map(str::to_owned).or_else(|| named.clone());
        let path = path.unwrap_or_else(|| "/var/lib/kubelet/config.yaml".to_owned());
        // Without any facts it was not looked at.
        if facts.as_object().is_some_and(|facts| !facts.is_empty()) {
            host.files.insert(path.clone(), of(facts));
        }
        // Without --config a kubelet reads no file, whatever lies there.
        if named.as_ref() != Some(&path) && flag != "--config" {
            more.push(format!("{flag}={path}"));
        }
    }
    files(host, &data["serviceFiles"]);
    process(host, "kubelet", &data["cmdLine"], more);
}

fn control_plane(host: &mut Host, data: &Value) {
    for (key, program) in [
        ("APIServerInfo", "kube-apiserver"),
        ("controllerManagerInfo", "kube-controller-manager"),
        ("schedulerInfo", "kube-scheduler"),
    ] {
        let info = &data[key];
        for part in ["specsFile", "encryptionProviderConfigFile", "auditPolicyFile"] {
            file(host, &info[part]);
        }
        let kubeconfig = file(host, &info["configFile"]).map(|path| format!("--kubeconfig={path}"));
        process(host, program, &info["cmdLine"], kubeconfig);
    }
    file(host, &data["etcdConfigFile"]);
    file(host, &data["adminConfigFile"]);
    if let Some(path) = file(host, &data["etcdDataDir"]) {
        process(host, "etcd", &Value::from("etcd"), [format!("--data-dir={path}")]);
    }
    if let Some(path) = file(host, &data["PKIDir"])
        && let Some(folder) = host.files.get_mut(&path)
    {
        folder.kind = FileKind::Directory;
    }
    files(host, &data["PKIFiles"]);
    // All files of that folder are told: what a flag names there and is not told is not there.
    if let Some(folder) = data["PKIDir"]["path"].as_str().map(|path| format!("{path}/")) {
        let words = host.processes.iter().flat_map(|process| process.arguments.clone());
        let named: Vec<String> = words
            .filter_map(|word| Some(word.split_once('=')?.1.to_owned()))
            .filter(|path| path.starts_with(&folder))
            .collect();
        for path in named {
            host.files.entry(path).or_insert_with(|| File { kind: FileKind::Missing, ..File::default() });
        }
    }
}

fn process(host: &mut Host, program: &str, line: &Value, more: impl IntoIterator<Item = String>) {
    let Some(line) = line.as_str() else { return };
    let mut arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    if arguments.first().is_none_or(|first| first.starts_with('-')) {
        arguments.insert(0, program.to_owned());
    }
    arguments.extend(more);
    let pid = u32::try_from(host.processes.len()).unwrap_or_default() + 1;
    let program = program.to_owned();
    host.processes.push(Process {
        pid,
        program,
        arguments,
        directory: Some("/".into()),
        ..Process::default()
    });
}

fn files(host: &mut Host, list: &Value) {
    for facts in list.as_array().into_iter().flatten() {
        file(host, facts);
    }
}

/// Adds a file, and gives its path.
fn file(host: &mut Host, facts: &Value) -> Option<String> {
    let path = absolute(facts["path"].as_str()?);
    host.files.insert(path.clone(), of(facts));
    Some(path)
}

/// The path that a flag names.
fn says(line: &str, flag: &str) -> Option<String> {
    line.split_whitespace().find_map(|word| word.strip_prefix(flag)?.strip_prefix('=')).map(absolute)
}

fn absolute(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

fn of(facts: &Value) -> File {
    let owner = &facts["ownership"];
    let text = |key: &str| owner[key].as_str().filter(|name| !name.is_empty()).map(str::to_owned);
    // The rules ask for names, and their cases leave the numbers at 0.
    let number = |key: &str, name: &Option<String>| {
        owner[key].as_u64().and_then(|id| u32::try_from(id).ok()).filter(|_| name.is_none())
    };
    let (user, group) = (text("username"), text("groupname"));
    let content = facts["content"].as_str().and_then(|text| STANDARD.decode(text).ok());
    File {
        mode: facts["permissions"].as_u64().and_then(|mode| u32::try_from(mode).ok()),
        uid: number("uid", &user),
        gid: number("gid", &group),
        user,
        group,
        content: content.and_then(|bytes| String::from_utf8(bytes).ok()),
        ..File::default()
    }
}
