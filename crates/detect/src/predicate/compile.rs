//! From checks as written to predicates: types, values, patterns.

use crate::field::{Argument, Catalogue, Class, FieldUse, is_event_type};
use crate::filter::{Check, FilterError, Modifier, Operator, Right};
use crate::kind::{Family, Kind};
use crate::pattern::{Glob, Paths, posix};
use memchr::memmem::Finder;

use super::Predicate;
use super::constant::{Constant, hexadecimal};
use super::source::Source;
use super::test::Test;

impl Predicate {
    /// Finds the fields of a comparison and reads its values by their types.
    pub fn new(check: &Check, catalogue: Catalogue) -> Result<Self, FilterError> {
        let fault = |message: String| FilterError::new(message, check.span);
        let mut source = Source::new(&check.left, catalogue)?;
        comparable(check.operator, check.modifier, &source).map_err(fault)?;
        let mut remark = None;
        let test = if let Some(center) = around(&source) {
            if check.operator != Operator::Eq {
                return Err(fault("evt.around supports only '=' comparison operator".to_owned()));
            }
            let Right::Text(text) = &check.right else {
                return Err(fault("evt.around wants a number of milliseconds".to_owned()));
            };
            let Constant::Uint(distance) = Constant::read(text, Kind::Uint64).map_err(fault)? else {
                return Err(fault(format!("{text} is not a valid number")));
            };
            let time =
                catalogue.field("evt.rawtime").ok_or_else(|| fault("there is no evt.rawtime".to_owned()))?;
            source = Source::Field(FieldUse { id: time, argument: Argument::None, kind: Kind::AbsTime });
            Test::Around { center, distance: distance.saturating_mul(1_000_000) }
        } else {
            match &check.right {
                Right::Nothing => Test::Exists,
                Right::Operand(operand) => {
                    let right = Source::new(operand, catalogue)?;
                    right_side(check.operator, &source, &right).map_err(fault)?;
                    Test::Field(check.operator, Box::new(right))
                }
                Right::Text(text) => one(check.operator, text, &source, &mut remark).map_err(fault)?,
                Right::Word(name) => {
                    many(check, std::slice::from_ref(&name.text), &source, &mut remark).map_err(fault)?
                }
                Right::List(items) => many(check, items, &source, &mut remark).map_err(fault)?,
            }
        };
        let single = !matches!(check.operator, Operator::Exists | Operator::In | Operator::Intersects);
        if source.list() && single && check.modifier.is_none() {
            let (name, operator) = (&check.left, check.operator.name());
            let text = format!(
                "{name} has several values, and newer engines refuse {operator} for such fields; it is true here if it \
                 is for one of them"
            );
            remark = Some(text);
        }
        Ok(Self { source, test, check: check.clone(), remark })
    }
}

/// The time that `evt.around` is asked about.
fn around(source: &Source) -> Option<u64> {
    match source {
        Source::Field(field) if field.id.field().name == "evt.around" => {
            field.index().and_then(|center| u64::try_from(center).ok())
        }
        _ => None,
    }
}

/// Whether values of this type can be compared so.
fn comparable(operator: Operator, modifier: Option<Modifier>, source: &Source) -> Result<(), String> {
    use Operator::{
        Bcontains, Bstartswith, Eq, Exists, Ge, Glob, Gt, Icontains, Iglob, In, Intersects, Le, Lt, Ne,
        Pmatch, Regex,
    };
    let name = operator.name();
    let kind = source.kind();
    if source.list() {
        let of_plugin = source.first().is_some_and(|field| field.id.field().class != Class::Syscall);
        let texts =
            kind.family() == Family::Text && !matches!(operator, Bcontains | Bstartswith | Lt | Le | Gt | Ge);
        let listed = matches!(operator, Exists | In | Intersects)
            || (texts && (of_plugin || matches!(modifier, Some(Modifier::AnyOf | Modifier::AllOf))));
        return if listed {
            Ok(())
        } else {
            Err(format!("filter error: '{name}' operator not supported list filters"))
        };
    }
    let (known, what) = match kind.family() {
        Family::Number { .. } | Family::Double | Family::Bool => (
            matches!(operator, Eq | Ne | Lt | Le | Gt | Ge | Exists | In | Intersects),
            "for numeric filters",
        ),
        Family::Text => (!matches!(operator, Bcontains | Bstartswith), "for string filters"),
        Family::Bytes => {
            let known = !matches!(operator, Icontains | Glob | Iglob | Regex | Pmatch | Lt | Le | Gt | Ge);
            (known, "for buffer filters")
        }
        Family::Address | Family::Network => {
            (matches!(operator, Eq | Ne | Exists | In | Intersects), "for ip address and network filters")
        }
        Family::Opaque => {
            return if operator == Exists {
                Ok(())
            } else {
                Err(format!("filter error: '{name}' operator not supported for type '{}'", kind.name()))
            };
        }
    };
    if known { Ok(()) } else { Err(format!("filter error: '{name}' operator not supported {what}")) }
}

/// Whether a field may stand on the right side.
fn right_side(operator: Operator, left: &Source, right: &Source) -> Result<(), String> {
    let (Some(left_field), Some(right_field)) = (left.first(), right.first()) else { return Ok(()) };
    let (left_field, right_field) = (left_field.id.field(), right_field.id.field());
    if left.kind() == Kind::IpNet {
        return Err("field type 'IPNET' doesn't support right-hand side fields".to_owned());
    }
    if !left_field.right_side {
        return Err(format!("field '{}' doesn't support right-hand side fields", left_field.name));
    }
    if !right_field.right_side {
        return Err(format!("field '{}' can't be used as a right-hand side field", right_field.name));
    }
    if operator == Operator::Regex {
        return Err("operator 'REGEX' doesn't support right-hand side fields".to_owned());
    }
    if left.kind() != right.kind() {
        return Err(format!(
            "field '{}' has type '{}' while the right-hand side field '{}' has incompatible type '{}'",
            left_field.name,
            left.kind().name(),
            right_field.name,
            right.kind().name()
        ));
    }
    Ok(())
}

/// Reads a value, and asks what this field asks of it beyond its type.
fn constant(text: &str, source: &Source) -> Result<Constant, String> {
    if source.is("evt.type") && !text.is_empty() && !is_event_type(text) {
        return Err(format!("unknown event type {text}"));
    }
    if source.is("evt.rawarg") && source.kind() == Kind::ByteBuf {
        return Err("wrong parameter type 10".to_owned());
    }
    if matches!(source.kind().family(), Family::Text | Family::Bytes) && text.len() >= LONGEST {
        let used = text.len() + 1;
        return Err(format!("filter parameter too long (used={used}, available={LONGEST}):{text}"));
    }
    Constant::read(text, source.kind())
}

/// Texts must be shorter, in bytes.
const LONGEST: usize = 256;

/// A comparison with one value.
fn one(operator: Operator, text: &str, source: &Source, remark: &mut Option<String>) -> Result<Test, String> {
    let value = constant(text, source)?;
    let bytes = || Box::from(text.as_bytes());
    let digits = || {
        let bytes = hexadecimal(text);
        bytes.ok_or_else(|| {
            "filter error: bcontains and bstartswith operator support hex strings only".to_owned()
        })
    };
    Ok(match operator {
        Operator::Contains => Test::Contains(Box::new(Finder::new(text.as_bytes()).into_owned())),
        Operator::Bcontains => Test::Contains(Box::new(Finder::new(&digits()?).into_owned())),
        Operator::Icontains => Test::ContainsIgnoreCase(text.as_bytes().to_ascii_lowercase().into()),
        Operator::Startswith => Test::StartsWith(bytes()),
        Operator::Bstartswith => Test::StartsWith(digits()?.into()),
        Operator::Endswith => Test::EndsWith(bytes()),
        Operator::Glob => Test::Glob(Glob::new(text.as_bytes(), false)),
        Operator::Iglob => Test::Glob(Glob::new(text.as_bytes(), true)),
        Operator::Regex => match posix(text) {
            Ok(regex) => Test::Regex(Box::new(regex)),
            Err(reason) => {
                *remark = Some(format!("the expression {text:?} never matches: {reason}"));
                Test::Never
            }
        },
        _ => Test::Compare(operator, value),
    })
}

/// A comparison with a list.
fn many(
    check: &Check,
    items: &[Box<str>],
    source: &Source,
    remark: &mut Option<String>,
) -> Result<Test, String> {
    let operator = check.operator;
    if let Some(modifier) = check.modifier {
        let tests: Result<Vec<Test>, String> =
            items.iter().map(|item| one(operator, item, source, remark)).collect();
        return Ok(Test::Many(modifier, tests?));
    }
    if operator == Operator::Pmatch {
        for item in items {
            constant(item, source)?;
        }
        return Ok(Test::Paths(Box::new(Paths::new(items.iter().map(|item| item.as_bytes())))));
    }
    if matches!(source.kind().family(), Family::Text | Family::Bytes) {
        for item in items {
            constant(item, source)?;
        }
        return Ok(Test::Texts(operator, items.iter().map(|item| item.as_bytes()).collect()));
    }
    let constants: Result<Vec<Constant>, String> = items.iter().map(|item| constant(item, source)).collect();
    let mut constants = constants?;
    let name = source.first().map_or("", |field| field.id.field().name);
    let in_words = operator.name();
    let never = match (name, operator) {
        ("fd.ip", _) | ("fd.net", Operator::Intersects) | ("proc.apid" | "evt.rawarg", Operator::In) => true,
        ("fd.net", Operator::In) => {
            if constants.len() > 1 {
                *remark = Some("fd.net in (…) looks at the first network only".to_owned());
            }
            constants.truncate(1);
            constants.is_empty()
        }
        _ => false,
    };
    if never {
        if !items.is_empty() {
            *remark = Some(format!("{name} {in_words} (…) never matches; write {name} = … or {name} = …"));
        }
        return Ok(Test::Never);
    }
    Ok(Test::Constants(operator, constants))
}
