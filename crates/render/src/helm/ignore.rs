//! `.helmignore`: which files of a chart's folder do not belong to the chart.

/// The rules of one file, in their order.
#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: String,
    negated: bool,
    folders_only: bool,
    /// Whether the pattern is of the path, not of the name alone.
    path: bool,
}

impl Rules {
    /// Reads rules, one a line; the number of a line that cannot be read, and why.
    pub(crate) fn parse(text: &str) -> Result<Self, (u32, String)> {
        let mut rules = Self::default();
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.contains("**") {
                let number = u32::try_from(number + 1).unwrap_or(u32::MAX);
                return Err((number, "** is not known here; Helm refuses it".to_owned()));
            }
            rules.add(line);
        }
        rules.add("templates/.?*");
        Ok(rules)
    }

    /// The rules of a chart without a file of its own.
    pub(crate) fn none() -> Self {
        let mut rules = Self::default();
        rules.add("templates/.?*");
        rules
    }

    fn add(&mut self, line: &str) {
        let (negated, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folders_only, rest) = rest.strip_suffix('/').map_or((false, rest), |rest| (true, rest));
        let (rooted, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let path = rooted || rest.contains('/');
        self.0.push(Rule { pattern: rest.to_owned(), negated, folders_only, path });
    }

    /// Whether a file or folder is left out, by its path in the chart.
    pub(crate) fn ignores(&self, path: &str, is_folder: bool) -> bool {
        for rule in &self.0 {
            let name = if rule.path { path } else { path.rsplit('/').next().unwrap_or(path) };
            if rule.negated {
                if (rule.folders_only && !is_folder) || !matches(&rule.pattern, name) {
                    return true;
                }
            } else if (!rule.folders_only || is_folder) && matches(&rule.pattern, name) {
                return true;
            }
        }
        false
    }
}

/// Go's `filepath.Match`: `*`, `?` and `[a-z]` within one name.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    matches_from(&pattern, &text)
}

fn matches_from(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    // The last star, and how much of the text it takes.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match (pattern.get(p), text.get(t)) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            (Some('?'), Some(c)) if *c != '/' => Some(p + 1),
            (Some('['), Some(c)) => class(pattern, p, *c),
            (Some('\\'), Some(c)) if pattern.get(p + 1) == Some(c) => Some(p + 2),
            (Some(a), Some(b)) if a == b && !matches!(a, '?' | '[' | '\\') => Some(p + 1),
            _ => None,
        };
        match (step, star) {
            (Some(next), _) => {
                p = next;
                t += 1;
            }
            (None, Some((at, from))) if text.get(from).is_some_and(|c| *c != '/') => {
                star = Some((at, from + 1));
                p = at + 1;
                t = from + 1;
            }
            _ => return false,
        }
    }
}

/// Where a class that holds the character ends.
fn class(pattern: &[char], at: usize, c: char) -> Option<usize> {
    let mut p = at + 1;
    let negated = pattern.get(p) == Some(&'^');
    p += usize::from(negated);
    let mut holds = false;
    let mut first = true;
    while first || pattern.get(p) != Some(&']') {
        first = false;
        let low = *pattern.get(p)?;
        let high = match (pattern.get(p + 1), pattern.get(p + 2)) {
            (Some('-'), Some(high)) if *high != ']' => {
                p += 2;
                *high
            }
            _ => low,
        };
        holds |= (low..=high).contains(&c);
        p += 1;
    }
    (holds != negated).then_some(p + 1)
}
