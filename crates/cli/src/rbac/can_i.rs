//! `ironsides rbac can-i`: whether somebody may do something, and all that they may do.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use ironsides_rbac::{Decision, Identity, MASTERS, Request, Rule, resource_name, service_account_user};
use ironsides_report::plain;
use ironsides_tree::Text;
use serde_json::{Value, json};

use super::print::{emit, json_text, yaml};
use super::request::{Asked, namespace, request_json, told};
use super::who_can::grant_json;
use super::world::{World, nothing};
use crate::args::rbac::{AnswerFormat, CanIArgs};
use crate::columns::Columns;
use crate::exit::Exit;
use crate::say::Say;

/// Why a node's no is none.
const NODE_AUTHORIZER: &str =
    "the Node authorizer, which is no part of RBAC, may allow it: it knows which pods run on the node";

pub(crate) fn run(args: &CanIArgs, say: &Say) -> Result<Exit> {
    let identity = identity(args)?;
    // --as says whom the question is about; roles and bindings are read as oneself.
    let mut from = args.from.clone();
    from.connect.as_user = None;
    from.connect.as_group.clear();
    let world = World::read(&from.place(&[]), say)?;
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    if args.list { list(args, &identity, &world, say) } else { decide(args, &identity, &world, say) }
}

/// Whom the question is about.
fn identity(args: &CanIArgs) -> Result<Identity> {
    let connect = &args.from.connect;
    let user = match (&args.serviceaccount, &connect.as_user) {
        (Some(account), _) => match account.split_once(':') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains(':') => {
                service_account_user(namespace, name)
            }
            _ => bail!("--serviceaccount {account:?} is not NAMESPACE:NAME, as in shop:cart"),
        },
        (None, Some(user)) => user.clone(),
        (None, None) if connect.as_group.is_empty() => {
            bail!(
                "say whom it is about: --as USER (with --as-group GROUP) or --serviceaccount NAMESPACE:NAME"
            );
        }
        (None, None) => {
            bail!("--as-group is about a user in that group; name one with --as USER, as kubectl asks too");
        }
    };
    let groups = connect.as_group.iter().map(Text::new).collect();
    let identity = Identity { user: Text::from(user), groups, ..Identity::default() };
    Ok(if args.no_implied_groups { identity } else { identity.live() })
}

fn decide(args: &CanIArgs, identity: &Identity, world: &World, say: &Say) -> Result<Exit> {
    let asked = Asked::read(&args.request, &args.scope, world, say)?;
    let request = asked.request(&args.scope);
    let decision = world.rbac.decide(identity, &request);
    let open = match &decision {
        Decision::NoOpinion(dangling) => world.open(dangling.iter().copied()),
        Decision::Allowed(_) | Decision::Privileged => Vec::new(),
    };
    let by_node = !decision.is_allowed() && identity.is_node() && matches!(request, Request::Resource(_));
    let certain = world.gaps.is_empty() && open.is_empty() && !by_node;
    let word = match (decision.is_allowed(), certain) {
        (true, _) => "yes",
        (false, true) => "no",
        (false, false) => "unknown",
    };
    emit(&args.output, |format| {
        let json = || {
            let grant = match &decision {
                Decision::Allowed(grant) => grant_json(world, grant),
                Decision::Privileged | Decision::NoOpinion(_) => None,
            };
            let answer = json!({
                "identity": identity_json(identity), "request": request_json(&request), "answer": word,
                "otherAuthorizers": if by_node { vec!["Node"] } else { Vec::new() },
                "privileged": decision == Decision::Privileged, "grant": grant,
                "serverReason": world.rbac.reason(&decision),
            });
            json_text("can-i", world, &open, answer)
        };
        match format {
            AnswerFormat::Table => {
                let node = if by_node { format!("  {NODE_AUTHORIZER}\n") } else { String::new() };
                Ok(format!("{word}\n{}{node}", why(world, &decision, &told(&request))))
            }
            AnswerFormat::Json => json(),
            AnswerFormat::Yaml => yaml(&json()?),
        }
    })?;
    // A yes stays a yes, whatever else could not be read.
    if decision.is_allowed() {
        return Ok(Exit::Clean);
    }
    world.tell(&open, say);
    Ok(if certain { Exit::Findings } else { Exit::Incomplete })
}

/// What lies behind a decision, in a line of its own.
fn why(world: &World, decision: &Decision, asked: &str) -> String {
    match decision {
        Decision::Privileged => {
            format!("  Group {MASTERS} may do everything: it is let through before RBAC is asked\n")
        }
        Decision::Allowed(grant) => {
            let role = world.rbac.role(grant.role);
            let (Some(binding), Some(role)) = (world.rbac.binding(grant.binding), role) else {
                return String::new();
            };
            let subject = binding.subjects.get(grant.subject).map(ToString::to_string).unwrap_or_default();
            let rule = role.rules.get(grant.rule).map(ToString::to_string).unwrap_or_default();
            let at = world.places.rule(&world.inventory, role, grant.rule).text();
            let bound = format!("{binding} binds {subject} to {role}");
            format!("  {}\n  {}\n", plain(&bound), plain(&format!("{at}: {rule}")))
        }
        Decision::NoOpinion(dangling) => {
            let mut text = format!("  no rule that was read allows to {}\n", plain(asked));
            for binding in dangling.iter().filter_map(|id| world.rbac.binding(*id)) {
                let kind = if binding.role.cluster { "ClusterRole" } else { "Role" };
                let line =
                    format!("{binding} hands out the {kind} {}, which does not exist", binding.role.name);
                _ = writeln!(text, "  {}", plain(&line));
            }
            text
        }
    }
}

fn list(args: &CanIArgs, identity: &Identity, world: &World, say: &Say) -> Result<Exit> {
    let namespace = namespace(&args.scope);
    let review = world.rbac.rules_review(identity, namespace);
    let held = world.rbac.held(identity, namespace);
    let open = world.open(held.dangling.iter().copied());
    let rows = review.rows();
    emit(&args.output, |format| {
        let json = || {
            let grants: Vec<Value> =
                held.grants.iter().filter_map(|grant| grant_json(world, grant)).collect();
            let answer = json!({
                "identity": identity_json(identity), "namespace": namespace, "rules": rows, "grants": grants,
                "privileged": identity.is_in(MASTERS), "evaluationError": review.evaluation_error,
            });
            json_text("can-i-list", world, &open, answer)
        };
        match format {
            AnswerFormat::Table => {
                let doubt = world.doubt("what else is allowed", &open);
                Ok(doubt.into_iter().fold(table(&rows, args.no_headers), |table, line| table + &line + "\n"))
            }
            AnswerFormat::Json => json(),
            AnswerFormat::Yaml => yaml(&json()?),
        }
    })?;
    if identity.is_in(MASTERS) {
        say.note(&format!("the group {MASTERS} may do everything, whatever the list says"));
    }
    if !review.evaluation_error.is_empty() {
        say.note(&review.evaluation_error);
    }
    world.tell(&open, say);
    Ok(world.exit(&open))
}

/// The table of `kubectl auth can-i --list`.
fn table(rows: &[Rule], no_headers: bool) -> String {
    let mut columns = Columns::bare();
    if !no_headers {
        columns.row(&["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]);
    }
    let list = |texts: &[Text]| {
        let texts: Vec<&str> = texts.iter().map(Text::as_str).collect();
        format!("[{}]", texts.join(" "))
    };
    for rule in rows {
        let resource = match (rule.resources.first(), rule.api_groups.first()) {
            (Some(resource), group) => resource_name(group.map_or("", Text::as_str), resource),
            (None, _) => String::new(),
        };
        let (urls, names, verbs) =
            (list(&rule.non_resource_urls), list(&rule.resource_names), list(&rule.verbs));
        columns.row(&[&resource, &urls, &names, &verbs]);
    }
    columns.text()
}

fn identity_json(identity: &Identity) -> Value {
    let groups: Vec<&str> = identity.groups.iter().map(Text::as_str).collect();
    json!({ "user": &*identity.user, "groups": groups })
}
