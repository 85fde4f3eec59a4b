//! Folders of generated configuration on the disk.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ironsides_harden::{Folder, Found, Output};

/// The mode of the outermost folder: what is in it is a secret.
const FOLDER_MODE: u32 = 0o700;

/// The mode of folders in it: they stand for folders of nodes, and whoever copies them must not shut `/etc`.
const INNER_MODE: u32 = 0o755;

/// No generated file is nearly as large.
const LARGEST: u64 = 8 << 20;

/// Writes files below a folder, each with its mode from the first byte on.
pub(super) fn write(folder: &Path, outputs: &[Output]) -> Result<()> {
    for output in outputs {
        let path = folder.join(&output.path);
        make(folder, &output.path)?;
        write_file(&path, &output.text, output.mode)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Makes the folders above a file, also where an earlier version left them with another mode.
fn make(folder: &Path, file: &str) -> Result<()> {
    let what = |at: &Path| format!("cannot make the folder {}", at.display());
    fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder).with_context(|| what(folder))?;
    let mut at = folder.to_owned();
    for name in Path::new(file).parent().into_iter().flat_map(Path::components) {
        at.push(name);
        match fs::DirBuilder::new().mode(INNER_MODE).create(&at) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| what(&at));
            }
            _ => {}
        }
        // The umask may have taken bits away.
        fs::set_permissions(&at, fs::Permissions::from_mode(INNER_MODE)).with_context(|| what(&at))?;
    }
    Ok(())
}

/// Writes a file beside its place and moves it there, so that nobody reads half of it, and a link is replaced rather than
/// followed.
fn write_file(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let write = || {
        _ = fs::remove_file(&new);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.write_all(text.as_bytes())?;
        // The umask may have taken bits away that others need.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        fs::rename(&new, path)
    };
    write().inspect_err(|_| _ = fs::remove_file(&new))
}

/// What a folder holds that is about to be written into.
pub(super) enum Before {
    /// Nothing, or it is not there.
    Nothing,
    /// What was generated before.
    Generated,
    /// Something else: the first name.
    Other(PathBuf),
}

/// Looks at a folder that is about to be written into.
pub(super) fn before(folder: &Path) -> Result<Before> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Before::Nothing),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read the folder {}", folder.display()));
        }
    };
    let mut names = Vec::new();
    for entry in entries {
        names
            .push(entry.with_context(|| format!("cannot read the folder {}", folder.display()))?.file_name());
    }
    names.sort();
    Ok(match names.into_iter().next() {
        None => Before::Nothing,
        Some(_) if folder.join(ironsides_harden::DESCRIPTION).is_file() => Before::Generated,
        Some(first) => Before::Other(folder.join(first)),
    })
}

/// Reads a folder, with the modes of its files. Links are not followed.
pub(super) fn read(folder: &Path) -> Result<Folder> {
    let mut files = Folder::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        let what = || format!("cannot read the folder {}", at.display());
        for entry in fs::read_dir(&at).with_context(what)? {
            let entry = entry.with_context(what)?;
            let path = entry.path();
            let meta =
                fs::symlink_metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
            if meta.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            let text = if !meta.is_file() {
                Err("it is no regular file".to_owned())
            } else if meta.len() > LARGEST {
                Err(format!("it has more than {} MB", LARGEST >> 20))
            } else {
                fs::read_to_string(&path).map_err(|error| error.to_string())
            };
            files.insert(name, Found { text, mode: Some(meta.permissions().mode() & 0o7777) });
        }
    }
    Ok(files)
}
