//! `ironsides rbac graph`: a picture of subjects, bindings and roles.

use anyhow::{Result, bail};
use ironsides_core::Severity;
use ironsides_rbac::graph::{Focus, Graph, summary};
use ironsides_rbac::{Risks, RoleId};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::print::emit;
use super::subjects::subjects;
use super::world::{World, nothing};
use crate::args::rbac::{GraphArgs, GraphFormat};
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &GraphArgs, say: &Say) -> Result<Exit> {
    let world = World::read(&args.from.place(&[]), say)?;
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let focus = Focus {
        subjects: subjects(&args.subject, &world)?,
        namespaces: args.namespace.iter().map(Text::new).collect(),
        roles: roles(&args.role, &world)?,
        system: args.system,
    };
    let worst = worst(&world.rbac.risks(&world.surroundings()));
    let powers = |id: RoleId| powers(&world, &worst, id);
    let mut graph = Graph::new(&world.rbac, world.inventory.objects(), &focus, &powers);
    graph.left_out.extend(world.doubt("who else is bound", &[]));
    if graph.bands.is_empty() {
        say.warning(&"no binding is in the picture");
    }
    let title = match world.inventory.server() {
        Some(server) if !server.context.is_empty() => format!("RBAC of {}", server.context),
        _ => "RBAC".to_owned(),
    };
    emit(&args.output, |format| {
        Ok(match format {
            GraphFormat::Html => graph.html(&title),
            GraphFormat::Svg => graph.svg(),
            GraphFormat::Dot => graph.dot(),
            GraphFormat::Mermaid => graph.mermaid(),
        })
    })?;
    for line in &graph.left_out {
        say.note(&format!("not in the picture: {line}"));
    }
    world.tell(&[], say);
    Ok(world.exit(&[]))
}

/// How bad each role is for whoever is bound to it, and by what.
type Worst = FxHashMap<RoleId, (Severity, Vec<&'static str>)>;

fn worst(risks: &Risks) -> Worst {
    let mut worst = Worst::default();
    for risk in risks.told.iter().chain(&risks.built_in) {
        for role in risk.grants.iter().filter(|grant| !grant.rules.is_empty()).filter_map(|grant| grant.role)
        {
            let (severity, titles) = worst.entry(role).or_insert((risk.severity, Vec::new()));
            *severity = risk.severity.max(*severity);
            if !titles.contains(&risk.family.title) {
                titles.push(risk.family.title);
            }
        }
    }
    worst
}

fn powers(world: &World, worst: &Worst, id: RoleId) -> (Option<Severity>, String) {
    match worst.get(&id) {
        Some((severity, titles)) => (Some(*severity), titles.join(", ")),
        None => (None, world.rbac.role(id).map(summary).unwrap_or_default()),
    }
}

/// The roles that words mean.
fn roles(words: &[String], world: &World) -> Result<Vec<(Option<Text>, Text)>> {
    let mut all = Vec::new();
    for word in words {
        let parts: Vec<&str> = word.split('/').collect();
        let found: Vec<(Option<Text>, Text)> = match parts.as_slice() {
            ["ClusterRole" | "clusterrole", name] => vec![(None, Text::new(name))],
            ["Role" | "role", namespace, name] => vec![(Some(Text::new(namespace)), Text::new(name))],
            _ => {
                let by_name = world.rbac.roles().iter().filter(|role| {
                    role.name == *word
                        || matches!(parts.as_slice(), [namespace, name]
                            if role.namespace.as_deref() == Some(*namespace) && role.name == *name)
                });
                by_name.map(|role| (role.namespace.clone(), role.name.clone())).collect()
            }
        };
        if found.is_empty() {
            bail!(
                "there is no role {word:?}; write ClusterRole/NAME or Role/NAMESPACE/NAME for one that is only bound"
            );
        }
        all.extend(found);
    }
    Ok(all)
}
