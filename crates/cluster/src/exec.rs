//! Credential plugins: programs that a kubeconfig names, which print a token or a certificate.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use ironsides_tree::{Node, Text, Value, print};

use crate::error::ClusterError;
use crate::kubeconfig::Entry;
use crate::settings::Identity;

const GROUP: &str = "client.authentication.k8s.io";

/// A credential plugin, as a kubeconfig names it.
#[derive(Clone)]
pub(crate) struct Plugin {
    api_version: String,
    /// The program: a name that is looked for in `$PATH`, or a path.
    command: OsString,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    hint: Option<String>,
    interactive: Interactive,
    /// What the plugin is told of the cluster, where it wants to know.
    cluster: Option<Node>,
    user: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interactive {
    Never,
    IfAvailable,
    Always,
}

/// What a plugin printed.
#[derive(Clone, Default)]
pub(crate) struct Credential {
    pub(crate) token: Option<String>,
    pub(crate) certificate: Option<Identity>,
    /// Until when it is good, as it was printed.
    pub(crate) expires: Option<SystemTime>,
}

impl Plugin {
    /// The plugin that a user's entry names.
    pub(crate) fn of(user: &Entry, name: &str, cluster: &Entry, server: &str) -> Result<Self, ClusterError> {
        let wrong = |what: String| ClusterError::Kubeconfig { file: user.file.clone(), what };
        let api_version = user.text(&["exec", "apiVersion"])?.unwrap_or_default();
        let known = ["v1", "v1beta1"].iter().any(|version| api_version == format!("{GROUP}/{version}"));
        if !known {
            return Err(wrong(format!(
                "the credential plugin of user {name:?} has apiVersion {api_version:?}, and must have {GROUP}/v1 or v1beta1; \
                 install a newer plugin and make the kubeconfig anew"
            )));
        }
        let Some(command) = user.text(&["exec", "command"])? else {
            return Err(wrong(format!("the credential plugin of user {name:?} has no command")));
        };
        let interactive = match user.text(&["exec", "interactiveMode"])?.as_deref() {
            Some("Never") => Interactive::Never,
            Some("IfAvailable") => Interactive::IfAvailable,
            Some("Always") => Interactive::Always,
            None if api_version.ends_with("/v1beta1") => Interactive::IfAvailable,
            _ => {
                return Err(wrong(format!(
                    "the credential plugin of user {name:?} must have an interactiveMode: Never, IfAvailable or Always"
                )));
            }
        };
        let mut environment = Vec::new();
        for item in user.root.at(&["exec", "env"]).map(Node::items).unwrap_or_default() {
            let text = |key| item.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
            environment.push((text("name"), text("value")));
        }
        let is_path = command.contains('/');
        let tell = user.flag(&["exec", "provideClusterInfo"])?.unwrap_or(false);
        Ok(Self {
            api_version,
            command: if is_path { user.folder().join(&command).into() } else { command.into() },
            arguments: user.texts(&["exec", "args"])?,
            environment,
            hint: user.text(&["exec", "installHint"])?,
            interactive,
            cluster: if tell { Some(told(cluster, server)?) } else { None },
            user: name.to_owned(),
        })
    }

    /// Runs the plugin. `terminal` says whether somebody can answer its questions; where nobody can, what it writes to
    /// its standard error is part of the error, and it is given up after `limit`.
    pub(crate) async fn run(
        &self,
        terminal: bool,
        limit: Option<Duration>,
    ) -> Result<Credential, ClusterError> {
        if self.interactive == Interactive::Always && !terminal {
            return Err(self.failed("it asks questions, and the standard input is no terminal".into()));
        }
        let interactive = terminal && self.interactive != Interactive::Never;
        let mut command = tokio::process::Command::new(&self.command);
        command.args(&self.arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("KUBERNETES_EXEC_INFO", self.info(interactive));
        command.stdin(if interactive { Stdio::inherit() } else { Stdio::null() });
        // Somebody who is asked to log in must see where.
        command.stderr(if interactive { Stdio::inherit() } else { Stdio::piped() });
        command.stdout(Stdio::piped());
        command.kill_on_drop(true);
        let output = async { command.spawn()?.wait_with_output().await };
        let output = match limit.filter(|_| !interactive) {
            Some(limit) => tokio::time::timeout(limit, output).await.map_err(|_| {
                let after = limit.as_secs_f32();
                self.failed(format!(
                    "it gave no answer within {after} s; try it by hand, or a longer --request-timeout"
                ))
            })?,
            None => output.await,
        };
        let output = output.map_err(|error| {
            let hint = self.hint.as_ref().map(|hint| format!(": {}", hint.trim())).unwrap_or_default();
            match error.kind() {
                std::io::ErrorKind::NotFound => self.failed(format!("it is not installed{hint}")),
                _ => self.failed(format!("it cannot be started: {error}")),
            }
        })?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.trim();
            let words = if words.is_empty() { String::new() } else { format!(": {words}") };
            let status = output
                .status
                .code()
                .map_or_else(|| "it was killed".to_owned(), |code| format!("it ended with exit code {code}"));
            return Err(self.failed(format!("{status}{words}")));
        }
        self.read(&output.stdout)
    }

    fn failed(&self, why: String) -> ClusterError {
        let command = Path::new(&self.command).display().to_string();
        ClusterError::Plugin { command, user: self.user.clone(), why }
    }

    /// What the plugin is told, in `$KUBERNETES_EXEC_INFO`.
    fn info(&self, interactive: bool) -> String {
        let mut spec = vec![("interactive", Node::bare(Value::Bool(interactive)))];
        spec.extend(self.cluster.clone().map(|cluster| ("cluster", cluster)));
        print::json(&map([
            ("kind", text("ExecCredential")),
            ("apiVersion", text(&self.api_version)),
            ("spec", map(spec)),
        ]))
    }

    /// Reads what the plugin printed.
    fn read(&self, output: &[u8]) -> Result<Credential, ClusterError> {
        let printed = String::from_utf8_lossy(output);
        let root = ironsides_tree::parse_one(&printed)
            .map_err(|error| self.failed(format!("what it printed is no ExecCredential: {error}")))?;
        let version = root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        if version != self.api_version {
            let expected = &self.api_version;
            return Err(
                self.failed(format!("it printed apiVersion {version:?} where {expected:?} was asked for"))
            );
        }
        let field = |key| root.at(&["status", key]).and_then(Node::as_str).filter(|text| !text.is_empty());
        let token = field("token").map(str::to_owned);
        let certificate = match (field("clientCertificateData"), field("clientKeyData")) {
            (Some(chain), Some(key)) => Some((chain.as_bytes().to_vec(), key.as_bytes().to_vec())),
            (None, None) => None,
            _ => {
                return Err(
                    self.failed("it printed a certificate without a key, or a key without one".into())
                );
            }
        };
        if token.is_none() && certificate.is_none() {
            return Err(self.failed("it printed neither a token nor a certificate".into()));
        }
        let expires = match field("expirationTimestamp") {
            Some(text) => Some(moment(text).ok_or_else(|| {
                self.failed(format!("it printed {text:?} as the time at which its credential expires"))
            })?),
            None => None,
        };
        Ok(Credential { token, certificate, expires })
    }
}

/// What a plugin is told of the cluster, after the API's own field names.
fn told(cluster: &Entry, server: &str) -> Result<Node, ClusterError> {
    let mut fields = vec![("server", text(server))];
    for (from, to) in [("tls-server-name", "tls-server-name"), ("proxy-url", "proxy-url")] {
        fields.extend(cluster.text(&[from])?.map(|value| (to, text(&value))));
    }
    for flag in ["insecure-skip-tls-verify", "disable-compression"] {
        fields.extend(cluster.flag(&[flag])?.filter(|on| *on).map(|on| (flag, Node::bare(Value::Bool(on)))));
    }
    let data = match cluster.text(&["certificate-authority-data"])? {
        Some(data) => Some(data),
        None => cluster.path(&["certificate-authority"])?.and_then(|file| {
            use base64::Engine as _;
            let bytes = std::fs::read(file).ok()?;
            Some(base64::engine::general_purpose::STANDARD.encode(bytes))
        }),
    };
    fields.extend(data.map(|data| ("certificate-authority-data", text(&data))));
    let extensions = cluster.root.get("extensions").map(Node::items).unwrap_or_default();
    let config = extensions
        .iter()
        .find(|item| item.get("name").and_then(Node::as_str) == Some("client.authentication.k8s.io/exec"));
    fields.extend(config.and_then(|item| item.get("extension")).map(|config| ("config", config.clone())));
    Ok(map(fields))
}

fn text(text: &str) -> Node {
    Node::bare(text.into())
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Node)>) -> Node {
    let map = fields.into_iter().map(|(key, value)| (Text::new(key), value)).collect();
    Node::bare(Value::Map(std::sync::Arc::new(map)))
}

/// A moment as RFC 3339 writes it.
fn moment(text: &str) -> Option<SystemTime> {
    let time: k8s_openapi::jiff::Timestamp = text.parse().ok()?;
    Some(time.into())
}
