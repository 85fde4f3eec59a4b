//! The arguments of `ironsides scan`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, ValueHint};
use ironsides_core::Severity;

use super::{ConfigArgs, ConnectArgs, FailOn, KubeBenchArgs, NodeArgs, Output, RenderArgs, words};

/// `ironsides scan`
#[derive(Args, Clone, Debug)]
#[command(after_help = concat!(
    "\
Examples:
  ironsides scan deploy/
  ironsides scan --cluster -n shop
  ironsides scan --node
  kubectl get pods -A -o yaml | ironsides scan -
  ironsides scan chart/ --values prod.yaml -o sarif=findings.sarif
  ironsides scan deploy/ --check privileged-container,host-pid --fail-on critical
  ironsides scan deploy/ --fix --diff

",
    exit_codes!()
))]
pub(crate) struct ScanArgs {
    /// Files and folders; `-` is standard input. Of folders, .yaml, .yml and .json files are read, Helm charts are
    /// rendered and kustomizations built
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) of_cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) of_node: NodeArgs,
    #[command(flatten)]
    pub(crate) kube_bench: KubeBenchArgs,
    /// Read files that .gitignore and .ironsidesignore leave out, too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    // The help lists the formats; see words::output_help.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "table", value_parser = words::output())]
    #[arg(hide_possible_values = true, help = words::output_help())]
    pub(crate) output: Vec<Output>,
    /// Exit with 1 on findings of this severity or worse: critical, high, medium, low, info. With `none`, findings
    /// never fail the run; an incomplete one still exits with 4
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = words::fail_on())]
    #[arg(hide_possible_values = true)]
    pub(crate) fail_on: FailOn,
    /// Exit with 4, not 1, when the scan is incomplete and has findings
    #[arg(long)]
    pub(crate) require_complete: bool,
    /// Exit with 0 whenever the report was written, also with findings and when the scan is incomplete: the report tells of
    /// both. Wrong usage still exits with 2, nothing to look at with 3, and what left no report with its own code
    #[arg(long, conflicts_with = "require_complete")]
    pub(crate) exit_zero: bool,
    /// Show only findings of this severity or worse; all are counted, and json, jsonl and yaml hold all. Where this is not
    /// given, tables leave out `info` (not with `--check`), and other formats nothing
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = words::severity())]
    #[arg(hide_possible_values = true)]
    pub(crate) min_severity: Severity,
    /// Run only these checks; may be given several times, or with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = words::check())]
    #[arg(hide_possible_values = true)]
    pub(crate) check: Vec<String>,
    /// Do not run these checks; may be given several times, or with commas
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = words::check())]
    #[arg(hide_possible_values = true)]
    pub(crate) skip: Vec<String>,
    /// Edit the manifests so that findings are closed: only what no program can rely on with `safe` (the default), all
    /// that an edit can close with `unsafe`. The report and the exit code are about what remains
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    pub(crate) fix: Option<FixMode>,
    /// Print what --fix would change as a unified diff, and write nothing. So that it can be applied it shows the files
    /// as they are, secrets included
    #[arg(long, requires = "fix")]
    pub(crate) diff: bool,
    /// Show more than failures: `waived` findings, with who answers for them, or `passes` and checks that do not apply,
    /// with their evidence; what is unknown is always shown. May be given several times, or with commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) show: Vec<Show>,
    /// The same as `--show passes`
    #[arg(long, hide = true)]
    pub(crate) show_passes: bool,
    /// Take no notice of exceptions written for other tools: their ignore files, annotations and comments
    #[arg(long, help_heading = "Waivers")]
    pub(crate) no_foreign_waivers: bool,
    /// Take notice of waivers in the annotations of a cluster's objects: whoever may write an object may then silence
    /// every check of it
    #[arg(long, help_heading = "Waivers")]
    pub(crate) trust_annotations: bool,
    /// An ignore file of trivy, besides the .trivyignore that is found; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Waivers")]
    pub(crate) ignore_file: Vec<PathBuf>,
    /// Exceptions of kubescape, or a configuration of polaris with exemptions; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Waivers")]
    pub(crate) exceptions: Vec<PathBuf>,
    /// Findings that this file holds are known: only new ones fail the run. Written by `ironsides baseline write`; a
    /// report of `-o json` serves too
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Waivers")]
    pub(crate) baseline: Option<PathBuf>,
    /// Scan again whenever something changes, until interrupted
    #[arg(long, conflicts_with = "fix")]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) configuration: ConfigArgs,
    /// Of which kinds checks of how documents are written judge objects; of all where it is empty.
    #[arg(skip)]
    pub(crate) documents_of: &'static [(&'static str, &'static str)],
    /// Files that this program wrote itself, and that are no input.
    #[arg(skip)]
    pub(crate) own_outputs: Vec<PathBuf>,
    /// Whether the findings become a baseline: then none is held against one.
    #[arg(skip)]
    pub(crate) writes_baseline: bool,
    /// The arguments that stand on the command line, of those that have defaults.
    #[arg(skip)]
    pub(crate) given: Vec<&'static str>,
    /// Where a custom resource holds a pod template, as in example.com/Worker=spec.template; may be given several
    /// times
    #[arg(long, value_name = "GROUP/KIND=PATH")]
    pub(crate) pod_template: Vec<PodTemplate>,
    /// The cluster's Kubernetes version, which is what `latest` means to Pod Security [default: 1.37, the newest known]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<String>,
    /// Tell what Pod Security would newly refuse after an upgrade to this Kubernetes version; needs
    /// `--kubernetes-version`
    #[arg(long, value_name = "VERSION", requires = "kubernetes_version")]
    pub(crate) upgrade_to: Option<String>,
    /// Run the checks of this framework and tell how far it is met; `ironsides framework list` lists them; may be given
    /// several times, or with commas
    #[arg(long, value_name = "FRAMEWORK", value_delimiter = ',', value_parser = words::framework())]
    #[arg(hide_possible_values = true, conflicts_with = "check")]
    pub(crate) framework: Vec<String>,
    /// Tell only the controls of this level; level 2 includes level 1. Controls whose level no source names are told too
    #[arg(long, value_name = "LEVEL", requires = "framework", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) level: Option<u8>,
    /// Exit with 1 when fewer than this many percent of a framework's decided controls pass
    #[arg(long, value_name = "PERCENT", requires = "framework", value_parser = words::percent)]
    pub(crate) fail_below: Option<f64>,
    #[command(flatten)]
    pub(crate) rendering: RenderArgs,
}

/// A cluster to scan instead of files.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ClusterArgs {
    /// Scan the cluster that kubectl would talk to, instead of files
    #[arg(long, conflicts_with_all = ["paths", "node", "watch"], help_heading = CLUSTER)]
    pub(crate) cluster: bool,
    /// Scan facts, as `ironsides collect` writes them: the bundle of a cluster, the facts of nodes (.json, .yaml, or
    /// folders of them), or both in one report. With --cluster, the facts of its nodes
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::AnyPath, help_heading = CLUSTER)]
    #[arg(conflicts_with_all = ["paths", "node", "watch"])]
    pub(crate) facts: Vec<PathBuf>,
    /// Judge the objects of this namespace alone; may be given several times, or with commas. Of a cluster nothing else is
    /// read but what is in no namespace
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',', help_heading = CLUSTER)]
    pub(crate) namespace: Vec<String>,
    /// Judge the objects of all namespaces; this is the default
    #[arg(short = 'A', long, conflicts_with = "namespace", help_heading = CLUSTER)]
    pub(crate) all_namespaces: bool,
    /// Do not judge the objects of this namespace; may be given several times, or with commas
    #[arg(long, value_name = "NAMESPACE", value_delimiter = ',', help_heading = CLUSTER)]
    pub(crate) exclude_namespace: Vec<String>,
    /// Ask every kubelet for the configuration that runs in it, too, through the API server. It takes get on nodes/proxy, a
    /// right with which commands can be run in every pod: grant it for as long as this takes
    #[arg(long, requires = "cluster", help_heading = CLUSTER)]
    pub(crate) configz: bool,
    /// Print the requests that the scan would make and the smallest roles that allow them, and read nothing
    #[arg(long, requires = "cluster", help_heading = CLUSTER)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
    /// The first argument about a cluster that stands on the command line.
    #[arg(skip)]
    pub(crate) given: Option<String>,
}

impl ClusterArgs {
    /// The facts that are the bundle of a cluster.
    pub(crate) fn bundles(&self) -> impl Iterator<Item = &PathBuf> {
        self.facts.iter().filter(|path| !is_of_nodes(path))
    }

    /// The facts that are those of nodes.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &PathBuf> {
        self.facts.iter().filter(|path| is_of_nodes(path))
    }
}

/// Whether facts are those of nodes, and no bundle: documents, or folders of them.
fn is_of_nodes(path: &Path) -> bool {
    let ends = |end| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(end));
    path.is_dir() || ["json", "yaml", "yml"].into_iter().any(ends)
}

/// The heading of what is about clusters.
const CLUSTER: &str = "Cluster";

impl ScanArgs {
    /// The arguments of a scan of these paths and nothing else.
    pub(crate) fn plain(paths: Vec<PathBuf>) -> Self {
        let command = <Self as Args>::augment_args(clap::Command::new("scan"));
        let matches = command.get_matches_from(["scan"]);
        let args = <Self as clap::FromArgMatches>::from_arg_matches(&matches);
        Self { paths, ..args.unwrap_or_else(|error| error.exit()) }
    }

    /// Whether a cluster is scanned, live or as a bundle, and no files.
    pub(crate) fn is_of_cluster(&self) -> bool {
        self.of_cluster.cluster || self.of_cluster.bundles().next().is_some()
    }

    /// The mildest severity that tables show and `--fix` mends: whatever was chosen with `--check`, and nothing that
    /// fails the run is left out unless that was asked for.
    pub(crate) fn least(&self) -> Severity {
        match (self.is_given("min_severity"), self.check.is_empty(), self.fail_on.0) {
            (false, false, _) => Severity::Info,
            (false, true, Some(fail_on)) => self.min_severity.min(fail_on),
            _ => self.min_severity,
        }
    }

    /// Whether the command line or the configuration says from which severity on findings are shown.
    pub(crate) fn chooses_severity(&self) -> bool {
        self.is_given("min_severity") || self.min_severity != Severity::Low
    }

    /// Whether an argument that has a default stands on the command line.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given.contains(&name)
    }

    /// Notes which arguments stand on the command line.
    pub(crate) fn note_given(&mut self, matches: &clap::ArgMatches) {
        let written =
            |name: &&str| matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
        self.given = ["fail_on", "min_severity", "output", "paths", "release_name", "release_namespace"]
            .into_iter()
            .filter(written)
            .collect();
        let about_clusters = ClusterArgs::augment_args(clap::Command::new(""));
        self.of_cluster.given = about_clusters
            .get_arguments()
            .filter(|argument| {
                matches.value_source(argument.get_id().as_str())
                    == Some(clap::parser::ValueSource::CommandLine)
            })
            .find_map(|argument| argument.get_long().map(|long| format!("--{long}")));
    }

    /// Whether something was asked for with `--show`.
    pub(crate) fn shows(&self, what: Show) -> bool {
        self.show.contains(&what) || what == Show::Passes && self.show_passes
    }
}

/// What is shown besides failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    // Without documentation: the help lists the words alone.
    Waived,
    Passes,
    Unknown,
}

/// Which fixes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixMode {
    // Without documentation: the help lists the words alone.
    Safe,
    Unsafe,
}

/// A kind of custom resource and the place of its pod template.
#[derive(Clone, Debug)]
pub(crate) struct PodTemplate {
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) path: String,
}

impl std::str::FromStr for PodTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(kind, path)| Some((kind.split_once('/')?, path)));
        match parts {
            Some((_, path)) if path.split('.').any(str::is_empty) => {
                Err(format!("the path {path:?} has an empty part; write one such as spec.template"))
            }
            Some(((group, kind), path)) if !kind.is_empty() => {
                Ok(Self { group: group.into(), kind: kind.into(), path: path.into() })
            }
            _ => Err(format!("{text:?} is not GROUP/KIND=PATH, as in example.com/Worker=spec.template")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pod_templates_have_whole_paths() {
        let template = |text: &str| text.parse::<PodTemplate>();
        assert_eq!(template("example.com/Worker=spec.template").unwrap().path, "spec.template");
        for wrong in ["x", "a/B=", "a/=spec", "a/B=spec..template", "a/B=.spec", "a/B=spec."] {
            assert!(template(wrong).is_err(), "{wrong}");
        }
    }
}
