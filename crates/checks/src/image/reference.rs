//! Image references, `registry/path:tag@digest`, read as the kubelet reads them.

use std::borrow::Cow;
use std::fmt;

/// The registry of a name that has none, for runtimes that follow Docker.
const DEFAULT_REGISTRY: &str = "docker.io";
/// Another name of the same registry.
const LEGACY_REGISTRY: &str = "index.docker.io";
/// What a path of one part stands under in that registry.
const OFFICIAL: &str = "library/";
/// The most bytes of a path.
const PATH_LIMIT: usize = 255;
/// The most bytes of a tag.
const TAG_LIMIT: usize = 128;

/// An image reference, taken apart and normalised: `nginx` is `docker.io/library/nginx`.
///
/// Accepts exactly what the kubelet accepts, which is what the distribution project's `ParseNormalizedNamed` accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The registry: host and, where written, port.
    pub registry: &'a str,
    /// Whether the registry was written, rather than left to the runtime.
    pub names_registry: bool,
    /// The repository in the registry.
    pub path: Cow<'a, str>,
    /// The tag, where there is one.
    pub tag: Option<&'a str>,
    /// The digest (`sha256:…`), where there is one.
    pub digest: Option<&'a str>,
}

/// Why a text is no image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    /// There is nothing.
    Empty,
    /// There is a blank or a line break in it.
    Blank,
    /// It begins as a URL does.
    Scheme,
    /// The repository has capital letters.
    Capitals,
    /// It looks like the id of an image.
    Identifier,
    /// The repository is missing or malformed.
    Path,
    /// The path has too many bytes.
    TooLong,
    /// The registry's host or port is malformed.
    Registry,
    /// The tag is empty, too long or malformed.
    Tag,
    /// The digest is malformed: no known algorithm, or not its number of lower-case hexadecimal digits.
    Digest,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Blank => "it contains a space or line break",
            Self::Scheme => "it begins with a URL scheme",
            Self::Capitals => "the repository must be lowercase",
            Self::Identifier => "64 hexadecimal digits are an image ID, not a name",
            Self::Path => "its repository is missing or malformed",
            Self::TooLong => "its repository is longer than 255 characters",
            Self::Registry => {
                "its registry is not a host name, IPv4 address or [IPv6 address], with or without a port"
            }
            Self::Tag => "its tag is empty, malformed or longer than 128 characters",
            Self::Digest => {
                "its digest is not sha256, sha384 or sha512 with the right number of lowercase digits"
            }
        })
    }
}

impl std::error::Error for ReferenceError {}

impl<'a> Reference<'a> {
    /// Reads a reference.
    pub fn parse(text: &'a str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        Self::read(text).map_err(|error| match error {
            // Say what people see before what the grammar sees.
            _ if text.contains(char::is_whitespace) => ReferenceError::Blank,
            _ if text.contains("://") => ReferenceError::Scheme,
            error => error,
        })
    }

    fn read(text: &'a str) -> Result<Self, ReferenceError> {
        if text.len() == 64 && text.bytes().all(is_lower_hex) {
            return Err(ReferenceError::Identifier);
        }
        let (registry, rest) = match text.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            _ => (None, text),
        };
        let (named, digest) = split(rest, '@');
        let (path, tag) = split(named, ':');
        if path.chars().any(char::is_uppercase) {
            return Err(ReferenceError::Capitals);
        }
        // A first part with an underscore and a dot is no host, but passes as the first part of a path.
        let registry_part =
            registry.filter(|host| !is_host_and_port(host) && is_path_part(host)).map_or(0, str::len);
        if registry_part == 0 && !registry.is_none_or(is_host_and_port) {
            return Err(ReferenceError::Registry);
        }
        if !path.split('/').all(is_path_part) {
            return Err(ReferenceError::Path);
        }
        let names_registry = registry.is_some();
        let registry = match registry {
            None | Some(LEGACY_REGISTRY) => DEFAULT_REGISTRY,
            Some(registry) => registry,
        };
        let official = registry == DEFAULT_REGISTRY && !path.contains('/');
        let path = if official { Cow::Owned(format!("{OFFICIAL}{path}")) } else { Cow::Borrowed(path) };
        let slash = usize::from(registry_part > 0);
        if path.len() + registry_part + slash > PATH_LIMIT {
            return Err(ReferenceError::TooLong);
        }
        if !tag.is_none_or(is_tag) {
            return Err(ReferenceError::Tag);
        }
        if !digest.is_none_or(is_digest) {
            return Err(ReferenceError::Digest);
        }
        Ok(Self { registry, names_registry, path, tag, digest })
    }

    /// The tag in force: the one written, or `latest` where neither tag nor digest is.
    pub fn effective_tag(&self) -> Option<&'a str> {
        self.tag.or_else(|| self.digest.is_none().then_some("latest"))
    }
}

impl fmt::Display for Reference<'_> {
    /// `docker.io/library/nginx:1.27`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)?;
        if let Some(tag) = self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// What stands before the first `mark` and, where there is one, what stands after it.
fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Whether the part before the first slash is meant as a registry: `localhost`, or anything that has what no part of
/// a path may have.
fn is_registry(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':']) || first.chars().any(char::is_uppercase)
}

fn is_host_and_port(text: &str) -> bool {
    let (is_host, port) =
        if let Some((address, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let is_address = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
            (!address.is_empty() && address.bytes().all(is_address), port)
        } else {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            (name.split('.').all(is_host_part), port)
        };
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_number))
}

fn is_host_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Lower-case letters and digits, between them one dot, one or two underscores, or any number of dashes.
fn is_path_part(part: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_separator =
        |run: &str| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|byte| byte == b'-');
    let ends = part.bytes().next().is_some_and(is_word) && part.bytes().next_back().is_some_and(is_word);
    ends && part.split(|char: char| u8::try_from(char).is_ok_and(is_word)).all(is_separator)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= TAG_LIMIT
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || byte == b'.' || byte == b'-')
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, digits)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    digits.len() == length && digits.bytes().all(is_lower_hex)
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn references_are_normalised() {
        for (text, whole, names_registry) in [
            ("nginx", "docker.io/library/nginx", false),
            ("nginx:1.27", "docker.io/library/nginx:1.27", false),
            ("bitnami/redis", "docker.io/bitnami/redis", false),
            ("docker.io/nginx", "docker.io/library/nginx", true),
            ("index.docker.io/bitnami/redis:7", "docker.io/bitnami/redis:7", true),
            ("localhost/app", "localhost/app", true),
            // Without a slash there is no registry, whatever it looks like.
            ("localhost:5000", "docker.io/library/localhost:5000", false),
            ("example.com", "docker.io/library/example.com", false),
            ("registry:5000/a/b__c/d-e---f.g", "registry:5000/a/b__c/d-e---f.g", true),
            ("[2001:db8::1]:5000/app:1", "[2001:db8::1]:5000/app:1", true),
            ("[::1]/app", "[::1]/app", true),
            // A capital letter makes the first part a host.
            ("Registry/app", "Registry/app", true),
            ("A/b", "A/b", true),
            ("a_b.c/d", "a_b.c/d", true),
            ("app:Latest_1.0-x", "docker.io/library/app:Latest_1.0-x", false),
        ] {
            let found = Reference::parse(text).map(|found| (found.to_string(), found.names_registry));
            assert_eq!(found, Ok((whole.to_owned(), names_registry)), "{text}");
        }
        let text = format!("quay.io/a/b:1@sha256:{HEX}");
        let found = Reference::parse(&text).unwrap();
        assert_eq!((found.tag, found.digest), (Some("1"), Some(&text[14..])));
        assert_eq!(found.to_string(), text);
    }

    #[test]
    fn latest_is_in_force_only_where_nothing_else_is() {
        let digest = format!("nginx@sha256:{HEX}");
        for (text, tag) in [
            ("nginx", Some("latest")),
            ("nginx:1", Some("1")),
            (digest.as_str(), None),
            ("nginx:latest", Some("latest")),
        ] {
            assert_eq!(Reference::parse(text).unwrap().effective_tag(), tag, "{text}");
        }
    }

    #[test]
    fn what_the_kubelet_refuses_is_refused_with_a_reason() {
        use ReferenceError as E;
        let long = "a/".repeat(128);
        for (text, why) in [
            ("", E::Empty),
            (" nginx", E::Blank),
            ("nginx:1 ", E::Blank),
            ("nginx:\u{a0}1", E::Blank),
            ("https://registry.example/app", E::Scheme),
            ("docker://nginx", E::Scheme),
            ("Nginx", E::Capitals),
            ("registry.example/Team/app:1", E::Capitals),
            ("nginx@SHA256:00", E::Digest),
            (HEX, E::Identifier),
            ("/nginx", E::Path),
            ("nginx/", E::Path),
            ("a//b", E::Path),
            (":tag", E::Path),
            ("@", E::Path),
            ("registry.example/", E::Path),
            ("a___b", E::Path),
            ("a..b", E::Path),
            ("a._b", E::Path),
            ("-a", E::Path),
            ("a-", E::Path),
            ("é", E::Path),
            (&long, E::Path),
            (&format!("{long}a"), E::TooLong),
            ("-host.example/a", E::Registry),
            ("host.example:/a", E::Registry),
            ("host:port/a", E::Registry),
            ("a@b.c/d", E::Registry),
            ("[::1/a", E::Registry),
            ("[::1]x/a", E::Registry),
            ("[fe80::1%eth0]/a", E::Registry),
            ("nginx:", E::Tag),
            ("nginx:-1", E::Tag),
            ("nginx:a:b", E::Tag),
            ("nginx:é", E::Tag),
            (&format!("nginx:{}", "a".repeat(129)), E::Tag),
            ("nginx:${VERSION}", E::Tag),
            ("nginx@", E::Digest),
            ("nginx@sha256", E::Digest),
            ("nginx@sha256:0123", E::Digest),
            (&format!("nginx@sha256:{}", HEX.to_uppercase()), E::Digest),
            (&format!("nginx@md5:{}", &HEX[..32]), E::Digest),
            (&format!("nginx@sha256:{HEX}@sha256:{HEX}"), E::Digest),
        ] {
            assert_eq!(Reference::parse(text), Err(why), "{text}");
        }
    }
}
