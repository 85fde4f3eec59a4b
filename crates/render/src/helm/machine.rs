//! What runs templates.

#![expect(clippy::unnecessary_box_returns, reason = "faults are large, and rare")]

use std::rc::Rc;
use std::sync::Arc;

use ironsides_tree::{Span, Text};
use rustc_hash::FxHashMap;

use super::functions::Function;
use super::origin::{Causes, Origin, Place};
use super::print::NO_VALUE;
use super::template::ast::{Body, Command, Expr, ExprKind, Node, Number, Pipeline};
use super::template::parse;
use super::value::{Slot, Str, Value};

mod fault;
mod field;
pub(crate) mod meter;
mod output;
mod range;

use fault::place_in;
pub(crate) use fault::{Fault, Problem, described};
pub(crate) use output::Out;

use meter::Meter;

/// Templates that were parsed from one text.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) text: Arc<str>,
    pub(crate) bodies: Vec<Body>,
}

/// A body among those that can be called by name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) parsed: Arc<Parsed>,
    pub(crate) body: usize,
    /// The file; `None` for the texts of `tpl`.
    pub(crate) file: Option<u32>,
}

/// The templates that can be called by name: those of all files, and in a `tpl` those that its text defines.
pub(crate) struct Scope {
    parent: Option<Rc<Scope>>,
    names: FxHashMap<Text, Named>,
}

impl Scope {
    pub(crate) fn new(parent: Option<Rc<Self>>) -> Self {
        Self { parent, names: FxHashMap::default() }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Named> {
        self.names.get(name).or_else(|| self.parent.as_ref()?.find(name))
    }

    /// Takes a body in, over one of the same name; an empty one takes no other's place.
    pub(crate) fn add(&mut self, name: Text, named: Named) {
        let empty = named.parsed.bodies.get(named.body).is_none_or(|body| body.empty);
        if !(empty && self.find(&name).is_some()) {
            self.names.insert(name, named);
        }
    }
}

/// Where the machine is: the text that it runs, and the names known there.
pub(crate) struct Frame<'a> {
    pub(crate) parsed: &'a Parsed,
    pub(crate) file: Option<u32>,
    pub(crate) scope: &'a Rc<Scope>,
    /// Where the variables of this body begin.
    base: usize,
}

struct Variable {
    name: Text,
    slot: Slot,
    /// The values that it was made from, where it is none of them.
    reads: Causes,
}

/// How a list of nodes was left.
#[derive(PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

type Step<T> = Result<T, Box<Fault>>;

/// How many bytes a chart may give.
const MOST_OUTPUT: usize = 64 << 20;

/// How often one template may be included within itself; Helm's own limit.
const MOST_INCLUDES: u32 = 1000;

/// The state of one rendering.
pub(crate) struct Machine {
    /// The time that `now` tells.
    pub(crate) now: i64,
    /// How many placeholder secrets were made, so that each differs.
    pub(crate) secrets: u64,
    pub(crate) regexes: FxHashMap<String, Option<Rc<regex::Regex>>>,
    out: Out,
    variables: Vec<Variable>,
    reads: Vec<Origin>,
    includes: FxHashMap<Text, u32>,
    texts: FxHashMap<Text, Arc<Parsed>>,
    written: usize,
    pub(crate) meter: Meter,
    /// Where the stack began, and how much of it may be used.
    stack: (usize, usize),
}

fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(&here).addr()
}

impl Machine {
    /// A machine that may use so many bytes of the stack from here on.
    pub(crate) fn new(now: i64, stack: usize) -> Self {
        Self {
            now,
            secrets: 0,
            regexes: FxHashMap::default(),
            out: Out::default(),
            variables: Vec::new(),
            reads: Vec::new(),
            includes: FxHashMap::default(),
            texts: FxHashMap::default(),
            written: 0,
            meter: Meter::default(),
            stack: (stack_pointer(), stack),
        }
    }

    /// Runs the template of a file.
    pub(crate) fn render(&mut self, named: &Named, scope: &Rc<Scope>, data: &Slot) -> Step<Out> {
        self.reads.clear();
        let mut out = self.execute(named, scope, data)?;
        out.remove(NO_VALUE);
        Ok(out)
    }

    fn execute(&mut self, named: &Named, scope: &Rc<Scope>, data: &Slot) -> Step<Out> {
        let used = self.stack.0.abs_diff(stack_pointer());
        if used > self.stack.1 {
            return Err(Fault::new("templates call each other too deep").into());
        }
        let Some(body) = named.parsed.bodies.get(named.body) else {
            return Err(Fault::new("a template is missing").into());
        };
        let mut data = data.clone();
        if matches!(data.value, Value::Null) {
            data.value = Value::Nil;
        }
        let before = std::mem::take(&mut self.out);
        let base = self.variables.len();
        self.variables.push(Variable {
            name: Text::new_static("$"),
            slot: data.clone(),
            reads: Causes::None,
        });
        let frame = Frame { parsed: &named.parsed, file: named.file, scope, base };
        let done = self.walk(&frame, &body.nodes, &data);
        self.variables.truncate(base);
        let out = std::mem::replace(&mut self.out, before);
        done.map(|_| out)
    }

    fn walk(&mut self, frame: &Frame<'_>, nodes: &[Node], dot: &Slot) -> Step<Flow> {
        for node in nodes {
            self.meter.step(1).map_err(|why| too_much(frame, node.span(), why))?;
            match node {
                Node::Text(span) => self.text(frame, *span)?,
                Node::Print(span, pipeline) => self.print(frame, *span, pipeline, dot)?,
                Node::If(branch) => {
                    let mark = self.variables.len();
                    let reads = self.reads.len();
                    let value = self.pipeline(frame, &branch.pipeline, dot)?;
                    self.reads.truncate(reads);
                    let nodes =
                        if value.value.truth() { Some(&branch.then) } else { branch.otherwise.as_ref() };
                    let flow = nodes.map_or(Ok(Flow::Next), |nodes| self.walk(frame, nodes, dot))?;
                    self.variables.truncate(mark);
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::With(branch) => {
                    let mark = self.variables.len();
                    let reads = self.reads.len();
                    let value = self.pipeline(frame, &branch.pipeline, dot)?;
                    self.reads.truncate(reads);
                    let flow = if value.value.truth() {
                        self.walk(frame, &branch.then, &value)?
                    } else if let Some(nodes) = &branch.otherwise {
                        self.walk(frame, nodes, dot)?
                    } else {
                        Flow::Next
                    };
                    self.variables.truncate(mark);
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::Range(branch) => {
                    let mark = self.variables.len();
                    let flow = self.range(frame, branch, dot)?;
                    self.variables.truncate(mark);
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                Node::Template { span, name, argument } => {
                    self.template(frame, *span, name, argument.as_ref(), dot)?;
                }
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::Next)
    }

    /// Counts text that was written, and the marks that it got.
    fn count(&mut self, frame: &Frame<'_>, span: Span, (bytes, marks): (usize, usize)) -> Step<()> {
        self.written += bytes;
        if self.written > MOST_OUTPUT {
            let limit = MOST_OUTPUT >> 20;
            return Err(too_much(frame, span, format!("the chart renders more than {limit} MiB")));
        }
        let marks = self.out.marks.len().saturating_sub(marks);
        self.meter.mark(marks).map_err(|why| too_much(frame, span, why))
    }

    fn text(&mut self, frame: &Frame<'_>, span: Span) -> Step<()> {
        let text = span.slice(&frame.parsed.text).unwrap_or_default();
        let marks = self.out.marks.len();
        self.out.literal(text, frame.file.map(|file| Place { file, span }));
        self.count(frame, span, (text.len(), marks))
    }

    fn print(&mut self, frame: &Frame<'_>, span: Span, pipeline: &Pipeline, dot: &Slot) -> Step<()> {
        let reads = self.reads.len();
        let value = self.pipeline(frame, pipeline, dot)?;
        if pipeline.names.is_empty() {
            let causes = Causes::of(self.reads.get(reads..).unwrap_or_default());
            if meter::weight(std::iter::once(&value.value)).is_none() {
                let why = format!("the value is longer than {} MiB", meter::LONGEST >> 20);
                return Err(too_much(frame, span, why));
            }
            let (before, marks) = (self.out.text.len(), self.out.marks.len());
            self.out.value(&value.value, frame.file.map(|file| Place { file, span }), causes);
            let bytes = self.out.text.len() - before;
            self.count(frame, span, (bytes, marks))?;
            self.fold_reads(reads);
        } else {
            self.reads.truncate(reads);
        }
        Ok(())
    }

    /// Keeps the list of what was read short where much was read twice.
    fn fold_reads(&mut self, from: usize) {
        if self.reads.len() - from > 64 {
            let causes = Causes::of(self.reads.get(from..).unwrap_or_default());
            self.reads.truncate(from);
            self.reads.extend_from_slice(causes.as_slice());
        }
    }

    fn template(
        &mut self,
        frame: &Frame<'_>,
        span: Span,
        name: &Text,
        argument: Option<&Pipeline>,
        dot: &Slot,
    ) -> Step<()> {
        let reads = self.reads.len();
        let data = match argument {
            Some(pipeline) => self.pipeline(frame, pipeline, dot)?,
            None => Slot::default(),
        };
        let named = frame.scope.find(name).cloned();
        let Some(named) = named else {
            return Err(self_fault_at(frame, span, no_template(name)));
        };
        let scope = frame.scope.clone();
        let out = self
            .execute(&named, &scope, &data)
            .map_err(|fault| fault.called(frame, span, || format!("in template {name:?}")))?;
        let causes = Causes::of(self.reads.get(reads..).unwrap_or_default());
        self.meter.mark(out.marks.len()).map_err(|why| too_much(frame, span, why))?;
        self.out.join(&out, frame.file.map(|file| Place { file, span }), causes);
        self.fold_reads(reads);
        Ok(())
    }

    /// `include`: runs a template by name.
    pub(crate) fn include(&mut self, frame: &Frame<'_>, name: &str, data: &Slot) -> Result<Slot, Problem> {
        let Some(named) = frame.scope.find(name).cloned() else {
            return Err(no_template(name).into());
        };
        let count = self.includes.entry(Text::new(name)).or_insert(0);
        if *count > MOST_INCLUDES {
            return Err(format!("template {name:?} includes itself without end").into());
        }
        *count += 1;
        let scope = frame.scope.clone();
        let out = self.execute(&named, &scope, data);
        if let Some(count) = self.includes.get_mut(name) {
            *count -= 1;
        }
        let out = out.map_err(|fault| Problem::Inside(fault, format!("in include {name:?}")))?;
        Ok(Value::Str(out.into_str()).into())
    }

    /// `tpl`: runs a text as a template.
    pub(crate) fn tpl(&mut self, frame: &Frame<'_>, text: &str, data: &Slot) -> Result<Slot, Problem> {
        if !text.contains("{{") {
            return Ok(Value::str(text.replace(NO_VALUE, "")).into());
        }
        let key = Text::new(text);
        let parsed = if let Some(parsed) = self.texts.get(&key) {
            parsed.clone()
        } else {
            let bodies = parse::parse("", text).map_err(|flaw| {
                let place = place_in(text, flaw.at);
                format!("the text given to tpl is no template ({place}): {}", flaw.message)
            })?;
            // A parsed text takes several times its length.
            self.meter.make(text.len().saturating_mul(16))?;
            let parsed = Arc::new(Parsed { text: text.into(), bodies });
            self.texts.insert(key, parsed.clone());
            parsed
        };
        let mut scope = frame.scope.clone();
        if parsed.bodies.len() > 1 {
            let mut inner = Scope::new(Some(scope));
            for (at, body) in parsed.bodies.iter().enumerate().filter(|(_, body)| !body.name.is_empty()) {
                inner.add(body.name.clone(), Named { parsed: parsed.clone(), body: at, file: None });
            }
            scope = Rc::new(inner);
        }
        let main = parsed.bodies.iter().position(|body| body.name.is_empty()).unwrap_or(0);
        let named = Named { parsed: parsed.clone(), body: main, file: None };
        let out = self.execute(&named, &scope, data);
        let mut out = out.map_err(|fault| Problem::Inside(fault, "in tpl".to_owned()))?;
        out.remove(NO_VALUE);
        Ok(Value::Str(out.into_str()).into())
    }

    fn find_variable(&mut self, frame: &Frame<'_>, name: &str) -> Option<&mut Variable> {
        let own = self.variables.get_mut(frame.base..)?;
        own.iter_mut().rev().find(|variable| variable.name == name)
    }

    fn pipeline(&mut self, frame: &Frame<'_>, pipeline: &Pipeline, dot: &Slot) -> Step<Slot> {
        let reads = self.reads.len();
        let mut value: Option<Slot> = None;
        for command in &pipeline.commands {
            let mut slot = self.command(frame, command, dot, value.take())?;
            if matches!(slot.value, Value::Null) {
                slot.value = Value::Nil;
            }
            value = Some(slot);
        }
        let value = value.unwrap_or_default();
        if !pipeline.names.is_empty() {
            let causes = if value.origin.is_some() {
                Causes::None
            } else {
                Causes::of(self.reads.get(reads..).unwrap_or_default())
            };
            for name in &pipeline.names {
                if pipeline.assigns {
                    if let Some(variable) = self.find_variable(frame, name) {
                        variable.slot = value.clone();
                        variable.reads = causes.clone();
                    }
                } else {
                    let variable =
                        Variable { name: name.clone(), slot: value.clone(), reads: causes.clone() };
                    self.variables.push(variable);
                }
            }
        }
        Ok(value)
    }

    fn command(
        &mut self,
        frame: &Frame<'_>,
        command: &Command,
        dot: &Slot,
        last: Option<Slot>,
    ) -> Step<Slot> {
        let head = &command.head;
        let calls = !command.args.is_empty() || last.is_some();
        match &head.kind {
            ExprKind::Function(function) => self.call(frame, function, head.span, &command.args, last, dot),
            ExprKind::Field(names) => {
                self.chain(frame, head, dot.clone(), names, &command.args, last.as_ref(), dot)
            }
            ExprKind::Variable(name, names) if !names.is_empty() => {
                let value = self.variable(frame, name);
                self.chain(frame, head, value, names, &command.args, last.as_ref(), dot)
            }
            ExprKind::Chain(inner, names) => {
                let value = self.expr(frame, inner, dot)?;
                self.chain(frame, head, value, names, &command.args, last.as_ref(), dot)
            }
            _ if calls => {
                let text = head.span.slice(&frame.parsed.text).unwrap_or_default();
                Err(self_fault_at(frame, head.span, format!("{text} is no function and takes no argument")))
            }
            ExprKind::Nil => Err(self_fault_at(frame, head.span, "nil alone does nothing".to_owned())),
            _ => self.expr(frame, head, dot),
        }
    }

    fn variable(&mut self, frame: &Frame<'_>, name: &str) -> Slot {
        let Some(variable) = self.find_variable(frame, name) else { return Slot::default() };
        let slot = variable.slot.clone();
        let causes = variable.reads.clone();
        if slot.origin.is_some() && !matches!(slot.value, Value::Map(_)) {
            self.reads.push(slot.origin);
        }
        self.reads.extend_from_slice(causes.as_slice());
        slot
    }

    /// The value of an operand that takes no arguments.
    fn expr(&mut self, frame: &Frame<'_>, expr: &Expr, dot: &Slot) -> Step<Slot> {
        Ok(match &expr.kind {
            ExprKind::Dot => {
                if dot.origin.is_some() {
                    self.reads.push(dot.origin);
                }
                dot.clone()
            }
            ExprKind::Nil => Value::Null.into(),
            ExprKind::Bool(value) => Value::Bool(*value).into(),
            ExprKind::Number(number) => number_value(*number).into(),
            ExprKind::Str(text) => Value::Str(Str { text: text.clone(), marks: None }).into(),
            ExprKind::Binary(bytes) => Value::Binary(bytes[..].into()).into(),
            ExprKind::Field(names) => self.chain(frame, expr, dot.clone(), names, &[], None, dot)?,
            ExprKind::Variable(name, names) => {
                if names.is_empty() {
                    let slot = self.variable(frame, name);
                    if slot.origin.is_some() && matches!(slot.value, Value::Map(_)) {
                        self.reads.push(slot.origin);
                    }
                    slot
                } else {
                    let value = self.variable(frame, name);
                    self.chain(frame, expr, value, names, &[], None, dot)?
                }
            }
            ExprKind::Chain(inner, names) => {
                let value = self.expr(frame, inner, dot)?;
                self.chain(frame, expr, value, names, &[], None, dot)?
            }
            ExprKind::Function(function) => self.call(frame, function, expr.span, &[], None, dot)?,
            ExprKind::Pipeline(pipeline) => self.pipeline(frame, pipeline, dot)?,
        })
    }

    fn call(
        &mut self,
        frame: &Frame<'_>,
        function: &'static Function,
        span: Span,
        args: &[Expr],
        last: Option<Slot>,
        dot: &Slot,
    ) -> Step<Slot> {
        let used = self.stack.0.abs_diff(stack_pointer());
        if used > self.stack.1 {
            return Err(self_fault_at(frame, span, "templates call each other too deep".to_owned()));
        }
        let count = args.len() + usize::from(last.is_some());
        if matches!(function.name, "and" | "or") {
            return self.short_circuit(frame, function, span, args, last, dot);
        }
        if let Some(wanted) = function.wrong_count(count) {
            let message = format!("{} takes {wanted}, and gets {count}", function.name);
            return Err(self_fault_at(frame, span, message));
        }
        let mut values = Vec::with_capacity(count);
        for (at, arg) in args.iter().enumerate() {
            let kind = function.param(at);
            let value = match (&arg.kind, kind) {
                (ExprKind::Number(number), kind) => kind.number(*number).map(Slot::from),
                _ => Some(self.expr(frame, arg, dot)?),
            };
            let fits = value.as_ref().is_some_and(|value| {
                kind.takes(&value.value)
                    && !(matches!(value.value, Value::Null)
                        && kind.refuses_null()
                        && !matches!(arg.kind, ExprKind::Nil))
            });
            let Some(value) = value.filter(|_| fits) else {
                let text = arg.span.slice(&frame.parsed.text).unwrap_or_default();
                let message = format!("{} needs {} where {text} stands", function.name, kind.described());
                return Err(self_fault_at(frame, arg.span, message));
            };
            values.push(value);
        }
        if let Some(last) = last {
            let kind = function.param(values.len());
            if !kind.takes(&last.value) {
                let got = described(&last.value);
                let message =
                    format!("{} needs {} from the pipeline, and gets {got}", function.name, kind.described());
                return Err(self_fault_at(frame, span, message));
            }
            values.push(last);
        }
        let measured = |why: String| too_much(frame, span, meter::named(function.name, why));
        self.meter.takes(function, &values).map_err(measured)?;
        let slot = (function.run)(self, frame, &values).map_err(|problem| match problem {
            Problem::Said(message, hint) => {
                let message = match function.name {
                    "fail" | "required" => message,
                    name => format!("{name}: {message}"),
                };
                let mut fault = self_fault_at(frame, span, message);
                fault.hint = hint;
                fault
            }
            Problem::Inside(fault, call) => fault.called(frame, span, || call),
        })?;
        self.meter.gives(&slot.value).map_err(measured)?;
        if slot.origin.is_some() {
            self.reads.push(slot.origin);
        }
        Ok(slot)
    }

    fn short_circuit(
        &mut self,
        frame: &Frame<'_>,
        function: &'static Function,
        span: Span,
        args: &[Expr],
        last: Option<Slot>,
        dot: &Slot,
    ) -> Step<Slot> {
        let mut value = None;
        for arg in args {
            let slot = self.expr(frame, arg, dot)?;
            let decided = slot.value.truth() == (function.name == "or");
            value = Some(slot);
            if decided {
                return Ok(value.unwrap_or_default());
            }
        }
        last.or(value).ok_or_else(|| self_fault_at(frame, span, format!("{} takes arguments", function.name)))
    }
}

fn no_template(name: &str) -> String {
    format!("there is no template {name:?}; look for it in templates/_helpers.tpl and in the library charts")
}

fn number_value(number: Number) -> Value {
    match number {
        Number { fraction: true, float: Some(float), .. } => Value::Float(float),
        Number { int: Some(int), .. } => Value::int(int),
        Number { float, .. } => Value::Float(float.unwrap_or_default()),
    }
}

fn self_fault(frame: &Frame<'_>, pipeline: &Pipeline, message: String) -> Box<Fault> {
    self_fault_at(frame, pipeline.span, message)
}

fn self_fault_at(frame: &Frame<'_>, span: Span, message: String) -> Box<Fault> {
    let mut fault = Fault::new(message);
    fault.locate(frame, span);
    Box::new(fault)
}

/// The error for a chart that uses more than it may.
fn too_much(frame: &Frame<'_>, span: Span, why: String) -> Box<Fault> {
    let mut fault = self_fault_at(frame, span, why);
    fault.hint = Some("look for a loop or a list that grows without end".to_owned());
    fault
}
