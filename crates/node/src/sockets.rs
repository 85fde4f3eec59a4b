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

/// Whether more sockets that listen may follow what was read of a table: the last whole line tells of one.
pub(crate) fn may_go_on(table: &[u8]) -> bool {
    let mut lines = table.rsplit(|byte| *byte == b'\n');
    let last = lines.nth(1).unwrap_or_default();
    let state = last.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()).nth(3);
    state.is_none_or(|state| state == LISTEN.as_bytes() || state == b"st")
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
        assert!(!may_go_on(b"  0: 0:0 0:0 0A x\n  1: 0:0 0:0 01 x\n  2: 0"));
        assert!(may_go_on(b"  0: 0:0 0:0 01 x\n  1: 0:0 0:0 0A x\n"));
    }
}
