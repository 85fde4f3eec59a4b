//! Requests to a server: credentials, time limits, and another try where that helps.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Request};
use kube::client::Body;
use tokio::sync::Mutex;

use crate::error::ClusterError;
use crate::exec::Credential;
use crate::settings::{Credentials, Identity, Settings};
use crate::trouble::{Status, Trouble};

/// How often a request that failed for a passing reason is made again.
const TRIES: u32 = 4;
/// The longest that a server may make us wait before another try.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a request may take where nobody says otherwise.
pub(crate) const USUAL_TIMEOUT: Duration = Duration::from_mins(1);

/// A server that answers, and as whom it is asked.
#[derive(Clone)]
pub(crate) struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    headers: Vec<(HeaderName, HeaderValue)>,
    timeout: Option<Duration>,
    terminal: bool,
    /// The client, and what a plugin gave for it.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    client: Option<kube::Client>,
    credential: Option<Credential>,
    /// Counts the credentials of plugins, so that a refused one is replaced once.
    generation: u64,
}

/// What is sent to a server.
struct Sent<'a> {
    path: &'a str,
    accept: &'a str,
    /// Fields of an object that are to be so; without them the path is read.
    applied: Option<&'a str>,
}

/// An answer of a server.
pub(crate) struct Reply {
    pub(crate) body: String,
}

impl Session {
    pub(crate) fn new(
        settings: Settings,
        timeout: Option<Duration>,
        terminal: bool,
    ) -> Result<Self, ClusterError> {
        let mut headers = Vec::new();
        for (name, value) in &settings.impersonate {
            let wrong = || ClusterError::Setting(format!("{value:?} cannot be sent as {name}"));
            let name = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
            headers.push((name, HeaderValue::try_from(value.as_str()).map_err(|_| wrong())?));
        }
        let timeout = match timeout {
            None => Some(USUAL_TIMEOUT),
            Some(limit) => Some(limit).filter(|limit| !limit.is_zero()),
        };
        let inner = Inner { settings, headers, timeout, terminal, state: Mutex::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same server, asked without credentials and as nobody.
    pub(crate) fn anonymous(&self) -> Self {
        let Inner { settings, timeout, .. } = &*self.inner;
        let settings = Settings {
            certificate: None,
            credentials: Credentials::None,
            impersonate: Vec::new(),
            ..settings.clone()
        };
        let inner = Inner {
            settings,
            headers: Vec::new(),
            timeout: *timeout,
            terminal: false,
            state: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> String {
        self.inner.settings.address.to_string().trim_end_matches('/').to_owned()
    }

    /// Where the server is, and what stands before it, for messages about connections.
    pub(crate) fn way(&self) -> String {
        match &self.inner.settings.proxy {
            Some(proxy) => {
                let port = proxy.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
                let (scheme, host) = (proxy.scheme_str().unwrap_or("http"), proxy.host().unwrap_or_default());
                format!("{} through the proxy {scheme}://{host}{port}", self.address())
            }
            None => self.address(),
        }
    }

    /// Makes ready what can fail before anything is sent: certificates, the proxy, the credential plugin.
    pub(crate) async fn open(&self) -> Result<(), ClusterError> {
        self.client().await.map(|_| ())
    }

    /// Asks for a path, several times where that may help.
    pub(crate) async fn get(&self, path: &str, accept: &str) -> Result<Reply, Trouble> {
        self.tried(&Sent { path, accept, applied: None }).await
    }

    /// Has the server apply fields to an object, several times where that may help. Doing it twice changes nothing.
    pub(crate) async fn apply(&self, path: &str, fields: &str) -> Result<Reply, Trouble> {
        self.tried(&Sent { path, accept: "application/json", applied: Some(fields) }).await
    }

    async fn tried(&self, sent: &Sent<'_>) -> Result<Reply, Trouble> {
        let mut tried = 0;
        let mut renewed = false;
        loop {
            tried += 1;
            let generation = self.inner.state.lock().await.generation;
            let trouble = match self.single(sent).await {
                Ok(reply) => return Ok(reply),
                Err(trouble) => trouble,
            };
            // A plugin's credential may have been revoked or have expired early.
            if trouble.code() == Some(401) && !renewed && self.renew(generation).await {
                renewed = true;
                continue;
            }
            if tried >= TRIES || !trouble.is_passing() {
                return Err(trouble);
            }
            // What took too long once would take too long again and again.
            if matches!(trouble, Trouble::TimedOut(_)) && tried > 1 {
                return Err(trouble);
            }
            let asked = match &trouble {
                Trouble::Status(status) => status.retry_after,
                _ => None,
            };
            let wait = asked.unwrap_or(Duration::from_millis(200) * 2u32.pow(tried - 1));
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
        }
    }

    /// Asks for a path once.
    pub(crate) async fn once(&self, path: &str, accept: &str) -> Result<Reply, Trouble> {
        self.single(&Sent { path, accept, applied: None }).await
    }

    async fn single(&self, sent: &Sent<'_>) -> Result<Reply, Trouble> {
        let response = self.send(sent);
        let (status, retry_after, body) = match self.inner.timeout {
            Some(limit) => {
                tokio::time::timeout(limit, response).await.unwrap_or(Err(Trouble::TimedOut(limit)))?
            }
            None => response.await?,
        };
        if (200..300).contains(&status) {
            let body = String::from_utf8(body);
            return body
                .map(|body| Reply { body })
                .map_err(|_| Trouble::Malformed("it is no UTF-8 text".into()));
        }
        Err(Trouble::Status(refusal(status, retry_after, &body)))
    }

    /// Sends a request and reads its answer: the status, how long to wait, the body.
    async fn send(&self, sent: &Sent<'_>) -> Result<(u16, Option<Duration>, Vec<u8>), Trouble> {
        let response = self.begin(sent).await?;
        let status = response.status().as_u16();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
        let body = response.into_body().collect_bytes().await.map_err(|error| Trouble::of(&error))?;
        Ok((status, wait, body.into()))
    }

    /// Sends a request; its answer is still to be read.
    pub(crate) async fn start(&self, path: &str, accept: &str) -> Result<http::Response<Body>, Trouble> {
        self.begin(&Sent { path, accept, applied: None }).await
    }

    async fn begin(&self, sent: &Sent<'_>) -> Result<http::Response<Body>, Trouble> {
        let client = self.client().await.map_err(|error| Trouble::Credentials(error.to_string()))?;
        let mut request = match sent.applied {
            None => Request::get(sent.path),
            Some(_) => Request::patch(sent.path).header(CONTENT_TYPE, "application/apply-patch+yaml"),
        };
        request = request.header(ACCEPT, sent.accept);
        if let Some(authorization) = self.authorization().await? {
            request = request.header(AUTHORIZATION, authorization);
        }
        for (name, value) in &self.inner.headers {
            request = request.header(name, value);
        }
        let body = sent.applied.map_or_else(Body::empty, |fields| Body::from(fields.as_bytes().to_vec()));
        let request = request.body(body).map_err(|error| Trouble::Other(error.to_string()))?;
        client.send(request).await.map_err(|error| Trouble::of(&error))
    }

    /// The `Authorization` header.
    async fn authorization(&self) -> Result<Option<HeaderValue>, Trouble> {
        let text = match &self.inner.settings.credentials {
            Credentials::None | Credentials::Provider(..) => return Ok(None),
            Credentials::Token(token) => format!("Bearer {token}"),
            Credentials::TokenFile(file, fallback) => match (tokio::fs::read_to_string(file).await, fallback)
            {
                (Ok(token), _) => format!("Bearer {}", token.trim()),
                (Err(_), Some(token)) => format!("Bearer {token}"),
                (Err(error), None) => {
                    return Err(Trouble::Credentials(format!("the token file {}: {error}", file.display())));
                }
            },
            Credentials::Basic(user, password) => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
            }
            Credentials::Plugin(_) => {
                let state = self.inner.state.lock().await;
                match state.credential.as_ref().and_then(|credential| credential.token.as_ref()) {
                    Some(token) => format!("Bearer {token}"),
                    None => return Ok(None),
                }
            }
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            Trouble::Credentials(
                "the token has a character that cannot be sent; look at where it comes from".into(),
            )
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    /// The client; made anew where a plugin's credential has expired.
    async fn client(&self) -> Result<kube::Client, ClusterError> {
        let mut state = self.inner.state.lock().await;
        if let Credentials::Plugin(plugin) = &self.inner.settings.credentials {
            let soon = SystemTime::now() + Duration::from_secs(10);
            let expired = |credential: &Credential| credential.expires.is_some_and(|at| at <= soon);
            if state.credential.as_ref().is_none_or(expired) {
                let credential = plugin.run(self.inner.terminal, self.inner.timeout).await?;
                if credential.certificate.is_some() {
                    state.client = None;
                }
                state.credential = Some(credential);
                state.generation += 1;
            }
        }
        if let Some(client) = &state.client {
            return Ok(client.clone());
        }
        let certificate = state.credential.as_ref().and_then(|credential| credential.certificate.as_ref());
        let client = client(&self.inner.settings, certificate)?;
        state.client = Some(client.clone());
        Ok(client)
    }

    /// Forgets a plugin's credential that the server refused, unless that was done since; whether there is another try.
    async fn renew(&self, generation: u64) -> bool {
        if !matches!(self.inner.settings.credentials, Credentials::Plugin(_)) {
            return false;
        }
        let mut state = self.inner.state.lock().await;
        if state.generation == generation {
            state.credential = None;
        }
        true
    }
}

/// What an error's body says.
pub(crate) fn refusal(code: u16, retry_after: Option<Duration>, body: &[u8]) -> Status {
    let text = String::from_utf8_lossy(body);
    let root = ironsides_tree::parse_one(&text).ok();
    let field =
        |key| root.as_ref().and_then(|root| root.get(key)).and_then(|node| node.as_str()).map(str::to_owned);
    let is_status = field("kind").as_deref() == Some("Status");
    let words = || {
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        line.trim().chars().take(200).collect()
    };
    let message = if is_status { field("message").unwrap_or_default() } else { words() };
    let reason = field("reason").filter(|_| is_status).unwrap_or_default();
    let seconds = root.as_ref().and_then(|root| root.at(&["details", "retryAfterSeconds"]));
    let seconds =
        seconds.and_then(ironsides_tree::Node::as_i64).and_then(|seconds| u64::try_from(seconds).ok());
    Status { code, reason, message, retry_after: retry_after.or(seconds.map(Duration::from_secs)) }
}

/// A client that connects as these settings say.
fn client(settings: &Settings, plugin: Option<&Identity>) -> Result<kube::Client, ClusterError> {
    let mut config = kube::Config::new(settings.address.clone());
    let wrong = |what: String| ClusterError::Server {
        address: settings.address.to_string(),
        trouble: Trouble::Other(what),
    };
    config.root_cert = match &settings.authorities {
        // Where nothing is verified, what the system trusts need not be found.
        _ if settings.insecure || settings.address.scheme_str() == Some("http") => Some(Vec::new()),
        Some(pem) => Some(certificates(pem)?),
        None => None,
    };
    config.accept_invalid_certs = settings.insecure;
    config.tls_server_name.clone_from(&settings.tls_server_name);
    config.proxy_url.clone_from(&settings.proxy);
    config.disable_compression = settings.disable_compression;
    config.default_retry = false;
    if let Some((chain, key)) = plugin.or(settings.certificate.as_ref()) {
        config.auth_info.client_certificate_data = Some(STANDARD.encode(chain));
        config.auth_info.client_key_data = Some(STANDARD.encode(key).into());
    }
    if let Credentials::Provider(name, fields) = &settings.credentials {
        let provider = kube::config::AuthProviderConfig {
            name: name.clone(),
            config: fields.iter().cloned().collect(),
            ..Default::default()
        };
        config.auth_info.auth_provider = Some(provider);
    }
    kube::Client::try_from(config).map_err(|error| match error {
        kube::Error::RustlsTls(error) => {
            ClusterError::Setting(format!("the client certificate or its key cannot be used: {error}"))
        }
        error => wrong(format!("the connection cannot be set up: {error}")),
    })
}

/// The certificates of a PEM text.
fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, ClusterError> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let wrong = |why: String| {
        ClusterError::Setting(format!(
            "the certificate authorities (certificate-authority in the kubeconfig, or --certificate-authority) cannot be \
             used: {why}"
        ))
    };
    let read = read.map_err(|error| wrong(error.to_string()))?;
    if read.is_empty() {
        return Err(wrong("there is no PEM certificate in them".into()));
    }
    Ok(read.into_iter().map(|certificate| certificate.to_vec()).collect())
}
