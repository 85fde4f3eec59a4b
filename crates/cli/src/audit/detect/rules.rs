//! Which rules are asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Result, bail};
use ironsides_detect::engine::Matching;
use ironsides_detect::falco::Outputs;
use ironsides_detect::rules::{Loaded, Rule, RuleSet};
use ironsides_detect::shipped;
use ironsides_streams::alert::AlertSpec;

use super::detector::SOURCE;
use crate::args::detect::{DetectArgs, WhichRules};
use crate::runtime::explain::find;
use crate::runtime::falco_alerts::FalcoAlerts;
use crate::runtime::remarks::is_filled;
use crate::runtime::rule_files::RuleFiles;
use crate::say::Say;

/// Rules that are asked, and how.
pub(super) struct Asked {
    pub(super) rules: Arc<RuleSet>,
    pub(super) loaded: Loaded,
    pub(super) matching: Matching,
    /// What was asked for and could not be read.
    pub(super) gaps: Vec<String>,
    /// Where alerts go by the `falco.yaml`, besides standard output.
    pub(super) alerts: Vec<AlertSpec>,
}

impl Asked {
    /// Reads and loads the rules that the arguments name, or those that are shipped, and leaves out what the arguments
    /// leave out. What is wrong with them is told on standard error.
    pub(super) fn load(args: &DetectArgs, say: &Say) -> Result<Self> {
        let mut files = RuleFiles::read(&args.files, &[])?;
        let is_own = files.is_empty() && files.gaps.is_empty();
        if is_own || args.shipped_rules {
            files.begin_with(shipped());
        }
        let (mut rules, loaded) = files.usable(say)?;
        let matching = match (args.matching, &files.config) {
            (Some(WhichRules::All), _) => Matching::All,
            (None, Some(config)) => config.matching,
            _ => Matching::First,
        };
        select(&mut rules, args)?;
        let outputs = files.config.as_ref().map(|config| &config.outputs).filter(|_| args.explain.is_none());
        let alerts = outputs.map(|outputs| alerts(outputs, say)).unwrap_or_default();
        let asked = Self { rules: Arc::new(rules), loaded, matching, gaps: files.gaps, alerts };
        asked.tell(say);
        if asked.count() == 0 {
            bail!(
                "no rule is left that is asked of audit events; --rules, --tag, --rule and --min-priority say which are"
            );
        }
        Ok(asked)
    }

    /// How many rules and correlations are asked.
    pub(super) fn count(&self) -> usize {
        all(&self.rules).filter(|rule| rule.enabled && rule.source == SOURCE).count()
    }

    /// Tells which rules cannot do what they say.
    fn tell(&self, say: &Say) {
        let others = all(&self.rules).filter(|rule| rule.source != SOURCE).count();
        if others > 0 {
            say.note(&format!(
                "{others} of the rules are for other events, and are not asked of audit events"
            ));
        }
        for rule in self.rules.rules.iter().filter(|rule| rule.enabled && rule.source == SOURCE) {
            let unfilled = self.rules.unsupported(rule, |field| is_filled(&rule.source, field));
            if !unfilled.is_empty() {
                let names: Vec<String> = unfilled.iter().map(ToString::to_string).collect();
                let (at, names) = (format!("{}:{}", rule.file, rule.line), names.join(", "));
                say.warning(&format!("{at}: rule {:?} asks for what no audit event has: {names}", rule.name));
            }
        }
    }
}

/// Where a `falco.yaml` sends alerts. Standard output is what `-o` says.
fn alerts(outputs: &Outputs, say: &Say) -> Vec<AlertSpec> {
    let FalcoAlerts { mut specs, notes } = FalcoAlerts::new(outputs);
    specs.retain(|spec| !matches!(spec, AlertSpec::Stdout { .. }));
    for note in &notes {
        say.warning(note);
    }
    if !specs.is_empty() {
        let names: Vec<String> = specs.iter().map(ToString::to_string).collect();
        say.note(&format!("alerts also go to {}, as the falco.yaml says", names.join(", ")));
    }
    specs
}

/// Rules, and correlations as such.
fn all(rules: &RuleSet) -> impl Iterator<Item = &Rule> {
    rules.rules.iter().chain(rules.correlations.iter().map(|known| &known.rule))
}

/// Disables what is not asked for.
fn select(rules: &mut RuleSet, args: &DetectArgs) -> Result<()> {
    let named = |word: &String| {
        let rule = find(rules, word)?;
        if rule.source != SOURCE {
            bail!("--rule: {:?} is for events of {}, not for audit events", rule.name, rule.source);
        }
        Ok(rule.name.clone())
    };
    let names: Vec<String> = args.rule.iter().map(named).collect::<Result<_>>()?;
    let tags: BTreeSet<&String> =
        all(rules).filter(|rule| rule.source == SOURCE).flat_map(|rule| &rule.tags).collect();
    if let Some(tag) = args.tag.iter().find(|tag| !tags.contains(tag)) {
        let near = tags.iter().map(|known| (strsim::damerau_levenshtein(tag, known), known)).min();
        let near = near.filter(|(distance, _)| *distance <= (tag.len() / 3).clamp(1, 4));
        let near = near.map(|(_, near)| format!("; did you mean {near}?")).unwrap_or_default();
        bail!("--tag: no rule for audit events has the tag {tag:?}{near}");
    }
    let keep = |rule: &Rule| {
        args.min_priority.is_none_or(|least| rule.priority <= least)
            && (args.tag.is_empty() || rule.tags.iter().any(|tag| args.tag.contains(tag)))
            && (names.is_empty() || names.contains(&rule.name))
    };
    for rule in &mut rules.rules {
        rule.enabled &= keep(rule);
    }
    for known in &mut rules.correlations {
        known.rule.enabled &= keep(&known.rule);
    }
    Ok(())
}

/// The same rules with one alone enabled.
pub(super) fn only(rules: &RuleSet, one: &Rule) -> Arc<RuleSet> {
    let mut rules = rules.clone();
    for rule in &mut rules.rules {
        rule.enabled = rule.name == one.name;
    }
    for known in &mut rules.correlations {
        known.rule.enabled = known.rule.name == one.name;
    }
    Arc::new(rules)
}
