//! Whether anything changed on disk.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// A number for the state of everything at and below these paths: names, sizes and times of change. It differs once
/// something was written, made or removed. Hidden files count (ignore files and configurations are hidden), `.git` and
/// what a `.gitignore` names do not, nor do the files in `except`.
pub fn stamp(paths: &[PathBuf], except: &[PathBuf]) -> u64 {
    let except: BTreeSet<PathBuf> = except.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut hasher = DefaultHasher::new();
    for path in paths {
        let mut builder = WalkBuilder::new(path);
        builder.standard_filters(false).parents(true).git_ignore(true).git_exclude(true).follow_links(true);
        builder.sort_by_file_path(Path::cmp).filter_entry(|entry| entry.file_name() != ".git");
        for entry in builder.build().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            let is_left_out = || entry.path().canonicalize().is_ok_and(|path| except.contains(&path));
            if !meta.is_file() || !except.is_empty() && is_left_out() {
                continue;
            }
            (entry.path(), meta.len(), meta.modified().ok()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_stamp_changes_with_what_it_is_of() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs::write(path("a.yaml"), "a").unwrap();
        let now = || stamp(&[root.path().to_owned()], &[path("out.json")]);
        let first = now();
        assert_eq!(now(), first);
        fs::write(path("out.json"), "{}").unwrap();
        fs::create_dir(path(".git")).unwrap();
        fs::write(path(".git/index"), "x").unwrap();
        assert_eq!(now(), first, "neither an output nor git's own files count");
        fs::write(path("a.yaml"), "ab").unwrap();
        let second = now();
        assert_ne!(second, first);
        fs::write(path(".ironsides.yaml"), "").unwrap();
        let third = now();
        assert_ne!(third, second);
        fs::remove_file(path("a.yaml")).unwrap();
        assert_ne!(now(), third);
    }
}
