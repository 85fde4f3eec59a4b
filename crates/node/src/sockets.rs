//! The sockets that listen, as the kernel's tables tell them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use ironsides_settings::Listening;

/// The state of a socket that listens.
const LISTEN: &str = "0A";

/// The listening sockets of a table of `/proc/PID/net`; `holders` knows the processes of sockets by their inodes.
pub(crate) fn read(protocol: &str, table: &str, holders: &BTreeMap<u64, u32>) -> Vec<Listening> {
    let socket = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let local = fields.nth(1)?;
        let state = fields.nth(1)?;
        let inode: u64 = fields.nth(5)?.parse().ok()?;
        let (address, port) = local.split_once(':')?;
        (state == LISTEN).then_some(())?;
        Some(Listening {
            protocol: protocol.to_owned(),
            address: self::address(address)?,
            port: u16::from_str_radix(port, 16).ok()?,
            pid: holders.get(&inode).copied(),
        })
    };
    table.lines().skip(1).filter_map(socket).collect()
}

/// Whether more sockets that listen may follow what was read of a table: the last whole line tells of one, and there are
/// more sockets than lines (`most`, where that is known).
pub(crate) fn may_go_on(table: &[u8], most: Option<usize>) -> bool {
    let mut lines = table.rsplit(|byte| *byte == b'\n');
    let last = lines.nth(1).unwrap_or_default();
    let state = last.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()).nth(3);
    let listens = state.is_none_or(|state| state == LISTEN.as_bytes() || state == b"st");
    // Before the first end of a line the columns are named, and what follows the last is no whole line.
    let read = || table.split(|byte| *byte == b'\n').count().saturating_sub(2);
    listens && most.is_none_or(|most| read() < most)
}

/// How many sockets of a protocol `/proc/PID/net/sockstat` and its like count: `TCP6: inuse 4`.
pub(crate) fn in_use(protocol: &str, counts: &str) -> Option<usize> {
    let of = |line: &str| {
        let (name, rest) = line.split_once(':')?;
        name.eq_ignore_ascii_case(protocol).then_some(())?;
        rest.trim().strip_prefix("inuse ")?.split_ascii_whitespace().next()?.parse().ok()
    };
    counts.lines().find_map(of)
}

/// An address as the kernel writes it: words of 32 bits in the byte order of the machine.
fn address(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    for at in (0..text.len()).step_by(8) {
        let word = u32::from_str_radix(text.get(at..at + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    match bytes.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).to_string()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn only_what_listens_is_told() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:2818 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1 0\n   \
                     1: 0100007F:2819 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 78 1 0\nbroken\n";
        let found = read("tcp", table, &BTreeMap::from([(77, 812)]));
        let expected =
            Listening { protocol: "tcp".into(), address: "127.0.0.1".into(), port: 10264, pid: Some(812) };
        assert_eq!(found, [expected]);
        assert_eq!(address("00000000000000000000000000000000").unwrap(), "::");
        assert_eq!(address("00000000000000000000000001000000").unwrap(), "::1");
        assert_eq!(address("0000"), None);
        assert!(!may_go_on(b"  0: 0:0 0:0 0A x\n  1: 0:0 0:0 01 x\n  2: 0", None));
        assert!(may_go_on(b"  0: 0:0 0:0 01 x\n  1: 0:0 0:0 0A x\n", None));
    }

    #[test]
    fn nothing_is_asked_for_beyond_what_is_counted() {
        let counts = "sockets: used 42\nTCP: inuse 2 orphan 0 tw 9 alloc 12 mem 2\nUDP: inuse 1 mem 0\n";
        assert_eq!(in_use("tcp", counts), Some(2));
        assert_eq!(in_use("tcp6", counts), None);
        assert_eq!(in_use("tcp6", "TCP6: inuse 0\nUDP6: inuse 3\n"), Some(0));
        assert_eq!(in_use("tcp", "TCP: inuse\nTCP: orphan 3\n"), None);
        let (title, line) = ("  sl  local_address rem_address   st\n", "   0: 0:0 0:0 0A x\n");
        assert!(may_go_on(title.as_bytes(), Some(1)));
        assert!(may_go_on(format!("{title}{line}").as_bytes(), Some(2)));
        assert!(!may_go_on(format!("{title}{line}{line}").as_bytes(), Some(2)));
    }
}
