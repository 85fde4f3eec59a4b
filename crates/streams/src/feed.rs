//! From bytes to stretches.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::cut::{Cutter, Found, Odd};
use crate::marks::{HEAD, Mark, sum};
use crate::stretch::{Span, Stretch};
use crate::tally::{At, Tally};

/// How many bytes a stretch has, where its records are not longer.
pub(crate) const STRETCH: usize = 1 << 20;

/// Buffers that are used again when their stretches are read.
pub(crate) struct Buffers {
    back: Sender<Vec<u8>>,
    free: Receiver<Vec<u8>>,
}

impl Buffers {
    pub(crate) fn new() -> Self {
        let (back, free) = channel();
        Self { back, free }
    }

    /// A buffer of so many bytes, or some more.
    fn take(&self, length: usize) -> Vec<u8> {
        let mut buffer = self.free.try_recv().unwrap_or_default();
        // What was needed for one long record is not kept for ever.
        if buffer.capacity() > 4 * length {
            buffer = Vec::new();
        }
        buffer.resize(length.max(buffer.len()), 0);
        buffer
    }
}

/// The bytes of one source between its reader and its records.
pub(crate) struct Feed {
    source: Arc<str>,
    cutter: Cutter,
    limit: usize,
    buffer: Vec<u8>,
    filled: usize,
    /// The place of the buffer's first byte in the source.
    offset: u64,
    /// The first bytes of the source, as far as they were cut.
    head: Vec<u8>,
    /// What ended the reading, while what came before is cut.
    error: Option<io::Error>,
}

impl Feed {
    pub(crate) fn new(source: Arc<str>, limit: usize, buffers: &Buffers) -> Self {
        Self {
            source,
            cutter: Cutter::new(limit),
            limit,
            buffer: buffers.take(STRETCH),
            filled: 0,
            offset: 0,
            head: Vec::new(),
            error: None,
        }
    }

    /// Begins where a source with these first bytes was read to before.
    pub(crate) fn at(source: Arc<str>, limit: usize, buffers: &Buffers, head: &[u8], mark: Mark) -> Self {
        let head = head.get(..mark.length).unwrap_or_default().to_vec();
        let cutter = Cutter::at(limit, mark.line);
        Self { cutter, head, offset: mark.offset, ..Self::new(source, limit, buffers) }
    }

    /// Reads once, or with `is_eager` until there is no room, and says how many bytes came; 0 is the end.
    pub(crate) fn read(&mut self, reader: &mut dyn Read, is_eager: bool) -> io::Result<usize> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let mut count = 0;
        loop {
            if self.filled == self.buffer.len() {
                if count > 0 {
                    return Ok(count);
                }
                let length = self.buffer.len().saturating_mul(2).min(self.limit.saturating_add(2 * STRETCH));
                self.buffer.resize(length.max(self.filled + STRETCH), 0);
            }
            match reader.read(self.buffer.get_mut(self.filled..).unwrap_or_default()) {
                Ok(0) => return Ok(count),
                Ok(read) => {
                    self.filled += read;
                    count += read;
                    if !is_eager {
                        return Ok(count);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if count > 0 => {
                    self.error = Some(error);
                    return Ok(count);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Cuts what was read. What is left of it waits for more, unless it is the end.
    pub(crate) fn cut(&mut self, is_end: bool, buffers: &Buffers, tally: &mut Tally) -> Option<Stretch> {
        let mut found = Found::default();
        let window = self.buffer.get(..self.filled).unwrap_or_default();
        let used = self.cutter.cut(window, is_end, &mut found);
        // What breaks off may yet be completed: a later run begins there.
        let broken_off = found.odd.iter().find(|(odd, ..)| *odd == Odd::CutOff).copied();
        for (odd, at, line) in found.odd {
            let at = || At { source: Arc::clone(&self.source), line, offset: self.offset + at as u64 };
            match odd {
                Odd::TooLong => tally.too_long.add(at),
                Odd::CutOff => tally.cut_off.add(at),
                Odd::Nul => tally.nul.add(at),
            }
        }
        if self.head.len() < HEAD && self.head.len() as u64 == self.offset {
            let room = HEAD - self.head.len();
            self.head.extend_from_slice(window.get(..used.min(room)).unwrap_or_default());
        }
        let base = self.offset;
        self.offset += used as u64;
        tally.bytes += used as u64;
        if found.spans.is_empty() {
            self.buffer.copy_within(used..self.filled, 0);
            self.filled -= used;
            return None;
        }
        let rest = self.buffer.get(used..self.filled).unwrap_or_default();
        let mut next = buffers.take(STRETCH.max(rest.len()));
        if let Some(begin) = next.get_mut(..rest.len()) {
            begin.copy_from_slice(rest);
        }
        self.filled = rest.len();
        let mut bytes = std::mem::replace(&mut self.buffer, next);
        bytes.truncate(used);
        let mut spans = found.spans;
        for span in &mut spans {
            span.offset = base + span.begin as u64;
        }
        tally.records += spans.len() as u64;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => self.mend(error.as_bytes(), &mut spans, tally),
        };
        let behind = match broken_off {
            Some((_, at, line)) => Some((base + at as u64, line)),
            None => self.cutter.line().map(|line| (self.offset, line)),
        };
        let mark = behind.filter(|_| !self.head.is_empty()).map(|(offset, line)| Mark {
            length: self.head.len(),
            head: sum(&self.head),
            offset,
            line,
        });
        let back = Some(buffers.back.clone());
        Some(Stretch { source: Arc::clone(&self.source), text, spans, mark, back })
    }

    /// A text of the records, with U+FFFD for what is no character.
    fn mend(&self, bytes: &[u8], spans: &mut [Span], tally: &mut Tally) -> String {
        let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
        for span in spans {
            let record = String::from_utf8_lossy(bytes.get(span.begin..span.end).unwrap_or_default());
            if let std::borrow::Cow::Owned(_) = record {
                tally.not_utf8.add(|| At {
                    source: Arc::clone(&self.source),
                    line: span.line,
                    offset: span.offset,
                });
            }
            span.begin = text.len();
            text.push_str(&record);
            span.end = text.len();
        }
        text
    }
}
