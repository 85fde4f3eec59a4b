//! `ironsides network generate`: policies from what was observed and from what manifests intend, with their proof.

mod files;
mod print;

use anyhow::{Result, bail};
use ironsides_core::PodTemplates;
use ironsides_network::error::NetworkError;
use ironsides_network::flow::Observed;
use ironsides_network::generate::{
    Enforcer, Generated, Intent, PolicyKind, Wishes, generate, intents, named_by_policies,
};
use ironsides_network::{Cluster, Party, Profile};
use ironsides_tree::Text;

use super::flows;
use super::profiles::Profiles;
use super::world::{World, nothing};
use crate::args::network::{GenerateArgs, GenerateFormat, KindArg, ProfileArg, ProfileArgs};
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
    let who = enforcing(args)?;
    let world = World::read(&args.from.place(&[]), say)?;
    if world.state.cluster.pods.is_empty() && world.state.cluster.namespaces.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let seen = flows::read(&args.flows, say)?;
    there(&args.namespace, &world, &seen.observed)?;
    let (mut cluster, policies) = (Cluster::clone(&world.state.cluster), &world.state.policies);
    let named = if args.intents || args.flows.is_empty() {
        named_by_policies(&mut cluster, policies)
    } else {
        Vec::new()
    };
    let mut is_whole = seen.is_whole;
    let (wanted, mut notes) = if args.intents || args.flows.is_empty() {
        intents(world.inventory.objects(), &PodTemplates::default(), &cluster, policies)
    } else {
        (Vec::new(), Vec::new())
    };
    notes.extend(named);
    if !args.flows.is_empty() && seen.observed.flows.is_empty() && wanted.is_empty() {
        return Ok(flows::nothing(&args.flows, &seen, say));
    }
    let (profile, options) = Profiles::one(&who, &[&world], say)?;
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
        files: files::files(args),
    };
    let mut generated = generate(&cluster, policies, &seen.observed, &wanted, &wishes, enforcer);
    generated.notes.extend(notes);
    let made = Made { world: &world, observed: seen.observed, intents: wanted, enforcer, generated };
    emit(&args.output, |format| match format {
        GenerateFormat::Table => Ok(print::table(&made)),
        GenerateFormat::Yaml => Ok(made.generated.text()),
        GenerateFormat::Steps => Ok(print::steps(&made)),
        GenerateFormat::Json => print::json_text(&made),
    })?;
    if let Some(folder) = &args.out {
        files::write(folder, &made, say)?;
    }
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

/// Refuses namespaces that neither what was read nor a flow knows: policies for them would guard nobody.
fn there(namespaces: &[String], world: &World, observed: &Observed) -> Result<()> {
    let cluster = &world.state.cluster;
    for name in namespaces {
        let mut ends = observed.flows.iter().flat_map(|flow| [&flow.from, &flow.to]);
        if ends.any(|end| end.namespace == name.as_str()) {
            continue;
        }
        let Err(error) = Party::read(&format!("ns/{name}"), cluster) else { continue };
        let error = match error {
            NetworkError::NoEndpoint { kind, name, hint } => {
                NetworkError::NoEndpoint { kind, name, hint: hint.replace("mean ns/", "mean ") }
            }
            other => other,
        };
        return Err(world.unanswered(error));
    }
    Ok(())
}

/// Whose reading counts: Cilium's, where policies of its kind are made, for nobody else enforces them.
fn enforcing(args: &GenerateArgs) -> Result<ProfileArgs> {
    if !matches!(args.kind, KindArg::Cilium) {
        return Ok(args.profile.clone());
    }
    match args.profile.profile {
        ProfileArg::Auto | ProfileArg::One(Profile::Cilium) => {
            Ok(ProfileArgs { profile: ProfileArg::One(Profile::Cilium), ..args.profile.clone() })
        }
        ProfileArg::All => bail!("--kind cilium goes with profile cilium alone: leave --profile out"),
        ProfileArg::One(other) => bail!(
            "--kind cilium and --profile {other} contradict each other: only Cilium enforces CiliumNetworkPolicies. Leave --profile \
             out, or make NetworkPolicies with --kind network-policy"
        ),
    }
}
