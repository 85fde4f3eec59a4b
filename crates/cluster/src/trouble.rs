//! What goes wrong between a client and its server.

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

use rustls::CertificateError;

/// Why a request got no usable answer. Its text is the rest of a sentence: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The name of the server has no address.
    UnknownHost,
    /// Nobody listens there.
    Refused,
    /// No connection can be made.
    Unreachable(String),
    /// No answer came in time.
    TimedOut(Duration),
    /// The connection broke before the answer was complete.
    Broken(String),
    /// The server's certificate is not accepted.
    Certificate(String),
    /// The TLS handshake failed for another reason.
    Tls(String),
    /// The server refused the request.
    Status(Status),
    /// The answer is not what an API server sends.
    Malformed(String),
    /// There are no credentials to send: a token file that cannot be read, a plugin that fails.
    Credentials(String),
    /// Anything else.
    Other(String),
}

/// An error that the server answered with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The HTTP status code.
    pub code: u16,
    /// The machine-readable reason: `Forbidden`, `Expired`, ….
    pub reason: String,
    /// The server's own words.
    pub message: String,
    /// How long to wait before asking again, where the server says so.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost => {
                f.write_str("its host name has no address; check the server's name, and DNS or the VPN")
            }
            Self::Refused => {
                f.write_str("nothing listens there (connection refused); check the address and port")
            }
            Self::Unreachable(why) => write!(f, "no connection can be made ({why}); check the network"),
            Self::TimedOut(after) => {
                write!(f, "no answer within {} s; try a longer --request-timeout", after.as_secs_f32())
            }
            Self::Broken(why) => write!(f, "the connection broke before the answer was complete ({why})"),
            Self::Tls(why) => {
                write!(f, "TLS cannot be set up ({why}); is it an https address, and the right port?")
            }
            Self::Status(status) => status.fmt(f),
            Self::Malformed(why) => write!(f, "the answer is not an API server's: {why}"),
            Self::Certificate(why) | Self::Credentials(why) | Self::Other(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            401 => f.write_str(
                "it does not accept these credentials (401): a token or client certificate that has expired, or is of \
                 another cluster; log in again",
            ),
            429 => f.write_str("it is overloaded and asked to wait (429), several times"),
            code => {
                write!(f, "it answered {code}")?;
                if self.message.is_empty() { Ok(()) } else { write!(f, " ({})", self.message.trim_end()) }
            }
        }
    }
}

/// An error and what caused it, from the outside in.
fn chain(error: &kube::Error) -> Vec<&(dyn Error + 'static)> {
    let mut chain: Vec<&(dyn Error + 'static)> = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        chain.push(error);
        // An I/O error may wrap another error instead of naming it as its source.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    chain
}

impl Trouble {
    /// The status code, where the server answered.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status.code),
            _ => None,
        }
    }

    /// Whether the same request may well succeed a moment later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Broken(_) | Self::TimedOut(_) => true,
            Self::Status(status) => matches!(status.code, 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// What an error of the client stands for.
    pub(crate) fn of(error: &kube::Error) -> Self {
        let chain = chain(error);
        let tls = chain.iter().find_map(|error| error.downcast_ref::<rustls::Error>());
        if let Some(error) = tls {
            return Self::of_tls(error);
        }
        let texts: Vec<String> = chain.iter().map(ToString::to_string).collect();
        let last = texts.last().cloned().unwrap_or_default();
        if texts.iter().any(|text| text.contains("dns error")) {
            return Self::UnknownHost;
        }
        let kind = chain.iter().find_map(|error| error.downcast_ref::<std::io::Error>());
        match kind.map(std::io::Error::kind) {
            Some(ErrorKind::ConnectionRefused) => return Self::Refused,
            Some(ErrorKind::TimedOut) => return Self::Unreachable("no connection in time".into()),
            Some(
                ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof,
            ) => return Self::Broken(last),
            Some(
                ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable,
            ) => return Self::Unreachable(last),
            _ => {}
        }
        let broken = ["closed before message completed", "end of file", "before message length", "canceled"];
        if texts.iter().any(|text| broken.iter().any(|part| text.contains(part))) {
            return Self::Broken(last);
        }
        if texts.iter().any(|text| text.contains("invalid HTTP") || text.contains("parse error")) {
            return Self::Malformed(format!("it is not HTTP ({last})"));
        }
        if texts.iter().any(|text| text.contains("(Connect)") || text.contains("tunnel")) {
            return Self::Unreachable(last);
        }
        Self::Other(last)
    }

    fn of_tls(error: &rustls::Error) -> Self {
        let ask = "check the clock, and ask who runs the cluster to renew it";
        let known = match error {
            rustls::Error::InvalidCertificate(error) => match error {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    format!("its certificate has expired; {ask}")
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    format!("its certificate is not valid yet; {ask}")
                }
                CertificateError::UnknownIssuer
                | CertificateError::BadSignature
                | CertificateError::InvalidPurpose
                | CertificateError::InvalidPurposeContext { .. } => {
                    "its certificate was not signed by the configured authority; check certificate-authority in the \
                     kubeconfig (was the cluster made anew?)"
                        .to_owned()
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    format!(
                        "its certificate is for other names ({error}); use one of these in --server or --tls-server-name"
                    )
                }
                CertificateError::Revoked => "its certificate was revoked".to_owned(),
                other => format!("its certificate is not accepted ({other})"),
            },
            // With a certificate of the wrong kind nothing verifies: an authority where a server's should be.
            rustls::Error::AlertReceived(alert) => return Self::Tls(format!("the server sent {alert:?}")),
            other => return Self::Tls(other.to_string()),
        };
        Self::Certificate(known)
    }
}
