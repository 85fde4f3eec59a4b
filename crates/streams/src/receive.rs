//! Receives batches of audit events, as the webhook backend of an API server posts them.
//!
//! A batch that was answered with 200 is on the disk ([`crate::spool`]). Where there is no room the answer is 429, and the API
//! server tries again later; so it does where this process dies before it answered.

mod tls;

use std::convert::Infallible;
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ironsides_audit::{EventError, each_event};
use tokio::sync::{Notify, Semaphore};

pub use tls::TlsFiles;

use crate::error::StreamError;
use crate::spool::{Put, Spool, SpoolError, SpoolLimits, SpoolPlace};

/// So many connections are open at once; others wait to be accepted.
const CONNECTIONS: usize = 256;
/// So many batches are in memory at once.
const BATCHES: usize = 8;
/// How long a client may take for the head of a request, and for a batch.
const PATIENCE: Duration = Duration::from_secs(30);

/// How batches are received.
#[derive(Clone, Debug)]
pub struct ReceiveOptions {
    /// Where to listen. Port 0 is any that is free.
    pub address: SocketAddr,
    /// Certificate and key; plain HTTP where there are none.
    pub tls: Option<TlsFiles>,
    /// The folder of the spool.
    pub spool: PathBuf,
    /// How large it may be. Its `batch` is the largest batch that is taken, unpacked.
    pub limits: SpoolLimits,
}

/// The largest batch that an API server sends, with room: its `--audit-webhook-truncate-max-batch-size` is 10 MiB.
pub const LARGEST_BATCH: u32 = 12 << 20;

/// What was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Batches that were kept.
    pub batches: u64,
    /// Batches that came again, and were kept once.
    pub repeated: u64,
    /// Events in what was kept.
    pub events: u64,
    /// Requests that were refused for what they are: no batch, too large, broken.
    pub refused: u64,
    /// Requests that were sent away for want of room.
    pub full: u64,
}

/// A batch, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its JSON.
    pub text: String,
    /// The place behind it in the spool.
    pub place: SpoolPlace,
}

/// A server that receives, on a thread of its own.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    spool: Mutex<Spool>,
    more: Condvar,
    stop: Notify,
    is_stopped: AtomicBool,
    largest: usize,
    counts: [AtomicU64; 5],
    room: Semaphore,
}

impl Shared {
    fn spool(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, what: usize, by: u64) {
        if let Some(count) = self.counts.get(what) {
            count.fetch_add(by, Ordering::Relaxed);
        }
    }
}

const KEPT: usize = 0;
const REPEATED: usize = 1;
const EVENTS: usize = 2;
const REFUSED: usize = 3;
const FULL: usize = 4;

impl Receiver {
    /// Opens the spool and listens.
    pub fn start(options: &ReceiveOptions) -> Result<Self, StreamError> {
        let tls = options.tls.as_ref().map(TlsFiles::acceptor).transpose()?;
        let spool = Spool::open(&options.spool, options.limits)?;
        let failed = |source| StreamError::Listen { address: options.address, source };
        let listener = TcpListener::bind(options.address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            spool: Mutex::new(spool),
            more: Condvar::new(),
            stop: Notify::new(),
            is_stopped: AtomicBool::new(false),
            largest: usize::try_from(options.limits.batch).unwrap_or(usize::MAX),
            counts: Default::default(),
            room: Semaphore::new(BATCHES),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(StreamError::Thread)?;
        let ours = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("receive".to_owned())
            .spawn(move || {
                runtime.block_on(serve(listener, tls, &ours));
                // Requests that are under way end with the connections.
                runtime.shutdown_timeout(Duration::from_secs(1));
                ours.more.notify_all();
            })
            .map_err(StreamError::Thread)?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next batch; `None` where none came in time, or nothing more will come.
    pub fn next(&self, wait: Duration) -> Result<Option<Batch>, StreamError> {
        let mut spool = self.shared.spool();
        let mut waited = false;
        loop {
            if let Some((bytes, place)) = spool.take()? {
                let text = String::from_utf8(bytes).unwrap_or_else(|error| {
                    // What is no text was refused before it came here.
                    String::from_utf8_lossy(error.as_bytes()).into_owned()
                });
                return Ok(Some(Batch { text, place }));
            }
            if waited || self.shared.is_stopped.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let woken = self.shared.more.wait_timeout(spool, wait);
            let (guard, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
            spool = guard;
            waited = timeout.timed_out();
        }
    }

    /// Notes that a batch, and all before it, were dealt with: they are not given again after a crash.
    pub fn acknowledge(&self, batch: &Batch) -> Result<(), StreamError> {
        Ok(self.shared.spool().acknowledge(batch.place)?)
    }

    /// What was received so far.
    pub fn received(&self) -> Received {
        let [batches, repeated, events, refused, full] = [KEPT, REPEATED, EVENTS, REFUSED, FULL]
            .map(|what| self.shared.counts.get(what).map_or(0, |count| count.load(Ordering::Relaxed)));
        Received { batches, repeated, events, refused, full }
    }

    /// What ends it, from any thread.
    pub fn stopper(&self) -> ReceiveStopper {
        ReceiveStopper(Arc::clone(&self.shared))
    }
}

/// Ends a receiver: nothing more is accepted, and [`Receiver::next`] gives what is in the spool, and then `None`.
#[derive(Clone, Debug)]
pub struct ReceiveStopper(Arc<Shared>);

impl ReceiveStopper {
    /// Ends it.
    pub fn stop(&self) {
        self.0.is_stopped.store(true, Ordering::Relaxed);
        self.0.stop.notify_one();
        self.0.more.notify_all();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stopper().stop();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked serves nobody any more.
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, tls: Option<tokio_rustls::TlsAcceptor>, shared: &Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&connections).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.stop.notified() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors: those that are open will close.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (shared, tls) = (Arc::clone(shared), tls.clone());
        tokio::spawn(async move {
            let _permit = permit;
            let service = service_fn(move |request| answer(Arc::clone(&shared), request));
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
            // What goes wrong with a connection, its client sees.
            match tls {
                None => _ = builder.serve_connection(TokioIo::new(stream), service).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
                        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                    }
                }
            }
        });
    }
}

/// An answer that is no success: its status, and a sentence.
struct Refusal(StatusCode, String);

async fn answer<B>(shared: Arc<Shared>, request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let refusal = match receive(&shared, request).await {
        Ok(()) => return Ok(Response::new(Full::default())),
        Err(refusal) => refusal,
    };
    let Refusal(status, why) = refusal;
    let mut answer = Response::builder().status(status).header(CONTENT_TYPE, "text/plain; charset=utf-8");
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            shared.count(FULL, 1);
            answer = answer.header(RETRY_AFTER, "1");
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            shared.count(REFUSED, 1);
            answer = answer.header(ALLOW, "POST");
        }
        _ => shared.count(REFUSED, 1),
    }
    Ok(answer.body(Full::new(Bytes::from(why + "\n"))).unwrap_or_default())
}

async fn receive<B>(shared: &Arc<Shared>, request: Request<B>) -> Result<(), Refusal>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let refuse = |status, why: &str| Err(Refusal(status, why.to_owned()));
    if request.method() != Method::POST {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "audit events are received with POST");
    }
    let is_gzip = match request.headers().get(CONTENT_ENCODING).map(http::HeaderValue::as_bytes) {
        None | Some(b"identity") => false,
        Some(b"gzip") => true,
        Some(_) => {
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "only gzip is known as content encoding");
        }
    };
    let largest = shared.largest;
    let too_large = || format!("a batch of more than {largest} bytes is not taken");
    if request.body().size_hint().lower() > largest as u64 {
        return Err(Refusal(StatusCode::PAYLOAD_TOO_LARGE, too_large()));
    }
    let Ok(_permit) = shared.room.acquire().await else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    };
    let body = Limited::new(request.into_body(), largest).collect();
    let body = match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return Err(Refusal(StatusCode::PAYLOAD_TOO_LARGE, too_large()));
        }
        Ok(Err(error)) => {
            return Err(Refusal(StatusCode::BAD_REQUEST, format!("the batch could not be read: {error}")));
        }
        Err(_) => return refuse(StatusCode::REQUEST_TIMEOUT, "the batch did not come in time"),
    };
    let ours = Arc::clone(shared);
    let kept = tokio::task::spawn_blocking(move || keep(&ours, &body, is_gzip)).await;
    kept.unwrap_or_else(|_| refuse(StatusCode::INTERNAL_SERVER_ERROR, "the batch could not be kept"))
}

/// Checks a batch and puts it on the disk.
fn keep(shared: &Shared, body: &[u8], is_gzip: bool) -> Result<(), Refusal> {
    let bad = |why: String| Refusal(StatusCode::BAD_REQUEST, why);
    let mut unpacked = Vec::new();
    let bytes = if is_gzip {
        let mut limited = MultiGzDecoder::new(body).take(shared.largest as u64 + 1);
        limited.read_to_end(&mut unpacked).map_err(|error| bad(format!("the batch is no gzip: {error}")))?;
        if unpacked.len() > shared.largest {
            let why = format!("a batch of more than {} bytes is not taken", shared.largest);
            return Err(Refusal(StatusCode::PAYLOAD_TOO_LARGE, why));
        }
        &unpacked
    } else {
        body
    };
    let text = std::str::from_utf8(bytes)
        .map_err(|error| bad(format!("the batch is not UTF-8 from byte {} on", error.valid_up_to())))?;
    let mut events = 0;
    match each_event(text, &mut |_| events += 1) {
        Ok(()) => {}
        Err(EventError::Foreign) => {
            return Err(bad(
                "the batch holds no audit event; an EventList of audit.k8s.io/v1 is expected".into()
            ));
        }
        Err(error) => return Err(bad(format!("the batch is no JSON: {error}"))),
    }
    match shared.spool().put(bytes) {
        Ok(Put::Kept) => {
            shared.count(KEPT, 1);
            shared.count(EVENTS, events);
            shared.more.notify_all();
            Ok(())
        }
        Ok(Put::Known) => {
            shared.count(REPEATED, 1);
            Ok(())
        }
        Err(error @ SpoolError::Full { .. }) => {
            Err(Refusal(StatusCode::TOO_MANY_REQUESTS, error.to_string()))
        }
        Err(error @ SpoolError::TooLarge { .. }) => {
            Err(Refusal(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()))
        }
        Err(_) => Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, "the spool cannot be written".into())),
    }
}
