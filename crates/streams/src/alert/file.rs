//! A file that lines are appended to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::StreamError;

/// A file that lines are appended to, each in one piece. Where it is renamed or removed, a new one is begun.
#[derive(Debug)]
pub(crate) struct AppendFile {
    path: PathBuf,
    /// The open file, with its device and inode.
    file: Option<(File, (u64, u64))>,
}

impl AppendFile {
    pub(crate) fn open(path: &Path) -> Result<Self, StreamError> {
        let mut this = Self { path: path.to_owned(), file: None };
        this.file().map_err(|why| StreamError::Unwritable { path: path.to_owned(), why })?;
        Ok(this)
    }

    /// Opens it anew for the next line.
    pub(crate) fn forget(&mut self) {
        self.file = None;
    }

    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        let is_other =
            |id: (u64, u64)| fs::metadata(&self.path).map_or(true, |meta| (meta.dev(), meta.ino()) != id);
        if self.file.as_ref().is_some_and(|(_, id)| is_other(*id)) {
            self.file = None;
        }
        // In one call, so that lines of several writers do not mix.
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        self.file()?.write_all(&bytes)
    }

    fn file(&mut self) -> io::Result<&mut File> {
        let (file, id) = if let Some(open) = self.file.take() {
            open
        } else {
            // Alerts tell who did what: for the owner alone, unless the file is there already.
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
            let meta = file.metadata()?;
            (file, (meta.dev(), meta.ino()))
        };
        Ok(&mut self.file.insert((file, id)).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_appended_and_a_rotated_file_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        fs::write(&path, "old\n").unwrap();
        let mut file = AppendFile::open(&path).unwrap();
        file.line("one").unwrap();
        fs::rename(&path, folder.path().join("alerts.json.1")).unwrap();
        file.line("two").unwrap();
        file.forget();
        file.line("three").unwrap();
        fs::remove_file(&path).unwrap();
        file.line("four").unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!((read("alerts.json.1").as_str(), read("alerts.json").as_str()), ("old\none\n", "four\n"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_at_once() {
        let error = AppendFile::open(Path::new("/does/not/exist/alerts.json")).unwrap_err().to_string();
        assert_eq!(
            error,
            "/does/not/exist/alerts.json: cannot be written: No such file or directory (os error 2)"
        );
    }
}
