//! Helm's own functions, defaults, and what tells types.

use super::Param::{Any, Bool, Str};
use super::{Args, Function, Problem, fixed, give, variadic};
use crate::helm::value::{Map, Slot, Value, deep_copy, deep_equal};

pub(super) const TABLE: &[Function] = &[
    fixed("include", &[Str, Any], |m, f, a| m.include(f, &Args(a).text(0), &Args(a).slot(1))),
    fixed("tpl", &[Str, Any], |m, f, a| m.tpl(f, &Args(a).text(0), &Args(a).slot(1))),
    fixed("required", &[Str, Any], |_, _, a| {
        let empty = match Args(a).value(1) {
            Value::Nil | Value::Null => true,
            Value::Str(text) => text.text.is_empty(),
            _ => false,
        };
        if empty { Err(Args(a).text(0).into_owned().into()) } else { Ok(Args(a).slot(1)) }
    }),
    fixed("fail", &[Str], |_, _, a| Err(Args(a).text(0).into_owned().into())),
    fixed("lookup", &[Str, Str, Str, Str], |_, _, _| give(Value::Map(Map::new()))),
    fixed("getHostByName", &[Str], |_, _, _| give(Value::str(""))),
    fixed("hello", &[], |_, _, _| give(Value::str("Hello!"))),
    variadic("default", &[Any, Any], |_, _, a| {
        let given = Args(a).slot(1);
        Ok(if a.len() < 2 || given.value.is_empty() { Args(a).slot(0) } else { given })
    }),
    fixed("empty", &[Any], |_, _, a| give(Value::Bool(Args(a).value(0).is_empty()))),
    variadic("coalesce", &[Any], |_, _, a| {
        Ok(a.iter().find(|slot| !slot.value.is_empty()).cloned().unwrap_or(Value::Null.into()))
    }),
    variadic("all", &[Any], |_, _, a| give(Value::Bool(a.iter().all(|slot| !slot.value.is_empty())))),
    variadic("any", &[Any], |_, _, a| give(Value::Bool(a.iter().any(|slot| !slot.value.is_empty())))),
    fixed("ternary", &[Any, Any, Bool], |_, _, a| Ok(Args(a).slot(usize::from(!Args(a).bool(2))))),
    fixed("deepCopy", &[Any], |_, _, a| copy(a)),
    fixed("mustDeepCopy", &[Any], |_, _, a| copy(a)),
    fixed("deepEqual", &[Any, Any], |_, _, a| {
        give(Value::Bool(deep_equal(Args(a).value(0), Args(a).value(1))))
    }),
    fixed("typeOf", &[Any], |_, _, a| give(Value::str(Args(a).value(0).type_name()))),
    fixed("typeIs", &[Str, Any], |_, _, a| {
        give(Value::Bool(Args(a).text(0) == Args(a).value(1).type_name()))
    }),
    fixed("typeIsLike", &[Str, Any], |_, _, a| {
        let (target, own) = (Args(a).text(0), Args(a).value(1).type_name());
        give(Value::Bool(target == own || own.strip_prefix('*') == Some(&target)))
    }),
    fixed("kindOf", &[Any], |_, _, a| give(Value::str(Args(a).value(0).kind()))),
    fixed("kindIs", &[Str, Any], |_, _, a| give(Value::Bool(Args(a).text(0) == Args(a).value(1).kind()))),
];

fn copy(args: &[Slot]) -> Result<Slot, Problem> {
    let slot = Args(args).slot(0);
    let value = deep_copy(&slot.value).ok_or("the value nests too deep to be copied")?;
    Ok(Slot { value, origin: slot.origin })
}
