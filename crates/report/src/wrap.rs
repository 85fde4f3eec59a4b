//! Text in lines of a width.

use unicode_width::UnicodeWidthStr;

/// Breaks a text between words so that its first line has at most `first` columns and the others `rest`. A word that is
/// longer stands alone: paths and image references must stay whole to be copied. Text that fits stays as it is.
pub fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    if text.width() <= first {
        return vec![text.to_owned()];
    }
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let room = if lines.is_empty() { first } else { rest };
        let width = word.width();
        if used > 0 && used + 1 + width > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += width;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("a bc def", 4, 4), ["a bc", "def"]);
        assert_eq!(wrap("a  b", 9, 9), ["a  b"]);
        assert_eq!(wrap("registry.example/very/long:1 x", 5, 5), ["registry.example/very/long:1", "x"]);
        assert_eq!(wrap("漢字 漢字", 5, 5), ["漢字", "漢字"]);
        assert_eq!(wrap("", 5, 5), [""]);
        assert_eq!(wrap("aa bb cc", 2, 5), ["aa", "bb cc"]);
    }
}
