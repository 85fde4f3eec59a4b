//! What a value shows of itself.

/// Beginnings of tokens and the fewest characters that follow them.
const TOKENS: &[(&str, usize, &str)] = &[
    ("AIza", 35, "a Google API key"),
    ("dop_v1_", 64, "a DigitalOcean token"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("hvs.", 24, "a Vault token"),
    ("npm_", 36, "an npm token"),
    ("pypi-AgEIcHlwaS5vcmc", 20, "a PyPI token"),
    ("rk_live_", 24, "a Stripe key"),
    ("shpat_", 32, "a Shopify token"),
    ("sk-ant-", 20, "an Anthropic API key"),
    ("sk-proj-", 20, "an OpenAI API key"),
    ("sk_live_", 24, "a Stripe key"),
    ("xoxa-", 10, "a Slack token"),
    ("xoxb-", 10, "a Slack token"),
    ("xoxp-", 10, "a Slack token"),
    ("xoxs-", 10, "a Slack token"),
    ("hooks.slack.com/services/T", 20, "a Slack webhook"),
];

/// What the words before `=` end in where a password or key follows.
const ASSIGNED: &[&str] =
    &["password", "passwd", "pwd", "accountkey", "sharedaccesskey", "clientsecret", "client_secret"];

/// As many bytes before `=` as are looked at.
const LONGEST_NAME: usize = 32;

/// Where secrets are kept that values refer to.
const STORES: &[&str] = &[
    "arn:",
    "awssm:",
    "azurekeyvault:",
    "env:",
    "file:",
    "gcp:secretmanager:",
    "gsm:",
    "op://",
    "ref+",
    "secretref:",
    "sm://",
    "vault:",
    ">>vault:",
    "@microsoft.keyvault(",
];

/// What credential a value contains by its form alone.
pub(super) fn credential(value: &str) -> Option<&'static str> {
    if value.contains("---BEGIN ") && value.contains("PRIVATE KEY---") {
        return Some("a private key");
    }
    if let Some((_, _, what)) = TOKENS.iter().find(|(start, fewest, _)| has_token(value, start, *fewest)) {
        return Some(what);
    }
    if value.contains("\"auths\"") && value.contains("\"auth\"") {
        return Some("the login to a registry");
    }
    if has_authorization(value) {
        return Some("an authorization header");
    }
    if has_jwt(value) {
        return Some("a JSON Web Token");
    }
    if url_passwords(value).chain(dsn_password(value)).any(is_literal) {
        return Some("a connection string with a password");
    }
    let written = |value: &str| is_literal(value) && !is_path(value) && !is_substituted(value);
    assigned(value).any(written).then_some("a password")
}

/// Whether a shell would put something else in the place of a word: `$(cat file)`, `` `cat file` ``, `$password`.
fn is_substituted(value: &str) -> bool {
    let value = value.trim_start_matches(['"', '\'']);
    let variable = value.strip_prefix('$').map(|name| name.trim_end_matches(['"', '\'']));
    let is_name = |name: &str| {
        name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    value.starts_with('`') || variable.is_some_and(|rest| rest.starts_with('(') || is_name(rest))
}

/// Whether a value may be a password: anything but nothing, switches, files and references.
pub(super) fn may_be_password(value: &str) -> bool {
    is_literal(value) && !is_path(value) && !value.contains("://")
}

/// Whether a value may be a token or a key: a password, but no number and no duration.
pub(super) fn may_be_key(value: &str) -> bool {
    let number = value.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let unit = value.len() - number.len();
    let small = !number.is_empty() && number.len() <= 6 && unit <= 2;
    may_be_password(value) && !(small && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// Whether a value says how or where to log in, rather than with what.
pub(super) fn is_way_to_log_in(value: &str) -> bool {
    const WAYS: &[&str] = &[
        "anonymous",
        "aws",
        "basic",
        "bearer",
        "certificate",
        "cookie",
        "default",
        "digest",
        "external",
        "github",
        "google",
        "header",
        "iam",
        "internal",
        "local",
        "login",
        "mtls",
        "negotiate",
        "password",
        "peer",
        "plain",
        "session",
        "simple",
        "tls",
        "token",
        "trust",
        "x509",
    ];
    // With whatever version or hash follows.
    const FAMILIES: &[&str] = &[
        "cram", "gss", "jwt", "kerberos", "ldap", "md5", "ntlm", "oauth", "oidc", "openid", "saml", "scram",
    ];
    let lower = value.trim().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let has_port = lower
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.len() >= 2 && port.bytes().all(|byte| byte.is_ascii_digit()));
    let is_host = value.contains('.') && value.bytes().all(plain);
    WAYS.contains(&lower.as_str())
        || FAMILIES.iter().any(|family| lower.starts_with(family))
        || has_port
        || is_host
}

/// Whether a value looks as if it had been drawn by lot: long, of letters and digits in disorder.
pub(super) fn looks_random(value: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let count = |wanted: fn(&u8) -> bool| value.bytes().filter(wanted).count();
    let longest_word = value.split(|char: char| !char.is_ascii_lowercase()).map(str::len).max().unwrap_or(0);
    let is_uuid = value.len() == 36 && count(|byte| *byte == b'-') == 4;
    value.len() >= 16
        && value.bytes().all(allowed)
        && count(u8::is_ascii_digit) >= 2
        && count(u8::is_ascii_alphabetic) >= 2
        && longest_word <= 6
        && !is_uuid
        && may_be_password(value)
}

/// Whether something is written out, rather than left empty, switched on or off, masked, or to be filled in from
/// elsewhere.
fn is_literal(value: &str) -> bool {
    const SWITCHES: &[&str] = &[
        "0",
        "1",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "enabled",
        "disabled",
        "none",
        "null",
        "nil",
        "undefined",
        "required",
        "optional",
        "redacted",
    ];
    let value = value.trim().trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    let is_masked = value.bytes().all(|byte| byte == b'*');
    let is_switch = SWITCHES.contains(&lower.as_str());
    let is_kept = STORES.iter().any(|store| lower.starts_with(store));
    !(is_masked || is_switch || is_kept || is_placeholder(value))
}

/// Whether a value is to be filled in: by the kubelet (`$(NAME)`), or by whatever completes the manifest.
fn is_placeholder(value: &str) -> bool {
    let wrapped = |start: &str, end: &str| value.starts_with(start) && value.ends_with(end);
    let is_shell = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|char: char| char.is_ascii_uppercase() || char == '_')
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    });
    let is_format = matches!(value, "%s" | "%v");
    is_shell
        || is_format
        || wrapped("<", ">")
        || value.contains("${")
        || value.contains("{{")
        || has_reference(value)
}

/// Whether the kubelet will put another variable into the value. Two dollars are one that means nothing.
fn has_reference(value: &str) -> bool {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('$') {
        if after.starts_with('(') {
            return after.contains(')');
        }
        rest = after.strip_prefix('$').unwrap_or(after);
    }
    false
}

/// Whether a value is the way to a file, or to a key in a store.
fn is_path(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let drive = value.as_bytes().get(1..3).is_some_and(|colon| colon == b":\\");
    let rooted = ["/", "./", "../", "~"].iter().any(|start| value.starts_with(start));
    // Base64 may begin with a slash too, but hardly ever does without other marks or digits and capitals in disorder.
    let rooted =
        rooted && !value.contains(['=', '+', ' ']) && (value.len() < 32 || !looks_like_base64(value));
    drive || rooted || is_file(value)
}

/// Whether a value is a file in a directory: small letters, and at the end an extension.
fn is_file(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/._-".contains(&byte);
    let file = value.rsplit_once('/').and_then(|(_, name)| name.rsplit_once('.'));
    file.is_some_and(|(_, extension)| (1..=5).contains(&extension.len())) && value.bytes().all(plain)
}

fn looks_like_base64(value: &str) -> bool {
    let capitals = value.bytes().filter(u8::is_ascii_uppercase).count();
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/') && capitals * 4 > value.len()
}

/// Whether a token that begins with `start` stands in the value, on its own or among other things.
fn has_token(value: &str, start: &str, fewest: usize) -> bool {
    value.match_indices(start).any(|(at, _)| {
        let is_inside =
            value.get(..at).is_some_and(|before| before.ends_with(|char: char| char.is_ascii_alphanumeric()));
        let tail = value.get(at + start.len()..).unwrap_or_default();
        let length = tail
            .bytes()
            .take(fewest)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(byte))
            .count();
        !is_inside && length >= fewest
    })
}

/// Whether what follows `Bearer` or `Basic` is no mere word.
fn has_authorization(value: &str) -> bool {
    let allowed = |char: &char| char.is_ascii_alphanumeric() || "+/=._-".contains(*char);
    ["Bearer ", "Basic "].iter().flat_map(|scheme| value.split(scheme).skip(1)).any(|rest| {
        let length = rest.chars().take_while(allowed).count();
        length >= 16 && rest.chars().take(length).any(|char| char.is_ascii_digit() || char == '=')
    })
}

/// Whether a signed JSON Web Token stands in the value: two JSON objects in base64 and a signature.
fn has_jwt(value: &str) -> bool {
    value.split(|char: char| !char.is_ascii_alphanumeric() && !"._-".contains(char)).any(|word| {
        let mut parts = word.split('.');
        let mut long =
            |start: &str| parts.next().is_some_and(|part| part.len() >= 16 && part.starts_with(start));
        long("eyJ") && long("eyJ") && long("") && parts.next().is_none()
    })
}

/// The passwords of the URLs in a value.
fn url_passwords(value: &str) -> impl Iterator<Item = &str> {
    value.match_indices("://").filter_map(|(at, mark)| {
        let has_scheme = value.get(..at)?.ends_with(|char: char| char.is_ascii_alphanumeric());
        let rest = value.get(at + mark.len()..)?;
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'', '\n']).next()?;
        let (user, _) = authority.rsplit_once('@')?;
        let (_, password) = user.split_once(':')?;
        has_scheme.then_some(password)
    })
}

/// The password of `user:password@tcp(host)/database`, as drivers for Go take it.
fn dsn_password(value: &str) -> Option<&str> {
    let at = ["@tcp(", "@unix(", "@("].iter().find_map(|mark| value.find(mark))?;
    let (user, password) = value.get(..at)?.split_once(':')?;
    (!user.is_empty() && !user.contains([' ', '/'])).then_some(password)
}

/// What stands after `password=` and its like.
fn assigned(value: &str) -> impl Iterator<Item = &str> {
    value.match_indices('=').filter_map(|(at, _)| {
        let before = value.get(..at)?;
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = before.bytes().rev().take(LONGEST_NAME).take_while(is_word).count();
        let name = before.get(at - length..)?.to_ascii_lowercase();
        if !ASSIGNED.iter().any(|word| name.ends_with(word)) {
            return None;
        }
        value.get(at + 1..)?.split([';', '&', ',', ' ', '=', '\n']).next()
    })
}
