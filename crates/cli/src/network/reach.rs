//! `ironsides network reach`: whether one end reaches another, and why.

mod print;

use anyhow::Result;
use ironsides_network::name::AskedPort;
use ironsides_network::{Destination, Lowered, Party, Profile, Reach, reach};

use super::profiles::{Profiles, lower};
use super::world::{World, nothing};
use crate::args::network::{ReachArgs, ReachFormat};
use crate::exit::Exit;
use crate::print::{emit, yaml};
use crate::say::Say;

/// The answer under one profile.
pub(crate) struct Answered {
    pub(crate) profile: Profile,
    pub(crate) lowered: Lowered,
    pub(crate) reach: Reach,
}

/// The question with its answers.
pub(crate) struct Asked<'a> {
    pub(crate) world: &'a World,
    pub(crate) from: Party,
    pub(crate) to: Destination,
    pub(crate) answers: Vec<Answered>,
}

pub(crate) fn run(args: &ReachArgs, say: &Say) -> Result<Exit> {
    let world = World::read(&args.from_input.place(&[]), say)?;
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let cluster = &world.state.cluster;
    let from = Party::read(&args.from, cluster)?;
    let to = Destination::read(&args.to, cluster)?;
    for party in [&from, &to.party] {
        if party.is_empty() {
            say.warning(&format!("{} stands for nobody: nothing of it is in what was read", party.name));
        }
    }
    let profiles = Profiles::choose(&args.profile, &[&world], say)?;
    let mut answers = Vec::new();
    for (profile, options) in profiles.all {
        let lowered = lower(&world, profile, options, say);
        let reach = reach(cluster, &lowered, &from, &to)?;
        answers.push(Answered { profile, lowered, reach });
    }
    let asked = Asked { world: &world, from, to, answers };
    asked.warn(say);
    emit(&args.output, |format| match format {
        ReachFormat::Table if profiles.compared => Ok(print::compared(&asked)),
        ReachFormat::Table => Ok(asked.answers.iter().map(|answer| print::table(&asked, answer)).collect()),
        ReachFormat::Json => print::json_text(&asked),
        ReachFormat::Yaml => yaml(&print::json_text(&asked)?),
    })?;
    world.tell_gaps(say);
    Ok(world.exit())
}

impl Asked<'_> {
    /// What was asked for, as it is told.
    pub(crate) fn question(&self) -> String {
        let port = self.to.port.as_ref().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{} -> {}{port}", self.from.name, self.to.party.name)
    }

    /// Tells what looks like a mistake in the question.
    fn warn(&self, say: &Say) {
        let Some(AskedPort::Number(traffic)) = &self.to.port else { return };
        let cluster = &self.world.state.cluster;
        let pods: Vec<_> = self
            .to
            .party
            .members
            .iter()
            .filter_map(|member| match member {
                ironsides_network::Endpoint::Pod(at) => cluster.pods.get(*at as usize),
                _ => None,
            })
            .collect();
        if pods.is_empty() || matches!(self.to.party.kind, ironsides_network::name::PartyKind::Service(_)) {
            return;
        }
        let declares = |number: u16| {
            pods.iter().any(|pod| {
                pod.ports.iter().any(|port| port.number == number && port.protocol == traffic.protocol)
            })
        };
        if !traffic.protocol.has_ports()
            || declares(traffic.port)
            || pods.iter().all(|pod| pod.ports.is_empty())
        {
            return;
        }
        // Policies are asked about ports of pods; the port of a service is an easy mistake.
        let selects = |service: &&ironsides_network::cluster::Service| {
            let has = service.ports.iter().any(|port| port.port == traffic.port);
            has && service.selector.as_ref().is_some_and(|selector| {
                pods.iter().any(|pod| {
                    pod.namespace == service.namespace
                        && selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
                })
            })
        };
        match cluster.services.iter().find(selects) {
            Some(service) => say.hint(&format!(
                "no container of {} declares port {}; for the port of the service ask for svc/{}/{}:{}",
                self.to.party.name, traffic.port, service.namespace, service.name, traffic.port
            )),
            None => say.note(&format!(
                "no container of {} declares port {}; policies are asked all the same",
                self.to.party.name, traffic.port
            )),
        }
    }
}
