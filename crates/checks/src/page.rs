//! The page of a check: prose for people and examples that are run.

/// A page, taken apart.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Why the check exists: everything before the first heading.
    pub why: &'a str,
    /// The sections in order: heading and text.
    pub sections: Vec<(&'a str, &'a str)>,
    /// The fenced examples in order.
    pub examples: Vec<Example<'a>>,
}

/// A fenced YAML block whose opening line says what the check makes of it.
#[derive(Clone, Copy, Debug)]
pub struct Example<'a> {
    /// What must come of it.
    pub expect: Expect,
    /// The YAML.
    pub text: &'a str,
    /// The line of the page on which the YAML begins, from 1.
    pub line: usize,
}

/// What must come of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// One finding on each line that ends in `# finding` (`# finding (2)` for two), and no other.
    Flagged,
    /// No finding, and at least one target that passes or to which the question does not apply.
    Passes,
    /// What the flagged example right before it becomes with the check's own fixes, the unsafe ones too.
    Fixed,
}

impl<'a> Page<'a> {
    /// Takes a page apart. Blocks that are not marked `yaml flagged`, `yaml fixed` or `yaml passes` are prose.
    pub fn parse(text: &'a str) -> Self {
        let mut sections: Vec<(&str, &str)> = Vec::new();
        let mut examples = Vec::new();
        let (mut why, mut heading, mut begin) = (text, None, 0);
        let mut fence: Option<(Option<Expect>, usize, usize)> = None;
        let mut offset = 0;
        let mut close = |heading: Option<&'a str>, part: &'a str| match heading {
            Some(heading) => sections.push((heading, part.trim())),
            None => why = part.trim(),
        };
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let next = offset + line.len();
            match (&fence, line.trim_end()) {
                (Some((expect, start, first)), "```") => {
                    if let Some(expect) = *expect {
                        examples.push(Example { expect, text: &text[*start..offset], line: *first });
                    }
                    fence = None;
                }
                (None, opening) if opening.starts_with("```") => {
                    let expect = match opening {
                        "```yaml flagged" => Some(Expect::Flagged),
                        "```yaml passes" => Some(Expect::Passes),
                        "```yaml fixed" => Some(Expect::Fixed),
                        _ => None,
                    };
                    fence = Some((expect, next, number + 2));
                }
                (None, title) if title.starts_with("## ") => {
                    close(heading, &text[begin..offset]);
                    heading = Some(&title[3..]);
                    begin = next;
                }
                _ => {}
            }
            offset = next;
        }
        close(heading, &text[begin..]);
        Self { why, sections, examples }
    }

    /// The text of a section.
    pub fn section(&self, heading: &str) -> Option<&'a str> {
        self.sections.iter().find(|(found, _)| *found == heading).map(|(_, text)| *text)
    }
}

impl Example<'_> {
    /// The example without its marks.
    pub fn unmarked(&self) -> String {
        let bare = |line: &str| match line.rsplit_once("# finding") {
            Some((before, _)) => format!("{}\n", before.trim_end()),
            None => format!("{line}\n"),
        };
        self.text.lines().map(bare).collect()
    }

    /// The lines of the example (from 1) that expect a finding, once for each.
    pub fn expected_lines(&self) -> Vec<u32> {
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(self.text.lines()) {
            let Some((_, mark)) = line.rsplit_once("# finding") else { continue };
            let count = mark.trim().trim_matches(['(', ')']).parse().unwrap_or(1);
            lines.extend(std::iter::repeat_n(number, count));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_apart() {
        let page = Page::parse(
            "Why.\n\n## Fix\n\nDo it.\n\n## Examples\n\n```yaml flagged\na: 1 # finding\nb: 2 # finding (2)\n```\n\n```yaml\n## no heading\n```\n",
        );
        assert_eq!(page.why, "Why.");
        assert_eq!(page.section("Fix"), Some("Do it."));
        assert_eq!(page.sections.len(), 2);
        assert_eq!((page.examples.len(), page.examples[0].line), (1, 10));
        assert_eq!(page.examples[0].expected_lines(), [1, 2, 2]);
        assert_eq!(page.examples[0].unmarked(), "a: 1\nb: 2\n");
    }
}
