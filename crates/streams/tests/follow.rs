//! Logs that are written while they are read.

#![allow(clippy::unwrap_used, reason = "tests and their helpers")]

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ironsides_streams::{Log, LogOptions, Marks, Stopper, Tally};

struct Following {
    records: Receiver<String>,
    stopper: Stopper,
    thread: JoinHandle<Tally>,
}

impl Following {
    fn of(paths: &[PathBuf]) -> Self {
        let options = LogOptions { follow: true, ..LogOptions::default() };
        let mut log = Log::open(paths, options).unwrap();
        let stopper = log.stopper();
        let (send, records) = channel();
        let thread = thread::spawn(move || {
            while let Some(stretch) = log.next().unwrap() {
                for record in stretch.records() {
                    let name =
                        Path::new(record.place.source).file_name().unwrap().to_str().unwrap().to_owned();
                    send.send(format!("{name}:{} {}", record.place.line, record.text)).unwrap();
                }
            }
            log.tally().clone()
        });
        Self { records, stopper, thread }
    }

    #[track_caller]
    fn expect(&self, expected: &str) {
        assert_eq!(self.records.recv_timeout(Duration::from_secs(20)).unwrap(), expected);
    }

    fn stop(self) -> (Vec<String>, Tally) {
        self.stopper.stop();
        let tally = self.thread.join().unwrap();
        (self.records.try_iter().collect(), tally)
    }
}

fn append(path: &Path) -> File {
    OpenOptions::new().append(true).create(true).open(path).unwrap()
}

#[test]
fn what_is_written_later_is_read_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    fs::write(folder.path().join("audit.log.1"), "{\"old\":1}\n").unwrap();
    fs::write(&path, "{\"a\":1}\n").unwrap();
    let following = Following::of(&[folder.path().to_owned()]);
    following.expect("audit.log.1:1 {\"old\":1}");
    following.expect("audit.log:1 {\"a\":1}");
    let mut file = append(&path);
    file.write_all(b"{\"b\":").unwrap();
    thread::sleep(Duration::from_millis(500));
    file.write_all(b"2}\n{\"c\":3}\n{\"half\"").unwrap();
    following.expect("audit.log:2 {\"b\":2}");
    following.expect("audit.log:3 {\"c\":3}");
    let (rest, tally) = following.stop();
    // It may yet be completed.
    assert_eq!((rest.len(), tally.records, tally.is_partial()), (0, 4, false));
}

#[test]
fn a_file_that_is_renamed_is_read_to_its_end_and_the_new_one_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    for paths in [vec![folder.path().to_owned()], vec![path.clone()]] {
        let _ = fs::remove_file(folder.path().join("audit-2026-11-22T10-00-00.000.log"));
        fs::write(&path, "{\"a\":1}\n").unwrap();
        let following = Following::of(&paths);
        following.expect("audit.log:1 {\"a\":1}");
        let mut old = append(&path);
        fs::rename(&path, folder.path().join("audit-2026-11-22T10-00-00.000.log")).unwrap();
        fs::write(&path, "{\"c\":3}\n").unwrap();
        following.expect("audit.log:1 {\"c\":3}");
        // The writer does not know yet.
        old.write_all(b"{\"b\":2}\n").unwrap();
        following.expect("audit.log:2 {\"b\":2}");
        let (rest, tally) = following.stop();
        assert_eq!((rest, tally.records), (Vec::new(), 3));
    }
}

#[test]
fn a_file_that_is_truncated_is_read_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    fs::write(&path, "{\"a\":1}\n{\"half\":").unwrap();
    let following = Following::of(std::slice::from_ref(&path));
    following.expect("audit.log:1 {\"a\":1}");
    thread::sleep(Duration::from_millis(500));
    // In place: shorter than before, and then at once longer than before.
    fs::write(&path, "{\"b\":2}\n").unwrap();
    following.expect("audit.log:1 {\"b\":2}");
    thread::sleep(Duration::from_millis(500));
    fs::write(&path, "{\"c\":3}\n{\"d\":4}\n").unwrap();
    following.expect("audit.log:1 {\"c\":3}");
    following.expect("audit.log:2 {\"d\":4}");
    let (_, tally) = following.stop();
    assert_eq!((tally.records, tally.cut_off.count), (4, 1));
}

#[test]
fn files_that_are_made_later_are_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let later = folder.path().join("later/audit.log");
    let following = Following::of(&[folder.path().to_owned(), folder.path().join("named")]);
    thread::sleep(Duration::from_millis(300));
    fs::create_dir(folder.path().join("later")).unwrap();
    fs::write(&later, "{\"a\":1}\n").unwrap();
    following.expect("audit.log:1 {\"a\":1}");
    fs::write(folder.path().join("named"), "{\"b\":2}\n").unwrap();
    following.expect("named:1 {\"b\":2}");
    // Packed files are of files that were read.
    fs::write(folder.path().join("later/audit-2026-11-22T10-00-00.000.log.gz"), "{\"c\":3}\n").unwrap();
    append(&later).write_all(b"{\"d\":4}\n").unwrap();
    following.expect("audit.log:2 {\"d\":4}");
    assert_eq!(following.stop().0, Vec::<String>::new());
}

/// What a run reads that goes on where the one before ended.
fn run(paths: &[PathBuf], state: &Path) -> Vec<String> {
    let mut marks = Marks::read(state).unwrap();
    let mut log = Log::open(paths, LogOptions { marks: marks.clone(), ..LogOptions::default() }).unwrap();
    let mut records = Vec::new();
    while let Some(stretch) = log.next().unwrap() {
        records.extend(stretch.records().map(|record| format!("{} {}", record.place.line, record.text)));
        marks.note(&stretch);
    }
    marks.write(state).unwrap();
    records
}

#[test]
fn a_later_run_goes_on_where_the_one_before_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (state, logs) = (folder.path().join("state"), folder.path().join("logs"));
    let paths = [logs.clone()];
    let path = logs.join("audit.log");
    let rotated = logs.join("audit-2026-11-22T10-00-00.000.log");
    let event = |number: usize| format!("{{\"auditID\":\"{number:0200}\"}}");
    let lines =
        |from: usize, to: usize| (from..to).map(|number| event(number) + "\n").collect::<Vec<_>>().concat();
    let expected = |line: usize, from: usize, to: usize| -> Vec<String> {
        (from..to).map(|number| format!("{} {}", line + number - from, event(number))).collect()
    };
    fs::create_dir(&logs).unwrap();
    fs::write(&path, lines(0, 2)).unwrap();
    assert_eq!(run(&paths, &state), expected(1, 0, 2));
    assert_eq!(run(&paths, &state), Vec::<String>::new());
    append(&path).write_all(lines(2, 10).as_bytes()).unwrap();
    assert_eq!(run(&paths, &state), expected(3, 2, 10));
    // Renamed, and a new one begun.
    append(&path).write_all(lines(10, 12).as_bytes()).unwrap();
    fs::rename(&path, &rotated).unwrap();
    fs::write(&path, lines(12, 14)).unwrap();
    assert_eq!(run(&paths, &state), [expected(11, 10, 12), expected(1, 12, 14)].concat());
    // Packed: another file with the same beginning.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&fs::read(&rotated).unwrap()).unwrap();
    fs::remove_file(&rotated).unwrap();
    fs::write(logs.join("audit-2026-11-22T10-00-00.000.log.gz"), packer.finish().unwrap()).unwrap();
    append(&path).write_all(lines(14, 15).as_bytes()).unwrap();
    assert_eq!(run(&paths, &state), expected(3, 14, 15));
    // Truncated.
    fs::write(&path, lines(20, 21)).unwrap();
    assert_eq!(run(&paths, &state), expected(1, 20, 21));
    // Followed.
    append(&path).write_all(lines(21, 22).as_bytes()).unwrap();
    let options = LogOptions { follow: true, marks: Marks::read(&state).unwrap(), ..LogOptions::default() };
    let mut log = Log::open(&paths, options).unwrap();
    let stretch = log.next().unwrap().unwrap();
    let records: Vec<String> = stretch.records().map(|record| record.text.to_owned()).collect();
    assert_eq!(records, [event(21)]);
    log.stopper().stop();
    assert!(log.next().unwrap().is_none());
    fs::write(&state, "something else").unwrap();
    let error = Marks::read(&state).unwrap_err().to_string();
    assert!(error.contains("does not say how far logs were read"), "{error}");
}
