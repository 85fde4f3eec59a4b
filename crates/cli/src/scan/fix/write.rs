//! Fixed texts: into their files, or as a diff.

use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::Path;

use similar::TextDiff;

/// How many unchanged lines a diff shows around what changes.
const AROUND: usize = 3;

/// Puts a new text in the place of a file's old one: all of it or nothing. Permissions stay, symbolic links too. A file
/// with further hard links is written in place, so that it stays one file under all its names.
pub(crate) fn replace(path: &Path, old: &str, new: &str) -> Result<(), String> {
    let why = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let real = path.canonicalize().map_err(why)?;
    let meta = real.metadata().map_err(why)?;
    if !meta.is_file() {
        return Err(format!("cannot write {}: it is no file", path.display()));
    }
    if meta.permissions().readonly() {
        return Err(format!("cannot write {}: it is read-only; allow writing and run again", path.display()));
    }
    if fs::read(&real).map_err(why)? != old.as_bytes() {
        return Err(format!("did not write {}: it changed meanwhile; run again", path.display()));
    }
    if super::files::has_hard_links(&meta) {
        return overwrite(&real, old, new).map_err(why);
    }
    let folder = real.parent().unwrap_or(Path::new("."));
    let mut fresh = tempfile::Builder::new().prefix(".ironsides-").tempfile_in(folder).map_err(why)?;
    fresh.write_all(new.as_bytes()).map_err(why)?;
    fresh.as_file().set_permissions(meta.permissions()).map_err(why)?;
    fresh.as_file().sync_all().map_err(why)?;
    fresh.persist(&real).map_err(|error| why(error.error))?;
    Ok(())
}

/// Writes over what a file holds. Where that breaks off, the old text is put back as far as the disk allows.
fn overwrite(real: &Path, old: &str, new: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(real)?;
    let mut put = |text: &str| {
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)?;
        file.sync_all()
    };
    put(new).inspect_err(|_| _ = put(old))
}

/// What changes, as `patch -p1` and `git apply` take it.
pub(crate) fn diff(path: &str, old: &str, new: &str) -> String {
    let (from, to) = match path.strip_prefix("./").unwrap_or(path) {
        ironsides_files::STDIN => ("a/stdin".to_owned(), "b/stdin".to_owned()),
        path if path.starts_with('/') || path.starts_with("../") => (path.to_owned(), path.to_owned()),
        path => (format!("a/{path}"), format!("b/{path}")),
    };
    TextDiff::from_lines(old, new).unified_diff().context_radius(AROUND).header(&from, &to).to_string()
}
