//! Logs that are written while they are read.

#![allow(clippy::unwrap_used, reason = "tests and their helpers")]

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ironsides_streams::{Log, LogOptions, Stopper, Tally};

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
