//! A secret that is written into a command line.

use super::secret_in_environment;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-in-command",
        title: "command line holds a secret in plain text",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("secret_in_command.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        each(&container, |field, line, found| {
            if let Some((what, confidence)) = found {
                let message = format!("{container} has {what} in plain text in its {field}");
                out.fail_at(line.path().text(), line.mark(), message).confidence(confidence);
            } else {
                out.pass(line);
            }
        });
    }
}

/// Hands out every item of a container's command line, with the secret that it shows, if any.
pub(crate) fn each<'a>(
    container: &Container<'a>,
    mut see: impl FnMut(&'static str, &Cursor<'a>, Option<(&'static str, Confidence)>),
) {
    for field in ["command", "args"] {
        // `--password`, its value being the next item.
        let mut flag: Option<&str> = None;
        for line in container.get(field).items() {
            let text = line.str().unwrap_or_default();
            let name = flag.filter(|_| !text.starts_with('-'));
            let named = || secret_in_environment::secret(name?, text);
            see(field, &line, secret(text).or_else(named));
            flag = text.strip_prefix('-').filter(|_| !text.contains(['=', ' ']));
        }
    }
}

/// What stands around a word and is no part of it.
const AROUND: [char; 3] = ['"', '\'', ';'];

/// What secret a command line shows: by its form, or after a name that announces one.
pub(crate) fn secret(text: &str) -> Option<(&'static str, Confidence)> {
    // `--password=x`, `-Dspring.password=x`, `export PASSWORD=x`: names and values without spaces.
    let named = || {
        text.split_whitespace().find_map(|word| {
            let (name, value) = word.trim_matches(AROUND).split_once('=')?;
            let (name, value) = (name.trim_start_matches('-'), value.trim_matches(AROUND));
            // What a shell or the kubelet fills in.
            let is_filled_in = value.starts_with(['$', '`']);
            if is_filled_in { None } else { secret_in_environment::secret(name, value) }
        })
    };
    text.contains('=').then(named).flatten().or_else(|| secret_in_environment::by_form(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_switches() {
        for (text, found) in [
            ("--db-password=hunter2secret", true),
            ("-Dspring.datasource.password=Tr0ub4dor", true),
            ("export API_TOKEN=9f8a7b6c5d4e3f2a; exec web", true),
            ("psql postgres://app:Tr0ub4dor@db/app", true),
            ("curl -H 'Authorization: Bearer abcdef0123456789abcdef'", true),
            ("--db-password=$(DB_PASSWORD)", false),
            ("--db-password-file=/run/secrets/db", false),
            ("--password=", false),
            ("--verbose=true", false),
            ("PASSWORD=$PASSWORD exec web", false),
            ("--password=$(cat /run/secrets/db)", false),
            ("mysql --password=\"$password\" < /schema.sql", false),
        ] {
            assert_eq!(secret(text).is_some(), found, "{text}");
        }
    }
}
