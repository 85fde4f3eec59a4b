//! `ps`: the processes that were collected, which are those of Kubernetes, of the container runtime and what starts them.

use ironsides_settings::Process;

use super::super::Unsure;
use super::super::run::Shell;
use super::super::streams::Streams;
use super::unread;

/// The kernel keeps so many bytes of a program's name.
const COMMAND: usize = 15;

/// Which columns are printed.
enum Columns {
    /// `-f`
    Full,
    /// `aux`
    User,
    /// `-o`
    Chosen(Vec<(String, bool)>),
}

pub(super) fn run(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let mut columns = None;
    let (mut all, mut named, mut headers) = (false, None::<String>, true);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "aux" | "-aux" => (all, columns) = (true, Some(Columns::User)),
            "-ef" | "-eF" | "-Af" | "-efww" | "-efw" => (all, columns) = (true, Some(Columns::Full)),
            "-e" | "-A" => all = true,
            "-f" | "-F" => columns = Some(Columns::Full),
            "-w" | "-ww" | "w" | "ww" => {}
            "--no-headers" | "--no-heading" | "h" => headers = false,
            "-C" | "-fC" | "-FC" => {
                if argument != "-C" {
                    columns = Some(Columns::Full);
                }
                let Some(name) = arguments.next() else {
                    streams.complain("error: list of command names must follow -C");
                    return Ok(1);
                };
                named = Some(name.clone());
            }
            "-o" | "-eo" | "-ao" => {
                all |= argument != "-o";
                let Some(format) = arguments.next() else { return Err(unread("ps", argument)) };
                let mut chosen = match columns.take() {
                    Some(Columns::Chosen(chosen)) => chosen,
                    _ => Vec::new(),
                };
                // (After `=` everything is a heading, commas too.)
                match format.split_once('=') {
                    Some((name, "")) => chosen.push((name.into(), false)),
                    Some(_) => return Err(unread("ps", format)),
                    None => chosen.extend(format.split(',').map(|name| (name.to_owned(), true))),
                }
                columns = Some(Columns::Chosen(chosen));
            }
            _ => return Err(unread("ps", argument)),
        }
    }
    if !all && named.is_none() {
        return Err(Unsure::new("`ps` without a choice of processes shows those of a terminal"));
    }
    if let Some(gap) = shell.host.gap("processes") {
        return Err(Unsure::new(format!("the processes are not known: {}", gap.why)));
    }
    let columns = columns.unwrap_or_else(|| {
        Columns::Chosen(["pid", "tty", "time", "comm"].map(|name| (name.to_owned(), true)).to_vec())
    });
    let mut processes: Vec<&Process> = shell.host.processes.iter().collect();
    processes.sort_by_key(|process| process.pid);
    if let Some(named) = &named {
        let wanted: Vec<&str> = named.split(',').map(cut).collect();
        processes.retain(|process| wanted.contains(&cut(&process.program)));
    }
    if headers {
        heading(&columns, streams);
    }
    for process in &processes {
        if process.truncated {
            let (program, pid) = (&process.program, process.pid);
            let why = format!("the command line of {program} (pid {pid}) is longer than what is kept of it");
            return Err(Unsure::new(why));
        }
        streams.line(&row(&columns, process)?);
    }
    Ok(u8::from(processes.is_empty()))
}

fn cut(name: &str) -> &str {
    name.char_indices().nth(COMMAND).and_then(|(at, _)| name.get(..at)).unwrap_or(name)
}

fn heading(columns: &Columns, streams: &mut Streams) {
    match columns {
        Columns::Full => streams.line("UID        PID  PPID  C STIME TTY          TIME CMD"),
        Columns::User => {
            streams.line("USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND");
        }
        Columns::Chosen(chosen) => {
            if chosen.iter().any(|(_, heading)| *heading) {
                let names: Vec<String> = chosen.iter().map(|(name, _)| title(name)).collect();
                streams.line(&names.join(" "));
            }
        }
    }
}

fn title(name: &str) -> String {
    match name {
        "comm" | "args" | "command" => "COMMAND".into(),
        "tty" | "tt" => "TT".into(),
        _ => name.to_ascii_uppercase(),
    }
}

/// What is not among the facts (times, terminal) is a dash or a question mark.
fn row(columns: &Columns, process: &Process) -> Result<String, Unsure> {
    let user = if process.uid == 0 { "root".into() } else { process.uid.to_string() };
    let (pid, parent) = (process.pid, process.parent);
    let line = process.arguments.join(" ");
    let line = if line.is_empty() { format!("[{}]", process.program) } else { line };
    Ok(match columns {
        Columns::Full => format!("{user:<8} {pid:>5} {parent:>5}  - -     ?               - {line}"),
        Columns::User => {
            format!("{user:<8} {pid:>5}    -    -      -     - ?        -    -          - {line}")
        }
        Columns::Chosen(chosen) => {
            let mut cells = Vec::new();
            for (name, _) in chosen {
                cells.push(match name.as_str() {
                    "pid" => pid.to_string(),
                    "ppid" => parent.to_string(),
                    "user" | "uname" | "euser" | "ruser" => user.clone(),
                    "uid" | "euid" | "ruid" => process.uid.to_string(),
                    "gid" | "egid" | "rgid" => process.gid.to_string(),
                    "comm" | "ucmd" | "ucomm" => cut(&process.program).to_owned(),
                    "cmd" | "args" | "command" => line.clone(),
                    "tty" | "tt" => "?".into(),
                    "time" => "-".into(),
                    _ => return Err(unread("ps", &format!("-o {name}"))),
                });
            }
            cells.join(" ")
        }
    })
}
