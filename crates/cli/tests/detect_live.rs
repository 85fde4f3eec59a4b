//! `ironsides audit detect` on events that come while it runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

const RULES: &str = "
- rule: Secret read
  desc: Somebody reads a secret
  condition: ka.verb = get and ka.target.resource = secrets
  output: secret %ka.target.name
  priority: WARNING
  source: k8s_audit
";

fn event(name: &str) -> String {
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{name}","stage":"ResponseComplete","requestURI":"/x","verb":"get","user":{{"username":"ann"}},"objectRef":{{"resource":"secrets","namespace":"shop","name":"{name}","apiVersion":"v1"}},"responseStatus":{{"code":200}},"stageTimestamp":"2026-11-22T10:00:00.500000Z"}}"#
    )
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yaml"), RULES).unwrap();
    folder
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// The lines of a stream, as they come.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    lines
}

/// A run that goes on until it is ended.
struct Running {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ironsides"));
    command
        .args(["audit", "detect", "--rules", "rules.yaml"])
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

// Far longer than any machine needs: only a program that says nothing at all is waited for so long.
const LONG: Duration = Duration::from_mins(2);

impl Running {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut child = command(folder, args).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    /// The name of the secret of the next alert.
    #[track_caller]
    fn alert(&self) -> String {
        let line = self.out.recv_timeout(LONG).expect("no alert");
        let alert: Value = serde_json::from_str(&line).unwrap();
        alert["output_fields"]["ka.target.name"].as_str().unwrap().to_owned()
    }

    /// Waits for a line of standard error, and gives it.
    #[track_caller]
    fn told(&self, wanted: &str) -> String {
        loop {
            let line = self.err.recv_timeout(LONG).unwrap_or_else(|_| panic!("no line {wanted:?}"));
            if line.contains(wanted) {
                return line;
            }
        }
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it: the exit code or 128 and the signal, and the lines that came since.
    fn end(mut self, signal: &str) -> (i32, Vec<String>, String) {
        self.signal(signal);
        let status = self.child.wait().unwrap();
        let code = status.code().or(status.signal().map(|signal| 128 + signal)).unwrap();
        (code, self.out.iter().collect(), self.err.iter().collect::<Vec<_>>().join("\n"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where a test failed it still runs.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_log_is_followed_through_half_lines_and_rotation() {
    let folder = folder();
    let log = folder.path().join("audit.log");
    append(&log, &(event("a") + "\n"));
    let running = Running::start(folder.path(), &["audit.log", "--follow", "-o", "jsonl"]);
    assert_eq!(running.alert(), "a");
    let b = event("b");
    let (begin, rest) = b.split_at(60);
    append(&log, begin);
    std::thread::sleep(Duration::from_millis(600));
    append(&log, &format!("{rest}\n"));
    assert_eq!(running.alert(), "b");
    fs::rename(&log, folder.path().join("audit.log.1")).unwrap();
    append(&log, &(event("c") + "\n" + &event("d")[..70]));
    assert_eq!(running.alert(), "c");
    let (code, rest, err) = running.end("-INT");
    assert_eq!((code, rest), (130, Vec::new()));
    // What is half-written may yet be completed.
    assert!(err.contains("3 events") && err.contains("3 alerts") && !err.contains("breaks off"), "{err}");
}

#[test]
fn a_later_run_goes_on_where_an_earlier_one_ended() {
    let folder = folder();
    let log = folder.path().join("audit.log");
    let args = ["audit.log", "--follow", "-o", "jsonl", "--state", "marks"];
    append(&log, &(event("a") + "\n"));
    let running = Running::start(folder.path(), &args);
    assert_eq!(running.alert(), "a");
    append(&log, &(event("b") + "\n" + &event("c")[..70]));
    assert_eq!(running.alert(), "b");
    // Whoever supervises it ends it: that is no failure.
    assert_eq!(running.end("-TERM").0, 0);
    // Meanwhile the log is written on and rotated.
    append(&log, &(event("c")[70..].to_owned() + "\n"));
    fs::rename(&log, folder.path().join("audit.log.1")).unwrap();
    append(&log, &(event("d") + "\n"));
    let args = [".", "--follow", "-o", "jsonl", "--state", "marks"];
    let running = Running::start(folder.path(), &args);
    assert_eq!([running.alert(), running.alert()], ["c", "d"]);
    let (code, rest, _) = running.end("-INT");
    assert_eq!((code, rest), (130, Vec::new()));
    // So does a run that ends by itself.
    append(&log, &(event("e") + "\n"));
    for expected in [1, 0] {
        let out = command(folder.path(), &["audit.log", "--state", "marks"]).output().unwrap();
        assert_eq!(out.status.code(), Some(expected));
        assert_eq!(
            String::from_utf8(out.stdout).unwrap().lines().count(),
            usize::try_from(expected).unwrap()
        );
    }
    let out = command(folder.path(), &["audit.log", "--state", "rules.yaml"]).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("does not say how far logs were read"));
}

#[test]
fn files_of_alerts_are_opened_anew_after_a_hang_up() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    append(&path("audit.log"), &(event("a") + "\n"));
    fs::write(path("alerts.jsonl"), "before\n").unwrap();
    let args = [
        "audit.log",
        "--follow",
        "-o",
        "jsonl",
        "-o",
        "jsonl=alerts.jsonl",
        "--alert",
        "file=sent.jsonl",
        "-v",
    ];
    let running = Running::start(folder.path(), &args);
    assert_eq!(running.alert(), "a");
    for name in ["alerts.jsonl", "sent.jsonl"] {
        fs::rename(path(name), path(&format!("{name}.1"))).unwrap();
    }
    running.signal("-HUP");
    running.told("opened anew");
    append(&path("audit.log"), &(event("b") + "\n"));
    assert_eq!(running.alert(), "b");
    assert_eq!(running.end("-INT").0, 130);
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    for (name, secret) in
        [("alerts.jsonl.1", "a"), ("alerts.jsonl", "b"), ("sent.jsonl.1", "a"), ("sent.jsonl", "b")]
    {
        let text = read(name);
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(last["output_fields"]["ka.target.name"], secret, "{name}");
    }
    // What an earlier run wrote stays.
    assert!(read("alerts.jsonl.1").starts_with("before\n{"));
}

#[test]
fn what_has_no_end_is_no_document() {
    let folder = folder();
    let out = command(folder.path(), &["audit.log", "--follow", "-o", "json"]).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("use -o jsonl"));
}

#[test]
fn alerts_go_where_a_falco_yaml_says_too() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    append(&path("audit.log"), &(event("a") + "\n"));
    let config = "
rules_files: [rules.yaml]
json_output: true
stdout_output: {enabled: true}
file_output: {enabled: true, filename: falco.jsonl}
program_output: {enabled: true, program: mail}
";
    fs::write(path("falco.yaml"), config).unwrap();
    let out =
        command(folder.path(), &["audit.log", "--falco-config", "falco.yaml", "--alert", "file=more.jsonl"])
            .output()
            .unwrap();
    let (text, err) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap());
    assert_eq!((out.status.code(), text.lines().count()), (Some(1), 1), "{err}");
    assert!(err.contains("file=falco.jsonl") && err.contains("starts no programs (mail)"), "{err}");
    let [one, other] = ["falco.jsonl", "more.jsonl"].map(|name| fs::read_to_string(path(name)).unwrap());
    let alert: Value = serde_json::from_str(&one).unwrap();
    assert_eq!((one == other, &alert["rule"]), (true, &"Secret read".into()));
    // Explaining alerts nobody.
    let explain = ["audit.log", "--falco-config", "falco.yaml", "--explain", "Secret read"];
    assert!(command(folder.path(), &explain).output().unwrap().status.success());
    assert_eq!(fs::read_to_string(path("falco.jsonl")).unwrap(), one);
}

/// Posts a list of events, and gives the status of the answer.
fn post(address: &str, names: &[String]) -> u16 {
    let events: Vec<String> = names.iter().map(|name| event(name)).collect();
    let body = format!(
        r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{{}},"items":[{}]}}"#,
        events.join(",")
    );
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

fn names(batch: usize, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{batch}-{number}")).collect()
}

/// The address that a run listens on.
fn address(told: &str) -> String {
    let (_, address) = told.split_once("http://").unwrap();
    address.split(',').next().unwrap().to_owned()
}

const LISTEN: [&str; 6] = ["--listen", "0", "--spool", "spool", "-o", "jsonl"];

#[test]
fn what_is_posted_is_looked_at() {
    let folder = folder();
    let running = Running::start(folder.path(), &LISTEN);
    let address = address(&running.told("listening on"));
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    assert_eq!(post(&address, &names(1, 2)), 200);
    assert_eq!([running.alert(), running.alert()], ["1-0", "1-1"]);
    // Its answer was lost: it comes again.
    assert_eq!(post(&address, &names(1, 2)), 200);
    assert_eq!(post(&address, &[]), 400);
    assert_eq!(post(&address, &names(2, 1)), 200);
    assert_eq!(running.alert(), "2-0");
    // Another cannot have the spool meanwhile.
    let out = command(folder.path(), &LISTEN).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("another process uses this spool"));
    let (code, rest, err) = running.end("-INT");
    assert_eq!((code, rest), (130, Vec::new()));
    assert!(
        err.contains("2 batches (3 events), 1 that came again, 1 refused") && err.contains("3 alerts"),
        "{err}"
    );
}

#[test]
fn a_receiver_that_is_killed_loses_and_repeats_nothing() {
    let folder = folder();
    let cursor = || fs::read_to_string(folder.path().join("spool/cursor")).unwrap_or_default();
    let running = Running::start(folder.path(), &LISTEN);
    let to = address(&running.told("listening on"));
    let mut seen = Vec::new();
    for batch in 0..20 {
        let before = cursor();
        assert_eq!(post(&to, &names(batch, 5)), 200);
        seen.extend((0..5).map(|_| running.alert()));
        // Noted right after the alerts were written.
        for _ in 0..1200 {
            if cursor() != before {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_ne!(cursor(), before);
    }
    assert_eq!(running.end("-KILL"), (137, Vec::new(), String::new()));
    let running = Running::start(folder.path(), &LISTEN);
    let to = address(&running.told("listening on"));
    assert_eq!(post(&to, &names(20, 5)), 200);
    seen.extend((0..5).map(|_| running.alert()));
    let (code, rest, _) = running.end("-INT");
    assert_eq!((code, rest), (130, Vec::new()));
    assert_eq!(seen, (0..21).flat_map(|batch| names(batch, 5)).collect::<Vec<_>>());
}

#[test]
fn a_receiver_that_is_killed_between_events_repeats_the_alerts_of_one_batch_at_most() {
    let folder = folder();
    let mut child = command(folder.path(), &LISTEN).spawn().unwrap();
    let told = lines(child.stderr.take().unwrap());
    let to = loop {
        let line = told.recv_timeout(LONG).unwrap();
        if line.contains("listening on") {
            break address(&line);
        }
    };
    // Nobody reads the alerts: it waits in the midst of a batch, and what comes meanwhile is kept.
    for batch in 0..60 {
        assert_eq!(post(&to, &names(batch, 20)), 200);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    // The last line may be cut off.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parsed = |line: &str| {
        let alert: Value = serde_json::from_str(line).unwrap();
        let name = alert["output_fields"]["ka.target.name"].as_str().unwrap().to_owned();
        (name, alert["uuid"].as_str().unwrap().to_owned())
    };
    let first: Vec<(String, String)> = whole.lines().map(parsed).collect();
    assert!(!first.is_empty() && first.len() < 60 * 20, "{}", first.len());
    let running = Running::start(folder.path(), &LISTEN);
    running.told("listening on");
    let mut rest: Vec<(String, String)> = Vec::new();
    while rest.last().is_none_or(|(name, _)| name != "59-19") {
        rest.push(parsed(&running.out.recv_timeout(LONG).unwrap()));
    }
    assert_eq!(running.end("-INT").1, Vec::<String>::new());
    let again = first.iter().filter(|alert| rest.contains(alert)).count();
    assert!(again <= 20, "{again}");
    // Each has its number again, by which whoever gets it knows it.
    let mut all = first;
    all.retain(|alert| !rest.contains(alert));
    all.extend(rest);
    let found: Vec<&str> = all.iter().map(|(name, _)| &**name).collect();
    let expected: Vec<String> = (0..60).flat_map(|batch| names(batch, 20)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_receives_is_told_where() {
    let folder = folder();
    for (args, said) in [
        (&["--listen", ":8443"][..], "write 0.0.0.0:8443"),
        (&["--listen", "8443", "audit.log"], "cannot be used with"),
        (&["--listen", "8443", "-o", "json"], "use -o jsonl"),
        (&["--listen", "8443", "--tls-cert", "tls.crt"], "--tls-key"),
        (&["audit.log", "--spool", "spool"], "--listen"),
        (
            &["--listen", "0", "--spool", "spool", "--tls-cert", "none", "--tls-key", "none"],
            "no certificate or key",
        ),
        (&[], "<LOG>"),
    ] {
        let out = command(folder.path(), args).output().unwrap();
        let err = String::from_utf8(out.stderr).unwrap();
        assert!(out.status.code() == Some(2) && err.contains(said), "{args:?}: {err}");
    }
}
