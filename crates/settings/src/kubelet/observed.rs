//! What can be seen of a kubelet from outside.

use std::net::IpAddr;

use super::apply;
use super::check::Certificate;
use super::gates::Gates;
use super::state::State;
use super::tls;

/// What can be seen of a kubelet from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The sockets that listen, sorted: `127.0.0.1:10248`, `[::]:10250`.
    pub listening: Vec<String>,
    /// The server on the secure port; `None` where there is none.
    pub server: Option<Server>,
    /// The read-only port, where it is open.
    pub read_only: Option<ReadOnly>,
    /// Whether health is told without questions on the port for it.
    pub healthz: bool,
}

/// The server on the secure port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its port.
    pub port: u16,
    /// How it answers without credentials, by path.
    pub anonymous: [(&'static str, Status); 5],
    /// How it answers a client certificate of a cluster administrator on `/configz`.
    pub certificate: Status,
    /// How it answers a bearer token of one.
    pub token: Status,
    /// Whether `/flagz` is served.
    pub flagz: bool,
    /// Whether `/statusz` is served.
    pub statusz: bool,
    /// The TLS versions that it takes: `1.2`, `1.3`.
    pub versions: Vec<&'static str>,
    /// The cipher suites of TLS 1.2 that it takes with an RSA key.
    pub ciphers: Vec<&'static str>,
    /// Whether the cluster signs its certificate, which then has an elliptic key.
    pub requested: bool,
    /// Whether it signed its certificate itself.
    pub self_signed: bool,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A status of HTTP.
    Code(u16),
    /// No answer: there is no certificate to shake hands with.
    Refused,
}

/// The read-only port: it answers everybody, but not everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOnly {
    /// The port.
    pub port: u16,
}

/// The paths asked for without credentials.
const PATHS: [&str; 5] = ["/configz", "/healthz", "/metrics", "/pods", "/run/"];

impl Observed {
    pub(super) fn of(state: &State, gates: &Gates, certificate: Certificate, client: bool) -> Self {
        let port = |path: &str| u16::try_from(state.int(path)).ok().filter(|&port| port > 0);
        let server = port("port").filter(|_| state.bool("enableServer"));
        let read_only = port("readOnlyPort");
        let bind = state.text("healthzBindAddress");
        let bound = apply::address(bind).is_some() || bind == "localhost";
        // The read-only port is opened first.
        let healthz = port("healthzPort").filter(|_| bound).filter(|&port| read_only != Some(port));
        let mut listening: Vec<String> = Vec::new();
        listening.extend(server.map(|port| socket(state.text("address"), port)));
        listening.extend(read_only.map(|port| socket(state.text("address"), port)));
        listening.extend(healthz.map(|port| socket(bind, port)));
        listening.sort();
        Self {
            listening,
            server: server.map(|port| Server::of(state, gates, certificate, client, port)),
            read_only: read_only.map(|port| ReadOnly { port }),
            healthz: healthz.is_some(),
        }
    }
}

impl Server {
    fn of(state: &State, gates: &Gates, certificate: Certificate, _client: bool, port: u16) -> Self {
        let debugging = state.bool("enableDebuggingHandlers");
        let anonymous = state.bool("authentication.anonymous.enabled");
        let allowed = state.text("authorization.mode") == "AlwaysAllow";
        let status = |path: &str, known: bool, administrator: bool| {
            if certificate == Certificate::Broken {
                return Status::Refused;
            }
            Status::Code(match path {
                // It is not even registered then.
                "/configz" if !debugging => 404,
                _ if !known && !anonymous => 401,
                _ if !(allowed || (known && administrator)) => 403,
                "/run/" if debugging => 404,
                "/run/" => 405,
                _ => 200,
            })
        };
        let broken = certificate == Certificate::Broken;
        let cipher_list = || state.texts("tlsCipherSuites");
        let versions = tls::versions(state.text("tlsMinVersion")).unwrap_or_default();
        let elliptic = certificate == Certificate::Requested;
        let old = versions.iter().any(|version| *version != "1.3");
        Self {
            port,
            anonymous: PATHS.map(|path| (path, status(path, false, false))),
            certificate: status("/configz", !state.text("authentication.x509.clientCAFile").is_empty(), true),
            token: status("/configz", state.bool("authentication.webhook.enabled"), true),
            flagz: gates.is_on("ComponentFlagz"),
            statusz: gates.is_on("ComponentStatusz"),
            versions: if broken { Vec::new() } else { versions },
            ciphers: if broken || !old { Vec::new() } else { tls::accepted(cipher_list(), elliptic) },
            requested: elliptic,
            self_signed: certificate == Certificate::SelfSigned,
        }
    }
}

/// A socket as it is listed. The address of all is that of IPv6, which takes IPv4 too.
fn socket(address: &str, port: u16) -> String {
    match apply::address(address) {
        Some(IpAddr::V4(address)) if !address.is_unspecified() => format!("{address}:{port}"),
        Some(IpAddr::V6(address)) if !address.is_unspecified() => format!("[{address}]:{port}"),
        None if address == "localhost" => format!("127.0.0.1:{port}"),
        _ => format!("[::]:{port}"),
    }
}
