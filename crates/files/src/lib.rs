//! Documents on disk: which files hold them, and their text.
//!
//! [`walk`] turns the paths a user named into a sorted list of files, and tells what it passed over; [`read`] gives the
//! text of one, or says in one sentence why it cannot. [`Disk`] is where charts and kustomizations get their files from.
//! [`Bundle`] is what was read of a cluster, as one file.

mod bundle;
mod disk;
mod error;
mod held;
mod read;
mod stamp;
mod walk;

pub use bundle::{
    BUNDLE_FORMAT, Bundle, BundleLimits, BundleOf, read_bundle, read_bundle_from, write_bundle,
};
pub use disk::Disk;
pub use error::FileError;
pub use held::{HELD_FACTS, pack_facts, unpack_facts};
pub use read::{STDIN, decode, read, read_bytes};
pub use stamp::stamp;
pub use walk::{Found, walk};
