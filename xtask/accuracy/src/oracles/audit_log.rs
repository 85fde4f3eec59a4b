//! A real audit log with everyday work and labelled attacks, held against ours.

mod detection;
mod settings;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use ironsides_audit::each_event;
use ironsides_core::Object;
use ironsides_rbac::{
    Certificate, Checked, History, Making, Rbac, Request, ResourceRequest, SERVICE_ACCOUNTS, Source,
    UrlRequest, Usage, Used, service_account,
};
use ironsides_tree::Text;
use serde::Deserialize;
use serde_json::Value;

use crate::data;
use crate::objects;
use crate::oracle::{Oracle, Score};

const LOG: &str = "cluster/audit-log/audit.jsonl.gz";
const LEAST_PRIVILEGE: &str = "cluster/audit-log/least-privilege.json";
const RBAC: &str = "cluster/audit-log/rbac.json";

pub(crate) const ORACLE: Oracle = Oracle { name: "audit-log", files: &[LOG, RBAC], run };

fn run(folder: &Path) -> Result<Score> {
    let mut log = String::new();
    let path = folder.join(LOG);
    let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    GzDecoder::new(file)
        .read_to_string(&mut log)
        .with_context(|| format!("cannot unpack {}", path.display()))?;
    let recorded: Value = serde_json::from_str(&data::text(&folder.join(RBAC))?)?;
    let initial = recorded["initial"].as_array().context("rbac.json has no list `initial`")?;
    let initial = initial
        .iter()
        .map(|object| objects::tree(object).map(objects::object))
        .collect::<Result<Vec<_>>>()?;

    let mut score = Score::default();
    score.add_group("decisions", decisions(&log, &initial)?);
    let path = folder.join(LEAST_PRIVILEGE);
    if path.exists() {
        score.add_group("least-privilege", least_privilege(&log, &initial, &data::text(&path)?)?);
    }
    if folder.join(detection::LABELS).exists() {
        score.add_group("detection", detection::detection(folder, &log)?);
    }
    Ok(score)
}

/// RBAC's decisions, with RBAC replayed through the log's own writes: the same, and by a binding that is among ours.
fn decisions(log: &str, initial: &[Object]) -> Result<Score> {
    let mut score = Score::default();
    let mut history = History::new(initial);
    for line in log.lines() {
        each_event(line, &mut |event| history.note(event))?;
    }
    for line in log.lines() {
        each_event(line, &mut |event| {
            let case = || format!("{} {}", event.audit_id, event.request_uri);
            match history.check(event) {
                Checked::NotRbac => {}
                Checked::Agrees => score.compare(case, "agrees", Ok("agrees".into())),
                Checked::Differs { server, ours } => score.compare(case, &server, Ok(ours)),
            }
        })?;
    }
    Ok(score)
}

/// What an identity used of its rights, as the recording counted it.
#[derive(Deserialize)]
struct Recorded {
    used: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
struct Row {
    verb: String,
    group: String,
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
    #[serde(rename = "nonResourceURL")]
    url: Option<String>,
}

/// Every row that was used stays allowed by the roles that are proposed from the log, or by what everybody has.
fn least_privilege(log: &str, initial: &[Object], recorded: &str) -> Result<Score> {
    let mut usage = Usage::default();
    for (line, number) in log.lines().zip(1..) {
        let source = Source { file: LOG, line: number };
        each_event(line, &mut |event| usage.add(event, source))?;
    }
    let users = usage.by_user();
    let held = Rbac::new(initial);
    let standing = held.for_everybody();
    let mut score = Score::default();
    for (user, recorded) in serde_json::from_str::<BTreeMap<String, Recorded>>(recorded)? {
        let used = users.get(user.as_str());
        let proposal = used.map(|used| used.proposal(&standing, Some(&held), Making::default()));
        let certificate = used.zip(proposal.as_ref()).map(|(used, proposal)| used.certificate(proposal));
        let is_proved = |certificate: &Certificate| {
            certificate.newly_denied.is_empty() && certificate.unproven.is_empty() && certificate.replayed > 0
        };
        let case = || format!("{user}: certificate");
        let proved = if certificate.as_ref().is_some_and(is_proved) { "proved" } else { "not proved" };
        score.compare(case, "proved", Ok(proved.to_owned()));
        let identity = used.map(Used::identity);
        let accounts: Vec<Request> =
            recorded.used.iter().filter(|row| row.is_account()).map(Row::request).collect();
        for row in &recorded.used {
            let allows = |request: &Request| {
                let stands = |identity| standing.decide(identity, request).is_allowed();
                proposal.as_ref().is_some_and(|proposal| proposal.allows(request))
                    || identity.as_ref().is_some_and(stands)
            };
            let is_covered = if row.is_added() {
                !accounts.is_empty() && accounts.iter().all(allows)
            } else {
                allows(&row.request()) || row.constrained().is_some_and(|request| allows(&request))
            };
            let got = if is_covered { "covered" } else { "not covered" };
            score.compare(|| format!("{user}: {:?}", row.request()), "covered", Ok(got.to_owned()));
        }
    }
    Ok(score)
}

impl Row {
    /// Whether somebody acted as a service account.
    fn is_account(&self) -> bool {
        (&*self.verb, &*self.resource) == ("impersonate", "users") && service_account(&self.name).is_some()
    }

    /// Whether it is a group that the server gives service accounts by itself, so that nobody asks for it.
    fn is_added(&self) -> bool {
        (&*self.verb, &*self.resource) == ("impersonate", "groups") && self.name.starts_with(SERVICE_ACCOUNTS)
    }

    /// The same right where the server used constrained impersonation, which the recording does not tell apart.
    fn constrained(&self) -> Option<Request> {
        let request = ResourceRequest::new("impersonate:user-info", "authentication.k8s.io", &self.resource);
        (self.verb == "impersonate").then(|| Request::Resource(request.named(&self.name)))
    }

    /// The request that the server asked its authorizer about. It asks for a service account by its own resource, where
    /// the recording writes its user name.
    fn request(&self) -> Request {
        if let Some(url) = &self.url {
            return Request::Url(UrlRequest { verb: Text::new(&self.verb), path: Text::new(url) });
        }
        let resource = match &*self.subresource {
            "" => self.resource.clone(),
            subresource => format!("{}/{subresource}", self.resource),
        };
        let (namespace, resource, name) = match service_account(&self.name) {
            Some((namespace, name)) if (&*self.verb, &*resource) == ("impersonate", "users") => {
                (namespace, "serviceaccounts", name)
            }
            _ => (&*self.namespace, &*resource, &*self.name),
        };
        let request = ResourceRequest::new(&self.verb, &self.group, resource);
        Request::Resource(request.in_namespace(namespace).named(name))
    }
}
