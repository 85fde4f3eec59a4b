//! Operators and their modifiers.

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// The field has a value.
    Exists,
    /// Equal.
    Eq,
    /// Not equal. False, too, where the field is absent.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// A shell pattern matches the whole value; `*` matches slashes.
    Glob,
    /// The same without regard to case.
    Iglob,
    /// The value has this text in it.
    Contains,
    /// The same without regard to ASCII case.
    Icontains,
    /// The bytes, written in hexadecimal, stand somewhere in the value.
    Bcontains,
    /// The value begins so.
    Startswith,
    /// The bytes, written in hexadecimal, begin the value.
    Bstartswith,
    /// The value ends so.
    Endswith,
    /// A POSIX extended expression (RE2's) matches the whole value.
    Regex,
    /// A list and the value have something in common.
    Intersects,
    /// The value, or every one of its values, stands in the list.
    In,
    /// A path of the list is the value's or one of its parents.
    Pmatch,
}

/// What stands to the right of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    Nothing,
    Number,
    Text,
    List,
}

impl Operator {
    /// All of them with their spellings, in the order in which they are tried and messages list them.
    pub(crate) const SPELLINGS: [(&'static str, Self); 20] = [
        ("exists", Self::Exists),
        ("<=", Self::Le),
        ("<", Self::Lt),
        (">=", Self::Ge),
        (">", Self::Gt),
        ("==", Self::Eq),
        ("=", Self::Eq),
        ("!=", Self::Ne),
        ("glob", Self::Glob),
        ("iglob", Self::Iglob),
        ("contains", Self::Contains),
        ("icontains", Self::Icontains),
        ("bcontains", Self::Bcontains),
        ("startswith", Self::Startswith),
        ("bstartswith", Self::Bstartswith),
        ("endswith", Self::Endswith),
        ("regex", Self::Regex),
        ("intersects", Self::Intersects),
        ("in", Self::In),
        ("pmatch", Self::Pmatch),
    ];

    /// The operator as conditions write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Glob => "glob",
            Self::Iglob => "iglob",
            Self::Contains => "contains",
            Self::Icontains => "icontains",
            Self::Bcontains => "bcontains",
            Self::Startswith => "startswith",
            Self::Bstartswith => "bstartswith",
            Self::Endswith => "endswith",
            Self::Regex => "regex",
            Self::Intersects => "intersects",
            Self::In => "in",
            Self::Pmatch => "pmatch",
        }
    }

    /// The operator of a name, `==` among them.
    pub fn of(name: &str) -> Option<Self> {
        Self::SPELLINGS.iter().find(|(spelling, _)| *spelling == name).map(|(_, operator)| *operator)
    }

    /// What stands to its right.
    pub(crate) fn wants(self) -> Wants {
        match self {
            Self::Exists => Wants::Nothing,
            Self::Lt | Self::Le | Self::Gt | Self::Ge => Wants::Number,
            Self::Intersects | Self::In | Self::Pmatch => Wants::List,
            _ => Wants::Text,
        }
    }
}

/// Which of several values must match, where an operator for one is given a list.
///
/// They stand between the operator and the list: `proc.name startswith oneof (ca, cu)`. Falco has them since 2026; what
/// libsinsp 0.23 knows has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// The value of the field matches a value of the list.
    OneOf,
    /// A value of the field matches a value of the list.
    AnyOf,
    /// Every value of the field matches a value of the list.
    AllOf,
}

impl Modifier {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OneOf, Self::AnyOf, Self::AllOf];

    /// The name in conditions.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneOf => "oneof",
            Self::AnyOf => "anyof",
            Self::AllOf => "allof",
        }
    }
}
