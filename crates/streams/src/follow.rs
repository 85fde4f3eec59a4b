//! Logs that are still written.
//!
//! Files are looked at again and again, because that works on every file system. A file may be renamed and a new one begun
//! (the old one is read on for a while, since its writer may not know yet), truncated, removed, or made only later.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::feed::{Buffers, Feed};
use crate::log::Gone;
use crate::marks::{HEAD, Marks};
use crate::names::Age;
use crate::sources::log_name;
use crate::stretch::Stretch;
use crate::tally::{Tally, Unread};

/// How often files are looked at.
const EVERY: Duration = Duration::from_millis(200);
/// How long a file that was renamed is read on after its last byte.
const LINGER: Duration = Duration::from_secs(10);

/// A device and an inode.
type Id = (u64, u64);

/// Where stretches go, with what was counted.
pub(crate) type Out<'a> = dyn FnMut(Option<Stretch>, &mut Tally) -> Result<(), Gone> + 'a;

/// A file that is read on.
struct Open {
    path: PathBuf,
    file: File,
    id: Id,
    /// Its first bytes.
    head: Vec<u8>,
    /// How many of its bytes were read.
    read: u64,
    feed: Feed,
    /// Since when it has another name or none, or when its last byte came after that.
    retired: Option<Instant>,
}

/// Follows files.
pub(crate) struct Follow<'a> {
    pub(crate) limit: usize,
    pub(crate) buffers: &'a Buffers,
    pub(crate) stop: &'a AtomicBool,
    /// The bytes that were read.
    pub(crate) stored: &'a AtomicU64,
    /// Files that are waited for where they are missing.
    pub(crate) named: BTreeSet<PathBuf>,
    /// Folders in which files may be made.
    pub(crate) folders: Vec<PathBuf>,
    /// How far files were read in earlier runs.
    pub(crate) marks: &'a Marks,
    /// Rotated files that were read before.
    pub(crate) known: BTreeSet<Id>,
    /// What could not be opened, so that it is told once.
    pub(crate) refused: BTreeSet<PathBuf>,
}

impl Follow<'_> {
    /// Reads on until it is told to stop.
    pub(crate) fn run(mut self, out: &mut Out<'_>) -> Result<(), Gone> {
        let mut open: Vec<Open> = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            self.find(&mut open, out)?;
            let mut was_busy = false;
            for file in &mut open {
                was_busy |= self.read(file, out)?;
            }
            let mut tally = Tally::default();
            let mut ended = Vec::new();
            open.retain_mut(|file| {
                let is_over = file.retired.is_some_and(|since| since.elapsed() > LINGER);
                if is_over {
                    // What its last line lacks does not come any more.
                    ended.extend(file.feed.cut(true, self.buffers, &mut tally));
                }
                !is_over
            });
            for stretch in ended {
                out(Some(stretch), &mut tally)?;
            }
            if tally != Tally::default() {
                out(None, &mut tally)?;
            }
            if !was_busy {
                thread::sleep(EVERY);
            }
        }
        Ok(())
    }

    /// Opens what is new, and retires what is not at its path any more.
    fn find(&mut self, open: &mut Vec<Open>, out: &mut Out<'_>) -> Result<(), Gone> {
        let mut paths = self.named.clone();
        for folder in &self.folders {
            logs_in(folder, &mut paths);
        }
        for file in open.iter_mut().filter(|file| file.retired.is_none()) {
            if id_of(&file.path) != Some(file.id) {
                file.retired = Some(Instant::now());
            }
        }
        let ids: Vec<(PathBuf, Id)> =
            paths.into_iter().filter_map(|path| id_of(&path).map(|id| (path, id))).collect();
        // The number of a file that is gone may be that of another soon.
        self.known.retain(|known| ids.iter().any(|(_, id)| id == known));
        for (path, id) in ids {
            // A log in use that is not open is new, whatever its number was before.
            let was_read = log_name(&path).age != Age::Live && self.known.contains(&id);
            if was_read || open.iter().any(|file| file.id == id) {
                continue;
            }
            let mut tally = Tally::default();
            match File::open(&path) {
                Ok(mut file) => {
                    tally.files = 1;
                    self.known.insert(id);
                    self.refused.remove(&path);
                    let source = path.to_string_lossy().into();
                    let first = head(&file, HEAD as u64);
                    let length = file.metadata().map_or(0, |meta| meta.len());
                    let mark = self.marks.find(&first).filter(|mark| mark.offset <= length);
                    let mark = mark.filter(|mark| file.seek(SeekFrom::Start(mark.offset)).is_ok());
                    let (feed, read) = match mark {
                        Some(mark) => (Feed::at(source, self.limit, self.buffers, &first, mark), mark.offset),
                        None => (Feed::new(source, self.limit, self.buffers), 0),
                    };
                    let head = if read > 0 { head(&file, read) } else { Vec::new() };
                    open.push(Open { path, file, id, head, read, feed, retired: None });
                }
                Err(_) if self.refused.contains(&path) => continue,
                Err(error) => {
                    self.refused.insert(path.clone());
                    let source: Arc<str> = path.to_string_lossy().into();
                    let why = ironsides_files::FileError::io(path, error).to_string();
                    tally.unread.push(Unread { source, why });
                }
            }
            out(None, &mut tally)?;
        }
        Ok(())
    }

    /// Reads what was written since, and says whether there was anything.
    fn read(&self, this: &mut Open, out: &mut Out<'_>) -> Result<bool, Gone> {
        let mut tally = Tally::default();
        if was_truncated(this) {
            // What was half-written is not completed.
            let last = this.feed.cut(true, self.buffers, &mut tally);
            out(last, &mut tally)?;
            let source = this.path.to_string_lossy().into();
            this.feed = Feed::new(source, self.limit, self.buffers);
            (this.read, this.head) = (0, Vec::new());
            if this.file.seek(SeekFrom::Start(0)).is_err() {
                return Ok(false);
            }
        }
        let mut was_busy = false;
        while !self.stop.load(Ordering::Relaxed) {
            let count = match this.feed.read(&mut this.file as &mut dyn Read, true) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) => {
                    let source: Arc<str> = this.path.to_string_lossy().into();
                    let why = format!("{source}: cannot be read on: {error}");
                    tally.unread.push(Unread { source, why });
                    this.retired = Some(Instant::now());
                    out(None, &mut tally)?;
                    break;
                }
            };
            was_busy = true;
            this.read += count as u64;
            self.stored.fetch_add(count as u64, Ordering::Relaxed);
            if let Some(since) = &mut this.retired {
                *since = Instant::now();
            }
            let stretch = this.feed.cut(false, self.buffers, &mut tally);
            out(stretch, &mut tally)?;
        }
        if this.head.len() < HEAD && this.read > this.head.len() as u64 {
            this.head = head(&this.file, this.read);
        }
        Ok(was_busy)
    }
}

/// Whether a file is not what was read of it any more.
fn was_truncated(this: &Open) -> bool {
    let Ok(meta) = this.file.metadata() else { return false };
    if meta.len() < this.read {
        return true;
    }
    // It may have grown past the place again meanwhile. An empty block at the beginning is what a writer leaves that
    // keeps its place in a truncated file.
    meta.len() > this.read && head(&this.file, this.head.len() as u64) != this.head
}

fn head(file: &File, length: u64) -> Vec<u8> {
    let mut head = vec![0; usize::try_from(length).unwrap_or(HEAD).min(HEAD)];
    match file.read_at(&mut head, 0) {
        Ok(read) => head.truncate(read),
        Err(_) => head.clear(),
    }
    head
}

fn id_of(path: &Path) -> Option<Id> {
    let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((meta.dev(), meta.ino()))
}

/// Finds the unpacked logs in a folder and below. Packed ones are of files that were read.
fn logs_in(folder: &Path, paths: &mut BTreeSet<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let name = log_name(&entry.path());
        if kind.is_dir() {
            logs_in(&entry.path(), paths);
        } else if name.is_log() && !name.is_packed {
            paths.insert(entry.path());
        }
    }
}

/// Whether a file may still be written: its name is that of a log in use, and it is not packed.
pub(crate) fn is_live(path: &Path) -> bool {
    let name = log_name(path);
    name.age == Age::Live && !name.is_packed && fs::metadata(path).is_ok_and(|meta| meta.is_file())
}

/// The device and inode of a file.
pub(crate) fn id(path: &Path) -> Option<(u64, u64)> {
    id_of(path)
}
