//! What becomes of a field's zero value when Go writes it.

use crate::generated::TYPES;
use crate::table::Type;
use crate::wire_table::WIRE;

/// How Go holds a field, and so when it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// A value, left out when it is zero or empty.
    Value,
    /// A value that is always written: a list, map or time without content as null.
    Always,
    /// A pointer, left out when nothing was given.
    Pointer,
    /// A pointer, written as null when nothing was given.
    Nullable,
}

/// The letters of a type, one a field.
pub(crate) fn letters(ty: &Type) -> &'static [u8] {
    // Types stand in one table, and the letters in the same order: the place tells the entry.
    let offset = std::ptr::from_ref(ty).addr().wrapping_sub(TYPES.as_ptr().addr());
    let at = offset / size_of::<Type>();
    WIRE.get(at).filter(|(name, _)| *name == ty.name).map_or(&[], |(_, letters)| letters.as_bytes())
}

/// The meaning of the letter at a place.
pub(crate) fn wire(letters: &[u8], at: usize) -> Wire {
    match letters.get(at) {
        Some(b'a') => Wire::Always,
        Some(b'p') => Wire::Pointer,
        Some(b'?') => Wire::Nullable,
        _ => Wire::Value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_every_type_is_known() {
        assert!(WIRE.is_sorted_by_key(|(name, _)| name));
        for ty in &TYPES {
            assert_eq!(letters(ty).len(), ty.fields.len(), "{}", ty.name);
        }
    }
}
