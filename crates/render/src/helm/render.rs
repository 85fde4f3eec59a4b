//! One rendering of a chart.

use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use ironsides_core::{Cause, Mark, Rendered, SourceFile};
use ironsides_tree::{Lines, Span, Text};
use rustc_hash::FxHashMap;

use super::capabilities::Capabilities;
use super::chart::{Part, syntax};
use super::loaded::Loaded;
use super::machine::{Fault, Machine, Named, Out, Scope};
use super::object::Object;
use super::options::{NamedText, Options};
use super::origin::{Origins, Place};
use super::output::{Output, Part as OutputPart};
use super::semver::{Range, Version};
use super::value::{Inner, Map, MapType, Slot, Value};
use super::{schema, settings, values};
use crate::RenderError;

/// The stack that templates run on, and how much of it they may use. Helm lets a template include itself a thousand
/// times, which is more than the stack of a worker thread holds.
const STACK: usize = 128 << 20;
const SMALL_STACK: usize = 512 << 10;

/// What the files of a chart give, by their names.
pub(crate) fn outputs(part: &Arc<Part>, options: &Options) -> Result<Vec<Output>, RenderError> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("helm".to_owned()).stack_size(STACK);
        match builder.spawn_scoped(scope, || run(part, options, STACK - (8 << 20))) {
            Ok(handle) => handle.join().unwrap_or_else(|_| {
                Err(chart_error(
                    part,
                    "rendering failed without a word".to_owned(),
                    "report the chart, please",
                ))
            }),
            // Without a thread the caller's stack has to do.
            Err(_) => run(part, options, SMALL_STACK),
        }
    })
}

fn chart_error(part: &Part, message: String, hint: &str) -> RenderError {
    RenderError::At {
        path: part.path.to_string(),
        line: None,
        column: None,
        message,
        hint: Some(hint.to_owned()),
    }
}

fn run(part: &Arc<Part>, options: &Options, stack: usize) -> Result<Vec<Output>, RenderError> {
    if part.metadata.is_library() {
        let message = format!("{} is a library chart, which gives no documents itself", part.metadata.name);
        return Err(chart_error(part, message, "render a chart that uses it"));
    }
    let capabilities = Rc::new(
        Capabilities::new(options).map_err(|why| chart_error(part, why, "give a version such as 1.37"))?,
    );
    let wanted = &part.metadata.kube_version;
    if !wanted.is_empty() {
        let version = Version::parse(&capabilities.kube.normal);
        if !Range::parse(wanted).zip(version).is_some_and(|(range, version)| range.holds(&version)) {
            let message =
                format!("the chart needs Kubernetes {wanted}, and this is {}", capabilities.kube.version);
            return Err(chart_error(part, message, "name another version with --kube-version"));
        }
    }
    missing_dependencies(part)?;
    let mut origins = Origins::new();
    let given = given_values(&mut origins, options)?;
    let mut chart = Loaded::new(part, &mut origins);
    let failed = |why| chart_error(part, why, "correct the values");
    chart.resolve(&given).map_err(failed)?;
    let values = values::coalesced(&chart, &given, false).map_err(failed)?;
    schema::check(&chart, &values)?;

    let mut files = Vec::new();
    let release = Value::map([
        ("Name", Value::str(&options.release)),
        ("Namespace", Value::str(&options.namespace)),
        ("IsUpgrade", Value::Bool(options.is_upgrade)),
        ("IsInstall", Value::Bool(!options.is_upgrade)),
        ("Revision", Value::int(1)),
        ("Service", Value::str("Helm")),
    ]);
    let shared = Shared { release, capabilities: Value::Object(Object::Capabilities(capabilities)) };
    let mut templates = Vec::new();
    collect(&chart, &shared, &values, None, &mut templates, &mut files);
    // Helm parses and runs what stands deepest first, and so the names of the upper charts win.
    templates.sort_by(|a, b| {
        let depth = |name: &str| name.matches('/').count();
        depth(&b.name).cmp(&depth(&a.name)).then_with(|| b.name.cmp(&a.name))
    });
    let mut scope = Scope::new(None);
    for template in &templates {
        let parsed = template.parsed.as_ref().map_err(|flaw| {
            let file = &template.source;
            let at = Lines::new(&file.text).position(&file.text, u32::try_from(flaw.at).unwrap_or(0));
            RenderError::At {
                path: file.path.to_string(),
                line: Some(at.line),
                column: Some(at.column),
                message: format!("cannot parse the template: {}", flaw.message),
                hint: None,
            }
        })?;
        for (at, body) in parsed.bodies.iter().enumerate() {
            let name = if body.name.is_empty() { Text::new(&template.name) } else { body.name.clone() };
            scope.add(name, Named { parsed: parsed.clone(), body: at, file: Some(template.number) });
        }
    }
    let scope = Rc::new(scope);
    let mut machine = Machine::new(options.now, stack);
    let mut rendered = Vec::new();
    for template in templates.iter().filter(|template| !template.partial) {
        let Some(named) = scope.find(&template.name).cloned() else { continue };
        template.context.set(
            "Template",
            Value::map([("Name", Value::str(&template.name)), ("BasePath", Value::str(&template.base))]),
        );
        let out = machine
            .render(&named, &scope, &Value::Map(template.context.clone()).into())
            .map_err(|fault| told(&fault, &template.source, &files))?;
        if !template.name.ends_with("NOTES.txt") && !out.text.trim().is_empty() {
            rendered.push((template.name.clone(), template.number, out));
        }
    }
    rendered.sort_by(|a, b| a.0.cmp(&b.0));
    let mut outputs = Vec::new();
    if options.include_crds {
        crds(&chart, &chart.name, &mut outputs);
    }
    let mut finisher = Finisher { files: &files, origins: &mut origins, sets: FxHashMap::default() };
    for (name, number, out) in rendered {
        if options.skip_tests && super::output::is_test(&out.text) {
            continue;
        }
        outputs.push(Output { name, part: OutputPart::Template, rendered: finisher.finish(number, out) });
    }
    Ok(outputs)
}

fn missing_dependencies(part: &Part) -> Result<(), RenderError> {
    let there = |name: &str| part.charts.iter().any(|below| below.metadata.name == name);
    let missing: Vec<&str> = part
        .metadata
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !there(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("charts that Chart.yaml names are missing in charts/: {}", missing.join(", "));
    Err(chart_error(part, message, "fetch them with helm dependency build"))
}

fn given_values(origins: &mut Origins, options: &Options) -> Result<Rc<Map>, RenderError> {
    let mut given = Map::new();
    for file in &options.values {
        let documents =
            values::read(&file.text).map_err(|error| syntax(&file.path, &file.text, "values", &error))?;
        given = values::merged(&given, &values::of_file(origins, file, &documents));
    }
    settings::apply(origins, options, &given).map_err(|(flag, why)| RenderError::At {
        path: flag,
        line: None,
        column: None,
        message: format!("cannot read the setting: {why}"),
        hint: None,
    })
}

struct Shared {
    release: Value,
    capabilities: Value,
}

/// A template in the place that it has in one rendering.
struct Placed {
    name: Arc<str>,
    base: String,
    /// Its number among all files.
    number: u32,
    source: NamedText,
    parsed: Result<Arc<super::machine::Parsed>, super::template::Flaw>,
    context: Rc<Map>,
    partial: bool,
}

fn collect(
    chart: &Loaded,
    shared: &Shared,
    values: &Rc<Map>,
    parent: Option<&str>,
    templates: &mut Vec<Placed>,
    files: &mut Vec<NamedText>,
) -> Rc<Map> {
    let full = match parent {
        None => chart.name.to_string(),
        Some(parent) => format!("{parent}/charts/{}", chart.name),
    };
    let wanted: Vec<_> = chart.wanted.iter().map(|wanted| &wanted.dependency).collect();
    let own = match parent {
        None => Map::with(MapType::Values, values.snapshot().into_iter().collect()),
        Some(_) => match values.get(&chart.name).map(|slot| slot.value) {
            Some(Value::Map(map)) => map,
            _ => Map::with(MapType::Values, std::collections::BTreeMap::new()),
        },
    };
    let files_value = Object::Files(Rc::new(chart.part.files.clone()));
    let below = Map::new();
    let Value::Map(context) = Value::map([
        ("Chart", chart.part.metadata.value(&chart.name, &wanted, parent.is_none())),
        ("Files", Value::Object(files_value)),
        ("Release", shared.release.clone()),
        ("Capabilities", shared.capabilities.clone()),
        ("Values", Value::Map(own.clone())),
        ("Subcharts", Value::Map(below.clone())),
    ]) else {
        return Map::new();
    };
    for inner in &chart.dependencies {
        let inner_context = collect(inner, shared, &own, Some(&full), templates, files);
        below.set(inner.name.clone(), Slot::from(Value::Map(inner_context)));
    }
    for template in &chart.part.templates {
        if chart.part.metadata.is_library() && !template.is_partial() {
            continue;
        }
        let number = u32::try_from(files.len()).unwrap_or(u32::MAX);
        files.push(template.file.clone());
        templates.push(Placed {
            name: format!("{full}/{}", template.name).into(),
            base: format!("{full}/templates"),
            number,
            source: template.file.clone(),
            parsed: template.parsed.clone(),
            context: context.clone(),
            partial: template.is_partial(),
        });
    }
    context
}

fn crds(chart: &Loaded, full: &str, outputs: &mut Vec<Output>) {
    for (name, file) in &chart.part.crds {
        let source = SourceFile { path: file.path.clone(), text: file.text.clone() };
        let mut out = Out::default();
        out.literal(&file.text, Some(Place { file: 0, span: Span::new(0, file.text.len()) }));
        let marks = out.marks.into_iter().map(|mark| Mark {
            output: Span { start: mark.start, end: mark.end },
            file: 0,
            span: mark.place.map_or(Span::NONE, |place| place.span),
            causes: Arc::new([]),
        });
        outputs.push(Output {
            name: format!("{full}/{name}").into(),
            part: OutputPart::Crd,
            rendered: Rendered { text: file.text.clone(), files: vec![source], marks: marks.collect() },
        });
    }
    for below in &chart.dependencies {
        crds(below, &format!("{full}/charts/{}", below.name), outputs);
    }
}

/// A fault of a template as an error.
fn told(fault: &Fault, template: &NamedText, files: &[NamedText]) -> RenderError {
    let position = |place: Place| {
        let file = files.get(place.file as usize)?;
        let at = Lines::new(&file.text).position(&file.text, place.span.start);
        Some((file, at))
    };
    let own = fault.place.and_then(position);
    let mut message = String::new();
    for (at, (call, place)) in fault.calls.iter().enumerate() {
        // One that calls itself is told once.
        if at > 0 && fault.calls.get(at - 1).is_some_and(|(before, _)| before == call) {
            if fault.calls.get(at + 1).is_none_or(|(next, _)| next != call) {
                message.push_str("and again: ");
            }
            continue;
        }
        message.push_str(call);
        if let Some((file, at)) = place.and_then(position) {
            _ = write!(message, " ({}:{}:{})", file.path, at.line, at.column);
        }
        message.push_str(": ");
    }
    message.push_str(&fault.message);
    RenderError::At {
        path: own.as_ref().map_or(&template.path, |(file, _)| &file.path).to_string(),
        line: own.as_ref().map(|(_, at)| at.line),
        column: own.as_ref().map(|(_, at)| at.column),
        message,
        hint: fault.hint.clone(),
    }
}

/// Makes what is told of a rendered text out of what the machine noted.
struct Finisher<'a> {
    files: &'a [NamedText],
    origins: &'a mut Origins,
    sets: FxHashMap<Vec<super::origin::Origin>, Arc<[Cause]>>,
}

impl Finisher<'_> {
    fn causes(&mut self, inner: &[super::origin::Origin]) -> Arc<[Cause]> {
        if let Some(known) = self.sets.get(inner) {
            return known.clone();
        }
        let made: Arc<[Cause]> = inner.iter().filter_map(|origin| self.origins.cause(*origin)).collect();
        self.sets.insert(inner.to_vec(), made.clone());
        made
    }

    fn finish(&mut self, number: u32, mut out: Out) -> Rendered {
        let lines = whole_lines(number, &out);
        out.marks.extend(lines);
        out.marks.sort_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end)));
        let mut numbers = vec![number];
        let mut marks = Vec::with_capacity(out.marks.len());
        for mark in &out.marks {
            let Some(place) = mark.place else { continue };
            let file = numbers.iter().position(|known| *known == place.file).unwrap_or_else(|| {
                numbers.push(place.file);
                numbers.len() - 1
            });
            marks.push(Mark {
                output: Span { start: mark.start, end: mark.end },
                file: u32::try_from(file).unwrap_or(0),
                span: place.span,
                causes: self.causes(mark.causes.as_slice()),
            });
        }
        let sources = numbers.iter().filter_map(|number| self.files.get(*number as usize));
        Rendered {
            text: out.text.into(),
            files: sources
                .map(|file| SourceFile { path: file.path.clone(), text: file.text.clone() })
                .collect(),
            marks,
        }
    }
}

/// A mark around each line that is made of more than one part, so that a value such as `"{{ a }}:{{ b }}"` has one.
fn whole_lines(number: u32, out: &Out) -> Vec<Inner> {
    let mut own: Vec<&Inner> =
        out.marks.iter().filter(|mark| mark.place.is_some_and(|place| place.file == number)).collect();
    own.sort_by_key(|mark| mark.start);
    let mut found = Vec::new();
    let mut at = 0;
    let mut start = 0_u32;
    for line in out.text.split_inclusive('\n') {
        let end = start + u32::try_from(line.len()).unwrap_or(u32::MAX);
        let first = at;
        while own.get(at).is_some_and(|mark| mark.start < end) {
            at += 1;
        }
        let marks: Vec<&&Inner> =
            own.get(first..at).unwrap_or_default().iter().filter(|mark| mark.end <= end).collect();
        start = end;
        let (Some(low), Some(high)) = (marks.first(), marks.iter().map(|mark| mark.end).max()) else {
            continue;
        };
        if marks.len() < 2 || marks.iter().any(|mark| mark.start == low.start && mark.end == high) {
            continue;
        }
        let spans = marks.iter().filter_map(|mark| mark.place).map(|place| place.span);
        let (from, to) =
            spans.fold((u32::MAX, 0), |(from, to), span| (from.min(span.start), to.max(span.end)));
        let reads: Vec<_> = marks.iter().flat_map(|mark| mark.causes.as_slice()).copied().collect();
        found.push(Inner {
            start: low.start,
            end: high,
            place: Some(Place { file: number, span: Span { start: from, end: to } }),
            causes: super::origin::Causes::of(&reads),
        });
    }
    found
}
