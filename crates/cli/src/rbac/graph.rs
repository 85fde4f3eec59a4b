//! `ironsides rbac graph`: a picture of subjects, bindings and roles.

use anyhow::{Result, bail};
use ironsides_core::Severity;
use ironsides_rbac::graph::{Focus, Graph, summary};
use ironsides_rbac::{RoleId, Subject, SubjectKind};
use ironsides_tree::Text;

use super::print::emit;
use super::world::{World, nothing};
use crate::args::rbac::{GraphArgs, GraphFormat};
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &GraphArgs, say: &Say) -> Result<Exit> {
    let world = World::read(&args.from.place(), say)?;
    if world.is_empty() {
        return Ok(nothing(say));
    }
    let focus = Focus {
        subjects: subjects(&args.subject, &world)?,
        namespaces: args.namespace.iter().map(|name| Text::new(name)).collect(),
        roles: roles(&args.role, &world)?,
        system: args.system,
    };
    let powers = |id: RoleId| powers(&world, id);
    let graph = Graph::new(&world.rbac, world.inventory.objects(), &focus, &powers);
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

fn powers(world: &World, id: RoleId) -> (Option<Severity>, String) {
    (None, world.rbac.role(id).map(summary).unwrap_or_default())
}

/// The subjects that words mean: those of some binding by that name, or one that is spelled out.
pub(crate) fn subjects(words: &[String], world: &World) -> Result<Vec<Subject>> {
    let mut all: Vec<Subject> = Vec::new();
    for word in words {
        let found = match spelled(word) {
            Some(subject) => vec![subject],
            None => named(word, world),
        };
        if found.is_empty() {
            bail!(
                "no binding names a subject {word:?}; write User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME for one \
                 that none names"
            );
        }
        all.extend(found);
    }
    Ok(all)
}

/// `User:jane`, `Group:developers`, `ServiceAccount:shop/ci`, or the user name of a service account.
fn spelled(word: &str) -> Option<Subject> {
    let subject = |kind, namespace: &str, name: &str| {
        Some(Subject { kind, namespace: Text::new(namespace), name: Text::new(name) })
    };
    if let Some((namespace, name)) = ironsides_rbac::service_account(word) {
        return subject(SubjectKind::ServiceAccount, namespace, name);
    }
    let (kind, name) = word.split_once(':')?;
    match kind.to_ascii_lowercase().as_str() {
        "user" => subject(SubjectKind::User, "", name),
        "group" => subject(SubjectKind::Group, "", name),
        "serviceaccount" | "sa" => {
            let (namespace, name) = name.split_once(['/', ':'])?;
            subject(SubjectKind::ServiceAccount, namespace, name)
        }
        _ => None,
    }
}

/// The subjects of bindings with a name, or NAMESPACE/NAME for service accounts.
fn named(word: &str, world: &World) -> Vec<Subject> {
    let is = |subject: &&Subject| {
        subject.name == word
            || word
                .split_once('/')
                .is_some_and(|(namespace, name)| subject.namespace == namespace && subject.name == name)
    };
    let mut found: Vec<Subject> =
        world.rbac.bindings().iter().flat_map(|binding| &binding.subjects).filter(is).cloned().collect();
    found.sort_by(|a, b| (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name)));
    found.dedup();
    found
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
