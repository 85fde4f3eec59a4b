//! Records, many at a time.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use crate::marks::Mark;

/// About a mebibyte of whole records of one file. It can be sent to another thread.
#[derive(Debug)]
pub struct Stretch {
    pub(crate) source: Arc<str>,
    pub(crate) text: String,
    pub(crate) spans: Vec<Span>,
    /// How far the file was read behind it; `None` inside of a document.
    pub(crate) mark: Option<Mark>,
    /// Where the buffer goes when it is read.
    pub(crate) back: Option<Sender<Vec<u8>>>,
}

/// One record in the text of its stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its first byte in the text.
    pub(crate) begin: usize,
    /// The byte behind its last.
    pub(crate) end: usize,
    /// The line of its first byte, from 1.
    pub(crate) line: u64,
    /// Its first byte in the unpacked file.
    pub(crate) offset: u64,
}

/// One line, or one JSON document of several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its text, without blanks at its ends. Never empty.
    pub text: &'a str,
    /// Where it stands.
    pub place: Place<'a>,
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file, as it was named or found; `-` is standard input.
    pub source: &'a str,
    /// The line of its first byte, from 1.
    pub line: u64,
    /// Its first byte, from 0, in the unpacked file.
    pub offset: u64,
}

impl Stretch {
    /// The records, in the order of the file.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.spans.iter().map(|span| Record {
            text: self.text.get(span.begin..span.end).unwrap_or_default(),
            place: Place { source: &self.source, line: span.line, offset: span.offset },
        })
    }

    /// How many bytes of the unpacked file the records take up, without what stands between them.
    pub fn bytes(&self) -> usize {
        self.spans.iter().map(|span| span.end - span.begin).sum()
    }

    /// The file that all of it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl Drop for Stretch {
    fn drop(&mut self) {
        if let Some(back) = &self.back {
            // Where nobody reads on, nobody needs the buffer.
            let _ = back.send(std::mem::take(&mut self.text).into_bytes());
        }
    }
}
