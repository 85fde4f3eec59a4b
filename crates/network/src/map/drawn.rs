//! Which lines a picture draws.

use std::collections::BTreeMap;

use crate::map::{Kind, Level, Map, Scale, Unit};

/// The lines of a picture.
pub(super) struct Drawn {
    pub(super) edges: Vec<Edge>,
    /// What is told once instead of being drawn.
    pub(super) said: Vec<String>,
}

/// A line.
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    /// What goes through.
    pub(super) told: String,
    /// How much that is; `None` where nothing goes through.
    pub(super) level: Option<Level>,
}

impl Drawn {
    /// All cells, or where most are the same all others.
    pub(super) fn new(map: &Map) -> Self {
        let edge = |(from, to): (u32, u32)| match map.cell(from, to) {
            Some(cell) => Edge { from, to, told: map.told(cell), level: Some(cell.level) },
            None => Edge { from, to, told: "nothing".to_owned(), level: None },
        };
        let Some(base) = map.base() else {
            let edges = map.cells.iter().map(|cell| edge((cell.from, cell.to))).collect();
            return Self { edges, said: Vec::new() };
        };
        let what = match map.scale {
            Scale::Namespaces => "namespaces",
            Scale::Workloads => "workloads",
        };
        let said = format!(
            "between all {what} without a line to each other: {}; lines show what is otherwise",
            map.traffic(&base.most)
        );
        Self { edges: base.others.into_iter().map(edge).collect(), said: vec![said] }
    }
}

impl Map {
    /// The units by namespace; those without one last, under an empty name. In a map of namespaces nothing has a frame.
    pub(super) fn frames(&self) -> Vec<(&str, Vec<u32>)> {
        let mut frames: BTreeMap<(bool, &str), Vec<u32>> = BTreeMap::new();
        for (at, unit) in (0..).zip(&self.units) {
            let namespace = if unit.kind == Kind::Workload { unit.namespace.as_str() } else { "" };
            frames.entry((namespace.is_empty(), namespace)).or_default().push(at);
        }
        frames.into_iter().map(|((_, namespace), units)| (namespace, units)).collect()
    }
}

impl Unit {
    /// The second line of its box: `Deployment, 3 pods`.
    pub(super) fn detail(&self) -> String {
        let count =
            |what: &str| if self.size == 1 { format!("1 {what}") } else { format!("{} {what}s", self.size) };
        match (self.kind, self.all.as_slice()) {
            (Kind::Workload, [one]) => match one.split_once(' ') {
                Some((kind, _)) if kind != "Pod" => format!("{kind}, {}", count("pod")),
                _ => count("pod"),
            },
            (Kind::Workload | Kind::Namespace, _) => count("pod"),
            (Kind::Nodes, _) => count("node"),
            (Kind::Outside, [one]) if *one != self.name => one.clone(),
            (Kind::Outside, _) => "addresses outside the cluster".to_owned(),
        }
    }
}
