//! The settings of kube-proxy in a `ConfigMap`: kubeadm and others keep the file that all nodes start it with in one
//! (`kube-system/kube-proxy`, key `config.conf`), and its pods mount that.
//!
//! Source: `AddonName`, `KubeProxyConfigMap` and `KubeProxyConfigMapKey` of kubeadm's constants,
//! <https://github.com/kubernetes/kubernetes/blob/v1.36.0/cmd/kubeadm/app/constants/constants.go>. A document is known by its
//! own kind, whatever the `ConfigMap` is called.

use ironsides_core::{Object, Pod};
use ironsides_tree::{Cursor, Documents, Limits, Lines, Node, Span};

use crate::beside::Beside;
use crate::component::Component;
use crate::kube_proxy;
use crate::place::Place;
use crate::setting::Unsure;
use crate::settings::Settings;

/// The kind of the documents that hold the settings of kube-proxy, and the group of their versions.
const KIND: (&str, &str) = ("kubeproxy.config.k8s.io/", "KubeProxyConfiguration");

impl Settings {
    /// The settings of kube-proxy that a `ConfigMap` holds, one for each document of that kind.
    pub fn of_config_map(object: &Object) -> Vec<Self> {
        let mut all = Vec::new();
        for (_, at) in object.cursor().get("data").entries() {
            let Some(text) = at.str().filter(|text| text.contains(KIND.1)) else { continue };
            // What is no YAML is no configuration, but a script that writes one, say.
            for document in Documents::new(text, Limits::default()).map_while(Result::ok) {
                if is_one(&document.root) {
                    all.push(of_document(object, &at, text, &document.root));
                }
            }
        }
        all
    }

    /// Whether a pod may start a component, asked without reading its command lines.
    pub fn may_start(component: Component, pod: &Pod<'_>) -> bool {
        let names = |at: &Cursor<'_>| at.str().is_some_and(|word| word.contains(component.program()));
        pod.containers().any(|container| {
            names(&container.get("image"))
                || ["command", "args"].iter().any(|field| container.get(field).items().any(|at| names(&at)))
        })
    }

    /// The `ConfigMap` that holds the file which a component in a pod is configured with, by its name, where the pod mounts
    /// one there.
    pub fn config_map<'p>(&self, pod: &Pod<'p>) -> Option<&'p str> {
        let path = self.config_path()?;
        let mounted = pod.containers().flat_map(|container| container.get("volumeMounts").items());
        // Of volumes in one another the deepest is what a path leads to.
        let holds = |mount: &Cursor<'p>| {
            let folder = mount.get("mountPath").str()?.trim_end_matches('/');
            let rest = path.strip_prefix(folder)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((folder.len(), mount.get("name").str()?))
        };
        let (_, volume) = mounted.filter_map(|mount| holds(&mount)).max_by_key(|(depth, _)| *depth)?;
        let mut volumes = pod.spec().get("volumes").items();
        volumes.find(|at| at.get("name").str() == Some(volume))?.at(&["configMap", "name"]).str()
    }
}

fn is_one(root: &Node) -> bool {
    let text = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
    text("apiVersion").starts_with(KIND.0) && text("kind") == KIND.1
}

fn of_document(object: &Object, at: &Cursor<'_>, text: &str, root: &Node) -> Settings {
    let lines = Lines::new(text);
    let place = |name: Option<&str>, span| Place::Object {
        path: at.path().into(),
        text: name.map_or_else(|| at.path().text(), |name| format!("{}: {name}", at.path().text())).into(),
        span,
    };
    let all = kube_proxy::of_document(root, &|name, inner| {
        let line = inner.mark().is_some().then(|| lines.position(text, inner.mark().start).line);
        let block = at.node().map_or(Span::NONE, Node::span);
        place(Some(name), line.and_then(|line| line_of(object, block, line)).unwrap_or_else(|| at.mark()))
    });
    let beside = match kube_proxy::DOCUMENT.refuses(root) {
        None => Beside::File(all),
        Some(why) => Beside::Unread(Unsure {
            message: format!("{} holds the settings of kube-proxy, and {why}", at.path().text()),
            missing: "a version of the document that this program knows".into(),
            place: place(None, at.mark()),
        }),
    };
    Settings::of_shared(Component::KubeProxy, place(None, at.mark()), beside)
}

/// The bytes of a line of a literal block, whose lines are those of its text.
fn line_of(object: &Object, block: Span, line: u32) -> Option<Span> {
    let written = object.written(block).filter(|written| written.starts_with('|'))?;
    let mut begin = 0;
    for (number, text) in (0..).zip(written.split_inclusive('\n')) {
        if number == line {
            let blank = text.len() - text.trim_start().len();
            let start = block.start as usize + begin;
            return Some(Span::new(start + blank, start + text.trim_end().len()));
        }
        begin += text.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ironsides_core::{Origin, PodTemplates};
    use ironsides_tree::parse_one;

    use super::*;

    fn object(text: &str) -> Object {
        let origin = Origin::File { path: Arc::from("c.yaml"), text: Arc::from(text) };
        Object::new(parse_one(text).unwrap(), origin, Vec::new())
    }

    const DOCUMENT: &str = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";

    #[test]
    fn a_setting_stands_on_its_line_of_the_block() {
        let text = "kind: ConfigMap\ndata:\n  kubeconfig.conf: a\n  config.conf: |-\n    apiVersion: kubeproxy.config.k8s.io/v1alpha1\n    \
                    kind: KubeProxyConfiguration\n\n    conntrack:\n      maxPerCore: 5\n    metricsBindAddress: 0.0.0.0:10249\n";
        let object = object(text);
        let all = Settings::of_config_map(&object);
        let [proxy] = &*all else { panic!("{all:?}") };
        for (key, value, written) in [
            ("metricsBindAddress", "0.0.0.0:10249", "metricsBindAddress: 0.0.0.0:10249"),
            ("conntrack.maxPerCore", "5", "maxPerCore: 5"),
        ] {
            let setting = proxy.get(key).unwrap();
            assert_eq!(setting.text().as_deref(), Some(value));
            let Place::Object { span, text: told, .. } = &setting.place else {
                panic!("{:?}", setting.place)
            };
            assert_eq!(span.slice(text), Some(written), "{key}");
            assert_eq!(&**told, format!("data[config.conf]: {key}"));
        }
        let mode = proxy.get("mode").unwrap();
        assert!(!mode.is_given());
        assert_eq!(mode.place.to_string(), "data[config.conf]");
    }

    #[test]
    fn documents_are_known_by_their_kind() {
        let of = |value: &str| {
            let value = serde_json::to_string(value).unwrap();
            Settings::of_config_map(&object(&format!("kind: ConfigMap\ndata: {{a: {value}}}"))).len()
        };
        assert_eq!(of(DOCUMENT), 1);
        assert_eq!(of(&format!("kind: ClusterConfiguration\n---\n{DOCUMENT}")), 1);
        assert_eq!(of(&format!("{DOCUMENT}---\n{DOCUMENT}")), 2);
        assert_eq!(
            of(r#"{"apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration"}"#),
            1
        );
        assert_eq!(of("kind: KubeProxyConfiguration\napiVersion: example.com/v1"), 0);
        let later = "apiVersion: kubeproxy.config.k8s.io/v9\nkind: KubeProxyConfiguration\nmode: ipvs\n";
        let value = serde_json::to_string(later).unwrap();
        let later = Settings::of_config_map(&object(&format!("kind: ConfigMap\ndata: {{a: {value}}}")));
        assert!(later[0].get("mode").unwrap_err().message.contains("v1alpha1 is known"));
        assert_eq!(of("#!/bin/sh\necho 'kind: KubeProxyConfiguration"), 0);
    }

    #[test]
    fn the_mount_of_the_file_leads_to_its_config_map() {
        let pod = |config: &str, mounts: &str| {
            object(&format!(
                "{{apiVersion: v1, kind: Pod, spec: {{containers: [{{name: a, command: [/usr/local/bin/kube-proxy, \
                 '--config={config}'], volumeMounts: {mounts}}}], volumes: [{{name: c, configMap: {{name: kube-proxy}}}}, \
                 {{name: h, hostPath: {{path: /}}}}]}}}}"
            ))
        };
        let c = "[{name: h, mountPath: /}, {name: c, mountPath: /var/lib/kube-proxy}]";
        for (config, mounts, expected) in [
            ("/var/lib/kube-proxy/config.conf", c, Some("kube-proxy")),
            ("/var/lib/kube-proxy-2/config.conf", c, None),
            ("/etc/config.conf", c, None),
            ("/var/lib/kube-proxy/config.conf", "[{name: h, mountPath: /var/lib/kube-proxy/}]", None),
            ("/c", "[{name: c, mountPath: /c, subPath: config.conf}]", Some("kube-proxy")),
        ] {
            let object = pod(config, mounts);
            let templates = PodTemplates::default();
            let pod = Pod::of(&object, &templates).unwrap();
            assert!(Settings::may_start(Component::KubeProxy, &pod));
            assert!(!Settings::may_start(Component::Etcd, &pod));
            assert_eq!(Settings::of_pod(&pod)[0].config_map(&pod), expected, "{config} {mounts}");
        }
    }
}
