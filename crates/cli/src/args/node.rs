//! The host that a command looks at.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The heading of what is about nodes.
const NODE: &str = "Node";

/// A host to look at.
#[derive(Args, Clone, Debug)]
pub(crate) struct NodeArgs {
    /// Look at the host that this runs on: its processes, the files that they name, and those that are known to be there.
    /// Nothing is started and nothing is changed; keys and tokens are not kept
    #[arg(long, help_heading = NODE)]
    pub(crate) node: bool,
    /// The folder that holds the root of the host's file system, with its /proc, as in a pod
    #[arg(long, value_name = "DIR", default_value = "/", value_hint = ValueHint::DirPath, help_heading = NODE)]
    #[arg(requires = "node")]
    pub(crate) root: PathBuf,
    /// The name of the node [default: what its kubelet is told, its certificate says, or the name of the host]
    #[arg(long, value_name = "NAME", requires = "node", help_heading = NODE)]
    pub(crate) node_name: Option<String>,
    /// What is looked at besides: paths, and folders with all that is in them.
    #[arg(skip)]
    pub(crate) more: (BTreeSet<String>, BTreeSet<String>),
}

impl Default for NodeArgs {
    fn default() -> Self {
        Self { node: false, root: "/".into(), node_name: None, more: Default::default() }
    }
}
