//! Other programs that lint manifests, run beside ours where they are on PATH.

use std::path::Path;
use std::process::Command;

/// A program and how it lints a folder.
pub(crate) struct Peer {
    /// Its name, and that of its program.
    pub(crate) name: &'static str,
    /// How often it is worth running: some take a minute.
    pub(crate) runs: u32,
    /// The folder follows them.
    args: &'static [&'static str],
    /// What it wants in its environment.
    env: &'static [(&'static str, &'static str)],
}

/// Those we know, each with every check it has for manifests and nothing that would ask the network.
pub(crate) fn all() -> [Peer; 3] {
    [
        Peer { name: "kube-linter", runs: 5, args: &["lint"], env: &[] },
        Peer { name: "polaris", runs: 1, args: &["audit", "--audit-path"], env: &[] },
        Peer {
            name: "checkov",
            runs: 1,
            args: &["--framework", "kubernetes", "--quiet", "--compact", "--skip-download", "--directory"],
            env: &[("BC_SKIP_MAPPING", "TRUE")],
        },
    ]
}

impl Peer {
    /// The command that lints a folder.
    pub(crate) fn lint(&self, folder: &Path) -> Command {
        let mut command = Command::new(self.name);
        command.args(self.args).arg(folder).envs(self.env.iter().copied());
        command
    }
}
