//! The commands of a shell script, as far as words and quotes go.

use crate::command_line::Word;
use crate::place::Place;

/// The words of each command, without redirections. What a shell would put in is not worked out: such words say so.
pub(crate) fn commands(script: &str, at: &Place) -> Vec<Vec<Word>> {
    let mut reader = Reader { at, commands: Vec::new(), words: Vec::new(), word: None, is_target: false };
    let mut rest = script.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '\\' => match rest.next() {
                Some('\n') | None => {}
                Some(escaped) => reader.push(escaped),
            },
            '\'' => {
                reader.word();
                rest.by_ref().take_while(|&quoted| quoted != '\'').for_each(|quoted| reader.push(quoted));
            }
            '"' => {
                reader.word();
                while let Some(quoted) = rest.next() {
                    match quoted {
                        '"' => break,
                        '\\' => match rest.next() {
                            Some('\n') | None => {}
                            Some(escaped) => reader.push(escaped),
                        },
                        '$' | '`' => reader.expansion(quoted, &mut rest),
                        plain => reader.push(plain),
                    }
                }
            }
            '$' | '`' => reader.expansion(sign, &mut rest),
            '#' if reader.word.is_none() => while rest.next_if(|&comment| comment != '\n').is_some() {},
            '<' | '>' => {
                while rest.next_if(|next| matches!(next, '<' | '>' | '&' | '|')).is_some() {}
                reader.redirect();
            }
            '&' if rest.peek() == Some(&'>') => {}
            '\n' | ';' | '|' | '&' | '(' | ')' => reader.end_command(),
            blank if blank.is_whitespace() => reader.end_word(),
            plain => reader.push(plain),
        }
    }
    reader.end_command();
    reader.commands
}

struct Reader<'r> {
    at: &'r Place,
    commands: Vec<Vec<Word>>,
    words: Vec<Word>,
    word: Option<Word>,
    /// Whether the word is the target of a redirection.
    is_target: bool,
}

impl Reader<'_> {
    fn word(&mut self) -> &mut Word {
        let at = self.at;
        self.word.get_or_insert_with(|| Word { text: String::new(), place: at.clone(), expands: false })
    }

    fn push(&mut self, sign: char) {
        self.word().text.push(sign);
    }

    /// `$NAME`, `${NAME}`, `$(command)` and `` `command` ``: a command within is passed over.
    fn expansion(&mut self, sign: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        let word = self.word();
        word.expands = true;
        word.text.push(sign);
        let close = match (sign, rest.peek()) {
            ('`', _) => '`',
            (_, Some('(')) => ')',
            (_, Some('{')) => '}',
            _ => return,
        };
        let open = if close == ')' { '(' } else { '{' };
        let mut depth = usize::from(close == '`');
        for within in rest.by_ref() {
            word.text.push(within);
            if within == close {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            } else if within == open && close != '`' {
                depth += 1;
            }
        }
    }

    /// A number right before it is that of the stream.
    fn redirect(&mut self) {
        if self.word.as_ref().is_some_and(|word| word.text.parse::<u8>().is_ok()) {
            self.word = None;
        }
        self.end_word();
        self.is_target = true;
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            if self.is_target {
                self.is_target = false;
            } else {
                self.words.push(word);
            }
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.is_target = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}
