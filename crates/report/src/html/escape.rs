//! Text that is safe in HTML.

use crate::snippet::plain;

/// Text as it stands between tags and in quoted attributes: nothing in it is markup, drives anything or turns the
/// direction of what follows. A line break stays one.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for c in plain(line).chars() {
            match c {
                '&' => out += "&amp;",
                '<' => out += "&lt;",
                '>' => out += "&gt;",
                '"' => out += "&quot;",
                '\'' => out += "&#39;",
                c => out.push(c),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn markup_is_text() {
        assert_eq!(
            super::text("<script>alert('a\"&')</script>\u{202e}\n\u{1b}["),
            "&lt;script&gt;alert(&#39;a&quot;&amp;&#39;)&lt;/script&gt;\u{fffd}\n\u{fffd}["
        );
    }
}
