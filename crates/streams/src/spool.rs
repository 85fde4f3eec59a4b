//! Batches on disk, between those who send them and those who read them.
//!
//! A spool is a folder of segments, `00000000000000000001.spool` and so on, and a file `cursor`. A segment begins with
//! `MAGIC`; then come batches: length (u32), BLAKE3 of the bytes (the first 16 of its 32), the bytes; numbers are little-endian. A
//! batch is in the spool once [`Spool::put`] returns: its bytes are on the disk. The cursor says up to where batches were
//! dealt with; segments before it are removed. What a crash left half-written at the end of the last segment is cut off
//! when the spool is opened; nobody was told that it was kept.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The beginning of a segment: what it is, and the version of its form.
const MAGIC: &[u8; 8] = b"ironsp\0\x01";
/// The length of what stands before the bytes of a batch.
const HEAD: u64 = 20;
/// So many batches are known again.
const RECENT: usize = 64;
const CURSOR: &str = "cursor";
const ENDING: &str = "spool";

/// How large a spool may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpoolLimits {
    /// All its segments, in bytes.
    pub total: u64,
    /// From so many bytes on a new segment is begun.
    pub segment: u64,
    /// One batch, in bytes.
    pub batch: u32,
}

impl Default for SpoolLimits {
    fn default() -> Self {
        Self { total: 1 << 30, segment: 64 << 20, batch: 16 << 20 }
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is kept.
    Kept,
    /// It was kept before.
    Known,
}

/// A place in a spool: behind it is what was not yet dealt with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpoolPlace {
    /// The number of the segment.
    pub segment: u64,
    /// The byte in it.
    pub offset: u64,
}

/// Why a spool cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The disk had a reason.
    #[error("{}: cannot be {what}: {source}; the spool needs a folder of its own that can be written", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was attempted.
        what: &'static str,
        /// The reason.
        source: io::Error,
    },
    /// Another process uses it.
    #[error("{}: another process uses this spool; stop it, or name another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// There is no room for the batch until others are dealt with.
    #[error("the spool is full: {held} of {total} bytes")]
    Full {
        /// Bytes in it.
        held: u64,
        /// Bytes it may have.
        total: u64,
    },
    /// The batch is larger than any may be.
    #[error("a batch of {length} bytes; no more than {most} are taken")]
    TooLarge {
        /// Its bytes.
        length: u64,
        /// The bytes it may have.
        most: u32,
    },
    /// A file is not as it was written, elsewhere than at its end.
    #[error("{}: damaged at byte {offset}; what stands behind it in this file is passed over", path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where.
        offset: u64,
    },
}

/// The beginning of the BLAKE3 of a batch.
type Sum = [u8; 16];

/// A spool that is open. One process at a time has it.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    limits: SpoolLimits,
    /// Keeps the lock.
    _lock: File,
    /// The last segment, and where the next batch goes in it.
    last: (File, SpoolPlace),
    /// Bytes of all segments.
    held: u64,
    /// What is read next: the segment that is open for reading, and the place.
    reading: Option<(u64, File)>,
    next: SpoolPlace,
    done: SpoolPlace,
    /// The batches that came last.
    recent: VecDeque<Sum>,
    /// Bytes that were cut off at the end when it was opened.
    cut_off: u64,
}

impl Spool {
    /// Opens a spool, or makes one. Reading begins behind what was dealt with: [`Spool::done`].
    pub fn open(folder: &Path, limits: SpoolLimits) -> Result<Self, SpoolError> {
        let failed = |what, path: &Path| {
            let path = path.to_owned();
            move |source| SpoolError::Io { path, what, source }
        };
        fs::create_dir_all(folder).map_err(failed("made", folder))?;
        let path = folder.join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let lock = lock.map_err(failed("opened", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(SpoolError::InUse { path: folder.to_owned() }),
            Err(fs::TryLockError::Error(error)) => return Err(failed("locked", &path)(error)),
        }
        let limits = SpoolLimits { segment: limits.segment.min(limits.total / 4), ..limits };
        let mut segments = segments(folder).map_err(failed("read", folder))?;
        let (done, mut recent) = read_cursor(&folder.join(CURSOR)).unwrap_or_default();
        // What was dealt with and not removed before a crash.
        while segments.len() > 1 && segments.first().is_some_and(|first| *first < done.segment) {
            let path = segment_path(folder, segments.remove(0));
            fs::remove_file(&path).map_err(failed("removed", &path))?;
        }
        let number = segments.last().copied().unwrap_or(done.segment.max(1));
        let path = segment_path(folder, number);
        let mut file = open_segment(&path).map_err(failed("opened", &path))?;
        let (end, cut_off) = mend(&mut file, limits.batch, &mut recent).map_err(failed("mended", &path))?;
        sync_folder(folder).map_err(failed("written", folder))?;
        let mut held = end;
        for number in segments.iter().filter(|other| **other != number) {
            let path = segment_path(folder, *number);
            held += fs::metadata(&path).map_err(failed("read", &path))?.len();
        }
        let first = segments.first().copied().unwrap_or(number);
        let begin = SpoolPlace { segment: first, offset: MAGIC.len() as u64 };
        let last = SpoolPlace { segment: number, offset: end };
        let next = done.max(begin).min(last);
        Ok(Self {
            folder: folder.to_owned(),
            limits,
            _lock: lock,
            last: (file, last),
            held,
            reading: None,
            next,
            done: next,
            recent,
            cut_off,
        })
    }

    /// Keeps a batch. When it returns the bytes are on the disk. One that came lately is kept once: a sender that did not
    /// hear of it sends it again.
    pub fn put(&mut self, batch: &[u8]) -> Result<Put, SpoolError> {
        let length = batch.len() as u64;
        let most = self.limits.batch;
        let Some(head) = u32::try_from(length).ok().filter(|length| *length <= most) else {
            return Err(SpoolError::TooLarge { length, most });
        };
        let sum_of_it = sum(batch);
        if self.recent.contains(&sum_of_it) {
            return Ok(Put::Known);
        }
        let needed = HEAD + length;
        if self.held + needed > self.limits.total && self.done == self.last.1 {
            self.start_over()?;
        }
        if self.held + needed > self.limits.total {
            return Err(SpoolError::Full { held: self.held, total: self.limits.total });
        }
        if self.last.1.offset >= self.limits.segment {
            self.begin_segment()?;
        }
        let mut bytes = Vec::with_capacity(batch.len() + 20);
        bytes.extend_from_slice(&head.to_le_bytes());
        bytes.extend_from_slice(&sum_of_it);
        bytes.extend_from_slice(batch);
        let (file, place) = &mut self.last;
        let written = file
            .seek(SeekFrom::Start(place.offset))
            .and_then(|_| file.write_all(&bytes))
            .and_then(|()| file.sync_data());
        if let Err(source) = written {
            // Half a batch must not stand before the next.
            let _ = file.set_len(place.offset);
            let path = segment_path(&self.folder, place.segment);
            return Err(SpoolError::Io { path, what: "written", source });
        }
        place.offset += bytes.len() as u64;
        self.held += bytes.len() as u64;
        self.remember(sum_of_it);
        Ok(Put::Kept)
    }

    fn remember(&mut self, sum: Sum) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(sum);
    }

    fn begin_segment(&mut self) -> Result<(), SpoolError> {
        let number = self.last.1.segment + 1;
        let path = segment_path(&self.folder, number);
        let failed = |source| SpoolError::Io { path: path.clone(), what: "begun", source };
        let mut file = open_segment(&path).map_err(failed)?;
        let (end, _) = mend(&mut file, self.limits.batch, &mut VecDeque::new()).map_err(failed)?;
        sync_folder(&self.folder).map_err(failed)?;
        self.last = (file, SpoolPlace { segment: number, offset: end });
        self.held += end;
        Ok(())
    }

    /// The next batch, and the place behind it; `None` where there is none yet. A batch is given once by an open spool, and
    /// again after it was opened anew unless [`Spool::acknowledge`] was told its place.
    pub fn take(&mut self) -> Result<Option<(Vec<u8>, SpoolPlace)>, SpoolError> {
        loop {
            if self.next >= self.last.1 {
                return Ok(None);
            }
            let number = self.next.segment;
            let path = segment_path(&self.folder, number);
            let failed = |source| SpoolError::Io { path: path.clone(), what: "read", source };
            let file = match self.reading.take() {
                Some((open, file)) if open == number => file,
                _ => match File::open(&path) {
                    Ok(file) => file,
                    // Removed by hand.
                    Err(error) if error.kind() == ErrorKind::NotFound => {
                        self.next = SpoolPlace { segment: number + 1, offset: MAGIC.len() as u64 };
                        continue;
                    }
                    Err(error) => return Err(failed(error)),
                },
            };
            let (_, file) = self.reading.insert((number, file));
            let batch = read_batch(file, self.next.offset, self.limits.batch).map_err(failed)?;
            let begin = self.next;
            match batch {
                Slot::Batch(bytes) => {
                    self.next.offset += HEAD + bytes.len() as u64;
                    return Ok(Some((bytes, self.next)));
                }
                Slot::End | Slot::Torn if number < self.last.1.segment => {
                    self.next = SpoolPlace { segment: number + 1, offset: MAGIC.len() as u64 };
                    if batch == Slot::Torn {
                        return Err(SpoolError::Damaged { path, offset: begin.offset });
                    }
                }
                Slot::End | Slot::Torn => {
                    // The batches of the last segment were looked at when it was opened, or written since.
                    self.next = self.last.1;
                    return Err(SpoolError::Damaged { path, offset: begin.offset });
                }
            }
        }
    }

    /// Notes that all batches before this place were dealt with, and makes room.
    pub fn acknowledge(&mut self, place: SpoolPlace) -> Result<(), SpoolError> {
        if place <= self.done {
            return Ok(());
        }
        let path = self.folder.join(CURSOR);
        let failed = |source| SpoolError::Io { path: path.clone(), what: "written", source };
        let new = self.folder.join("cursor.new");
        let mut text = format!("{} {}\n", place.segment, place.offset);
        for sum in &self.recent {
            let _ = writeln!(text, "{:032x}", u128::from_be_bytes(*sum));
        }
        let write = || {
            let mut file =
                OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            fs::rename(&new, &path)?;
            sync_folder(&self.folder)
        };
        write().map_err(failed)?;
        let before = self.done.segment;
        self.done = place;
        for number in before..place.segment {
            let path = segment_path(&self.folder, number);
            if let Ok(meta) = fs::metadata(&path)
                && fs::remove_file(&path).is_ok()
            {
                self.held = self.held.saturating_sub(meta.len());
            }
        }
        Ok(())
    }

    /// Begins a new segment where all batches were dealt with, and gives back the room of the old ones.
    fn start_over(&mut self) -> Result<(), SpoolError> {
        let before = self.done.segment;
        self.begin_segment()?;
        let place = self.last.1;
        for number in before..place.segment {
            let path = segment_path(&self.folder, number);
            fs::remove_file(&path).map_err(|source| SpoolError::Io { path, what: "removed", source })?;
        }
        (self.next, self.done, self.reading) = (place, place, None);
        self.held = place.offset;
        Ok(())
    }

    /// Up to where batches were dealt with.
    pub fn done(&self) -> SpoolPlace {
        self.done
    }

    /// How many bytes it holds.
    pub fn held(&self) -> u64 {
        self.held
    }

    /// How many bytes of a half-written batch were cut off when it was opened.
    pub fn cut_off(&self) -> u64 {
        self.cut_off
    }
}

/// What stands at a place of a segment.
#[derive(Debug, PartialEq, Eq)]
enum Slot {
    Batch(Vec<u8>),
    End,
    /// Something that is no whole batch.
    Torn,
}

fn sum(batch: &[u8]) -> Sum {
    let mut sum = [0; 16];
    sum.copy_from_slice(blake3::hash(batch).as_bytes().split_at(16).0);
    sum
}

fn read_batch(file: &mut (impl Read + Seek), offset: u64, most: u32) -> io::Result<Slot> {
    file.seek(SeekFrom::Start(offset))?;
    let mut head = Vec::with_capacity(20);
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(Slot::End);
    }
    let Some((length, expected)) = head.split_first_chunk::<4>().filter(|(_, sum)| sum.len() == 16) else {
        return Ok(Slot::Torn);
    };
    let length = u32::from_le_bytes(*length);
    if length > most {
        return Ok(Slot::Torn);
    }
    let mut batch = Vec::new();
    file.by_ref().take(u64::from(length)).read_to_end(&mut batch)?;
    let is_whole = batch.len() as u64 == u64::from(length) && sum(&batch) == expected;
    Ok(if is_whole { Slot::Batch(batch) } else { Slot::Torn })
}

/// Finds the end of the whole batches of a segment and cuts off what stands behind it; gives the end, and how many bytes
/// were cut off.
fn mend(file: &mut File, most: u32, recent: &mut VecDeque<Sum>) -> io::Result<(u64, u64)> {
    let length = file.metadata()?.len();
    let mut magic = Vec::with_capacity(8);
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(file).take(MAGIC.len() as u64).read_to_end(&mut magic)?;
    if magic != MAGIC {
        if !MAGIC.starts_with(&magic) {
            return Err(io::Error::new(ErrorKind::InvalidData, "it is no segment of a spool"));
        }
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(MAGIC)?;
        file.sync_all()?;
        return Ok((MAGIC.len() as u64, 0));
    }
    let mut end = MAGIC.len() as u64;
    while let Slot::Batch(batch) = read_batch(file, end, most)? {
        end += HEAD + batch.len() as u64;
        recent.push_back(sum(&batch));
    }
    recent.drain(..recent.len().saturating_sub(RECENT));
    if end < length {
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok((end, length.saturating_sub(end)))
}

fn open_segment(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

fn segment_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.{ENDING}"))
}

/// The numbers of the segments, sorted.
fn segments(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_segment = path.extension().is_some_and(|ending| ending == ENDING);
        let number: Option<u64> = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        numbers.extend(number.filter(|_| is_segment));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The place that was dealt with, and the batches that came last before it was noted.
fn read_cursor(path: &Path) -> Option<(SpoolPlace, VecDeque<Sum>)> {
    let text = fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    let (segment, offset) = lines.next()?.split_once(' ')?;
    let place = SpoolPlace { segment: segment.parse().ok()?, offset: offset.parse().ok()? };
    let sums = lines.filter_map(|line| u128::from_str_radix(line, 16).ok().map(u128::to_be_bytes));
    Some((place, sums.collect()))
}

/// Makes names in a folder durable.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The whole batches of a segment's bytes, and how many of its bytes they take up; for tests of the form.
pub fn read_segment(bytes: &[u8], most: u32) -> (Vec<Vec<u8>>, u64) {
    let mut batches = Vec::new();
    let mut end = MAGIC.len() as u64;
    if !bytes.starts_with(MAGIC) {
        return (batches, 0);
    }
    let mut reader = io::Cursor::new(bytes);
    while let Ok(Slot::Batch(batch)) = read_batch(&mut reader, end, most) {
        end += HEAD + batch.len() as u64;
        batches.push(batch);
    }
    (batches, end)
}
