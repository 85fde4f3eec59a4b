//! Charts as archives: `.tgz`.

use std::io::Read;
use std::sync::Arc;

/// The most that an archive may hold, unpacked.
pub(crate) const MOST: u64 = 100 << 20;

/// How many files an archive may hold.
const MOST_FILES: usize = 50_000;

/// A file of a chart: its path there, and its content.
pub(crate) type ChartFile = (Arc<str>, Arc<[u8]>);

/// The files of an archive by their paths below its one folder; or what is wrong with it.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Vec<ChartFile>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b, 0x08]) {
        return Err("it is no gzip archive".to_owned());
    }
    let broken = |error: std::io::Error| format!("it is broken: {error}");
    // The headers count too, so that an archive of a million empty files ends.
    let reader = flate2::read::GzDecoder::new(bytes).take(MOST + (64 << 20));
    let mut archive = tar::Archive::new(reader);
    let mut files = Vec::new();
    let mut left = MOST;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        if !entry.header().entry_type().is_file() {
            if entry.header().entry_type().is_dir() || entry.header().entry_type().is_pax_global_extensions()
            {
                continue;
            }
            // Links and devices have no content of their own.
            continue;
        }
        let path = entry.path_bytes();
        let path =
            String::from_utf8(path.into_owned()).map_err(|_| "a path in it is not UTF-8".to_owned())?;
        let name = inner_path(&path)?;
        let too_large = || format!("unpacked it is larger than {} MiB", MOST >> 20);
        if entry.size() > left || files.len() >= MOST_FILES {
            return Err(too_large());
        }
        let mut content = Vec::new();
        let read = entry.by_ref().take(left).read_to_end(&mut content).map_err(broken)?;
        left = left.checked_sub(read as u64).filter(|left| *left > 0).ok_or_else(too_large)?;
        let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&content);
        files.push((Arc::from(name), Arc::from(content)));
    }
    if files.is_empty() { Err("it holds no files".to_owned()) } else { Ok(files) }
}

/// The path below the archive's folder.
fn inner_path(path: &str) -> Result<String, String> {
    let path = path.replace('\\', "/");
    let (folder, rest) = path.split_once('/').unwrap_or((&path, ""));
    if rest.is_empty() {
        return Err(format!("{folder} in it stands outside of the chart's folder"));
    }
    if rest.starts_with('/') {
        return Err(format!("the path {path} in it is absolute"));
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(format!("the path {path} in it leads out of the chart's folder")),
            part => parts.push(part),
        }
    }
    let drive = parts.first().is_some_and(|part| part.len() == 2 && part.ends_with(':'));
    if parts.is_empty() || drive {
        return Err(format!("the path {path} in it is none of a chart"));
    }
    Ok(parts.join("/"))
}
