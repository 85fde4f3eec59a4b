//! Progress of a collection.

use ironsides_core::Extent;

/// Is told how a collection goes on. Requests are those of [`crate::Read::request`]; several may be under way at once.
pub trait Seen: Sync {
    /// A list is being read.
    fn started(&self, request: &str) {
        let _ = request;
    }

    /// So many objects of a list were read so far.
    fn read(&self, request: &str, objects: usize) {
        let _ = (request, objects);
    }

    /// A list was read, with so many objects, or could not be.
    fn finished(&self, request: &str, objects: usize, extent: &Extent) {
        let _ = (request, objects, extent);
    }
}

/// Nobody looks.
impl Seen for () {}
