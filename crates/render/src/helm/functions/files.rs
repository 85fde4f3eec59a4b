//! `.Files`: the files of a chart that are no templates.

use std::collections::BTreeMap;
use std::rc::Rc;

use ironsides_tree::Text;

use super::glob::Glob;
use super::words::base;
use crate::helm::encoding::base64;
use crate::helm::object::{FileSet, Object};
use crate::helm::value::{Map, Slot, Value};
use crate::helm::yaml;

/// A method of `.Files`, or the bytes of the file of that name.
pub(crate) fn member(files: &Rc<FileSet>, name: &str, args: &[Slot]) -> Result<Option<Slot>, String> {
    let path = match args {
        [Slot { value: Value::Str(path), .. }] => Some(path.text.as_str()),
        _ => None,
    };
    let bytes = |path: &str| files.get(path).map_or(&[][..], |bytes| bytes);
    let needs = || "it needs one string".to_owned();
    let value = match name {
        "Get" => Value::string_of(bytes(path.ok_or_else(needs)?).to_vec()),
        "GetBytes" => Value::Bytes(bytes(path.ok_or_else(needs)?).into()),
        "Lines" => {
            let text = String::from_utf8_lossy(bytes(path.ok_or_else(needs)?)).into_owned();
            if text.is_empty() {
                Value::strings(Vec::<String>::new())
            } else {
                Value::strings(text.strip_suffix('\n').unwrap_or(&text).split('\n'))
            }
        }
        "Glob" => {
            let glob = Glob::new(path.ok_or_else(needs)?);
            let found = files.iter().filter(|(path, _)| glob.matches(path));
            Value::Object(Object::Files(Rc::new(found.map(|(p, b)| (p.clone(), b.clone())).collect())))
        }
        "AsConfig" if args.is_empty() => flat(files, |bytes| Value::string_of(bytes.to_vec())),
        "AsSecrets" if args.is_empty() => flat(files, |bytes| Value::str(base64(bytes))),
        "AsConfig" | "AsSecrets" => return Err("it takes no arguments".to_owned()),
        _ if args.is_empty() => Value::Bytes(bytes(name).into()),
        _ => return Err("it takes no arguments".to_owned()),
    };
    Ok(Some(value.into()))
}

fn flat(files: &FileSet, value: fn(&[u8]) -> Value) -> Value {
    let entries: BTreeMap<Text, Slot> =
        files.iter().map(|(path, bytes)| (Text::new(base(path)), value(bytes).into())).collect();
    let written = yaml::write(&Value::Map(Map::of(entries)), yaml::Style::Plain);
    Value::str(written.map(|written| written.text).unwrap_or_default())
}
