//! What loading rules has to say.

use std::fmt::{self, Display, Formatter};

use ironsides_tree::{Position, Span};
use serde::Serialize;

/// Whether rules with it can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// They can.
    Warning,
    /// They cannot.
    Error,
}

/// Falco's codes for errors and warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the text of each is in `summary`")]
pub enum Code {
    LoadErrFileRead,
    LoadErrYamlParse,
    LoadErrYamlValidate,
    LoadErrCompileCondition,
    LoadErrCompileOutput,
    LoadErrValidate,
    LoadErrExtension,
    LoadUnknownSource,
    LoadUnsafeNaCheck,
    LoadNoEvttype,
    LoadUnknownFilter,
    LoadUnusedMacro,
    LoadUnusedList,
    LoadUnknownItem,
    LoadDeprecatedItem,
    LoadWarningExtension,
    LoadAppendNoValues,
    LoadExceptionNameNotUnique,
    LoadInvalidMacroName,
    LoadInvalidListName,
    LoadCompileCondition,
    LoadUnknownKey,
}

impl Code {
    /// The code as Falco writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoadErrFileRead => "LOAD_ERR_FILE_READ",
            Self::LoadErrYamlParse => "LOAD_ERR_YAML_PARSE",
            Self::LoadErrYamlValidate => "LOAD_ERR_YAML_VALIDATE",
            Self::LoadErrCompileCondition => "LOAD_ERR_COMPILE_CONDITION",
            Self::LoadErrCompileOutput => "LOAD_ERR_COMPILE_OUTPUT",
            Self::LoadErrValidate => "LOAD_ERR_VALIDATE",
            Self::LoadErrExtension => "LOAD_ERR_EXTENSION",
            Self::LoadUnknownSource => "LOAD_UNKNOWN_SOURCE",
            Self::LoadUnsafeNaCheck => "LOAD_UNSAFE_NA_CHECK",
            Self::LoadNoEvttype => "LOAD_NO_EVTTYPE",
            Self::LoadUnknownFilter => "LOAD_UNKNOWN_FILTER",
            Self::LoadUnusedMacro => "LOAD_UNUSED_MACRO",
            Self::LoadUnusedList => "LOAD_UNUSED_LIST",
            Self::LoadUnknownItem => "LOAD_UNKNOWN_ITEM",
            Self::LoadDeprecatedItem => "LOAD_DEPRECATED_ITEM",
            Self::LoadWarningExtension => "LOAD_WARNING_EXTENSION",
            Self::LoadAppendNoValues => "LOAD_APPEND_NO_VALUES",
            Self::LoadExceptionNameNotUnique => "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
            Self::LoadInvalidMacroName => "LOAD_INVALID_MACRO_NAME",
            Self::LoadInvalidListName => "LOAD_INVALID_LIST_NAME",
            Self::LoadCompileCondition => "LOAD_COMPILE_CONDITION",
            Self::LoadUnknownKey => "LOAD_UNKNOWN_KEY",
        }
    }

    /// What the code means.
    pub fn summary(self) -> &'static str {
        match self {
            Self::LoadErrFileRead => "the file cannot be read",
            Self::LoadErrYamlParse => "the file is no YAML",
            Self::LoadErrYamlValidate => "the YAML holds something other than rules",
            Self::LoadErrCompileCondition => "a condition cannot be used",
            Self::LoadErrCompileOutput => "an output cannot be used",
            Self::LoadErrValidate => "something does not fit the rest",
            Self::LoadErrExtension => "an extension item is wrong",
            Self::LoadUnknownSource => "events of this source are not known",
            Self::LoadUnsafeNaCheck => "a comparison with <NA> that does not do what it seems to",
            Self::LoadNoEvttype => "the rule looks at too many kinds of events",
            Self::LoadUnknownFilter => "a field is not known",
            Self::LoadUnusedMacro => "no rule uses the macro",
            Self::LoadUnusedList => "nothing uses the list",
            Self::LoadUnknownItem => "an item of a kind that is not known",
            Self::LoadDeprecatedItem => "something is there for old files only",
            Self::LoadWarningExtension => "an extension item is odd",
            Self::LoadAppendNoValues => "an exception without values changes nothing",
            Self::LoadExceptionNameNotUnique => "two exceptions of a rule share a name",
            Self::LoadInvalidMacroName => "a macro with a name that conditions cannot write",
            Self::LoadInvalidListName => "a list with a name that conditions cannot write",
            Self::LoadCompileCondition => "a condition that never does what it says",
            Self::LoadUnknownKey => "a key that means nothing here",
        }
    }

    /// Whether rules with it can be used.
    pub fn severity(self) -> Severity {
        if self.name().starts_with("LOAD_ERR_") { Severity::Error } else { Severity::Warning }
    }
}

/// A place in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the file, in the order in which they were given.
    pub file: usize,
    /// Its name.
    pub name: String,
    /// Line and column.
    pub position: Position,
    /// The bytes.
    pub span: Span,
}

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whether the rules can be used all the same.
    pub severity: Severity,
    /// What kind it is of.
    pub code: Code,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// Of what: `rule "Terminal shell in container"`, from the outside in.
    pub context: Vec<String>,
}

impl Display for Message {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}:{}: ", place.name, place.position)?;
        }
        for context in &self.context {
            write!(f, "{context}: ")?;
        }
        write!(f, "{} [{}]", self.text, self.code.name())
    }
}
