//! From definitions to rules: lists spliced, macros resolved, fields found.

mod correlation;
mod macros;

use std::rc::Rc;
use std::sync::Arc;

use ironsides_tree::{Lines, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use super::collect::{near, place};
use super::definition::{Definitions, Exception, Origin, RuleText};
use super::events::too_many_event_types;
use super::exception::{self, Items};
use super::message::{Code, Message};
use super::part::Named;
use super::priority::Priority;
use super::snippet::Snippet;
use super::{Options, RuleFile};
use crate::correlation::Correlation;
use crate::engine::{Asked, Graph, GraphBuilder, NodeId, plan};
use crate::field::{Catalogue, FieldUse};
use crate::filter::{Check, Dialect, Expr, FilterError, Name, Right, parse, unquoted};
use crate::output::Output;

/// How many comparisons a condition may have once its macros are spliced in. Falco's largest rule has 248.
const MAX_CHECKS: usize = 1_000_000;

/// How many items a list may have with the lists in it spliced in, and how deep lists may nest.
const MAX_ITEMS: usize = 1_000_000;
const MAX_LISTS: usize = 200;

/// How deep a condition may nest with its macros spliced in, so that walking it needs little stack.
const MAX_DEPTH: usize = 550;

/// A rule, ready to be asked.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The name.
    pub name: String,
    /// What it finds.
    pub description: String,
    /// How bad that is.
    pub priority: Priority,
    /// The events it looks at: `syscall`, `k8s_audit`.
    pub source: String,
    /// Labels.
    pub tags: Vec<String>,
    /// Whether it is asked at all.
    pub enabled: bool,
    /// What is told when it fires.
    pub output: Output,
    /// The condition as written, lists spliced and exceptions added, macros by name.
    pub condition: Expr,
    /// Whether the event around it is to be recorded.
    pub capture: bool,
    /// For how many seconds.
    pub capture_duration: Option<i64>,
    /// The name of the file and the line it is defined in, from 1.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The exceptions that the condition has at its end, in that order.
    pub exceptions: Vec<ExceptionPlace>,
    pub(crate) node: NodeId,
}

/// An exception of a rule, and where it is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionPlace {
    /// The name.
    pub name: String,
    /// The name of the file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// Rules that were loaded together, in order.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The correlations.
    pub correlations: Vec<Correlation>,
    /// The macros that rules use, lists spliced.
    pub macros: FxHashMap<String, Expr>,
    pub(crate) graphs: FxHashMap<String, Arc<Graph>>,
}

impl RuleSet {
    /// The fields that a rule needs, in its condition and its output, in alphabetical order. Those of a correlation's own
    /// rule include what it groups by and counts.
    pub fn fields(&self, rule: &Rule) -> Vec<FieldUse> {
        let mut fields: Vec<FieldUse> = match self.graphs.get(&rule.source) {
            Some(graph) => graph.fields(rule.node),
            None => Vec::new(),
        };
        fields.extend(rule.output.fields().cloned());
        if let Some(known) = self.correlations.iter().find(|known| std::ptr::eq(&raw const known.rule, rule))
        {
            let mut asked = Vec::new();
            for source in known.group_by.iter().chain(&known.field).chain(&known.once_per) {
                source.fields(&mut asked);
            }
            fields.extend(asked.into_iter().cloned());
        }
        fields.sort_by_key(ToString::to_string);
        fields.dedup();
        fields
    }

    /// The fields of a rule's condition that nobody fills: it cannot do what it says.
    pub fn unsupported(&self, rule: &Rule, filled: impl Fn(&FieldUse) -> bool) -> Vec<FieldUse> {
        let fields = self.graphs.get(&rule.source).map(|graph| graph.fields(rule.node)).unwrap_or_default();
        fields.into_iter().filter(|field| !filled(field)).collect()
    }

    /// The comparisons of a rule in the order in which an engine that has seen no events yet makes them.
    pub fn asked(&self, rule: &Rule) -> Vec<Asked> {
        self.graphs.get(&rule.source).map(|graph| plan(graph, rule.node)).unwrap_or_default()
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// How many different comparisons the rules of a source make.
    pub fn comparisons(&self, source: &str) -> usize {
        self.graphs.get(source).map_or(0, |graph| graph.predicates().len())
    }
}

/// How large a condition is with its macros spliced in.
#[derive(Clone, Copy, Debug)]
struct Size {
    checks: usize,
    depth: usize,
}

struct Compiler<'a> {
    definitions: &'a Definitions,
    files: &'a [RuleFile<'a>],
    lines: &'a [Lines],
    options: &'a Options,
    messages: &'a mut Vec<Message>,
    /// Lists with the lists in them spliced in, once they were asked for.
    lists: Vec<Option<Items>>,
    used_lists: FxHashSet<usize>,
    used_tables: FxHashSet<usize>,
    /// How many lists are being spliced, one in the other.
    open_lists: usize,
    /// The lists that what is being read names itself.
    touched: Vec<usize>,
    named: Named,
    /// Conditions of macros, lists spliced. `None`: it cannot be used, and that was said.
    macros: Vec<Option<Rc<Expr>>>,
    used_macros: FxHashSet<usize>,
    builders: FxHashMap<String, GraphBuilder>,
    /// What macros are in the graph of a source.
    nodes: FxHashMap<(usize, String), Result<NodeId, FilterError>>,
    /// How many comparisons a macro comes to, and how deep it nests.
    sizes: FxHashMap<usize, Size>,
}

/// Checks definitions and makes rules of them.
pub(super) fn compile(
    definitions: &Definitions,
    files: &[RuleFile<'_>],
    lines: &[Lines],
    options: &Options,
    messages: &mut Vec<Message>,
) -> (RuleSet, Named) {
    let mut compiler = Compiler {
        definitions,
        files,
        lines,
        options,
        messages,
        lists: vec![None; definitions.lists.all.len()],
        used_lists: FxHashSet::default(),
        used_tables: FxHashSet::default(),
        open_lists: 0,
        touched: Vec::new(),
        named: Named::default(),
        macros: Vec::new(),
        used_macros: FxHashSet::default(),
        builders: FxHashMap::default(),
        nodes: FxHashMap::default(),
        sizes: FxHashMap::default(),
    };
    let rules = compiler.all();
    (rules, compiler.named)
}

impl Compiler<'_> {
    fn all(&mut self) -> RuleSet {
        for (index, known) in self.definitions.macros.all.iter().enumerate() {
            let context = format!("macro {:?}", known.name);
            // Macros see all lists, and the macros that were there when they were written.
            let origin = Origin { lists: usize::MAX, ..known.origin };
            let expr = self.read(&known.condition, &context, &origin).map(Rc::new);
            self.macros.push(expr);
            self.named.macros.insert(index, std::mem::take(&mut self.touched));
        }
        self.find_cycles();
        let mut rules = Vec::new();
        for (index, text) in self.definitions.rules.all.iter().enumerate() {
            if !text.known_source || text.priority > self.options.least {
                continue;
            }
            if let Some(rule) = self.rule(text) {
                rules.push(rule);
            }
            self.named.rules.insert(index, std::mem::take(&mut self.touched));
        }
        let mut correlations = Vec::new();
        for (index, text) in self.definitions.correlations.all.iter().enumerate() {
            correlations.extend(self.correlation(text));
            self.named.correlations.insert(index, std::mem::take(&mut self.touched));
        }
        // What a broken rule would have used is not known.
        if self.messages.iter().all(|message| message.severity != super::message::Severity::Error) {
            self.unused();
            self.unused_tables();
        }
        let used = self.definitions.macros.all.iter().zip(&self.macros).enumerate();
        let macros = used
            .filter(|(index, _)| self.used_macros.contains(index))
            .filter_map(|(_, (known, expr))| Some((known.name.clone(), Expr::clone(expr.as_ref()?))))
            .collect();
        let graphs = std::mem::take(&mut self.builders);
        let graphs =
            graphs.into_iter().map(|(source, builder)| (source, Arc::new(builder.finish()))).collect();
        RuleSet { rules, correlations, macros, graphs }
    }

    fn rule(&mut self, text: &RuleText) -> Option<Rule> {
        let context = format!("rule {:?}", text.name);
        let catalogue = Catalogue::of(&text.source)?;
        // Rules see everything, wherever it is defined.
        let origin = Origin { lists: usize::MAX, macros: usize::MAX, ..text.origin };
        let condition = self.read(&text.condition, &context, &origin)?;
        let (exception_places, exceptions) =
            self.exceptions(&text.exceptions, catalogue, &origin, &context)?.into_iter().unzip();
        let condition = exception::without(condition, exceptions);
        let at = place(self.files, self.lines, text.origin.file, text.origin.span);
        self.bounded(&condition, at, &context)?;
        let skip = text.skip_unknown_fields || self.options.skip_unknown_fields;
        let node = match self.node(&condition, &text.source, catalogue, &origin) {
            Ok(node) => node,
            Err(error) => {
                let contexts = vec![context, "condition".to_owned()];
                self.refused(skip, &text.origin, &text.condition, &error, contexts);
                return None;
            }
        };
        let mut output = match Output::new(&text.output.text, catalogue) {
            Ok(output) => output,
            Err(error) => {
                self.output_refused(skip, &text.origin, &text.output, error, context);
                return None;
            }
        };
        self.append(&text.origin, (&text.source, &text.name, &text.tags), &mut output, catalogue, &context)?;
        self.remarks((&text.origin, &text.source, text.warn_event_types), &condition, node, &context);
        let at = place(self.files, self.lines, text.origin.file, text.origin.span);
        Some(Rule {
            name: text.name.clone(),
            description: text.description.clone(),
            priority: text.priority,
            source: text.source.clone(),
            tags: text.tags.clone(),
            enabled: text.enabled,
            output,
            condition,
            capture: text.capture,
            capture_duration: text.capture_duration,
            file: at.as_ref().map(|at| at.name.clone()).unwrap_or_default(),
            line: at.map_or(0, |at| at.position.line),
            exceptions: exception_places,
            node,
        })
    }

    /// Adds to the output of something of a source, a name and tags what the options want there. `None` where that cannot
    /// be, which is said.
    fn append(
        &mut self,
        origin: &Origin,
        (source, name, tags): (&str, &str, &[String]),
        output: &mut Output,
        catalogue: Catalogue,
        context: &str,
    ) -> Option<()> {
        for (name, value) in &self.options.static_fields {
            output.add_fixed(name, value);
        }
        for append in self.options.appends.iter().filter(|append| append.is_about(source, name, tags)) {
            if let Err(error) = append.add(output, catalogue) {
                let at = place(self.files, self.lines, origin.file, origin.span);
                let contexts = vec![context.to_owned(), "append_output".to_owned()];
                self.say(Code::LoadErrCompileOutput, error.message, at, contexts, error.hint);
                return None;
            }
        }
        Some(())
    }

    /// Exceptions as conditions. `None` where one cannot be used, which was said.
    fn exceptions(
        &mut self,
        all: &[Exception],
        catalogue: Catalogue,
        origin: &Origin,
        context: &str,
    ) -> Option<Vec<(ExceptionPlace, Expr)>> {
        let mut exceptions = Vec::new();
        for known in all {
            match exception::condition(known, catalogue) {
                Ok(Some(expr)) => {
                    let at = place(self.files, self.lines, known.file, known.span);
                    let place = ExceptionPlace {
                        name: known.name.clone(),
                        file: at.as_ref().map(|at| at.name.clone()).unwrap_or_default(),
                        line: at.map_or(0, |at| at.position.line),
                    };
                    exceptions.push((place, self.splice(expr, origin)));
                }
                Ok(None) => {}
                Err(message) => {
                    let at = place(self.files, self.lines, known.file, known.span);
                    let contexts = vec![context.to_owned(), format!("exception {:?}", known.name)];
                    self.say(Code::LoadErrValidate, message, at, contexts, None);
                    return None;
                }
            }
        }
        Some(exceptions)
    }

    /// Whether a condition is no larger than conditions may be. `None` where it is, which was said.
    fn bounded(&mut self, condition: &Expr, at: Option<super::Place>, context: &str) -> Option<()> {
        let size = self.size(condition, 0);
        if size.checks <= MAX_CHECKS && size.depth <= MAX_DEPTH {
            return Some(());
        }
        let message = if size.depth > MAX_DEPTH {
            format!("the condition nests more than {MAX_DEPTH} deep with its macros spliced in")
        } else {
            format!("the condition has more than {MAX_CHECKS} comparisons with its macros spliced in")
        };
        self.say(Code::LoadErrCompileCondition, message, at, vec![context.to_owned()], None);
        None
    }

    /// Says that a condition cannot be used, or that its rule is left out because it wants to be (`skip`).
    fn refused(
        &mut self,
        skip: bool,
        origin: &Origin,
        snippet: &Snippet,
        error: &FilterError,
        contexts: Vec<String>,
    ) {
        let at = self.located(snippet, error.span, origin);
        let skip = error.unknown_field && skip;
        let code = if skip { Code::LoadUnknownFilter } else { Code::LoadErrCompileCondition };
        self.say(code, error.message.clone(), at, contexts, error.hint.clone());
    }

    /// The same of an output.
    fn output_refused(
        &mut self,
        skip: bool,
        origin: &Origin,
        snippet: &Snippet,
        error: FilterError,
        context: String,
    ) {
        if error.unknown_field && skip {
            let contexts = vec![context, "condition".to_owned()];
            return self.refused(skip, origin, snippet, &error, contexts);
        }
        let at = self.located(snippet, error.span, origin);
        let contexts = vec![context, "output".to_owned()];
        self.say(Code::LoadErrCompileOutput, error.message, at, contexts, error.hint);
    }

    /// Says what is odd about a condition that can be used: of which source, and whether that it looks at too many
    /// kinds of events.
    fn remarks(
        &mut self,
        (origin, source, event_types): (&Origin, &str, bool),
        condition: &Expr,
        node: NodeId,
        context: &str,
    ) {
        let at = place(self.files, self.lines, origin.file, origin.span);
        let contexts = || vec![context.to_owned(), "condition".to_owned()];
        let mut unsafe_check = None;
        condition.checks(&mut |check| {
            let mut compared = Vec::new();
            match &check.right {
                Right::Text(text) => compared.push(&**text),
                Right::List(items) => compared.extend(items.iter().map(|item| &**item)),
                _ => {}
            }
            let audit = matches!(&check.left, crate::filter::Operand::Field(field)
                if field.name.starts_with("ka.") || field.name.starts_with("jevt."));
            if audit && compared.contains(&"<NA>") {
                unsafe_check = Some(check.to_string());
            }
        });
        if let Some(check) = unsafe_check {
            let message = format!(
                "comparing a field value with <NA> is unsafe and can lead to unpredictable behavior \
                                   of the rule condition: {check}"
            );
            let hint = Some("ask \"not FIELD exists\" instead".to_owned());
            self.say(Code::LoadUnsafeNaCheck, message, at.clone(), contexts(), hint);
        }
        let remarks: Vec<String> = match self.builders.get(source) {
            Some(builder) => builder.remarks(node),
            None => Vec::new(),
        };
        for remark in remarks {
            self.say(Code::LoadCompileCondition, remark, at.clone(), contexts(), None);
        }
        let many = source == "syscall"
            && event_types
            && self.builders.get(source).is_some_and(|builder| too_many_event_types(builder, node));
        if many {
            let message =
                "Rule matches too many evt.type values. This has a significant performance penalty."
                    .to_owned();
            let hint = Some("add evt.type = … or evt.type in (…)".to_owned());
            self.say(Code::LoadNoEvttype, message, at, contexts(), hint);
        }
    }

    /// Reads a condition and splices lists into it.
    fn read(&mut self, snippet: &Snippet, context: &str, origin: &Origin) -> Option<Expr> {
        match parse(&snippet.text, Dialect::Newest) {
            Ok(expr) => Some(self.splice(expr, origin)),
            Err(error) => {
                let at = self.located(snippet, error.span, origin);
                let contexts = vec![context.to_owned(), "condition".to_owned()];
                self.say(Code::LoadErrCompileCondition, error.message, at, contexts, error.hint);
                None
            }
        }
    }

    fn splice(&mut self, expr: Expr, origin: &Origin) -> Expr {
        match expr {
            Expr::Or(parts) => Expr::Or(parts.into_iter().map(|part| self.splice(part, origin)).collect()),
            Expr::And(parts) => Expr::And(parts.into_iter().map(|part| self.splice(part, origin)).collect()),
            Expr::Not(part) => Expr::Not(Box::new(self.splice(*part, origin))),
            Expr::Check(check) => {
                let right = match check.right {
                    Right::List(items) => Right::List(self.spliced(&items, origin)),
                    Right::Word(name) => match self.visible_list(&name.text, origin) {
                        Some(list) => Right::List(self.list(list)),
                        None => Right::Word(name),
                    },
                    other => other,
                };
                Expr::Check(Box::new(Check { right, ..*check }))
            }
            other @ Expr::Macro(_) => other,
        }
    }

    /// The same of items that are not shared.
    fn spliced_all(&mut self, items: &[Box<str>], origin: &Origin) -> Items {
        let items: Items = items.iter().map(|item| unquoted(item)).collect();
        self.spliced(&items, origin)
    }

    /// Items with the items of lists in the place of their names.
    fn spliced(&mut self, items: &Items, origin: &Origin) -> Items {
        if let [only] = &**items {
            return match self.visible_list(only, origin) {
                Some(list) => self.list(list),
                None => Arc::clone(items),
            };
        }
        if !items.iter().any(|item| self.visible_list(item, origin).is_some()) {
            return Arc::clone(items);
        }
        let mut all = Vec::with_capacity(items.len());
        for item in items.iter() {
            match self.visible_list(item, origin) {
                Some(list) => all.extend(self.list(list).iter().cloned()),
                None => all.push(item.clone()),
            }
        }
        all.into()
    }

    fn visible_list(&self, name: &str, origin: &Origin) -> Option<usize> {
        self.definitions.lists.index(name).filter(|index| *index < origin.lists)
    }

    /// The items of a list, with the lists among them spliced in. A list only sees lists that were there before it.
    fn list(&mut self, index: usize) -> Items {
        self.used_lists.insert(index);
        if self.open_lists == 0 {
            self.touched.push(index);
        }
        if let Some(Some(items)) = self.lists.get(index) {
            return Arc::clone(items);
        }
        let Some(list) = self.definitions.lists.all.get(index) else { return Items::from([]) };
        // While a list is being spliced it is empty to itself.
        if let Some(place) = self.lists.get_mut(index) {
            *place = Some(Items::from([]));
        }
        let mut all: Vec<Box<str>> = Vec::with_capacity(list.items.len());
        let mut fault = None;
        self.open_lists += 1;
        for item in &list.items {
            match self.visible_list(item, &list.origin).filter(|other| *other != index) {
                Some(_) if self.open_lists > MAX_LISTS => {
                    fault = Some(format!("lists nest more than {MAX_LISTS} deep"));
                    break;
                }
                Some(other) => all.extend(self.list(other).iter().cloned()),
                None => all.push(unquoted(item)),
            }
            if all.len() > MAX_ITEMS {
                fault = Some(format!("the list has more than {MAX_ITEMS} items with the lists in it"));
                all.clear();
                break;
            }
        }
        self.open_lists -= 1;
        if let Some(fault) = fault {
            let at = place(self.files, self.lines, list.origin.file, list.origin.span);
            let context = vec![format!("list {:?}", list.name)];
            self.say(Code::LoadErrValidate, fault, at, context, None);
        }
        let items: Items = all.into();
        if let Some(place) = self.lists.get_mut(index) {
            *place = Some(Arc::clone(&items));
        }
        items
    }

    /// Puts an expression into the graph of a source.
    fn node(
        &mut self,
        expr: &Expr,
        source: &str,
        catalogue: Catalogue,
        origin: &Origin,
    ) -> Result<NodeId, FilterError> {
        Ok(match expr {
            Expr::Or(parts) | Expr::And(parts) => {
                let nodes: Result<Vec<NodeId>, FilterError> =
                    parts.iter().map(|part| self.node(part, source, catalogue, origin)).collect();
                let nodes = nodes?;
                let builder = self.builders.entry(source.to_owned()).or_default();
                if matches!(expr, Expr::Or(_)) { builder.or(nodes) } else { builder.and(nodes) }
            }
            Expr::Not(part) => {
                let node = self.node(part, source, catalogue, origin)?;
                self.builders.entry(source.to_owned()).or_default().not(node)
            }
            Expr::Check(check) => {
                self.builders.entry(source.to_owned()).or_default().check(check, catalogue)?
            }
            Expr::Macro(name) => self.macro_node(name, source, catalogue, origin)?,
        })
    }

    fn macro_node(
        &mut self,
        name: &Name,
        source: &str,
        catalogue: Catalogue,
        origin: &Origin,
    ) -> Result<NodeId, FilterError> {
        let known = self.definitions.macros.index(&name.text);
        let Some(index) = known.filter(|index| *index < origin.macros) else {
            let message = format!("Undefined macro '{}' used in filter.", name.text);
            let error = FilterError::new(message, name.span);
            if known.is_some() {
                return Err(
                    error.hint(format!("{} is defined further down; define it before it is used", name.text))
                );
            }
            let names: Vec<&str> = self.definitions.macros.all.iter().map(|known| &*known.name).collect();
            return Err(match near(&name.text, &names) {
                Some(near) => error.hint(format!("did you mean {near:?}?")),
                None => error,
            });
        };
        self.used_macros.insert(index);
        let key = (index, source.to_owned());
        if let Some(node) = self.nodes.get(&key) {
            return node.clone().map_err(|error| FilterError { span: name.span, ..error });
        }
        let broken = || FilterError::new(format!("macro '{}' cannot be used", name.text), name.span);
        let expr = self.macros.get(index).cloned().flatten().ok_or_else(broken)?;
        let origin = self.definitions.macros.all.get(index).map(|known| known.origin).ok_or_else(broken)?;
        let node = self.node(&expr, source, catalogue, &origin);
        let node = node.map_err(|error| FilterError {
            message: format!("macro '{}': {}", name.text, error.message),
            span: name.span,
            ..error
        });
        self.nodes.insert(key, node.clone());
        node
    }

    /// Says which macros and lists nothing uses.
    fn unused(&mut self) {
        for (index, known) in self.definitions.macros.all.iter().enumerate() {
            if !self.used_macros.contains(&index) {
                let at = place(self.files, self.lines, known.origin.file, known.origin.span);
                let context = vec![format!("macro {:?}", known.name)];
                self.say(
                    Code::LoadUnusedMacro,
                    "Macro not referred to by any other rule/macro".into(),
                    at,
                    context,
                    None,
                );
            }
        }
        for (index, list) in self.definitions.lists.all.iter().enumerate() {
            if !self.used_lists.contains(&index) {
                let at = place(self.files, self.lines, list.origin.file, list.origin.span);
                let context = vec![format!("list {:?}", list.name)];
                self.say(
                    Code::LoadUnusedList,
                    "List not referred to by any other rule/macro".into(),
                    at,
                    context,
                    None,
                );
            }
        }
    }

    fn located(&self, snippet: &Snippet, span: Span, origin: &Origin) -> Option<super::Place> {
        let found = if span.is_some() { snippet.locate(span, self.files) } else { None };
        let (file, span) = found.unwrap_or((origin.file, origin.span));
        place(self.files, self.lines, file, span)
    }

    fn say(
        &mut self,
        code: Code,
        text: String,
        place: Option<super::Place>,
        context: Vec<String>,
        hint: Option<String>,
    ) {
        self.messages.push(Message { severity: code.severity(), code, text, hint, place, context });
    }
}
