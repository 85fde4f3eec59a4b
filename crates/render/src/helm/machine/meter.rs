//! What one rendering may use, so that each ends soon and none takes all memory: steps, text and the size of values.

use std::rc::Rc;

use ironsides_tree::Text;

use crate::helm::functions::Function;
use crate::helm::value::{Inner, MAX_DEPTH, Slot, Value};

/// How long a string may become, and how much a value may weigh that is written, copied or compared whole; in bytes.
/// Functions whose result is longer may stop early: the machine refuses it.
pub(crate) const LONGEST: usize = 64 << 20;

/// How many items a list may have.
pub(crate) const MOST_ITEMS: usize = 1 << 20;

/// How many bytes all values together may take that are made.
const MOST_MADE: usize = 2 << 30;

/// How many nodes may be run and values be made; work on long values counts as several.
const MOST_STEPS: u64 = 20_000_000;

/// How many bytes or items one step works on.
const A_STEP: usize = 128;

/// What a node of a value weighs besides its text.
const NODE: usize = 64;

/// Functions that hand values on, and do not look into the items of what they take.
const SHALLOW: &[&str] = &[
    "all",
    "and",
    "any",
    "append",
    "chunk",
    "coalesce",
    "compact",
    "concat",
    "default",
    "dict",
    "dig",
    "empty",
    "eq",
    "fail",
    "first",
    "ge",
    "get",
    "gt",
    "hasKey",
    "include",
    "index",
    "initial",
    "keys",
    "kindIs",
    "kindOf",
    "last",
    "le",
    "len",
    "list",
    "lt",
    "mustAppend",
    "mustChunk",
    "mustCompact",
    "mustFirst",
    "mustInitial",
    "mustLast",
    "mustPrepend",
    "mustPush",
    "mustRest",
    "mustReverse",
    "mustSlice",
    "ne",
    "not",
    "omit",
    "or",
    "pick",
    "pluck",
    "prepend",
    "push",
    "required",
    "rest",
    "reverse",
    "set",
    "slice",
    "ternary",
    "tpl",
    "tuple",
    "typeIs",
    "typeIsLike",
    "typeOf",
    "unset",
    "values",
];

/// What was used so far.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    steps: u64,
    made: usize,
}

impl Meter {
    /// Counts steps.
    pub(crate) fn step(&mut self, steps: usize) -> Result<(), String> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > MOST_STEPS {
            return Err(format!("the chart takes more than {} million steps", MOST_STEPS / 1_000_000));
        }
        Ok(())
    }

    /// Counts bytes that are made.
    pub(crate) fn make(&mut self, bytes: usize) -> Result<(), String> {
        self.made = self.made.saturating_add(bytes);
        if self.made > MOST_MADE {
            return Err(format!("the chart makes more than {} GiB of values", MOST_MADE >> 30));
        }
        Ok(())
    }

    /// Counts the marks of a text.
    pub(crate) fn mark(&mut self, marks: usize) -> Result<(), String> {
        self.make(marks.saturating_mul(size_of::<Inner>()))
    }

    /// Counts what a function is about to do.
    pub(crate) fn takes(&mut self, function: &Function, args: &[Slot]) -> Result<(), String> {
        let mut work: usize = args.iter().map(|slot| width(&slot.value)).fold(0, usize::saturating_add);
        match function.name {
            "concat" if work > MOST_ITEMS => return Err(too_many_items()),
            name if SHALLOW.contains(&name) => {}
            name => {
                let Some(weight) = weight(args.iter().map(|slot| &slot.value)) else {
                    let limit = LONGEST >> 20;
                    return Err(format!("it takes values of more than {limit} MiB"));
                };
                work = match name {
                    // Each is compared with each.
                    "uniq" | "mustUniq" => weight.saturating_mul(work) / 16,
                    "without" | "mustWithout" => weight.saturating_mul(args.len()),
                    _ => weight,
                }
                .max(work);
            }
        }
        self.step(1 + work / A_STEP)
    }

    /// Counts a value that a function made.
    pub(crate) fn gives(&mut self, value: &Value) -> Result<(), String> {
        let bytes = match value {
            Value::Str(_) | Value::Binary(_) | Value::Bytes(_) if width(value) > LONGEST => {
                return Err(format!("the text becomes longer than {} MiB", LONGEST >> 20));
            }
            Value::Str(text) => {
                self.mark(text.marks.as_ref().map_or(0, |marks| marks.len()))?;
                text.text.len()
            }
            Value::List(list) if list.items.len() > MOST_ITEMS => return Err(too_many_items()),
            // What others hold as well was there before.
            Value::List(list) if Rc::strong_count(list) == 1 => shallow(value),
            Value::Map(map) if Rc::strong_count(map) == 1 => 8 * NODE + shallow(value),
            Value::List(_) | Value::Map(_) => 0,
            other => width(other),
        };
        self.step(bytes / A_STEP)?;
        self.make(NODE + bytes)
    }
}

/// What is wrong with a function, or with the chart as a whole.
pub(crate) fn named(function: &str, why: String) -> String {
    if why.starts_with("the chart") { why } else { format!("{function}: {why}") }
}

fn too_many_items() -> String {
    format!("it gives a list of more than {MOST_ITEMS} items")
}

/// Bytes of a string, items of a list or map.
fn width(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.text.len(),
        Value::Binary(bytes) | Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.len(),
        _ => 0,
    }
}

fn shallow(value: &Value) -> usize {
    width(value).saturating_mul(NODE)
}

/// What values weigh when they are written out whole: what stands in several places counts as often as it stands
/// there. `None` for more than [`LONGEST`]. What is deeper than anything is written does not count.
pub(crate) fn weight<'v>(values: impl Iterator<Item = &'v Value>) -> Option<usize> {
    let mut total = 0_usize;
    let mut rest: Vec<(Value, usize)> = Vec::new();
    for value in values {
        match value {
            Value::List(_) | Value::Map(_) => rest.push((value.clone(), 0)),
            other => total = total.saturating_add(width(other)),
        }
    }
    while let Some((value, depth)) = rest.pop() {
        total = total.saturating_add(shallow(&value));
        if total > LONGEST {
            return None;
        }
        let mut add = |item: &Value| match item {
            Value::List(_) | Value::Map(_) if depth <= MAX_DEPTH => rest.push((item.clone(), depth + 1)),
            Value::List(_) | Value::Map(_) => {}
            other => total = total.saturating_add(width(other)),
        };
        match &value {
            Value::List(list) => list.items.iter().for_each(|slot| add(&slot.value)),
            Value::Map(map) => {
                let entries = map.entries.borrow();
                let keys: usize = entries.keys().map(Text::len).fold(0, usize::saturating_add);
                entries.values().for_each(|slot| add(&slot.value));
                total = total.saturating_add(keys);
            }
            _ => {}
        }
    }
    (total <= LONGEST).then_some(total)
}
