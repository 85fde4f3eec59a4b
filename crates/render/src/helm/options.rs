//! What a chart is rendered with.

use std::sync::Arc;

/// A text and the path it was read from.
#[derive(Clone, Debug)]
pub struct NamedText {
    /// The path as the user wrote it.
    pub path: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

/// What `helm template` takes as flags. Later settings win over earlier ones; the kinds of settings are taken in
/// Helm's order: values files, `set_json`, `set`, `set_string`, `set_file`, `set_literal`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of the release, `.Release.Name`.
    pub release: String,
    /// The namespace of the release, `.Release.Namespace`.
    pub namespace: String,
    /// Values files (`--values`), the later over the earlier.
    pub values: Vec<NamedText>,
    /// `--set` texts as written: `image.tag=1.2,list={a,b},servers[0].port=80`.
    pub set: Vec<String>,
    /// `--set-string` texts: like `set`, and every value is a string.
    pub set_string: Vec<String>,
    /// `--set-file` texts: `key=path`. The texts of the paths are taken from `set_file_texts`.
    pub set_file: Vec<String>,
    /// The files that `set_file` names, each by the path written there.
    pub set_file_texts: Vec<NamedText>,
    /// `--set-json` texts: `key={"a": 1}`, or a JSON object.
    pub set_json: Vec<String>,
    /// `--set-literal` texts: `key=anything at all`.
    pub set_literal: Vec<String>,
    /// The Kubernetes version to render for, `1.37` or `v1.37.2`; `None` is the one of [`Options::KUBE_VERSION`].
    pub kube_version: Option<String>,
    /// API versions that the cluster has besides the built-in ones: `monitoring.coreos.com/v1` or
    /// `monitoring.coreos.com/v1/ServiceMonitor`.
    pub api_versions: Vec<String>,
    /// Whether to give the files of `crds/` too.
    pub include_crds: bool,
    /// Whether this is an upgrade (`.Release.IsUpgrade`) instead of an install.
    pub is_upgrade: bool,
    /// Whether to leave out test hooks.
    pub skip_tests: bool,
    /// The time that `now` tells, in seconds since 1970 (UTC). Rendering asks no clock, so that the same chart gives
    /// the same text each time.
    pub now: i64,
}

impl Options {
    /// The Kubernetes version charts are rendered for unless another is named.
    pub const KUBE_VERSION: &str = "v1.37.0";
}

impl Default for Options {
    fn default() -> Self {
        Self {
            release: "release-name".to_owned(),
            namespace: "default".to_owned(),
            values: Vec::new(),
            set: Vec::new(),
            set_string: Vec::new(),
            set_file: Vec::new(),
            set_file_texts: Vec::new(),
            set_json: Vec::new(),
            set_literal: Vec::new(),
            kube_version: None,
            api_versions: Vec::new(),
            include_crds: false,
            is_upgrade: false,
            skip_tests: false,
            // 2026-01-01T00:00:00Z
            now: 1_767_225_600,
        }
    }
}
