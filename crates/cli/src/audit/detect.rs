//! `ironsides audit detect`: what detection rules find in an audit log.

mod alert;
mod detector;
mod explain;
mod out;
mod rules;
mod summary;

use anyhow::Result;
use ironsides_streams::alert::Delivery;

use detector::{Detector, Reader};
use out::Outs;
use rules::Asked;
use summary::Summary;

use super::log;
use crate::args::Global;
use crate::args::detect::DetectArgs;
use crate::exit::Exit;
use crate::say::{self, Say};

pub(crate) fn run(args: &DetectArgs, global: &Global, say: &Say) -> Result<Exit> {
    let asked = Asked::load(args, say)?;
    if let Some(rule) = &args.explain {
        return explain::run(args, rule, &asked, say);
    }
    let mut detector = Detector::new(&asked.rules, asked.matching);
    let mut outs = Outs::new(&args.output, &args.alert, say::colours_stdout(global.color))?;
    let mut summary = Summary::default();
    let (mut reader, mut inner) = (Reader::default(), Reader::default());
    let looked = log::each_record(&args.log, say, &mut |looked, record| {
        let mut found = |alert: &alert::Alert<'_>| {
            summary.count(alert);
            outs.alert(alert)
        };
        // Nearly every record is an event as it stands: it is indexed, and not read twice.
        if let Some(root) = reader.event(record.text) {
            let time = detector::time(root);
            if looked.takes(&args.log, time) {
                return detector.event(root, record.text, record.place, &mut found);
            }
            return Ok(());
        }
        looked.record(&args.log, record, &mut |_, text, place| match inner.event(text) {
            Some(root) => detector.event(root, text, place, &mut found),
            None => Ok(()),
        })
    })?;
    let tally = detector.tally();
    for odd in summary::odd(tally) {
        say.warning(&odd);
    }
    summary.tell(&looked, asked.count(), say);
    let mut gaps: Vec<&String> = asked.gaps.iter().collect();
    let partial = "some of the log could not be read".to_owned();
    gaps.extend(looked.is_partial().then_some(&partial));
    let deliveries = outs.finish(&summary.json(&looked, tally, asked.count()), &gaps)?;
    let mut is_partial = !gaps.is_empty();
    for delivery in deliveries.iter().filter(|delivery| delivery.failed + delivery.dropped > 0) {
        let Delivery { output, failed, dropped, .. } = delivery;
        let trouble = delivery.trouble.as_deref().unwrap_or("the receiver was too slow");
        say.warning(&format!("{} alerts did not reach {output}: {trouble}", failed + dropped));
        is_partial = true;
    }
    let fails = matches!((args.fail_on.0, summary.worst()), (Some(least), Some(worst)) if worst <= least);
    Ok(match (fails, !is_partial) {
        (true, _) => Exit::Findings,
        (false, false) => Exit::Incomplete,
        (false, true) if looked.events == 0 => {
            say.hint(
                &"no event was looked at; is this the log that --audit-log-path of the API server names?",
            );
            Exit::Nothing
        }
        (false, true) => Exit::Clean,
    })
}
