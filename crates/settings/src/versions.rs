//! Which minor versions of Kubernetes know a setting.
//!
//! What is known of flags is what the components of 1.36 say of themselves; `flags/versions.tsv` says what other minor
//! versions, 1.31 to 1.37, have more or less, from the options of their sources: program, flag, first minor version, last
//! one, and of a flag that 1.36 has not its type.

/// The minor versions that know a setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The first minor version, 36 for 1.36; `None` where it is older than what is known.
    pub since: Option<u64>,
    /// The last minor version; `None` where the newest still knows it.
    pub until: Option<u64>,
}

/// Whether a version knows a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It does.
    Yes,
    /// Not before this minor version.
    From(u64),
    /// Not after this minor version.
    Until(u64),
    /// No version is known that does.
    Never,
}

impl Versions {
    /// The oldest and the newest minor version of which it is known what they know.
    pub const RANGE: std::ops::RangeInclusive<u64> = 31..=37;

    /// Whether a minor version is among them.
    pub fn at(self, minor: u64) -> Known {
        match (self.since, self.until) {
            (Some(since), _) if minor < since => Known::From(since),
            (_, Some(until)) if minor > until => Known::Until(until),
            _ => Known::Yes,
        }
    }

    /// Two columns of a table: first and last minor version, empty where there is none.
    pub(crate) fn read<'a>(mut columns: impl Iterator<Item = &'a str>) -> Self {
        let mut number = || columns.next().and_then(|text| text.parse().ok());
        Self { since: number(), until: number() }
    }
}

/// A flag in the table of versions.
pub(crate) struct Row {
    pub(crate) program: &'static str,
    pub(crate) flag: &'static str,
    pub(crate) versions: Versions,
    /// The type of a flag that 1.36 has not.
    pub(crate) ty: &'static str,
}

/// The table of versions.
pub(crate) fn rows() -> impl Iterator<Item = Row> {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        let (program, flag) = (columns.next()?, columns.next()?);
        let versions = Versions::read(columns.by_ref().take(2));
        Some(Row { program, flag, versions, ty: columns.next().unwrap_or_default() })
    };
    include_str!("flags/versions.tsv").lines().filter_map(row)
}
