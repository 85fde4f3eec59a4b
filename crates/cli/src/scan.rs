//! `ironsides scan`: judge manifests.

mod baseline;
mod cluster;
mod conceal;
pub(crate) mod engine;
mod fix;
mod foreign;
pub(crate) mod kube_bench;
pub(crate) mod look;
mod output;
mod owners;
mod pod_security;
pub(crate) mod render;
mod waiving;
mod watch;

pub(crate) use waiving::here;

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use ironsides_checks::framework::{self, Seen};
use ironsides_checks::waivers::Noted;
use ironsides_checks::{Judge, Options, Scope};
use ironsides_core::{Compliance, Extent, Fact, PodTemplates, Severity};
use ironsides_report::{Format, Header, Problem, Summary, Writer};

use crate::args::{Global, ScanArgs, Show};
use crate::check;
use crate::config::Config;
use crate::exit::Exit;
use crate::node;
use crate::say::Say;

pub(crate) fn run(args: &ScanArgs, global: &Global, say: &Say) -> Result<Exit> {
    cluster::fits(args)?;
    if args.of_cluster.dry_run {
        return cluster::dry_run(args);
    }
    if args.watch { watch::run(args, global, say) } else { once(args, global, say) }
}

/// One scan.
fn once(args: &ScanArgs, global: &Global, say: &Say) -> Result<Exit> {
    let (exit, _) = report(args, global, say)?;
    let is_told = matches!(exit, Exit::Findings | Exit::Incomplete);
    Ok(if args.exit_zero && is_told { Exit::Clean } else { exit })
}

/// Scans, writes the reports and says how it ended.
pub(crate) fn report(args: &ScanArgs, global: &Global, say: &Say) -> Result<(Exit, Summary)> {
    let (args, summary) = assess(args, global, say, None)?;
    let args = &args;
    let exit = exit(args, &summary);
    if let (Exit::Findings, Some(severity)) = (exit, args.fail_on.0) {
        let count = summary.failures_from(severity);
        let noun = if count == 1 { "finding" } else { "findings" };
        if count > 0 {
            let text = format!("{count} {noun} of severity {severity} or worse (--fail-on {severity})");
            say.ending("failed", &text);
        }
    }
    if let Some(least) = args.fail_below.filter(|_| exit == Exit::Findings) {
        for compliance in below(&summary, least) {
            let score =
                compliance.score().map_or_else(|| "nothing decided".into(), |score| format!("{score} %"));
            say.ending("failed", &format!("{}: {score} (--fail-below {least})", compliance.framework));
        }
    }
    if exit == Exit::Nothing {
        let name = |path: &PathBuf| match path.as_os_str() {
            dash if dash == ironsides_files::STDIN => "standard input".to_owned(),
            _ => path.display().to_string(),
        };
        if args.is_of_cluster() {
            say.ending("nothing", &"no objects of the kinds that the checks look at were read");
            return Ok((exit, summary));
        }
        let places: Vec<String> = args.paths.iter().map(name).collect();
        say.problem(&Problem {
            path: places.join(", "),
            line: None,
            column: None,
            message: format!("no Kubernetes objects in {}", places.join(", ")),
            hint: Some(
                "name files or folders that hold manifests (apiVersion and kind), or `-` for standard input"
                    .into(),
            ),
        });
    }
    Ok((exit, summary))
}

/// Scans and writes the reports, one of them into `writer` where there is one. Gives the arguments as the configuration
/// completes them.
pub(crate) fn assess(
    args: &ScanArgs,
    global: &Global,
    say: &Say,
    writer: Option<Box<dyn Writer>>,
) -> Result<(ScanArgs, Summary)> {
    let config = Config::load(args)?;
    if let Some(source) = &config.source {
        say.detail(&format!("configuration: {}", source.path()));
    }
    let mut args = config.complete(args);
    let mut versions =
        pod_security::Versions::new(args.kubernetes_version.as_deref(), args.upgrade_to.as_deref())?;
    let mut options = options(&args, args.kubernetes_version.is_some().then(|| versions.last()))?;
    let mut judge = Judge::new(options.clone());
    if judge.metas().next().is_none() {
        bail!("--check and --skip leave no check to run");
    }
    let bench = kube_bench::of(&args)?;
    let empty = args.output.iter().find(|output| output.format.is_of_frameworks());
    if let (Some(output), None, true) = (empty, &bench, args.framework.is_empty()) {
        let name = output.format.name();
        bail!(
            "-o {name} tells of controls of frameworks: name one with --framework, or a benchmark with --kube-bench"
        );
    }
    if let Some(bench) = &bench {
        args.of_node.more = bench.paths();
    }
    let facts = cluster::read(&args, &judge, say)?;
    let mut texts = engine::Texts::new();
    if args.of_node.node {
        let (name, text) = node::text(&args.of_node, say)?;
        args.paths.clear();
        texts.insert(name, text);
    } else if !args.of_cluster.facts.is_empty() {
        args.paths = args.of_cluster.nodes().cloned().collect();
    }
    if let Some(facts) = &facts {
        args.paths.clear();
        if args.kubernetes_version.is_none()
            && let Some(minor) = facts.server.minor()
        {
            versions = versions.of_server(minor, say);
            options.kubernetes = Some(versions.last());
            judge = Judge::new(options.clone());
        }
    }
    let header =
        Header { version: env!("CARGO_PKG_VERSION"), checks: judge.metas().collect(), started: started() };
    let mut found = ironsides_files::walk(&args.paths, !args.no_ignore);
    found.files.retain(|path| {
        !args.own_outputs.iter().any(|own| own.canonicalize().ok() == path.canonicalize().ok())
    });
    found.exclude(&config.folder, &config.exclude, &args.paths).context("exclude in the configuration")?;
    found.files.extend(texts.keys().cloned());
    let plan = render::plan(&mut found, &render::Ways::new(&args, &config)?, say);
    let baseline = args.baseline.as_deref().map(baseline::Baseline::read).transpose()?;
    let foreign = foreign::read(&args, say)?;
    let given = || given(&args, &config, &foreign);
    let waiving = waiving::Waiving::new(waiving::Given { baseline, ..given() }, &args.paths)?;
    let silent = fix::takes_stdout(&args)?;
    let mut outputs = output::Outputs::open(&args, global, &header, &found.files, silent)?;
    if let Some(writer) = writer {
        outputs.add(writer, &header)?;
    }
    let mut summary = Summary::default();

    for error in &found.errors {
        record(&mut summary, say, look::file_problem(error));
    }
    for problem in plan.problems {
        record(&mut summary, say, problem);
    }
    if let Some(mode) = args.fix {
        // Waivers count what they are used for; the report begins anew. What is merely known is worth mending.
        let waiving = waiving::Waiving::new(given(), &args.paths)?;
        let scan = fix::Scan { judge: &judge, options, waiving: &waiving, versions, makers: &plan.makers };
        let fixed = fix::run(&args, mode, scan, &mut found.files, say)?;
        for problem in fixed.problems {
            record(&mut summary, say, problem);
        }
        texts = fixed.texts;
    }
    if let Some(facts) = facts {
        let nodes = cluster::nodes(&args, &mut summary, say);
        cluster::run((&judge, &waiving), versions, (facts, nodes), &mut outputs, &mut summary, say)?;
    } else {
        let input = engine::Input { files: &found.files, texts: &texts, makers: &plan.makers };
        engine::run((&judge, &waiving), versions, input, &mut outputs, &mut summary, say)?;
    }
    if args.fix.is_some() {
        // What could be fixed is; standard error tells why the rest is not.
        summary.fixable = [0, 0];
    }
    // What one check says of a namespace's pods is not what all would.
    if !args.check.is_empty() && args.kubernetes_version.is_none() {
        summary.pod_security.clear();
    }
    for framework in args.framework.iter().filter_map(|id| framework::named(id)) {
        let answers = framework::Answers {
            tallies: &summary.tallies,
            pod_security: &summary.pod_security_tallies,
            ran: &|id| judge.metas().any(|meta| meta.id == id),
            fails: &|id| summary.failures_by_check.contains_key(id),
            seen: Seen { objects: summary.objects > summary.nodes || summary.cluster.is_some() },
        };
        let mut compliance = framework.compliance(args.level, answers);
        outputs.fill(&mut compliance);
        summary.compliance.push(compliance);
    }
    if let Some(bench) = &bench {
        let mut theirs = bench.judge(&found.files, &texts)?;
        // What was said of several nodes together is no answer about one.
        if let ([one], Some(own)) = (
            theirs.as_mut_slice(),
            summary.compliance.iter().find(|compliance| compliance.framework == bench.name()),
        ) {
            kube_bench::compare(one, own);
        }
        summary.compliance.append(&mut theirs);
    }
    outputs.end(&summary, say)?;
    waiving.tell(&judge, &summary, outputs.has_table(), say);
    Ok((args, summary))
}

/// What findings are held against.
fn given(args: &ScanArgs, config: &Config, foreign: &Noted) -> waiving::Given {
    let mut noted = Noted { waivers: config.waivers.clone(), ..Noted::default() };
    noted.append(foreign.clone());
    waiving::Given {
        noted,
        texts: config.source.iter().cloned().collect(),
        severities: config.severities.clone(),
        foreign: !args.no_foreign_waivers,
        no_annotations: args.is_of_cluster() && !args.trust_annotations,
        endless: config.require_expiry == Some(false),
        baseline: None,
    }
}

/// Now, in milliseconds; or the moment that `SOURCE_DATE_EPOCH` names, for reports that can be made again to the byte.
pub(crate) fn started() -> u64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<u64>().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    match fixed {
        Some(seconds) => seconds.saturating_mul(1000),
        None => u64::try_from(now()).unwrap_or_default(),
    }
}

/// Whether reports of a format carry the edits of fixes.
fn shows_edits(format: Format) -> bool {
    matches!(format, Format::Json | Format::JsonLines | Format::Yaml)
}

/// What to run and how.
fn options(args: &ScanArgs, kubernetes: Option<u64>) -> Result<Options> {
    for id in args.check.iter().chain(&args.skip) {
        if ironsides_checks::find(id).is_none() {
            return Err(check::unknown(id));
        }
    }
    let mut templates = PodTemplates::default();
    for template in &args.pod_template {
        templates.add(&template.group, &template.kind, &template.path);
    }
    let mut only = args.check.clone();
    for framework in args.framework.iter().filter_map(|id| framework::named(id)) {
        if args.level.is_some() && !framework.has_levels() {
            bail!("{} has no levels; leave --level out", framework.id);
        }
        only.extend(framework.checks(args.level).iter().map(|check| check.meta.id.to_owned()));
    }
    if only.is_empty() && !args.framework.is_empty() {
        bail!("no check decides anything of {}", args.framework.join(", "));
    }
    Ok(Options {
        only,
        skip: args.skip.clone(),
        keep_passes: args.shows(Show::Passes),
        keep_node_passes: !args.framework.is_empty(),
        templates,
        kubernetes,
        scope: Scope {
            only: args.of_cluster.namespace.clone(),
            except: args.of_cluster.exclude_namespace.clone(),
        },
        documents_of: args.documents_of,
        fixes: args.fix.is_some() || args.output.iter().any(|output| shows_edits(output.format)),
    })
}

/// Tells of something that could not be read, now and in the report.
fn record(summary: &mut Summary, say: &Say, problem: Problem) {
    say.problem(&problem);
    let why = problem.message.clone();
    summary.coverage.record(Fact::File { path: problem.path.clone() }, Extent::Partial { why });
    summary.problems.push(problem);
}

/// The frameworks that are met by less than this, or of which nothing was decided.
fn below(summary: &Summary, least: f64) -> impl Iterator<Item = &Compliance> {
    summary.compliance.iter().filter(move |compliance| compliance.score().is_none_or(|score| score < least))
}

/// The exit code that a summary earns.
fn exit(args: &ScanArgs, summary: &Summary) -> Exit {
    let failed = args.fail_on.0.is_some_and(|severity| summary.failures_from(severity) > 0)
        || summary.objects > 0 && args.fail_below.is_some_and(|least| below(summary, least).next().is_some());
    // kube-bench knows no severities, and calls all that fails high where it has to name one.
    let failed = failed
        || args.fail_on.0.is_some_and(|least| least <= Severity::High)
            && kube_bench::fails(&summary.compliance);
    let complete = summary.is_complete();
    match (failed, complete) {
        (true, false) if args.require_complete => Exit::Incomplete,
        (true, _) => Exit::Findings,
        (false, false) => Exit::Incomplete,
        (false, true) if summary.objects == 0 => Exit::Nothing,
        (false, true) => Exit::Clean,
    }
}
