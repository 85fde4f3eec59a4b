//! Questions about settings that checks of several components ask in the same way.

use ironsides_core::HostPlace;
use ironsides_settings::{Component, Known, Place, Setting, Settings, Versions};

use crate::node::set_flag;
use crate::out::{Draft, Out};

/// How a finding about a setting is closed in a manifest.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mend {
    /// By an edit that no program could mind.
    Safe,
    /// By an edit; what to try first.
    Test(&'static str),
    /// By a person.
    No,
}

/// A switch that is to be on, or off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switch {
    pub(crate) key: &'static str,
    pub(crate) wanted: bool,
    /// What the other state means, in one sentence without a full stop.
    pub(crate) why: &'static str,
    pub(crate) mend: Mend,
}

impl Switch {
    pub(crate) fn judge(&self, settings: &Settings, out: &mut Out<'_>) {
        let Some(setting) = out.get(settings, self.key) else { return };
        let (name, why) = (named(settings, self.key), self.why);
        let is_on = setting.is_on().or(setting.text().is_none().then_some(false));
        if is_on == Some(self.wanted) {
            return out.pass_setting(&setting);
        }
        let message = match (is_on, &setting.raw) {
            (None, Some(raw)) => not_read(settings, &name, raw, "boolean"),
            (Some(true), Some(_)) => format!("{name} is on: {why}"),
            (_, Some(_)) => format!("{name} is off: {why}"),
            (Some(true), None) => format!("{name} is not set, and on by default: {why}"),
            (_, None) => format!("{name} is not set, and off by default: {why}"),
        };
        let value = if self.wanted { "true" } else { "false" };
        fail(settings, &setting, message, Some(value), self.mend, out);
    }
}

/// Settings that must have a value: paths of certificates, say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needed {
    pub(crate) keys: &'static [&'static str],
    /// What their absence means, in one sentence without a full stop.
    pub(crate) why: &'static str,
}

impl Needed {
    pub(crate) fn judge(&self, settings: &Settings, out: &mut Out<'_>) {
        for key in self.keys {
            let Some(setting) = out.get(settings, key) else { continue };
            if setting.text().is_some() {
                out.pass_setting(&setting);
            } else {
                let message = format!("{} is not set: {}", named(settings, key), self.why);
                out.fail_setting(settings, &setting, message);
            }
        }
    }
}

/// A flag that must not be given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unwanted {
    pub(crate) key: &'static str,
    /// What it does, in one sentence without a full stop.
    pub(crate) why: &'static str,
}

impl Unwanted {
    pub(crate) fn judge(&self, settings: &Settings, out: &mut Out<'_>) {
        let Some(setting) = out.get(settings, self.key) else { return };
        if setting.text().is_none() {
            return out.pass_setting(&setting);
        }
        let message = format!("{} is given: {}", named(settings, self.key), self.why);
        out.fail_setting(settings, &setting, message);
    }
}

/// An address to listen on that must be reachable on the node alone.
pub(crate) fn judge_loopback(settings: &Settings, key: &str, why: &str, out: &mut Out<'_>) {
    let Some(setting) = out.get(settings, key) else { return };
    let address = setting.text().unwrap_or_default().into_owned();
    if is_loopback(&address) {
        return out.pass_setting(&setting);
    }
    let name = named(settings, key);
    let message = if setting.is_given() {
        format!("{name} is {address}: {why}")
    } else {
        format!("{name} is not set, and {address} by default: {why}")
    };
    let test = "see that whatever reads its metrics runs on the node, or sets --bind-address on purpose";
    fail(settings, &setting, message, Some("127.0.0.1"), Mend::Test(test), out);
}

/// Whether an address, or the host of `HOST:PORT`, is reachable on its own host alone.
pub(crate) fn is_loopback(address: &str) -> bool {
    let host = match address.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if address.matches(':').count() == 1 => address.split(':').next().unwrap_or_default(),
        None => address,
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The suites of TLS 1.2 that keep past traffic secret when a key leaks and that authenticate what they encrypt, under all
/// names that Go has for them (<https://pkg.go.dev/crypto/tls#pkg-constants>); and those of TLS 1.3, which are always on and
/// may be named all the same.
pub(crate) const STRONG_SUITES: [&str; 11] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/// The list that closes a finding about suites: what HTTP/2 asks of every client, for both kinds of keys.
const SUITES_TO_SET: &str = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";

/// The suites that a component serves with. With TLS 1.3 as the least version there is nothing to choose.
pub(crate) fn judge_suites(settings: &Settings, key: &str, least: &str, out: &mut Out<'_>) {
    let Some(version) = out.get(settings, least) else { return };
    if version.text().is_some_and(|version| matches!(&*version, "VersionTLS13" | "TLS1.3")) {
        return out.pass_setting(&version);
    }
    let Some(setting) = out.get(settings, key) else { return };
    let name = named(settings, key);
    let suites = setting.list();
    let weak: Vec<&str> =
        suites.iter().map(String::as_str).filter(|suite| !STRONG_SUITES.contains(suite)).collect();
    let message = if suites.is_empty() {
        format!("{name} is not set: the defaults of Go hold, which have suites with CBC for old clients")
    } else if let [first, rest @ ..] = &*weak {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        format!("{name} has {first}{more}, which an attacker between client and server can make use of")
    } else {
        return out.pass_setting(&setting);
    };
    let test =
        "see that every client speaks TLS 1.2 with AES-GCM or ChaCha20, which those of the last ten years do";
    fail(settings, &setting, message, Some(SUITES_TO_SET), Mend::Test(test), out);
}

/// The least version of TLS, which must not be lower than 1.2.
pub(crate) fn judge_tls_version(settings: &Settings, key: &str, out: &mut Out<'_>) {
    let Some(setting) = out.get(settings, key) else { return };
    let version = setting.text().unwrap_or_default().into_owned();
    let is_etcd = settings.component() == Component::Etcd;
    let (old, known): (&[&str], &[&str]) = if is_etcd {
        (&["TLS1.0", "TLS1.1"], &["TLS1.2", "TLS1.3"])
    } else {
        // Not set is 1.2, by Go's own default for servers.
        (&["VersionTLS10", "VersionTLS11"], &["", "VersionTLS12", "VersionTLS13"])
    };
    if known.contains(&&*version) || is_etcd && version.is_empty() {
        return out.pass_setting(&setting);
    }
    let name = named(settings, key);
    let message = if old.contains(&&*version) {
        format!("{name} is {version}: what is wrong with TLS before 1.2 is public")
    } else {
        not_read(settings, &name, &version, "version of TLS")
    };
    let value = if is_etcd { "TLS1.2" } else { "VersionTLS12" };
    let test = "see that no client is so old that it knows no TLS 1.2";
    fail(settings, &setting, message, Some(value), Mend::Test(test), out);
}

/// What a setting is called: a flag with its dashes, a path of a configuration without.
pub(crate) fn named(settings: &Settings, key: &str) -> String {
    match settings.component() {
        Component::Kubelet | Component::KubeProxy => key.to_owned(),
        _ => format!("--{key}"),
    }
}

/// A value that is not what it should be: the component does not start with it.
pub(crate) fn not_read(settings: &Settings, name: &str, raw: &str, kind: &str) -> String {
    format!("{name} is \"{raw}\", which is no {kind}: {} does not start with it", settings.component())
}

/// A setting is not as it should be, and would be with another value.
pub(crate) fn fail<'o>(
    settings: &Settings,
    setting: &Setting,
    message: String,
    value: Option<&str>,
    mend: Mend,
    out: &'o mut Out<'_>,
) -> &'o mut Draft {
    let edit = value.and_then(|value| set_flag(settings, setting, value));
    let draft = out.fail_setting(settings, setting, message);
    let Some((edit, value)) = edit.zip(value) else { return draft };
    let shown = if value.len() > 60 { "what HTTP/2 asks of every client" } else { value };
    let summary = format!("set {} to {shown}", named(settings, &setting.key));
    match mend {
        Mend::Safe => draft.safe_fix(summary, || [edit]),
        Mend::Test(test) => draft.unsafe_fix(summary, test, || [edit]),
        Mend::No => draft,
    }
}

/// Flags that a component does not know. Of a version that is known its own table decides; of others the flags that the
/// newest no longer knows, each with what has come in its place.
pub(crate) fn judge_removed(settings: &Settings, removed: &[(&str, &str)], out: &mut Out<'_>) {
    let component = settings.component();
    // What runs has been taken; that its manifest names another version is another matter.
    let runs = matches!(settings.place(), Place::Host(HostPlace::Process { .. }));
    let minor = settings.minor().filter(|minor| Versions::RANGE.contains(minor));
    let mut any = false;
    for key in settings.given() {
        let instead = removed.iter().find(|(old, _)| *old == key).map(|(_, instead)| *instead);
        let known = minor.map(|minor| (minor, component.knows(key, minor)));
        let why = match (known, instead) {
            (Some((_, Known::Yes)), _) => continue,
            (_, Some(instead)) => format!("which {component} no longer knows: {instead}"),
            (Some((minor, Known::From(since))), _) if !runs => {
                format!("which {component} knows from 1.{since} on, and this is 1.{minor}: it will not start")
            }
            (Some((minor, Known::Until(last))), _) if !runs => {
                format!("which {component} knew until 1.{last}, and this is 1.{minor}: it will not start")
            }
            (Some((minor, Known::Never)), _) if !runs => {
                // Flags that are kept for old times' sake can be missing from a component's help.
                let Ok(setting) = settings.get(key) else { continue };
                any = true;
                let message = format!(
                    "--{key} is given, which {component} of 1.{minor} does not list: it may be misspelt, and then \
                     it will not start"
                );
                let fact = out.setting(&setting);
                out.manual_with(fact, key, message, format!("{component} --help"));
                continue;
            }
            _ => continue,
        };
        let Ok(setting) = settings.get(key) else { continue };
        any = true;
        out.fail_setting(settings, &setting, format!("--{key} is given, {why}"));
    }
    // A flag that stands where nobody looked is one; asked once for all.
    if let Some((key, _)) = removed.first().filter(|_| !any)
        && let Some(setting) = out.get(settings, key)
    {
        out.pass_setting(&setting);
    }
}
