//! Selections: what an event must have.

use std::sync::Arc;

use ironsides_tree::{Entry, Node, Span, Value};

use super::Remarks;
use super::condition::several;
use super::field::{Named, named};
use super::pattern::Pattern;
use super::regex::{Flags, posix};
use crate::filter::{Check, Expr, FieldRef, Modifier, Operand, Operator, Right};
use crate::net::{Network, address};
use crate::rules::{Code, raw};

/// What stands behind a field's name.
#[derive(Clone, Copy, Debug, Default)]
struct Modifiers {
    before: bool,
    behind: bool,
    all: bool,
    cased: bool,
    not: bool,
    exists: bool,
    cidr: bool,
    field: bool,
    regex: Option<Flags>,
    compare: Option<Operator>,
}

/// Texts of a condition must be shorter, in bytes.
const LONGEST: usize = 256;

/// The verbs of requests: of resources, and in lower case the methods of other paths.
const VERBS: [&str; 13] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "proxy",
    "post",
    "put",
    "head",
    "options",
];

/// A selection as a condition.
pub(super) fn selection(node: &Node, text: &str, remarks: &mut Remarks) -> Option<Expr> {
    match node.value() {
        Value::Map(map) => fields(map.entries(), node.span(), text, remarks),
        Value::List(items) => {
            if items.is_empty() {
                return remarks.refuse(node.span(), "the selection is empty");
            }
            let parts: Vec<Option<Expr>> = items.iter().map(|item| selection(item, text, remarks)).collect();
            let parts: Option<Vec<Expr>> = parts.into_iter().collect();
            Some(several(parts?, Expr::Or))
        }
        Value::Null => remarks.refuse(node.span(), "the selection is empty"),
        _ => keyword(node, text, remarks),
    }
}

/// A text that stands anywhere in the event.
fn keyword(node: &Node, text: &str, remarks: &mut Remarks) -> Option<Expr> {
    let written = raw(node, text)?;
    // In the event's own text quotes and the like are escaped.
    let escaped = serde_json::Value::String(written).to_string();
    let inner = escaped.get(1..escaped.len().saturating_sub(1)).unwrap_or_default();
    let (operator, right) = Pattern::new(inner).around(true, true).comparison(false);
    let field = FieldRef { name: "jevt.obj".into(), argument: None, span: Span::NONE };
    bounded(check(field, operator, None, Right::Text(right.into())), node.span(), remarks)
}

fn fields(entries: &[Entry], span: Span, text: &str, remarks: &mut Remarks) -> Option<Expr> {
    if entries.is_empty() {
        return remarks.refuse(span, "the selection is empty");
    }
    let mut parts = Vec::with_capacity(entries.len());
    let mut whole = true;
    let mut asked: Vec<(String, Span, Vec<String>)> = Vec::new();
    for entry in entries {
        match field(entry, text, &mut asked, remarks) {
            Some(expr) => parts.push(expr),
            None => whole = false,
        }
    }
    streams(&asked, remarks);
    whole.then(|| several(parts, Expr::And))
}

/// Says so where only one of two verbs of a streaming request is asked for.
fn streams(asked: &[(String, Span, Vec<String>)], remarks: &mut Remarks) {
    let of = |path: &str| asked.iter().find(|(known, ..)| known == path);
    let (Some((_, span, verbs)), Some((_, _, subresources))) = (of("verb"), of("objectRef.subresource"))
    else {
        return;
    };
    let streaming = |name: &String| matches!(name.as_str(), "exec" | "attach" | "portforward");
    let has = |verb: &str| verbs.iter().any(|known| known == verb);
    if let Some(name) = subresources.iter().find(|name| streaming(name))
        && has("create") != has("get")
    {
        let (there, other) = if has("create") { ("create", "get") } else { ("get", "create") };
        let text = format!(
            "verb {there} alone misses most of {name}: clients ask with get over WebSocket, as kubectl does by default, \
             and with create over SPDY"
        );
        remarks.never(*span, text, format!("add {other}"));
    }
}

fn field(
    entry: &Entry,
    text: &str,
    asked: &mut Vec<(String, Span, Vec<String>)>,
    remarks: &mut Remarks,
) -> Option<Expr> {
    let mut words = entry.key.split('|');
    let name = words.next().unwrap_or_default();
    let words: Vec<&str> = words.collect();
    let modifiers = modifiers(&words, entry.key_span, remarks)?;
    let nodes = entry.value.as_list().unwrap_or(std::slice::from_ref(&entry.value));
    if nodes.is_empty() {
        return remarks.refuse(entry.value.span(), format!("{name} has an empty list of values"));
    }
    let join = if modifiers.all { Expr::And } else { Expr::Or };
    let parts: Option<Vec<Expr>> = if name.is_empty() {
        // Keywords with a modifier.
        let each: Vec<Option<Expr>> = nodes.iter().map(|node| keyword(node, text, remarks)).collect();
        each.into_iter().collect()
    } else {
        let named = named(name, entry.key_span, remarks);
        if modifiers.compare.is_none() && modifiers.regex.is_none() && !modifiers.exists && !modifiers.field {
            let patterns = nodes.iter().filter_map(|node| Some((node.span(), raw(node, text)?)));
            let patterns: Vec<(Span, String)> = patterns.collect();
            for (span, written) in &patterns {
                impossible(&named.path, written, *span, modifiers, remarks);
            }
            let plain = patterns.into_iter().map(|(_, written)| written.to_ascii_lowercase()).collect();
            asked.push((named.path.clone(), entry.value.span(), plain));
        }
        let each: Vec<Option<Expr>> =
            nodes.iter().map(|node| value(&named, modifiers, node, text, remarks)).collect();
        each.into_iter().collect()
    };
    let expr = several(parts?, join);
    Some(if modifiers.not { Expr::Not(Box::new(expr)) } else { expr })
}

fn modifiers(words: &[&str], span: Span, remarks: &mut Remarks) -> Option<Modifiers> {
    let mut found = Modifiers::default();
    let mut kinds: Vec<&str> = Vec::new();
    for word in words {
        match *word {
            "contains" => (found.before, found.behind) = (true, true),
            "startswith" => found.behind = true,
            "endswith" => found.before = true,
            "all" => found.all = true,
            "cased" => found.cased = true,
            "neq" | "not" => found.not = true,
            "exists" => found.exists = true,
            "cidr" => found.cidr = true,
            "fieldref" => found.field = true,
            "re" => found.regex = Some(Flags::default()),
            "lt" => found.compare = Some(Operator::Lt),
            "lte" => found.compare = Some(Operator::Le),
            "gt" => found.compare = Some(Operator::Gt),
            "gte" => found.compare = Some(Operator::Ge),
            "i" | "m" | "s" => match &mut found.regex {
                Some(flags) if *word == "i" => flags.ignore_case = true,
                Some(flags) if *word == "m" => flags.lines = true,
                Some(flags) => flags.dot_all = true,
                None => return remarks.refuse(span, format!("modifier {word:?} stands behind 're' only")),
            },
            "windash" => {
                let text = "modifier 'windash' is left out: it is about arguments of Windows programs";
                remarks.say(Code::LoadWarningExtension, span, text);
            }
            "expand" => {
                let text = "placeholders are not filled in: put the values in their place";
                return remarks.refuse(span, text);
            }
            "base64" | "base64offset" | "utf16" | "utf16le" | "utf16be" | "wide" | "minute" | "hour"
            | "day" | "week" | "month" | "year" => {
                return remarks.refuse(span, format!("modifier {word:?} is not understood here"));
            }
            other => {
                let known =
                    ["contains", "startswith", "endswith", "all", "cased", "exists", "cidr", "fieldref"];
                let near = crate::rules::near(other, &known);
                let none = remarks.refuse(span, format!("there is no modifier {other:?}"));
                if let Some(near) = near {
                    remarks.hint(format!("did you mean {near:?}?"));
                }
                return none;
            }
        }
        if matches!(
            *word,
            "contains"
                | "startswith"
                | "endswith"
                | "exists"
                | "cidr"
                | "fieldref"
                | "re"
                | "lt"
                | "lte"
                | "gt"
                | "gte"
        ) {
            kinds.push(word);
        }
    }
    if let [first, second, ..] = &kinds[..] {
        return remarks.refuse(span, format!("modifiers {first:?} and {second:?} contradict each other"));
    }
    Some(found)
}

/// What a field must be.
fn value(
    named: &Named,
    modifiers: Modifiers,
    node: &Node,
    text: &str,
    remarks: &mut Remarks,
) -> Option<Expr> {
    let span = node.span();
    let there = || check(named.field.clone(), Operator::Exists, None, Right::Nothing);
    if modifiers.exists {
        return match node.as_bool() {
            Some(true) => Some(there()),
            Some(false) => Some(Expr::Not(Box::new(there()))),
            None => remarks.refuse(span, "the value of 'exists' is true or false"),
        };
    }
    if node.is_null() {
        return Some(Expr::Not(Box::new(there())));
    }
    let Some(written) = raw(node, text) else {
        return remarks.refuse(span, "a value is a text, a number, true, false or null");
    };
    if let Some(operator) = modifiers.compare {
        let number = node.as_i64().filter(|number| (100..1000).contains(number));
        return match number {
            // Codes have three digits, so that texts are in the order of numbers.
            Some(number) if named.path == "responseStatus.code" => {
                let right = Right::Text(number.to_string().into());
                Some(check(named.field.clone(), operator, None, right))
            }
            _ => remarks
                .refuse(span, "only responseStatus.code is compared with numbers, those of three digits"),
        };
    }
    if modifiers.field {
        let other = super::field::named(&written, span, remarks);
        if named.list || other.list {
            return remarks.refuse(span, "fields of several values are not compared with fields");
        }
        return Some(check(
            named.field.clone(),
            Operator::Eq,
            None,
            Right::Operand(Operand::Field(other.field)),
        ));
    }
    if modifiers.cidr {
        return network(named, &written, span, remarks);
    }
    let (operator, right) = if let Some(flags) = modifiers.regex {
        match posix(&written, flags) {
            Ok(right) => (Operator::Regex, right),
            Err(reason) => {
                return remarks
                    .refuse(span, format!("the expression {written:?} is not understood: {reason}"));
            }
        }
    } else {
        let pattern = Pattern::new(&written).around(modifiers.before, modifiers.behind);
        if pattern.is_anything() {
            return Some(there());
        }
        if pattern.plain().is_some_and(|text| text.is_empty()) {
            let empty = check(named.field.clone(), Operator::Eq, None, Right::Text("".into()));
            return Some(Expr::Or(vec![empty, Expr::Not(Box::new(there()))]));
        }
        if named.list {
            (if modifiers.cased { Operator::Glob } else { Operator::Iglob }, unlike_a_list(&pattern.glob()))
        } else {
            pattern.comparison(modifiers.cased)
        }
    };
    let expr = if named.list {
        check(named.field.clone(), operator, Some(Modifier::AnyOf), Right::List(Arc::from([right.into()])))
    } else {
        check(named.field.clone(), operator, None, Right::Text(right.into()))
    };
    bounded(expr, span, remarks)
}

/// A pattern that cannot be taken for the name of a list: its first character as a class of one.
fn unlike_a_list(glob: &str) -> String {
    let mut chars = glob.chars();
    match chars.next() {
        Some(first) if first.is_ascii_alphanumeric() || first == '_' => {
            format!("[{first}]{}", chars.as_str())
        }
        _ => glob.to_owned(),
    }
}

fn network(named: &Named, written: &str, span: Span, remarks: &mut Remarks) -> Option<Expr> {
    if named.path != "sourceIPs" {
        let none = remarks
            .refuse(span, format!("{} holds no addresses: networks are asked of sourceIPs", named.path));
        return none;
    }
    let with_bits = if written.contains('/') {
        written.to_owned()
    } else {
        format!("{written}/{}", if written.contains(':') { 128 } else { 32 })
    };
    let fault = match with_bits.split_once('/').map(|(base, _)| address(base)) {
        Some(Err(fault)) => Some(fault),
        _ => Network::parse(&with_bits).err(),
    };
    if let Some(fault) = fault {
        return remarks.refuse(span, fault);
    }
    let field = FieldRef { name: "ka.sourceips.net".into(), argument: None, span: Span::NONE };
    Some(check(field, Operator::Intersects, None, Right::List(Arc::from([with_bits.into()]))))
}

fn check(field: FieldRef, operator: Operator, modifier: Option<Modifier>, right: Right) -> Expr {
    Expr::Check(Box::new(Check { left: Operand::Field(field), operator, modifier, right, span: Span::NONE }))
}

/// Conditions take texts up to some length only.
fn bounded(expr: Expr, span: Span, remarks: &mut Remarks) -> Option<Expr> {
    let long = match &expr {
        Expr::Check(check) => match &check.right {
            Right::Text(text) => text.len() >= LONGEST,
            Right::List(items) => items.iter().any(|item| item.len() >= LONGEST),
            _ => false,
        },
        _ => false,
    };
    if long {
        remarks.refuse(span, format!("the value is longer than {} bytes", LONGEST - 1))
    } else {
        Some(expr)
    }
}

/// Says so where a field never has a value.
fn impossible(path: &str, written: &str, span: Span, modifiers: Modifiers, remarks: &mut Remarks) {
    let pattern = Pattern::new(written).around(modifiers.before, modifiers.behind);
    let glob = crate::pattern::Glob::new(pattern.glob().as_bytes(), true);
    let none_of = |known: &[&str]| !known.iter().any(|known| glob.matches(known.as_bytes()));
    let (why, hint) = match path {
        "verb" if none_of(&VERBS) => {
            let hint = match written.to_ascii_lowercase().as_str() {
                "replace" => "kubectl replace asks with update".to_owned(),
                "exec" => {
                    "exec is a subresource: verbs get and create, objectRef.subresource exec".to_owned()
                }
                _ => format!("verbs are {}", VERBS.join(", ")),
            };
            (format!("no request has the verb {written:?}"), hint)
        }
        "responseStatus.code" if written.chars().any(char::is_alphabetic) => {
            let hint =
                "the decision is annotations.authorization.k8s.io/decision: allow or forbid".to_owned();
            (format!("the code is a number, never {written:?}"), hint)
        }
        "stage" if none_of(&["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]) => {
            let hint = "stages are RequestReceived, ResponseStarted, ResponseComplete, Panic".to_owned();
            (format!("no event has the stage {written:?}"), hint)
        }
        "level" if none_of(&["Metadata", "Request", "RequestResponse"]) => (
            format!("no event has the level {written:?}"),
            "levels are Metadata, Request, RequestResponse".to_owned(),
        ),
        "annotations.authorization.k8s.io/decision" if none_of(&["allow", "forbid"]) => {
            (format!("no request is decided {written:?}"), "decisions are allow and forbid".to_owned())
        }
        "objectRef.apiGroup" if written.eq_ignore_ascii_case("core") => (
            "the core group has no name".to_owned(),
            "write objectRef.apiGroup: '' for events without a group".to_owned(),
        ),
        "objectRef.apiGroup" if written.contains('/') => {
            ("a group has no version in it".to_owned(), "the version is objectRef.apiVersion".to_owned())
        }
        "objectRef.resource" if written.contains('/') => (
            "a resource has no slash in it".to_owned(),
            "what stands behind it is objectRef.subresource".to_owned(),
        ),
        _ => return,
    };
    remarks.never(span, format!("{path}: {written} can never match: {why}"), hint);
}
