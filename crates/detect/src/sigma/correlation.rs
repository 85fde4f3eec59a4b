//! Correlations of rules.

use ironsides_tree::{Node, Span};

use super::Remarks;
use super::field::named;
use super::rule::{plain, priority, tags, title};
use crate::correlation::{Nanoseconds, Type, duration};
use crate::rules::{Code, Priority, raw, scalar};

/// A correlation in our terms; the rules that it is about are named, and may come later.
#[derive(Debug)]
pub(crate) struct Correlated {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) kind: Type,
    /// The rules by id, name or title, each where it is named.
    pub(crate) rules: Vec<(String, Span)>,
    pub(crate) group_by: Vec<String>,
    pub(crate) field: Vec<String>,
    pub(crate) timespan: Nanoseconds,
    pub(crate) at_least: Option<usize>,
    pub(crate) priority: Priority,
    pub(crate) tags: Vec<String>,
    pub(crate) output: String,
    /// Whether the rules fire by themselves as well.
    pub(crate) generate: bool,
    pub(crate) place: Span,
}

/// Translates a correlation. `None` where it cannot be used, which was said.
pub(crate) fn correlation(root: &Node, text: &str, remarks: &mut Remarks) -> Option<Correlated> {
    let title = title(root, remarks)?;
    let body = root.get("correlation")?;
    let kind = body.get("type").and_then(scalar).unwrap_or_default();
    let kind = match Type::named(&kind) {
        Some(kind) if kind != Type::NewValue => kind,
        _ => {
            let span = body.get("type").map_or(body.span(), Node::span);
            let none = remarks.refuse(span, format!("correlations of type {kind:?} are not understood"));
            remarks.hint("types are event_count, value_count, temporal, temporal_ordered");
            return none;
        }
    };
    let Some(rules) = body.get("rules") else {
        return remarks.refuse(body.span(), "the correlation names no rules");
    };
    let nodes = rules.as_list().unwrap_or(std::slice::from_ref(rules));
    let rules: Vec<(String, Span)> =
        nodes.iter().filter_map(|node| Some((scalar(node)?, node.span()))).collect();
    let Some(node) = body.get("timespan") else {
        return remarks.refuse(body.span(), "the correlation has no timespan");
    };
    let written = raw(node, text).unwrap_or_default();
    let Some(timespan) = duration(&written).filter(|timespan| *timespan > 0) else {
        return remarks
            .refuse(node.span(), format!("{written:?} is no timespan: it is like 30s, 5m, 1h, 1d"));
    };
    let (at_least, field) = if kind.has_steps() {
        if let Some(node) = body.get("condition") {
            return remarks.refuse(node.span(), "a condition over rules is not understood: all must be met");
        }
        (None, Vec::new())
    } else {
        threshold(body, kind, text, remarks)?
    };
    let group_by = group_by(body, text, remarks)?;
    let what = if field.is_empty() { "events" } else { "values: %correlation.values" };
    let output = format!(
        "{}: %correlation.count within %correlation.seconds s of %correlation.group, {what} user=%ka.user.name \
         sourceips=%ka.sourceips agent=%ka.useragent",
        plain(&title)
    );
    Some(Correlated {
        description: root.get("description").and_then(scalar).unwrap_or_default().trim().to_owned(),
        kind,
        rules,
        group_by,
        field,
        timespan,
        at_least,
        priority: priority(root, remarks),
        tags: tags(root),
        output,
        generate: body
            .get("generate")
            .or_else(|| root.get("generate"))
            .and_then(Node::as_bool)
            .unwrap_or(false),
        place: body.span(),
        title,
    })
}

/// From how many on, and of which fields.
fn threshold(
    body: &Node,
    kind: Type,
    text: &str,
    remarks: &mut Remarks,
) -> Option<(Option<usize>, Vec<String>)> {
    let Some(condition) = body.get("condition") else {
        return remarks.refuse(body.span(), "the correlation has no condition");
    };
    let Some(map) = condition.as_map() else {
        return remarks.refuse(condition.span(), "the condition is not a map such as {gte: 10}");
    };
    let mut at_least = None;
    let mut field = Vec::new();
    for entry in map.entries() {
        let number = entry.value.as_i64().and_then(|number| usize::try_from(number).ok());
        match (&*entry.key, number) {
            ("gte", Some(number)) => at_least = Some(number),
            ("gt", Some(number)) => at_least = number.checked_add(1),
            ("eq", Some(number)) => {
                at_least = Some(number);
                let message = "eq is taken as gte: it is told as soon as there are so many";
                remarks.say(Code::LoadWarningExtension, entry.value.span(), message);
            }
            ("lt" | "lte", Some(_)) if map.get("gt").is_some() || map.get("gte").is_some() => {
                let message =
                    format!("{} is left out: it is told as soon as the lower bound is reached", entry.key);
                remarks.say(Code::LoadWarningExtension, entry.key_span, message);
            }
            ("lt" | "lte", Some(_)) => {
                let message = "fewer than a number cannot be told: nothing happens when it is met";
                return remarks.refuse(entry.key_span, message);
            }
            ("field", _) => {
                let nodes = entry.value.as_list().unwrap_or(std::slice::from_ref(&entry.value));
                for node in nodes {
                    let name = raw(node, text)?;
                    field.push(named(&name, node.span(), remarks).field.to_string());
                }
            }
            (key, _) => {
                return remarks.refuse(entry.key_span, format!("{key} is no criterion with a number"));
            }
        }
    }
    if at_least.is_none() {
        return remarks.refuse(condition.span(), "the condition has no lower bound (gte, gt, eq)");
    }
    if kind == Type::ValueCount && field.is_empty() {
        return remarks.refuse(condition.span(), "the condition of value_count has no field");
    }
    Some((at_least, field))
}

fn group_by(body: &Node, text: &str, remarks: &mut Remarks) -> Option<Vec<String>> {
    let Some(node) = body.get("group-by") else { return Some(Vec::new()) };
    let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
    let mut all = Vec::new();
    for node in nodes {
        let mut name = raw(node, text)?;
        if let Some(alias) = body.at(&["aliases", &name]) {
            let mut fields: Vec<String> = alias
                .as_map()
                .into_iter()
                .flat_map(ironsides_tree::Map::iter)
                .filter_map(|(_, node)| scalar(node))
                .collect();
            fields.sort_unstable();
            fields.dedup();
            let [only] = &fields[..] else {
                let message =
                    format!("alias {name:?} stands for another field in each rule, which is not understood");
                return remarks.refuse(alias.span(), message);
            };
            name.clone_from(only);
        }
        all.push(named(&name, node.span(), remarks).field.to_string());
    }
    Some(all)
}
