//! A chart and the charts below it, on their way to one rendering: enabled, renamed, with imported values.

use std::rc::Rc;
use std::sync::Arc;

use ironsides_tree::Text;

use super::chart::{Dependency, Part};
use super::origin::Origins;
use super::semver::{Range, Version};
use super::value::{Map, Slot, Value};
use super::values;

/// A chart in one rendering. The same chart may stand more than once, under other names.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) part: Arc<Part>,
    /// Its name, or the alias that it goes by.
    pub(crate) name: Text,
    pub(crate) values: Rc<Map>,
    pub(crate) dependencies: Vec<Loaded>,
    /// What its `Chart.yaml` says of those below it, without the disabled.
    pub(crate) wanted: Vec<Wanted>,
}

/// A dependency by the name that it goes by.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) name: Text,
    pub(crate) dependency: Dependency,
    enabled: bool,
}

impl Loaded {
    /// The chart with all that stands in its `charts/`.
    pub(crate) fn new(part: &Arc<Part>, origins: &mut Origins) -> Self {
        let values = match &part.values {
            Some((file, documents)) => values::of_file(origins, file, documents),
            None => Map::new(),
        };
        let wanted = part.metadata.dependencies.iter().map(|dependency| Wanted {
            name: Text::new(&dependency.name),
            dependency: dependency.clone(),
            enabled: true,
        });
        Self {
            part: part.clone(),
            name: Text::new(&part.metadata.name),
            values,
            wanted: wanted.collect(),
            dependencies: part.charts.iter().map(|below| Self::new(below, origins)).collect(),
        }
    }

    /// Keeps those of the charts below that the values enable, under their aliases, and takes over the values that
    /// are imported from them.
    pub(crate) fn resolve(&mut self, given: &Rc<Map>) -> Result<(), String> {
        self.enable(given, "")?;
        self.import()
    }

    fn enable(&mut self, given: &Rc<Map>, path: &str) -> Result<(), String> {
        if self.wanted.is_empty() {
            return Ok(());
        }
        let fits = |below: &Self, dependency: &Dependency| {
            *below.name == *dependency.name && compatible(&dependency.version, &below.part.metadata.version)
        };
        let mut kept: Vec<Self> = Vec::new();
        for below in &self.dependencies {
            if !self.wanted.iter().any(|wanted| fits(below, &wanted.dependency)) {
                kept.push(below.clone());
            }
        }
        for wanted in &mut self.wanted {
            if let Some(found) = self.dependencies.iter().find(|below| fits(below, &wanted.dependency)) {
                let mut found = found.clone();
                if let Some(alias) = &wanted.dependency.alias {
                    found.name = Text::new(alias);
                }
                kept.push(found);
            }
            if let Some(alias) = &wanted.dependency.alias {
                wanted.name = Text::new(alias);
            }
        }
        self.dependencies = kept;
        let all = values::coalesced(self, given, false)?;
        let tags = values::table_at(&all, "tags");
        for wanted in &mut self.wanted {
            let named: Vec<bool> = wanted
                .dependency
                .tags
                .iter()
                .filter_map(|tag| match tags.as_ref()?.get(tag)?.value {
                    Value::Bool(value) => Some(value),
                    _ => None,
                })
                .collect();
            wanted.enabled = named.is_empty() || named.contains(&true);
            let conditions = wanted.dependency.condition.trim().split(',').filter(|path| !path.is_empty());
            for condition in conditions {
                if let Some(Value::Bool(value)) = values::value_at(&all, &format!("{path}{condition}")) {
                    wanted.enabled = value;
                    break;
                }
            }
        }
        let removed: Vec<Text> =
            self.wanted.iter().filter(|wanted| !wanted.enabled).map(|wanted| wanted.name.clone()).collect();
        self.dependencies.retain(|below| !removed.contains(&below.name));
        self.wanted.retain(|wanted| !removed.contains(&wanted.name));
        for below in &mut self.dependencies {
            let path = format!("{path}{}.", below.name);
            below.enable(&all, &path)?;
        }
        Ok(())
    }

    fn import(&mut self) -> Result<(), String> {
        for below in &mut self.dependencies {
            below.import()?;
        }
        if self.wanted.is_empty() {
            return Ok(());
        }
        let all = values::coalesced(self, &Map::new(), true)?;
        let imported = Map::new();
        for wanted in &self.wanted {
            for import in &wanted.dependency.imports {
                let Some(table) = values::table_at(&all, &format!("{}.{}", wanted.name, import.child)) else {
                    continue;
                };
                let table = values::copied(&table);
                let table = match import.parent.as_str() {
                    "." => table,
                    parent => parent.rsplit('.').fold(table, |inner, key| {
                        let map = Map::new();
                        map.set(Text::new(key), Slot::from(Value::Map(inner)));
                        map
                    }),
                };
                values::tables(&imported, &table, true);
            }
        }
        let all = values::copied(&all);
        values::tables(&all, &imported, true);
        self.values = all;
        Ok(())
    }
}

/// Whether a version lies in a range; one that cannot be read never does.
fn compatible(range: &str, version: &str) -> bool {
    match (Range::parse(range), Version::parse(version)) {
        (Some(range), Some(version)) => range.holds(&version),
        _ => false,
    }
}
