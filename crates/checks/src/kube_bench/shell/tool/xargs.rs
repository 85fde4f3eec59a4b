//! `xargs`

use super::super::Unsure;
use super::super::run::Shell;
use super::super::streams::Streams;
use super::options::Options;
use super::{lines, run as run_tool};

/// How many words a command gets at once.
const MOST: usize = 5_000;

pub(super) fn run(shell: &mut Shell<'_>, arguments: &[String], streams: &mut Streams) -> Result<u8, Unsure> {
    let long = ["no-run-if-empty", "null", "replace:", "max-args:"];
    let options = Options::read("xargs", arguments, "r0n:I:d:L:", &long, true)?;
    if options.has(&["d", "L"]) {
        return Err(super::unread("xargs", "-d"));
    }
    let text = shell.take_input();
    let nul = options.has(&["0", "null"]);
    if !nul && text.contains(['"', '\'', '\\']) {
        return Err(Unsure::new("`xargs` with quotes in its input is not read here"));
    }
    let replace = options.value(&["I", "replace"]);
    let words: Vec<&str> = match (nul, replace) {
        (true, _) => text.split('\0').filter(|word| !word.is_empty()).collect(),
        (false, Some(_)) => lines(&text).map(str::trim_start).filter(|line| !line.is_empty()).collect(),
        (false, None) => text.split_ascii_whitespace().collect(),
    };
    let most = match options.value(&["n", "max-args"]) {
        Some(number) => number.parse::<usize>().ok().filter(|number| *number > 0),
        None => Some(MOST),
    };
    let most = most.ok_or_else(|| super::unread("xargs", "-n"))?;
    let echo = ["echo".to_owned()];
    let command = if options.operands.is_empty() { &echo[..] } else { &options.operands };
    let Some((program, fixed)) = command.split_first() else { return Ok(0) };
    let runs: Vec<Vec<String>> = if let Some(mark) = replace {
        words.iter().map(|word| fixed.iter().map(|text| text.replace(mark, word)).collect()).collect()
    } else if words.is_empty() {
        // Without -r it runs once all the same.
        if options.has(&["r", "no-run-if-empty"]) { Vec::new() } else { vec![fixed.to_vec()] }
    } else {
        words
            .chunks(most)
            .map(|chunk| fixed.iter().cloned().chain(chunk.iter().map(|word| (*word).to_owned())).collect())
            .collect()
    };
    let mut status = 0;
    for arguments in runs {
        match run_tool(shell, program, &arguments, streams)? {
            0 => {}
            255 => return Ok(124),
            _ => status = 123,
        }
    }
    Ok(status)
}
