//! A kubelet with files in memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ironsides_settings::kubelet::{
    Effective, Entry, Files, Listing, Look, Node, Outcome, Refusal, Start, settle,
};

pub const CONFIG: &str = "/var/lib/kubelet/config.yaml";
pub const DROP_INS: &str = "/etc/kubernetes/kubelet.conf.d";

/// What a kubelet is started with.
#[derive(Clone, Default)]
pub struct Kubelet {
    pub arguments: Vec<String>,
    pub files: BTreeMap<String, String>,
    pub links: BTreeMap<String, String>,
    pub unseen: BTreeSet<String>,
    pub sysctls: Option<BTreeMap<String, String>>,
    pub directory: Option<String>,
    pub minor: Option<u64>,
    pub cgroup_driver: Option<&'static str>,
}

/// A configuration with its header.
pub fn config(text: &str) -> String {
    format!("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n{text}")
}

impl Kubelet {
    /// One that knows its API server, with these flags.
    pub fn new(arguments: &[&str]) -> Self {
        let mut kubelet = Self::default().file("/etc/kubernetes/kubelet.conf", "");
        kubelet = kubelet.arguments(&["--kubeconfig=/etc/kubernetes/kubelet.conf"]);
        kubelet.arguments(arguments)
    }

    /// One with a configuration file.
    pub fn with(text: &str) -> Self {
        Self::new(&["--config=/var/lib/kubelet/config.yaml"]).file(CONFIG, &config(text))
    }

    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&text| text.to_owned()));
        self
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    pub fn drop_in(self, name: &str, text: &str) -> Self {
        let kubelet = if self.arguments.iter().any(|one| one.starts_with("--config-dir")) {
            self
        } else {
            self.arguments(&["--config-dir=/etc/kubernetes/kubelet.conf.d"])
        };
        kubelet.file(&format!("{DROP_INS}/{name}"), &config(text))
    }

    pub fn outcome(&self) -> Outcome {
        let directory = self.directory.as_deref().unwrap_or("/");
        let node =
            Node { sysctls: self.sysctls.as_ref(), cgroup_driver: self.cgroup_driver, ..Node::default() };
        let minor = self.minor.unwrap_or(36);
        settle(&Start { arguments: &self.arguments, directory, files: self, minor, node })
    }

    #[track_caller]
    pub fn serves(&self) -> Effective {
        match self.outcome() {
            Outcome::Serves(effective) => *effective,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub fn refuses(&self) -> Refusal {
        match self.outcome() {
            Outcome::Refuses(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    /// A setting as `VALUE by WHAT`.
    #[track_caller]
    pub fn get(&self, path: &str) -> String {
        let effective = self.serves();
        let setting = effective.get(path).unwrap_or_else(|| panic!("no {path}"));
        let value = setting.value.as_ref().map_or("none".into(), ironsides_tree::print::json);
        format!("{value} by {}", setting.by)
    }

    /// The value of a setting alone.
    #[track_caller]
    pub fn value(&self, path: &str) -> String {
        let effective = self.serves();
        let setting = effective.get(path).unwrap_or_else(|| panic!("no {path}"));
        setting.value.as_ref().map_or("none".into(), ironsides_tree::print::json)
    }

    fn follow<'a>(&'a self, path: &'a str) -> &'a str {
        self.links.get(path).map_or(path, String::as_str)
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{}/", path.trim_end_matches('/'));
        self.files.keys().chain(self.links.keys()).any(|one| one.starts_with(&below))
    }
}

impl Files for Kubelet {
    fn look(&self, path: &str) -> Look<'_> {
        if self.unseen.contains(path) {
            return Look::Unseen;
        }
        let path = self.follow(path);
        match self.files.get(path) {
            Some(text) => Look::Text(Cow::Borrowed(text)),
            None if self.is_folder(path) => Look::Folder,
            None if path.starts_with("/run/") => Look::Unseen,
            None => Look::Absent,
        }
    }

    fn list(&self, path: &str) -> Listing {
        if self.unseen.contains(path) {
            return Listing::Unseen;
        }
        let path = self.follow(path);
        if self.files.contains_key(path) {
            return Listing::NoFolder;
        }
        if !self.is_folder(path) {
            return Listing::Absent;
        }
        let mut entries: BTreeMap<String, bool> = BTreeMap::new();
        for one in self.files.keys().chain(self.links.keys()) {
            let Some(rest) = one.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')) else { continue };
            match rest.split_once('/') {
                Some((folder, _)) => entries.insert(folder.to_owned(), true),
                None => entries.insert(rest.to_owned(), false),
            };
        }
        Listing::Entries(entries.into_iter().map(|(name, folder)| Entry { name, folder }).collect())
    }

    fn is_link(&self, path: &str) -> bool {
        self.links.contains_key(path)
    }
}
