//! Text as it is written, with where each part came from.

use ironsides_tree::{Span, Text};

use crate::helm::origin::{Causes, Place};
use crate::helm::print::{NO_VALUE, write_value};
use crate::helm::value::{Inner, Str, Value};

/// Text and its marks.
#[derive(Default, Debug)]
pub(crate) struct Out {
    pub(crate) text: String,
    pub(crate) marks: Vec<Inner>,
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Out {
    /// Writes text as it stands in a template, with a mark a line.
    pub(crate) fn literal(&mut self, text: &str, place: Option<Place>) {
        let start = self.text.len();
        self.text.push_str(text);
        let Some(place) = place else { return };
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']).len();
            if bare > 0 {
                let from = place.span.start as usize + at;
                self.marks.push(Inner {
                    start: offset(start + at),
                    end: offset(start + at + bare),
                    place: Some(Place { file: place.file, span: Span::new(from, from + bare) }),
                    causes: Causes::None,
                });
            }
            at += line.len();
        }
    }

    /// Writes the value of an action.
    pub(crate) fn value(&mut self, value: &Value, place: Option<Place>, causes: Causes) {
        let start = self.text.len();
        match value {
            Value::Str(text) => {
                self.text.push_str(&text.text);
                self.mark(start, place, causes);
                for inner in text.marks.iter().flat_map(|marks| marks.iter()) {
                    self.inner(inner, start, place);
                }
                return;
            }
            Value::Nil => self.text.push_str(NO_VALUE),
            Value::Binary(bytes) => self.text.push_str(&String::from_utf8_lossy(bytes)),
            other => write_value(&mut self.text, other),
        }
        self.mark(start, place, causes);
    }

    fn mark(&mut self, start: usize, place: Option<Place>, causes: Causes) {
        if self.text.len() > start && (place.is_some() || !causes.as_slice().is_empty()) {
            self.marks.push(Inner { start: offset(start), end: offset(self.text.len()), place, causes });
        }
    }

    fn inner(&mut self, inner: &Inner, start: usize, place: Option<Place>) {
        let start = offset(start);
        let place = inner.place.or(place);
        self.marks.push(Inner {
            start: inner.start.saturating_add(start),
            end: inner.end.saturating_add(start),
            place,
            causes: inner.causes.clone(),
        });
    }

    /// Writes what another template gave.
    pub(crate) fn join(&mut self, other: &Self, place: Option<Place>, causes: Causes) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.mark(start, place, causes);
        for inner in &other.marks {
            self.inner(inner, start, place);
        }
    }

    /// The text as a string that knows where its parts came from.
    pub(crate) fn into_str(self) -> Str {
        let marks = if self.marks.is_empty() { None } else { Some(self.marks.into()) };
        Str { text: Text::new(self.text), marks }
    }

    /// Takes each occurrence of a word away.
    pub(crate) fn remove(&mut self, word: &str) {
        let finder = memchr::memmem::Finder::new(word);
        let places: Vec<u32> = finder.find_iter(self.text.as_bytes()).map(offset).collect();
        if places.is_empty() {
            return;
        }
        self.text = self.text.replace(word, "");
        let length = offset(word.len());
        let moved = |at: u32| {
            let before = places.partition_point(|place| *place < at);
            let cut = offset(before) * length;
            // A place inside a word that goes moves to its start.
            let inside =
                places.get(before.wrapping_sub(1)).map_or(0, |place| (place + length).saturating_sub(at));
            (at + inside).saturating_sub(cut)
        };
        for mark in &mut self.marks {
            mark.start = moved(mark.start);
            mark.end = moved(mark.end);
        }
        self.marks.retain(|mark| mark.start < mark.end);
    }
}
