//! Benchmarks of kube-bench.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The heading of what is about nodes.
const NODE: &str = "Node";

/// A benchmark of kube-bench to judge nodes by.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct KubeBenchArgs {
    /// Judge nodes by a benchmark of kube-bench, too: its `cfg` folder, or that of one benchmark. Its commands are answered
    /// from the facts and never run
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = NODE)]
    pub(crate) kube_bench: Option<PathBuf>,
    /// Which benchmark of the `cfg` folder, as in cis-1.12 [default: the one that its config.yaml has for
    /// `--kubernetes-version`]
    #[arg(long, value_name = "NAME", requires = "kube_bench", help_heading = NODE)]
    pub(crate) benchmark: Option<String>,
}
