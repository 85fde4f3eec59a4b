//! The `/proc` of a host, or a copy of one.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::root::{self, Found, Root};
use crate::sockets;

/// Where processes are told of.
#[derive(Debug)]
pub(crate) struct Proc {
    root: Root,
    /// Whether the kernel itself tells, so that its links lead where it says.
    pub(crate) is_real: bool,
}

/// One process.
#[derive(Debug)]
pub(crate) struct Pid {
    folder: OwnedFd,
    pub(crate) pid: u32,
}

impl Proc {
    /// Takes a folder for `/proc`.
    pub(crate) fn of(found: Found) -> Self {
        let root = found.into_root();
        let magic = rustix::fs::fstatfs(root.folder()).map(|fs| fs.f_type);
        Self { is_real: magic.is_ok_and(|magic| magic == rustix::fs::PROC_SUPER_MAGIC), root }
    }

    /// The ids of all processes, in their order.
    pub(crate) fn pids(&self) -> Result<Vec<u32>, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(self.root.folder(), ".", flags, Mode::empty())?;
        let mut pids = Vec::new();
        for entry in rustix::fs::Dir::read_from(&folder)? {
            let name = entry?;
            let is_number = |name: &&str| name.bytes().all(|byte| byte.is_ascii_digit());
            pids.extend(name.file_name().to_str().ok().filter(is_number).and_then(|n| n.parse::<u32>().ok()));
        }
        pids.sort_unstable();
        Ok(pids)
    }

    /// A process, for as long as it is the same one: what is asked after its end is an error, whoever gets its id.
    pub(crate) fn process(&self, pid: u32) -> Result<Pid, Errno> {
        let folder = rustix::fs::openat(self.root.folder(), &*pid.to_string(), FOLDER, Mode::empty())?;
        Ok(Pid { folder, pid })
    }

    /// The text of a small file of the system as a whole.
    pub(crate) fn text(&self, path: &str) -> Result<String, Errno> {
        if self.is_real {
            // What the kernel tells of the system has no links: one step instead of one for each folder.
            let file = rustix::fs::openat(self.root.folder(), path, READ, Mode::empty())?;
            return Ok(String::from_utf8_lossy(&root::told(&file, SMALL)?.0).into_owned());
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        let mut at = rustix::fs::openat(self.root.folder(), ".", FOLDER, Mode::empty())?;
        for part in folder.split('/') {
            at = rustix::fs::openat(&at, part, FOLDER, Mode::empty())?;
        }
        let (bytes, _) = root::read(&rustix::fs::openat(&at, name, READ, Mode::empty())?, SMALL)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Of no folder of `/proc` is a link followed; only [`Pid::root`] follows one, and only where it is the kernel's.
const FOLDER: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);
/// How much is read of a table of sockets.
const TABLE: usize = 1 << 20;
/// The length of a line of it.
const LINE: usize = 150;
/// How much is read of small files.
const SMALL: usize = 64 << 10;

/// How many sockets of a protocol there are, those that listen among them; `folder` is one with tables of sockets.
fn in_use(folder: &OwnedFd, protocol: &str) -> Option<usize> {
    let name = if protocol == "tcp6" { "sockstat6" } else { "sockstat" };
    let file = rustix::fs::openat(folder, name, READ, Mode::empty()).ok()?;
    let (bytes, _) = root::told(&file, SMALL).ok()?;
    sockets::in_use(protocol, &String::from_utf8_lossy(&bytes))
}

impl Pid {
    /// The first bytes of a file about the process, and whether there are more.
    pub(crate) fn bytes(&self, name: &str, limit: usize) -> Result<(Vec<u8>, bool), Errno> {
        root::told(&rustix::fs::openat(&self.folder, name, READ, Mode::empty())?, limit)
    }

    /// The text of a small file about the process.
    pub(crate) fn text(&self, name: &str) -> Result<String, Errno> {
        let (bytes, _) = self.bytes(name, SMALL)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A table of sockets, `tcp` or `tcp6`, as far as it tells of those that listen: they stand first. It is read about a
    /// line at a time, because to fill more the kernel walks all connections there may be, which takes it milliseconds.
    pub(crate) fn sockets_of(&self, protocol: &str) -> Result<String, Errno> {
        let folder = rustix::fs::openat(&self.folder, "net", FOLDER, Mode::empty())?;
        // For a table without connections it walks them all too, so it is not asked where nothing more can follow.
        let most = in_use(&folder, protocol);
        if most == Some(0) {
            return Ok(String::new());
        }
        let file = rustix::fs::openat(&folder, protocol, READ, Mode::empty())?;
        let mut bytes = Vec::new();
        while bytes.len() < TABLE {
            if root::chunk(&file, &mut bytes, LINE)? == 0 || !sockets::may_go_on(&bytes, most) {
                break;
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What a link says, in a folder about the process.
    pub(crate) fn link(&self, folder: &str, name: &str) -> Result<String, Errno> {
        let folder = rustix::fs::openat(&self.folder, folder, FOLDER, Mode::empty())?;
        let text = rustix::fs::readlinkat(&folder, name, Vec::new())?;
        Ok(String::from_utf8_lossy(text.as_bytes()).into_owned())
    }

    /// The sockets that the process has open, by their inodes.
    pub(crate) fn sockets(&self) -> Result<Vec<u64>, Errno> {
        let folder = rustix::fs::openat(&self.folder, "fd", FOLDER, Mode::empty())?;
        let (names, _) = root::entries(folder.as_fd(), &|_| false)?;
        let inode = |name: &String| {
            let target = rustix::fs::readlinkat(&folder, &**name, Vec::new()).ok()?;
            target.to_str().ok()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
        };
        Ok(names.iter().filter_map(inode).collect())
    }

    /// The root of the file system that the process sees. `host` is where a copy of `/proc` was found: its links are
    /// texts, and lead nowhere out of it.
    pub(crate) fn root(&self, proc: &Proc, host: &Root) -> Result<Root, Errno> {
        if proc.is_real {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            return rustix::fs::openat(&self.folder, "root", flags, Mode::empty()).map(Root::at);
        }
        let found = host.find(&format!("/proc/{}/root", self.pid)).map_err(|_| Errno::NOENT)?;
        let is_folder = found.file_type() == rustix::fs::FileType::Directory;
        if is_folder { Ok(found.into_root()) } else { Err(Errno::NOTDIR) }
    }
}
