//! The programs that audit commands name.

mod awk;
mod cat;
mod find;
mod grep;
mod options;
mod ps;
mod sed;
mod stat;
mod test;
mod text;
mod xargs;

use super::run::Shell;
use super::streams::Streams;
use super::{Unsure, parse};

/// Programs that ask what the facts of a node do not hold.
const ELSEWHERE: [(&[&str], &str); 5] = [
    (&["kubectl", "oc"], "asks the API server, which the facts of a node do not hold"),
    (&["aws", "az", "gcloud", "doctl", "aliyun"], "asks a cloud, which the facts of a node do not hold"),
    (&["journalctl"], "reads the journal, which the facts of a node do not hold"),
    (&["curl", "wget", "nc", "openssl"], "asks a server, which the facts of a node do not hold"),
    (
        &["systemctl", "docker", "crictl", "ctr", "snap"],
        "asks a service, which the facts of a node do not hold",
    ),
];

/// Runs a program, and gives its exit status.
pub(super) fn run(
    shell: &mut Shell<'_>,
    name: &str,
    arguments: &[String],
    streams: &mut Streams,
) -> Result<u8, Unsure> {
    let folders = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/"];
    let program = folders.iter().find_map(|folder| name.strip_prefix(folder)).unwrap_or(name);
    match program {
        "ps" => ps::run(shell, arguments, streams),
        "grep" | "egrep" | "fgrep" => grep::run(shell, program, arguments, streams),
        "stat" => stat::run(shell, arguments, streams),
        "find" => find::run(shell, arguments, streams),
        "xargs" => xargs::run(shell, arguments, streams),
        "cat" => cat::run(shell, arguments, streams),
        "sed" => sed::run(shell, arguments, streams),
        "awk" | "gawk" | "mawk" => awk::run(shell, arguments, streams),
        "test" | "[" => test::run(shell, program, arguments),
        "sh" | "bash" | "dash" | "ash" => nested(shell, arguments, streams),
        "head" | "tail" | "tr" | "cut" | "sort" | "uniq" | "wc" | "echo" | "printf" | "basename"
        | "dirname" => text::run(shell, program, arguments, streams),
        "true" | ":" => Ok(0),
        "false" => Ok(1),
        "exit" => {
            shell.end();
            Ok(arguments.first().and_then(|text| text.parse().ok()).unwrap_or(0))
        }
        _ => {
            let known = ELSEWHERE.iter().find(|(names, _)| names.contains(&program));
            Err(match known {
                Some((_, why)) => Unsure::new(format!("`{program}` {why}")),
                None => Unsure::new(format!("what `{program}` prints is not known here")),
            })
        }
    }
}

/// `sh -c TEXT`
fn nested(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let [option, script] = arguments else { return Err(Unsure::new("this use of `sh` is not read here")) };
    if option != "-c" {
        return Err(Unsure::new(format!("the option {option} of `sh` is not read here")));
    }
    let list = parse::parse(script)?;
    let (status, inner) = shell.child(&list)?;
    streams.append(inner);
    Ok(status)
}

/// Refuses an option.
fn unread(program: &str, option: &str) -> Unsure {
    Unsure::new(format!("the option {option} of `{program}` is not read here"))
}

/// The lines of a text, without their ends.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').map(|line| line.strip_suffix('\n').unwrap_or(line))
}

/// What a program reads: the files that it names, or its input.
fn input(
    shell: &mut Shell<'_>,
    program: &str,
    files: &[String],
    streams: &mut Streams,
) -> Result<(Vec<(String, String)>, u8), Unsure> {
    if files.is_empty() {
        return Ok((vec![(String::new(), shell.take_input())], 0));
    }
    let (mut texts, mut status) = (Vec::new(), 0);
    for file in files {
        if file == "-" {
            texts.push((String::new(), shell.take_input()));
            continue;
        }
        match cat::read(shell, file)? {
            cat::Read::Text(text) => texts.push((file.clone(), text)),
            cat::Read::Failed(why) => {
                streams.complain(&format!("{program}: {file}: {why}"));
                status = if program == "cat" { 1 } else { 2 };
            }
        }
    }
    Ok((texts, status))
}
