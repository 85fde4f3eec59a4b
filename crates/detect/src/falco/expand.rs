//! Environment variables in values.

/// Puts environment variables into a text: `${NAME}` becomes the variable's value, or nothing where there is none;
/// `$${NAME}` stands for `${NAME}` itself. A bracket that is not closed ends the search, and what a variable brings is
/// looked through as well, as in Falco; a value that brings itself stops after a few rounds.
pub fn expand(text: &str, env: &dyn Fn(&str) -> Option<String>) -> String {
    const ROUNDS: usize = 1000;
    let mut value = text.to_owned();
    let mut from = 0;
    for _ in 0..ROUNDS {
        let Some(at) = value.get(from..).and_then(|rest| rest.find('$')).map(|at| from + at) else { break };
        let rest = value.get(at..).unwrap_or_default();
        let (skip, open) = match rest {
            _ if rest.starts_with("${") => (0, 2),
            _ if rest.starts_with("$${") => (1, 3),
            _ => {
                from = at + 1;
                continue;
            }
        };
        let Some(close) = rest.find('}') else { break };
        if skip == 1 {
            value.remove(at);
            from = at + 1;
            continue;
        }
        let name = rest.get(open..close).unwrap_or_default();
        let found = env(name).unwrap_or_default();
        value.replace_range(at..=at + close, &found);
        from = at;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in() {
        let env = |name: &str| match name {
            "HOME" => Some("/root".to_owned()),
            "NEST" => Some("${HOME}/x".to_owned()),
            "SELF" => Some("${SELF}".to_owned()),
            _ => None,
        };
        let text = |text| expand(text, &env);
        assert_eq!(text("${HOME}/rules"), "/root/rules");
        assert_eq!(text("a${NONE}b"), "ab");
        assert_eq!(text("$${HOME} and ${HOME}"), "${HOME} and /root");
        assert_eq!(text("$HOME ${HOME"), "$HOME ${HOME");
        assert_eq!(text("5$ ${NEST}"), "5$ /root/x");
        assert_eq!(text("${SELF}"), "${SELF}");
        assert_eq!(text("é${HOME}é$"), "é/rooté$");
    }
}
