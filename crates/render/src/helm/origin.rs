//! Where values were set.

use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use ironsides_core::Cause;
use ironsides_tree::{Lines, Span, Text};
use rustc_hash::FxHashMap;

/// The place where a value is set, by its number in [`Origins`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Origin(u32);

impl Origin {
    /// Of values that a template made.
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn is_some(self) -> bool {
        self.0 != 0
    }
}

/// The bytes of a template file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file, by its number among all of a rendering.
    pub(crate) file: u32,
    pub(crate) span: Span,
}

/// The values that made a part of a text.
#[derive(Clone, Debug, Default)]
pub(crate) enum Causes {
    #[default]
    None,
    One(Origin),
    Many(Rc<[Origin]>),
}

impl Causes {
    /// At most this many causes are told of one place.
    const MOST: usize = 16;

    /// These, each once.
    pub(crate) fn of(reads: &[Origin]) -> Self {
        match reads {
            [] => Self::None,
            [one] => Self::One(*one),
            many => {
                let mut seen: Vec<Origin> = Vec::new();
                for read in many {
                    if seen.len() < Self::MOST && !seen.contains(read) {
                        seen.push(*read);
                    }
                }
                match seen.as_slice() {
                    [one] => Self::One(*one),
                    many => Self::Many(many.into()),
                }
            }
        }
    }

    pub(crate) fn as_slice(&self) -> &[Origin] {
        match self {
            Self::None => &[],
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// All places where values are set.
pub(crate) struct Origins {
    entries: Vec<Entry>,
    sources: Vec<Source>,
    made: FxHashMap<Origin, Cause>,
}

struct Entry {
    parent: Origin,
    step: Step,
    source: u32,
    /// The byte of the source's text.
    at: u32,
}

enum Step {
    Root,
    Key(Text),
    Item(u32),
}

/// What sets values.
pub(crate) enum Source {
    /// A file, and where its lines begin, once that is asked for.
    File { path: Arc<str>, text: Arc<str>, lines: Option<Lines> },
    /// A flag: `--set`, `--set-string`.
    Flag(&'static str),
}

impl Origins {
    pub(crate) fn new() -> Self {
        let none = Entry { parent: Origin::NONE, step: Step::Root, source: 0, at: 0 };
        Self { entries: vec![none], sources: Vec::new(), made: FxHashMap::default() }
    }

    /// The origin of everything that a source sets.
    pub(crate) fn source(&mut self, source: Source) -> Origin {
        self.sources.push(source);
        let number = u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX);
        self.add(Entry { parent: Origin::NONE, step: Step::Root, source: number, at: 0 })
    }

    pub(crate) fn key(&mut self, parent: Origin, key: &Text, at: u32) -> Origin {
        let source = self.source_of(parent);
        self.add(Entry { parent, step: Step::Key(key.clone()), source, at })
    }

    pub(crate) fn item(&mut self, parent: Origin, number: usize, at: u32) -> Origin {
        let source = self.source_of(parent);
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.add(Entry { parent, step: Step::Item(number), source, at })
    }

    fn source_of(&self, origin: Origin) -> u32 {
        self.entries.get(origin.0 as usize).map_or(0, |entry| entry.source)
    }

    fn add(&mut self, entry: Entry) -> Origin {
        let Ok(number) = u32::try_from(self.entries.len()) else { return Origin::NONE };
        self.entries.push(entry);
        Origin(number)
    }

    /// The path of a value as a template would write it, without `.Values`: `.image.tag`, `.ports[0]`.
    fn path(&self, origin: Origin) -> String {
        let mut steps = Vec::new();
        let mut at = origin;
        while let Some(entry) = self.entries.get(at.0 as usize) {
            match &entry.step {
                Step::Root => break,
                step => steps.push(step),
            }
            at = entry.parent;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            match step {
                Step::Root => {}
                Step::Key(key) => {
                    path.push('.');
                    path.push_str(key);
                }
                Step::Item(number) => _ = write!(path, "[{number}]"),
            }
        }
        path
    }

    /// What to tell of a place.
    pub(crate) fn cause(&mut self, origin: Origin) -> Option<Cause> {
        if let Some(made) = self.made.get(&origin) {
            return Some(made.clone());
        }
        let entry = self.entries.get(origin.0 as usize).filter(|_| origin.is_some())?;
        let (source, at) = (entry.source as usize, entry.at);
        let path = self.path(origin);
        let cause = match self.sources.get_mut(source)? {
            Source::File { path: file, text, lines } => Cause {
                what: format!(".Values{path}").into(),
                path: Some(file.clone()),
                line: Some(lines.get_or_insert_with(|| Lines::new(text)).position(text, at).line),
            },
            Source::Flag(flag) => {
                let what = format!("{flag} {}", path.strip_prefix('.').unwrap_or(&path));
                Cause { what: what.into(), path: None, line: None }
            }
        };
        self.made.insert(origin, cause.clone());
        Some(cause)
    }
}
