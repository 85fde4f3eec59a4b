//! A log, read on a thread of its own.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ironsides_files::STDIN;

use crate::error::StreamError;
use crate::feed::{Buffers, Feed};
use crate::follow::{self, Follow};
use crate::marks::{HEAD, Mark, Marks};
use crate::sources::{self, Sources};
use crate::stretch::Stretch;
use crate::tally::{Tally, Unread};
use crate::unpack;

/// So many stretches are read ahead.
const AHEAD: usize = 4;
/// How often it is looked at whether the reading was ended.
const LOOK: Duration = Duration::from_millis(200);
/// How long the reading thread may take to end; one that waits for standard input does not hear of it.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a log is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// The longest record, in bytes; longer ones are counted and passed over. An API server takes webhook batches of up to
    /// 10 MiB and a bit apart, and bodies of up to 3 MiB twice in one event.
    pub line_limit: usize,
    /// Whether to read on at the end, as files grow, are rotated, or are made: until [`Stopper::stop`].
    pub follow: bool,
    /// How far logs were read in earlier runs: reading goes on there.
    pub marks: Marks,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { line_limit: 64 << 20, follow: false, marks: Marks::default() }
    }
}

/// The records of files, folders of rotated files, or standard input. Files are unpacked (gzip and zstd, by what is in
/// them, not by their names) and read in the order in which they were written.
#[derive(Debug)]
pub struct Log {
    stretches: Receiver<Message>,
    tally: Tally,
    stored: Arc<AtomicU64>,
    size: Option<u64>,
    stop: Arc<AtomicBool>,
    /// Since when it is known that the reading was ended.
    stopped: Option<Instant>,
}

/// Ends the reading of a log, from any thread: [`Log::next`] gives what was read so far, and then `None`.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<AtomicBool>);

impl Stopper {
    /// Ends it.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What came of waiting for records.
#[derive(Debug)]
pub enum Next {
    /// Records.
    Stretch(Stretch),
    /// None yet. The tally may have grown.
    Waiting,
    /// There are no more.
    End,
}

/// What the reading thread sends.
#[derive(Debug)]
struct Message {
    stretch: Option<Stretch>,
    tally: Tally,
}

impl Log {
    /// Finds the files and begins to read. An error is what leaves nothing to read, or is not what was meant: a path that
    /// leads nowhere, a folder without logs. A file that cannot be read when its turn comes is told in the [`Tally`].
    pub fn open(paths: &[PathBuf], options: LogOptions) -> Result<Self, StreamError> {
        let mut found = sources::find(paths, options.follow)?;
        let tally = Tally {
            passed_over: std::mem::take(&mut found.passed_over),
            unread: std::mem::take(&mut found.errors)
                .into_iter()
                .map(|error| Unread {
                    source: error.path().unwrap_or(Path::new("")).to_string_lossy().into(),
                    why: error.to_string(),
                })
                .collect(),
            ..Tally::default()
        };
        let stored = Arc::new(AtomicU64::new(0));
        let size = found.stored.filter(|_| !options.follow);
        let stop = Arc::new(AtomicBool::new(false));
        let folders = paths.iter().filter(|path| path.is_dir()).cloned().collect();
        let (send, stretches) = sync_channel(AHEAD);
        let reading = Reading {
            options,
            folders,
            send,
            buffers: Buffers::new(),
            stored: Arc::clone(&stored),
            stop: Arc::clone(&stop),
        };
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || reading.all(&found))
            .map_err(StreamError::Thread)?;
        Ok(Self { stretches, tally, stored, size, stop, stopped: None })
    }

    /// The next records; `None` at the end.
    #[allow(
        clippy::should_implement_trait,
        reason = "a stretch or an error, as iterators have it the other way round"
    )]
    pub fn next(&mut self) -> Result<Option<Stretch>, StreamError> {
        loop {
            match self.next_within(LOOK)? {
                Next::Stretch(stretch) => return Ok(Some(stretch)),
                Next::Waiting => {}
                Next::End => return Ok(None),
            }
        }
    }

    /// The next records, if there are some before so much time has passed.
    pub fn next_within(&mut self, wait: Duration) -> Result<Next, StreamError> {
        let end = Instant::now() + wait;
        loop {
            match self.stretches.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(message) => {
                    self.tally.join(message.tally);
                    if let Some(stretch) = message.stretch {
                        return Ok(Next::Stretch(stretch));
                    }
                }
                Err(RecvTimeoutError::Timeout) if self.is_given_up() => break,
                Err(RecvTimeoutError::Timeout) => return Ok(Next::Waiting),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.tally.stored = self.stored.load(Ordering::Relaxed);
        Ok(Next::End)
    }

    /// Whether the reading was ended, and its thread had time enough to hand over what it read.
    fn is_given_up(&mut self) -> bool {
        self.stop.load(Ordering::Relaxed)
            && self.stopped.get_or_insert_with(Instant::now).elapsed() >= PATIENCE
    }

    /// What ends the reading.
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.stop))
    }

    /// What was read so far, and what was not.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How many bytes all files have on disk; `None` where that is not known.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// How many of them were read.
    pub fn position(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }
}

/// What the reading thread has.
struct Reading {
    options: LogOptions,
    folders: Vec<PathBuf>,
    send: SyncSender<Message>,
    buffers: Buffers,
    stored: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

/// Nobody listens any more, or nobody wants more.
pub(crate) struct Gone;

impl Reading {
    fn all(&self, sources: &Sources) {
        let (mut named, mut known) = (BTreeSet::new(), BTreeSet::new());
        for path in &sources.files {
            let is_read_on = self.options.follow && (follow::is_live(path) || !is_there(path));
            if is_read_on {
                named.insert(path.clone());
                continue;
            }
            known.extend(follow::id(path));
            if self.file(path).is_err() {
                return;
            }
        }
        if self.options.follow && !(named.is_empty() && self.folders.is_empty()) {
            let follow = Follow {
                limit: self.options.line_limit,
                buffers: &self.buffers,
                stop: &self.stop,
                stored: &self.stored,
                marks: &self.options.marks,
                named,
                folders: self.folders.clone(),
                known,
                refused: BTreeSet::new(),
            };
            // Whoever ended it knows.
            let _ = follow.run(&mut |stretch, tally| self.send(stretch, tally));
        }
    }

    fn send(&self, stretch: Option<Stretch>, tally: &mut Tally) -> Result<(), Gone> {
        self.send.send(Message { stretch, tally: std::mem::take(tally) }).map_err(|_| Gone)
    }

    /// Reads the first bytes of a file, and passes over what was read of it in earlier runs.
    fn go_on(&self, reader: &mut dyn Read) -> std::io::Result<(Vec<u8>, Option<Mark>)> {
        let mut head = Vec::new();
        if self.options.marks == Marks::default() {
            return Ok((head, None));
        }
        (&mut *reader).take(HEAD as u64).read_to_end(&mut head)?;
        let mark = self.options.marks.find(&head);
        if let Some(more) = mark.and_then(|mark| mark.offset.checked_sub(head.len() as u64)) {
            std::io::copy(&mut reader.take(more), &mut std::io::sink())?;
        }
        Ok((head, mark))
    }

    fn file(&self, path: &Path) -> Result<(), Gone> {
        let source: Arc<str> = path.to_string_lossy().into();
        let mut tally = Tally::default();
        let mut unpacked = match open(path, &self.stored) {
            Ok(unpacked) => unpacked,
            Err(error) => {
                tally.unread.push(Unread { source, why: error.to_string() });
                return self.send(None, &mut tally);
            }
        };
        tally.files = 1;
        let limit = self.options.line_limit;
        let mut feed = match self.go_on(&mut unpacked.reader) {
            Ok((head, mark)) => {
                let begin = mark.map_or(0, |mark| usize::try_from(mark.offset).unwrap_or(usize::MAX));
                let rest = head.get(begin..).unwrap_or_default().to_vec();
                let reader = std::mem::replace(&mut unpacked.reader, Box::new(std::io::empty()));
                unpacked.reader = Box::new(std::io::Cursor::new(rest).chain(reader));
                match mark {
                    Some(mark) => Feed::at(Arc::clone(&source), limit, &self.buffers, &head, mark),
                    None => Feed::new(Arc::clone(&source), limit, &self.buffers),
                }
            }
            Err(error) => {
                let why = format!("{}: {}", path.display(), unread(&error));
                tally.unread.push(Unread { source, why });
                return self.send(None, &mut tally);
            }
        };
        loop {
            let read = feed.read(&mut unpacked.reader, unpacked.is_file);
            let is_end = !matches!(read, Ok(1..));
            if let Err(error) = read {
                let why = format!("{}: {}", path.display(), unread(&error));
                tally.unread.push(Unread { source: Arc::clone(&source), why });
            }
            if let Some(stretch) = feed.cut(is_end, &self.buffers, &mut tally) {
                self.send(Some(stretch), &mut tally)?;
            }
            if is_end || self.stop.load(Ordering::Relaxed) {
                return self.send(None, &mut tally);
            }
        }
    }
}

fn is_there(path: &Path) -> bool {
    path == Path::new(STDIN) || path.exists()
}

/// Opens a file; where it was packed or unpacked since it was found, what became of it.
fn open(path: &Path, stored: &Arc<AtomicU64>) -> Result<unpack::Unpacked, StreamError> {
    let error = match unpack::open(path, Arc::clone(stored)) {
        Err(StreamError::File(error)) if path != Path::new(STDIN) => error,
        other => return other,
    };
    if matches!(error, ironsides_files::FileError::Missing { .. }) {
        let mut packed = path.as_os_str().to_owned();
        packed.push(".gz");
        if let Ok(unpacked) = unpack::open(Path::new(&packed), Arc::clone(stored)) {
            return Ok(unpacked);
        }
    }
    Err(error.into())
}

/// Why the rest of a file is not read.
fn unread(error: &std::io::Error) -> String {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        UnexpectedEof => "the packed file breaks off; what came before was read".to_owned(),
        InvalidData | InvalidInput => {
            format!("the packed file is damaged ({error}); what came before was read")
        }
        _ => format!("cannot be read on: {error}; what came before was read"),
    }
}
