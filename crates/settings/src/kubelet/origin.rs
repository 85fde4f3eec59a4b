//! Values with the place that made them what they are.

use std::fmt;
use std::sync::Arc;

use ironsides_tree::{Node, Position};

/// A setting as it is in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The value, as `/configz` shows it: durations as Go writes them (`4h0m0s`). `None` where it is not set and has no
    /// default.
    pub value: Option<Node>,
    /// What gave it.
    pub by: By,
    /// What was given elsewhere and lost, in the order in which it was read.
    pub overruled: Vec<Given>,
}

/// A value and what gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The value as written; null where a drop-in removes the setting.
    pub value: Node,
    /// What gave it.
    pub by: By,
}

/// What gave a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A flag.
    Flag {
        /// Its name, without dashes, as the kubelet registers it.
        name: &'static str,
        /// The place of the argument among those after the program's name, from 0.
        argument: usize,
    },
    /// The file that `--config` names.
    File(Written),
    /// A file in the folder that `--config-dir` names.
    DropIn(Written),
    /// The default.
    Default(Default),
    /// The default: the value written is zero, empty or below what means something, and counts as not set.
    Zero {
        /// What wrote the zero.
        written: Box<By>,
        /// The default that came in its place.
        default: Default,
    },
    /// It follows from other settings or from the node.
    Derived(&'static str),
}

/// A place in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The path of the file, as the kubelet opens it.
    pub path: Arc<str>,
    /// Line and column of the value.
    pub position: Position,
}

/// A default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Default {
    /// Which of the two sets of defaults it is from.
    pub set: DefaultSet,
    /// The minor version of Kubernetes that was asked about: 36 for 1.36.
    pub minor: u64,
}

/// The kubelet has two sets of defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultSet {
    /// Those of a kubelet that has only flags: anonymous requests are let in, everything is allowed, the read-only port
    /// is open.
    Flags,
    /// Those of a configuration file.
    File,
}

/// The minor version whose defaults were taken from the kubelet itself.
pub const MEASURED: u64 = 36;

impl By {
    /// Whether somebody chose the value, rather than a default or a rule of the kubelet.
    pub fn is_given(&self) -> bool {
        matches!(self, Self::Flag { .. } | Self::File(_) | Self::DropIn(_))
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag { name, .. } => write!(f, "--{name}"),
            Self::File(written) | Self::DropIn(written) => written.fmt(f),
            Self::Default(default) => default.fmt(f),
            Self::Zero { written, default } => write!(f, "{default}, because {written} counts as not set"),
            Self::Derived(rule) => f.write_str(rule),
        }
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.position)
    }
}

impl fmt::Display for Default {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = match self.set {
            DefaultSet::Flags => "without --config",
            DefaultSet::File => "of a configuration file",
        };
        write!(f, "the default {set} in Kubernetes 1.{}", self.minor)?;
        if self.minor == MEASURED { Ok(()) } else { write!(f, " (as 1.{MEASURED} has it)") }
    }
}
