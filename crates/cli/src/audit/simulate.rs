//! `ironsides audit simulate`: what a policy records of a request.

use std::borrow::Cow;
use std::fmt::Write as _;

use anyhow::{Result, anyhow, bail};
use ironsides_audit::{About, Decision, Request};
use ironsides_core::Inventory;
use ironsides_rbac::Identity;
use ironsides_report::plain;
use ironsides_tree::Text;
use serde_json::{Value, json};

use super::policy::PolicyFile;
use super::words::{FRESH, request_json, stages};
use crate::args::audit::{AuditFormat, SimulateArgs};
use crate::exit::Exit;
use crate::print::{code, emit, envelope, yaml};
use crate::rbac::resource::{Resource, Resources, odd_verb};
use crate::say::Say;

pub(crate) fn run(args: &SimulateArgs, say: &Say) -> Result<Exit> {
    let Some(file) = PolicyFile::read(&args.policy, say)? else { return Ok(Exit::Incomplete) };
    if !args.log.is_empty() {
        return super::over_log::run(args, &file, say);
    }
    let request = request(args, say)?;
    let simulated = Simulated { decision: file.policy.decide(&request), file: &file, request: &request };
    emit(&args.output, |format| match format {
        AuditFormat::Table | AuditFormat::Wide => Ok(simulated.table()),
        AuditFormat::Markdown => Ok(simulated.markdown()),
        AuditFormat::Json => simulated.json(),
        AuditFormat::Yaml => yaml(&simulated.json()?),
    })?;
    if let Some(other) = other_verb(&request)
        && file.policy.decide(&other).level != simulated.decision.level
    {
        say.warning(&format!(
            "the same act by another client is {}: {}",
            other.verb,
            file.policy.decide(&other).level
        ));
    }
    Ok(Exit::Clean)
}

/// The request that a command line describes.
fn request(args: &SimulateArgs, say: &Say) -> Result<Request<'static>> {
    let (user, groups) = who(args);
    let (Some(verb), Some(word)) = (args.verb.as_deref(), args.resource.as_deref()) else {
        bail!(
            "name a verb and a resource, as in `get pods`, a path, as in `get /healthz`, or a log with --log"
        );
    };
    let about = if word.starts_with('/') {
        if args.name.is_some() || args.namespace.is_some() || args.all_namespaces {
            bail!("a path has no name and no namespace");
        }
        if verb.chars().any(char::is_uppercase) {
            bail!(
                "{verb:?}: the API server writes the methods of paths in small letters: {}",
                verb.to_lowercase()
            );
        }
        About::Path(Cow::Owned(word.to_owned()))
    } else {
        if let Some(odd) = odd_verb(verb) {
            say.warning(&odd);
        }
        resource(args, verb, word)?
    };
    Ok(Request { user, groups, verb: Cow::Owned(verb.to_owned()), about })
}

fn who(args: &SimulateArgs) -> (Option<Cow<'static, str>>, Vec<Cow<'static, str>>) {
    if args.refused_login {
        return (None, Vec::new());
    }
    let user = args.user.as_deref().unwrap_or(FRESH);
    let groups = args.groups.iter().map(Text::new).collect();
    let identity = Identity { user: Text::new(user), groups, ..Identity::default() }.live();
    let groups = identity.groups.iter().map(|group| Cow::Owned(group.to_string())).collect();
    (Some(Cow::Owned(user.to_owned())), groups)
}

fn resource(args: &SimulateArgs, verb: &str, word: &str) -> Result<About<'static>> {
    let known = Resources::of(&Inventory::default());
    // What is written with its group is taken as it is: policies are about custom resources, too.
    let has_group = word.split('/').next().is_some_and(|own| own.contains('.'));
    let Resource { group, name: resource, subresource, namespaced, object, .. } =
        known.find(word, None, has_group || args.any_resource).map_err(|why| anyhow!(why))?;
    let name = match (object, &args.name) {
        (Some(a), Some(b)) => bail!("two names are written: {a:?} behind the resource, and {b:?}"),
        (a, b) => a.or_else(|| b.clone()).unwrap_or_default(),
    };
    let is_known = known.find(word, None, false).is_ok();
    let namespace = match &args.namespace {
        _ if args.all_namespaces => String::new(),
        // A request for one namespace is in it.
        _ if group.is_empty() && resource == "namespaces" && verb != "create" => name.clone(),
        Some(namespace) => namespace.clone(),
        None if is_known && namespaced => "default".to_owned(),
        None => String::new(),
    };
    Ok(About::Resource {
        group: group.into(),
        resource: resource.into(),
        subresource: subresource.into(),
        namespace: namespace.into(),
        name: name.into(),
    })
}

/// The other of the two verbs by which clients open the same connection: WebSocket clients get, older ones create.
fn other_verb(request: &Request<'_>) -> Option<Request<'static>> {
    let About::Resource { group, resource, subresource, namespace, name } = &request.about else {
        return None;
    };
    let verb = match (&**subresource, &*request.verb) {
        ("exec" | "attach" | "portforward", "get") => "create",
        ("exec" | "attach" | "portforward", "create") => "get",
        _ => return None,
    };
    let own = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
    Some(Request {
        user: request.user.as_ref().map(own),
        groups: request.groups.iter().map(own).collect(),
        verb: Cow::Borrowed(verb),
        about: About::Resource {
            group: own(group),
            resource: own(resource),
            subresource: own(subresource),
            namespace: own(namespace),
            name: own(name),
        },
    })
}

/// A request and what a policy makes of it.
struct Simulated<'a> {
    file: &'a PolicyFile,
    request: &'a Request<'a>,
    decision: Decision,
}

impl Simulated<'_> {
    /// The rules before the one that decides, and what keeps each from the request.
    fn passed_over(&self) -> impl Iterator<Item = (usize, String)> {
        let rules = self.file.policy.rules.iter().enumerate();
        let before = self.decision.rule.unwrap_or(self.file.policy.rules.len());
        rules.take(before).filter_map(|(at, rule)| Some((at, rule.why_not(self.request)?)))
    }

    fn verdict(&self) -> String {
        let written = self.decision.written(self.request);
        match self.decision.rule {
            None => format!("None: no rule of {} fits", self.file.name),
            Some(_) if written.is_empty() && self.decision.level != ironsides_audit::Level::None => format!(
                "{}, and yet nothing is written: every stage that the request reaches is omitted",
                self.decision.level
            ),
            Some(_) if written.is_empty() => "None".to_owned(),
            Some(_) => {
                let bodies = self.decision.level >= ironsides_audit::Level::Request;
                let managed =
                    if bodies && self.decision.omit_managed_fields { ", without managed fields" } else { "" };
                format!("{} at {}{managed}", self.decision.level, stages(written))
            }
        }
    }

    fn table(&self) -> String {
        let mut text = format!("{}\n", plain(&self.told()));
        _ = writeln!(text, "  {}", self.verdict());
        if self.decision.rule.is_some() {
            _ = writeln!(text, "  decided by the rule at {}", plain(&self.file.place(self.decision.rule)));
        }
        for (at, why) in self.passed_over() {
            _ = writeln!(text, "  passed over: {}: {}", plain(&self.file.place(Some(at))), plain(&why));
        }
        text
    }

    /// The request in words.
    fn told(&self) -> String {
        let told = self.request.to_string();
        if self.request.user.is_none() { format!("{told} with credentials that are refused") } else { told }
    }

    fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n**{}**", code(&self.told()), code(&self.verdict()));
        if self.decision.rule.is_some() {
            _ = write!(text, " by {}", code(&self.file.place(self.decision.rule)));
        }
        text.push_str("\n\n| rule | passed over because |\n|---|---|\n");
        for (at, why) in self.passed_over() {
            _ = writeln!(text, "| {} | {} |", code(&self.file.place(Some(at))), code(&why));
        }
        text
    }

    fn json(&self) -> Result<String> {
        let passed: Vec<Value> = self
            .passed_over()
            .map(|(at, why)| json!({ "rule": self.file.rule_json(Some(at)), "why": why }))
            .collect();
        let answer = json!({
            "policy": self.file.name,
            "request": request_json(self.request),
            "level": self.decision.level,
            "stages": self.decision.written(self.request).iter().collect::<Vec<_>>(),
            "omitManagedFields": self.decision.omit_managed_fields,
            "rule": self.file.rule_json(self.decision.rule),
            "passedOver": passed,
        });
        Ok(serde_json::to_string_pretty(&envelope("audit-simulate", &[], answer))? + "\n")
    }
}
