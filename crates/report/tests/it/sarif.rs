//! SARIF, for code scanning.

use ironsides_report::Format;
use serde_json::Value;

use crate::cases::{all, every, many};
use crate::schema::Schema;

fn standard() -> Schema {
    let mut schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    // A pattern of the published schema has a bracket too many, which strict readers refuse.
    for definition in ["run", "toolComponent"] {
        schema["definitions"][definition]["properties"]["language"]
            .as_object_mut()
            .unwrap()
            .remove("pattern");
    }
    Schema::of(&schema)
}

#[test]
fn it_follows_the_standard() {
    let schema = standard();
    for case in all() {
        schema.check(&serde_json::from_str(&case.report(Format::Sarif)).unwrap());
    }
}

#[test]
fn the_worst_are_kept_where_github_takes_no_more() {
    let case = many(30_000);
    let (text, cut) = case.told(Format::Sarif);
    let report: Value = serde_json::from_str(&text).unwrap();
    let results = report["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    // 6,000 of each severity: 5,000 of the least are missing, and the order is kept.
    let level = |level: &str| results.iter().filter(|result| result["level"] == level).count();
    assert_eq!((level("error"), level("warning"), level("note")), (12_000, 6_000, 7_000));
    let places: Vec<u64> = results
        .iter()
        .map(|result| {
            result["message"]["text"].as_str().unwrap().rsplit_once(' ').unwrap().1.parse().unwrap()
        })
        .collect();
    assert!(places.is_sorted());
    let cut = cut.unwrap();
    assert!(cut.starts_with("5000 results"), "{cut}");
    let notes = report["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains(&cut), "the report says so too: {notes}");
}

#[test]
fn other_places_are_related_locations_and_waivers_suppress() {
    let report: Value = serde_json::from_str(&every().report(Format::Sarif)).unwrap();
    let results = &report["runs"][0]["results"];
    let related = &results[3]["relatedLocations"];
    assert_eq!(related[0]["message"]["text"], "from .Values.image.tag (chart/values.yaml:7)");
    assert_eq!(related[0]["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(results[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 1);
    assert_eq!(results[1]["suppressions"][0]["status"], "accepted");
}

#[test]
fn sarif() {
    insta::assert_snapshot!(every().report(Format::Sarif));
}
