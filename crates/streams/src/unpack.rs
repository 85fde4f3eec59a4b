//! Files as streams of their unpacked bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;
use ironsides_files::{FileError, STDIN};

use crate::error::StreamError;

/// How much of a packed file is read at once.
const PACKED: usize = 256 << 10;

/// How much of it is unpacked at once: so much before a damaged place is lost with it.
const AT_ONCE: usize = 32 << 10;

/// A file, read from its beginning.
pub(crate) struct Unpacked {
    /// Its unpacked bytes.
    pub(crate) reader: Box<dyn Read + Send>,
    /// Whether bytes come as fast as they are read, so that it is no loss to wait until there are many.
    pub(crate) is_file: bool,
}

/// Counts the bytes that are read.
struct Counted<R> {
    inner: R,
    stored: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.stored.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Opens a file, or standard input. `stored` is told the bytes as they lie on the disk.
pub(crate) fn open(path: &Path, stored: Arc<AtomicU64>) -> Result<Unpacked, StreamError> {
    if path == Path::new(STDIN) {
        return unpack(path, io::stdin(), stored, false);
    }
    let failed = |error| FileError::io(path.to_owned(), error);
    let file = File::open(path).map_err(failed)?;
    let is_file = file.metadata().map_err(failed)?.is_file();
    unpack(path, file, stored, is_file)
}

/// The contents of a file, taken out of gzip or zstd by what it begins with.
pub fn unpacked(path: &Path) -> Result<Box<dyn Read + Send>, StreamError> {
    Ok(open(path, Arc::default())?.reader)
}

fn unpack(
    path: &Path,
    inner: impl Read + Send + 'static,
    stored: Arc<AtomicU64>,
    is_file: bool,
) -> Result<Unpacked, StreamError> {
    let failed = |error| {
        StreamError::from(if path == Path::new(STDIN) {
            FileError::Stdin(error)
        } else {
            FileError::io(path.to_owned(), error)
        })
    };
    let mut inner = Counted { inner, stored };
    let begin = first(&mut inner).map_err(failed)?;
    let packed = |with, command| StreamError::Packed { path: path.to_owned(), with, command };
    let reader: Box<dyn Read + Send> = match &begin[..] {
        [0x1F, 0x8B, ..] => {
            Box::new(Gzip::new(BufReader::with_capacity(PACKED, io::Cursor::new(begin).chain(inner))))
        }
        // A frame, or one that is to be skipped (RFC 8878).
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => {
            let buffered = BufReader::with_capacity(PACKED, io::Cursor::new(begin).chain(inner));
            Box::new(zstd::stream::read::Decoder::with_buffer(buffered).map_err(failed)?)
        }
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => return Err(packed("bzip2", "bzip2 -dc")),
        [0xFD, b'7', b'z', b'X', b'Z', ..] => return Err(packed("xz", "xz -dc")),
        [0x04, 0x22, 0x4D, 0x18, ..] => return Err(packed("lz4", "lz4 -dc")),
        [0x1F, 0x9D, ..] => return Err(packed("compress", "gzip -dc")),
        [b'P', b'K', 3, 4, ..] => return Err(packed("zip", "unzip -p")),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(StreamError::Utf16 { path: path.to_owned() }),
        // The same without a mark.
        begin if is_wide(begin) => return Err(StreamError::Utf16 { path: path.to_owned() }),
        // The mark of UTF-8.
        [0xEF, 0xBB, 0xBF, rest @ ..] => Box::new(io::Cursor::new(rest.to_vec()).chain(inner)),
        _ => Box::new(io::Cursor::new(begin).chain(inner)),
    };
    Ok(Unpacked { reader, is_file })
}

/// Whether these are ASCII characters of two bytes each: every second byte is NUL, and no other is, as in a block of NUL bytes.
fn is_wide(begin: &[u8]) -> bool {
    let is = |odd: usize| begin.iter().enumerate().all(|(at, byte)| (*byte == 0) == (at % 2 == odd));
    begin.len() >= 4 && (is(0) || is(1))
}

/// The first bytes, by which forms are known; fewer where there are no more.
fn first(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut begin = Vec::with_capacity(8);
    reader.by_ref().take(6).read_to_end(&mut begin)?;
    Ok(begin)
}

/// The members of a gzip file, one after the other. Zeros behind the last are padding, as gzip itself has it.
struct Gzip<R> {
    /// The member that is read; `None` behind the last.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gzip<R> {
    fn new(inner: R) -> Self {
        Self { member: Some(GzDecoder::new(inner)) }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let length = buffer.len().min(AT_ONCE);
            let read = member.read(buffer.get_mut(..length).unwrap_or_default())?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(mut inner) = self.member.take().map(GzDecoder::into_inner) else { break };
            let next = pass_zeros(&mut inner)?;
            match next {
                None => break,
                Some(0x1F) => self.member = Some(GzDecoder::new(inner)),
                Some(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "what stands behind its last member is not gzip",
                    ));
                }
            }
        }
        Ok(0)
    }
}

/// The first byte that is not zero, without passing it.
fn pass_zeros(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = reader.fill_buf()?;
        let Some(last) = buffer.len().checked_sub(1) else { return Ok(None) };
        match buffer.iter().position(|byte| *byte != 0) {
            Some(at) => {
                let byte = buffer.get(at).copied();
                reader.consume(at);
                return Ok(byte);
            }
            None => reader.consume(last + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_two_bytes_are_known_without_a_mark() {
        for (begin, expected) in [
            (&b"{\0\"\0k\0"[..], true),
            (b"\0{\0\"\0k", true),
            (b"{\0\"\0", true),
            (b"{\0", false),
            (b"\0\0\0\0\0\0", false),
            (b"{\0\0\0\0\0", false),
            (b"\0\0\0\0{\"", false),
            (b"{\"kind", false),
        ] {
            assert_eq!(is_wide(begin), expected, "{begin:?}");
            let path = Path::new("a.log");
            let opened = unpack(path, io::Cursor::new(begin), Arc::default(), true);
            assert_eq!(matches!(opened, Err(StreamError::Utf16 { .. })), expected, "{begin:?}");
        }
    }
}
