//! The arguments of `ironsides network map`.

use clap::{Args, ValueEnum};

use super::ProfileArgs;
use crate::args::{FromArgs, To};

/// `ironsides network map`
#[derive(Args, Debug)]
#[command(after_help = concat!(
    "\
Without --workloads and --focus the map is of namespaces. Workloads of a namespace that send and receive the same are one.
What is `limited` goes through a proxy or a handshake that lets only a part of it through; what `depends` cannot be known from
here, and a number leads to what it depends on. With --profile all only the pairs are told for which profiles differ.

Examples:
  ironsides network map -f deploy/
  ironsides network map --workloads -o html=map.html -o csv=map.csv
  ironsides network map --exposure -f deploy/
  ironsides network map --focus shop/cart --toward senders --depth 2
  ironsides network map --profile all -f deploy/

",
    exit_codes!("not used")
))]
pub(crate) struct MapArgs {
    /// Tell workloads, not namespaces
    #[arg(long)]
    pub(crate) workloads: bool,
    /// Tell how far each workload is open: to the internet, to any pod, and by which ways something comes in. As table, csv,
    /// json or yaml: there is no picture of it
    #[arg(long, conflicts_with_all = ["workloads", "focus"])]
    pub(crate) exposure: bool,
    /// Only what is around this workload, pod, service, namespace or node; may be given several times
    #[arg(long, value_name = "END", conflicts_with = "workloads")]
    pub(crate) focus: Vec<String>,
    /// So many connections in a row are followed from the focus
    #[arg(long, value_name = "NUMBER", default_value = "1", requires = "focus")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=32))]
    pub(crate) depth: u32,
    /// Which way connections are followed from the focus
    #[arg(long, value_name = "WAY", default_value = "both", requires = "focus")]
    pub(crate) toward: TowardArg,
    #[command(flatten)]
    pub(crate) profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) from: FromArgs,
    /// Output format, into a file where one is named: table, json, yaml, csv, html, svg, dot, mermaid
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table")]
    pub(crate) output: Vec<To<MapFormat>>,
}

/// Which way connections are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TowardArg {
    // Without documentation: the help lists the words alone.
    Senders,
    Receivers,
    Both,
}

/// How a map is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MapFormat {
    // Without documentation: the help lists the words alone.
    Table,
    Json,
    Yaml,
    Csv,
    Html,
    Svg,
    Dot,
    Mermaid,
}
