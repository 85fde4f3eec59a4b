//! Sets of texts.

use rustc_hash::FxHashSet;

/// A set of texts. Which lengths occur is looked at first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Set {
    /// Bit n: a text of n bytes is in it; bit 63 stands for all longer ones.
    lengths: u64,
    members: FxHashSet<Box<[u8]>>,
}

impl Set {
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        self.lengths & bit(text.len()) != 0 && self.members.contains(text)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.members.iter().map(|member| &**member)
    }
}

fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

impl<'a> FromIterator<&'a [u8]> for Set {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(texts: I) -> Self {
        let members: FxHashSet<Box<[u8]>> = texts.into_iter().map(Into::into).collect();
        #[expect(clippy::iter_over_hash_type, reason = "bits have no order")]
        let lengths = {
            let mut lengths = 0;
            for member in &members {
                lengths |= bit(member.len());
            }
            lengths
        };
        Self { lengths, members }
    }
}
