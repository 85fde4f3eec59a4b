//! One observed fact.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use ironsides_tree::Span;

use crate::rendered::Cause;

/// What was looked at, what was found there, and what that means.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What was looked at: a field path, a flag, a file's mode.
    pub looked_at: Arc<str>,
    /// The value as written, `None` where nothing was; eight stars stand for what is or may be a secret.
    pub raw: Option<String>,
    /// The value in force, where it differs from what was written or nothing was.
    pub effective: Option<Cow<'static, str>>,
    /// The rule that made the effective value so: a default, inheritance from the pod, YAML 1.1.
    pub rule: Option<Cow<'static, str>>,
    /// Where it was found.
    pub source: Source,
    /// What made it so where it was rendered: values of a chart, patches of a kustomization. Most often empty.
    pub causes: Vec<Cause>,
}

/// Where a fact was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A place in a text.
    File {
        /// The path as the user named it, `-` for standard input.
        path: Arc<str>,
        /// The bytes to mark.
        span: Span,
    },
    /// A field of an object that the API server returned.
    Api {
        /// The request that returned it.
        request: Arc<str>,
    },
    /// A place on a node, told by the facts of that node.
    Host {
        /// The name of the node.
        node: Arc<str>,
        /// The place there.
        place: HostPlace,
    },
}

/// A place on a host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPlace {
    /// A file or folder.
    File {
        /// Its absolute path.
        path: Arc<str>,
        /// The line in it, from 1, where a place within is meant.
        line: Option<u32>,
    },
    /// A running process, or one of its arguments.
    Process {
        /// Its process id.
        pid: u32,
        /// The name of its program.
        program: Arc<str>,
        /// The argument as it was given.
        argument: Option<Arc<str>>,
    },
    /// A variable in the environment of a process.
    Variable {
        /// The process id.
        pid: u32,
        /// The name of its program.
        program: Arc<str>,
        /// The name of the variable.
        name: Arc<str>,
    },
    /// A setting of the kernel.
    Kernel {
        /// Its dotted name.
        name: Arc<str>,
    },
    /// A socket that listens.
    Socket {
        /// Address and port.
        address: Arc<str>,
    },
    /// What a component answered to a request.
    Answer {
        /// The request: `GET /configz`.
        request: Arc<str>,
    },
    /// The host as a whole.
    Whole,
}

impl fmt::Display for HostPlace {
    /// `/etc/kubernetes/admin.conf:3`, `kube-apiserver (812) --profiling=true`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: Some(line) } => write!(f, "{path}:{line}"),
            Self::File { path, line: None } => f.write_str(path),
            Self::Process { pid, program, argument: Some(argument) } => {
                write!(f, "{program} ({pid}) {argument}")
            }
            Self::Process { pid, program, argument: None } => write!(f, "{program} ({pid})"),
            Self::Variable { pid, program, name } => write!(f, "{program} ({pid}) ${name}"),
            Self::Kernel { name } => f.write_str(name),
            Self::Socket { address } => f.write_str(address),
            Self::Answer { request } => f.write_str(request),
            Self::Whole => f.write_str("host"),
        }
    }
}
