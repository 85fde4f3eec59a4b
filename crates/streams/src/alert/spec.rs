//! Outputs as a command line names them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use http::Uri;

/// Where the local syslog listens.
const LOCAL_SYSLOG: &str = "/dev/log";

/// An output of alerts: `file=PATH`, `stdout`, `stdout=json`, `syslog`, `syslog=ADDRESS`, `webhook=URL`,
/// `alertmanager=URL`, `falcosidekick=URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertSpec {
    /// Standard output: a line of text each, or of JSON.
    Stdout {
        /// Whether it is JSON.
        json: bool,
    },
    /// A file to which a line of JSON is appended each.
    File(PathBuf),
    /// Syslog.
    Syslog(Syslog),
    /// An address to which each alert is posted as JSON, in Falco's form.
    Webhook(Uri),
    /// Alertmanager; its `/api/v2/alerts`.
    Alertmanager(Uri),
    /// falcosidekick.
    Falcosidekick(Uri),
}

/// Where syslog listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Syslog {
    /// A socket of this machine.
    Local(PathBuf),
    /// `HOST:PORT`, over UDP (RFC 5426).
    Udp(String),
    /// `HOST:PORT`, over TCP (RFC 6587, each message with its length before it).
    Tcp(String),
}

/// Why a text names no output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SpecError(String);

impl FromStr for AlertSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (word, to) = match text.split_once('=') {
            Some((word, to)) => (word, Some(to)),
            None => (text, None),
        };
        let needed = |what: &str| match to {
            Some(to) if !to.is_empty() => Ok(to),
            _ => Err(SpecError(format!("{word} needs {what}: {word}={what}"))),
        };
        Ok(match word {
            "stdout" => match to {
                None | Some("text") => Self::Stdout { json: false },
                Some("json") => Self::Stdout { json: true },
                Some(other) => {
                    return Err(SpecError(format!(
                        "{other:?} is no form of alerts; use stdout=text or stdout=json"
                    )));
                }
            },
            "file" => Self::File(needed("PATH")?.into()),
            "syslog" => Self::Syslog(syslog(to.unwrap_or(LOCAL_SYSLOG))?),
            "webhook" => Self::Webhook(url(needed("URL")?)?),
            "alertmanager" => Self::Alertmanager(alertmanager(url(needed("URL")?)?)),
            "falcosidekick" => Self::Falcosidekick(url(needed("URL")?)?),
            _ => {
                return Err(SpecError(format!(
                    "{word:?} is no output of alerts; use stdout, stdout=json, file=PATH, syslog, syslog=ADDRESS, webhook=URL, \
                     alertmanager=URL or falcosidekick=URL"
                )));
            }
        })
    }
}

fn syslog(to: &str) -> Result<Syslog, SpecError> {
    if to.starts_with('/') {
        return Ok(Syslog::Local(to.into()));
    }
    let (scheme, address) = to.split_once("://").unwrap_or(("udp", to));
    let is_address = address
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0));
    match scheme {
        "udp" if is_address => Ok(Syslog::Udp(address.to_owned())),
        "tcp" if is_address => Ok(Syslog::Tcp(address.to_owned())),
        _ => Err(SpecError(format!(
            "{to:?} is no address of syslog; use a socket (/dev/log), udp://HOST:PORT or tcp://HOST:PORT"
        ))),
    }
}

fn url(text: &str) -> Result<Uri, SpecError> {
    let wrong =
        || SpecError("this is no URL; write http://HOST:PORT/PATH or https://HOST:PORT/PATH".to_owned());
    let url: Uri = text.parse().map_err(|_| wrong())?;
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    if is_http && url.host().is_some_and(|host| !host.is_empty()) { Ok(url) } else { Err(wrong()) }
}

/// Adds the path of the API where only Alertmanager itself is named.
fn alertmanager(url: Uri) -> Uri {
    const PATH: &str = "/api/v2/alerts";
    let path = url.path().trim_end_matches('/');
    if path.ends_with(PATH) {
        return url;
    }
    let whole = format!("{path}{PATH}");
    let mut parts = url.clone().into_parts();
    parts.path_and_query = whole.parse().ok();
    Uri::from_parts(parts).unwrap_or(url)
}

impl fmt::Display for AlertSpec {
    /// Without user names, passwords and paths of URLs, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |f: &mut fmt::Formatter<'_>, word, url: &Uri| {
            let host = url.authority().map(http::uri::Authority::as_str).unwrap_or_default();
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            write!(f, "{word}={}://{host}", url.scheme_str().unwrap_or_default())
        };
        match self {
            Self::Stdout { json: false } => write!(f, "stdout"),
            Self::Stdout { json: true } => write!(f, "stdout=json"),
            Self::File(path) => write!(f, "file={}", path.display()),
            Self::Syslog(Syslog::Local(path)) => write!(f, "syslog={}", path.display()),
            Self::Syslog(Syslog::Udp(address)) => write!(f, "syslog=udp://{address}"),
            Self::Syslog(Syslog::Tcp(address)) => write!(f, "syslog=tcp://{address}"),
            Self::Webhook(to) => url(f, "webhook", to),
            Self::Alertmanager(to) => url(f, "alertmanager", to),
            Self::Falcosidekick(to) => url(f, "falcosidekick", to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_named_in_one_word() {
        for (text, shown) in [
            ("stdout", "stdout"),
            ("stdout=json", "stdout=json"),
            ("file=/var/log/a=b.json", "file=/var/log/a=b.json"),
            ("syslog", "syslog=/dev/log"),
            ("syslog=/run/log", "syslog=/run/log"),
            ("syslog=log:514", "syslog=udp://log:514"),
            ("syslog=tcp://[::1]:601", "syslog=tcp://[::1]:601"),
            ("webhook=https://user:secret@hook.example:8443/T0/secret", "webhook=https://hook.example:8443"),
            ("falcosidekick=http://falcosidekick:2801", "falcosidekick=http://falcosidekick:2801"),
            ("alertmanager=http://am:9093", "alertmanager=http://am:9093"),
        ] {
            assert_eq!(text.parse::<AlertSpec>().unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn the_path_of_alertmanager_s_api_is_known() {
        for url in ["http://am:9093", "http://am:9093/", "http://am:9093/api/v2/alerts"] {
            let AlertSpec::Alertmanager(url) = format!("alertmanager={url}").parse().unwrap() else {
                panic!()
            };
            assert_eq!(url, "http://am:9093/api/v2/alerts");
        }
        let AlertSpec::Alertmanager(url) = "alertmanager=http://a/prefix/".parse().unwrap() else { panic!() };
        assert_eq!(url, "http://a/prefix/api/v2/alerts");
    }

    #[test]
    fn mistakes_are_told_with_what_to_write() {
        for (text, said) in [
            ("mail=joe", "\"mail\" is no output of alerts; use stdout, stdout=json, file=PATH"),
            ("file", "file needs PATH: file=PATH"),
            ("webhook=", "webhook needs URL: webhook=URL"),
            ("webhook=ftp://x/", "this is no URL; write http://HOST:PORT/PATH"),
            ("webhook=hook", "this is no URL"),
            ("syslog=log", "\"log\" is no address of syslog"),
            ("syslog=tls://log:1", "\"tls://log:1\" is no address of syslog"),
            ("stdout=xml", "\"xml\" is no form of alerts"),
        ] {
            let error = text.parse::<AlertSpec>().unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
