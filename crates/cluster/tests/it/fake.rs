//! A server on loopback that answers as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ironsides_cluster::{Cluster, Connect, Plan, Wanted};
use ironsides_core::{Extent, Facts, Listing};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How a request is answered.
pub(crate) enum Reply {
    /// A status, headers and a body.
    Full(u16, Vec<(&'static str, String)>, String),
    /// The announced length is larger than what comes.
    Cut(String),
    /// The connection is closed without an answer.
    Close,
    /// Nothing comes.
    Hang,
}

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    /// The head, in small letters.
    pub(crate) head: String,
}

pub(crate) struct Fake {
    pub(crate) port: u16,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

type Answers = dyn Fn(&Asked, usize) -> Option<Reply> + Send + Sync;

impl Fake {
    /// A server that asks `answers` first (with how often the path, without its query, was asked before) and otherwise
    /// says that it serves pods, deployments and nodes, and has none.
    pub(crate) async fn start(
        answers: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::with_tls(None, answers).await
    }

    pub(crate) async fn with_tls(
        tls: Option<TlsAcceptor>,
        answers: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answers): (_, Arc<Answers>) = (Arc::clone(&asked), Arc::new(answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, log, answers) = (tls.clone(), Arc::clone(&log), Arc::clone(&answers));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &log, &*answers).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &log, &*answers).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self { port, asked }
    }

    pub(crate) fn connect(&self) -> Connect {
        Connect {
            server: Some(format!("http://127.0.0.1:{}", self.port)),
            kubeconfig: vec!["/dev/null".into()],
            request_timeout: Some(Duration::from_millis(700)),
            ..Connect::default()
        }
    }

    /// How often something was asked for.
    pub(crate) fn count(&self, part: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.path.contains(part)).count()
    }

    /// Reads pods, deployments and nodes.
    pub(crate) async fn collect(&self) -> Facts {
        let (cluster, plan) = self.plan(&wanted()).await;
        cluster.collect(&plan, &()).await.unwrap()
    }

    pub(crate) async fn plan(&self, wanted: &Wanted) -> (Cluster, Plan) {
        let cluster = Cluster::connect(&self.connect()).await.unwrap();
        let plan = cluster.plan(wanted).await.unwrap();
        (cluster, plan)
    }
}

pub(crate) fn wanted() -> Wanted {
    let kinds = [("", "Pod"), ("apps", "Deployment"), ("", "Node")];
    Wanted {
        kinds: kinds.map(|(group, kind)| (group.to_owned(), kind.to_owned())).into(),
        ..Wanted::default()
    }
}

/// The listing of a resource, in a namespace or in all.
pub(crate) fn of<'a>(facts: &'a Facts, resource: &str, namespace: Option<&str>) -> &'a Listing {
    let found =
        |listing: &&Listing| &*listing.resource == resource && listing.namespace.as_deref() == namespace;
    facts.listings.iter().find(found).unwrap_or_else(|| panic!("no listing of {resource} in {namespace:?}"))
}

/// Why a listing is not complete.
pub(crate) fn why(listing: &Listing) -> &str {
    match &listing.extent {
        Extent::Complete => "",
        Extent::Partial { why } | Extent::Absent { why } => why,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "answers are optional")]
pub(crate) fn json(status: u16, body: impl Into<String>) -> Option<Reply> {
    Some(Reply::Full(status, Vec::new(), body.into()))
}

/// The body of an error.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn status(code: u16, reason: &str, message: &str) -> Option<Reply> {
    let message = message.replace('"', "\\\"");
    json(
        code,
        format!(
            r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{message}","reason":"{reason}","code":{code}}}"#
        ),
    )
}

/// A page of pods with these numbers, and the token of the next.
pub(crate) fn page(numbers: std::ops::Range<usize>, next: &str) -> Option<Reply> {
    let pod =
        |number| format!(r#"{{"metadata":{{"name":"pod-{number:04}","namespace":"shop"}},"spec":{{}}}}"#);
    let items: Vec<String> = numbers.map(pod).collect();
    json(
        200,
        format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"continue":"{next}"}},"items":[{}]}}"#,
            items.join(",")
        ),
    )
}

fn usual(path: &str) -> Reply {
    let resource = |name: &str, kind: &str, group: &str, scope: &str| {
        format!(
            r#"{{"resource":"{name}","responseKind":{{"group":"{group}","version":"v1","kind":"{kind}"}},"scope":"{scope}","verbs":["get","list"]}}"#
        )
    };
    let group = |name: &str, resources: &[String]| {
        format!(
            r#"{{"kind":"APIGroupDiscoveryList","items":[{{"metadata":{{"name":"{name}"}},"versions":[{{"version":"v1","resources":[{}]}}]}}]}}"#,
            resources.join(",")
        )
    };
    let body = match path {
        "/version" => r#"{"gitVersion":"v1.36.3"}"#.to_owned(),
        "/api" => group(
            "",
            &[
                resource("pods", "Pod", "", "Namespaced"),
                resource("nodes", "Node", "", "Cluster"),
                resource("namespaces", "Namespace", "", "Cluster"),
            ],
        ),
        "/apis" => group("apps", &[resource("deployments", "Deployment", "apps", "Namespaced")]),
        _ => r#"{"kind":"AnyList","metadata":{},"items":[]}"#.to_owned(),
    };
    Reply::Full(200, Vec::new(), body)
}

/// Answers the requests of one connection.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    log: &Mutex<Vec<Asked>>,
    answers: &Answers,
) -> Option<()> {
    let mut seen: Vec<u8> = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).await.ok().filter(|&count| count > 0)?;
            seen.extend_from_slice(&buffer[..count]);
        };
        let head = String::from_utf8(seen.drain(..end).collect()).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let bare = path.split('?').next().unwrap().to_owned();
        let asked = Asked { path, head: head.to_ascii_lowercase() };
        let before = {
            let mut log = log.lock().unwrap();
            let before =
                log.iter().filter(|other: &&Asked| other.path.split('?').next() == Some(&bare)).count();
            log.push(asked.clone());
            before
        };
        let reply = answers(&asked, before).unwrap_or_else(|| usual(&bare));
        let (text, is_last) = match reply {
            Reply::Full(status, headers, body) => {
                let lines: Vec<String> =
                    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let headers = lines.concat();
                let length = body.len();
                (format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}"), false)
            }
            Reply::Cut(body) => {
                (format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len() + 100), true)
            }
            Reply::Close => return None,
            Reply::Hang => {
                tokio::time::sleep(Duration::from_mins(1)).await;
                return None;
            }
        };
        stream.write_all(text.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        if is_last {
            _ = stream.shutdown().await;
            return None;
        }
    }
}
