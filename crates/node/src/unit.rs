//! How unit files of systemd are written, and what else is written so: files of variables and of flags.

/// Whether a line is a comment: in unit files, files of variables and files of flags alike.
pub(crate) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

/// The lines of a unit file without comments; those that a backslash continues are one (systemd.syntax(7)).
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines().filter(|line| !is_comment(line)) {
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match lines.last_mut() {
            Some(last) if is_open => {
                last.push(' ');
                last.push_str(part);
            }
            _ => lines.push(part.to_owned()),
        }
        is_open = goes_on;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_continue_lines_over_comments() {
        let text = "[Service]\nExecStart=/usr/bin/kubelet \\\n# why\n  --config=/a \\\n; also\n  --v=2\nEnvironment=A=b\n";
        let expected = ["[Service]", "ExecStart=/usr/bin/kubelet    --config=/a    --v=2", "Environment=A=b"];
        assert_eq!(lines(text), expected);
        assert_eq!(lines("# a \\\nA=b"), ["A=b"]);
    }
}
