//! `ironsides audit coverage`: which attack techniques a policy records.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_audit::{Coverage, Recorded, Standing, Who};
use ironsides_report::{escape, plain};
use serde_json::{Value, json};

use super::policy::PolicyFile;
use super::words::{request_json, stages, what, who};
use crate::args::audit::{AuditFormat, CoverageArgs};
use crate::exit::Exit;
use crate::print::{code, emit, envelope, yaml};
use crate::say::Say;

/// A policy and what it records.
struct Covered {
    file: PolicyFile,
    techniques: Vec<Coverage>,
}

/// What is said of a standing, the worst first.
const STANDINGS: [(Standing, &str, &str); 3] = [
    (Standing::Unseen, "unseen", "no trace is left of some of their requests"),
    (Standing::Indistinct, "indistinct", "a trace is left, but not what tells it from everyday work"),
    (Standing::Covered, "covered", "recorded well enough"),
];

/// How many techniques a line names.
const SHOWN: usize = 6;

pub(crate) fn run(args: &CoverageArgs, say: &Say) -> Result<Exit> {
    let mut all = Vec::new();
    let mut gaps = Vec::new();
    for path in &args.policies {
        match PolicyFile::read(path, say)? {
            Some(file) => all.push(Covered { techniques: file.policy.coverage(), file }),
            None => gaps.push(format!("{} is no policy that the API server takes", path.display())),
        }
    }
    if all.is_empty() {
        return Ok(Exit::Incomplete);
    }
    let json = || -> Result<String> {
        let answer = json!({ "policies": all.iter().map(Covered::json).collect::<Vec<_>>() });
        let gaps: Vec<&String> = gaps.iter().collect();
        Ok(serde_json::to_string_pretty(&envelope("audit-coverage", &gaps, answer))? + "\n")
    };
    emit(&args.output, |format| match format {
        AuditFormat::Table => Ok(all.iter().map(|own| own.table(false)).collect::<Vec<_>>().join("\n")),
        AuditFormat::Wide => Ok(all.iter().map(|own| own.table(true)).collect::<Vec<_>>().join("\n")),
        AuditFormat::Markdown => Ok(all.iter().map(Covered::markdown).collect::<Vec<_>>().join("\n")),
        AuditFormat::Json => json(),
        AuditFormat::Yaml => yaml(&json()?),
    })?;
    let mut exit = if gaps.is_empty() { Exit::Clean } else { Exit::Incomplete };
    for covered in &all {
        for missed in covered.missed(args) {
            say.ending("failed", &format!("{}: {missed}", covered.file.name));
            exit = Exit::Findings;
        }
    }
    Ok(exit)
}

impl Covered {
    fn of(&self, standing: Standing) -> impl Iterator<Item = &Coverage> {
        self.techniques.iter().filter(move |coverage| coverage.standing() == standing)
    }

    fn count(&self, standing: Standing) -> usize {
        self.of(standing).count()
    }

    /// What the gates of the command line miss.
    fn missed(&self, args: &CoverageArgs) -> Vec<String> {
        let count = self.count(Standing::Covered);
        let too_few = args.min.filter(|min| count < *min);
        let mut missed: Vec<String> = too_few
            .map(|min| format!("{count} techniques are recorded well enough, fewer than {min} (--min)"))
            .into_iter()
            .collect();
        let required = |coverage: &&Coverage| args.require.iter().any(|id| id == coverage.technique.id);
        let weak = self.techniques.iter().filter(required).filter(|own| own.standing() != Standing::Covered);
        missed.extend(
            weak.map(|coverage| format!("{} is not recorded well enough (--require)", coverage.technique.id)),
        );
        missed
    }

    fn headline(&self) -> String {
        format!(
            "{} records {} of {} techniques well enough",
            self.file.name,
            self.count(Standing::Covered),
            self.techniques.len()
        )
    }

    /// What is recorded of an act, and by which rule.
    fn told(&self, coverage: &Coverage, act: &Recorded) -> String {
        let place = self.file.place(act.decision.rule);
        match act.standing(coverage.technique) {
            _ if act.decision.rule.is_none() => place,
            Standing::Unseen if act.decision.level == ironsides_audit::Level::None => {
                format!("None ({place})")
            }
            Standing::Unseen => format!("every stage is omitted ({place})"),
            Standing::Indistinct => {
                format!("{}, and {} is needed ({place})", act.decision.level, coverage.technique.needs)
            }
            Standing::Covered => {
                format!("{} at {} ({place})", act.decision.level, stages(act.stages))
            }
        }
    }

    /// What is not recorded well enough of a technique: every act with `wide`, and otherwise a line for each reason.
    fn weak(&self, coverage: &Coverage, wide: bool) -> Vec<String> {
        let weak = coverage.acts.iter().filter(|act| act.standing(coverage.technique) != Standing::Covered);
        if wide {
            return weak.map(|act| format!("{}: {}", what(&act.request), self.told(coverage, act))).collect();
        }
        let mut reasons: Vec<(String, Vec<&Recorded>)> = Vec::new();
        for act in weak {
            let told = self.told(coverage, act);
            match reasons.iter_mut().find(|(known, _)| *known == told) {
                Some((_, acts)) => acts.push(act),
                None => reasons.push((told, vec![act])),
            }
        }
        let line = |(told, acts): (String, Vec<&Recorded>)| {
            let example = acts.first().map(|act| what(&act.request)).unwrap_or_default();
            match acts.len() {
                1 => format!("{told}: {example}"),
                count if count == coverage.acts.len() => {
                    format!("{told}: all {count} requests, such as {example}")
                }
                count => format!("{told}: {count} of {} requests, such as {example}", coverage.acts.len()),
            }
        };
        reasons.into_iter().map(line).collect()
    }

    fn table(&self, wide: bool) -> String {
        let mut text = self.headline() + "\n";
        for (standing, word, meaning) in STANDINGS {
            let count = self.count(standing);
            if count == 0 {
                continue;
            }
            _ = writeln!(text, "\n{count} {word}: {meaning}");
            let widths = self.of(standing).map(|own| own.technique.id.len()).max().unwrap_or_default();
            for coverage in self.of(standing) {
                let technique = coverage.technique;
                _ = writeln!(text, "  {:widths$}  {:9}  {}", technique.id, technique.attack, technique.title);
                for line in self.weak(coverage, wide) {
                    _ = writeln!(text, "      {}", plain(&line));
                }
                if let Some(limit) = technique.limit().filter(|_| standing == Standing::Covered) {
                    _ = writeln!(text, "      {limit}");
                }
            }
        }
        let passes = self.passes();
        if !passes.is_empty() {
            text.push_str("\nRules name who leaves less of a trace\n");
        }
        for (who_acts, (rules, techniques)) in passes {
            let places: Vec<String> = rules.iter().map(|rule| self.file.place(Some(*rule))).collect();
            let shown = if wide { techniques.len() } else { SHOWN };
            let more = match techniques.len().saturating_sub(shown) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let names: Vec<&str> = techniques.into_iter().take(shown).collect();
            let told = format!("{} ({}): {}{more}", who(&who_acts), places.join(", "), names.join(", "));
            _ = writeln!(text, "  {}", plain(&told));
        }
        text
    }

    /// Who leaves less of a trace than others: by which rules, and of which techniques.
    fn passes(&self) -> BTreeMap<Who, (Vec<usize>, Vec<&'static str>)> {
        let mut passes: BTreeMap<Who, (Vec<usize>, Vec<&'static str>)> = BTreeMap::new();
        for coverage in &self.techniques {
            for (who, decision) in coverage.acts.iter().flat_map(|act| &act.milder) {
                let (rules, techniques) = passes.entry(who.clone()).or_default();
                rules.extend(decision.rule);
                techniques.push(coverage.technique.id);
            }
        }
        for (rules, techniques) in passes.values_mut() {
            rules.sort_unstable();
            rules.dedup();
            techniques.dedup();
        }
        passes
    }

    fn markdown(&self) -> String {
        let mut text = format!("## Audit coverage\n\n{}.\n", escape(&self.headline()));
        for (standing, word, meaning) in STANDINGS {
            if self.count(standing) == 0 {
                continue;
            }
            _ = write!(
                text,
                "\n### {} {word}: {meaning}\n\n| technique | ATT&CK | what happens | request | recorded |\n|---|---|---|---|---|\n",
                self.count(standing)
            );
            for coverage in self.of(standing) {
                let technique = coverage.technique;
                let shown = coverage
                    .acts
                    .iter()
                    .filter(|act| act.standing(technique) == standing || standing == Standing::Unseen);
                for (at, act) in shown.enumerate() {
                    let (id, attack, title) = if at == 0 {
                        let limit = technique.limit().map_or(String::new(), |limit| format!("; {limit}"));
                        (technique.id, technique.attack, technique.title.to_owned() + &limit)
                    } else {
                        ("", "", String::new())
                    };
                    let told = self.told(coverage, act);
                    _ = writeln!(
                        text,
                        "| {id} | {attack} | {title} | {} | {} |",
                        code(&what(&act.request)),
                        code(&told)
                    );
                }
            }
        }
        text
    }

    fn json(&self) -> Value {
        let word = |standing| STANDINGS.iter().find(|(own, ..)| *own == standing).map(|(_, word, _)| *word);
        let act_json = |coverage: &Coverage, act: &Recorded| {
            let milder: Vec<Value> = act
                .milder
                .iter()
                .map(|(own, decision)| {
                    let (kind, name) = match own {
                        Who::User(name) => ("user", name),
                        Who::Group(name) => ("group", name),
                    };
                    json!({ kind: name, "level": decision.level, "rule": self.file.rule_json(decision.rule) })
                })
                .collect();
            json!({
                "request": request_json(&act.request),
                "standing": word(act.standing(coverage.technique)),
                "level": act.decision.level,
                "stages": act.stages.iter().collect::<Vec<_>>(),
                "rule": self.file.rule_json(act.decision.rule),
                "milder": milder,
            })
        };
        let techniques: Vec<Value> = self
            .techniques
            .iter()
            .map(|coverage| {
                let technique = coverage.technique;
                json!({
                    "id": technique.id, "attack": technique.attack, "title": technique.title,
                    "needs": technique.needs, "limit": technique.limit(), "standing": word(coverage.standing()),
                    "acts": coverage.acts.iter().map(|act| act_json(coverage, act)).collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({
            "policy": self.file.name,
            "total": self.techniques.len(),
            "covered": self.count(Standing::Covered),
            "indistinct": self.count(Standing::Indistinct),
            "unseen": self.count(Standing::Unseen),
            "techniques": techniques,
        })
    }
}
