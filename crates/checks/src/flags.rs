//! The flags with which a container starts a component of Kubernetes, read as the component reads them (pflag, with the
//! names normalised by `k8s.io/component-base/cli/flag`).

use ironsides_core::Container;
use ironsides_tree::Cursor;

mod kube_apiserver;
mod script;

pub(crate) use kube_apiserver::KUBE_APISERVER;

/// A program and what is known of its flags. A flag that is not known is of another version.
pub(crate) struct Component {
    /// The name of its file.
    pub(crate) program: &'static str,
    /// What it was called as a part of hyperkube.
    in_hyperkube: &'static str,
    /// The flags that stand for `true` by themselves and take no word, in alphabetical order.
    switches: &'static [&'static str],
    /// The flags that take the next word where they have no `=`, in alphabetical order.
    valued: &'static [&'static str],
}

/// The command line of a component.
pub(crate) struct Flags<'a> {
    /// The list that flags are to be added to, or the shell script they stand in.
    pub(crate) line: Cursor<'a>,
    /// Whether a shell reads the line, or something else hands it on.
    pub(crate) is_script: bool,
    /// A word that may stand for flags which are not written here: `$(FLAGS)`, `"$@"`.
    pub(crate) hidden: Option<Cursor<'a>>,
    given: Vec<Flag<'a>>,
}

/// A flag that is given.
pub(crate) struct Flag<'a> {
    /// Without dashes in front, `_` written as `-`.
    name: String,
    /// `None` where it is filled in later: `$(HOST_IP)`.
    value: Option<String>,
    /// The item of the list (or the script) that holds the flag.
    at: Cursor<'a>,
    /// The item that holds the value, where it is the word behind the flag.
    value_at: Option<Cursor<'a>>,
}

impl Flag<'_> {
    /// Its value, `None` where that is filled in later.
    pub(crate) fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl<'a> Flag<'a> {
    /// Where it stands.
    pub(crate) fn at(&self) -> &Cursor<'a> {
        &self.at
    }

    /// The item that is to be changed for another value, and what must stand in it.
    pub(crate) fn with(&self, value: &str) -> (&Cursor<'a>, String) {
        match &self.value_at {
            Some(at) => (at, value.to_owned()),
            None => (&self.at, format!("--{}={value}", self.name)),
        }
    }
}

/// One word of a command line.
#[derive(Clone)]
struct Word<'a> {
    text: String,
    at: Cursor<'a>,
    /// Whether a part of it is filled in later.
    expands: bool,
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

const SHELLS: [&str; 4] = ["ash", "bash", "dash", "sh"];

impl<'a> Flags<'a> {
    /// The flags with which a container starts the component; `None` where it starts something else.
    pub(crate) fn of(container: &Container<'a>, component: &Component) -> Option<Self> {
        let [command, args] = ["command", "args"].map(|field| container.get(field));
        let has_args = args.items().next().is_some();
        let (words, line): (Vec<Word<'a>>, _) = {
            let items = command.items().chain(args.items());
            let word = |at: Cursor<'a>| {
                let text = at.str().unwrap_or_default().to_owned();
                Word { expands: text.contains("$("), text, at }
            };
            (items.map(word).collect(), if has_args { args } else { command.clone() })
        };
        if let Some(start) = component.start(&words) {
            return Some(Self::parse(words.get(start..)?, line, false, component));
        }
        let first = words.first();
        if command.items().next().is_none()
            && first.is_none_or(|word| word.text.starts_with('-'))
            && is_image_of(container, component.program)
        {
            let line = if has_args { line } else { container.get("args") };
            return Some(Self::parse(&words, line, false, component));
        }
        let shell = first.filter(|word| SHELLS.contains(&file_name(&word.text)))?;
        let option = |word: &Word<'_>| word.text.starts_with('-') && word.text.ends_with('c');
        let at = words.iter().position(option).and_then(|option| words.get(option + 1)).unwrap_or(shell);
        let mut commands = script::commands(&at.text, &at.at).into_iter();
        commands.find_map(|words| {
            let start = component.start(&words)?;
            Some(Self::parse(words.get(start..)?, at.at.clone(), true, component))
        })
    }

    /// Reads the words behind the name of the program as pflag does: flags and other words may be mixed, `--` ends the
    /// flags.
    fn parse(words: &[Word<'a>], line: Cursor<'a>, is_script: bool, component: &Component) -> Self {
        let (mut given, mut hidden) = (Vec::new(), None);
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let Some(dashed) = word.text.strip_prefix('-').filter(|dashed| !dashed.is_empty()) else {
                if word.expands {
                    hidden.get_or_insert_with(|| word.at.clone());
                }
                continue;
            };
            let Some(long) = dashed.strip_prefix('-') else {
                // `-v 2`, `-v=2`, `-v2`: the only flag of one letter that takes a value.
                if dashed == "v" {
                    rest.next();
                }
                continue;
            };
            if long.is_empty() {
                break;
            }
            let (name, joined) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let name = name.replace('_', "-");
            let mut flag = Flag { name, value: None, at: word.at.clone(), value_at: None };
            let unless_it_expands = |text: &str, word: &Word<'_>| (!word.expands).then(|| text.to_owned());
            if let Some(value) = joined {
                flag.value = unless_it_expands(value, word);
            } else if component.takes_word(&flag.name, rest.as_slice().first()) {
                if let Some(next) = rest.next() {
                    flag.value = unless_it_expands(&next.text, next);
                    flag.value_at = Some(next.at.clone());
                }
            } else {
                flag.value = Some("true".to_owned());
            }
            given.push(flag);
        }
        Self { line, is_script, hidden, given }
    }

    /// A flag, named without dashes; of several the last counts.
    pub(crate) fn get(&self, name: &str) -> Option<&Flag<'a>> {
        self.given.iter().rfind(|flag| flag.name == name)
    }
}

impl Component {
    /// The place of the first word behind the program's name, where these words start it, be it through a program that
    /// starts another.
    fn start(&self, words: &[Word<'_>]) -> Option<usize> {
        let mut is_wrapped = false;
        let mut in_hyperkube = false;
        for (at, word) in words.iter().enumerate() {
            let name = file_name(&word.text);
            let text = &word.text;
            // `VARIABLE=value kube-apiserver`, `nice -n 5 kube-apiserver`
            let is_passed = text.contains('=') && !text.starts_with('-')
                || is_wrapped && (text.starts_with('-') || text.parse::<u32>().is_ok());
            match name {
                _ if name == self.program || in_hyperkube && name == self.in_hyperkube => {
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

    /// Whether a flag without `=` takes the word behind it. One that is not known does unless that word is a flag.
    fn takes_word(&self, name: &str, next: Option<&Word<'_>>) -> bool {
        self.switches.binary_search(&name).is_err()
            && (self.valued.binary_search(&name).is_ok()
                || next.is_some_and(|next| !next.text.starts_with("--")))
    }
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a container's image is the one that the Kubernetes project builds of a component, by its name.
fn is_image_of(container: &Container<'_>, program: &str) -> bool {
    let image = container.get("image").str().unwrap_or_default();
    let last = file_name(image.split('@').next().unwrap_or_default());
    last.split(':').next() == Some(program)
}

#[cfg(test)]
mod tests;
