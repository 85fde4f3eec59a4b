//! Parameters of a request's URI.

/// The first value of a parameter, decoded.
pub(super) fn parameter(uri: &str, name: &str) -> Option<String> {
    let (_, query) = uri.split_once('?')?;
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key) == name).then(|| decoded(value))
    })
}

/// A text without percent signs and pluses.
fn decoded(text: &str) -> String {
    if !text.contains(['%', '+']) {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                out.push(code);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let uri =
            "/api/v1/namespaces/x/pods/y/exec?command=sh&command=-c&container=a%2Fb&stdin=true&a+b=c%20d";
        assert_eq!(parameter(uri, "command").as_deref(), Some("sh"));
        assert_eq!(parameter(uri, "container").as_deref(), Some("a/b"));
        assert_eq!(parameter(uri, "a b").as_deref(), Some("c d"));
        assert_eq!(parameter(uri, "tty"), None);
        assert_eq!(parameter("/healthz", "command"), None);
    }
}
