//! A secret that is written into the manifest as the value of an environment variable.
//!
//! The value is never repeated: findings point at the name, and say only what kind of secret it is.

use std::borrow::Cow;

use ironsides_tree::{Node, Value};

use crate::prelude::*;

mod name;
mod value;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-in-environment",
        title: "environment variable holds a secret in plain text",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("secret_in_environment.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for variable in container.get("env").items() {
            let at = variable.get("name");
            let name = at.str().unwrap_or_default();
            let Some(literal) = literal(&variable.get("value")) else { continue };
            if let Some((what, confidence)) = secret(name, &literal) {
                let message =
                    format!("{container} has {what} in plain text in environment variable \"{name}\"");
                out.fail(&at, message).confidence(confidence);
            } else {
                out.pass(&at);
            }
        }
    }
}

/// The value of a variable that is written out.
fn literal<'a>(value: &Cursor<'a>) -> Option<Cow<'a, str>> {
    match value.node().map(Node::value)? {
        Value::String(text) => Some(text.as_str().into()),
        // The server wants quotes around it, but the secret is out all the same.
        Value::Int(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// Whether this value of an environment variable is taken for a secret.
pub(crate) fn is_secret(name: &str, value: &Cursor<'_>) -> bool {
    literal(value).is_some_and(|literal| secret(name, &literal).is_some())
}

/// What secret a text shows by its form alone.
pub(crate) fn by_form(text: &str) -> Option<(&'static str, Confidence)> {
    value::credential(text).map(|what| (what, Confidence::High))
}

/// Whether a text may be a password, rather than a switch, a file, or something that is to be filled in.
pub(crate) fn is_password(text: &str) -> bool {
    value::may_be_password(text)
}

/// What secret a variable holds, and how sure that is.
pub(crate) fn secret(name: &str, literal: &str) -> Option<(&'static str, Confidence)> {
    if let Some(found) = by_form(literal) {
        return Some(found);
    }
    let hint = name::hint(name)?;
    let confidence = match hint.strength {
        name::Strength::Certain if value::may_be_password(literal) => Confidence::High,
        name::Strength::Likely if value::may_be_key(literal) => Confidence::Medium,
        name::Strength::Login if value::may_be_key(literal) && !value::is_way_to_log_in(literal) => {
            Confidence::Medium
        }
        name::Strength::Possible if value::looks_random(literal) => Confidence::Low,
        _ => return None,
    };
    Some((hint.what, confidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_settings_about_them() {
        use Confidence::{High, Low, Medium};
        for (name, literal, expected) in [
            ("DB_PASSWORD", "hunter2", Some(High)),
            ("DB_PASSWORD", "123456", Some(High)),
            ("DB_PASSWORD", "changeme", Some(High)),
            ("PGPASSWORD", "p", Some(High)),
            ("SMTP_PASS", "letmein", Some(High)),
            ("spring.datasource.password", "s3cret", Some(High)),
            ("dbPassword", "s3cret", Some(High)),
            ("MYSQL_PWD", "s3cret", Some(High)),
            ("JWT_SECRET", "supersecret", Some(Medium)),
            ("AWS_SECRET_ACCESS_KEY", "xxx", Some(Medium)),
            ("APIKEY", "abc-def", Some(Medium)),
            ("RABBITMQ_ERLANG_COOKIE", "abcdef", Some(Medium)),
            ("STRIPE_API_KEY", "abcdef", Some(Medium)),
            ("GITHUB_TOKEN", "abcdef123", Some(Medium)),
            ("SECRET_KEY_BASE", "abcdef", Some(Medium)),
            ("TLS_PRIVATE_KEY", "abcdef", Some(Medium)),
            ("AZURE_BATCH_KEY", "q8ZbN2x0Vt7LrK5mYw3Hc9Js", Some(Medium)),
            ("TOKEN_PROVIDER_X", "q8ZbN2x0Vt7LrK5mYw3Hc9Js", Some(Low)),
            // Nothing, references, placeholders.
            ("DB_PASSWORD", "", None),
            ("DB_PASSWORD", " ", None),
            ("DB_PASSWORD", "$(POSTGRES_PASSWORD)", None),
            ("DB_PASSWORD", "${POSTGRES_PASSWORD}", None),
            ("DB_PASSWORD", "$POSTGRES_PASSWORD", None),
            ("DB_PASSWORD", "{{ .Values.password }}", None),
            ("DB_PASSWORD", "<password>", None),
            ("DB_PASSWORD", "********", None),
            ("DB_PASSWORD", "vault:secret/data/db#password", None),
            ("DB_PASSWORD", "op://shop/db/password", None),
            ("DB_PASSWORD", "arn:aws:secretsmanager:eu-west-1:1:secret:db", None),
            ("DB_PASSWORD", "$$(NOT_A_REFERENCE)", Some(High)),
            ("DB_PASSWORD", "$ecret", Some(High)),
            // Files, switches, sizes, names.
            ("DB_PASSWORD_FILE", "/run/secrets/db", None),
            ("AWS_TOKEN_FILE", "hunter2", None),
            ("DB_PASSWORD", "/run/secrets/db", None),
            ("DB_PASSWORD", "./db", None),
            ("DB_PASSWORD", "~", None),
            ("DB_PASSWORD", "~/db", None),
            ("MY_PASSWORD", "my/secret/file.txt", None),
            ("MY_PASSWORD", "abc/def", Some(High)),
            ("REDIS_AUTH", "hunter2", Some(Medium)),
            ("redisAuth", "app:hunter2", Some(Medium)),
            ("REDIS_AUTH", "", None),
            ("REDIS_AUTH", "true", None),
            ("SMTP_AUTH", "plain", None),
            ("SASL_AUTH", "SCRAM-SHA-256", None),
            ("GRAFANA_AUTH", "oauth2", None),
            ("SHOP_AUTH", "auth.example.com", None),
            ("SHOP_AUTH", "shop-auth:8080", None),
            ("ENABLE_AUTH", "whatever", None),
            ("AUTH_ENABLED", "hunter2", None),
            ("AUTH_MODE", "hunter2", None),
            ("AUTH_URL", "hunter2", None),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/gcp/key.json", None),
            ("ALLOW_EMPTY_PASSWORD", "yes", None),
            ("MYSQL_ALLOW_EMPTY_PASSWORD", "1", None),
            ("NEXT_PUBLIC_STRIPE_KEY", "pk_live_q8ZbN2x0Vt7LrK5mYw3Hc9Js", None),
            ("CAPTCHA_SITE_KEY", "q8ZbN2x0Vt7LrK5mYw3Hc9Js", None),
            ("REQUIRE_PASSWORD", "true", None),
            ("PASSWORD_MIN_LENGTH", "12", None),
            ("PASSWORD_POLICY", "strong", None),
            ("TOKEN_TTL", "3600", None),
            ("ACCESS_TOKEN_LIFETIME", "15m", None),
            ("MAX_TOKENS", "4096", None),
            ("TOKEN", "3600", None),
            ("REFRESH_TOKEN", "24h", None),
            ("TOKEN_URL", "https://id.example/token", None),
            ("AUTH_TOKEN", "https://id.example/token", None),
            ("SECRET_NAME", "shop-db", None),
            ("TLS_SECRET", "shop-tls", None),
            ("IMAGE_PULL_SECRET", "regcred", None),
            ("KEYCLOAK_REALM", "shop", None),
            ("PUBLIC_KEY", "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", None),
            ("CACHE_KEY", "cart", None),
            ("PARTITION_KEY", "customerId", None),
            ("AZURE_BATCH_KEY", "Hello from the environment", Some(Medium)),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", None),
            ("TOKEN_HASH", "5e884898da28047151d0e56f8dc62927", None),
            ("PWD", "/app", None),
            ("OLDPWD", "home", None),
            ("BYPASS", "letmein", None),
            ("MONKEY", "banana", None),
            ("GREETING", "Hello from the environment", None),
        ] {
            let found = secret(name, literal).map(|(_, confidence)| confidence);
            assert_eq!(found, expected, "{name}={literal}");
        }
    }

    #[test]
    fn credentials_are_known_by_their_form_under_any_name() {
        let github = format!("ghp_{}", "aB3".repeat(12));
        for literal in [
            "postgres://app:hunter2@db:5432/shop",
            "redis://:hunter2@cache:6379/0",
            "amqp://a:b@one,c:d@two/x",
            "jdbc:postgresql://db/shop?user=app&password=hunter2",
            "Server=db;User Id=app;Password=hunter2;",
            "host=db user=app password='hunter2' sslmode=require",
            "app:hunter2@tcp(db:3306)/shop",
            "Authorization=Bearer q8ZbN2x0Vt7LrK5mYw3Hc9Js",
            "{\"auths\": {\"registry.example\": {\"auth\": \"YTpi\"}}}",
            "-Djavax.net.ssl.keyStorePassword=hunter2 -Xmx512m",
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=bm90IGEga2V5;",
            "---BEGIN OPENSSH PRIVATE KEY---\nxxxxx\n---END OPENSSH PRIVATE KEY---\n",
            "{\"type\": \"service_account\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIE\"}",
            &github,
            &format!("sk-ant-api03-{}", "aB3".repeat(12)),
            &format!("sk-proj-{}", "aB3".repeat(12)),
            &format!("https://{github}@github.com/shop/shop.git"),
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        ] {
            assert!(secret("GREETING", literal).is_some(), "{literal}");
        }
        for literal in [
            "postgres://db:5432/shop",
            "postgres://app@db:5432/shop",
            "postgres://app:@db/shop",
            "postgres://app:$(DB_PASSWORD)@db:5432/shop",
            "postgres://$(USER):${PASSWORD}@db/shop",
            "postgres://app:<password>@db/shop",
            "postgres://app:%s@db/shop",
            "https://example.com/a:b@c",
            "https://a.example:8443/x?mail=a@b.example",
            "Server=db;User Id=app;Password=$(DB_PASSWORD);",
            "-Djavax.net.ssl.keyStorePassword=/run/secrets/key",
            "showPassword=false",
            "-----BEGIN PUBLIC KEY-----\nMIIB",
            "-----BEGIN CERTIFICATE-----\nMIIB",
            "ghp_short",
            "sk-proj-name",
            "Authorization=Bearer $(TOKEN_OF_THE_COLLECTOR_1)",
            "Bearer authentication-is-used",
            "eyJust.a.name",
            "--set password=",
            "a @tcp( b",
            "://@",
            "é://é:é",
        ] {
            assert_eq!(secret("GREETING", literal), None, "{literal}");
        }
    }
}
