//! A root that a test makes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use ironsides_node::{Options, collect};
use ironsides_settings::{File, Host, Process};
use tempfile::TempDir;

/// A root in a temporary folder.
pub(crate) struct Prepared {
    folder: TempDir,
}

impl Prepared {
    /// A root with a user database, a first process and a name.
    pub(crate) fn new() -> Self {
        let root = Self { folder: tempfile::tempdir().unwrap() };
        root.file("/etc/passwd", 0o644, "root:x:0:0::/root:/bin/sh\netcd:x:997:996::/:/bin/false\n");
        root.file("/etc/group", 0o644, "root:x:0:\netcd:x:996:\n");
        root.file("/etc/hostname", 0o644, "Machine-1\n");
        root.file("/etc/os-release", 0o644, "NAME=\"Some\"\nID=some\nVERSION_ID=\"12\"\n");
        root.file("/proc/sys/kernel/osrelease", 0o444, "6.8.0-45-generic\n");
        root.file("/proc/sys/kernel/panic", 0o444, "10\n");
        root.file("/proc/sys/net/ipv4/ip_forward", 0o444, "1\n");
        root.process(1, &["/sbin/init"], "0::/init.scope");
        let table = "  sl  local_address rem_address   st tx rx tr tm->when retrnsmt uid timeout inode\n   \
                     0: 00000000:280A 00000000:0000 0A 0:0 00:0 00 0 0 4711 1 0\n";
        root.file("/proc/1/net/tcp", 0o444, table);
        root
    }

    /// Where a path of the root is.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    pub(crate) fn bytes(&self, path: &str, mode: u32, content: &[u8]) {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(&at, content).unwrap();
        fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn file(&self, path: &str, mode: u32, content: &str) {
        self.bytes(path, mode, content.as_bytes());
    }

    pub(crate) fn link(&self, path: &str, target: &str) {
        let at = self.at(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(target, at).unwrap();
    }

    /// A process of root with these words and this control group, in the mount namespace of the host.
    pub(crate) fn process(&self, pid: u32, words: &[&str], cgroup: &str) {
        let folder = format!("/proc/{pid}");
        let line = words.iter().fold(String::new(), |line, word| line + word + "\0");
        self.file(&format!("{folder}/cmdline"), 0o444, &line);
        let status = "Name:\tx\nPPid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n";
        self.file(&format!("{folder}/status"), 0o444, status);
        self.file(&format!("{folder}/cgroup"), 0o444, cgroup);
        self.file(&format!("{folder}/environ"), 0o400, "PATH=/bin\0");
        self.link(&format!("{folder}/exe"), words.first().unwrap_or(&"x"));
        self.link(&format!("{folder}/cwd"), "/");
        self.link(&format!("{folder}/root"), "/");
        self.link(&format!("{folder}/ns/mnt"), "mnt:[1]");
        self.link(&format!("{folder}/ns/net"), "net:[1]");
        fs::create_dir_all(self.at(&format!("{folder}/fd"))).unwrap();
    }

    pub(crate) fn collect(&self) -> Host {
        let options = Options {
            root: self.folder.path().to_owned(),
            name: None,
            collected: None,
            ..Options::default()
        };
        collect(&options).unwrap()
    }
}

pub(crate) fn process<'a>(host: &'a Host, program: &str) -> &'a Process {
    host.running(program).next().unwrap_or_else(|| panic!("no {program} among {:?}", host.processes))
}

/// What is known of a path of the host.
pub(crate) fn file<'a>(host: &'a Host, path: &str) -> &'a File {
    host.files.get(path).unwrap_or_else(|| panic!("nobody looked at {path}: {:?}", host.files.keys()))
}

/// A certificate and its key, in PEM.
pub(crate) fn leaf(name: &str, organization: &str) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut wanted = rcgen::CertificateParams::new(vec![]).unwrap();
    wanted.distinguished_name = rcgen::DistinguishedName::new();
    wanted.distinguished_name.push(rcgen::DnType::OrganizationName, organization);
    wanted.distinguished_name.push(rcgen::DnType::CommonName, name);
    (wanted.self_signed(&key).unwrap().pem(), key.serialize_pem())
}
