//! A map as JSON.

use serde::Serialize;

use crate::engine::Connections;
use crate::map::{Map, Scale};
use crate::verdict::Verdict;

/// A map as JSON: `serde_json::to_string(&map.document())`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The profile that all of it holds under.
    profile: &'static str,
    /// `namespaces` or `workloads`.
    scale: &'static str,
    units: Vec<UnitDocument>,
    cells: Vec<CellDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<BaseDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<FocusDocument>,
    /// What cells depend on, in words that go on after "whether", by number from 1 on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<String>,
    /// What is not as asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnitDocument {
    name: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    namespace: String,
    size: u64,
    members: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CellDocument {
    from: String,
    to: String,
    level: &'static str,
    /// In words.
    told: String,
    /// The most that goes through.
    traffic: Vec<TrafficDocument>,
    /// What goes through between every pair, where that is less.
    #[serde(skip_serializing_if = "Option::is_none")]
    least: Option<Vec<TrafficDocument>>,
    full_pairs: u64,
    open_pairs: u64,
    pairs: u64,
}

/// What holds between most units; the cells are complete all the same.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BaseDocument {
    level: &'static str,
    told: String,
    /// How many pairs of units differ from it.
    others: usize,
}

#[derive(Clone, Debug, Serialize)]
struct FocusDocument {
    centre: Vec<String>,
    senders: Vec<Vec<String>>,
    receivers: Vec<Vec<String>>,
}

#[derive(Clone, Debug, Serialize)]
struct TrafficDocument {
    protocol: String,
    first: u16,
    last: u16,
    verdict: &'static str,
    #[serde(rename = "if", skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<String>,
}

impl Map {
    /// The map for a writer of JSON.
    pub fn document(&self) -> Document {
        let name = |unit: u32| self.unit(unit).map(|unit| unit.name.clone()).unwrap_or_default();
        let names = |units: &Vec<u32>| units.iter().map(|&unit| name(unit)).collect::<Vec<_>>();
        let units = self.units.iter().map(|unit| UnitDocument {
            name: unit.name.clone(),
            kind: unit.kind.name(),
            namespace: unit.namespace.clone(),
            size: unit.size,
            members: unit.all.clone(),
        });
        let cells = self.cells.iter().map(|cell| CellDocument {
            from: name(cell.from),
            to: name(cell.to),
            level: cell.level.name(),
            told: self.told(cell),
            traffic: traffic(&cell.most),
            least: (!cell.is_whole()).then(|| cell.least.as_ref().map(traffic).unwrap_or_default()),
            full_pairs: cell.full,
            open_pairs: cell.open,
            pairs: cell.pairs,
        });
        Document {
            profile: self.profile.name(),
            scale: match self.scale {
                Scale::Namespaces => "namespaces",
                Scale::Workloads => "workloads",
            },
            units: units.collect(),
            cells: cells.collect(),
            base: self.base().map(|base| BaseDocument {
                level: base.level.name(),
                told: base.most.to_string(),
                others: base.others.len(),
            }),
            focus: self.focus.as_ref().map(|layers| FocusDocument {
                centre: names(&layers.centre),
                senders: layers.senders.iter().map(names).collect(),
                receivers: layers.receivers.iter().map(names).collect(),
            }),
            conditions: self.conditions.iter().map(ToString::to_string).collect(),
            notes: self.notes.clone(),
        }
    }
}

/// All traffic that goes through or may, by protocol and port. `protocol 255` stands for every protocol that is not named.
fn traffic(connections: &Connections) -> Vec<TrafficDocument> {
    let open = connections.parts().iter().filter(|part| part.verdict != Verdict::Deny);
    open.map(|part| TrafficDocument {
        protocol: part.traffic.protocol.to_string(),
        first: part.traffic.first,
        last: part.traffic.last,
        verdict: match part.verdict {
            Verdict::Allow => "allow",
            Verdict::Limited(_) => "limited",
            Verdict::Deny => "deny",
            Verdict::Broken => "unknown",
            Verdict::Depends(_) => "depends",
        },
        conditions: match &part.verdict {
            Verdict::Depends(conditions) => conditions.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        },
    })
    .collect()
}
