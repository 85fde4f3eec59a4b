//! Alerts, and receivers that take them.

#![allow(clippy::unwrap_used, reason = "tests and their helpers")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use ironsides_detect::rules::Priority;
use ironsides_streams::alert::{Alert, AlertOptions, AlertSpec, Alerts, Delivery};
use serde_json::{Value, json};

fn alert(rule: &str) -> Alert {
    Alert {
        time: "2026-11-22T10:00:00Z".into(),
        rule: rule.into(),
        priority: Priority::Critical,
        source: "k8s_audit".into(),
        tags: vec!["k8s".into()],
        hostname: "node-1".into(),
        output: format!("{rule} by jane"),
        fields: json!({"ka.user.name": "jane"}).as_object().unwrap().clone(),
        uuid: Alert::uuid_of(rule, "event"),
    }
}

/// A request: its head, and its body.
type Seen = (String, Value);

/// An HTTP server that answers as it is told, then with 200.
fn server(answers: &'static [&'static str]) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (seen, receiver) = channel();
    thread::spawn(move || {
        let mut answers = answers.iter();
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            loop {
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if stream.read_line(&mut head).unwrap() == 0 {
                        break;
                    }
                }
                let lower = head.to_lowercase();
                let Some((_, rest)) = lower.split_once("content-length: ") else { break };
                let mut body = vec![0; rest.split_once('\r').unwrap().0.parse().unwrap()];
                stream.read_exact(&mut body).unwrap();
                seen.send((head, serde_json::from_slice(&body).unwrap())).unwrap();
                let status = answers.next().unwrap_or(&"200 OK");
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 5\r\n\r\nwhy: ");
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        }
    });
    (address, receiver)
}

fn send(spec: &str, rules: &[&str]) -> Delivery {
    let spec: AlertSpec = spec.parse().unwrap();
    let options = AlertOptions { pause: Duration::from_millis(5), attempts: 3, ..AlertOptions::default() };
    let mut alerts = Alerts::open(&[spec], options).unwrap();
    for rule in rules {
        alerts.send(&alert(rule)).unwrap();
    }
    alerts.finish().remove(0)
}

#[test]
fn webhooks_and_falcosidekick_get_falco_s_form() {
    for word in ["webhook", "falcosidekick"] {
        let (address, seen) = server(&[]);
        let delivery = send(&format!("{word}=http://joe:secret@{address}/hook?x=1"), &["Exec", "Dump"]);
        assert_eq!((delivery.delivered, delivery.failed, delivery.trouble), (2, 0, None));
        assert_eq!(delivery.output, format!("{word}=http://{address}"));
        let (head, body) = seen.recv().unwrap();
        assert!(head.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{head}");
        let lower = head.to_lowercase();
        assert!(lower.contains("content-type: application/json") && lower.contains("user-agent: ironsides/"));
        assert!(head.contains("Basic am9lOnNlY3JldA=="), "{head}");
        assert_eq!(body["rule"], "Exec");
        assert_eq!(body["priority"], "Critical");
        assert_eq!(body["output"], "2026-11-22T10:00:00Z: Critical Exec by jane");
        assert_eq!(body["output_fields"], json!({"ka.user.name": "jane"}));
        assert_eq!(seen.recv().unwrap().1["rule"], "Dump");
    }
}

#[test]
fn alertmanager_gets_lists() {
    let (address, seen) = server(&[]);
    let delivery = send(&format!("alertmanager=http://{address}"), &["Exec", "Dump", "Scan"]);
    assert_eq!(delivery.delivered, 3);
    let mut names = Vec::new();
    for (head, body) in seen.try_iter() {
        assert!(head.starts_with("POST /api/v2/alerts HTTP/1.1\r\n"), "{head}");
        for alert in body.as_array().unwrap() {
            assert_eq!(alert["labels"]["ka_user_name"], "jane");
            assert_eq!(alert["startsAt"], "2026-11-22T10:00:00Z");
            names.push(alert["labels"]["alertname"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(names, ["Exec", "Dump", "Scan"]);
}

#[test]
fn what_a_receiver_says_decides_whether_it_is_asked_again() {
    let (address, seen) = server(&["503 Service Unavailable", "429 Too Many Requests\r\nRetry-After: 0"]);
    let delivery = send(&format!("webhook=http://{address}"), &["Exec"]);
    assert_eq!((delivery.delivered, seen.try_iter().count()), (1, 3));
    let (address, seen) = server(&["400 Bad Request"]);
    let delivery = send(&format!("webhook=http://{address}"), &["Exec", "Dump"]);
    assert_eq!((delivery.delivered, delivery.failed, seen.try_iter().count()), (1, 1, 2));
    assert_eq!(delivery.trouble.unwrap(), "400 Bad Request: why:");
}

#[test]
fn a_receiver_that_is_not_there_is_told_with_its_reason() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let delivery = send(&format!("webhook=http://{address}"), &["Exec"]);
    assert_eq!((delivery.delivered, delivery.failed), (0, 1));
    let why = delivery.trouble.unwrap();
    assert!(why.contains("refused"), "{why}");
    let delivery = send(&format!("syslog=tcp://{address}"), &["Exec"]);
    assert_eq!((delivery.delivered, delivery.failed), (0, 1));
}

#[test]
fn syslog_is_reached_over_every_socket() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let delivery = send(&format!("syslog={}", udp.local_addr().unwrap()), &["Exec"]);
    assert_eq!(delivery.delivered, 1);
    let mut buffer = [0; 1024];
    let length = udp.recv(&mut buffer).unwrap();
    let text = std::str::from_utf8(&buffer[..length]).unwrap();
    assert!(text.starts_with("<10>1 2026-11-22T10:00:00.000000Z node-1 ironsides "), "{text}");
    assert!(text.ends_with(" alert - Critical Exec: Exec by jane"), "{text}");

    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        tcp.accept().unwrap().0.read_to_string(&mut text).unwrap();
        text
    });
    assert_eq!(send(&format!("syslog=tcp://{address}"), &["Exec", "Dump"]).delivered, 2);
    let text = reader.join().unwrap();
    let (length, rest) = text.split_once(' ').unwrap();
    let (first, second) = rest.split_at(length.parse().unwrap());
    assert!(first.starts_with("<10>1 ") && first.ends_with("Exec by jane"), "{text}");
    assert!(second.ends_with("Dump: Dump by jane"), "{text}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let socket = UnixDatagram::bind(&path).unwrap();
    assert_eq!(send(&format!("syslog={}", path.display()), &["Exec"]).delivered, 1);
    let length = socket.recv(&mut buffer).unwrap();
    let text = std::str::from_utf8(&buffer[..length]).unwrap();
    assert!(text.starts_with("<10>Nov 22 ") && text.contains(" ironsides["), "{text}");
}

#[test]
fn files_get_a_line_of_json_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alerts.json");
    assert_eq!(send(&format!("file={}", path.display()), &["Exec", "Dump"]).delivered, 2);
    let text = std::fs::read_to_string(path).unwrap();
    let rules: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["rule"].clone()).collect();
    assert_eq!(rules, ["Exec", "Dump"]);
}
