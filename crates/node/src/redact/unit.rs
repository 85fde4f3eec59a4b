//! Unit files of systemd and files of variables, without their secrets.

use std::borrow::Cow;

use super::words::{is_secret_name, value};
use super::{STARS, flags};
use crate::unit::{is_comment, lines};

/// A unit file or drop-in. Of variables that no component reads the value goes.
pub(super) fn unit(text: &str) -> String {
    let mut new = String::with_capacity(text.len());
    for line in lines(text) {
        let line = &*line;
        match line.split_once('=') {
            Some((key, command)) if key.trim() == "ExecStart" => {
                new.push_str("ExecStart=");
                new.push_str(&self::command(command));
            }
            // What is done besides starts no component.
            Some((key, command)) if key.trim().starts_with("Exec") && !command.trim().is_empty() => {
                new.push_str(key.trim());
                new.push('=');
                new.push_str(STARS);
            }
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

/// A command line as units write it: as it stands, or in words where something of it is replaced.
fn command(text: &str) -> String {
    let old = words(text);
    let new = flags::arguments(old.clone());
    if new == old {
        return value(text).into_owned();
    }
    let quoted = |word: &String| {
        if word.is_empty() || word.contains(char::is_whitespace) {
            format!("'{}'", word.replace('\'', "\""))
        } else {
            word.clone()
        }
    };
    value(&new.iter().map(quoted).collect::<Vec<_>>().join(" ")).into_owned()
}

/// The words of a line, without the quotes around them.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, after) = word(rest);
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

/// The first word of a line, without the quotes around it, and what follows.
fn word(rest: &str) -> (&str, &str) {
    let first = rest.chars().next().unwrap_or_default();
    if matches!(first, '"' | '\'') {
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find(first).unwrap_or(inner.len());
        return (inner.get(..end).unwrap_or_default(), inner.get(end + 1..).unwrap_or_default());
    }
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
}

/// `A=b "C=d e" 'F=g'`
fn assignments(text: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, after) = word(rest);
        if let Some((name, given)) = part.split_once('=') {
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
const READ: [&str; 16] = [
    "CONTAINER",
    "CRIO",
    "DAEMON",
    "DOCKER",
    "ETCD_",
    "FLANNEL",
    "GODEBUG",
    "GOMAXPROCS",
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
    fn a_command_line_over_several_lines_is_one() {
        let text = "ExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'--token' \\\n\t'hunter2' \\\n\t'-t' \\\n\t'hunter2' \\\n\
                    \t'--v=2' \\\n\nRestart=always\n";
        let expected =
            "ExecStart=/usr/local/bin/k3s server --token ******** -t ******** --v=2\nRestart=always\n";
        assert_eq!(unit(text), expected);
        let plain = "ExecStart=/usr/bin/kubelet \"--config=/a b\" $ARGS\n";
        assert_eq!(unit(plain), plain);
    }

    #[test]
    fn unit_files_keep_what_they_start() {
        let text = "[Service]\n; hunter2\nEnvironment=\"KUBELET_CONFIG_ARGS=--config=/a --v=2\" TOKEN=hunter2 X='hunter2 hunter2'\n\
                    EnvironmentFile=-/etc/default/kubelet\nExecStart=/usr/bin/kubelet --token hunter2 \\\n  $KUBELET_CONFIG_ARGS\n\
                    SetCredential=a:hunter2\nExecStartPre=/usr/bin/curl -u a:hunter2 h\nExecStartPost=-/bin/sh -c 'hunter2'\n\
                    Environment=A=b \\\n  \"C=hunter2\"\n";
        let new = unit(text);
        assert!(!new.contains("hunter2"), "{new}");
        for kept in [
            "--config=/a",
            "EnvironmentFile=-/etc/default/kubelet",
            "ExecStart=/usr/bin/kubelet --token ********",
            "ExecStartPre=********",
            "Environment=A=******** C=********",
        ] {
            assert!(new.contains(kept), "{new}");
        }
    }
}
