//! In which order an API server asks which authorizers: by flag, or by a structured configuration, which excludes it.

use ironsides_settings::{Setting, Settings};
use ironsides_tree::Cursor;

use crate::config_file::ConfigFile;
use crate::out::{Draft, Out};

/// The authorizers of an API server.
pub(super) struct Chain<'s, 'a> {
    settings: &'s Settings,
    /// Their types in the order in which they are asked: `Node`, `RBAC`, `Webhook`.
    pub(super) types: Vec<String>,
    flag: Setting,
    file: Option<ConfigFile<'a>>,
}

impl<'s, 'a> Chain<'s, 'a> {
    /// Reads them; where they cannot be told, says so and gives `None`.
    pub(super) fn of(settings: &'s Settings, out: &mut Out<'a>) -> Option<Self> {
        let config = out.get(settings, "authorization-config")?;
        let flag = out.get(settings, "authorization-mode")?;
        if config.text().is_none() {
            let mut types: Vec<String> = flag.list().into_iter().filter(|name| !name.is_empty()).collect();
            if types.is_empty() {
                types.push("AlwaysAllow".to_owned());
            }
            let chain = Self { settings, types, flag, file: None };
            return chain.unless_refused(out);
        }
        if flag.is_given() {
            let message = "--authorization-config and --authorization-mode are both given: kube-apiserver does \
                           not start with both";
            out.fail_setting(settings, &flag, message);
            return None;
        }
        let file = out.config_file(settings, &config)?.of_kind("AuthorizationConfiguration", out)?;
        let types = Cursor::root(&file.root).get("authorizers").items();
        let types = types.map(|one| one.get("type").str().unwrap_or_default().to_owned()).collect();
        Self { settings, types, flag, file: Some(file) }.unless_refused(out)
    }

    /// The chain, unless the API server would not start with it: then this says so.
    fn unless_refused(self, out: &mut Out<'_>) -> Option<Self> {
        let unknown = self.types.iter().find(|name| !TYPES.contains(&name.as_str()));
        let message = match unknown {
            None if !self.types.is_empty() => return Some(self),
            None => format!("{} names no authorizer: kube-apiserver does not start with it", self.name()),
            Some(name) => format!(
                "{} has \"{name}\", which is no authorizer: kube-apiserver does not start with it",
                self.name()
            ),
        };
        self.fail(message, None, out);
        None
    }

    /// Whether an authorizer is asked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.types.iter().any(|one| one == name)
    }

    pub(super) fn pass(&self, out: &mut Out<'_>) {
        match &self.file {
            Some(file) => file.pass(&Cursor::root(&file.root).get("authorizers"), out),
            None => out.pass_setting(&self.flag),
        }
    }

    /// They are not as they should be; `value` is what the flag would have to be.
    pub(super) fn fail<'o>(
        &self,
        message: String,
        value: Option<(&str, &'static str)>,
        out: &'o mut Out<'_>,
    ) -> &'o mut Draft {
        if let Some(file) = &self.file {
            return file.fail(&Cursor::root(&file.root).get("authorizers"), message, out);
        }
        let (value, mend) = match value {
            Some((value, test)) => (Some(value), crate::flags::Mend::Test(test)),
            None => (None, crate::flags::Mend::No),
        };
        let draft = crate::flags::fail(self.settings, &self.flag, message, value, mend, out);
        if !self.flag.is_given() {
            draft.effective("AlwaysAllow", "the default where no authorizer is named");
        }
        draft
    }

    /// What the flag is called, or the file.
    pub(super) fn name(&self) -> String {
        match &self.file {
            Some(file) => file.path.clone(),
            None => "--authorization-mode".to_owned(),
        }
    }
}

/// The authorizers that there are; the case of the letters counts.
const TYPES: [&str; 6] = ["ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"];
