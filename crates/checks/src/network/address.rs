//! Blocks of addresses.

use std::net::IpAddr;

/// The addresses at which providers hand out credentials of the machine.
pub(super) const METADATA: [&str; 2] = ["169.254.169.254", "fd00:ec2::254"];

/// A block such as `10.0.0.0/8`.
#[derive(Clone, Copy)]
pub(super) struct Block {
    address: IpAddr,
    bits: u32,
}

impl Block {
    /// Reads a block; `None` where the text is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let (address, bits): (IpAddr, u32) = (address.parse().ok()?, bits.parse().ok()?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { address, bits })
    }

    /// Whether every address of a family is in it.
    pub(super) fn is_everything(self) -> bool {
        self.bits == 0
    }

    /// Whether an address is in it.
    pub(super) fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - self.bits;
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - self.bits;
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_their_addresses() {
        for (block, address, expected) in [
            ("0.0.0.0/0", "169.254.169.254", true),
            ("169.254.0.0/16", "169.254.169.254", true),
            ("169.254.169.254/32", "169.254.169.254", true),
            ("169.254.169.255/32", "169.254.169.254", false),
            ("10.0.0.0/8", "169.254.169.254", false),
            ("::/0", "169.254.169.254", false),
            ("::/0", "fd00:ec2::254", true),
            ("fd00::/8", "fd00:ec2::254", true),
            ("fe80::/10", "fd00:ec2::254", false),
        ] {
            let block_read = Block::parse(block).unwrap();
            assert_eq!(block_read.contains(address.parse().unwrap()), expected, "{address} in {block}");
        }
        for text in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "a/b"] {
            assert!(Block::parse(text).is_none(), "{text}");
        }
    }
}
