//! Trivy's `.trivyignore` and `.trivyignore.yaml`.

use ironsides_core::{Date, Matcher, Pattern};
use ironsides_tree::{Cursor, Span, SyntaxError};

use super::Noted;
use super::annotation::last_day;
use super::file::{IgnoreFile, Reading, Terms};
use crate::foreign::Tool;

/// Reads a `.trivyignore`: an id a line, with `exp:DATE` behind it or not. Lines that begin with a hash are comments.
pub fn trivyignore(file: &IgnoreFile<'_>) -> Noted {
    let mut reading = Reading::new(file, Tool::Trivy);
    let mut offset = 0;
    for line in file.text.split_inclusive('\n') {
        let span = Span::new(offset, offset + line.trim_end().len());
        offset += line.len();
        let mut words = line.split_whitespace();
        let Some(id) = words.next().filter(|id| !id.starts_with('#')) else { continue };
        // On the day itself it does not hold any more.
        let end = words.find_map(|word| word.strip_prefix("exp:")).map(str::parse::<Date>).transpose();
        match end {
            Ok(end) => {
                let terms = Terms { expires: end.map(Date::before), ..Terms::default() };
                reading.id(span, id, &terms, &[Matcher::default()]);
            }
            Err(why) => reading.tell(span, id, Some(why)),
        }
    }
    reading.noted
}

/// Reads a `.trivyignore.yaml`: of its four lists, `misconfigurations`.
pub fn trivyignore_yaml(file: &IgnoreFile<'_>) -> Result<Noted, SyntaxError> {
    let mut reading = Reading::new(file, Tool::Trivy);
    let root = reading.root()?;
    for at in Cursor::root(&root).get("misconfigurations").items() {
        let id = at.get("id");
        let Some(name) = id.str() else { continue };
        let end = at.get("expired_at").str().map(last_day).transpose();
        let patterns: Result<Vec<_>, _> =
            at.get("paths").items().filter_map(|path| path.str()).map(Pattern::doublestar).collect();
        match (end, patterns) {
            (Ok(expires), Ok(patterns)) => {
                let reason = at.get("statement").str().unwrap_or_default().trim().to_owned();
                let anywhere = [Matcher::default()];
                let at_paths = reading.at_paths(&patterns);
                let matchers = if patterns.is_empty() { &anywhere[..] } else { &at_paths };
                reading.id(id.mark(), name, &Terms { expires, reason }, matchers);
            }
            (Err(why), _) | (_, Err(why)) => reading.tell(id.mark(), name, Some(why)),
        }
    }
    Ok(reading.noted)
}
