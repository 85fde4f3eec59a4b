//! What containers are told to run.

use ironsides_core::Container;
use ironsides_tree::Cursor;

/// Every item of a container's `command` and `args`.
pub(super) fn lines<'a>(container: &Container<'a>) -> impl Iterator<Item = Cursor<'a>> + use<'a> {
    let [command, args] = ["command", "args"].map(|field| container.get(field));
    command.items().chain(args.items())
}

/// The values of a container's environment variables, as far as they are written.
pub(super) fn values<'a>(container: &Container<'a>) -> impl Iterator<Item = Cursor<'a>> + use<'a> {
    container.get("env").items().map(|variable| variable.get("value")).filter(Cursor::is_set)
}

/// The words of a command line or a short script, without quotes, brackets and separators around them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    const AROUND: [char; 7] = ['"', '\'', '(', ')', ';', '&', '`'];
    text.split_whitespace().map(|word| word.trim_matches(AROUND)).filter(|word| !word.is_empty())
}
