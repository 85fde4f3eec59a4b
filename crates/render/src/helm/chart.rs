//! Charts as loaded.

use std::sync::Arc;

use super::options::Options;
use super::output::Output;
use crate::{Files, RenderError, Rendered};

/// A chart with its templates parsed and the charts below it, to be rendered any number of times, by any thread.
#[derive(Clone, Debug)]
pub struct Chart {
    path: Arc<str>,
}

impl Chart {
    /// Loads the chart at `path`: a folder that holds a `Chart.yaml`, or an archive (`.tgz`).
    pub fn load(files: &dyn Files, path: &str) -> Result<Self, RenderError> {
        let _ = files;
        Ok(Self { path: path.into() })
    }

    /// Renders the chart; see [`super::render`].
    pub fn render(&self, options: &Options) -> Result<Vec<Rendered>, RenderError> {
        Ok(self.outputs(options)?.into_iter().map(|output| output.rendered).collect())
    }

    /// Renders the chart, with the names that Helm knows the outputs by.
    pub fn outputs(&self, options: &Options) -> Result<Vec<Output>, RenderError> {
        let _ = options;
        Err(RenderError::At {
            path: self.path.to_string(),
            line: None,
            column: None,
            message: "cannot render Helm charts yet".to_owned(),
            hint: Some("render it with helm template and scan the result".to_owned()),
        })
    }
}
