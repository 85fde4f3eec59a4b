//! `ironsides audit detect`: what detection rules find in an audit log.

mod alert;
mod detector;
mod explain;
mod out;
mod read;
mod receive;
mod rules;
mod run;
mod summary;

use anyhow::{Result, bail};
use ironsides_streams::alert::AlertSpec;

use out::Outs;
use rules::Asked;
use run::Run;

use crate::args::Global;
use crate::args::detect::{DetectArgs, DetectFormat};
use crate::exit::Exit;
use crate::say::{self, Say};

pub(crate) fn run(args: &DetectArgs, global: &Global, say: &Say) -> Result<Exit> {
    let is_endless = args.follow || args.receive.listen.is_some();
    if is_endless && args.output.iter().any(|output| output.format == DetectFormat::Json) {
        bail!(
            "-o json is one document, which has an end; use -o jsonl where alerts come for as long as it runs"
        );
    }
    let receive = &args.receive;
    if receive.listen.is_none() && (receive.spool.is_some() || receive.tls_cert.is_some()) {
        bail!("--spool and --tls-cert are about what --listen receives; add --listen, or leave them out");
    }
    let asked = Asked::load(args, say)?;
    if let Some(rule) = &args.explain {
        return explain::run(args, rule, &asked, say);
    }
    let alerts: Vec<AlertSpec> = args.alert.iter().chain(&asked.alerts).cloned().collect();
    let goes_on = is_endless || args.state.is_some();
    let outs = Outs::new(&args.output, &alerts, say::colours_stdout(global.color), goes_on)?;
    // Where no file is opened anew, SIGHUP says that the terminal is gone.
    let has_files = args.output.iter().any(|output| output.file.is_some())
        || alerts.iter().any(|alert| matches!(alert, AlertSpec::File(_)));
    let run = Run::new(args, &asked, outs, say);
    match &args.receive.listen {
        Some(listen) => receive::run(&args.receive, listen, run, has_files, say),
        None => read::run(args, run, has_files, say),
    }
}
