//! The text of one file.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use ironsides_tree::{Lines, Position};

use crate::error::FileError;

/// The name by which standard input is asked for and reported.
pub const STDIN: &str = "-";

/// Reads a file, or standard input for [`STDIN`], as UTF-8 text.
pub fn read(path: &Path) -> Result<String, FileError> {
    decode(path, read_bytes(path)?)
}

/// Reads the bytes of a file, or of standard input for [`STDIN`].
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    if path == Path::new(STDIN) {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(FileError::Stdin)?;
        return Ok(bytes);
    }
    fs::read(path).map_err(|error| FileError::io(path.to_owned(), error))
}

/// Bytes as UTF-8 text; `path` is for the message.
pub fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, FileError> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let hint = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("it looks like UTF-16; convert it to UTF-8"),
        [0x1F, 0x8B, ..] => Some("it looks like gzip; unpack it first"),
        bytes if bytes.contains(&0) => Some("it looks like a binary file; leave it out"),
        _ => Some("convert it to UTF-8"),
    };
    let before = bytes.get(..valid).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let position = if before.is_empty() {
        Position { line: 1, column: 1 }
    } else {
        Lines::new(before).position(before, u32::MAX)
    };
    Err(FileError::NotText { path: path.to_owned(), position, hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        let said = |bytes: &[u8]| decode(Path::new("a.yaml"), bytes.to_vec()).unwrap_err().to_string();
        assert_eq!(said(b"a: 1\nb: \xFF"), "a.yaml:2:4: not UTF-8 text; convert it to UTF-8");
        assert!(said(&[0xFF, 0xFE, b'a', 0]).contains("UTF-16"));
        assert!(said(&[0x1F, 0x8B, 8, 0]).contains("gzip"));
        assert_eq!(
            read(Path::new("/does/not/exist.yaml")).unwrap_err().to_string(),
            "/does/not/exist.yaml: no such file or directory; check the path"
        );
    }
}
