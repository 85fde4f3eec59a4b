//! Choices out of a string of bytes: each byte is one, so that proptest can make a world smaller by making bytes smaller.

/// The choices that are left.
pub(crate) struct Choices<'a>(pub(crate) std::slice::Iter<'a, u8>);

impl Choices<'_> {
    /// One of the first so many.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % count
    }

    /// One of these.
    pub(crate) fn of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())]
    }

    /// True in one of so many cases.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }
}

/// Numbers for packets. What is left of the bytes may not be enough for them: they are drawn from all of them, in another order.
pub(crate) fn numbers(bytes: &[u8]) -> impl FnMut(usize) -> usize {
    let mut draws = bytes.iter().rev().zip(bytes.iter().cycle().skip(7)).cycle().enumerate();
    move |count: usize| {
        let (at, (one, other)) = draws.next().unwrap();
        (usize::from(*one) * 31 + usize::from(*other) + at) % count
    }
}
