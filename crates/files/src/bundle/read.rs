//! A bundle to facts.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use ironsides_core::{Facts, Listing};
use ironsides_tree::{Documents, Format, Limits, Node, Text};
use sha2::{Digest, Sha256};

use super::manifest::{self, FORMAT, Form, Manifest, Member};
use super::write::hex;
use super::{BUNDLE_FORMAT, Bundle};
use crate::error::FileError;
use crate::read::STDIN;

/// How much a bundle may hold: it may come from strangers, and a small file can unpack to anything.
#[derive(Clone, Copy, Debug)]
pub struct BundleLimits {
    /// Unpacked, in bytes.
    pub total: u64,
    /// Its manifest, in bytes.
    pub manifest: u64,
    /// One object, in bytes. The API server takes about 3 MiB.
    pub object: u64,
}

impl Default for BundleLimits {
    fn default() -> Self {
        Self { total: 8 << 30, manifest: 64 << 20, object: 16 << 20 }
    }
}

/// The window that zstd may ask memory for, as a power of two: what its command reads by default.
const WINDOW: u32 = 27;

/// The first bytes of a zstd frame.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Reads a bundle from a file, or from standard input for [`STDIN`]. One that is damaged is refused as a whole.
pub fn read_bundle(path: &Path) -> Result<Bundle, FileError> {
    if path == Path::new(STDIN) {
        return read_bundle_from(io::stdin().lock(), path, BundleLimits::default());
    }
    let failed = |error| FileError::io(path.to_owned(), error);
    if path.is_dir() {
        return Err(foreign(path, "it is a folder"));
    }
    let file = File::open(path).map_err(failed)?;
    read_bundle_from(BufReader::new(file), path, BundleLimits::default())
}

/// Reads a bundle; `path` is for messages. Nothing is ever unpacked to disk.
pub fn read_bundle_from(
    mut input: impl BufRead,
    path: &Path,
    limits: BundleLimits,
) -> Result<Bundle, FileError> {
    let failed = |error: io::Error| FileError::io(path.to_owned(), error);
    let start = input.fill_buf().map_err(failed)?;
    if !start.starts_with(&MAGIC) {
        return Err(foreign(path, kind(start)));
    }
    let mut decoder = zstd::Decoder::with_buffer(input).map_err(failed)?;
    decoder.window_log_max(WINDOW).map_err(failed)?;
    // One byte more than may be read, so that too much is told from the end.
    let unpacked = decoder.take(limits.total.saturating_add(1));
    let mut reading = Reading { path, limits, archive: tar::Archive::new(unpacked) };
    let read = reading.bundle();
    let mut rest = reading.archive.into_inner();
    let read = read.and_then(|bundle| ends(&mut rest, path).map(|()| bundle));
    // At its limit the input seems to end.
    if rest.limit() == 0 {
        let what = format!("it unpacks to more than {} MiB", limits.total >> 20);
        return Err(FileError::BundleTooLarge { path: path.to_owned(), what });
    }
    read
}

/// Reads to the end, where zstd's checksum of all of it stands: behind an archive come zeros and nothing else.
fn ends(rest: &mut impl Read, path: &Path) -> Result<(), FileError> {
    let mut buffer = [0; 8192];
    loop {
        let count = rest.read(&mut buffer).map_err(|error| broken(path, &error))?;
        match buffer.get(..count).unwrap_or_default() {
            [] => return Ok(()),
            some if some.iter().any(|byte| *byte != 0) => {
                return Err(damaged(path, "something follows its end".into()));
            }
            _ => {}
        }
    }
}

struct Reading<'a, R: Read> {
    path: &'a Path,
    limits: BundleLimits,
    archive: tar::Archive<R>,
}

impl<R: Read> Reading<'_, R> {
    fn bundle(&mut self) -> Result<Bundle, FileError> {
        let Self { path, limits, .. } = *self;
        // Only plain members: no long names, no links, nothing that says something of the next member.
        let mut members = self.archive.entries().map_err(|error| broken(path, &error))?.raw(true);
        let first = members.next().transpose().map_err(|error| broken(path, &error))?;
        let Some(mut first) = first.filter(|member| &*member.path_bytes() == manifest::NAME.as_bytes())
        else {
            return Err(foreign(path, "it is an archive without a manifest.json in front"));
        };
        if first.size() > limits.manifest {
            let what = format!("its manifest has more than {} MiB", limits.manifest >> 20);
            return Err(FileError::BundleTooLarge { path: path.to_owned(), what });
        }
        let mut text = Vec::new();
        first.read_to_end(&mut text).map_err(|error| broken(path, &error))?;
        let Manifest { ironsides, of, taken, server, listings, .. } = parse(path, &text)?;
        let mut facts = Facts { taken, server, listings: Vec::with_capacity(listings.len()) };
        for member in listings {
            let mut objects = Vec::new();
            if let Some(content) = &member.content {
                let found = members.next().transpose().map_err(|error| broken(path, &error))?;
                let found = found.filter(|found| {
                    &*found.path_bytes() == content.file.as_bytes()
                        && found.size() == content.bytes
                        && found.header().entry_type().is_file()
                });
                let Some(found) = found else {
                    return Err(damaged(path, format!("{} is not where its manifest says", content.file)));
                };
                let lines = Lines { path, file: &content.file, limits, hash: Sha256::new() };
                let (read, hash) = lines.read(BufReader::new(found))?;
                if hash != content.sha256 {
                    let what = format!("the content of {} is not what was written", content.file);
                    return Err(damaged(path, what));
                }
                objects = read;
            }
            if objects.len() as u64 != member.objects {
                let what = format!(
                    "its manifest counts {} objects for {}, and there are {}",
                    member.objects,
                    member.request,
                    objects.len()
                );
                return Err(damaged(path, what));
            }
            facts.listings.push(listing(member, objects));
        }
        if let Some(more) = members.next() {
            let more = more.map_err(|error| broken(path, &error))?;
            let name = String::from_utf8_lossy(&more.path_bytes()).into_owned();
            return Err(damaged(path, format!("it holds {name:?}, which its manifest does not name")));
        }
        Ok(Bundle { of, ironsides, facts })
    }
}

/// Reads the manifest, the version first.
fn parse(path: &Path, text: &[u8]) -> Result<Manifest, FileError> {
    let wrong = |error: serde_json::Error| damaged(path, format!("its manifest cannot be read: {error}"));
    let form: Form = serde_json::from_slice(text).map_err(wrong)?;
    if form.format != FORMAT {
        return Err(foreign(path, "its manifest is that of something else"));
    }
    if form.version != BUNDLE_FORMAT {
        return Err(FileError::BundleVersion { path: path.to_owned(), version: form.version });
    }
    serde_json::from_slice(text).map_err(wrong)
}

fn listing(member: Member, objects: Vec<Node>) -> Listing {
    Listing {
        request: Arc::from(member.request),
        group: Text::from(member.group),
        version: Text::from(member.version),
        resource: Text::from(member.resource),
        kind: Text::from(member.kind),
        namespace: member.namespace.map(Text::from),
        extent: member.extent,
        objects,
    }
}

/// Reads the objects of one member.
struct Lines<'a> {
    path: &'a Path,
    file: &'a str,
    limits: BundleLimits,
    hash: Sha256,
}

impl Lines<'_> {
    /// The objects, and the hash of the bytes they were read from.
    fn read(mut self, mut input: impl BufRead) -> Result<(Vec<Node>, String), FileError> {
        let mut objects = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let most = self.limits.object.saturating_add(1);
            let count = input.by_ref().take(most).read_until(b'\n', &mut line);
            if count.map_err(|error| broken(self.path, &error))? == 0 {
                return Ok((objects, hex(&self.hash.finalize())));
            }
            if line.len() as u64 > self.limits.object {
                let what =
                    format!("an object in {} has more than {} MiB", self.file, self.limits.object >> 20);
                return Err(FileError::BundleTooLarge { path: self.path.to_owned(), what });
            }
            self.hash.update(&line);
            objects.push(self.object(&line, objects.len() + 1)?);
        }
    }

    fn object(&self, line: &[u8], number: usize) -> Result<Node, FileError> {
        let wrong = |why: &str| damaged(self.path, format!("line {number} of {} {why}", self.file));
        let text = std::str::from_utf8(line).map_err(|_| wrong("is no text"))?;
        let whole = Limits { split_lists: false, ..Limits::default() };
        let mut documents = Documents::with_format(text, Format::Json, whole);
        let first = documents.next().and_then(Result::ok).map(|document| document.root);
        let object =
            first.filter(|root| root.as_map().is_some()).ok_or_else(|| wrong("is no JSON object"))?;
        if documents.next().is_some() {
            return Err(wrong("holds more than one JSON object"));
        }
        Ok(object)
    }
}

/// What a file is that is no bundle, as far as its first bytes tell.
fn kind(start: &[u8]) -> &'static str {
    match start {
        [] => "it is empty",
        [0x1F, 0x8B, ..] => "it looks like gzip; bundles are packed with zstd",
        [b'P', b'K', ..] => "it looks like a zip archive",
        bytes if bytes.contains(&0) => "it is a binary file of another kind",
        _ => "it looks like text; manifests are named as they are, or with -f where a command has it",
    }
}

fn foreign(path: &Path, why: &'static str) -> FileError {
    FileError::NoBundle { path: path.to_owned(), why }
}

fn damaged(path: &Path, what: String) -> FileError {
    FileError::BundleDamaged { path: path.to_owned(), what }
}

/// What unpacking says of bytes that are no whole frame or archive.
fn broken(path: &Path, error: &io::Error) -> FileError {
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ => format!("it cannot be unpacked: {error}"),
    };
    damaged(path, what)
}
