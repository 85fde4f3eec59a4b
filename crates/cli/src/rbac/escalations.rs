//! `ironsides rbac escalations`: who can become what, step by step.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_core::Severity;
use ironsides_rbac::{Asked, Call, EscalationPath, Power, Step, Subject};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::places::Place;
use super::print::{emit, json_text, yaml};
use super::request::{request_json, told};
use super::subjects::{identity, subjects};
use super::who_can::{grant_json, subject_json};
use super::world::{AROUND, World, nothing};
use crate::args::rbac::{EscalationsArgs, ReportFormat};
use crate::exit::Exit;
use crate::say::Say;
use crate::shell::quoted;

/// A table shows so many ways; `wide` shows all.
const MOST: usize = 40;

pub(crate) fn run(args: &EscalationsArgs, say: &Say) -> Result<Exit> {
    let world = World::with(&args.from_input.place(&[]), &AROUND, say)?;
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let around = world.surroundings();
    let mut paths: Vec<EscalationPath> = if args.from.is_empty() {
        world.rbac.escalations(&around)
    } else {
        let from: Vec<Subject> = subjects(&args.from, &world)?;
        for subject in from.iter().filter(|subject| !world.names(subject)) {
            say.note(&format!("no binding names {subject}: it has the rights that everybody has"));
        }
        from.iter().flat_map(|subject| world.rbac.escalations_of(&identity(subject), &around)).collect()
    };
    paths.retain(|path| args.to.is_empty() || args.to.iter().any(|word| is_meant(&path.to, word)));
    paths.sort_by(|a, b| {
        severity(b).cmp(&severity(a)).then_with(|| {
            let key =
                |path: &EscalationPath| (path.from.kind, path.from.namespace.clone(), path.from.name.clone());
            key(a).cmp(&key(b)).then(a.steps.len().cmp(&b.steps.len())).then_with(|| a.to.cmp(&b.to))
        })
    });
    let open = world.open_all();
    emit(&args.output, |format| match format {
        ReportFormat::Table => Ok(table(&world, &paths, &open, false)),
        ReportFormat::Wide => Ok(table(&world, &paths, &open, true)),
        ReportFormat::Json => json_text("escalations", &world, &open, answer(&world, &paths)),
        ReportFormat::Yaml => yaml(&json_text("escalations", &world, &open, answer(&world, &paths))?),
        ReportFormat::Csv => Ok(csv(&paths)),
    })?;
    world.tell(&open, say);
    let bad = |least: Severity| paths.iter().filter(|path| severity(path) >= least).count();
    if let Some((least, count)) =
        args.fail_on.0.map(|least| (least, bad(least))).filter(|(_, count)| *count > 0)
    {
        let noun = if count == 1 { "way" } else { "ways" };
        say.ending("failed", &format!("{count} {noun} of severity {least} or worse (--fail-on {least})"));
        return Ok(Exit::Findings);
    }
    Ok(world.exit(&open))
}

/// How bad a way is: what ends in the whole cluster is critical.
fn severity(path: &EscalationPath) -> Severity {
    match path.to {
        Power::ClusterAdmin | Power::EveryRequest | Power::Node => Severity::Critical,
        Power::NamespaceAdmin(_)
        | Power::ServiceAccounts(_)
        | Power::Pods(_)
        | Power::PodsOn(_)
        | Power::Users
        | Power::Anyone => Severity::High,
        Power::Is(_) | Power::Role { .. } | Power::ActsAs { .. } => Severity::Medium,
    }
}

/// Whether a word of `--to` means a power: `cluster-admin`, `node`, `ServiceAccount:shop/cart`, or a part of its text.
fn is_meant(power: &Power, word: &str) -> bool {
    let plainly = |text: &str| text.to_ascii_lowercase().replace(['-', ':'], " ");
    plainly(&power.to_string()).contains(&plainly(word))
}

fn table(world: &World, paths: &[EscalationPath], open: &[String], wide: bool) -> String {
    let mut text = String::new();
    let most = if wide { paths.len() } else { MOST };
    for path in paths.iter().take(most) {
        let count = match path.steps.len() {
            1 => "1 step".to_owned(),
            count => format!("{count} steps"),
        };
        _ = writeln!(
            text,
            "{}: {}",
            severity(path),
            plain(&format!("{} becomes {} in {count}", path.from, path.to))
        );
        for (number, step) in (1..).zip(&path.steps) {
            write_step(&mut text, world, number, step, wide);
        }
        text.push('\n');
    }
    if paths.len() > most {
        let more = paths.len() - most;
        _ = writeln!(text, "… and {more} more; -o wide shows all, --from and --to a part\n");
    }
    let what = if paths.is_empty() { "who becomes more than they are" } else { "whether there are more" };
    let doubt = world.doubt(what, open);
    match paths.len() {
        0 if doubt.is_some() => {}
        0 => text.push_str("nobody becomes more than they are\n"),
        1 => text.push_str("1 way\n"),
        count => _ = writeln!(text, "{count} ways"),
    }
    if let Some(doubt) = doubt {
        _ = writeln!(text, "{doubt}");
    }
    text
}

fn write_step(text: &mut String, world: &World, number: usize, step: &Step, wide: bool) {
    _ = writeln!(text, "  {number}. {}", plain(&step.does));
    for call in &step.calls {
        _ = writeln!(text, "     $ {}", plain(&command(call, wide)));
        for asked in &call.asks {
            _ = writeln!(text, "       {}", plain(&allowed(world, asked)));
        }
    }
    if let Some(condition) = &step.condition {
        _ = writeln!(text, "     if {}", plain(condition));
    }
    _ = writeln!(text, "     gives {}", plain(&step.gives.to_string()));
}

/// The call as kubectl makes it. The body stands in it where all is shown.
fn command(call: &Call, wide: bool) -> String {
    let path = quoted(&call.path());
    if let Some(identity) = &call.impersonate {
        let mut line = format!("kubectl auth whoami --as {}", quoted(&identity.user));
        for group in &identity.groups {
            _ = write!(line, " --as-group {}", quoted(group));
        }
        return line;
    }
    if let Some(Asked { request, .. }) = call.asks.first()
        && (&*request.resource, &*request.subresource) == ("pods", "exec")
    {
        let (namespace, pod) = (quoted(&request.namespace), quoted(&request.name));
        return format!(
            "kubectl exec -n {namespace} {pod} -- cat /var/run/secrets/kubernetes.io/serviceaccount/token"
        );
    }
    let mut line = match (call.method(), call.asks.first()) {
        ("GET", _) => format!("kubectl get --raw {path}"),
        ("DELETE", _) => format!("kubectl delete --raw {path}"),
        ("PATCH", Some(asked)) => {
            let request = &asked.request;
            let resource = ironsides_rbac::resource_name(&request.group, &request.resource);
            let mut line =
                format!("kubectl patch {} {} --type merge", quoted(&resource), quoted(&request.name));
            if !request.namespace.is_empty() && request.resource != "namespaces" {
                _ = write!(line, " -n {}", quoted(&request.namespace));
            }
            if !request.subresource.is_empty() {
                _ = write!(line, " --subresource {}", quoted(&request.subresource));
            }
            line + " -p"
        }
        ("PUT", _) => format!("kubectl replace --raw {path} -f"),
        _ => format!("kubectl create --raw {path} -f"),
    };
    if !matches!(call.method(), "GET" | "DELETE") {
        let body = call.body.as_ref().map_or_else(|| "{}".to_owned(), ToString::to_string);
        match (call.method(), wide) {
            ("PATCH", _) => _ = write!(line, " {}", quoted(&body)),
            (_, true) => _ = write!(line, " - <<< {}", quoted(&body)),
            (_, false) => line.push_str(" -"),
        }
    }
    line
}

/// What allows a request of a call.
fn allowed(world: &World, asked: &Asked) -> String {
    let request = ironsides_rbac::Request::Resource(asked.request.clone());
    let grant = asked.grant.as_ref().and_then(|grant| {
        let (binding, role) = (world.rbac.binding(grant.binding)?, world.rbac.role(grant.role)?);
        let at = match world.places.rule(&world.inventory, role, grant.rule) {
            Place::Cluster => format!("rules[{}]", grant.rule),
            place => place.text(),
        };
        Some(format!("by {binding}, {role} ({at})"))
    });
    let by = grant.unwrap_or_else(|| "by the step before".to_owned());
    format!("may {} {by}", told(&request))
}

fn answer(world: &World, paths: &[EscalationPath]) -> Value {
    let all = paths.iter().map(|path| {
        let steps = path.steps.iter().map(|step| step_json(world, step));
        json!({
            "severity": severity(path), "from": subject_json(&path.from), "to": power_json(&path.to),
            "steps": steps.collect::<Vec<_>>(),
        })
    });
    json!({ "paths": all.collect::<Vec<_>>() })
}

fn step_json(world: &World, step: &Step) -> Value {
    let calls = step.calls.iter().map(|call| {
        let asks = call.asks.iter().map(|asked| {
            let request = ironsides_rbac::Request::Resource(asked.request.clone());
            json!({
                "request": request_json(&request),
                "grant": asked.grant.as_ref().and_then(|grant| grant_json(world, grant)),
            })
        });
        let impersonate = call.impersonate.as_ref().map(|identity| {
            let groups: Vec<&str> = identity.groups.iter().map(ironsides_tree::Text::as_str).collect();
            json!({ "user": identity.user.as_str(), "groups": groups })
        });
        json!({
            "method": call.method(), "path": call.path(), "body": call.body, "impersonate": impersonate,
            "command": command(call, true), "asks": asks.collect::<Vec<_>>(),
        })
    });
    json!({
        "does": step.does, "calls": calls.collect::<Vec<_>>(), "gives": power_json(&step.gives),
        "condition": step.condition,
    })
}

/// A power for programs: its text, and the subject where it is one.
fn power_json(power: &Power) -> Value {
    let subject = match power {
        Power::Is(subject) => Some(subject_json(subject)),
        _ => None,
    };
    json!({ "text": power.to_string(), "final": power.is_final(), "subject": subject })
}

fn csv(paths: &[EscalationPath]) -> String {
    let heading = ["severity", "from kind", "from namespace", "from name", "to", "steps", "how"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for path in paths {
        let how: Vec<&str> = path.steps.iter().map(|step| step.does.as_str()).collect();
        rows.push(vec![
            severity(path).to_string(),
            path.from.kind.as_str().to_owned(),
            path.from.namespace.to_string(),
            path.from.name.to_string(),
            path.to.to_string(),
            path.steps.len().to_string(),
            how.join("; then "),
        ]);
    }
    ironsides_report::csv(&rows)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_of_the_shell_stay_one_word() {
        assert_eq!(quoted("/api/v1/pods"), "/api/v1/pods");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a'; rm -rf $HOME #"), r"'a'\''; rm -rf $HOME #'");
    }
}
