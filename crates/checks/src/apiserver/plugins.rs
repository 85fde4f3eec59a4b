//! Which admission plug-ins an API server runs: those that are on by default, what is added, what is taken away.

use ironsides_settings::{Setting, Settings};

use crate::flags::{Mend, fail};
use crate::out::Out;

/// The plug-ins that are on where no flag says otherwise, of all that checks ask about: alike from 1.29 to 1.37 (`kube-apiserver
/// --help`).
const ON_BY_DEFAULT: [&str; 6] = [
    "MutatingAdmissionWebhook",
    "NamespaceLifecycle",
    "PodSecurity",
    "ServiceAccount",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
];

/// The flags that choose plug-ins.
pub(super) struct Plugins<'s> {
    settings: &'s Settings,
    enabled: Setting,
    disabled: Setting,
    /// `--admission-control`, which names all that run and excludes the other two.
    all: Setting,
}

/// A plug-in that must run, or must not.
pub(super) struct Plugin {
    pub(super) name: &'static str,
    pub(super) wanted: bool,
    /// What its absence, or its presence, means: one sentence without a full stop.
    pub(super) why: &'static str,
    pub(super) mend: Mend,
}

impl<'s> Plugins<'s> {
    /// Reads the flags; where one cannot be told, says so and gives `None`.
    pub(super) fn of(settings: &'s Settings, out: &mut Out<'_>) -> Option<Self> {
        Some(Self {
            settings,
            enabled: out.get(settings, "enable-admission-plugins")?,
            disabled: out.get(settings, "disable-admission-plugins")?,
            all: out.get(settings, "admission-control")?,
        })
    }

    /// Whether a plug-in runs, and the flag that decides it.
    pub(super) fn runs(&self, name: &str) -> (bool, &Setting) {
        let has = |setting: &Setting| setting.list().iter().any(|one| one == name);
        if self.all.text().is_some() {
            return (has(&self.all), &self.all);
        }
        if has(&self.disabled) {
            return (false, &self.disabled);
        }
        if has(&self.enabled) {
            return (true, &self.enabled);
        }
        let is_on = ON_BY_DEFAULT.contains(&name);
        (is_on, if is_on { &self.disabled } else { &self.enabled })
    }
}

impl Plugin {
    pub(super) fn judge(&self, settings: &Settings, out: &mut Out<'_>) {
        let Some(plugins) = Plugins::of(settings, out) else { return };
        let Self { name, wanted, why, mend } = *self;
        let (runs, flag) = plugins.runs(name);
        if runs == wanted {
            return out.pass_setting(flag);
        }
        let key = &flag.key;
        let is_named = flag.list().iter().any(|one| one == name);
        let message = if is_named {
            format!("--{key} has {name}: {why}")
        } else if runs {
            format!("{name} is on by default, and --{key} does not have it: {why}")
        } else {
            format!("--{key} does not have {name}: {why}")
        };
        let is_add = key != "disable-admission-plugins";
        let list: Vec<String> = if wanted == is_add {
            flag.list().into_iter().filter(|one| !one.is_empty()).chain([name.to_owned()]).collect()
        } else {
            flag.list().into_iter().filter(|one| one != name).collect()
        };
        let list = list.join(",");
        // Given several times the lists add up: an edit of one would leave the others.
        let value = (wanted == is_add || flag.overruled.is_empty()).then_some(&*list);
        fail(plugins.settings, flag, message, value, mend, out);
    }
}
