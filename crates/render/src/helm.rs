//! Helm charts to documents: charts, values and the template language, without the helm program.
//!
//! ```text
//! let chart = Chart::load(files, "charts/shop")?;      // parsed once
//! for rendered in chart.render(&Options::default())? {  // as often as there are values
//!     …
//! }
//! ```

mod archive;
mod capabilities;
mod chart;
mod encoding;
mod functions;
mod ignore;
mod json;
mod loaded;
mod machine;
mod metadata;
mod number;
mod object;
mod options;
mod origin;
mod output;
mod print;
mod render;
mod schema;
mod semver;
mod settings;
mod template;
mod time;
mod value;
mod values;
mod yaml;

use crate::{Files, RenderError, Rendered};

pub use chart::Chart;
pub use options::{NamedText, Options};
pub use output::{Output, Part, manifest};

/// Renders the chart at `chart`, a folder with a `Chart.yaml` or an archive (`.tgz`), and gives the output of one
/// template after another: those of the chart and of the charts below it, in the order of their paths. Outputs
/// without a document are left out, and so is `NOTES.txt`.
///
/// To render a chart more than once, load it with [`Chart::load`].
pub fn render(files: &dyn Files, chart: &str, options: &Options) -> Result<Vec<Rendered>, RenderError> {
    Chart::load(files, chart)?.render(options)
}

/// Whether the folder `chart` holds a library chart, which gives no documents by itself. A folder whose `Chart.yaml`
/// cannot be read holds none.
pub fn is_library(files: &dyn Files, chart: &str) -> bool {
    let path = chart::joined(if chart.is_empty() { "." } else { chart }, "Chart.yaml");
    let Ok(bytes) = files.read(&path) else { return false };
    let file = NamedText { path: path.into(), text: String::from_utf8_lossy(&bytes).into() };
    metadata::Metadata::read(&file, None).is_ok_and(|metadata| metadata.is_library())
}
