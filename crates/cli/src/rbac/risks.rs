//! `ironsides rbac risks`: dangerous permissions, and who has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_core::Severity;
use ironsides_rbac::{Family, Reach, Risk, RiskGrant, Risks, Subject};
use ironsides_report::plain;
use ironsides_tree::Text;
use serde_json::{Value, json};

use super::print::{emit, json_text, yaml};
use super::subjects::{identity, subjects};
use super::who_can::{named_json, subject_json};
use super::world::{AROUND, World, nothing};
use crate::args::rbac::{ReportFormat, RisksArgs};
use crate::exit::Exit;
use crate::say::Say;

/// A family shows so many rows in a table; `wide` shows all.
const ROWS: usize = 8;
/// A row names so many subjects.
const NAMES: usize = 3;

pub(crate) fn run(args: &RisksArgs, say: &Say) -> Result<Exit> {
    let world = World::with(&args.from.place(&[]), &AROUND, say)?;
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let risks = risks(args, &world)?;
    let open = world.open_all();
    emit(&args.output, |format| match format {
        ReportFormat::Table => Ok(table(&world, &risks, &open, Some(ROWS))),
        ReportFormat::Wide => Ok(table(&world, &risks, &open, None)),
        ReportFormat::Json => json_text("risks", &world, &open, answer(&world, &risks)),
        ReportFormat::Yaml => yaml(&json_text("risks", &world, &open, answer(&world, &risks))?),
        ReportFormat::Csv => Ok(csv(&world, &risks)),
    })?;
    if !risks.built_in.is_empty() && !args.built_in {
        let subjects: BTreeSet<String> = risks.built_in.iter().map(|risk| risk.subject.to_string()).collect();
        say.note(&format!(
            "{} subjects of Kubernetes itself are left out; --built-in shows them",
            subjects.len()
        ));
    }
    world.tell(&open, say);
    let failed =
        args.fail_on.0.map(|least| (least, risks.told.iter().filter(|risk| risk.severity >= least).count()));
    if let Some((least, count)) = failed.filter(|(_, count)| *count > 0) {
        let noun = if count == 1 { "risk" } else { "risks" };
        say.ending("failed", &format!("{count} {noun} of severity {least} or worse (--fail-on {least})"));
        return Ok(Exit::Findings);
    }
    Ok(world.exit(&open))
}

/// The risks that were asked for.
fn risks(args: &RisksArgs, world: &World) -> Result<Risks> {
    let around = world.surroundings();
    let mut risks = if args.subject.is_empty() {
        world.rbac.risks(&around)
    } else {
        let mut all = Risks::default();
        for subject in subjects(&args.subject, world)? {
            let of = world.rbac.risks_of(&identity(&subject), &around);
            all.told.extend(of.told);
            all.built_in.extend(of.built_in);
            all.implied += of.implied;
        }
        all
    };
    if args.built_in {
        risks.told.append(&mut risks.built_in);
        risks.told.sort_by_key(|risk| std::cmp::Reverse(risk.severity));
    }
    let wanted = |risk: &Risk| {
        (args.family.is_empty() || args.family.iter().any(|id| id == risk.family.id))
            && args.min_severity.is_none_or(|least| risk.severity >= least)
    };
    risks.told.retain(wanted);
    risks.built_in.retain(wanted);
    Ok(risks)
}

/// Subjects that have the same permission through the same roles.
#[derive(Default)]
struct Alike<'a> {
    subjects: Vec<&'a Subject>,
    cluster: bool,
    namespaces: BTreeSet<&'a Text>,
    names: BTreeSet<&'a Text>,
    through: String,
    bindings: Vec<String>,
}

/// Where a family stands: the worst first, then as families are told.
type Place = (std::cmp::Reverse<Severity>, usize);

fn table(world: &World, risks: &Risks, open: &[String], most: Option<usize>) -> String {
    let mut families: BTreeMap<Place, (&Family, Vec<&Risk>)> = BTreeMap::new();
    for risk in &risks.told {
        let place = ironsides_rbac::families().iter().position(|family| family.id == risk.family.id);
        let key = (std::cmp::Reverse(risk.severity), place.unwrap_or(usize::MAX));
        families.entry(key).or_insert_with(|| (risk.family, Vec::new())).1.push(risk);
    }
    let mut text = String::new();
    for ((severity, _), (family, risks)) in &families {
        _ = writeln!(text, "{:<8}  {}: {}", severity.0.as_str(), family.id, family.title);
        _ = writeln!(text, "          {}", family.attack);
        _ = writeln!(text, "          instead: {}", family.instead);
        let rows = alike(world, risks);
        let shown = most.unwrap_or(rows.len()).min(rows.len());
        // The last row is not hidden behind a line that is as long.
        let shown = if shown + 1 == rows.len() { rows.len() } else { shown };
        for row in rows.iter().take(shown) {
            row.write(&mut text, most.is_none());
        }
        if shown < rows.len() {
            let more: usize = rows.iter().skip(shown).map(|row| row.subjects.len()).sum();
            _ = writeln!(text, "  … and {more} more subjects; `--family {} -o wide` shows all", family.id);
        }
        text.push('\n');
    }
    let mut counts: BTreeMap<std::cmp::Reverse<Severity>, usize> = BTreeMap::new();
    let mut who: BTreeSet<String> = BTreeSet::new();
    for risk in &risks.told {
        *counts.entry(std::cmp::Reverse(risk.severity)).or_default() += 1;
        who.insert(risk.subject.to_string());
    }
    let counts: Vec<String> =
        counts.iter().map(|(severity, count)| format!("{count} {}", severity.0)).collect();
    let what = if counts.is_empty() { "whether there are risks" } else { "whether there are more" };
    let doubt = world.doubt(what, open);
    if !counts.is_empty() {
        let noun = if who.len() == 1 { "subject" } else { "subjects" };
        _ = writeln!(text, "{}; {} {noun}", counts.join(", "), who.len());
    } else if doubt.is_none() {
        text.push_str("no risks\n");
    }
    if let Some(doubt) = doubt {
        _ = writeln!(text, "{doubt}");
    }
    text
}

fn alike<'a>(world: &World, risks: &[&'a Risk]) -> Vec<Alike<'a>> {
    let mut rows: Vec<Alike<'a>> = Vec::new();
    let mut places: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for risk in risks {
        let through = roles(world, &risk.grants);
        let key = (through.clone(), risk.reach.cluster);
        let at = *places.entry(key).or_insert_with(|| {
            rows.push(Alike { through, cluster: risk.reach.cluster, ..Alike::default() });
            rows.len() - 1
        });
        let Some(row) = rows.get_mut(at) else { continue };
        row.subjects.push(&risk.subject);
        row.namespaces.extend(&risk.reach.namespaces);
        row.names.extend(&risk.reach.names);
        row.bindings.extend(
            risk.grants.iter().filter_map(|grant| Some(world.rbac.binding(grant.binding)?.to_string())),
        );
    }
    rows
}

/// The roles behind a risk.
fn roles(world: &World, grants: &[RiskGrant]) -> String {
    let mut all: Vec<String> = grants
        .iter()
        .filter_map(|grant| {
            let binding = world.rbac.binding(grant.binding)?;
            let role = grant.role.and_then(|role| world.rbac.role(role));
            let missing = || {
                let kind = if binding.role.cluster { "ClusterRole" } else { "Role" };
                format!("{kind} {}, which is not there", binding.role.name)
            };
            Some(role.map_or_else(missing, ToString::to_string))
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all.join(", ")
}

impl Alike<'_> {
    fn write(&self, text: &mut String, all: bool) {
        let most = if all { self.subjects.len() } else { NAMES };
        let mut who: Vec<String> = self.subjects.iter().take(most).map(ToString::to_string).collect();
        if self.subjects.len() > most {
            who.push(format!("and {} more", self.subjects.len() - most));
        }
        let place =
            if self.cluster { "whole cluster".to_owned() } else { some(&self.namespaces, "namespace", most) };
        let names = if self.names.is_empty() {
            String::new()
        } else {
            format!(", only {}", some(&self.names, "name", most))
        };
        _ = writeln!(text, "  {}", plain(&who.join(", ")));
        _ = writeln!(text, "    {}{}, through {}", plain(&place), plain(&names), plain(&self.through));
        let mut bindings = self.bindings.clone();
        bindings.sort_unstable();
        bindings.dedup();
        let shown = if all { bindings.len() } else { bindings.len().min(NAMES) };
        let more = bindings.len() - shown;
        bindings.truncate(shown);
        if more > 0 {
            bindings.push(format!("and {more} more"));
        }
        if !bindings.is_empty() {
            _ = writeln!(text, "    bound by {}", plain(&bindings.join(", ")));
        }
    }
}

/// `namespace shop`, `12 namespaces: a, b, c, …`.
fn some(names: &BTreeSet<&Text>, noun: &str, most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(|name| name.as_str()).collect();
    match (names.len(), shown.as_slice()) {
        (1, [name]) => format!("{noun} {name}"),
        (count, shown) if count > shown.len() => format!("{count} {noun}s: {}, …", shown.join(", ")),
        (count, shown) => format!("{count} {noun}s: {}", shown.join(", ")),
    }
}

/// Where a permission reaches, for people.
pub(super) fn reach_text(reach: &Reach) -> String {
    let names: BTreeSet<&Text> = reach.names.iter().collect();
    let namespaces: BTreeSet<&Text> = reach.namespaces.iter().collect();
    let place =
        if reach.cluster { "whole cluster".to_owned() } else { some(&namespaces, "namespace", NAMES) };
    if names.is_empty() { place } else { format!("{place}, only {}", some(&names, "name", NAMES)) }
}

pub(super) fn reach_json(reach: &Reach) -> Value {
    let texts = |texts: &[Text]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({ "cluster": reach.cluster, "namespaces": texts(&reach.namespaces), "names": texts(&reach.names) })
}

/// A risk for programs.
pub(super) fn risk_json(world: &World, risk: &Risk) -> Value {
    let grants = risk.grants.iter().filter_map(|grant| {
        let binding = world.rbac.binding(grant.binding)?;
        let role = grant.role.and_then(|role| world.rbac.role(role));
        let rules = grant.rules.iter().filter_map(|&at| {
            let role = role?;
            let rule = role.rules.get(at)?;
            Some(json!({
                "ruleIndex": at, "rule": rule, "ruleAt": world.places.rule(&world.inventory, role, at).json(),
            }))
        });
        let mut bound = named_json(binding.kind(), binding.namespace.as_deref(), &binding.name);
        bound["at"] = world.places.binding(&world.inventory, binding).json();
        Some(json!({
            "binding": bound,
            "subject": binding.subjects.get(grant.subject).map(subject_json),
            "role": role.map(|role| named_json(role.kind(), role.namespace.as_deref(), &role.name)),
            "rules": rules.collect::<Vec<_>>(),
        }))
    });
    json!({
        "family": risk.family.id, "title": risk.family.title, "severity": risk.severity,
        "subject": subject_json(&risk.subject), "reach": reach_json(&risk.reach), "grants": grants.collect::<Vec<_>>(),
    })
}

fn answer(world: &World, risks: &Risks) -> Value {
    let ids: BTreeSet<&str> = risks.told.iter().map(|risk| risk.family.id).collect();
    let families = ironsides_rbac::families().iter().filter(|family| ids.contains(family.id));
    let families = families.map(|family| {
        json!({ "id": family.id, "title": family.title, "attack": family.attack, "instead": family.instead })
    });
    json!({
        "families": families.collect::<Vec<_>>(),
        "risks": risks.told.iter().map(|risk| risk_json(world, risk)).collect::<Vec<_>>(),
        "builtIn": risks.built_in.len(), "implied": risks.implied,
    })
}

fn csv(world: &World, risks: &Risks) -> String {
    let heading = [
        "severity",
        "family",
        "title",
        "subject kind",
        "subject namespace",
        "subject name",
        "whole cluster",
        "namespaces",
        "only names",
        "bindings",
        "roles",
    ];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let join = |texts: &[Text]| texts.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
    for risk in &risks.told {
        let bindings =
            risk.grants.iter().filter_map(|grant| Some(world.rbac.binding(grant.binding)?.to_string()));
        rows.push(vec![
            risk.severity.to_string(),
            risk.family.id.to_owned(),
            risk.family.title.to_owned(),
            risk.subject.kind.as_str().to_owned(),
            risk.subject.namespace.to_string(),
            risk.subject.name.to_string(),
            if risk.reach.cluster { "yes" } else { "no" }.to_owned(),
            join(&risk.reach.namespaces),
            join(&risk.reach.names),
            bindings.collect::<Vec<_>>().join(", "),
            roles(world, &risk.grants),
        ]);
    }
    ironsides_report::csv(&rows)
}
