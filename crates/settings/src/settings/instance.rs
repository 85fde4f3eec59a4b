//! What tells several of one component on a host apart.

use std::sync::Arc;

use super::Settings;

/// The flags that no two of one component on a host can share, or that people tell them apart by.
const FLAGS: [&str; 9] = [
    "advertise-address",
    "config",
    "config-file",
    "data-dir",
    "hostname-override",
    "kubeconfig",
    "name",
    "root-dir",
    "secure-port",
];

/// Gives each of several a name that does not change with their process ids.
pub(super) fn tell_apart(all: &mut [Settings]) {
    for group in all.chunk_by_mut(|one, other| one.component == other.component) {
        if group.len() < 2 {
            continue;
        }
        let mut names: Vec<String> = group.iter().map(name).collect();
        // Those that are alike are counted.
        for at in (0..names.len()).rev() {
            let (before, rest) = names.split_at_mut(at);
            let Some(this) = rest.first_mut() else { continue };
            let alike = before.iter().filter(|other| *other == this).count();
            if alike > 0 {
                *this = format!("{this} #{}", alike + 1);
            }
        }
        for (settings, name) in group.iter_mut().zip(names) {
            settings.instance = Some(Arc::from(name));
        }
    }
}

fn name(settings: &Settings) -> String {
    if let Some(manifest) = &settings.manifest {
        return manifest.to_string();
    }
    let line = settings.agent.as_ref().map_or(&settings.line, |agent| agent.line());
    let value = |flag: &&str| {
        let given = line.given.iter().rfind(|given| given.name == **flag)?;
        Some(format!("--{flag}={}", given.value.as_deref().unwrap_or_default()))
    };
    let values: Vec<String> = FLAGS.iter().filter_map(value).collect();
    values.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::{Host, Settings};

    fn instances(processes: &str) -> Vec<Option<String>> {
        let text = format!(
            "apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: a}}\nprocesses: [{processes}]"
        );
        let host = Host::read(&ironsides_tree::parse_one(&text).unwrap()).unwrap();
        let all = Settings::of_host(&host);
        all.iter().map(|settings| settings.instance().map(str::to_owned)).collect()
    }

    fn process(pid: u32, words: &str) -> String {
        let program = words.split(' ').next().unwrap();
        let words: Vec<String> = words.split(' ').map(|word| format!("'{word}'")).collect();
        format!("{{pid: {pid}, program: {program}, arguments: [{}]}}", words.join(", "))
    }

    #[test]
    fn several_of_one_component_are_told_apart_by_what_stays() {
        let servers = |pids: [u32; 3]| {
            let all = [
                process(pids[0], "kube-apiserver --secure-port=6443"),
                process(pids[1], "kube-apiserver --secure-port 6444 --advertise-address=10.0.0.1"),
                process(pids[2], "kube-scheduler"),
            ];
            let mut found = instances(&all.join(", "));
            found.sort();
            found
        };
        let expected =
            [None, Some("--advertise-address=10.0.0.1 --secure-port=6444"), Some("--secure-port=6443")];
        let expected = expected.map(|text| text.map(str::to_owned));
        assert_eq!(servers([7, 8, 9]), expected);
        assert_eq!(servers([70, 8, 9]), expected);
        let etcds = [process(1, "etcd --name=a"), process(2, "etcd --name=a"), process(3, "etcd --name=a")];
        let expected = ["--name=a", "--name=a #2", "--name=a #3"].map(|text| Some(text.to_owned()));
        assert_eq!(instances(&etcds.join(", ")), expected);
        let kubelets = [process(1, "kubelet --root-dir=/a"), process(2, "kubelet --root-dir=/b")];
        let expected = ["--root-dir=/a", "--root-dir=/b"].map(|text| Some(text.to_owned()));
        assert_eq!(instances(&kubelets.join(", ")), expected);
    }
}
