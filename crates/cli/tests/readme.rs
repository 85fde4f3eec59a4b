//! Every command in the README is run, and prints what the README says.
//!
//! A `console` block holds commands (`$ …`, run by `sh` at the root of the checkout) and what they print on both streams.
//! A line that is only `…` stands for any number of lines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A command and the lines that it must print.
struct Step<'a> {
    command: &'a str,
    expected: Vec<&'a str>,
}

#[test]
fn the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut steps = 0;
    for step in
        readme.split("```console\n").skip(1).flat_map(|block| parse(block.split("```").next().unwrap()))
    {
        let printed = run(&root, step.command);
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert!(
            matches(&step.expected, &lines),
            "$ {}\nprints\n{printed}\nand not\n{}",
            step.command,
            step.expected.join("\n")
        );
        steps += 1;
    }
    assert!(steps >= 8, "the README has only {steps} commands");
}

fn parse(block: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command, expected: Vec::new() }),
            (None, Some(step)) => step.expected.push(line.trim_end()),
            (None, None) => panic!("a console block begins without a command: {line}"),
        }
    }
    steps
}

/// Runs a command with the tested program in front on the path; both streams, in the order data, then the rest.
fn run(root: &Path, command: &str) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_ironsides"));
    let path = std::env::join_paths(
        std::iter::once(program.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let command = command.replace("cargo run --release --package ironsides-cli --", "ironsides");
    let output = Command::new("sh")
        .args(["-c", &command])
        .current_dir(root)
        .env("PATH", path.unwrap())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// Whether lines are as expected, `…` standing for any number of them.
fn matches(expected: &[&str], lines: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((&"…", rest)) => (0..=lines.len()).any(|skip| matches(rest, &lines[skip..])),
        Some((first, rest)) => {
            lines.split_first().is_some_and(|(line, others)| line == first && matches(rest, others))
        }
    }
}

#[test]
fn an_ellipsis_stands_for_any_lines() {
    assert!(matches(&["…", "b", "…"], &["a", "b", "c"]));
    assert!(matches(&["…"], &[]));
    assert!(!matches(&["a"], &["a", "b"]));
    assert!(!matches(&["…", "x", "…"], &["a", "b"]));
}
