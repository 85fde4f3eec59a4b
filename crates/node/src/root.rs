//! A folder that nothing leads out of.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

/// How many symbolic links a path may lead through, as in Linux.
const LINKS: usize = 40;
/// How many names of a folder are read.
const ENTRIES: usize = 4096;
/// How something is opened that is only looked at.
const LOOK: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The root of a file system: that of the host, or that of a process.
///
/// Paths are walked component by component: a link begins anew in the root or in the folder it stands in, and `..` ends
/// at the root. The kernel's own links (`/proc/PID/root`) are followed nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    top: Arc<OwnedFd>,
}

/// Something in a root.
#[derive(Debug)]
pub(crate) struct Found {
    /// Itself, opened to be looked at.
    own: Arc<OwnedFd>,
    /// What is known of it.
    pub(crate) stat: Stat,
    /// Its path from the root, without links.
    pub(crate) real: String,
}

/// Why something was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It is not there.
    Missing,
    /// It may be there: why nobody can tell.
    Unknown(String),
}

impl Lost {
    pub(crate) fn of(error: Errno) -> Self {
        match error {
            Errno::NOENT | Errno::NOTDIR => Self::Missing,
            error => Self::Unknown(why(error)),
        }
    }
}

/// What an error of the system means, and what to do.
pub(crate) fn why(error: Errno) -> String {
    match error {
        Errno::ACCESS | Errno::PERM => "permission denied; run as root, or with CAP_DAC_READ_SEARCH".into(),
        Errno::LOOP => "too many symbolic links".into(),
        error => error.to_string(),
    }
}

impl Root {
    /// Opens a folder, wherever it is.
    pub(crate) fn open(path: &Path) -> Result<Self, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self::at(rustix::fs::openat(CWD, path, flags, Mode::empty())?))
    }

    /// An open folder as a root.
    pub(crate) fn at(folder: OwnedFd) -> Self {
        Self { top: Arc::new(folder) }
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> BorrowedFd<'_> {
        self.top.as_fd()
    }

    /// Finds what is at an absolute path.
    pub(crate) fn find(&self, path: &str) -> Result<Found, Lost> {
        let mut above: Vec<(Arc<OwnedFd>, String)> = Vec::new();
        let mut rest: VecDeque<String> = parts(path).collect();
        let mut links = 0;
        let top = |above: &[(Arc<OwnedFd>, String)]| {
            above.last().map_or_else(|| Arc::clone(&self.top), |(folder, _)| Arc::clone(folder))
        };
        while let Some(name) = rest.pop_front() {
            if name == ".." {
                above.pop();
                continue;
            }
            let folder = top(&above);
            let own = rustix::fs::openat(&folder, &*name, LOOK, Mode::empty()).map_err(Lost::of)?;
            let stat = rustix::fs::fstat(&own).map_err(Lost::of)?;
            if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
                links += 1;
                if links > LINKS {
                    return Err(Lost::of(Errno::LOOP));
                }
                let target = rustix::fs::readlinkat(&own, "", Vec::new()).map_err(Lost::of)?;
                let target = target.to_str().map_err(|_| Lost::Unknown("a link is no UTF-8".into()))?;
                if target.starts_with('/') {
                    above.clear();
                }
                for part in parts(target).collect::<Vec<_>>().into_iter().rev() {
                    rest.push_front(part);
                }
                continue;
            }
            above.push((Arc::new(own), name));
        }
        let own = top(&above);
        let stat = rustix::fs::fstat(&own).map_err(Lost::of)?;
        let real = above.iter().fold(String::new(), |path, (_, name)| path + "/" + name);
        Ok(Found { own, stat, real: if real.is_empty() { "/".into() } else { real } })
    }

    /// The text of a small file, where it is one.
    pub(crate) fn text(&self, path: &str, limit: usize) -> Option<String> {
        let (bytes, _) = self.find(path).ok()?.read(limit).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// The components of a path that mean something.
fn parts(path: &str) -> impl Iterator<Item = String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned)
}

/// A path without `.`, `..` and needless slashes, whether or not something is there.
pub(crate) fn clean(path: &str) -> String {
    let mut clean: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    format!("/{}", clean.join("/"))
}

impl Found {
    /// What it is.
    pub(crate) fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.stat.st_mode)
    }

    /// Reads the first bytes of a regular file, and says whether there are more. Nothing else is opened: a pipe would hang,
    /// and a device may do anything.
    pub(crate) fn read(&self, limit: usize) -> Result<(Vec<u8>, bool), Errno> {
        if self.file_type() != FileType::RegularFile {
            return Err(Errno::INVAL);
        }
        // The very file that was looked at, whatever stands under its name by now.
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&*self.own));
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = rustix::fs::openat(CWD, &*path, flags, Mode::empty())?;
        read(&file, limit)
    }

    /// The names in a folder, sorted; those of folders end in `/`. And whether there are more than are read. `leads` tells
    /// whether the link of a name leads to a folder.
    pub(crate) fn entries(&self, leads: &dyn Fn(&str) -> bool) -> Result<(Vec<String>, bool), Errno> {
        entries(self.own.as_fd(), leads)
    }

    /// The folder as a root of its own.
    pub(crate) fn into_root(self) -> Root {
        Root { top: self.own }
    }
}

/// The names in an open folder, sorted; those of folders end in `/`. And whether there are more than are read.
pub(crate) fn entries(
    folder: BorrowedFd<'_>,
    leads: &dyn Fn(&str) -> bool,
) -> Result<(Vec<String>, bool), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::openat(folder, ".", flags, Mode::empty())?;
    let mut names = Vec::new();
    let mut is_more = false;
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else { continue };
        if matches!(name, "." | "..") {
            continue;
        }
        if names.len() == ENTRIES {
            is_more = true;
            break;
        }
        let is_folder = match entry.file_type() {
            FileType::Directory => true,
            FileType::Symlink => leads(name),
            _ => false,
        };
        names.push(if is_folder { format!("{name}/") } else { name.to_owned() });
    }
    names.sort();
    Ok((names, is_more))
}

/// Reads the first bytes of an open file, and says whether there are more.
pub(crate) fn read(file: &OwnedFd, limit: usize) -> Result<(Vec<u8>, bool), Errno> {
    let mut bytes = Vec::new();
    let mut size = FIRST;
    while bytes.len() <= limit && chunk(file, &mut bytes, size)? > 0 {
        size = (size * 4).min(LARGEST);
    }
    let is_more = bytes.len() > limit;
    bytes.truncate(limit);
    Ok((bytes, is_more))
}

/// Reads the first bytes of an open file that the kernel writes, and says whether there are more. Other than of files on a
/// disk, less than was asked for is the end.
pub(crate) fn told(file: &OwnedFd, limit: usize) -> Result<(Vec<u8>, bool), Errno> {
    let mut bytes = Vec::new();
    let mut size = FIRST;
    while bytes.len() <= limit && chunk(file, &mut bytes, size)? == size {
        size = (size * 4).min(LARGEST);
    }
    let is_more = bytes.len() > limit;
    bytes.truncate(limit);
    Ok((bytes, is_more))
}

/// How much is read at once at first, and later. Most files are small, and what the kernel writes comes by the page.
const FIRST: usize = 4 << 10;
const LARGEST: usize = 256 << 10;

/// Reads once, and gives how much that was.
pub(crate) fn chunk(file: &OwnedFd, bytes: &mut Vec<u8>, size: usize) -> Result<usize, Errno> {
    let before = bytes.len();
    bytes.resize(before + size, 0);
    let read = loop {
        match rustix::io::read(file, bytes.get_mut(before..).unwrap_or_default()) {
            Err(Errno::INTR) => {}
            read => break read,
        }
    };
    bytes.truncate(before + read.unwrap_or_default());
    read
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_leads_out() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        std::fs::write(&outside, "secret").unwrap();
        let inside = folder.path().join("root");
        std::fs::create_dir_all(inside.join("etc/deep")).unwrap();
        std::fs::write(inside.join("etc/passwd"), "own").unwrap();
        symlink("../../outside", inside.join("etc/up")).unwrap();
        symlink(&outside, inside.join("etc/absolute")).unwrap();
        symlink("/etc/passwd", inside.join("etc/deep/own")).unwrap();
        symlink("../../../../../../etc", inside.join("etc/deep/ups")).unwrap();
        symlink("loop", inside.join("etc/loop")).unwrap();
        symlink("/proc/self/root", inside.join("etc/magic")).unwrap();
        let root = Root::open(&inside).unwrap();
        assert_eq!(root.find("/etc/up").unwrap_err(), Lost::Missing);
        assert_eq!(root.find("/etc/absolute").unwrap_err(), Lost::Missing);
        assert_eq!(root.find("/../../outside").unwrap_err(), Lost::Missing);
        assert_eq!(root.find("/etc/magic/etc").unwrap_err(), Lost::Missing);
        assert!(matches!(root.find("/etc/loop").unwrap_err(), Lost::Unknown(why) if why.contains("links")));
        assert_eq!(root.find("/etc/passwd/x").unwrap_err(), Lost::Missing);
        for path in ["/etc/deep/own", "/etc/deep/ups/passwd", "//etc/./deep/../passwd"] {
            let found = root.find(path).unwrap();
            assert_eq!(found.real, "/etc/passwd", "{path}");
            assert_eq!(found.read(100).unwrap(), (b"own".to_vec(), false));
        }
        assert_eq!(root.find("/etc/passwd").unwrap().read(2).unwrap(), (b"ow".to_vec(), true));
        assert_eq!(root.find("/").unwrap().real, "/");
    }

    #[test]
    fn the_kernels_own_links_are_not_followed() {
        let root = Root::open(Path::new("/")).unwrap();
        let found = root.find("/proc/self/root/etc");
        // The text of the link is `/`: it leads to the root, and not to that of the process.
        assert_eq!(found.unwrap().real, "/etc");
    }

    #[test]
    fn pipes_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::from(0o600), 0).unwrap();
        let root = Root::open(folder.path()).unwrap();
        let found = root.find("/pipe").unwrap();
        assert_eq!(found.file_type(), FileType::Fifo);
        assert_eq!(found.read(1).unwrap_err(), Errno::INVAL);
    }

    #[test]
    fn paths_are_cleaned() {
        for (path, expected) in [("/a//b/./c/", "/a/b/c"), ("/a/../../b", "/b"), ("", "/"), ("a", "/a")] {
            assert_eq!(clean(path), expected);
        }
    }
}
