//! `--check-reasons`: the server's own decisions and reasons, held against ours.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use ironsides_core::Object;
use ironsides_rbac::{Checked, History, missing_defaults};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::super::print::{emit, json_text, yaml};
use super::super::world::World;
use super::blind::gaps;
use crate::args::rbac::{LeastPrivilegeArgs, ProposalFormat};
use crate::audit::log::each_event;
use crate::exit::Exit;
use crate::gather::count;
use crate::say::Say;

/// So many differences are kept; the rest is counted.
const MOST: usize = 100_000;

/// A decision that is not ours.
struct Difference {
    file: String,
    line: u64,
    audit_id: String,
    at: String,
    user: String,
    verb: String,
    uri: String,
    server: String,
    ours: String,
}

/// What the comparison came to.
#[derive(Default)]
struct Compared {
    events: u64,
    agree: u64,
    differ: u64,
    others: u64,
    differences: Vec<Difference>,
}

pub(super) fn run(args: &LeastPrivilegeArgs, world: &World, say: &Say) -> Result<Exit> {
    if args.log.logs.iter().any(|path| path.as_os_str() == ironsides_files::STDIN) {
        bail!(
            "--check-reasons reads the log twice, first for what changed the roles; standard input can be read once: name files"
        );
    }
    let objects = world.inventory.objects();
    let missing: Vec<&Object> =
        if world.inventory.server().is_some() { Vec::new() } else { missing_defaults(objects) };
    let mut history = History::new(objects.iter().chain(missing));
    each_event(&args.log, &Say::mute(), &mut |event, _, _| {
        history.note(event);
        Ok(())
    })?;
    let mut compared = Compared::default();
    let log = each_event(&args.log, say, &mut |event, _, place| {
        compared.events += 1;
        match history.check(event) {
            Checked::NotRbac => compared.others += 1,
            Checked::Agrees => compared.agree += 1,
            Checked::Differs { server, ours } => {
                compared.differ += 1;
                if compared.differences.len() < MOST {
                    compared.differences.push(Difference {
                        file: place.source.to_owned(),
                        line: place.line,
                        audit_id: event.audit_id.to_string(),
                        at: event.received.to_string(),
                        user: event.effective_user().name.to_string(),
                        verb: event.verb.to_string(),
                        uri: event.request_uri.to_string(),
                        server,
                        ours,
                    });
                }
            }
        }
        Ok(())
    })?;
    let more: Vec<String> = gaps(&log).into_iter().chain(world.open_all()).collect();
    let answer = || answer(&compared, history.blind_writes);
    emit(&args.output, |format| match format {
        ProposalFormat::Table | ProposalFormat::Wide => Ok(table(&compared)),
        ProposalFormat::Json => json_text("check-reasons", world, &more, answer()),
        ProposalFormat::Yaml => yaml(&json_text("check-reasons", world, &more, answer())?),
    })?;
    if history.blind_writes > 0 {
        say.warning(&format!(
            "{} of roles or bindings without a body: what they wrote is not known, and later differences may come of it",
            count(usize::try_from(history.blind_writes).unwrap_or(usize::MAX), "write", "writes")
        ));
    }
    world.tell(&world.open_all(), say);
    if compared.events == 0 {
        say.error(&anyhow::anyhow!("no audit events there"));
        return Ok(Exit::Nothing);
    }
    if compared.differ > 0 {
        say.ending(
            "failed",
            &format!(
                "{} of the server's differ from ours",
                count(usize::try_from(compared.differ).unwrap_or(usize::MAX), "decision", "decisions")
            ),
        );
        return Ok(Exit::Findings);
    }
    Ok(if log.is_partial() { Exit::Incomplete } else { world.exit(&world.open_all()) })
}

fn table(compared: &Compared) -> String {
    let mut text = String::new();
    for Difference { file, line, audit_id, at, user, verb, uri, server, ours } in &compared.differences {
        _ = writeln!(text, "{}", plain(&format!("{file}:{line}: {user}: {verb} {uri}")));
        _ = writeln!(text, "{}", plain(&format!("  {at}, audit id {audit_id}")));
        _ = writeln!(text, "{}", plain(&format!("  server  {server}")));
        _ = writeln!(text, "{}", plain(&format!("  ours    {ours}")));
    }
    let told = u64::try_from(compared.differences.len()).unwrap_or(u64::MAX);
    if told < compared.differ {
        _ = writeln!(text, "… and {} more", compared.differ - told);
    }
    _ = writeln!(
        text,
        "{} events: RBAC decided {}, and ours agrees with {} of them; {} were decided by others, or hold no decision",
        compared.events,
        compared.agree + compared.differ,
        compared.agree,
        compared.others
    );
    text
}

fn answer(compared: &Compared, blind_writes: u64) -> Value {
    let differences = compared.differences.iter().map(|difference| {
        json!({
            "file": difference.file, "line": difference.line, "auditID": difference.audit_id, "at": difference.at,
            "user": difference.user, "verb": difference.verb, "requestURI": difference.uri,
            "server": difference.server, "ours": difference.ours,
        })
    });
    json!({
        "events": compared.events, "agree": compared.agree, "differ": compared.differ, "notRbac": compared.others,
        "writesWithoutBody": blind_writes,
        "differences": differences.collect::<Vec<_>>(),
    })
}
