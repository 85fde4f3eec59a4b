//! The command line, read as the kubelet's flag library reads it.

use super::flags::{self, Flag, Value};
use super::origin::MEASURED;

/// A flag that was given.
#[derive(Debug)]
pub(super) struct Given<'a> {
    /// Which.
    pub(super) flag: &'static Flag,
    /// Its value; `true` where a boolean has none.
    pub(super) value: &'a str,
    /// The place of its argument.
    pub(super) argument: usize,
}

/// Why a command line is refused.
#[derive(Debug)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) why: String,
    /// The place of the argument.
    pub(super) argument: usize,
}

/// Reads the arguments after the program's name. `try_value` says what is wrong with the value of a flag.
pub(super) fn read<'a>(
    arguments: &'a [String],
    minor: u64,
    mut try_value: impl FnMut(&'static Flag, &'a str) -> Result<(), String>,
) -> Result<Vec<Given<'a>>, Fault> {
    let mut given = Vec::new();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(argument) = arguments.get(at) {
        let fault = |why: String| Fault { why, argument: at };
        let mut used = 1;
        let mut take = |flag: &'static Flag, value: &'a str| {
            try_value(flag, value)
                .map_err(|why| fault(format!("{value:?} is no value for --{}: {why}", flag.name)))?;
            given.push(Given { flag, value, argument: at });
            Ok(())
        };
        let next = arguments.get(at + 1).map(String::as_str);
        if argument == "--" {
            words.extend(at + 1..arguments.len());
            break;
        } else if let Some(long) = argument.strip_prefix("--") {
            if long.starts_with(['-', '=']) {
                return Err(fault(format!("{argument} is no flag")));
            }
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            match flags::find(name, minor) {
                Some(flag) => match (value, flag.value, next) {
                    (Some(value), _, _) => take(flag, value)?,
                    (None, Value::Bool | Value::Version, _) => take(flag, "true")?,
                    (None, _, Some(next)) => {
                        take(flag, next)?;
                        used = 2;
                    }
                    (None, _, None) => return Err(fault(format!("--{} has no value", flag.name))),
                },
                None if minor == MEASURED => {
                    return Err(fault(format!("the kubelet of 1.{minor} has no flag --{name}")));
                }
                // Other versions may have it. A word after it is its value rather than one that stops the kubelet.
                None if value.is_none() && next.is_some_and(|next| !next.starts_with('-')) => used = 2,
                None => {}
            }
        } else if let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            let mut rest = letters;
            while let Some(letter) = rest.chars().next() {
                let after = rest.get(letter.len_utf8()..).unwrap_or_default();
                let name = match letter {
                    'v' => "v",
                    'h' => "help",
                    _ => return Err(fault(format!("the kubelet has no flag -{letter}"))),
                };
                let Some(flag) = flags::find(name, minor) else { break };
                if let Some(value) = after.strip_prefix('=').filter(|_| rest.len() > 2) {
                    take(flag, value)?;
                    break;
                } else if flag.value == Value::Bool {
                    take(flag, "true")?;
                    rest = after;
                } else if !after.is_empty() {
                    take(flag, after)?;
                    break;
                } else if let Some(next) = next {
                    take(flag, next)?;
                    used = 2;
                    break;
                } else {
                    return Err(fault(format!("-{letter} has no value")));
                }
            }
        } else {
            words.push(at);
        }
        at += used;
    }
    match words.first() {
        Some(&argument) => {
            let word = arguments.get(argument).map(String::as_str).unwrap_or_default();
            let why = format!("{word:?} is no flag, and the kubelet knows no commands");
            Err(Fault { why, argument })
        }
        None => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(arguments: &[&str], minor: u64) -> Result<Vec<String>, String> {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        read(&arguments, minor, |_, _| Ok(()))
            .map(|given| {
                given.iter().map(|one| format!("{}={}@{}", one.flag.name, one.value, one.argument)).collect()
            })
            .map_err(|fault| format!("{}: {}", fault.argument, fault.why))
    }

    #[test]
    fn flags_and_values_are_told_apart() {
        let cases: [(&[&str], &[&str]); 9] = [
            (&["--config", "a.yaml", "--v=2"], &["config=a.yaml@0", "v=2@2"]),
            (&["--read_only_port=0"], &["read-only-port=0@0"]),
            (&["--anonymous-auth"], &["anonymous-auth=true@0"]),
            (&["--anonymous-auth=", "--"], &["anonymous-auth=@0"]),
            (&["-v2"], &["v=2@0"]),
            (&["-v", "2"], &["v=2@0"]),
            (&["-v=2"], &["v=2@0"]),
            (&["-hv3"], &["help=true@0", "v=3@0"]),
            (&["--node-ip", "--config=x"], &["node-ip=--config=x@0"]),
        ];
        for (arguments, wanted) in cases {
            assert_eq!(flags(arguments, 36).unwrap(), wanted, "{arguments:?}");
        }
    }

    #[test]
    fn whatever_else_stands_there_stops_the_kubelet() {
        for arguments in [
            &["start"][..],
            &["--anonymous-auth", "false"],
            &["--", "--read-only-port=0"],
            &[""],
            &["-"],
            &["--=x"],
            &["---v=1"],
            &["-read-only-port=0"],
            &["--no-such-flag"],
            &["--config"],
            &["-v"],
        ] {
            assert!(flags(arguments, 36).is_err(), "{arguments:?}");
        }
        assert!(flags(&["--anonymous-auth", "false"], 36).unwrap_err().starts_with("1: "));
    }

    #[test]
    fn other_versions_may_have_other_flags() {
        assert_eq!(flags(&["--some-old-flag", "x", "--v=1"], 30).unwrap(), ["v=1@2"]);
        assert_eq!(flags(&["--some-old-flag=x"], 30).unwrap(), [""; 0]);
    }
}
