//! The capabilities that containers add and drop, by the names that runtimes make of them.

use std::borrow::Cow;

use crate::out::Draft;
use crate::prelude::*;

/// An entry of `capabilities.add`.
pub(super) struct Added<'a> {
    /// Where it stands.
    pub(super) at: Cursor<'a>,
    /// Its name in capitals and without `CAP_`: neither makes a difference to every runtime.
    pub(super) name: Cow<'a, str>,
    /// Whether it is written with `CAP_`, which containerd does not understand.
    prefixed: bool,
    /// Whether the container drops the same name.
    dropped: bool,
}

/// What a container adds.
pub(super) fn added<'a>(container: &Container<'a>) -> impl Iterator<Item = Added<'a>> {
    let list = container.clone();
    container.security("capabilities").get("add").items().filter_map(move |at| {
        let written = capitals(at.str()?);
        // There is no CAP_ALL.
        let bare = written.strip_prefix("CAP_").filter(|bare| *bare != "ALL").map(str::to_owned);
        let prefixed = bare.is_some();
        let name = bare.map_or(written, Cow::Owned);
        let dropped = dropped(&list, &name).is_some();
        Some(Added { at, name, prefixed, dropped })
    })
}

/// Where a container drops this name, in whatever case; runtimes look at letters only.
pub(super) fn dropped<'a>(container: &Container<'a>, name: &str) -> Option<Cursor<'a>> {
    let mut names = container.security("capabilities").get("drop").items();
    names.find(|item| item.str().is_some_and(|dropped| dropped.eq_ignore_ascii_case(name)))
}

impl Added<'_> {
    /// Notes what runtimes disagree about.
    pub(super) fn note_doubt(&self, draft: &mut Draft) {
        draft.key(&*self.name);
        if self.dropped {
            draft
                .effective(
                    "dropped by containerd and CRI-O, granted by Docker",
                    "the name is both added and dropped",
                )
                .confidence(Confidence::Low);
        } else if self.prefixed {
            draft
                .effective(
                    format!("{} under CRI-O and Docker, nothing under containerd", self.name),
                    "Kubernetes writes capabilities without CAP_ and passes the prefix on unchanged",
                )
                .confidence(Confidence::Medium);
        }
    }
}

fn capitals(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(name.to_ascii_uppercase())
    } else {
        Cow::Borrowed(name)
    }
}
