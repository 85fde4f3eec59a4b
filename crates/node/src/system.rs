//! The operating system and the name of a host.

use ironsides_settings::System;

use crate::procfs::Proc;
use crate::root::Root;

/// How much is read of small files.
const LIMIT: usize = 64 << 10;

/// What os-release(5) and the kernel say.
pub(crate) fn read(root: &Root, proc: Option<&Proc>) -> System {
    let release = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| root.text(path, LIMIT));
    let release = release.unwrap_or_default();
    let field = |name: &str| {
        let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned()
    };
    let kernel = proc.and_then(|proc| proc.text("sys/kernel/osrelease").ok()).unwrap_or_default();
    // Only Linux 6.1 and later tell; elsewhere the program runs on what it was built for.
    let own = || proc.filter(|proc| proc.is_real).map(|_| std::env::consts::ARCH.to_owned());
    let told = proc.and_then(|proc| proc.text("sys/kernel/arch").ok());
    System {
        id: field("ID"),
        version: field("VERSION_ID"),
        kernel: kernel.trim().to_owned(),
        architecture: told.map(|text| text.trim().to_owned()).or_else(own).unwrap_or_default(),
    }
}

/// The name of the host.
pub(crate) fn host_name(root: &Root, proc: Option<&Proc>) -> Option<String> {
    let written = root.text("/etc/hostname", LIMIT).unwrap_or_default();
    // hostname(5): comments are allowed.
    let written = written.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let told =
        || proc.and_then(|proc| proc.text("sys/kernel/hostname").ok()).map(|name| name.trim().to_owned());
    // As the kubelet calls its node after it.
    written.map(str::to_owned).or_else(told).map(|name| name.to_lowercase()).filter(|name| !name.is_empty())
}
