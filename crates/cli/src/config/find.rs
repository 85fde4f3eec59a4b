//! Where the configuration file is.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::args::ScanArgs;
use crate::scan::here;

/// The name of the file.
const NAME: &str = ".ironsides.yaml";
/// The variable that names one.
const VARIABLE: &str = "IRONSIDES_CONFIG";

/// The file that applies: named by `--config`, by `IRONSIDES_CONFIG`, or found from the scanned paths upwards.
pub(crate) fn find(args: &ScanArgs) -> Result<Option<PathBuf>> {
    if args.configuration.no_config {
        return Ok(None);
    }
    if let Some(path) = &args.configuration.config {
        return Ok(Some(path.clone()));
    }
    if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return Ok(Some(path.into()));
    }
    let mut found: Option<PathBuf> = None;
    for path in &args.paths {
        let Some(file) = above(path, NAME)? else { continue };
        match &found {
            Some(other) if *other != file => bail!(
                "two configuration files apply: {} and {}; name one with --config, or scan the paths one by one",
                shown(other).display(),
                shown(&file).display()
            ),
            _ => found = Some(file),
        }
    }
    Ok(found.map(|path| shown(&path)))
}

/// A file of this name in the folder of a path or above, up to the root of the git checkout. Outside of checkouts the
/// working folder is the last to be looked into.
pub(crate) fn above(path: &Path, name: &str) -> Result<Option<PathBuf>> {
    let here = here()?;
    let start = if path == Path::new(ironsides_files::STDIN) { here.clone() } else { absolute(path)? };
    let start = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
    let checkout = start.ancestors().find(|folder| folder.join(".git").exists());
    let last = checkout.unwrap_or(if start.starts_with(&here) { &here } else { start });
    let folders = start.ancestors().take_while(|folder| folder.starts_with(last));
    Ok(folders.map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// A path from the root, without `.` and `..`.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    let whole =
        std::path::absolute(path).with_context(|| format!("cannot tell where {} is", path.display()))?;
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Ok(plain)
}

/// A path as a user would write it here: from the working folder, upwards where need be.
pub(crate) fn shown(path: &Path) -> PathBuf {
    let Ok(here) = here() else { return path.to_owned() };
    for (up, folder) in here.ancestors().enumerate() {
        // The root of the file system is above everything and says nothing.
        if let Ok(rest) = path.strip_prefix(folder)
            && folder.parent().is_some()
        {
            return std::iter::repeat_n(Path::new(".."), up).chain([rest]).collect();
        }
    }
    path.to_owned()
}
