//! The configuration file, `.ironsides.yaml`: what a project scans how, so that nobody has to remember the arguments.
//!
//! What is given on the command line wins over the file.

mod find;
mod read;
mod waivers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use ironsides_core::{Pattern, Severity, Waiver};
use ironsides_report::SourceText;
use ironsides_tree::Cursor;

pub(crate) use self::find::{above, absolute, find, shown};
use self::read::Reader;
use crate::args::{FailOn, Output, PodTemplate, ScanArgs};

/// The JSON Schema (2020-12) of the file.
pub(crate) const SCHEMA: &str = include_str!("../schema/config-1.json");

/// What the configuration file says.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file and its text, where there is one.
    pub(crate) source: Option<Arc<SourceText>>,
    /// The folder that paths in it begin at, absolute.
    pub(crate) folder: PathBuf,
    /// Checks that stay on although `disable` names them.
    enable: Vec<Pattern>,
    /// Checks that are off.
    disable: Vec<Pattern>,
    pub(crate) severities: BTreeMap<String, Severity>,
    kubernetes_version: Option<String>,
    pod_templates: Vec<PodTemplate>,
    /// Patterns in the syntax of `.gitignore`: what they match is not read.
    pub(crate) exclude: Vec<String>,
    fail_on: Option<FailOn>,
    min_severity: Option<Severity>,
    output: Vec<Output>,
    pub(crate) waivers: Vec<Waiver>,
    /// Whether waivers must say when they end.
    pub(crate) require_expiry: Option<bool>,
    /// Whether exceptions written for other tools count.
    pub(crate) foreign_waivers: Option<bool>,
    /// A file of findings that are known.
    pub(crate) baseline: Option<PathBuf>,
    /// How charts are rendered.
    pub(crate) helm: Vec<Release>,
}

/// One way to render a chart.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// The chart's folder, from the folder of the file; it may be a pattern.
    pub(crate) chart: Pattern,
    pub(crate) values: Vec<PathBuf>,
    pub(crate) set: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
}

impl Config {
    /// Reads the file that the arguments name, or the one that applies to the paths; an empty configuration where there
    /// is none.
    pub(crate) fn load(args: &ScanArgs) -> Result<Self> {
        let Some(path) = find(args)? else { return Ok(Self::default()) };
        let text = ironsides_files::read(&path).with_context(|| "cannot read the configuration")?;
        Self::parse(&path, text)
    }

    /// Reads the text of a file.
    pub(crate) fn parse(path: &Path, text: String) -> Result<Self> {
        let source = Arc::new(SourceText::new(Arc::from(path.to_string_lossy()), Arc::from(text)));
        let folder = absolute(path)?.parent().map(Path::to_owned).unwrap_or_default();
        let reader = Reader::new(Arc::clone(&source));
        let root = reader.root()?;
        let mut config = Self { source: Some(source), folder, ..Self::default() };
        for (key, at) in reader.entries(
            &Cursor::root(&root),
            &[
                "checks",
                "kubernetes-version",
                "pod-templates",
                "exclude",
                "fail-on",
                "min-severity",
                "output",
                "waivers",
                "require-expiry",
                "foreign-waivers",
                "baseline",
                "helm",
            ],
        )? {
            match key {
                "checks" => config.checks(&reader, &at)?,
                "kubernetes-version" => config.kubernetes_version = Some(reader.written(&at)?),
                "pod-templates" => config.pod_templates = reader.words(&at)?,
                "exclude" => config.exclude = reader.texts(&at)?,
                "fail-on" => {
                    let text = reader.text(&at)?;
                    let known = if text == "none" { Ok(None) } else { text.parse().map(Some) };
                    config.fail_on = Some(FailOn(known.map_err(|why: String| reader.error(&at, &why))?));
                }
                "min-severity" => config.min_severity = Some(reader.word(&at)?),
                "output" => config.output = reader.words(&at)?,
                "waivers" => config.waivers = waivers::read(&reader, &at, &config.folder)?,
                "require-expiry" => config.require_expiry = Some(reader.flag(&at)?),
                "foreign-waivers" => config.foreign_waivers = Some(reader.flag(&at)?),
                "baseline" => config.baseline = Some(config.beside(reader.text(&at)?)),
                _ => config.helm = config.releases(&reader, &at)?,
            }
        }
        Ok(config)
    }

    /// A path in the file, as the program reaches it.
    fn beside(&self, text: &str) -> PathBuf {
        shown(&self.folder.join(text))
    }

    fn checks(&mut self, reader: &Reader, at: &Cursor<'_>) -> Result<()> {
        for (key, at) in reader.entries(at, &["enable", "disable", "severity"])? {
            match key {
                "enable" => self.enable = check_patterns(reader, &at)?,
                "disable" => self.disable = check_patterns(reader, &at)?,
                _ => {
                    for (id, level) in reader.entries(&at, &[])? {
                        if ironsides_checks::find(id).is_none() {
                            return Err(reader.error(&level, &crate::check::unknown(id).to_string()));
                        }
                        self.severities.insert(id.to_owned(), reader.word(&level)?);
                    }
                }
            }
        }
        Ok(())
    }

    fn releases(&self, reader: &Reader, at: &Cursor<'_>) -> Result<Vec<Release>> {
        let release = |at: Cursor<'_>| {
            let mut release = Release {
                chart: reader.pattern(&reader.required(&at, "chart")?, Pattern::path)?,
                values: Vec::new(),
                set: Vec::new(),
                name: None,
                namespace: None,
            };
            for (key, at) in reader.entries(&at, &["chart", "values", "set", "release-name", "namespace"])? {
                match key {
                    "values" => {
                        release.values = reader.texts(&at)?.iter().map(|text| self.beside(text)).collect();
                    }
                    "set" => release.set = reader.texts(&at)?,
                    "release-name" => release.name = Some(reader.text(&at)?.to_owned()),
                    "namespace" => release.namespace = Some(reader.text(&at)?.to_owned()),
                    _ => {}
                }
            }
            Ok(release)
        };
        reader.items(at)?.map(release).collect()
    }

    /// The arguments with what the file says where they say nothing.
    pub(crate) fn complete(&self, args: &ScanArgs) -> ScanArgs {
        let mut args = args.clone();
        if let Some(fail_on) = self.fail_on.filter(|_| !args.is_given("fail_on")) {
            args.fail_on = fail_on;
        }
        if let Some(severity) = self.min_severity.filter(|_| !args.is_given("min_severity")) {
            args.min_severity = severity;
        }
        if !self.output.is_empty() && !args.is_given("output") {
            args.output.clone_from(&self.output);
        }
        args.kubernetes_version = args.kubernetes_version.or_else(|| self.kubernetes_version.clone());
        args.baseline = args.baseline.or_else(|| self.baseline.clone()).filter(|_| !args.writes_baseline);
        args.pod_template.splice(0..0, self.pod_templates.iter().cloned());
        args.no_foreign_waivers |= self.foreign_waivers == Some(false);
        // Whoever names checks wants those, whatever the file has turned off.
        if args.check.is_empty() && args.framework.is_empty() {
            let is_off = |id: &&str| {
                self.disable.iter().any(|pattern| pattern.matches(id))
                    && !self.enable.iter().any(|pattern| pattern.matches(id))
            };
            let all = ironsides_checks::CATALOGUE.iter().copied().flatten().map(|check| check.meta.id);
            args.skip.extend(all.filter(is_off).map(str::to_owned));
        }
        args
    }
}

/// Ids of checks; `missing-*` stands for several.
fn check_patterns(reader: &Reader, at: &Cursor<'_>) -> Result<Vec<Pattern>> {
    let one = |at: &Cursor<'_>| {
        let text = reader.text(at)?;
        let pattern = reader.pattern(at, Pattern::name)?;
        let mut all = ironsides_checks::CATALOGUE.iter().copied().flatten();
        if !all.any(|check| pattern.matches(check.meta.id)) {
            let why = crate::check::unknown(text).to_string();
            return Err(reader.error(at, &why));
        }
        Ok(pattern)
    };
    reader.one_or_more(at)?.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config> {
        Config::parse(Path::new("conf/.ironsides.yaml"), text.to_owned())
    }

    #[test]
    fn an_empty_file_says_nothing() {
        for text in ["", "# nothing\n", "---\n", "{}\n", "checks:\nwaivers:\n"] {
            let config = parse(text).unwrap();
            assert!(config.waivers.is_empty() && config.fail_on.is_none(), "{text:?}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let said: Vec<String> = [
            "fail_on: high\n",
            "check: {}\n",
            "fail-on: severe\n",
            "checks: {disable: [host-pidd]}\n",
            "checks:\n  severity:\n    host-pid: bad\n",
            "exclude: {a: b}\n",
            "waivers:\n- check: host-pid\n  expires: 2027-02-30\n  reason: x\n",
            "waivers:\n- checks: host-pid\n",
            "waivers:\n- reason: x\n",
            "waivers:\n- check: host-pid\n  target: {nmae: x}\n",
            "require-expiry: perhaps\n",
            "- a\n",
            "a: [\n",
            "fail-on: high\nfail-on: low\n",
            "---\na: 1\n---\nb: 1\n",
            "helm: [{values: x}]\n",
            "pod-templates: [x]\n",
        ]
        .iter()
        .map(|text| parse(text).map_or_else(|error| error.to_string(), |_| format!("fine: {text}")))
        .collect();
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn versions_are_read_as_written() {
        let config = parse("kubernetes-version: 1.30\n").unwrap();
        assert_eq!(config.kubernetes_version.as_deref(), Some("1.30"));
    }

    #[test]
    fn what_is_enabled_stays_on() {
        let config =
            parse("checks: {disable: ['missing-*', host-pid], enable: missing-memory-limit}\n").unwrap();
        let skipped = config.complete(&ScanArgs::plain(Vec::new())).skip;
        assert!(
            skipped.iter().any(|id| id == "host-pid") && skipped.iter().any(|id| id == "missing-cpu-request")
        );
        assert!(!skipped.iter().any(|id| id == "missing-memory-limit"));
    }
}
