//! `test` and `[`

use ironsides_settings::FileKind;

use super::super::Unsure;
use super::super::files::content;
use super::super::run::Shell;

pub(super) fn run(shell: &Shell<'_>, program: &str, arguments: &[String]) -> Result<u8, Unsure> {
    let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if program == "[" && words.pop() != Some("]") {
        return Ok(2);
    }
    judge(shell, &words).map(|answer| answer.map_or(2, |answer| u8::from(!answer)))
}

/// The answer, by the number of words as POSIX has it; `None` where the words are no expression.
fn judge(shell: &Shell<'_>, words: &[&str]) -> Result<Option<bool>, Unsure> {
    match words {
        [] => Ok(Some(false)),
        [word] => Ok(Some(!word.is_empty())),
        ["!", rest @ ..] => Ok(judge(shell, rest)?.map(|answer| !answer)),
        [operator, word] => unary(shell, operator, word),
        [left, operator, right] if BINARY.contains(operator) => Ok(binary(left, operator, right)),
        _ => {
            let joined = |name: &str| words.iter().position(|word| *word == name);
            if let Some(at) = joined("-o") {
                let (left, right) =
                    (words.get(..at).unwrap_or_default(), words.get(at + 1..).unwrap_or_default());
                let (left, right) = (judge(shell, left)?, judge(shell, right)?);
                return Ok(left.zip(right).map(|(left, right)| left || right));
            }
            if let Some(at) = joined("-a") {
                let (left, right) =
                    (words.get(..at).unwrap_or_default(), words.get(at + 1..).unwrap_or_default());
                let (left, right) = (judge(shell, left)?, judge(shell, right)?);
                return Ok(left.zip(right).map(|(left, right)| left && right));
            }
            Ok(None)
        }
    }
}

fn unary(shell: &Shell<'_>, operator: &str, word: &str) -> Result<Option<bool>, Unsure> {
    let kind = |wanted: FileKind| -> Result<Option<bool>, Unsure> {
        if word.is_empty() {
            return Ok(Some(false));
        }
        Ok(Some(shell.look(word)?.is_some_and(|file| file.kind == wanted)))
    };
    match operator {
        "-z" => Ok(Some(word.is_empty())),
        "-n" => Ok(Some(!word.is_empty())),
        "-f" => kind(FileKind::File),
        "-d" => kind(FileKind::Directory),
        // (Root may read and write everything.)
        "-e" | "-r" | "-w" if word.is_empty() => Ok(Some(false)),
        "-e" | "-r" | "-w" => Ok(Some(shell.look(word)?.is_some())),
        "-L" | "-h" => Ok(Some(shell.look(word)?.is_some_and(|file| file.target.is_some()))),
        "-s" => match shell.look(word)? {
            None => Ok(Some(false)),
            Some(file) => content(word, file).map(|text| Some(!text.is_empty())),
        },
        "-x" => Err(Unsure::new("whether a file may be executed is not read here")),
        _ => Ok(None),
    }
}

/// The operators with two sides.
const BINARY: [&str; 9] = ["=", "==", "!=", "-eq", "-ne", "-gt", "-ge", "-lt", "-le"];

/// The answer, where the sides fit the operator.
fn binary(left: &str, operator: &str, right: &str) -> Option<bool> {
    let numbers = || left.trim().parse::<i64>().ok().zip(right.trim().parse::<i64>().ok());
    match operator {
        "=" | "==" => Some(left == right),
        "!=" => Some(left != right),
        "-eq" => numbers().map(|(left, right)| left == right),
        "-ne" => numbers().map(|(left, right)| left != right),
        "-gt" => numbers().map(|(left, right)| left > right),
        "-ge" => numbers().map(|(left, right)| left >= right),
        "-lt" => numbers().map(|(left, right)| left < right),
        "-le" => numbers().map(|(left, right)| left <= right),
        _ => None,
    }
}
