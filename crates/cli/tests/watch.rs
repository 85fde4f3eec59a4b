//! `scan --watch`: what changes is scanned again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: agent}\nspec:\n  hostPID: true\n  containers: [{name: a, image: registry.example/a:1}]\n";

/// Waits for a line; what comes before it is thrown away.
fn wait(lines: &Receiver<String>, wanted: &str) {
    loop {
        // Far longer than any machine needs: only a program that says nothing at all is waited for so long.
        let line =
            lines.recv_timeout(Duration::from_mins(2)).unwrap_or_else(|_| panic!("no line {wanted:?}"));
        if line.contains(wanted) {
            return;
        }
    }
}

#[test]
fn a_change_is_scanned_again_until_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), POD).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ironsides"))
        // The report is written into the folder that is watched, and is no change.
        .args(["scan", "--watch", "--check", "host-pid", "-o", "json=out.json", "-o", "name"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (send, lines) = channel();
    for stream in [
        Box::new(child.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
        Box::new(child.stderr.take().unwrap()),
    ] {
        let send = send.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
    }
    wait(&lines, "watching for changes");
    fs::write(folder.path().join("b.yaml"), POD.replace("agent", "other")).unwrap();
    wait(&lines, "pod/other");
    // A mistake does not end it.
    fs::write(folder.path().join(".ironsides.yaml"), "nonsense: 1\n").unwrap();
    wait(&lines, "no key is called nonsense");
    fs::write(folder.path().join(".ironsides.yaml"), "fail-on: none\n").unwrap();
    wait(&lines, "watching for changes");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let status = child.wait().unwrap();
    // A shell says 130 of a program that the signal ended.
    assert_eq!(status.code().or(status.signal().map(|signal| 128 + signal)), Some(130));
}

#[test]
fn standard_input_cannot_be_watched() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ironsides")).args(["scan", "--watch", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
