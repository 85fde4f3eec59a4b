//! Alerts to syslog.

use std::fs;
use std::io::Write;
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::worker::{Failure, Send1};
use super::{Alert, Syslog};

/// The facility: messages of users' programs. (Source: RFC 5424, table 1.)
const FACILITY: u8 = 1;
/// The most bytes of a message in one datagram.
const DATAGRAM: usize = 32 << 10;

/// Sends alerts to syslog.
pub(crate) struct Sender {
    to: Syslog,
    timeout: Duration,
    local: Option<UnixDatagram>,
    udp: Option<UdpSocket>,
    tcp: Option<TcpStream>,
}

impl Sender {
    pub(crate) fn new(to: &Syslog, timeout: Duration) -> Self {
        Self { to: to.clone(), timeout, local: None, udp: None, tcp: None }
    }

    fn try_send(&mut self, alert: &Alert) -> std::io::Result<()> {
        match &self.to {
            Syslog::Local(path) => {
                let socket = if let Some(socket) = self.local.take() {
                    socket
                } else {
                    let socket = UnixDatagram::unbound()?;
                    socket.connect(path)?;
                    socket.set_write_timeout(Some(self.timeout))?;
                    socket
                };
                let message = local(alert, std::process::id());
                socket.send(cut(&message, DATAGRAM).as_bytes())?;
                self.local = Some(socket);
            }
            Syslog::Udp(address) => {
                let socket = if let Some(socket) = self.udp.take() {
                    socket
                } else {
                    let to = resolve(address)?;
                    let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                    let socket = UdpSocket::bind(any)?;
                    socket.connect(to)?;
                    socket
                };
                let message = rfc5424(alert, std::process::id());
                socket.send(cut(&message, DATAGRAM).as_bytes())?;
                self.udp = Some(socket);
            }
            Syslog::Tcp(address) => {
                let mut stream = if let Some(stream) = self.tcp.take() {
                    stream
                } else {
                    let stream = TcpStream::connect_timeout(&resolve(address)?, self.timeout)?;
                    stream.set_write_timeout(Some(self.timeout))?;
                    stream
                };
                let message = rfc5424(alert, std::process::id());
                // RFC 6587, 3.4.1: the length goes before, so that a message may have several lines.
                stream.write_all(format!("{} {message}", message.len()).as_bytes())?;
                self.tcp = Some(stream);
            }
        }
        Ok(())
    }
}

impl Send1 for Sender {
    fn at_once(&self) -> usize {
        1
    }

    fn send(&mut self, alerts: &[Alert]) -> Result<(), Failure> {
        for alert in alerts {
            self.try_send(alert).map_err(|error| Failure {
                why: error.to_string(),
                again: true,
                wait: None,
            })?;
        }
        Ok(())
    }
}

fn resolve(address: &str) -> std::io::Result<std::net::SocketAddr> {
    let found = address.to_socket_addrs()?.next();
    found.ok_or_else(|| std::io::Error::other(format!("{address} has no address")))
}

fn priority(alert: &Alert) -> u8 {
    // Falco's priorities are the severities of syslog, in their order.
    FACILITY * 8 + alert.priority as u8
}

/// A message of RFC 5424.
fn rfc5424(alert: &Alert, process: u32) -> String {
    // No more than six digits of a second are allowed.
    let time = alert.time.parse::<Timestamp>().ok().and_then(|time| {
        let time = time.round(jiff::Unit::Microsecond).ok()?;
        Some(format!("{time:.6}"))
    });
    let host: String = alert.hostname.chars().filter(char::is_ascii_graphic).take(255).collect();
    format!(
        "<{}>1 {} {} ironsides {process} alert - {} {}: {}",
        priority(alert),
        time.as_deref().unwrap_or("-"),
        if host.is_empty() { "-" } else { &host },
        alert.priority.name(),
        alert.rule,
        plain(&alert.output)
    )
}

/// A message as programs hand it to the syslog of their own machine, which still is of RFC 3164's form and without a host:
/// journald and rsyslog read nothing else there.
fn local(alert: &Alert, process: u32) -> String {
    let time = alert.time.parse::<Timestamp>().unwrap_or_default().to_zoned(TimeZone::system());
    format!(
        "<{}>{} ironsides[{process}]: {} {}: {}",
        priority(alert),
        time.strftime("%b %e %H:%M:%S"),
        alert.priority.name(),
        alert.rule,
        plain(&alert.output)
    )
}

/// Without control characters: an event must not make up lines of a log.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// The name of this machine, as alerts say it; empty where it has none.
pub fn hostname() -> String {
    let read = |path| fs::read_to_string(path).map(|name| name.trim().to_owned()).unwrap_or_default();
    let name = read("/proc/sys/kernel/hostname");
    if name.is_empty() { read("/etc/hostname") } else { name }
}

#[cfg(test)]
mod tests {
    use super::super::shape::tests::alert;
    use super::*;

    #[test]
    fn messages_are_of_one_line_and_of_the_form_that_is_read() {
        assert_eq!(
            rfc5424(&alert("Exec"), 7),
            "<12>1 2026-11-22T10:00:00.123457Z node-1 ironsides 7 alert - Warning Exec: exec by jane (\"shop\")"
        );
        let mut odd = alert("Exec");
        (odd.hostname, odd.time) = ("a b\n".into(), "yesterday".into());
        assert!(rfc5424(&odd, 7).starts_with("<12>1 - ab ironsides 7 alert - Warning"));
        let local = local(&alert("Exec"), 7);
        assert!(local.starts_with("<12>Nov 2"), "{local}");
        assert!(local.ends_with(" ironsides[7]: Warning Exec: exec by jane (\"shop\")"), "{local}");
        assert_eq!(cut("aé", 2), "a");
    }
}
