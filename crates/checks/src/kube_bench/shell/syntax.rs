//! The shell's language as a tree.

/// Commands one after another.
pub(super) type List = Vec<AndOr>;

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug)]
pub(super) struct AndOr {
    pub(super) first: Pipeline,
    pub(super) rest: Vec<(Join, Pipeline)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    And,
    Or,
}

/// Commands whose output is the next one's input.
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    /// Whether `!` stands in front.
    pub(super) negated: bool,
    pub(super) commands: Vec<Command>,
}

/// A command and where its streams go.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) kind: Kind,
    pub(super) redirections: Vec<Redirection>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Simple { assignments: Vec<(String, Word)>, words: Vec<Word> },
    If { arms: Vec<(List, List)>, otherwise: Option<List> },
    For { variable: String, words: Vec<Word>, body: List },
    Group(List),
    Subshell(List),
}

/// A redirection; others are not read.
#[derive(Clone, Debug)]
pub(super) enum Redirection {
    /// `2>/dev/null`, `>/dev/null`: what becomes of a stream, 1 or 2.
    Discard(u8),
    /// `2>&1`
    ErrorsToOutput,
    /// `>&2`
    OutputToErrors,
    /// `< FILE`
    Input(Word),
}

/// A word before it is expanded.
pub(super) type Word = Vec<Part>;

#[derive(Clone, Debug)]
pub(super) enum Part {
    Text { text: String, quoted: bool },
    Variable { name: String, default: Option<Word>, quoted: bool },
    Command { list: List, quoted: bool },
}
