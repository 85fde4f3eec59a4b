//! Kustomizations: a folder with a `kustomization.yaml` to the documents that `kubectl kustomize` prints for it.
//!
//! ```text
//! read (kustomization.yaml) ─> accumulate (resources, bases, generators, components) ─> transform ─> print
//! ```
//!
//! What is built, and in which order and words, follows kustomize 5.8, the version that kubectl 1.36 holds: the text is
//! the same byte for byte. Nothing is fetched and nothing is run; entries that would need that are errors that name
//! the entry.

use ironsides_core::Rendered;

use crate::error::RenderError;
use crate::files::Files;

mod build;
mod config;
mod decode;
mod field;
mod generate;
mod hash;
mod id;
mod json;
mod load;
mod node;
mod origin;
mod patch;
mod path;
mod print;
mod read;
mod refer;
mod replace;
mod resource;
mod scalar;
mod schema;
mod scope;
mod selector;
mod set;
mod settings;
mod sources;
mod transform;
mod vars;

use build::Builder;
use print::Printer;
use sources::Sources;

/// The names that a kustomization file may have. Exactly one of them stands in a folder that can be built.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// How to build.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether files outside of a kustomization's own folder may be used by it (`--load-restrictor LoadRestrictionsNone`
    /// of kubectl). Folders may always be named anywhere.
    pub files_anywhere: bool,
    /// What bounds the build.
    pub limits: Limits,
}

/// What a build may use at most, so that no input takes all memory or all day.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The bytes of one file.
    pub file: usize,
    /// The bytes of all texts read.
    pub total: usize,
    /// How many kustomizations may be built within one, each counted as often as it is named.
    pub builds: usize,
    /// How deep kustomizations may name each other.
    pub depth: usize,
    /// The bytes of what is printed.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file: 32 << 20, total: 256 << 20, builds: 10_000, depth: 64, output: 256 << 20 }
    }
}

/// What a kustomization builds.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The documents, with marks that say where each value came from. The first of its files is the kustomization file
    /// that was asked for.
    pub rendered: Rendered,
    /// What is allowed and should not stay, in the order it was met.
    pub warnings: Vec<Warning>,
    /// Every file that took part, sorted: kustomization files, resources, patches, what generators read. They need not
    /// be judged a second time on their own.
    pub reads: Vec<String>,
}

/// Something that builds and should be changed all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
    /// What is the matter and what to do, in one sentence: lower case, no full stop.
    pub message: String,
}

/// Whether a file of this name makes its folder a kustomization.
pub fn is_kustomization(file_name: &str) -> bool {
    FILE_NAMES.contains(&file_name)
}

/// Builds the kustomization in `folder`, which is a path as [`Files`] takes it; `""` is where its tree begins.
///
/// Where a relative folder reaches above the beginning of the tree (`../base`), the paths asked for begin with `..`.
///
/// # Errors
///
/// What kustomize refuses is refused, at the place that is wrong.
pub fn build(files: &dyn Files, folder: &str, options: &Options) -> Result<Built, RenderError> {
    let sources = Sources::new(files, options.limits);
    let mut builder = Builder::new(sources, options);
    let resources = builder.build(folder)?;
    let sources = &builder.sources;
    let mut printer = Printer::new(sources, options.limits.output);
    for resource in &resources {
        printer.document(resource.id().to_string(), &resource.node)?;
    }
    let (text, marks) = printer.finish();
    let rendered = Rendered { text: text.into(), files: sources.all(), marks };
    let reads = sources.used();
    Ok(Built { rendered, warnings: std::mem::take(&mut builder.sources.warnings), reads })
}
