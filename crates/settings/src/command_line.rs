//! A command line, read as the component reads it: by pflag, with names normalised by `k8s.io/component-base/cli/flag`, or by
//! Go's own `flag` package, which etcd uses.

use crate::component::{Component, FlagType};
use crate::place::Place;

/// One word of a command line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) place: Place,
    /// Whether a part of it is filled in later: `$(HOST_IP)`.
    pub(crate) expands: bool,
}

/// A flag that is given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    /// Without dashes in front, `_` written as `-` where the component takes them for the same.
    pub(crate) name: String,
    /// `None` where it is filled in later, or where the word that it wants is missing.
    pub(crate) value: Option<String>,
    /// The word that holds the flag.
    pub(crate) place: Place,
    /// The word that holds the value, where it is the one behind the flag.
    pub(crate) value_place: Option<Place>,
}

/// The flags of a command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CommandLine {
    /// In the order in which they stand.
    pub(crate) given: Vec<Given>,
    /// A word that may stand for flags which are not written here: `$(FLAGS)`, `"$@"`.
    pub(crate) hidden: Option<Place>,
    /// How many flags stand before the last such word, which may overrule them.
    pub(crate) before_hidden: usize,
    /// Why the line is not known as a whole: then no flag is, because the last of its name counts.
    pub(crate) lost: Option<&'static str>,
}

/// What is said of a command line that is longer than what was kept of it.
pub(crate) const TRUNCATED: &str = "not all of its command line was kept";

/// What is said of a process that runs a component, and whose command line shows no start of it.
pub(crate) const UNREAD: &str = "its command line could not be read";

/// What a flag has been given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// The value in force, the flag that holds it last, and those it overrules.
    Known(String, &'a Given, Vec<&'a Given>),
    /// Filled in when the component starts.
    FilledIn(&'a Given),
    /// Given, but what is hidden or lost of the line may overrule it or add to it.
    Open,
    /// Not given.
    NotGiven,
}

/// Programs that start the one behind them.
const WRAPPERS: [&str; 10] = [
    "chpst",
    "dumb-init",
    "env",
    "exec",
    "go-runner",
    "ionice",
    "nice",
    "setpriv",
    "tini",
    "watch-termination",
];

impl CommandLine {
    /// Reads the words behind the name of the program.
    ///
    /// pflag: flags and other words may be mixed, `--` ends the flags. Go's `flag`: one dash is as good as two, and the
    /// first other word ends them.
    pub(crate) fn parse(words: &[Word], component: Component) -> Self {
        let is_go = component == Component::Etcd;
        let mut line = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let dashed = word.text.strip_prefix('-').filter(|dashed| !dashed.is_empty());
            let Some(dashed) = dashed else {
                if word.expands {
                    line.hidden.get_or_insert_with(|| word.place.clone());
                    line.before_hidden = line.given.len();
                }
                if is_go && !word.expands {
                    break;
                }
                continue;
            };
            let long = match dashed.strip_prefix('-') {
                Some(long) => long,
                None if is_go => dashed,
                None => {
                    // `-v 2`, `-v=2`, `-v2`: the only flag of one letter that takes a value.
                    if dashed == "v" {
                        rest.next();
                    }
                    continue;
                }
            };
            if long.is_empty() {
                break;
            }
            let (name, joined) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let name = if is_go { name.to_owned() } else { name.replace('_', "-") };
            let mut flag = Given { name, value: None, place: word.place.clone(), value_place: None };
            let unless_it_expands = |text: &str, word: &Word| (!word.expands).then(|| text.to_owned());
            if let Some(value) = joined {
                flag.value = unless_it_expands(value, word);
            } else if component.takes_word(&flag.name, rest.as_slice().first().map(|word| word.text.as_str()))
            {
                if let Some(next) = rest.next() {
                    flag.value = unless_it_expands(&next.text, next);
                    flag.value_place = Some(next.place.clone());
                }
            } else {
                flag.value = Some("true".to_owned());
            }
            line.given.push(flag);
        }
        line
    }

    /// What a flag has been given, by its type: lists add up, maps are put together, of all else the last counts.
    pub(crate) fn value(&self, name: &str, ty: FlagType) -> Value<'_> {
        if self.lost.is_some() {
            return Value::Open;
        }
        let all: Vec<&Given> = self.given.iter().filter(|flag| flag.name == name).collect();
        let Some((last, before)) = all.split_last() else { return Value::NotGiven };
        let adds_up = matches!(ty, FlagType::List | FlagType::Map);
        let is_last = |given: &[Given]| !given.iter().any(|flag| flag.name == name);
        if self.hidden.is_some() && (adds_up || self.given.get(self.before_hidden..).is_some_and(is_last)) {
            return Value::Open;
        }
        if !adds_up {
            return match &last.value {
                Some(value) => Value::Known(value.clone(), last, before.to_vec()),
                None => Value::FilledIn(last),
            };
        }
        if let Some(open) = all.iter().find(|flag| flag.value.is_none()) {
            return Value::FilledIn(open);
        }
        let values: Vec<&str> =
            all.iter().filter_map(|flag| flag.value.as_deref()).filter(|value| !value.is_empty()).collect();
        Value::Known(values.join(","), last, Vec::new())
    }
}

/// The place of the first word behind the program's name, where these words start the component, be it through a program
/// that starts another.
pub(crate) fn start(words: &[Word], component: Component) -> Option<usize> {
    let mut is_wrapped = false;
    let mut in_hyperkube = false;
    for (at, word) in words.iter().enumerate() {
        let name = file_name(&word.text);
        let text = &word.text;
        // `VARIABLE=value kube-apiserver`, `nice -n 5 kube-apiserver`
        let is_passed = text.contains('=') && !text.starts_with('-')
            || is_wrapped && (text.starts_with('-') || text.parse::<u32>().is_ok());
        match name {
            _ if name == component.program() || in_hyperkube && name == component.in_hyperkube() => {
                return Some(at + 1);
            }
            "hyperkube" => in_hyperkube = true,
            _ if WRAPPERS.contains(&name) => is_wrapped = true,
            _ if is_passed => {}
            _ => return None,
        }
    }
    None
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
