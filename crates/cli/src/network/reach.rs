//! `ironsides network reach`: whether one end reaches another, and why.

mod change;
mod print;

use anyhow::{Result, bail};
use ironsides_network::flip::{Flip, flips as flips_of};
use ironsides_network::l7::Request;
use ironsides_network::name::AskedPort;
use ironsides_network::reach::{Case, requested};
use ironsides_network::{Destination, Lowered, Party, Profile, Reach, Verdict, reach};

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
    /// For each case the ways to flip it, as far as they were looked for.
    pub(crate) flips: Vec<Vec<Flip>>,
}

/// For so many cases of an answer the smallest change is looked for.
const FLIPPED: usize = 2;

/// The question with its answers.
pub(crate) struct Asked<'a> {
    pub(crate) world: &'a World,
    pub(crate) from: Party,
    pub(crate) to: Destination,
    /// A request on the connection.
    pub(crate) request: Option<Request>,
    pub(crate) answers: Vec<Answered>,
}

pub(crate) fn run(args: &ReachArgs, say: &Say) -> Result<Exit> {
    let request = request(args)?;
    let world = World::read(&args.from_input.place(&[]), say)?.read_for(&args.profile);
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let cluster = &world.state.cluster;
    let from = Party::read(&args.from, cluster).map_err(|error| world.unanswered(error))?;
    let to = Destination::read(&args.to, cluster).map_err(|error| world.unanswered(error))?;
    for party in [&from, &to.party] {
        if party.is_empty() {
            say.warning(&format!("{} stands for nobody: nothing of it is in what was read", party.name));
        }
    }
    let profiles = Profiles::choose(&args.profile, &[&world], say)?;
    let mut answers = Vec::new();
    let all = lower(&world, &profiles.all, say);
    for ((profile, options), lowered) in profiles.all.into_iter().zip(all) {
        let reach = reach(cluster, &lowered, &from, &to)?;
        // Of a comparison of profiles nobody wants six times the same policy.
        let most = if args.no_change || profiles.compared { 0 } else { FLIPPED };
        let flips = reach.cases.iter().take(most);
        let ends = (&from, &to.party);
        let flips = flips
            .map(|case| flips_of(&world.state, &options, &lowered, case, ends, request.as_ref()))
            .collect();
        answers.push(Answered { profile, lowered, reach, flips });
    }
    let asked = Asked { world: &world, from, to, request, answers };
    asked.warn(say);
    emit(&args.output, |format| match format {
        ReachFormat::Table if profiles.compared => Ok(print::compared(&asked)),
        ReachFormat::Table => Ok(asked.answers.iter().map(|answer| print::table(&asked, answer)).collect()),
        ReachFormat::Json => print::json_text(&asked),
        ReachFormat::Yaml => yaml(&print::json_text(&asked)?),
    })?;
    world.tell_gaps(say);
    if let Some(name) = asked.open_name() {
        say.ending(
            "undecided",
            &format!(
                "nobody knows the addresses of {name}, and policies do not treat all that it may have alike"
            ),
        );
        return Ok(Exit::Incomplete);
    }
    Ok(world.exit())
}

/// The HTTP request that arguments ask for.
fn request(args: &ReachArgs) -> Result<Option<Request>> {
    let Some(method) = &args.method else { return Ok(None) };
    // As nc and others take a port: behind the host.
    if let (Ok(AskedPort::Number(_)), false) = (AskedPort::read(method), args.to.contains(':')) {
        bail!("{method:?} is no method of a request; did you mean {}:{method}?", args.to);
    }
    let Some(path) = &args.path else {
        bail!("the request {method} has no path; write it behind the method, as in {method} /orders/7");
    };
    if !path.starts_with('/') {
        bail!("{path:?} is no path of a request: it begins with a slash, as in /orders/7");
    }
    let mut headers = Vec::new();
    for header in &args.header {
        let Some((name, value)) = header.split_once(':') else {
            bail!("{header:?} is no header; write one as in \"X-Token: secret\"");
        };
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    let host = args.host.clone().unwrap_or_default();
    Ok(Some(Request { method: method.clone(), path: path.clone(), host, headers }))
}

impl Asked<'_> {
    /// What becomes of the request on a connection; of the connection itself where no request was asked for.
    pub(crate) fn verdict(&self, answer: &Answered, case: &Case) -> Verdict {
        match &self.request {
            Some(request) => requested(&answer.lowered, &case.verdict, request),
            None => case.verdict.clone(),
        }
    }

    /// What happens where it is the same for all that was asked; `None` where it is not.
    pub(crate) fn overall(&self, answer: &Answered) -> Option<Verdict> {
        let mut all = answer.reach.cases.iter().map(|case| self.verdict(answer, case));
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// The name that a service stands for, where answers depend on its addresses and these are not known.
    fn open_name(&self) -> Option<&str> {
        let (name, _) = self.to.party.named.as_ref().filter(|(_, known)| !known)?;
        let mut cases = self.answers.iter().flat_map(|answer| &answer.reach.cases);
        cases.any(|case| matches!(case.verdict, Verdict::Depends(_))).then_some(name)
    }

    /// What was asked for, as it is told.
    pub(crate) fn question(&self) -> String {
        let request = self.request.as_ref();
        let request =
            request.map(|request| format!(" {} {}", request.method, request.path)).unwrap_or_default();
        format!("{} -> {}{request}", self.from.name, self.to.told())
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
