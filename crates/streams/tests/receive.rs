//! The receiver, asked as an API server asks it.

#![allow(clippy::unwrap_used, reason = "tests and their helpers")]

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use ironsides_streams::receive::{LARGEST_BATCH, ReceiveOptions, Received, Receiver};
use ironsides_streams::spool::SpoolLimits;

fn options(spool: &Path) -> ReceiveOptions {
    let limits = SpoolLimits { batch: LARGEST_BATCH, ..SpoolLimits::default() };
    ReceiveOptions { address: "127.0.0.1:0".parse().unwrap(), tls: None, spool: spool.to_owned(), limits }
}

fn list(from: usize, count: usize) -> String {
    let event = |number: usize| {
        format!(r#"{{"level":"Metadata","auditID":"id-{number}","stage":"ResponseComplete","verb":"get"}}"#)
    };
    let items: Vec<String> = (from..from + count).map(event).collect();
    format!(
        r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{{}},"items":[{}]}}"#,
        items.join(",")
    )
}

/// Posts, and gives the status and the whole answer.
fn post(address: SocketAddr, head: &str, body: &[u8]) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let request = format!(
        "POST /events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{head}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    // The answer may come before the whole body is read.
    let _ = stream.write_all(body);
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.map(|status| (status, answer)).ok_or_else(|| std::io::Error::other("no answer"))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn batches_are_kept_and_given_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(&options(folder.path())).unwrap();
    let address = receiver.address();
    assert!(address.ip().is_loopback());
    let (first, second) = (list(0, 3), list(3, 2));
    assert_eq!(post(address, "", first.as_bytes()).unwrap().0, 200);
    assert_eq!(post(address, "content-encoding: gzip\r\n", &gzip(second.as_bytes())).unwrap().0, 200);
    // Its answer was lost: it comes again.
    assert_eq!(post(address, "", first.as_bytes()).unwrap().0, 200);
    let batch = receiver.next(Duration::from_secs(5)).unwrap().unwrap();
    assert_eq!(batch.text, first);
    receiver.acknowledge(&batch).unwrap();
    assert_eq!(receiver.received(), Received { batches: 2, repeated: 1, events: 5, ..Received::default() });
    drop(receiver);
    let receiver = Receiver::start(&options(folder.path())).unwrap();
    assert_eq!(receiver.next(Duration::ZERO).unwrap().unwrap().text, second);
    assert_eq!(receiver.next(Duration::ZERO).unwrap(), None);
}

#[test]
fn what_is_no_batch_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(&options(folder.path())).unwrap();
    let address = receiver.address();
    let large = vec![b' '; LARGEST_BATCH as usize + 1];
    let gz = "content-encoding: gzip\r\n";
    for (head, body, status, said) in [
        ("", b"{\"items\":[{".to_vec(), 400, "the batch is no JSON: column 12"),
        (
            "",
            b"{\"a\":1}".to_vec(),
            400,
            "the batch holds no audit event; an EventList of audit.k8s.io/v1 is expected",
        ),
        ("", b"\xFF{}".to_vec(), 400, "the batch is not UTF-8 from byte 0 on"),
        (gz, list(0, 1).into_bytes(), 400, "the batch is no gzip"),
        (gz, gzip(list(0, 1).as_bytes())[..40].to_vec(), 400, "the batch is no gzip"),
        ("content-encoding: br\r\n", b"x".to_vec(), 415, "only gzip is known as content encoding"),
        ("", large.clone(), 413, "a batch of more than 12582912 bytes is not taken"),
        (gz, gzip(&large), 413, "a batch of more than 12582912 bytes is not taken"),
    ] {
        let (found, answer) = post(address, head, &body).unwrap();
        assert!(found == status && answer.contains(said), "{status} {said}: {answer}");
    }
    let received = receiver.received();
    assert_eq!((received.refused, received.batches), (8, 0));
    // It serves on.
    assert_eq!(post(address, "", list(0, 1).as_bytes()).unwrap().0, 200);
}

#[test]
fn a_full_spool_sends_batches_away_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.limits = SpoolLimits { total: 8000, segment: 2000, batch: 4000 };
    let receiver = Receiver::start(&options).unwrap();
    let address = receiver.address();
    let mut kept = 0;
    let answer = loop {
        let (status, answer) = post(address, "", list(kept * 10, 10).as_bytes()).unwrap();
        if status != 200 {
            break answer;
        }
        kept += 1;
    };
    assert!(
        kept > 3 && answer.contains(" 429 ") && answer.to_lowercase().contains("retry-after: 1"),
        "{answer}"
    );
    assert!(receiver.received().full == 1);
    for at in 0..kept {
        let batch = receiver.next(Duration::ZERO).unwrap().unwrap();
        assert_eq!(batch.text, list(at * 10, 10));
        receiver.acknowledge(&batch).unwrap();
    }
    assert_eq!(post(address, "", list(kept * 10, 10).as_bytes()).unwrap().0, 200);
}

#[test]
fn whoever_waits_is_woken() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(&options(folder.path())).unwrap();
    let (address, stopper) = (receiver.address(), receiver.stopper());
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        post(address, "", list(0, 1).as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        stopper.stop();
    });
    assert_eq!(receiver.next(Duration::from_mins(1)).unwrap().unwrap().text, list(0, 1));
    assert_eq!(receiver.next(Duration::from_mins(1)).unwrap(), None);
    other.join().unwrap();
}

/// Set in a process that only receives, to the folder of its spool.
const CHILD: &str = "IRONSIDES_TEST_RECEIVE_IN";

/// Not a test of its own: what [`no_event_is_lost_or_repeated_when_the_process_is_killed`] runs and kills.
#[test]
fn child_that_receives() {
    let Ok(folder) = env::var(CHILD) else { return };
    let receiver = Receiver::start(&options(Path::new(&folder))).unwrap();
    println!("\nlistening {}", receiver.address());
    loop {
        std::thread::sleep(Duration::from_mins(1));
    }
}

fn child(folder: &Path) -> (Child, SocketAddr) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child_that_receives", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.map(Result::unwrap).find_map(|line| line.strip_prefix("listening ")?.parse().ok());
    (child, address.unwrap())
}

#[test]
fn no_event_is_lost_or_repeated_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    for round in 0..4_u64 {
        let (mut child, address) = child(folder.path());
        let id = child.id();
        // Killed in the middle of what comes.
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(60 + 40 * round));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        // A batch that got no answer is sent again, after the restart.
        while let Ok((status, answer)) = post(address, "", list(number * 20, 20).as_bytes()) {
            assert_eq!(status, 200, "{id}: {answer}");
            number += 1;
        }
        killer.join().unwrap();
    }
    let receiver = Receiver::start(&options(folder.path())).unwrap();
    assert_eq!(post(receiver.address(), "", list(number * 20, 20).as_bytes()).unwrap().0, 200);
    number += 1;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(batch) = receiver.next(Duration::ZERO).unwrap() {
        let count = |event: &ironsides_audit::Event<'_>| {
            *seen.entry(event.audit_id.to_string()).or_default() += 1;
        };
        let mut count = count;
        ironsides_audit::each_event(&batch.text, &mut count).unwrap();
    }
    assert!(number > 4, "too slow to mean anything: {number}");
    assert_eq!(seen.len(), number * 20);
    assert!(seen.values().all(|count| *count == 1));
}

/// Posts over TLS, with a certificate of the client where there is one.
fn post_tls(
    address: SocketAddr,
    ca: &str,
    client: Option<(&str, &str)>,
    body: &str,
) -> std::io::Result<String> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate(ca)).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    let config = match client {
        None => builder.with_no_client_auth(),
        Some((pem, key)) => {
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            builder.with_client_auth_cert(vec![certificate(pem)], key).unwrap()
        }
    };
    let name = "localhost".try_into().unwrap();
    let connection = rustls::ClientConnection::new(std::sync::Arc::new(config), name).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, TcpStream::connect(address)?);
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";
    stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes())?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn with_a_certificate_it_speaks_tls_and_may_ask_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let made = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (server, client, stranger) = (made(), made(), made());
    let mut tls = ironsides_streams::receive::TlsFiles {
        certificate: put("tls.crt", &server.cert.pem()),
        key: put("tls.key", &server.signing_key.serialize_pem()),
        client_ca: None,
    };
    let start = |name: &str, tls| {
        let tls = Some(tls);
        Receiver::start(&ReceiveOptions { tls, ..options(&folder.path().join(name)) })
    };
    let pem = server.cert.pem();
    let receiver = start("one", tls.clone()).unwrap();
    assert_eq!(post_tls(receiver.address(), &pem, None, &list(0, 1)).unwrap(), "HTTP/1.1 200");
    assert!(post(receiver.address(), "", list(1, 1).as_bytes()).is_err(), "no plain HTTP");

    tls.client_ca = Some(put("ca.crt", &client.cert.pem()));
    let receiver = start("two", tls.clone()).unwrap();
    let known = (client.cert.pem(), client.signing_key.serialize_pem());
    let unknown = (stranger.cert.pem(), stranger.signing_key.serialize_pem());
    let with = |(pem_of, key): &(String, String)| {
        post_tls(receiver.address(), &pem, Some((pem_of, key)), &list(0, 1))
    };
    assert_eq!(with(&known).unwrap(), "HTTP/1.1 200");
    assert!(with(&unknown).is_err());
    assert!(post_tls(receiver.address(), &pem, None, &list(0, 1)).is_err());

    tls.key = put("empty.key", "");
    let error = start("three", tls).unwrap_err().to_string();
    assert!(error.contains("empty.key: no certificate or key that can be used"), "{error}");
}
