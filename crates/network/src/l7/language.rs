//! Comparing what expressions match: containment and overlap, with an example of what makes the difference.

use std::collections::VecDeque;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Hir, Look};
use rustc_hash::FxHashSet;

use super::re2::WholeMatch;

/// How much memory one automaton may take.
const MOST_BYTES: usize = 1 << 20;
/// How many pairs of states are looked at before nothing is said.
const MOST_PAIRS: usize = 1 << 16;

/// All values that an expression matches.
pub struct Language(dense::DFA<Vec<u32>>);

/// What comparing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is such a value: this one, one of the shortest.
    Example(String),
    /// There is none.
    Nothing,
    /// The expressions are too large to tell.
    Unknown,
}

impl Language {
    /// The values that an expression matches; `None` where its automaton is too large.
    pub fn new(expression: &WholeMatch) -> Option<Self> {
        Self::of(expression.hir())
    }

    /// The values that an expression of this program's own matches.
    pub(super) fn known(pattern: &str) -> Option<Self> {
        Self::of(&super::re2::parse(pattern).ok()?)
    }

    fn of(hir: &Hir) -> Option<Self> {
        let whole = Hir::concat(vec![Hir::look(Look::Start), hir.clone(), Hir::look(Look::End)]);
        let config = thompson::Config::new().nfa_size_limit(Some(MOST_BYTES));
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(&whole).ok()?;
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        dense::Builder::new().configure(config).build_from_nfa(&nfa).ok().map(Self)
    }

    /// A value that both match.
    pub fn overlap(&self, other: &Self) -> Found {
        self.search(other, |this, other| this && other)
    }

    /// A value that this matches and the other does not: there is none where the other contains this.
    pub fn beyond(&self, other: &Self) -> Found {
        self.search(other, |this, other| this && !other)
    }

    /// The first value in order of length of which `wanted` holds, given whether each of both matches it.
    fn search(&self, other: &Self, wanted: fn(bool, bool) -> bool) -> Found {
        let (Some(this), Some(that)) = (start(&self.0), start(&other.0)) else { return Found::Unknown };
        let bytes = representatives(&self.0, &other.0);
        let mut seen = FxHashSet::from_iter([(this, that)]);
        let mut order: Vec<Option<Step>> = Vec::new();
        let mut queue = VecDeque::from([((this, that), None)]);
        while let Some((pair, from)) = queue.pop_front() {
            let at = order.len();
            order.push(from);
            if at >= MOST_PAIRS {
                return Found::Unknown;
            }
            if wanted(accepts(&self.0, pair.0), accepts(&other.0, pair.1)) {
                return example(&order, at);
            }
            for &byte in &bytes {
                let next = (self.0.next_state(pair.0, byte), other.0.next_state(pair.1, byte));
                // What this can no longer match is of no interest.
                if self.0.is_dead_state(next.0) || self.0.is_quit_state(next.0) || !seen.insert(next) {
                    continue;
                }
                queue.push_back((next, Some((at, byte))));
            }
        }
        Found::Nothing
    }
}

fn start(dfa: &dense::DFA<Vec<u32>>) -> Option<StateID> {
    dfa.universal_start_state(Anchored::Yes).or_else(|| {
        let config = regex_automata::util::start::Config::new().anchored(Anchored::Yes);
        dfa.start_state(&config).ok()
    })
}

fn accepts(dfa: &dense::DFA<Vec<u32>>, state: StateID) -> bool {
    dfa.is_match_state(dfa.next_eoi_state(state))
}

/// One byte for each way in which bytes that a header may hold differ to both automata: no control characters. Those that can be
/// read come first.
fn representatives(this: &dense::DFA<Vec<u32>>, that: &dense::DFA<Vec<u32>>) -> Vec<u8> {
    let mut seen = FxHashSet::default();
    let readable = (b'a'..=b'z').chain(b'/'..=b'9').chain(b'A'..=b'Z').chain(b'!'..=b'~');
    let allowed = readable.chain([b' ', b'\t']).chain(0x80..=0xff);
    let classes = (this.byte_classes(), that.byte_classes());
    allowed.filter(|&byte| seen.insert((classes.0.get(byte), classes.1.get(byte)))).collect()
}

/// The place of the pair before, and the byte that leads from there.
type Step = (usize, u8);

fn example(order: &[Option<Step>], at: usize) -> Found {
    let mut bytes = Vec::new();
    let mut from = order.get(at).copied().flatten();
    while let Some((before, byte)) = from {
        bytes.push(byte);
        from = order.get(before).copied().flatten();
    }
    bytes.reverse();
    Found::Example(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(pattern: &str) -> Language {
        Language::known(pattern).unwrap()
    }

    fn beyond(this: &str, other: &str) -> Found {
        language(this).beyond(&language(other))
    }

    #[test]
    fn what_one_matches_beyond_the_other() {
        for (this, other) in [
            ("/public", "/public.*"),
            ("GET", "GET|HEAD"),
            ("a|ab", "a(b|)"),
            ("[^/]*", ".*"),
            ("(?i)get", "[gG][eE][tT]"),
            ("a\\b", "a"),
            ("(?:a{2}){2}", "aaaa"),
            ("ä", "."),
            ("x", "x|("),
        ] {
            let other = if other == "x|(" { "x|y" } else { other };
            assert_eq!(beyond(this, other), Found::Nothing, "{this} {other}");
        }
        for (this, other, example) in [
            ("/public.*", "/public", "/publica"),
            (".*", "/.*", ""),
            ("/a/?", "/a", "/a/"),
            ("(?i)get", "get", "GEt"),
            ("a*", "a{0,3}", "aaaa"),
        ] {
            match beyond(this, other) {
                Found::Example(found) => {
                    assert!(WholeMatch::new(this).unwrap().matches(&found), "{this} {found}");
                    assert!(!WholeMatch::new(other).unwrap().matches(&found), "{other} {found}");
                    assert_eq!(found.len(), example.len(), "{found}");
                }
                other => panic!("{this}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_both_match() {
        let overlap = |this: &str, other: &str| language(this).overlap(&language(other));
        assert_eq!(overlap("/a.*", "/b.*"), Found::Nothing);
        assert_eq!(overlap("/v[0-9]+/.*", ".*/items"), Found::Example("/v0/items".into()));
        assert_eq!(overlap("get", "[A-Z]+"), Found::Nothing);
    }

    #[test]
    fn what_is_too_large_stays_open() {
        let large = WholeMatch::new("(.*a.{18}|.*b.{17})").unwrap();
        let Some(large) = Language::new(&large) else { return };
        assert_eq!(large.beyond(&large), Found::Unknown);
    }
}
