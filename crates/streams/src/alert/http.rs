//! Alerts posted over HTTP.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value as Json;
use tokio::runtime::{Builder, Runtime};

use super::Alert;
use super::worker::{Failure, Send1};
use crate::error::StreamError;

/// How much of an answer is read.
const ANSWER: usize = 4096;
/// How much of it is told.
const TOLD: usize = 200;

/// What is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One alert, in Falco's form.
    Object,
    /// A list of alerts, as Alertmanager takes them.
    Alertmanager,
}

/// Posts alerts to an address.
pub(crate) struct Post {
    url: Uri,
    authorization: Option<HeaderValue>,
    shape: Shape,
    timeout: Duration,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Runtime,
}

impl Post {
    /// A connection is made when the first alert is sent, and kept. Certificates are held against those that the system
    /// trusts (`SSL_CERT_FILE` names others).
    pub(crate) fn new(url: &Uri, shape: Shape, timeout: Duration) -> Result<Self, StreamError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(StreamError::Thread)?;
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(StreamError::Trust)?
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let (url, authorization) = without_user(url);
        Ok(Self { url, authorization, shape, timeout, client, runtime })
    }

    async fn post(&self, body: Vec<u8>) -> Result<(), Failure> {
        let again = |why: String| Failure { why, again: true, wait: None };
        let mut request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("ironsides/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| Failure {
            why: error.to_string(),
            again: false,
            wait: None,
        })?;
        let answer = self.client.request(request).await.map_err(|error| again(chain(&error)))?;
        let status = answer.status();
        if status.is_success() {
            // Read to its end, so that the connection can be used again.
            let _ = Limited::new(answer.into_body(), ANSWER).collect().await;
            return Ok(());
        }
        let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = Limited::new(answer.into_body(), ANSWER).collect().await;
        let text =
            body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()).unwrap_or_default();
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TOLD).collect();
        let why = if text.is_empty() { status.to_string() } else { format!("{status}: {text}") };
        let again = status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        Err(Failure { why, again, wait: wait.map(Duration::from_secs) })
    }
}

impl Send1 for Post {
    fn at_once(&self) -> usize {
        match self.shape {
            Shape::Object => 1,
            Shape::Alertmanager => usize::MAX,
        }
    }

    fn send(&mut self, alerts: &[Alert]) -> Result<(), Failure> {
        let body = match self.shape {
            Shape::Object => alerts.first().map(Alert::json).unwrap_or_default(),
            Shape::Alertmanager => Json::Array(alerts.iter().map(Alert::alertmanager).collect()),
        };
        let body = body.to_string().into_bytes();
        self.runtime.block_on(async {
            tokio::time::timeout(self.timeout, self.post(body)).await.unwrap_or_else(|_| {
                let why = format!("no answer within {} s", self.timeout.as_secs_f32());
                Err(Failure { why, again: true, wait: None })
            })
        })
    }
}

/// The address without user and password, and the header that says them.
fn without_user(url: &Uri) -> (Uri, Option<HeaderValue>) {
    let Some((user, host)) = url.authority().and_then(|authority| authority.as_str().rsplit_once('@')) else {
        return (url.clone(), None);
    };
    let mut parts = url.clone().into_parts();
    parts.authority = host.parse().ok();
    let header = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(user))).ok();
    let header = header.map(|mut header| {
        header.set_sensitive(true);
        header
    });
    (Uri::from_parts(parts).unwrap_or_else(|_| url.clone()), header)
}

/// An error with its causes, which say what happened.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
