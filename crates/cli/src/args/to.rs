//! Where an answer goes, and in which format.

use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;

/// A format and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct To<F> {
    pub(crate) format: F,
    /// Standard output where it is `None`.
    pub(crate) file: Option<PathBuf>,
}

impl<F: ValueEnum> FromStr for To<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, file) = match text.split_once('=') {
            Some((_, "")) => return Err(format!("{text:?} names no file after the equals sign")),
            Some((word, file)) => (word, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = F::from_str(word, false).map_err(|_| {
            let values = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
            format!("{word:?} is no format of this command; use {}", names.join(", "))
        })?;
        Ok(Self { format, file })
    }
}
