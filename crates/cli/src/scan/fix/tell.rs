//! What is said about fixes: what was done, what was left, and what to do about that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ironsides_core::{Cause, Safety};
use ironsides_tree::Lines;

use super::files::Real;
use super::gather::{Key, Wish};
use super::survey::Surveyed;
use crate::args::{FixMode, ScanArgs};
use crate::say::Say;

/// How many things are told one by one before the rest is counted.
const TOLD: usize = 20;

/// A finding whose fix was made or refused.
pub(crate) struct Done {
    pub(crate) path: Arc<str>,
    pub(crate) check: &'static str,
    pub(crate) target: String,
    pub(crate) place: String,
    pub(crate) summary: String,
    /// Why it was not.
    pub(crate) why: Option<String>,
}

/// What was not fixed.
#[derive(Default)]
pub(crate) struct Left {
    /// It was wanted, but cannot be done.
    pub(crate) refused: Vec<Done>,
    /// How many fixes are not made since they would write to files that nobody named: by what is said of the file.
    pub(crate) outside: BTreeMap<String, usize>,
    /// Comments that went with what they stood beside: `file:line: # text`
    pub(crate) comments: BTreeSet<(String, u32, String)>,
    /// The fix is not safe, and nobody asked for such.
    pub(crate) needs_unsafe: usize,
    /// Charts and kustomizations make it: what to change instead.
    pub(crate) rendered: BTreeSet<String>,
}

impl Left {
    /// Sorts out what nobody is going to try to fix in files that are as they were read.
    pub(crate) fn gather(
        &mut self,
        wishes: &BTreeMap<Key, Wish>,
        files: &[Surveyed],
        real: &Real,
        mode: FixMode,
        args: &ScanArgs,
    ) {
        let written: BTreeSet<(&str, String)> = files
            .iter()
            .flat_map(|file| file.seen.iter().map(|seen| (&*file.path, seen.object.target.to_string())))
            .collect();
        let wanted = |wish: &&Wish| !wish.waived && wish.severity >= args.least();
        for ((path, check, target, _), wish) in wishes.iter().filter(|(_, wish)| wanted(wish)) {
            let Some((safety, summary)) = &wish.fix else { continue };
            let needs_unsafe = *safety == Safety::Unsafe && mode == FixMode::Safe;
            if real.is_again(path.as_ref().as_ref()) {
                // It is counted under the name that is edited.
                continue;
            }
            if real.is_outside(path) {
                if !needs_unsafe {
                    *self.outside.entry(real.outside(path)).or_default() += 1;
                }
                continue;
            }
            let in_file = written.contains(&(&**path, target.clone()));
            match (in_file, needs_unsafe) {
                (true, true) => self.needs_unsafe += 1,
                (false, false) => _ = self.rendered.insert(instead(check, target, summary, wish)),
                (true, false) | (false, true) => {}
            }
        }
    }
}

/// The comments of a text that are not in what became of it, with their lines.
pub(crate) fn lost_comments(old: &str, new: &str) -> Vec<(u32, String)> {
    let all = |text: &str| -> Vec<(u32, String)> {
        let lines = Lines::new(text);
        let spans = ironsides_tree::comments(text).into_iter().map(|comment| comment.span);
        spans
            .map(|span| {
                let comment = span.slice(text).unwrap_or_default().trim_end().to_owned();
                (lines.position(text, span.start).line, comment)
            })
            .collect()
    };
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for (_, comment) in all(new) {
        *left.entry(comment).or_default() += 1;
    }
    let mut lost = Vec::new();
    let was = all(old);
    let mut surplus: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, comment) in &was {
        *surplus.entry(comment).or_default() += 1;
    }
    for (line, comment) in &was {
        let (is, had) = (left.get(comment).copied(), surplus.get_mut(comment.as_str()));
        if let Some(had) = had.filter(|had| **had > is.unwrap_or_default()) {
            *had -= 1;
            lost.push((*line, comment.clone()));
        }
    }
    lost
}

/// What to change where the place itself is made of something else.
fn instead(check: &str, target: &str, summary: &str, wish: &Wish) -> String {
    let where_to = match wish.causes.as_slice() {
        [] => format!("edit {}", wish.place),
        causes => {
            let causes: Vec<String> = causes.iter().map(cause).collect();
            format!("change {}", causes.join(" or "))
        }
    };
    format!("{target}: {check}: to {summary}, {where_to}")
}

/// `.Values.image.tag (values.yaml:12)`
fn cause(cause: &Cause) -> String {
    match (&cause.path, cause.line) {
        (Some(path), Some(line)) => format!("{} ({path}:{line})", cause.what),
        (Some(path), None) => format!("{} ({path})", cause.what),
        (None, _) => cause.what.to_string(),
    }
}

/// Tells everything on standard error.
pub(crate) fn tell(say: &Say, diff: bool, done: &[Done], left: &Left) {
    let mut files: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for one in done {
        *files.entry(&one.path).or_default().entry(one.check).or_default() += 1;
    }
    let word = if diff { "would fix" } else { "fixed" };
    for (path, checks) in &files {
        let path = if *path == ironsides_files::STDIN { "(standard input)" } else { path };
        let count: usize = checks.values().sum();
        let each: Vec<String> = checks.iter().map(|(check, count)| format!("{count} {check}")).collect();
        say.news(word, &format!("{path}: {}: {}", findings(count), each.join(", ")));
    }
    let refused = left.refused.iter().filter_map(|one| {
        let why = one.why.as_deref()?;
        Some(format!("{}: {}: {}: cannot {}: {why}", one.place, one.target, one.check, one.summary))
    });
    let outside = left.outside.iter().map(|(why, count)| format!("{why} ({} there)", findings(*count)));
    told(say, "not fixed", outside.chain(refused).collect());
    let comments = left.comments.iter().map(|(path, line, text)| format!("{path}:{line}: {text}"));
    // Each of them, however many: nothing else in the run tells that somebody's words are gone.
    comments
        .for_each(|line| say.ending(if diff { "would remove comment" } else { "removed comment" }, &line));
    told(say, "rendered", left.rendered.iter().cloned().collect());
    if files.is_empty() && left.refused.is_empty() && left.rendered.is_empty() && left.outside.is_empty() {
        say.news(word, &"nothing: no finding has a fix of this kind");
    }
    if left.needs_unsafe > 0 {
        say.hint(&format!(
            "{} can be fixed with --fix=unsafe; the report says what to try first",
            match left.needs_unsafe {
                1 => "1 more finding".into(),
                count => format!("{count} more findings"),
            }
        ));
    }
}

fn told(say: &Say, word: &str, mut lines: Vec<String>) {
    lines.sort();
    let more = lines.len().saturating_sub(TOLD);
    for line in lines.iter().take(TOLD) {
        say.ending(word, line);
    }
    if more > 0 {
        say.ending(word, &format!("{more} more"));
    }
}

fn findings(count: usize) -> String {
    if count == 1 { "1 finding".into() } else { format!("{count} findings") }
}

#[cfg(test)]
mod tests {
    use ironsides_core::Severity;

    use super::*;

    #[test]
    fn what_is_rendered_is_told_with_what_to_change() {
        let cause = |what: &str, path: Option<&str>, line| Cause {
            what: what.into(),
            path: path.map(Arc::from),
            line,
        };
        let mut wish = Wish {
            severity: Severity::High,
            fix: None,
            waived: false,
            place: "chart/templates/pod.yaml:9:14".into(),
            causes: Vec::new(),
        };
        let told = |wish: &Wish| instead("host-pid", "Pod web", "set hostPID to false", wish);
        assert_eq!(
            told(&wish),
            "Pod web: host-pid: to set hostPID to false, edit chart/templates/pod.yaml:9:14"
        );
        wish.causes =
            vec![cause(".Values.pid", Some("chart/values.yaml"), Some(2)), cause("--set pid", None, None)];
        assert_eq!(
            told(&wish),
            "Pod web: host-pid: to set hostPID to false, change .Values.pid (chart/values.yaml:2) or --set pid"
        );
    }
}
