//! Where values come from, kept on every value while it is moved, merged and rewritten.

use std::sync::Arc;

use ironsides_tree::Span;

/// Bytes of one of the files that a build reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The file, by its number among the sources.
    pub(super) file: u32,
    pub(super) span: Span,
}

impl Place {
    /// No place at all.
    pub(super) const NONE: Self = Self { file: u32::MAX, span: Span::NONE };

    pub(super) fn is_some(self) -> bool {
        self.file != u32::MAX
    }
}

/// One reason for a value, in kustomize's words.
#[derive(Debug)]
pub(super) struct Because {
    pub(super) what: Arc<str>,
    pub(super) place: Place,
}

impl Because {
    pub(super) fn new(what: impl Into<Arc<str>>, place: Place) -> Arc<Self> {
        Arc::new(Self { what: what.into(), place })
    }
}

/// Reasons, the latest first.
pub(super) type Reasons = Option<Arc<Link>>;

/// One reason and those before it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) because: Arc<Because>,
    pub(super) before: Reasons,
}

impl Drop for Link {
    /// Chains can be long (a value that many patches wrote), so they are taken apart in a loop.
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some(link) = next {
            match Arc::try_unwrap(link) {
                Ok(mut link) => next = link.before.take(),
                Err(_) => break,
            }
        }
    }
}

/// Where a value stands and what made it so.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// Where it was last written.
    pub(super) place: Place,
    pub(super) reasons: Reasons,
}

/// More reasons than this for one value are not told.
const MOST_REASONS: usize = 32;

impl Origin {
    pub(super) const NONE: Self = Self { place: Place::NONE, reasons: None };

    pub(super) fn at(place: Place) -> Self {
        Self { place, reasons: None }
    }

    /// A value that `because` made, written at `place`.
    pub(super) fn made(place: Place, because: &Arc<Because>) -> Self {
        Self::at(place).and(because)
    }

    /// The same with one more reason, unless it is the latest already.
    pub(super) fn and(&self, because: &Arc<Because>) -> Self {
        if self.reasons.as_ref().is_some_and(|link| Arc::ptr_eq(&link.because, because)) {
            return self.clone();
        }
        let before = self.reasons.clone();
        Self { place: self.place, reasons: Some(Arc::new(Link { because: because.clone(), before })) }
    }

    /// The same value after `because` wrote it anew, with text that stands at `place`. What stood before takes part.
    pub(super) fn rewritten(&self, place: Place, because: &Arc<Because>) -> Self {
        let before = match &self.reasons {
            None if self.place.is_some() && self.place != place => {
                Self::made(place, &Because::new("resources", self.place))
            }
            _ => Self { place, reasons: self.reasons.clone() },
        };
        before.and(because)
    }

    /// The reasons, the earliest first.
    pub(super) fn because(&self) -> Vec<&Because> {
        let mut found = Vec::new();
        let mut next = self.reasons.as_deref();
        while let Some(link) = next.filter(|_| found.len() < MOST_REASONS) {
            found.push(&*link.because);
            next = link.before.as_deref();
        }
        found.reverse();
        found
    }
}
