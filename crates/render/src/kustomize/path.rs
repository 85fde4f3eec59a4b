//! Paths within a tree of files.

/// A path as seen from a folder, without `.` and `..` where they can be resolved. `""` is where the tree begins.
pub(super) fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return clean(path);
    }
    clean(&format!("{folder}/{path}")[usize::from(folder.is_empty())..])
}

/// A path without `.`, `..` and empty names.
pub(super) fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => match names.last() {
                Some(&last) if last != ".." => drop(names.pop()),
                _ if absolute => {}
                _ => names.push(".."),
            },
            _ => names.push(name),
        }
    }
    let joined = names.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

/// Whether a path is a folder or lies in it.
pub(super) fn within(path: &str, folder: &str) -> bool {
    if folder.is_empty() {
        return !path.starts_with('/') && path != ".." && !path.starts_with("../");
    }
    // The folders above the beginning of the tree hold each other: `../..` holds `..`.
    if folder.split('/').all(|name| name == "..") {
        let ups = |path: &str| path.split('/').take_while(|name| *name == "..").count();
        return !path.starts_with('/') && ups(path) <= ups(folder);
    }
    folder == "/" && path.starts_with('/')
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last name of a path.
pub(super) fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Whether an entry means something that would have to be fetched.
pub(super) fn is_remote(entry: &str) -> bool {
    let lower = entry.to_ascii_lowercase();
    let host = lower.split(['/', ':']).next().unwrap_or_default();
    lower.contains("://")
        || lower.starts_with("git::")
        || lower.starts_with("git@")
        || lower.starts_with("gh:")
        || matches!(host, "github.com" | "gitlab.com" | "bitbucket.org")
        || (host.contains('@') && lower.contains(':'))
        || lower.contains(".git?")
        || lower.contains(".git//")
        || lower.contains("?ref=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved() {
        for (folder, path, expected) in [
            ("", "a.yaml", "a.yaml"),
            ("", "./a/../b", "b"),
            ("a/b", "../c", "a/c"),
            ("a", "../../c", "../c"),
            ("/x/y", "../z", "/x/z"),
            ("/", "../z", "/z"),
            ("a", ".", "a"),
            ("a", "..", ""),
            ("", "..", ".."),
            ("../a", "../b", "../b"),
            ("../a", "../..", "../.."),
        ] {
            assert_eq!(join(folder, path), expected, "{folder} {path}");
        }
    }

    #[test]
    fn folders_hold_what_lies_below() {
        for (path, folder, expected) in [
            ("a/b", "a", true),
            ("ab", "a", false),
            ("a", "a", true),
            ("a", "", true),
            ("../a", "", false),
            ("", "..", true),
            ("..", "../..", true),
            ("../..", "..", false),
            ("/a", "/", true),
        ] {
            assert_eq!(within(path, folder), expected, "{path} {folder}");
        }
    }

    #[test]
    fn what_must_be_fetched_is_recognised() {
        for entry in [
            "https://example.com/a.yaml",
            "github.com/a/b",
            "github.com/a/b//c?ref=v1",
            "git@github.com:a/b.git",
            "ssh://git@x/y",
            "git::https://x/y",
            "example.org/x.git?ref=main",
        ] {
            assert!(is_remote(entry), "{entry}");
        }
        for entry in ["base", "../base", "a.yaml", "github", "./a@b.yaml"] {
            assert!(!is_remote(entry), "{entry}");
        }
    }
}
