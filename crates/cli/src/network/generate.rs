//! `ironsides network generate`: policies from what was observed and from what manifests intend, with their proof.

mod print;

use anyhow::Result;
use ironsides_core::PodTemplates;
use ironsides_network::Profile;
use ironsides_network::flow::Observed;
use ironsides_network::generate::{Enforcer, Generated, Intent, PolicyKind, Wishes, generate, intents};
use ironsides_tree::Text;

use super::flows;
use super::profiles::Profiles;
use super::world::{World, nothing};
use crate::args::network::{GenerateArgs, GenerateFormat, KindArg};
use crate::exit::Exit;
use crate::print::emit;
use crate::say::{Say, counted};

/// What was made, and of what.
pub(crate) struct Made<'a> {
    pub(crate) world: &'a World,
    pub(crate) observed: Observed,
    pub(crate) intents: Vec<Intent>,
    pub(crate) enforcer: Enforcer,
    pub(crate) generated: Generated,
}

pub(crate) fn run(args: &GenerateArgs, say: &Say) -> Result<Exit> {
    let world = World::read(&args.from.place(&[]), say)?;
    if world.state.cluster.pods.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    for namespace in
        args.namespace.iter().filter(|name| !world.state.cluster.namespaces.contains_key(name.as_str()))
    {
        say.warning(&format!("there is no namespace {namespace} in what was read"));
    }
    let seen = flows::read(&args.flows, say)?;
    let mut is_whole = seen.is_whole;
    let (wanted, notes) = if args.intents || args.flows.is_empty() {
        intents(world.inventory.objects(), &PodTemplates::default(), &world.state.cluster)
    } else {
        (Vec::new(), Vec::new())
    };
    let (profile, options) = Profiles::one(&args.profile, &[&world], say)?;
    if matches!(args.kind, KindArg::Cilium) && profile != Profile::Cilium {
        anyhow::bail!(
            "policies of Cilium's kinds have no effect under profile {profile}, so nothing could be proved: add --profile cilium"
        );
    }
    if !args.flows.is_empty() && seen.observed.flows.is_empty() && wanted.is_empty() {
        say.warning(
            &"no flow was read, so that every namespace would be closed for all but names: nothing is made",
        );
        return Ok(Exit::Nothing);
    }
    let enforcer = Enforcer { profile, options };
    let namespaces = args.namespace.iter().map(Text::new).collect();
    let wishes = Wishes {
        kind: match args.kind {
            KindArg::NetworkPolicy => PolicyKind::NetworkPolicy,
            KindArg::Cilium => PolicyKind::Cilium,
        },
        namespaces: (!args.namespace.is_empty()).then_some(namespaces),
        replace: args.replace,
        without_requests: args.without_requests,
        ..Wishes::default()
    };
    let mut generated =
        generate(&world.state.cluster, &world.state.policies, &seen.observed, &wanted, &wishes, enforcer);
    generated.notes.extend(notes);
    let made = Made { world: &world, observed: seen.observed, intents: wanted, enforcer, generated };
    emit(&args.output, |format| match format {
        GenerateFormat::Table => Ok(print::table(&made)),
        GenerateFormat::Yaml => Ok(made.generated.text()),
        GenerateFormat::Steps => Ok(print::steps(&made)),
        GenerateFormat::Json => print::json_text(&made),
    })?;
    is_whole &= world.gaps.is_empty();
    world.tell_gaps(say);
    let proof = &made.generated.proof;
    if !proof.holds() {
        let wrong = proof.denied.len() + proof.undecided.len() + proof.intended_denied.len();
        say.ending("failed", &format!("the proof does not hold for {}", counted(wrong, "connection")));
        return Ok(Exit::Findings);
    }
    Ok(if is_whole { Exit::Clean } else { Exit::Incomplete })
}
