//! `ironsides rbac least-privilege`: the smallest roles that would have sufficed, by an audit log.

mod answer;
mod blind;
mod json;
mod manifests;
mod origins;
mod reasons;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use anyhow::{Result, bail};
use ironsides_audit::Event;
use ironsides_core::Object;
use ironsides_rbac::{
    Identity, Making, Names, Rbac, Source, Subject, SubjectKind, Usage, Used, missing_defaults,
};
use ironsides_tree::Text;

use super::print::emit;
use super::subjects::{identity, spelled};
use super::world::{AROUND, World, nothing};
use crate::args::rbac::{LeastPrivilegeArgs, NamesArg, ProposalFormat};
use crate::audit::log::{Looked, each_event};
use crate::audit::policy::PolicyFile;
use crate::exit::Exit;
use crate::gather::{Place, count};
use crate::say::Say;
use answer::Answer;
use origins::Origins;

/// So many addresses are named.
const NAMED: usize = 5;

/// What is asked, with all that the answers draw on.
struct Look {
    /// Today's roles and bindings, where they are known.
    world: Option<World>,
    /// The same with what Kubernetes itself brings.
    held: Option<Rbac>,
    /// What everybody has and keeps.
    standing: Rbac,
    policy: Option<PolicyFile>,
    usage: Usage,
    /// Where the requests came from.
    origins: Origins,
    /// What could not be read of the log.
    log: Looked,
    /// Events that were left out for where they came from.
    left_out: u64,
    making: Making,
    /// The namespaces that are asked about; none for all.
    namespaces: BTreeSet<Text>,
}

pub(crate) fn run(args: &LeastPrivilegeArgs, say: &Say) -> Result<Exit> {
    let world = match place(args) {
        Some(place) => {
            let world = World::with(&place, &AROUND, say)?;
            if world.is_empty() {
                return Ok(nothing(&[&world], say));
            }
            Some(world)
        }
        None => None,
    };
    if args.check_reasons {
        let Some(world) = &world else {
            bail!(
                "--check-reasons holds the server's decisions against roles and bindings: name them with -f, --facts or \
                   --cluster"
            );
        };
        return reasons::run(args, world, say);
    }
    let policy = match &args.audit_policy {
        Some(path) => match PolicyFile::read(path, say)? {
            Some(policy) => Some(policy),
            None => return Ok(Exit::Incomplete),
        },
        None => None,
    };
    let look = look(args, world, policy, say)?;
    if look.usage.seen.events == 0 {
        say.error(&anyhow::anyhow!("no audit events there"));
        say.hint(&"name files of audit events, JSON lines as the API server writes them, or folders that hold such");
        return Ok(Exit::Nothing);
    }
    let users = look.usage.by_user();
    let (wanted, own) = wanted(args, &look, &users)?;
    let answers: Vec<Answer> = wanted
        .into_iter()
        .map(|(subject, used)| {
            let origin = match subject.kind {
                SubjectKind::Group => {
                    let members = users.values().filter(|user| user.groups.contains(&subject.name));
                    look.origins.of(members.map(|user| &user.user))
                }
                _ => look.origins.of([&used.user]),
            };
            Answer::new(&look, subject, used, origin)
        })
        .collect();
    let blind = blind::sentences(&look);
    emit(&args.output, |format| match format {
        ProposalFormat::Table => Ok(table::text(&look, &answers, &blind, false)),
        ProposalFormat::Wide => Ok(table::text(&look, &answers, &blind, true)),
        ProposalFormat::Yaml => manifests::text(&look, &answers, &blind),
        ProposalFormat::Json => json::text(&look, &answers, &blind),
    })?;
    if own > 0 {
        say.note(&format!(
            "{} of Kubernetes itself left out; --built-in shows them",
            count(own, "subject", "subjects")
        ));
    }
    if look.world.is_none() {
        say.note(
            &"today's roles and bindings are not known, so nothing is said to be removed: name them with -f, --facts or \
             --cluster",
        );
    }
    hints(args, &answers, say);
    Ok(finish(&look, &answers, say))
}

/// What to look at before the roles are taken for what is needed: dangerous rights may stand in the log because somebody
/// attacked.
fn hints(args: &LeastPrivilegeArgs, answers: &[Answer], say: &Say) {
    let is_critical = |answer: &&Answer| answer.keeps.iter().any(|kept| kept.is_grave);
    let critical: Vec<&Answer> = answers.iter().filter(is_critical).collect();
    if let Some(first) = critical.first() {
        let others = match critical.len() - 1 {
            0 => String::new(),
            others => format!(" and those of {}", count(others, "other subject", "other subjects")),
        };
        let logs: Vec<String> = args.log.logs.iter().map(|path| path.display().to_string()).collect();
        say.hint(&format!(
            "the roles of {}{others} keep dangerous rights, because the log shows them used: `ironsides audit detect {}` tells \
             whether that was an attack",
            first.subject,
            logs.join(" ")
        ));
    }
    let several: Vec<&Answer> =
        answers.iter().filter(|answer| answer.origin.addresses.are_several()).collect();
    if let Some(first) = several.first() {
        say.hint(&format!(
            "requests of {} came from several addresses, {}: what came from one that is not its own is left out with \
             --not-from ADDRESS",
            first.subject,
            first.origin.addresses.told(NAMED)
        ));
    }
}

/// How the run ends.
fn finish(look: &Look, answers: &[Answer], say: &Say) -> Exit {
    if let Some(world) = &look.world {
        world.tell(&world.open_all(), say);
    }
    let denied: usize = answers.iter().map(|answer| answer.certificate.newly_denied.len()).sum();
    let unproven: usize = answers.iter().map(|answer| answer.certificate.unproven.len()).sum();
    if denied + unproven > 0 {
        say.ending(
            "failed",
            &format!("{denied} requests would newly be denied, {unproven} rights are unproven"),
        );
        return Exit::Findings;
    }
    let is_partial = look.log.is_partial()
        || look.world.as_ref().is_some_and(|world| world.exit(&world.open_all()) != Exit::Clean);
    if is_partial { Exit::Incomplete } else { Exit::Clean }
}

/// Where today's roles and bindings are, where that is named.
fn place(args: &LeastPrivilegeArgs) -> Option<Place> {
    let connect = &args.from.connect;
    let is_named = connect.kubeconfig.is_some()
        || connect.context.is_some()
        || connect.kube_cluster.is_some()
        || connect.server.is_some();
    let is_somewhere =
        args.cluster || is_named || args.from.facts.is_some() || !args.from.filename.is_empty();
    is_somewhere.then(|| args.from.place(&[]))
}

/// Today's roles and bindings. Files leave out those that Kubernetes itself brings.
fn held(world: &World) -> Rbac {
    let objects = world.inventory.objects();
    let missing: Vec<&Object> =
        if world.inventory.server().is_some() { Vec::new() } else { missing_defaults(objects) };
    Rbac::new(objects.iter().chain(missing))
}

fn look(
    args: &LeastPrivilegeArgs,
    world: Option<World>,
    policy: Option<PolicyFile>,
    say: &Say,
) -> Result<Look> {
    let mut usage = Usage::default();
    let mut origins = Origins::default();
    let mut left_out = 0;
    let log = each_event(&args.log, say, &mut |event, _, place| {
        if is_from(event, &args.not_from) {
            left_out += 1;
        } else {
            origins.note(event);
            usage.add(event, Source { file: place.source, line: place.line });
        }
        Ok(())
    })?;
    let held = world.as_ref().map(held);
    let standing = match &held {
        Some(held) => held.for_everybody(),
        None => Rbac::new(missing_defaults([])).for_everybody(),
    };
    let names = match args.names {
        NamesArg::Exact => Names::Exact,
        NamesArg::Stable => Names::Stable,
        NamesArg::None => Names::None,
    };
    let most = args.most_names.unwrap_or(usize::MAX);
    let making = Making { names, most, everywhere_from: args.everywhere_from.map(usize::from) };
    let namespaces = args.namespace.iter().map(Text::new).collect();
    Ok(Look { world, held, standing, policy, usage, origins, log, left_out, making, namespaces })
}

/// Whether the connection of an event came from one of some addresses. All but the last address is what the client claims.
fn is_from(event: &Event<'_>, ranges: &[crate::args::rbac::AddressRange]) -> bool {
    if ranges.is_empty() {
        return false;
    }
    let address = event.source_ips.last().and_then(|address| address.parse::<IpAddr>().ok());
    address.is_some_and(|address| ranges.iter().any(|range| range.holds(address)))
}

/// The subjects that are asked about with what they used, and how many of Kubernetes itself were left out.
fn wanted(
    args: &LeastPrivilegeArgs,
    look: &Look,
    users: &BTreeMap<Text, Used>,
) -> Result<(Vec<(Subject, Used)>, usize)> {
    if !args.subject.is_empty() {
        let mut all = Vec::new();
        for word in &args.subject {
            all.extend(named(word, look, users)?);
        }
        return Ok((all, 0));
    }
    let kubernetes = kubernetes_own();
    let all = users.values().filter(|used| !used.requests.is_empty());
    let (own, others): (Vec<_>, Vec<_>) = all
        .map(|used| (subject_of(&used.user), used.clone()))
        .partition(|(subject, _)| !args.built_in && is_own(subject, &kubernetes));
    Ok((others, own.len()))
}

/// The subjects that a word means: spelled out, or whoever the log or a binding calls so.
fn named(word: &str, look: &Look, users: &BTreeMap<Text, Used>) -> Result<Vec<(Subject, Used)>> {
    if let Some(subject) = spelled(word) {
        let subject = subject.canonical().into_owned();
        let used = used_by(&subject, users);
        return Ok(vec![(subject, used)]);
    }
    let is = |subject: &Subject| {
        subject.name == word
            || word
                .split_once(['/', ':'])
                .is_some_and(|(namespace, name)| subject.namespace == namespace && subject.name == name)
    };
    let mut found: Vec<Subject> = users.keys().map(subject_of).filter(is).collect();
    let groups = users.values().flat_map(|used| &used.groups).map(|group| Subject {
        kind: SubjectKind::Group,
        name: group.clone(),
        namespace: Text::default(),
    });
    found.extend(groups.filter(is));
    let bindings = look.held.iter().flat_map(Rbac::bindings).flat_map(|binding| &binding.subjects);
    found.extend(bindings.map(|subject| subject.canonical().into_owned()).filter(is));
    found.sort();
    found.dedup();
    if found.is_empty() {
        bail!(
            "the log holds nothing of {word:?}; write User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME, or leave \
             --subject out to see whom it holds"
        );
    }
    Ok(found
        .into_iter()
        .map(|subject| {
            let used = used_by(&subject, users);
            (subject, used)
        })
        .collect())
}

/// What a subject used: a group what its members did.
fn used_by(subject: &Subject, users: &BTreeMap<Text, Used>) -> Used {
    let identity = identity(subject);
    if subject.kind != SubjectKind::Group {
        let known = users.get(&identity.user).cloned();
        return known.unwrap_or_else(|| Used {
            user: identity.user.clone(),
            groups: identity.groups.clone(),
            ..Used::default()
        });
    }
    let mut all = Used { groups: vec![subject.name.clone()], ..Used::default() };
    for used in users.values().filter(|used| used.groups.contains(&subject.name)) {
        all.join(used);
    }
    all
}

/// The subject that a user name is.
fn subject_of(user: &Text) -> Subject {
    let subject = Subject { kind: SubjectKind::User, name: user.clone(), namespace: Text::default() };
    subject.canonical().into_owned()
}

/// The subjects that Kubernetes itself binds.
fn kubernetes_own() -> BTreeSet<Subject> {
    let own = Rbac::new(missing_defaults([]));
    own.bindings()
        .iter()
        .flat_map(|binding| &binding.subjects)
        .map(|own| own.canonical().into_owned())
        .collect()
}

/// Whether a subject is a part of Kubernetes: a component, a controller, a node, or whoever did not say who they are.
fn is_own(subject: &Subject, own: &BTreeSet<Subject>) -> bool {
    subject.kind != SubjectKind::ServiceAccount && subject.name.starts_with("system:")
        || own.contains(subject)
}

/// Whom the authorizer is asked about.
fn identity_of(subject: &Subject, used: &Used) -> Identity {
    if subject.kind == SubjectKind::Group { Identity::group(&subject.name) } else { used.identity() }
}
