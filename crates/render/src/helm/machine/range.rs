//! Loops.

use ironsides_tree::Text;

use super::{Flow, Frame, Machine, Step, described, self_fault, too_much};
use crate::helm::object::Object;
use crate::helm::origin::Causes;
use crate::helm::template::ast::Branch;
use crate::helm::value::{IntType, Slot, Value};

impl Machine {
    /// Runs the body of a `range` once for each item.
    pub(super) fn range(&mut self, frame: &Frame<'_>, branch: &Branch, dot: &Slot) -> Step<Flow> {
        let reads = self.reads.len();
        let over = self.pipeline(frame, &branch.pipeline, dot)?;
        self.reads.truncate(reads);
        let width = match &over.value {
            Value::Map(map) => map.len(),
            _ => 0,
        };
        let span = branch.pipeline.span;
        self.meter.step(1 + width / 16).map_err(|why| too_much(frame, span, why))?;
        let names = &branch.pipeline.names;
        let mark = self.variables.len();
        let fault = |message: String| self_fault(frame, &branch.pipeline, message);
        let items: Vec<(Value, Slot)> = match &over.value {
            Value::Nil | Value::Null => Vec::new(),
            Value::Int(count, kind) => {
                if names.len() > 1 {
                    return Err(fault("a number can be ranged over with one variable only".to_owned()));
                }
                let count = (*count).max(0);
                for at in 0..count {
                    let item = Value::Int(at, *kind).into();
                    if self.iterate(frame, branch, Value::Nil, &item, mark)? == Flow::Break {
                        break;
                    }
                }
                if count > 0 {
                    return Ok(Flow::Next);
                }
                Vec::new()
            }
            Value::List(list) => {
                for (at, item) in list.items.iter().enumerate() {
                    if self.iterate(frame, branch, Value::size(at), item, mark)? == Flow::Break {
                        break;
                    }
                }
                if !list.items.is_empty() {
                    return Ok(Flow::Next);
                }
                Vec::new()
            }
            Value::Map(map) => {
                map.snapshot().into_iter().map(|(key, slot)| (Value::str(key), slot)).collect()
            }
            Value::Bytes(bytes) => bytes
                .iter()
                .enumerate()
                .map(|(at, byte)| (Value::size(at), Value::Int(i64::from(*byte), IntType::Uint8).into()))
                .collect(),
            Value::Object(Object::Files(files)) => files
                .iter()
                .map(|(path, bytes)| (Value::str(path), Value::Bytes(bytes[..].into()).into()))
                .collect(),
            Value::Object(Object::ApiVersions(capabilities)) => capabilities
                .api_versions
                .iter()
                .enumerate()
                .map(|(at, version)| (Value::size(at), Value::str(version).into()))
                .collect(),
            other => {
                let message = format!("range needs a list or map, and this is {}", described(other));
                return Err(fault(message));
            }
        };
        if items.is_empty() {
            return match &branch.otherwise {
                Some(nodes) => self.walk(frame, nodes, dot),
                None => Ok(Flow::Next),
            };
        }
        for (key, item) in items {
            if self.iterate(frame, branch, key, &item, mark)? == Flow::Break {
                break;
            }
        }
        Ok(Flow::Next)
    }

    fn iterate(
        &mut self,
        frame: &Frame<'_>,
        branch: &Branch,
        key: Value,
        item: &Slot,
        mark: usize,
    ) -> Step<Flow> {
        let pipeline = &branch.pipeline;
        // A body may hold nothing that counts itself.
        self.meter.step(1).map_err(|why| too_much(frame, pipeline.span, why))?;
        let mut set = |name: &Text, slot: Slot, from_end: usize| {
            if pipeline.assigns {
                if let Some(variable) = self.find_variable(frame, name) {
                    variable.slot = slot;
                    variable.reads = Causes::None;
                }
            } else if let Some(variable) =
                mark.checked_sub(from_end).and_then(|at| self.variables.get_mut(at))
            {
                variable.slot = slot;
                variable.reads = Causes::None;
            }
        };
        match pipeline.names.as_slice() {
            [name] => set(name, item.clone(), 1),
            [first, second] => {
                set(second, item.clone(), 1);
                set(first, key.into(), 2);
            }
            _ => {}
        }
        let flow = self.walk(frame, &branch.then, item);
        self.variables.truncate(mark);
        flow
    }
}
