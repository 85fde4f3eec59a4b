//! A container that runs whatever a web server sends.

use super::command;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "download-piped-to-shell",
        title: "container runs what it downloads",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("download_piped_to_shell.md"),
    },
    run: Run::Pod(run),
};

/// Programs that fetch something from the network.
const FETCH: [&str; 3] = ["curl", "wget", "fetch"];

/// Programs that run what they read.
const RUN: [&str; 9] = ["sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl", "node"];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for line in command::lines(&container) {
            if line.str().is_some_and(runs_download) {
                out.fail(&line, format!("{container} runs what it downloads when it starts"));
            } else {
                out.pass(&line);
            }
        }
    }
}

/// Whether a script hands the output of a download to an interpreter: through a pipe, or as `$(curl …)`.
fn runs_download(script: &str) -> bool {
    // Most commands have neither.
    if !FETCH.iter().any(|name| script.contains(name)) {
        return false;
    }
    // Two bars are an "or", no pipe.
    script.split(['\n', ';', '&']).flat_map(|part| part.split("||")).any(|part| {
        let mut fetched = false;
        for stage in part.split('|') {
            let mut words = command::words(stage).filter(|word| !matches!(*word, "sudo" | "env" | "exec"));
            let first = words.next().map(base).unwrap_or_default();
            if fetched && RUN.contains(&first) {
                return true;
            }
            fetched |= command::words(stage).any(|word| FETCH.contains(&base(word)));
        }
        let substituted = ["$(", "<(", "`"].into_iter().any(|open| {
            part.match_indices(open).any(|(at, _)| {
                let inside = part.get(at + open.len()..).unwrap_or_default();
                command::words(inside).next().is_some_and(|word| FETCH.contains(&base(word)))
            })
        });
        let first = command::words(part)
            .map(base)
            .find(|word| RUN.contains(word) || *word == "eval" || *word == "source");
        substituted && first.is_some()
    })
}

/// The name of a program without its directory.
fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downloads_that_are_run_are_told_from_others() {
        for (script, expected) in [
            ("curl -fsSL https://get.example/install.sh | sh", true),
            ("wget -qO- https://get.example/i.sh | sudo bash -s -- --yes", true),
            ("set -e; /usr/bin/curl https://a.example | tee /tmp/x | /bin/sh", true),
            ("sh -c \"$(curl -fsSL https://get.example/i.sh)\"", true),
            ("bash <(curl -s https://get.example/i.sh)", true),
            ("eval `wget -qO- https://a.example`", true),
            ("curl -s https://a.example/health || sh /recover.sh", false),
            ("curl -s https://a.example/data | jq .items", false),
            ("TOKEN=$(curl -s https://a.example/token)", false),
            ("curl -o /tmp/x https://a.example/x && sha256sum -c /tmp/sums", false),
            ("cat script | sh", false),
            ("curling | shell", false),
        ] {
            assert_eq!(runs_download(script), expected, "{script}");
        }
    }
}
