//! Names of hosts in texts: values of variables, arguments, configuration files.

/// A name of a host in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mention {
    /// The name, or an address, in lower case.
    pub(super) host: String,
    /// The port beside it.
    pub(super) port: Option<u16>,
    /// The scheme before it; empty where there is none.
    pub(super) scheme: String,
    /// Whether it must be a host: it has a scheme or a port, or its variable is called so. Otherwise it may be any word.
    pub(super) sure: bool,
}

impl Mention {
    /// Whether it looks like a name outside of the cluster.
    pub(super) fn is_outside(&self) -> bool {
        let last = self.host.rsplit('.').next().unwrap_or_default();
        let is_word = last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
        self.sure
            && self.host.contains('.')
            && is_word
            && !self.is_of_cluster()
            && last != "local"
            && last != "internal"
    }

    /// Whether it is written as names of services are.
    pub(super) fn is_of_cluster(&self) -> bool {
        self.host.split('.').skip(2).any(|label| label == "svc") || self.host.ends_with(".cluster.local")
    }
}

/// The names of variables that hold hosts.
const HOSTS: [&str; 12] = [
    "HOST", "URL", "URI", "ADDR", "ENDPOINT", "SERVER", "SERVICE", "BROKER", "UPSTREAM", "BACKEND", "TARGET",
    "DSN",
];

/// The ports that schemes stand for.
pub(super) fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" | "grpcs" => 443,
        "postgres" | "postgresql" => 5432,
        "mysql" | "mariadb" => 3306,
        "mongodb" => 27017,
        "redis" | "rediss" => 6379,
        "amqp" => 5672,
        "amqps" => 5671,
        "nats" => 4222,
        "kafka" => 9092,
        "ldap" => 389,
        "ldaps" => 636,
        "smtp" => 25,
        "smtps" => 465,
        "ftp" => 21,
        "ssh" | "sftp" => 22,
        _ => return None,
    })
}

/// All names of hosts in the value of a variable (or in another text, where its name is empty).
pub(super) fn mentions(variable: &str, text: &str) -> Vec<Mention> {
    let upper = variable.to_ascii_uppercase();
    let is_host = HOSTS.iter().any(|word| upper.contains(word));
    let mut found = Vec::new();
    for line in text.lines() {
        // Comments of configuration files.
        if line.trim_start().starts_with(['#', ';']) || line.trim_start().starts_with("//") {
            continue;
        }
        let line = without_variables(line);
        let apart = |letter: char| letter.is_whitespace() || r#""'`,;|<>()[]{}"#.contains(letter);
        for word in line.split(apart).filter(|word| !word.is_empty()) {
            found.extend(word_mention(word, is_host));
        }
    }
    found.dedup();
    found
}

/// The text with a mark, which no name holds, in the place of each variable: `$(X)`, `${X}`.
fn without_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let end = match after.chars().next() {
            Some('(') => after.find(')'),
            Some('{') => after.find('}'),
            _ => None,
        };
        out.push('\u{1}');
        rest = end.and_then(|end| after.get(end + 1..)).unwrap_or(after);
    }
    out.push_str(rest);
    out
}

fn word_mention(word: &str, is_host: bool) -> Option<Mention> {
    // `--upstream=api:8080`; what stands behind a scheme may have a query of its own.
    let (scheme, rest) =
        word.split_once("://").unwrap_or_else(|| ("", word.rsplit('=').next().unwrap_or(word)));
    // `jdbc:postgresql` and `spring+amqp` end with the scheme that counts.
    let scheme = scheme.rsplit([':', '+', '=']).next().unwrap_or_default().to_ascii_lowercase();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0)?))
        }
        Some(_) => return None,
        None => (authority, None),
    };
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let is_name = host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && host.parse::<std::net::Ipv4Addr>().is_err();
    if !is_name || is_number || host == "localhost" {
        return None;
    }
    // A path is no host: `etc/nginx`, `v1.2/x`.
    if scheme.is_empty() && end < rest.len() && port.is_none() {
        return None;
    }
    let sure = !scheme.is_empty() || port.is_some() || is_host;
    let plain_outside = scheme.is_empty() && port.is_none() && !is_host;
    let mention = Mention { host, port, scheme, sure };
    // Words with dots in texts are versions and files more often than hosts: only those of services count.
    (!plain_outside || mention.is_of_cluster()).then_some(mention)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(variable: &str, text: &str) -> Vec<String> {
        let port = |port: Option<u16>| port.map(|port| format!(":{port}")).unwrap_or_default();
        mentions(variable, text)
            .into_iter()
            .map(|it| {
                format!(
                    "{}{}{}{}",
                    if it.scheme.is_empty() { String::new() } else { format!("{}://", it.scheme) },
                    it.host,
                    port(it.port),
                    if it.sure { "" } else { "?" }
                )
            })
            .collect()
    }

    #[test]
    fn hosts_are_found_where_people_write_them() {
        let table: [(&str, &str, &[&str]); 14] = [
            ("CART_URL", "http://cart.shop.svc:8080/x", &["http://cart.shop.svc:8080"]),
            (
                "DATABASE_URL",
                "postgres://user:p@ss@postgres.data.svc:5432/shop?sslmode=disable",
                &["postgres://postgres.data.svc:5432"],
            ),
            ("REDIS_HOST", "cart-redis", &["cart-redis"]),
            (
                "BROKERS",
                "kafka-0.kafka:9092,kafka-1.kafka:9092",
                &["kafka-0.kafka:9092", "kafka-1.kafka:9092"],
            ),
            ("JDBC", "jdbc:mysql://db/shop", &["mysql://db"]),
            ("APP_NAME", "cart", &[]),
            ("VERSION", "1.2.3", &[]),
            ("IMAGE", "registry.example/shop/cart:2.3.1", &[]),
            (
                "LEDGER_URL",
                "postgres://ledger:$(PASSWORD)@postgres.data.svc:5432/ledger",
                &["postgres://postgres.data.svc:5432"],
            ),
            ("", "--upstream=http://api:8080", &["http://api:8080"]),
            (
                "",
                "proxy_pass http://127.0.0.1:3000;\n# proxy_pass http://old:80;\n",
                &["http://127.0.0.1:3000"],
            ),
            ("", "see cart.shop.svc for more", &["cart.shop.svc?"]),
            ("LISTEN_ADDR", ":8080", &[]),
            ("X_URL", "http://localhost:80", &[]),
        ];
        for (variable, text, expected) in table {
            assert_eq!(shown(variable, text), expected, "{variable}={text}");
        }
    }
}
