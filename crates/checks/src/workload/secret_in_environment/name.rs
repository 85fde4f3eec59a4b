//! What the name of a variable says about its value.

/// What a name hints at.
pub(super) struct Hint {
    /// In the words of a message.
    pub(super) what: &'static str,
    pub(super) strength: Strength,
}

/// How far a name can be believed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// A password by any value.
    Certain,
    /// A secret unless the value is plainly something else.
    Likely,
    /// A secret unless the value is plainly something else or names a way to log in.
    Login,
    /// A secret only if the value looks like one.
    Possible,
}

/// Words after which a name speaks of something about the secret, not of the secret.
const ABOUT: &[&str] = &[
    "age",
    "algorithm",
    "arn",
    "attempts",
    "audience",
    "checksum",
    "digest",
    "dir",
    "directory",
    "enabled",
    "endpoint",
    "expiration",
    "expiry",
    "field",
    "file",
    "filename",
    "fingerprint",
    "format",
    "hash",
    "header",
    "host",
    "id",
    "interval",
    "issuer",
    "length",
    "lifetime",
    "limit",
    "location",
    "max",
    "md5",
    "min",
    "mount",
    "name",
    "path",
    "policy",
    "port",
    "prefix",
    "ref",
    "sha1",
    "sha256",
    "size",
    "source",
    "store",
    "thumbprint",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "version",
];

/// Words that may follow without changing what is spoken of.
const NEUTRAL: &[&str] = &[
    "base",
    "base64",
    "b64",
    "content",
    "contents",
    "current",
    "data",
    "default",
    "dev",
    "encoded",
    "live",
    "local",
    "new",
    "next",
    "old",
    "plain",
    "plaintext",
    "previous",
    "primary",
    "prod",
    "production",
    "secondary",
    "staging",
    "string",
    "test",
    "text",
    "value",
];

/// Kinds of keys that are kept secret.
const SECRET_KEYS: &[&str] = &[
    "access",
    "account",
    "admin",
    "api",
    "app",
    "auth",
    // Of Oracle's command line, OCI_CLI_KEY_CONTENT.
    "cli",
    "cookie",
    "deploy",
    "encryption",
    "hmac",
    "jwt",
    "master",
    "private",
    "secret",
    "service",
    "session",
    "shared",
    "signing",
    "ssh",
    "storage",
    "subscription",
    "webhook",
];

/// Things whose secret is an object of the cluster, given by its name.
const SECRET_OBJECTS: &[&str] = &["ca", "cert", "certificate", "ingress", "k8s", "kubernetes", "pull", "tls"];

/// Words before `AUTH` that make a switch of it.
const SWITCHED: &[&str] =
    &["allow", "disable", "enable", "force", "has", "is", "no", "require", "requires", "skip", "use", "with"];

/// What `name` hints at: `DB_PASSWORD` and `dbPassword` at a password, `DB_PASSWORD_FILE` at nothing.
pub(super) fn hint(name: &str) -> Option<Hint> {
    let words = words(name);
    // What is made for browsers to see is no secret.
    if words.iter().any(|word| word == "public" || word == "publishable") {
        return None;
    }
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).map_or("", String::as_str);
        if let Some((what, strength)) = secret_word(word, before, words.len()) {
            found = Some((at, what, strength));
        }
    }
    let Some((at, what, mut strength)) = found else {
        // `REDIS_AUTH`, but neither `AUTH_MODE` nor `ENABLE_AUTH`.
        let is_login = words.last().is_some_and(|word| word == "auth")
            && !words.iter().any(|word| SWITCHED.contains(&word.as_str()));
        return is_login.then_some(Hint { what: "a password", strength: Strength::Login });
    };
    for word in words.iter().skip(at + 1).map(String::as_str) {
        // `SECRET_KEY_BASE`: the key was judged with the word before it.
        if ABOUT.contains(&word) {
            return None;
        }
        if !NEUTRAL.contains(&word) && !word.is_empty() {
            strength = Strength::Possible;
        }
    }
    // The services of Azure call the passwords of their accounts so: AZURE_BATCH_KEY, AZURE_SEARCH_KEY.
    let of_azure = words.first().is_some_and(|word| word == "azure");
    if of_azure && what == "a key" && words.last().is_some_and(|word| word == "key") {
        strength = Strength::Likely;
    }
    Some(Hint { what, strength })
}

/// Whether a word, after the word `before` it, names a secret.
fn secret_word(word: &str, before: &str, count: usize) -> Option<(&'static str, Strength)> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if ends(&["password", "passwd", "passphrase", "passwort"]) {
        return Some(("a password", Strength::Certain));
    }
    // `PWD` and `OLDPWD` are directories; `DB_PWD` and `DB_PASS` are not.
    if count > 1 && matches!(word, "pwd" | "pass" | "psw") || matches!(word, "dbpass" | "dbpwd" | "userpwd") {
        return Some(("a password", Strength::Certain));
    }
    if ends(&["secret"]) {
        return (!SECRET_OBJECTS.contains(&before)).then_some(("a secret", Strength::Likely));
    }
    if ends(&["token"]) {
        return Some(("a token", Strength::Likely));
    }
    if let Some(kind) = word.strip_suffix("key") {
        let kind = if kind.is_empty() { before } else { kind };
        return match kind {
            "site" => None,
            _ if SECRET_KEYS.contains(&kind) => Some(("a key", Strength::Likely)),
            _ => Some(("a key", Strength::Possible)),
        };
    }
    if word == "cookie" && before == "erlang" {
        return Some(("a secret", Strength::Likely));
    }
    matches!(word, "credential" | "credentials" | "creds").then_some(("credentials", Strength::Possible))
}

/// The words of a name in small letters, split where anything but letters and digits stands and where small letters
/// turn into capitals, without numbers at their ends.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = name.chars().peekable();
    let mut last = ' ';
    while let Some(char) = chars.next() {
        let into_word = last.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase());
        if !char.is_alphanumeric() || char.is_uppercase() && (last.is_lowercase() || into_word) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| char.is_alphanumeric()) {
            word.extend(char.to_lowercase());
        }
        last = char;
    }
    for word in &mut words {
        if !ABOUT.contains(&word.as_str()) && !NEUTRAL.contains(&word.as_str()) {
            word.truncate(word.trim_end_matches(|char: char| char.is_ascii_digit()).len());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart_into_words() {
        for (name, expected) in [
            ("DB_PASSWORD", "db password"),
            ("dbPassword2", "db password"),
            ("DBPassword", "db password"),
            ("spring.datasource-password", "spring datasource password"),
            ("A__b", "a b"),
            ("TOKEN_SHA256", "token sha256"),
            ("", ""),
            ("é_É", "é é"),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }
}
