//! Everything that was collected, and how complete it is.

use crate::coverage::Coverage;
use crate::object::Object;

/// The facts that checks across objects may ask for.
///
/// Checks on single objects do not need one: they judge each object as it streams by. What a check across objects
/// declares is kept here.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The objects kept, in the order they were read.
    pub objects: Vec<Object>,
    /// How much of each kind of fact was seen.
    pub coverage: Coverage,
}

impl Inventory {
    /// The objects of a kind in an API group.
    pub fn of_kind<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects
            .iter()
            .filter(move |object| object.reference().kind == kind && object.reference().group() == group)
    }
}
