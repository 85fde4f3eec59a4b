//! Which server is meant, and as whom: flags and kubeconfig together, as kubectl puts them together.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use ironsides_tree::{Map, Node};

use crate::connect::Connect;
use crate::environment::Environment;
use crate::error::ClusterError;
use crate::exec::Plugin;
use crate::kubeconfig::{Entry, Kubeconfig};
use crate::proxy;

/// Everything that is needed to ask a server.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) address: Uri,
    pub(crate) context: String,
    pub(crate) namespace: String,
    /// The authorities, in PEM.
    pub(crate) authorities: Option<Vec<u8>>,
    pub(crate) insecure: bool,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) proxy: Option<Uri>,
    pub(crate) disable_compression: bool,
    pub(crate) certificate: Option<Identity>,
    pub(crate) credentials: Credentials,
    /// `Impersonate-…` headers.
    pub(crate) impersonate: Vec<(String, String)>,
}

/// A client certificate and its key, in PEM.
pub(crate) type Identity = (Vec<u8>, Vec<u8>);

/// What a request is authorized with, beside a client certificate.
#[derive(Clone, Default)]
pub(crate) enum Credentials {
    #[default]
    None,
    Token(String),
    /// A file that is read again and again, and the token to use while it cannot be read.
    TokenFile(PathBuf, Option<String>),
    Basic(String, String),
    Plugin(Box<Plugin>),
    /// The `oidc` provider: its name and settings, refreshed by the client library.
    Provider(String, Vec<(String, String)>),
}

impl Settings {
    /// What these flags mean here.
    pub(crate) fn resolve(connect: &Connect, environment: &Environment) -> Result<Self, ClusterError> {
        let config = Kubeconfig::read(connect, environment)?;
        if config.is_empty()
            && connect.context.is_none()
            && connect.cluster.is_none()
            && connect.user.is_none()
        {
            if let Some(settings) = Self::of_pod(connect, environment)? {
                return settings.with_flags(connect, environment, None);
            }
            if connect.server.is_none() {
                let looked = if config.looked.is_empty() {
                    "there is no home folder to look for a kubeconfig in".to_owned()
                } else {
                    format!("there is no kubeconfig in {}", files(&config.looked))
                };
                return Err(ClusterError::NoKubeconfig { looked });
            }
        }
        Self::of_kubeconfig(&config, connect, environment)
    }

    /// The server of the pod that this runs in, with the token of its service account.
    fn of_pod(connect: &Connect, environment: &Environment) -> Result<Option<Self>, ClusterError> {
        let Some((host, port)) = environment.service.as_ref() else { return Ok(None) };
        let token = environment.account.join("token");
        if !token.is_file() || !connect.kubeconfig.is_empty() {
            return Ok(None);
        }
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let authorities = environment.account.join("ca.crt");
        let namespace = std::fs::read_to_string(environment.account.join("namespace")).unwrap_or_default();
        Ok(Some(Self {
            address: address(&format!("https://{host}:{port}"), true)?,
            namespace: namespace.trim().to_owned(),
            authorities: Some(read("the certificate authorities of the pod", &authorities)?),
            credentials: Credentials::TokenFile(token, None),
            ..Self::default()
        }))
    }

    fn of_kubeconfig(
        config: &Kubeconfig,
        connect: &Connect,
        environment: &Environment,
    ) -> Result<Self, ClusterError> {
        let none = Entry { root: Node::NULL, file: PathBuf::new() };
        let named = connect.context.as_ref().or(config.current.as_ref());
        let context = match named {
            Some(name) => match config.contexts.get(name) {
                Some(entry) => entry,
                None => return Err(unknown("context", name, String::new(), config, config.contexts.keys())),
            },
            None if connect.server.is_some() || connect.cluster.is_some() => &none,
            None => {
                let known = names(config.contexts.keys());
                return Err(ClusterError::NoCurrentContext { files: files(&config.looked), known });
            }
        };
        let by = |flag: Option<&String>| {
            let context = named.map(String::as_str).unwrap_or_default();
            if flag.is_some() { String::new() } else { format!(", which context {context:?} names") }
        };
        let cluster = match connect.cluster.clone().or(context.text(&["cluster"])?) {
            Some(name) => match config.clusters.get(&name) {
                Some(entry) => entry,
                None if connect.server.is_some() && connect.cluster.is_none() => &none,
                None => {
                    let by = by(connect.cluster.as_ref());
                    return Err(unknown("cluster", &name, by, config, config.clusters.keys()));
                }
            },
            None => &none,
        };
        let user_name = connect.user.clone().or(context.text(&["user"])?);
        let user = match &user_name {
            Some(name) => match config.users.get(name) {
                Some(entry) => entry,
                None if connect.user.is_none()
                    && (connect.token.is_some() || connect.client_certificate.is_some()) =>
                {
                    &none
                }
                None => {
                    let by = by(connect.user.as_ref());
                    return Err(unknown("user", name, by, config, config.users.keys()));
                }
            },
            None => &none,
        };
        let authorities = match cluster.text(&["certificate-authority-data"])? {
            Some(data) => Some(decode(cluster, "certificate-authority-data", &data)?),
            None => match cluster.path(&["certificate-authority"])? {
                Some(file) if connect.certificate_authority.is_none() => {
                    Some(read("the certificate authorities", &file)?)
                }
                _ => None,
            },
        };
        let insecure = cluster.flag(&["insecure-skip-tls-verify"])?.unwrap_or(false);
        if insecure && authorities.is_some() && connect.insecure_skip_tls_verify.is_none() {
            let what =
                "insecure-skip-tls-verify is set beside certificate authorities, and only one can be meant";
            return Err(ClusterError::Kubeconfig { file: cluster.file.clone(), what: what.into() });
        }
        let server = connect.server.clone().or(cluster.text(&["server"])?);
        let Some(server) = server else {
            let what = "the cluster has no server; name one with --server".to_owned();
            return Err(ClusterError::Kubeconfig { file: cluster.file.clone(), what });
        };
        let secure = authorities.is_some() || insecure || user.root.get("client-certificate").is_some();
        let settings = Self {
            address: address(&server, secure)?,
            context: named.cloned().unwrap_or_default(),
            namespace: context.text(&["namespace"])?.unwrap_or_else(|| "default".to_owned()),
            authorities,
            insecure,
            tls_server_name: cluster.text(&["tls-server-name"])?,
            disable_compression: cluster.flag(&["disable-compression"])?.unwrap_or(false),
            certificate: certificate(user, connect)?,
            credentials: credentials(user, user_name.as_deref(), cluster, &server, connect)?,
            impersonate: impersonation(user)?,
            proxy: None,
        };
        settings.with_flags(connect, environment, cluster.text(&["proxy-url"])?)
    }

    /// These settings with what flags change, wherever the rest came from.
    fn with_flags(
        mut self,
        connect: &Connect,
        environment: &Environment,
        proxy: Option<String>,
    ) -> Result<Self, ClusterError> {
        if let Some(server) = &connect.server {
            let secure = self.authorities.is_some()
                || self.insecure
                || self.certificate.is_some()
                || connect.certificate_authority.is_some()
                || connect.insecure_skip_tls_verify == Some(true);
            self.address = address(server, secure)?;
        }
        if let Some(token) = connect.token.as_ref().filter(|token| !token.is_empty()) {
            self.credentials = Credentials::Token(token.trim().to_owned());
        }
        if let Some(file) = &connect.certificate_authority {
            self.authorities = Some(read("the certificate authorities", file)?);
        }
        match connect.insecure_skip_tls_verify {
            Some(true) => {
                if connect.certificate_authority.is_some() {
                    let what = "--insecure-skip-tls-verify and --certificate-authority cannot both be meant";
                    return Err(ClusterError::Setting(what.into()));
                }
                self.insecure = true;
            }
            Some(false) => self.insecure = false,
            None if connect.certificate_authority.is_some() => self.insecure = false,
            None => {}
        }
        if let Some(name) = &connect.tls_server_name {
            self.tls_server_name = Some(name.clone());
        }
        if let Some(namespace) = &connect.namespace {
            self.namespace.clone_from(namespace);
        }
        if self.namespace.is_empty() {
            "default".clone_into(&mut self.namespace);
        }
        self.proxy = proxy::of(connect.proxy_url.clone().or(proxy), &self.address, environment)?;
        self.impersonate(connect)?;
        Ok(self)
    }

    /// Whom the flags say to impersonate. A user named by a flag takes the place of everything the kubeconfig says.
    fn impersonate(&mut self, connect: &Connect) -> Result<(), ClusterError> {
        if let Some(user) = connect.as_user.as_ref().filter(|user| !user.is_empty()) {
            self.impersonate.retain(|(name, _)| name != "Impersonate-User");
            self.impersonate.insert(0, ("Impersonate-User".into(), user.clone()));
        }
        if !connect.as_groups.is_empty() {
            self.impersonate.retain(|(name, _)| name != "Impersonate-Group");
            let groups =
                connect.as_groups.iter().map(|group| ("Impersonate-Group".to_owned(), group.clone()));
            self.impersonate.extend(groups);
        }
        if let Some(uid) = connect.as_uid.as_ref().filter(|uid| !uid.is_empty()) {
            self.impersonate.retain(|(name, _)| name != "Impersonate-Uid");
            self.impersonate.push(("Impersonate-Uid".into(), uid.clone()));
        }
        for extra in &connect.as_user_extra {
            let Some((key, value)) = extra.split_once('=').filter(|(key, _)| !key.is_empty()) else {
                return Err(ClusterError::Setting(format!(
                    "--as-user-extra {extra:?} must be of the form key=value"
                )));
            };
            self.impersonate.push((extra_header(key), value.to_owned()));
        }
        if !self.impersonate.is_empty()
            && !self.impersonate.iter().any(|(name, _)| name == "Impersonate-User")
        {
            let what =
                "groups, a uid or extra attributes can only be impersonated together with a user: add --as";
            return Err(ClusterError::Setting(what.into()));
        }
        Ok(())
    }
}

/// The header of an extra attribute: what may not stand in a header's name is written as `%` and two digits, as the
/// server reads it. Go's rule, after RFC 7230: letters, digits and some signs stay.
fn extra_header(key: &str) -> String {
    let mut header = String::from("Impersonate-Extra-");
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte) {
            header.push(char::from(byte));
        } else {
            _ = write!(header, "%{byte:02X}");
        }
    }
    header
}

fn impersonation(user: &Entry) -> Result<Vec<(String, String)>, ClusterError> {
    let mut headers = Vec::new();
    headers.extend(user.text(&["as"])?.map(|user| ("Impersonate-User".to_owned(), user)));
    headers.extend(user.text(&["as-uid"])?.map(|uid| ("Impersonate-Uid".to_owned(), uid)));
    headers
        .extend(user.texts(&["as-groups"])?.into_iter().map(|group| ("Impersonate-Group".to_owned(), group)));
    for (key, _) in user.root.get("as-user-extra").and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        for value in user.texts(&["as-user-extra", key])? {
            headers.push((extra_header(key), value));
        }
    }
    Ok(headers)
}

fn certificate(user: &Entry, connect: &Connect) -> Result<Option<Identity>, ClusterError> {
    let one = |flag: Option<&PathBuf>, data: &str, path: &str, what: &'static str| {
        if let Some(file) = flag {
            return read(what, file).map(Some);
        }
        if let Some(text) = user.text(&[data])? {
            return decode(user, data, &text).map(Some);
        }
        user.path(&[path])?.map(|file| read(what, &file)).transpose()
    };
    let chain = one(
        connect.client_certificate.as_ref(),
        "client-certificate-data",
        "client-certificate",
        "the client certificate",
    )?;
    let key = one(connect.client_key.as_ref(), "client-key-data", "client-key", "the client key")?;
    match (chain, key) {
        (Some(chain), Some(key)) => Ok(Some((chain, key))),
        (None, None) => Ok(None),
        (chain, _) => {
            let (there, missing) =
                if chain.is_some() { ("client certificate", "key") } else { ("client key", "certificate") };
            let what = format!("there is a {there} without a {missing}; name it with --client-{missing}");
            Err(ClusterError::Setting(what))
        }
    }
}

fn credentials(
    user: &Entry,
    name: Option<&str>,
    cluster: &Entry,
    server: &str,
    connect: &Connect,
) -> Result<Credentials, ClusterError> {
    if connect.token.is_some() {
        return Ok(Credentials::None);
    }
    let token = user.text(&["token"])?.map(|token| token.trim().to_owned());
    if let Some(file) = user.path(&["tokenFile"])? {
        return Ok(Credentials::TokenFile(file, token));
    }
    if let Some(token) = token {
        return Ok(Credentials::Token(token));
    }
    if let Some(username) = user.text(&["username"])? {
        return Ok(Credentials::Basic(username, user.text(&["password"])?.unwrap_or_default()));
    }
    if user.root.get("exec").is_some_and(|exec| !exec.is_null()) {
        let plugin = Plugin::of(user, name.unwrap_or_default(), cluster, server)?;
        return Ok(Credentials::Plugin(Box::new(plugin)));
    }
    let Some(provider) = user.text(&["auth-provider", "name"])? else { return Ok(Credentials::None) };
    if provider != "oidc" {
        let what = format!(
            "its authentication provider {provider:?} is no longer supported; use a credential plugin"
        );
        return Err(ClusterError::Kubeconfig { file: user.file.clone(), what });
    }
    let mut settings = Vec::new();
    let map = user.root.at(&["auth-provider", "config"]).and_then(Node::as_map);
    for (key, _) in map.into_iter().flat_map(Map::iter) {
        let value = user.text(&["auth-provider", "config", key])?.unwrap_or_default();
        settings.push((key.to_owned(), value));
    }
    Ok(Credentials::Provider(provider, settings))
}

/// The address of a server, with the scheme that kubectl assumes where there is none.
fn address(server: &str, secure: bool) -> Result<Uri, ClusterError> {
    let scheme = if secure { "https" } else { "http" };
    let full = if server.contains("://") { server.to_owned() } else { format!("{scheme}://{server}") };
    let wrong = |why: String| ClusterError::Setting(format!("the server {server:?} is no address: {why}"));
    let address: Uri = full.trim_end_matches('/').parse().map_err(|error| wrong(format!("{error}")))?;
    match address.scheme_str() {
        Some("http" | "https") if address.host().is_some_and(|host| !host.is_empty()) => Ok(address),
        _ => Err(wrong("it must be http:// or https:// and a host".into())),
    }
}

fn decode(entry: &Entry, field: &str, text: &str) -> Result<Vec<u8>, ClusterError> {
    let compact: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(compact).map_err(|error| ClusterError::Kubeconfig {
        file: entry.file.clone(),
        what: format!("{field} is no base64: {error}"),
    })
}

fn read(what: &'static str, file: &Path) -> Result<Vec<u8>, ClusterError> {
    std::fs::read(file).map_err(|error| ClusterError::File {
        what,
        file: file.to_owned(),
        why: error.to_string(),
    })
}

fn files(looked: &[PathBuf]) -> String {
    let names: Vec<String> = looked.iter().map(|file| file.display().to_string()).collect();
    if names.is_empty() { "no kubeconfig".to_owned() } else { names.join(", ") }
}

fn names<'a>(known: impl Iterator<Item = &'a String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    match known.len() {
        0 => "there are none".to_owned(),
        1..=12 => format!("there are {}", known.join(", ")),
        count => {
            format!("there are {} and {} more", known.get(..10).unwrap_or_default().join(", "), count - 10)
        }
    }
}

fn unknown<'a>(
    what: &'static str,
    name: &str,
    by: String,
    config: &Kubeconfig,
    known: impl Iterator<Item = &'a String>,
) -> ClusterError {
    ClusterError::Unknown {
        what,
        name: name.to_owned(),
        files: files(&config.looked),
        by,
        known: names(known),
    }
}

#[cfg(test)]
mod tests;
