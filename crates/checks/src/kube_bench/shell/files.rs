//! The files of the host, as commands ask for them.

use std::borrow::Cow;

use ironsides_settings::{File, FileKind, Host};

use super::Unsure;
use super::run::Shell;

/// A path without doubled and trailing slashes.
pub(super) fn tidy(path: &str) -> Cow<'_, str> {
    if !path.contains("//") && (path == "/" || !path.ends_with('/')) {
        return Cow::Borrowed(path);
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    Cow::Owned(format!("/{}", parts.join("/")))
}

/// What is at a path: `None` where nothing is.
///
/// # Errors
///
/// Nobody looked there, or could not.
pub(in super::super) fn look<'a>(host: &'a Host, path: &str) -> Result<Option<&'a File>, Unsure> {
    let path = tidy(path);
    if !path.starts_with('/') {
        return Err(Unsure::new(format!("where {path} lies is not known")));
    }
    if let Some(file) = host.file(None, &path) {
        return match file.kind {
            FileKind::Missing => Ok(None),
            FileKind::Unreadable => {
                let why = file.why.as_deref().unwrap_or("it could not be read");
                Err(Unsure::new(format!("{path}: {why}")))
            }
            _ => Ok(Some(file)),
        };
    }
    // What a folder above tells: it is not there, or does not hold the name.
    let (mut above, mut name) = path.rsplit_once('/').unwrap_or_default();
    while !above.is_empty() {
        if let Some(folder) = host.file(None, above) {
            let holds = |entries: &[String]| entries.iter().any(|entry| entry.trim_end_matches('/') == name);
            if folder.kind == FileKind::Missing
                || folder.kind == FileKind::File
                || folder.entries.as_deref().is_some_and(|entries| !holds(entries))
            {
                return Ok(None);
            }
            break;
        }
        (above, name) = above.rsplit_once('/').unwrap_or_default();
    }
    let why =
        host.gap(&path).map_or("nobody looked at it; collect the facts of the node anew", |gap| &gap.why);
    Err(Unsure::new(format!("{path}: {why}")))
}

/// The text of a file that is there.
pub(super) fn content(path: &str, file: &File) -> Result<String, Unsure> {
    match (&file.content, &file.unread) {
        (Some(content), _) => Ok(content.clone()),
        (None, Some(why)) => Err(Unsure::new(format!("{path}: {why}"))),
        (None, None) => Err(Unsure::new(format!("the text of {path} was not collected"))),
    }
}

impl Shell<'_> {
    /// What is at a path.
    pub(super) fn look(&self, path: &str) -> Result<Option<&File>, Unsure> {
        look(self.host, path)
    }

    /// The names in a folder, those of folders with a slash at their end; none where there is no folder.
    pub(super) fn names(&self, folder: &str) -> Result<&[String], Unsure> {
        match self.look(folder)? {
            Some(File { kind: FileKind::Directory, entries: Some(entries), .. }) => Ok(entries),
            Some(File { kind: FileKind::Directory, .. }) => {
                Err(Unsure::new(format!("the names in {folder} were not collected")))
            }
            _ => Ok(&[]),
        }
    }
}
