//! The types of fields and event parameters.

/// The type of a field: what its values are and which operators it knows. Names are libsinsp's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Kind {
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Fd,
    Pid,
    Errno,
    Flags8,
    Flags16,
    Flags32,
    EnumFlags16,
    EnumFlags32,
    Mode,
    Uid,
    Gid,
    SigType,
    SyscallId,
    Port,
    RelTime,
    AbsTime,
    Bool,
    Double,
    CharBuf,
    FsPath,
    FsRelPath,
    ByteBuf,
    IpAddr,
    IpNet,
    SockAddr,
    SockTuple,
    FdList,
    SigSet,
    CharBufArray,
    Dyn,
}

/// What the values of a kind have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A whole number of this many bits.
    Number {
        /// 8, 16, 32 or 64.
        bits: u32,
        /// Whether it can be below zero.
        signed: bool,
    },
    /// A number with a fraction.
    Double,
    /// True or false.
    Bool,
    /// A text, in bytes.
    Text,
    /// Bytes.
    Bytes,
    /// An address.
    Address,
    /// An address that is compared with networks.
    Network,
    /// Something that no operator but `exists` knows.
    Opaque,
}

impl Kind {
    /// The kind that a table names.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(kind, _)| *kind)
    }

    const NAMES: [(Self, &'static str); 38] = [
        (Self::Int8, "INT8"),
        (Self::Int16, "INT16"),
        (Self::Int32, "INT32"),
        (Self::Int64, "INT64"),
        (Self::Uint8, "UINT8"),
        (Self::Uint16, "UINT16"),
        (Self::Uint32, "UINT32"),
        (Self::Uint64, "UINT64"),
        (Self::Fd, "FD"),
        (Self::Pid, "PID"),
        (Self::Errno, "ERRNO"),
        (Self::Flags8, "FLAGS8"),
        (Self::Flags16, "FLAGS16"),
        (Self::Flags32, "FLAGS32"),
        (Self::EnumFlags16, "ENUMFLAGS16"),
        (Self::EnumFlags32, "ENUMFLAGS32"),
        (Self::Mode, "MODE"),
        (Self::Uid, "UID"),
        (Self::Gid, "GID"),
        (Self::SigType, "SIGTYPE"),
        (Self::SyscallId, "SYSCALLID"),
        (Self::Port, "PORT"),
        (Self::RelTime, "RELTIME"),
        (Self::AbsTime, "ABSTIME"),
        (Self::Bool, "BOOL"),
        (Self::Double, "DOUBLE"),
        (Self::CharBuf, "CHARBUF"),
        (Self::FsPath, "FSPATH"),
        (Self::FsRelPath, "FSRELPATH"),
        (Self::ByteBuf, "BYTEBUF"),
        (Self::IpAddr, "IPADDR"),
        (Self::IpNet, "IPNET"),
        (Self::SockAddr, "SOCKADDR"),
        (Self::SockTuple, "SOCKTUPLE"),
        (Self::FdList, "FDLIST"),
        (Self::SigSet, "SIGSET"),
        (Self::CharBufArray, "CHARBUFARRAY"),
        (Self::Dyn, "DYN"),
    ];

    /// The name in messages.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("DYN", |(_, name)| name)
    }

    /// What its values are.
    pub fn family(self) -> Family {
        let number = |bits, signed| Family::Number { bits, signed };
        match self {
            Self::Int8 => number(8, true),
            Self::Int16 => number(16, true),
            Self::Int32 => number(32, true),
            Self::Int64 | Self::Fd | Self::Pid | Self::Errno => number(64, true),
            Self::Uint8 | Self::Flags8 | Self::SigType => number(8, false),
            Self::Uint16 | Self::Flags16 | Self::EnumFlags16 | Self::SyscallId | Self::Port => {
                number(16, false)
            }
            Self::Uint32 | Self::Flags32 | Self::EnumFlags32 | Self::Mode | Self::Uid | Self::Gid => {
                number(32, false)
            }
            Self::Uint64 | Self::RelTime | Self::AbsTime => number(64, false),
            Self::Bool => Family::Bool,
            Self::Double => Family::Double,
            Self::CharBuf | Self::FsPath | Self::FsRelPath => Family::Text,
            Self::ByteBuf => Family::Bytes,
            Self::IpAddr => Family::Address,
            Self::IpNet => Family::Network,
            Self::SockAddr
            | Self::SockTuple
            | Self::FdList
            | Self::SigSet
            | Self::CharBufArray
            | Self::Dyn => Family::Opaque,
        }
    }
}
