//! Raw facts of a host: one walk of its `/proc`, the files that its processes name, and those that are known to be there.
//!
//! [`collect`] gives a [`Host`](ironsides_settings::Host), which is a document and is judged like any other. Nothing is
//! judged here, nothing is written, and nothing is started: what is asked of the kernel is asked by system calls.
//!
//! **Nothing leads out of the root.** A host may be a folder (`/host` in a container, an image that was mounted), and what
//! lies in it may have been written by an attacker. Paths are walked component by component below an open folder, so that
//! neither `..` nor a symbolic link leaves it (`root`).
//!
//! **No secret is kept.** Of private keys the form, the algorithm and the size are; in configuration, keys, tokens and
//! passwords are replaced by eight stars before anything else sees the text (`redact`).

mod certificate;
mod collect;
mod error;
mod follow;
mod inspect;
mod key;
mod kind;
mod layout;
mod names;
mod pem;
mod process;
mod procfs;
mod program;
mod redact;
mod root;
mod sockets;
mod sysctls;
mod system;
mod unit;
mod users;
mod walk;

pub use collect::{Options, collect, is_root};
pub use error::NodeError;
