//! What a real API server made of manifests: status per field validation, complaints, and the object.

use std::path::Path;

use anyhow::{Context, Result};
use ironsides_schema::admit::{Answer, CustomKind, FieldValidation, Resource, World, create};
use ironsides_schema::{Kind, kinds};
use ironsides_tree::{Format, parse_one};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::data;
use crate::objects;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle =
    Oracle { name: "defaulting", files: &["cluster/defaulting/cases.jsonl"], run };

/// The namespace that the manifests were posted to.
const NAMESPACE: &str = "defaulting";

const MODES: [(&str, FieldValidation); 3] = [
    ("Strict", FieldValidation::Strict),
    ("Warn", FieldValidation::Warn),
    ("Ignore", FieldValidation::Ignore),
];

#[derive(Deserialize)]
struct Case {
    #[serde(rename = "case")]
    name: String,
    kind: String,
    text: String,
    content: String,
    answers: Map<String, Value>,
    object: Option<Value>,
}

fn run(folder: &Path) -> Result<Score> {
    let custom = custom(folder)?;
    let mut score = Score::default();
    for case in data::lines::<Case>(&folder.join("cluster/defaulting/cases.jsonl"))? {
        let expected = expected(&case);
        let got = answers(&case, &custom).map(|got| got.to_string());
        score.compare(|| case.name.clone(), &expected.to_string(), got);
    }
    Ok(score)
}

/// The custom kinds of the cluster; none where their definition is not at hand.
fn custom(folder: &Path) -> Result<Vec<CustomKind>> {
    let path = folder.join("cluster/vap/crd.json");
    let path = if path.exists() { path } else { data::default_folder().join("cluster/vap/crd.json") };
    if !path.exists() {
        return Ok(Vec::new());
    }
    Ok(CustomKind::of(&parse_one(&data::text(&path)?)?))
}

fn expected(case: &Case) -> Value {
    let modes = case.answers.iter().map(|(mode, answer)| {
        let object = answer.get("object").or(case.object.as_ref()).filter(|_| answer["status"] == 201);
        let message = answer["message"].as_str().unwrap_or_default();
        let texts = answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let texts = texts.filter(|text| is_complaint(text)).map(str::to_owned).collect::<Vec<_>>();
        (mode.clone(), row(case, &answer["status"], strict(message), &texts, object.cloned()))
    });
    Value::Object(modes.collect())
}

fn answers(case: &Case, custom: &[CustomKind]) -> Result<Value> {
    let resource = match kind(case) {
        Some(kind) => Resource::BuiltIn(kind),
        None => Resource::Custom(
            custom.iter().find(|custom| custom.kind() == case.kind).context("the kind is not known")?,
        ),
    };
    let format = if case.content.contains("json") { Format::Json } else { Format::Yaml };
    let world = World { namespace: NAMESPACE, ..World::default() };
    let mut modes = Map::new();
    for (name, validation) in MODES.iter().filter(|(name, _)| case.answers.contains_key(*name)) {
        let answer: Answer = create(&case.text, format, resource, *validation, &world);
        let message = answer.outcome.as_ref().err().map_or("", |refusal| refusal.message.as_str());
        let object = match &answer.outcome {
            Ok(node) => Some(serde_json::from_str(&ironsides_tree::print::json(node))?),
            Err(_) => None,
        };
        let row = row(case, &json!(answer.status()), strict(message), &answer.warnings, object);
        modes.insert((*name).to_owned(), row);
    }
    Ok(Value::Object(modes))
}

/// The kind of the collection, in the version that the manifest names if that is served.
fn kind(case: &Case) -> Option<&'static Kind> {
    let of_name = || kinds().iter().filter(|kind| kind.kind == case.kind && kind.group != "events.k8s.io");
    let rank = |kind: &&Kind| (!kind.version.contains("alpha"), !kind.version.contains("beta"), kind.version);
    let read = parse_one(&case.text).ok();
    let written = read.as_ref().and_then(|root| root.get("apiVersion")?.as_str());
    let named = of_name().filter(|kind| written == Some(objects::api_version(kind).as_str()));
    named.max_by_key(rank).or_else(|| of_name().max_by_key(rank))
}

/// The complaints of a strict refusal; other refusals are not compared to the word.
fn strict(message: &str) -> &str {
    message.split_once("strict decoding error: ").map_or("", |(_, complaints)| complaints)
}

fn is_complaint(text: &str) -> bool {
    text.starts_with("unknown field ")
        || text.starts_with("duplicate field ")
        || (text.starts_with("line ") && text.ends_with("already set in map"))
}

fn row(case: &Case, status: &Value, strict: &str, warnings: &[String], object: Option<Value>) -> Value {
    json!({
        "status": status,
        "strict": strict,
        "warnings": warnings,
        "object": object.map(|object| comparable(case, object)),
    })
}

/// The object without what differs from run to run: addresses and ports that the server picked.
fn comparable(case: &Case, mut object: Value) -> Value {
    if case.kind == "Service"
        && let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut)
    {
        for key in ["clusterIP", "healthCheckNodePort"] {
            picked(spec, key, &case.text);
        }
        for item in spec.get_mut("clusterIPs").and_then(Value::as_array_mut).into_iter().flatten() {
            mark(item, &case.text);
        }
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(port) = port.as_object_mut() {
                picked(port, "nodePort", &case.text);
            }
        }
    }
    whole(&mut object);
    object
}

fn picked(map: &mut Map<String, Value>, key: &str, text: &str) {
    if let Some(value) = map.get_mut(key) {
        mark(value, text);
    }
}

/// Replaces a value that the manifest does not hold.
fn mark(value: &mut Value, text: &str) {
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if !text.contains(&written) {
        *value = json!("picked by the server");
    }
}

/// Numbers compare by worth (JSON writes a float without a fraction like an integer), maps without order, and moments
/// not at all.
fn whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().filter(|_| number.is_f64()) {
                *value = if float.fract() == 0.0 { json!(format!("{float}")) } else { json!(float) };
            } else {
                *value = json!(number.to_string());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(map) => {
            map.retain(|key, _| key != "lastTransitionTime");
            map.values_mut().for_each(whole);
            map.sort_keys();
        }
        _ => {}
    }
}
