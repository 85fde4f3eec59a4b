//! Command lines without their secrets.

use super::STARS;
use super::words::{is_secret_name, is_switch, value};
use crate::unit::is_comment;

/// A command line without its secrets. The value of a flag may be the next word.
pub(crate) fn arguments(words: Vec<String>) -> Vec<String> {
    let mut announced = false;
    let mut names_user = false;
    let is_k3s = words.first().is_some_and(|first| is_k3s(first));
    words
        .into_iter()
        .map(|word| {
            let is_value = std::mem::take(&mut announced) && !word.starts_with('-');
            if is_value && !is_switch(&word) {
                return STARS.to_owned();
            }
            if std::mem::take(&mut names_user) && word.contains(':') {
                return STARS.to_owned();
            }
            names_user = USERS.contains(&&*word);
            // `-t` is `--token` there.
            if is_k3s && word == "-t" {
                announced = true;
                return word;
            }
            if is_k3s && word.starts_with("-t=") {
                return format!("-t={STARS}");
            }
            let flag = word.trim_start_matches('-');
            if word.starts_with('-') {
                match flag.split_once('=') {
                    Some((name, given)) if is_secret_name(name) && !is_switch(given) => {
                        let dashes = word.len() - flag.len();
                        return format!("{}{name}={STARS}", word.get(..dashes).unwrap_or_default());
                    }
                    Some(_) => {}
                    None => announced = is_secret_name(flag),
                }
            }
            value(&word).into_owned()
        })
        .collect()
}

/// Flags whose value is a name, or a name and its password.
const USERS: [&str; 4] = ["-u", "-U", "--user", "--proxy-user"];

/// Whether the first word of a command line starts k3s or RKE2, which write their subcommand into it.
fn is_k3s(first: &str) -> bool {
    let program = first.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    matches!(name, "k3s" | "k3s-agent" | "k3s-server" | "rke2")
}

/// A file of flags without its secrets and comments.
pub(crate) fn lines(text: &str) -> String {
    let mut new = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !is_comment(line)) {
        // Variables may stand among the flags.
        new.push_str(&value(line));
        new.push('\n');
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secret_flags_go_wherever_they_stand() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (line, expected) in [
            ("k3s server --token hunter2 --v 2", "k3s server --token ******** --v 2"),
            ("/usr/bin/k3s server -t hunter2 --v 2", "/usr/bin/k3s server -t ******** --v 2"),
            ("rke2 agent -t=hunter2", "rke2 agent -t=********"),
            ("kubectl -t x", "kubectl -t x"),
            ("k3s --vpn-auth name=tailscale,joinKey=hunter2", "k3s --vpn-auth ********"),
            ("k3s --vpn-auth=name=tailscale,joinKey=hunter2", "k3s --vpn-auth=********"),
            ("etcdctl --user root:hunter2 get", "etcdctl --user ******** get"),
            ("a --basic-auth=u:hunter2", "a --basic-auth=********"),
            ("k3s --agent-token=hunter2", "k3s --agent-token=********"),
            ("kubelet --token-auth-file=/a --x", "kubelet --token-auth-file=/a --x"),
            (
                "k3s --datastore-endpoint=mysql://a:hunter2@tcp(db)/k",
                "k3s --datastore-endpoint=mysql://********@tcp(db)/k",
            ),
            ("a --authentication-token-webhook true", "a --authentication-token-webhook true"),
        ] {
            assert_eq!(arguments(words(line)), words(expected));
        }
    }
}
