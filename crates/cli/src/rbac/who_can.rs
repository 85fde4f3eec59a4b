//! `ironsides rbac who-can`: everybody who may do something, with what allows it.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_rbac::{
    BindingId, Grant, MASTERS, NODES, Question, Rbac, Subject, Where, WhoCan, node_rules_allow,
};
use ironsides_tree::Text;
use serde_json::{Map, Value, json};

use super::places::Place;
use super::print::{emit, json_text, yaml};
use super::request::{Asked, question_json, tell_of_namespace};
use super::world::{World, nothing};
use crate::args::rbac::{ListingFormat, WhoCanArgs};
use crate::columns::Columns;
use crate::exit::Exit;
use crate::say::Say;

pub(crate) fn run(args: &WhoCanArgs, say: &Say) -> Result<Exit> {
    let place = args.from.place(&[]);
    let world = World::read(&place, say)?;
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let asked = Asked::read(&args.request, &args.scope, &world, say)?;
    let question = asked.question(&args.scope);
    let who = world.rbac.who_can(&question);
    let open = world.open(in_scope(&world.rbac, &question));
    let doubt = world.doubt("who else may do it", &open);
    let doubted = |table: String| doubt.iter().fold(table, |table, line| format!("{table}{line}\n"));
    emit(&args.output, |format| match format {
        ListingFormat::Table => Ok(doubted(table(&world, &who, false))),
        ListingFormat::Wide => Ok(doubted(table(&world, &who, true))),
        ListingFormat::Json => json_text("who-can", &world, &open, answer(&world, &question, &who)),
        ListingFormat::Yaml => yaml(&json_text("who-can", &world, &open, answer(&world, &question, &who))?),
        ListingFormat::Csv => Ok(csv(&world, &who)),
        ListingFormat::Name => Ok(names(&who)),
    })?;
    tell_of_namespace(&args.scope, &place, &world, say);
    if node_rules_allow(&question) {
        say.note(&format!(
            "nodes (Group {NODES}) may do it too as far as the Node authorizer allows, which is no part of RBAC"
        ));
    }
    world.tell(&open, say);
    Ok(world.exit(&open))
}

/// The bindings that could grant what is asked.
fn in_scope<'a>(rbac: &'a Rbac, question: &'a Question) -> impl Iterator<Item = BindingId> + 'a {
    let place = match question {
        Question::Url(_) => &Where::Cluster,
        Question::Resource { namespace, .. } => namespace,
    };
    (0..)
        .map(BindingId)
        .zip(rbac.bindings())
        .filter(move |(_, binding)| match (&binding.namespace, place) {
            (None, _) | (Some(_), Where::Anywhere) => true,
            (Some(own), Where::Namespace(asked)) => own == asked,
            (Some(_), Where::Cluster) => false,
        })
        .map(|(id, _)| id)
}

/// What is told of one grant.
struct Row {
    scope: Option<Text>,
    binding: String,
    binding_place: String,
    role: String,
    rule: String,
    rule_place: String,
    /// Which rule of its role.
    index: usize,
    /// Whether the rule stands in a file.
    in_file: bool,
    names: Vec<Text>,
}

fn row(world: &World, grant: &Grant) -> Option<Row> {
    let binding = world.rbac.binding(grant.binding)?;
    let role = world.rbac.role(grant.role)?;
    let rule = role.rules.get(grant.rule)?;
    let rule_place = world.places.rule(&world.inventory, role, grant.rule);
    Some(Row {
        scope: binding.namespace.clone(),
        binding: binding.to_string(),
        binding_place: world.places.binding(&world.inventory, binding).text(),
        role: role.to_string(),
        rule: rule.to_string(),
        index: grant.rule,
        in_file: matches!(rule_place, Place::File(..)),
        rule_place: rule_place.text(),
        names: rule.resource_names.clone(),
    })
}

/// The namespace in which something is granted, or the whole cluster.
fn scope(row: &Row) -> String {
    row.scope.as_ref().map_or_else(|| "whole cluster".to_owned(), ToString::to_string)
}

fn only(row: &Row) -> String {
    let names: Vec<&str> = row.names.iter().map(Text::as_str).collect();
    names.join(", ")
}

fn table(world: &World, who: &WhoCan, wide: bool) -> String {
    let rows: Vec<(&Subject, Row)> = who
        .holders
        .iter()
        .flat_map(|holder| holder.grants.iter().map(move |grant| (&holder.subject, grant)))
        .filter_map(|(subject, grant)| Some((subject, row(world, grant)?)))
        .collect();
    let limited = rows.iter().any(|(_, row)| !row.names.is_empty());
    let mut heading = vec!["SUBJECT", "NAMESPACE"];
    if limited {
        heading.push("ONLY");
    }
    heading.extend(["BINDING", "ROLE", "RULE"]);
    if wide {
        heading.extend(["RULE SAYS", "BINDING AT"]);
    }
    let mut columns = Columns::new(&heading);
    for (subject, row) in &rows {
        let mut cells = vec![subject.to_string(), scope(row)];
        if limited {
            cells.push(only(row));
        }
        let at = if row.in_file { row.rule_place.clone() } else { format!("rules[{}]", row.index) };
        cells.extend([row.binding.clone(), row.role.clone(), at]);
        if wide {
            cells.extend([row.rule.clone(), row.binding_place.clone()]);
        }
        columns.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let mut masters = vec![format!("Group {MASTERS}"), "whole cluster".to_owned()];
    if limited {
        masters.push(String::new());
    }
    masters.push("none needed: allowed before RBAC is asked".to_owned());
    columns.row(&masters.iter().map(String::as_str).collect::<Vec<_>>());
    columns.text()
}

fn csv(world: &World, who: &WhoCan) -> String {
    let heading = [
        "subject kind",
        "subject namespace",
        "subject name",
        "namespace",
        "only names",
        "binding",
        "binding at",
        "role",
        "rule",
        "rule at",
    ];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for holder in &who.holders {
        let subject = &holder.subject;
        for row in holder.grants.iter().filter_map(|grant| row(world, grant)) {
            rows.push(vec![
                subject.kind.as_str().to_owned(),
                subject.namespace.to_string(),
                subject.name.to_string(),
                row.scope.as_ref().map(ToString::to_string).unwrap_or_default(),
                only(&row),
                row.binding,
                row.binding_place,
                row.role,
                row.rule,
                row.rule_place,
            ]);
        }
    }
    ironsides_report::csv(&rows)
}

fn names(who: &WhoCan) -> String {
    let mut text = String::new();
    for holder in &who.holders {
        _ = writeln!(text, "{}", ironsides_report::plain(&holder.subject.to_string()));
    }
    _ = writeln!(text, "Group {MASTERS}");
    text
}

fn answer(world: &World, question: &Question, who: &WhoCan) -> Value {
    let holders: Vec<Value> = who
        .holders
        .iter()
        .map(|holder| {
            let grants = holder.grants.iter().filter_map(|grant| grant_json(world, grant));
            json!({ "subject": subject_json(&holder.subject), "grants": grants.collect::<Vec<_>>() })
        })
        .collect();
    let other = node_rules_allow(question).then_some("Node");
    json!({
        "question": question_json(question), "holders": holders,
        "privileged": [{ "kind": "Group", "name": MASTERS }],
        "otherAuthorizers": other.into_iter().collect::<Vec<_>>(),
    })
}

/// A subject for programs, as manifests write it.
pub(crate) fn subject_json(subject: &Subject) -> Value {
    named_json(subject.kind.as_str(), Some(&*subject.namespace), &subject.name)
}

/// `{"kind", "namespace", "name"}`, the namespace where there is one.
pub(crate) fn named_json(kind: &str, namespace: Option<&str>, name: &str) -> Value {
    let mut all = Map::new();
    all.insert("kind".into(), json!(kind));
    if let Some(namespace) = namespace.filter(|namespace| !namespace.is_empty()) {
        all.insert("namespace".into(), json!(namespace));
    }
    all.insert("name".into(), json!(name));
    Value::Object(all)
}

/// A grant for programs.
pub(crate) fn grant_json(world: &World, grant: &Grant) -> Option<Value> {
    let binding = world.rbac.binding(grant.binding)?;
    let role = world.rbac.role(grant.role)?;
    let rule = role.rules.get(grant.rule)?;
    let mut bound = named_json(binding.kind(), binding.namespace.as_deref(), &binding.name);
    bound["at"] = world.places.binding(&world.inventory, binding).json();
    Some(json!({
        "namespace": binding.namespace.as_deref(),
        "binding": bound,
        "role": named_json(role.kind(), role.namespace.as_deref(), &role.name),
        "rule": rule,
        "ruleIndex": grant.rule,
        "ruleAt": world.places.rule(&world.inventory, role, grant.rule).json(),
    }))
}
