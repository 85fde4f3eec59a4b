//! How charts are rendered.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// How charts are rendered.
#[derive(Args, Clone, Debug)]
pub(crate) struct RenderArgs {
    /// Values for every chart that is scanned; may be given several times, later files win
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Charts")]
    pub(crate) values: Vec<PathBuf>,
    /// One or several values, as in image.tag=1.2,replicas=3
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Charts")]
    pub(crate) set: Vec<String>,
    /// Like `--set`, and the values are always strings
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Charts")]
    pub(crate) set_string: Vec<String>,
    /// Like `--set`, and the values are JSON
    #[arg(long, value_name = "KEY=JSON", help_heading = "Charts")]
    pub(crate) set_json: Vec<String>,
    /// Like `--set`, and the values are the contents of files
    #[arg(long, value_name = "KEY=FILE", help_heading = "Charts")]
    pub(crate) set_file: Vec<String>,
    /// A value taken letter by letter, commas and all
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Charts")]
    pub(crate) set_literal: Vec<String>,
    /// The name of the release
    #[arg(long, value_name = "NAME", default_value = "release-name", help_heading = "Charts")]
    pub(crate) release_name: String,
    /// The namespace of the release
    #[arg(long, value_name = "NAMESPACE", default_value = "default", help_heading = "Charts")]
    pub(crate) release_namespace: String,
    /// API versions the cluster has besides Kubernetes' own, as in monitoring.coreos.com/v1; may be given several
    /// times, or with commas
    #[arg(long, value_name = "VERSION", value_delimiter = ',', help_heading = "Charts")]
    pub(crate) api_versions: Vec<String>,
}
