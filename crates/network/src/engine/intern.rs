//! Values that get small numbers, equal ones the same.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Values by number, each kept once.
pub(super) struct Interner<T: ?Sized> {
    known: FxHashMap<Arc<T>, u32>,
    values: Vec<Arc<T>>,
}

impl<T: ?Sized> Default for Interner<T> {
    fn default() -> Self {
        Self { known: FxHashMap::default(), values: Vec::new() }
    }
}

impl<T: ?Sized + Hash + Eq> Interner<T> {
    /// The number of a value.
    pub(super) fn intern<'a>(&mut self, value: &'a T) -> u32
    where
        Arc<T>: From<&'a T>,
    {
        if let Some(&number) = self.known.get(value) {
            return number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let value = Arc::from(value);
        self.values.push(Arc::clone(&value));
        self.known.insert(value, number);
        number
    }

    /// The value of a number.
    pub(super) fn get(&self, number: u32) -> Option<&Arc<T>> {
        self.values.get(number as usize)
    }
}
