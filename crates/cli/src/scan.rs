//! `ironsides scan`: judge manifests.

mod engine;
mod look;
mod output;
mod pod_security;

use anyhow::Result;
use ironsides_checks::{Judge, Options};
use ironsides_core::{Extent, Fact, PodTemplates};
use ironsides_files::Chart;
use ironsides_report::{Header, Problem, Summary};

use crate::args::{Global, ScanArgs};
use crate::check;
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &ScanArgs, global: &Global, say: &Say) -> Result<Exit> {
    let judge = judge(args)?;
    let versions =
        pod_security::Versions::new(args.kubernetes_version.as_deref(), args.upgrade_to.as_deref())?;
    let header = Header { version: env!("CARGO_PKG_VERSION"), checks: judge.metas().collect() };
    let mut outputs = output::Outputs::open(args, global, &header)?;
    let mut summary = Summary::default();

    let found = ironsides_files::walk(&args.paths);
    for error in &found.errors {
        record(&mut summary, say, look::file_problem(error));
    }
    for chart in &found.charts {
        chart_gap(&mut summary, say, chart);
    }
    engine::run(&judge, versions, found.files, &mut outputs, &mut summary, say)?;
    outputs.end(&summary)?;

    let exit = exit(args, &summary);
    if exit == Exit::Nothing {
        let places: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
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
    Ok(exit)
}

fn judge(args: &ScanArgs) -> Result<Judge> {
    for id in args.check.iter().chain(&args.skip) {
        if ironsides_checks::find(id).is_none() {
            return Err(check::unknown(id));
        }
    }
    let mut templates = PodTemplates::default();
    for template in &args.pod_template {
        templates.add(&template.group, &template.kind, &template.path);
    }
    Ok(Judge::new(Options {
        only: args.check.clone(),
        skip: args.skip.clone(),
        keep_passes: args.show_passes,
        templates,
    }))
}

/// Tells of something that could not be read, now and in the report.
fn record(summary: &mut Summary, say: &Say, problem: Problem) {
    say.problem(&problem);
    let why = problem.message.clone();
    summary.coverage.record(Fact::File { path: problem.path.clone() }, Extent::Partial { why });
    summary.problems.push(problem);
}

/// A chart's templates are no YAML before they are rendered: what they make was not judged.
fn chart_gap(summary: &mut Summary, say: &Say, chart: &Chart) {
    let folder = chart.folder.display().to_string();
    record(
        summary,
        say,
        Problem {
            message: format!("{folder} is a Helm chart, and its templates were not judged"),
            hint: Some(format!("render it: helm template {folder} | ironsides scan -")),
            path: folder,
            line: None,
            column: None,
        },
    );
}

/// The exit code that a summary earns.
fn exit(args: &ScanArgs, summary: &Summary) -> Exit {
    let failed = args.fail_on.0.is_some_and(|severity| summary.failures_from(severity) > 0);
    let complete = summary.is_complete();
    match (failed, complete) {
        (true, false) if args.require_complete => Exit::Incomplete,
        (true, _) => Exit::Findings,
        (false, false) => Exit::Incomplete,
        (false, true) if summary.objects == 0 => Exit::Nothing,
        (false, true) => Exit::Clean,
    }
}
