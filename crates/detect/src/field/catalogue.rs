//! Every known field, from the table `table/fields.tsv`.
//!
//! Sources: the field lists of libsinsp (`sysdig -l`, libs 0.23 and master of 2026), of the container plug-in, the
//! k8saudit plug-in and the json plug-in (falcosecurity/libs and falcosecurity/plugins, Apache-2.0): names, types and
//! flags. The fields `correlation.*`, `ka.sourceips.last` and `ka.sourceips.net` are Ironsides' own.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::kind::Kind;

/// A field's place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(u16);

/// Who fills a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Every source.
    Any,
    /// System calls.
    Syscall,
    /// The container plug-in, over system calls.
    Container,
    /// Kubernetes audit events.
    K8sAudit,
    /// The json plug-in, over everything that is JSON.
    Json,
    /// What a correlation found, for its output.
    Correlation,
}

/// What a field takes in brackets, or behind a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    Index,
    Key,
    IndexOrKey,
    RequiredKey,
    RequiredIndexOrKey,
    /// An event parameter by number or name.
    Parameter,
    /// An event parameter by name.
    ParameterName,
    /// The name of an event type.
    Event,
    /// A time.
    Number,
    /// A word behind a dot, which can be left out.
    Suffix,
    /// A word behind a dot.
    RequiredSuffix,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// The dotted name.
    pub name: &'static str,
    /// The type of its values; that of `evt.rawarg` depends on its argument.
    pub kind: Kind,
    /// Whether it has several values at once.
    pub list: bool,
    /// Whether it is for conditions alone.
    pub filter_only: bool,
    /// Whether it can stand on the right side of a comparison, and a field on the right side of it.
    pub right_side: bool,
    /// Whether transformers take it.
    pub transformable: bool,
    /// Whether its authors call it deprecated.
    pub deprecated: bool,
    /// Who fills it.
    pub class: Class,
    pub(crate) takes: Takes,
}

static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let lines = include_str!("../table/fields.tsv").lines();
    lines.filter(|line| !line.starts_with('#')).filter_map(field).collect()
});

static BY_NAME: LazyLock<FxHashMap<&'static str, FieldId>> = LazyLock::new(|| {
    let ids = (0_u16..).map(FieldId);
    FIELDS.iter().zip(ids).map(|(field, id)| (field.name, id)).collect()
});

/// Reads a line of the table.
fn field(line: &'static str) -> Option<Field> {
    let mut columns = line.split('\t');
    let mut column = || columns.next();
    let (name, kind, flags, takes, class) = (column()?, column()?, column()?, column()?, column()?);
    let has = |flag| flags.split(',').any(|known| known == flag);
    let takes = match takes {
        "index" => Takes::Index,
        "key" => Takes::Key,
        "index-or-key" => Takes::IndexOrKey,
        "required:key" => Takes::RequiredKey,
        "required:index-or-key" => Takes::RequiredIndexOrKey,
        "required:argument" => Takes::Parameter,
        "required:argument-name" => Takes::ParameterName,
        "required:event" => Takes::Event,
        "required:number" => Takes::Number,
        "suffix" => Takes::Suffix,
        "required:suffix" => Takes::RequiredSuffix,
        _ => Takes::Nothing,
    };
    let class = match class {
        "any" => Class::Any,
        "container" => Class::Container,
        "k8s_audit" => Class::K8sAudit,
        "json" => Class::Json,
        "correlation" => Class::Correlation,
        _ => Class::Syscall,
    };
    Some(Field {
        name,
        kind: Kind::named(kind)?,
        list: has("list"),
        filter_only: has("filter-only"),
        right_side: !has("no-rhs"),
        transformable: !has("no-transformer"),
        deprecated: has("deprecated"),
        class,
        takes,
    })
}

impl FieldId {
    /// The field of this name, whoever fills it.
    pub fn named(name: &str) -> Option<Self> {
        BY_NAME.get(name).copied()
    }

    /// Every field, in order of the table.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..FIELDS.len()).filter_map(|at| u16::try_from(at).ok()).map(Self)
    }

    /// What is known of it.
    pub fn field(self) -> &'static Field {
        static NONE: Field = Field {
            name: "",
            kind: Kind::Dyn,
            list: false,
            filter_only: true,
            right_side: false,
            transformable: false,
            deprecated: false,
            class: Class::Any,
            takes: Takes::Nothing,
        };
        FIELDS.get(usize::from(self.0)).unwrap_or(&NONE)
    }

    /// Its place in the table, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The fields that a source of events has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Catalogue {
    classes: &'static [Class],
}

impl Catalogue {
    /// System calls alone, as libsinsp without plug-ins has them.
    pub const LIBSINSP: Self = Self { classes: &[Class::Any, Class::Syscall] };

    /// System calls with the container plug-in: Falco's source `syscall`.
    pub const SYSCALL: Self = Self { classes: &[Class::Any, Class::Syscall, Class::Container] };

    /// Kubernetes audit events: Falco's source `k8s_audit`.
    pub const K8S_AUDIT: Self = Self { classes: &[Class::Any, Class::K8sAudit, Class::Json] };

    /// The fields of a source, by Falco's name for it.
    pub fn of(source: &str) -> Option<Self> {
        match source {
            "syscall" => Some(Self::SYSCALL),
            "k8s_audit" => Some(Self::K8S_AUDIT),
            _ => None,
        }
    }

    /// The fields that the output of a correlation over a source can name.
    pub fn of_correlations(source: &str) -> Option<Self> {
        use Class::{Any, Container, Correlation, Json, K8sAudit, Syscall};
        match source {
            "syscall" => Some(Self { classes: &[Any, Syscall, Container, Correlation] }),
            "k8s_audit" => Some(Self { classes: &[Any, K8sAudit, Json, Correlation] }),
            _ => None,
        }
    }

    /// The sources that have fields.
    pub const SOURCES: [&'static str; 2] = ["syscall", "k8s_audit"];

    /// The field of this name, if this source has it.
    pub fn field(self, name: &str) -> Option<FieldId> {
        FieldId::named(name).filter(|id| self.classes.contains(&id.field().class))
    }

    /// All fields, in alphabetical order.
    pub fn fields(self) -> impl Iterator<Item = FieldId> {
        FieldId::all().filter(move |id| self.classes.contains(&id.field().class))
    }

    /// The longest field name that a text begins with.
    pub(crate) fn longest(self, text: &str) -> Option<FieldId> {
        let length =
            text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(text.len());
        (1..=length).rev().find_map(|length| self.field(text.get(..length)?))
    }

    /// The known field that looks most like a name.
    pub fn nearest(self, name: &str) -> Option<&'static str> {
        let far = (name.len() / 4).clamp(1, 4);
        // A distance is never below the difference in length, which is had for nothing.
        let close = self.fields().filter(|id| id.field().name.len().abs_diff(name.len()) <= far);
        let distances = close.map(|id| (strsim::damerau_levenshtein(name, id.field().name), id.field().name));
        distances.filter(|(distance, _)| *distance <= far).min().map(|(_, name)| name)
    }
}
