//! Paths by their text alone.

/// A path seen from a folder, without `.`, `..` and doubled slashes.
pub(super) fn join(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    let rooted = whole.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    match (rooted, path.is_empty()) {
        (true, _) => format!("/{path}"),
        (false, true) => ".".into(),
        (false, false) => path,
    }
}

/// The folder that a path lies in.
pub(super) fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_cleaned() {
        let cases = [
            ("/", "kubelet.yaml", "/kubelet.yaml"),
            ("/var/lib", "a//b/./c", "/var/lib/a/b/c"),
            ("/var/lib", "../x", "/var/x"),
            ("/var", "/etc/../etc/k", "/etc/k"),
            ("/", "../..", "/"),
            ("conf.d", "a.conf", "conf.d/a.conf"),
            (".", "", "."),
        ];
        for (folder, path, joined) in cases {
            assert_eq!(join(folder, path), joined, "{folder} {path}");
        }
        assert_eq!((parent("/a/b"), parent("/a"), parent("a")), ("/a", "/", "."));
    }
}
