//! From correlations as written to correlations that can be asked.

use ironsides_tree::Span;

use super::super::collect::{near, place};
use super::super::definition::{CorrelationKeys, CorrelationText, Origin};
use super::super::exception;
use super::super::message::Code;
use super::super::priority::Priority;
use super::super::snippet::Snippet;
use super::{Compiler, ExceptionPlace, Rule};
use crate::correlation::{Correlation, Known, MAX_AT_LEAST, Nanoseconds, Type};
use crate::engine::NodeId;
use crate::field::Catalogue;
use crate::filter::{Dialect, Expr, FilterError, parse};
use crate::output::Output;
use crate::predicate::Source;

/// What tells the requests of a source apart, so that one that is logged twice counts once. The id alone does not: a
/// client may send one of its own with every request.
const REQUEST: [&str; 2] = ["ka.auditid", "jevt.value[/requestReceivedTimestamp]"];

/// A correlation whose parts are being read.
struct Reading<'t> {
    text: &'t CorrelationText,
    keys: &'t CorrelationKeys,
    origin: Origin,
    context: String,
    source: String,
    catalogue: Catalogue,
    exceptions: Vec<(ExceptionPlace, Expr)>,
    skip: bool,
}

impl Compiler<'_> {
    /// Reads a correlation. `None` where it cannot be used, which was said, or is not wanted.
    pub(super) fn correlation(&mut self, text: &CorrelationText) -> Option<Correlation> {
        let keys = &text.keys;
        let source = keys.source.clone().unwrap_or_else(|| "syscall".to_owned());
        let catalogue = Catalogue::of(&source)?;
        let priority = keys.priority?;
        if priority > self.options.least {
            return None;
        }
        let context = format!("correlation {:?}", text.name);
        let origin = Origin { lists: usize::MAX, macros: usize::MAX, ..text.origin };
        let exceptions = self.exceptions(&keys.exceptions, catalogue, &origin, &context)?;
        let skip = keys.skip_unknown_fields.unwrap_or(false) || self.options.skip_unknown_fields;
        let reading = Reading { text, keys, origin, context, source, catalogue, exceptions, skip };
        let kind = keys.kind?;
        let known_keys = self.fitting(&reading, kind);
        let (conditions, steps) = self.steps(&reading, kind)?;
        let unless = match &keys.unless {
            Some(snippet) => Some(self.condition(&reading, snippet, "unless")?.1),
            None => None,
        };
        known_keys?;
        let (timespan, at_least, quiet) = self.numbers(&reading, kind)?;
        let group_by = self.sources(&reading, keys.group_by.as_deref(), "group-by")?;
        let field = self.sources(&reading, keys.field.as_deref(), "field")?;
        let once_per = self.once_per(&reading, kind)?;
        let known = self.known(&reading, &group_by)?;
        let rule = self.as_rule(&reading, priority, conditions, &steps)?;
        if kind == Type::NewValue && keys.learn.is_none() && keys.known.is_none() {
            let message = "neither learn nor known is given: every first value of every group is told";
            self.mark(&reading, None, Code::LoadWarningExtension, message, Some("learn: {values: 1}"));
        }
        Some(Correlation {
            rule,
            kind,
            timespan,
            at_least,
            quiet,
            group_by,
            field,
            once_per,
            learn: keys.learn,
            limits: keys.limits.unwrap_or_default(),
            known,
            steps,
            unless,
        })
    }

    /// Whether every key that the type needs is there; says which keys mean nothing for it.
    fn fitting(&mut self, reading: &Reading<'_>, kind: Type) -> Option<()> {
        let (needs, idle): (&[&str], &[&str]) = match kind {
            Type::EventCount => (&["condition", "timespan", "at-least"], &["steps", "learn", "known"]),
            Type::ValueCount => {
                (&["condition", "timespan", "at-least", "field"], &["steps", "once-per", "learn", "known"])
            }
            Type::Temporal | Type::TemporalOrdered => {
                (&["steps", "timespan"], &["condition", "once-per", "learn", "known", "at-least"])
            }
            Type::NewValue => (&["condition", "field"], &["steps", "once-per", "at-least", "unless"]),
        };
        let has = |key: &str| {
            reading.keys.places.contains_key(key)
                || (key == "timespan" && reading.keys.places.contains_key("maxspan"))
        };
        let mut complete = Some(());
        for key in needs.iter().filter(|key| !has(key)) {
            let message = format!("Item has no mapping for key '{key}', which {} needs", kind.name());
            self.mark(reading, None, Code::LoadErrYamlValidate, &message, None);
            complete = None;
        }
        for key in idle.iter().filter(|key| has(key)) {
            let message = format!("'{key}' means nothing for {}", kind.name());
            self.mark(reading, Some(key), Code::LoadUnknownKey, &message, None);
        }
        complete
    }

    /// The conditions of the steps, and where they are in the graph.
    fn steps(&mut self, reading: &Reading<'_>, kind: Type) -> Option<(Vec<Expr>, Vec<NodeId>)> {
        let snippets: &[Snippet] = if kind.has_steps() {
            reading.keys.steps.as_deref().unwrap_or_default()
        } else {
            reading.keys.condition.as_slice()
        };
        let key = if kind.has_steps() { "steps" } else { "condition" };
        if kind.has_steps() && snippets.len() == 1 {
            let message = "there must be two steps or more";
            self.mark(reading, Some("steps"), Code::LoadErrValidate, message, None);
            return None;
        }
        let mut all = (Vec::new(), Vec::new());
        let mut whole = Some(());
        for snippet in snippets {
            match self.condition(reading, snippet, key) {
                Some((expr, node)) => {
                    all.0.push(expr);
                    all.1.push(node);
                }
                None => whole = None,
            }
        }
        whole.map(|()| all)
    }

    /// A condition with the exceptions taken out, and where it is in the graph.
    fn condition(&mut self, reading: &Reading<'_>, snippet: &Snippet, key: &str) -> Option<(Expr, NodeId)> {
        let Reading { origin, context, source, .. } = reading;
        let expr = self.read(snippet, context, origin)?;
        let exceptions = if key == "unless" { &[][..] } else { &reading.exceptions };
        let exceptions = exceptions.iter().map(|(_, expr)| expr.clone()).collect();
        let expr = exception::without(expr, exceptions);
        let at = self.located(snippet, Span::NONE, origin);
        self.bounded(&expr, at, context)?;
        match self.node(&expr, source, reading.catalogue, origin) {
            Ok(node) => {
                self.remarks((origin, source, false), &expr, node, context);
                Some((expr, node))
            }
            Err(error) => {
                self.refused(reading.skip, origin, snippet, &error, vec![context.clone(), key.to_owned()]);
                None
            }
        }
    }

    /// Timespan, threshold, and for how long a group is quiet.
    fn numbers(
        &mut self,
        reading: &Reading<'_>,
        kind: Type,
    ) -> Option<(Option<Nanoseconds>, usize, Nanoseconds)> {
        let keys = reading.keys;
        if keys.timespan == Some(0) {
            let key = if keys.places.contains_key("timespan") { "timespan" } else { "maxspan" };
            self.mark(reading, Some(key), Code::LoadErrValidate, "the timespan is empty", None);
            return None;
        }
        let at_least = match kind {
            Type::Temporal | Type::TemporalOrdered => keys.steps.as_ref().map_or(1, Vec::len),
            Type::NewValue => 1,
            Type::EventCount | Type::ValueCount => keys.at_least.unwrap_or(1),
        };
        if !(1..=MAX_AT_LEAST).contains(&at_least) {
            let message = format!("'at-least' must be between 1 and {MAX_AT_LEAST}");
            self.mark(reading, Some("at-least"), Code::LoadErrValidate, &message, None);
            return None;
        }
        let quiet = match kind {
            Type::NewValue => keys.quiet.unwrap_or(0),
            _ => keys.quiet.or(keys.timespan).unwrap_or(0),
        };
        Some((keys.timespan, at_least, quiet))
    }

    /// Fields, or transformers over fields.
    fn sources(
        &mut self,
        reading: &Reading<'_>,
        snippets: Option<&[Snippet]>,
        key: &str,
    ) -> Option<Vec<Source>> {
        let mut all = Vec::new();
        for snippet in snippets.unwrap_or_default() {
            match source(&snippet.text, reading.catalogue) {
                Ok(source) => all.push(source),
                Err(error) => {
                    let contexts = vec![reading.context.clone(), key.to_owned()];
                    self.refused(reading.skip, &reading.origin, snippet, &error, contexts);
                    return None;
                }
            }
        }
        Some(all)
    }

    /// What makes two events one. Of audit events every request counts once unless something else is asked for.
    fn once_per(&mut self, reading: &Reading<'_>, kind: Type) -> Option<Vec<Source>> {
        if kind != Type::EventCount {
            return Some(Vec::new());
        }
        let written = reading.keys.once_per.as_deref();
        let word = match written {
            Some([only]) => Some(only.text.as_str()),
            _ => None,
        };
        let by_default = written.is_none() && reading.source == "k8s_audit";
        if by_default || (word == Some("request") && reading.source == "k8s_audit") {
            return Some(REQUEST.iter().filter_map(|field| source(field, reading.catalogue).ok()).collect());
        }
        if word == Some("event") {
            return Some(Vec::new());
        }
        self.sources(reading, written, "once-per")
    }

    /// The values that are never new: those of tables by group, those of lists and bare ones in every group.
    fn known(&mut self, reading: &Reading<'_>, group_by: &[Source]) -> Option<Known> {
        let mut known = Known::default();
        for snippet in reading.keys.known.iter().flatten() {
            let name = &*snippet.text;
            if let Some(at) = self.definitions.tables.index(name) {
                self.used_tables.insert(at);
                let Some(table) = self.definitions.tables.all.get(at) else { continue };
                if group_by.is_empty() {
                    let message = format!("table {name:?} holds values by group, and there is no group-by");
                    let hint = Some("add group-by, or name a list");
                    self.mark(reading, Some("known"), Code::LoadErrValidate, &message, hint);
                    return None;
                }
                for (row, items) in &table.rows {
                    let items = self.spliced_all(items, &table.origin);
                    known.add_row(row, items.iter().map(|item| &**item));
                }
            } else if let Some(list) = self.visible_list(name, &reading.origin) {
                self.list(list).iter().for_each(|item| known.everywhere.add(item));
            } else {
                let lists = self.definitions.lists.all.iter().map(|list| &*list.name);
                let tables = self.definitions.tables.all.iter().map(|table| &*table.name);
                let names: Vec<&str> = lists.chain(tables).collect();
                if let Some(near) = near(name, &names) {
                    let message = format!("{name:?} names no list and no table, and is taken as a value");
                    let hint = format!("did you mean {near:?}?");
                    self.mark(reading, Some("known"), Code::LoadWarningExtension, &message, Some(&hint));
                }
                known.everywhere.add(&crate::filter::unquoted(name));
            }
        }
        Some(known)
    }

    /// What a correlation has in common with rules.
    fn as_rule(
        &mut self,
        reading: &Reading<'_>,
        priority: Priority,
        mut conditions: Vec<Expr>,
        steps: &[NodeId],
    ) -> Option<Rule> {
        let Reading { text, keys, origin, context, source, .. } = reading;
        let output = keys.output.as_ref()?;
        let catalogue = Catalogue::of_correlations(source)?;
        let mut output = match Output::new(&output.text, catalogue) {
            Ok(output) => output,
            Err(error) => {
                self.output_refused(reading.skip, origin, output, error, context.clone());
                return None;
            }
        };
        self.append(origin, (source, &text.name, &keys.tags), &mut output, catalogue, context)?;
        let condition =
            if conditions.len() == 1 { conditions.pop()? } else { Expr::Or(std::mem::take(&mut conditions)) };
        let node = self.builders.entry(source.clone()).or_default().or(steps.to_vec());
        let at = place(self.files, self.lines, origin.file, origin.span);
        Some(Rule {
            name: text.name.clone(),
            description: keys.description.clone().unwrap_or_default(),
            priority,
            source: source.clone(),
            tags: keys.tags.clone(),
            enabled: keys.enabled.unwrap_or(true),
            output,
            condition,
            capture: false,
            capture_duration: None,
            file: at.as_ref().map(|at| at.name.clone()).unwrap_or_default(),
            line: at.map_or(0, |at| at.position.line),
            exceptions: reading.exceptions.iter().map(|(place, _)| place.clone()).collect(),
            node,
        })
    }

    /// Says something about a key of a correlation, or about the whole.
    fn mark(
        &mut self,
        reading: &Reading<'_>,
        key: Option<&str>,
        code: Code,
        message: &str,
        hint: Option<&str>,
    ) {
        let origin = (reading.text.origin.file, reading.text.origin.span);
        let (file, span) = key.and_then(|key| reading.keys.places.get(key)).copied().unwrap_or(origin);
        let at = place(self.files, self.lines, file, span);
        let contexts = vec![reading.context.clone()];
        self.say(code, message.to_owned(), at, contexts, hint.map(str::to_owned));
    }

    /// Says which tables nothing uses.
    pub(super) fn unused_tables(&mut self) {
        for (index, table) in self.definitions.tables.all.iter().enumerate() {
            if !self.used_tables.contains(&index) {
                let at = place(self.files, self.lines, table.origin.file, table.origin.span);
                let contexts = vec![format!("table {:?}", table.name)];
                let message = "Table not referred to by any correlation".to_owned();
                self.say(Code::LoadUnusedList, message, at, contexts, None);
            }
        }
    }
}

/// Reads a field or a transformer as a condition would.
fn source(text: &str, catalogue: Catalogue) -> Result<Source, FilterError> {
    let asked = format!("{text} exists");
    let fault = || FilterError::new(format!("{text:?} is no field"), Span::new(0, text.len()));
    match parse(&asked, Dialect::Newest) {
        Ok(Expr::Check(check)) => Source::new(&check.left, catalogue),
        _ => Err(fault()),
    }
}
