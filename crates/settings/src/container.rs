//! The command line with which a container starts a component.

use ironsides_core::Container;
use ironsides_tree::Cursor;

use crate::command_line::{CommandLine, Word, file_name, start};
use crate::component::Component;
use crate::place::Place;
use crate::script;

/// A container that starts a component.
pub(crate) struct Started {
    /// Its flags.
    pub(crate) line: CommandLine,
    /// The words behind the program's name.
    pub(crate) words: Vec<Word>,
    /// The list that flags are to be added to, or the shell script they stand in.
    pub(crate) list: Place,
    /// Whether a shell reads the line, or something else hands it on.
    pub(crate) is_script: bool,
}

const SHELLS: [&str; 4] = ["ash", "bash", "dash", "sh"];

/// How a container starts a component; `None` where it starts something else. `place` tells where a word stands.
pub(crate) fn started<'a>(
    container: &Container<'a>,
    component: Component,
    place: &dyn Fn(&Cursor<'a>) -> Place,
) -> Option<Started> {
    let [command, args] = ["command", "args"].map(|field| container.get(field));
    let has_args = args.items().next().is_some();
    let word = |at: Cursor<'a>| {
        let text = at.str().unwrap_or_default().to_owned();
        Word { expands: text.contains("$("), text, place: place(&at) }
    };
    let words: Vec<Word> = command.items().chain(args.items()).map(word).collect();
    let parsed = |words: &[Word], list: &Cursor<'a>, is_script| Started {
        line: CommandLine::parse(words, component),
        words: words.to_vec(),
        list: place(list),
        is_script,
    };
    if let Some(start) = start(&words, component) {
        let list = if has_args { &args } else { &command };
        return Some(parsed(words.get(start..)?, list, false));
    }
    let first = words.first();
    if command.items().next().is_none()
        && first.is_none_or(|word| word.text.starts_with('-'))
        && is_image_of(container, component.program())
    {
        return Some(parsed(&words, &args, false));
    }
    let shell = first.filter(|word| is_shell(&word.text))?;
    let option = |word: &Word| word.text.starts_with('-') && word.text.ends_with('c');
    let at = words.iter().position(option).and_then(|option| words.get(option + 1)).unwrap_or(shell);
    let mut commands = script::commands(&at.text, &at.place).into_iter();
    commands.find_map(|words| {
        let start = start(&words, component)?;
        let line = CommandLine::parse(words.get(start..)?, component);
        let words = words.get(start..)?.to_vec();
        Some(Started { line, words, list: at.place.clone(), is_script: true })
    })
}

/// Whether a word names a shell.
pub(crate) fn is_shell(word: &str) -> bool {
    SHELLS.contains(&file_name(word))
}

/// Whether a container's image is the one that the Kubernetes project builds of a component, by its name.
fn is_image_of(container: &Container<'_>, program: &str) -> bool {
    let image = container.get("image").str().unwrap_or_default();
    let last = file_name(image.split('@').next().unwrap_or_default());
    last.split(':').next() == Some(program)
}

/// The minor version in the tag of an image: 36 of `v1.36.3`.
pub(crate) fn minor(container: &Container<'_>) -> Option<u64> {
    let image = container.get("image").str()?.split('@').next()?;
    let tag = image.rsplit('/').next()?.split_once(':')?.1;
    tag.strip_prefix('v').unwrap_or(tag).strip_prefix("1.")?.split(['.', '-', '+']).next()?.parse().ok()
}

#[cfg(test)]
mod tests;
