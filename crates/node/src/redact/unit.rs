//! Unit files of systemd and files of variables, without their secrets.

use std::borrow::Cow;

use super::STARS;
use super::words::{is_secret_name, value};

/// Whether a line is a comment: in unit files, files of variables and files of flags alike.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

/// A unit file or drop-in. Of variables that no component reads the value goes.
pub(super) fn unit(text: &str) -> String {
    let mut new = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !is_comment(line)) {
        match line.split_once('=') {
            Some((key, assignments)) if key.trim() == "Environment" => {
                new.push_str("Environment=");
                new.push_str(&self::assignments(assignments));
            }
            Some((key, _)) if matches!(key.trim(), "SetCredential" | "SetCredentialEncrypted") => {
                new.push_str(key);
                new.push('=');
                new.push_str(STARS);
            }
            _ => new.push_str(&value(line)),
        }
        new.push('\n');
    }
    new
}

/// `A=b "C=d e" 'F=g'`
fn assignments(text: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (part, after) = if matches!(first, '"' | '\'') {
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner.find(first).unwrap_or(inner.len());
            (inner.get(..end).unwrap_or_default(), inner.get(end + 1..).unwrap_or_default())
        } else {
            // Quotes may stand within a word, and hold what it has of blanks.
            let mut quote = None;
            let end = rest.find(|c: char| {
                match (quote, c) {
                    (None, '"' | '\'') => quote = Some(c),
                    (Some(open), c) if c == open => quote = None,
                    _ => {}
                }
                quote.is_none() && c.is_whitespace()
            });
            rest.split_at(end.unwrap_or(rest.len()))
        };
        if part == "\\" {
            parts.push(part.to_owned());
        } else if let Some((name, given)) = part.split_once('=') {
            let given = variable(name, given);
            let is_quoted = given.contains(char::is_whitespace);
            parts.push(if is_quoted { format!("\"{name}={given}\"") } else { format!("{name}={given}") });
        } else if !part.is_empty() {
            parts.push(STARS.to_owned());
        }
        rest = after.trim_start();
    }
    parts.join(" ")
}

/// A file of variables. A value in quotes may reach over several lines.
pub(super) fn environment(text: &str) -> String {
    let mut new = String::with_capacity(text.len());
    let mut open: Option<char> = None;
    for line in text.lines() {
        if let Some(quote) = open {
            // More of a value that was replaced as a whole.
            if line.contains(quote) {
                open = None;
            }
            continue;
        }
        if is_comment(line) {
            continue;
        }
        if let Some((name, given)) = line.split_once('=') {
            let first = given.trim_start().chars().next().filter(|c| matches!(c, '"' | '\''));
            open = first.filter(|quote| given.matches(*quote).count() % 2 == 1);
            new.push_str(name);
            new.push('=');
            let given = if open.is_some() { Cow::Borrowed(STARS) } else { variable(name, given) };
            new.push_str(&given);
            new.push('\n');
        } else if line.trim().is_empty() {
            new.push('\n');
        } else {
            new.push_str(STARS);
            new.push('\n');
        }
    }
    new
}

/// Beginnings of the names of variables that are kept: what components read, and their flags.
const READ: [&str; 17] = [
    "CONTAINER",
    "CRIO",
    "DAEMON",
    "DOCKER",
    "ETCD_",
    "FLANNEL",
    "GODEBUG",
    "GOMAXPROCS",
    "HTTP",
    "INSTALL_K3S_",
    "K0S_",
    "K3S_",
    "KUBE",
    "NODE_IP",
    "NO_PROXY",
    "RKE2_",
    "EXTRA_ARGS",
];

/// Whether the value of a variable is kept, but for secrets in it.
pub(crate) fn is_read(name: &str) -> bool {
    let name = name.trim().trim_start_matches("export ").to_ascii_uppercase();
    READ.iter().any(|start| name.starts_with(start))
        || ["ARGS", "OPTS", "OPTIONS", "FLAGS", "_PROXY"].iter().any(|end| name.ends_with(end))
}

/// The value of a variable, as far as it is kept.
pub(crate) fn variable<'a>(name: &str, given: &'a str) -> Cow<'a, str> {
    let is_kept = is_read(name) && !is_secret_name(name);
    if is_kept || given.trim().is_empty() { value(given) } else { Cow::Borrowed(STARS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_nobody_reads_lose_their_values() {
        let text = "# K3S_TOKEN=hunter2\nK3S_TOKEN=hunter2\nAWS_X=hunter2\nKUBELET_EXTRA_ARGS=\"--v=2 --token=hunter2\"\n\
                    NOTE='hunter2\nhunter2'\nHTTPS_PROXY=http://a:hunter2@p:3128\nhunter2\n";
        let new = environment(text);
        assert!(!new.contains("hunter2"), "{new}");
        assert!(
            new.contains("--v=2") && new.contains("@p:3128") && new.contains("K3S_TOKEN=********"),
            "{new}"
        );
    }

    #[test]
    fn unit_files_keep_what_they_start() {
        let text = "[Service]\n; hunter2\nEnvironment=\"KUBELET_CONFIG_ARGS=--config=/a --v=2\" TOKEN=hunter2 X='hunter2 hunter2'\n\
                    EnvironmentFile=-/etc/default/kubelet\nExecStart=/usr/bin/kubelet --token hunter2 \\\n  $KUBELET_CONFIG_ARGS\n\
                    SetCredential=a:hunter2\n";
        let new = unit(text);
        assert!(!new.contains("hunter2"), "{new}");
        for kept in [
            "--config=/a",
            "EnvironmentFile=-/etc/default/kubelet",
            "ExecStart=/usr/bin/kubelet --token ********",
        ] {
            assert!(new.contains(kept), "{new}");
        }
    }
}
