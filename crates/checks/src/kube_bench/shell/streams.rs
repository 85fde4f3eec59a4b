//! What a command prints.

/// The most that one command may print.
pub(super) const LIMIT: usize = 4 << 20;

/// Output and errors, in the order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    chunks: Vec<(Stream, String)>,
    size: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Output,
    Errors,
}

impl Streams {
    /// Prints.
    pub(super) fn print(&mut self, text: impl Into<String>) {
        self.push(Stream::Output, text.into());
    }

    /// Prints a line.
    pub(super) fn line(&mut self, text: &str) {
        self.push(Stream::Output, format!("{text}\n"));
    }

    /// Prints a line of error.
    pub(super) fn complain(&mut self, text: &str) {
        self.push(Stream::Errors, format!("{text}\n"));
    }

    fn push(&mut self, stream: Stream, text: String) {
        self.size += text.len();
        if !text.is_empty() {
            self.chunks.push((stream, text));
        }
    }

    /// Adds what another command printed.
    pub(super) fn append(&mut self, other: Self) {
        self.size += other.size;
        self.chunks.extend(other.chunks);
    }

    /// Whether more was printed than is held.
    pub(super) fn is_too_large(&self) -> bool {
        self.size > LIMIT
    }

    /// Takes the output out; errors stay.
    pub(super) fn take_output(&mut self) -> String {
        let mut output = String::new();
        self.chunks.retain(|(stream, text)| {
            if *stream == Stream::Output {
                output.push_str(text);
            }
            *stream == Stream::Errors
        });
        output
    }

    /// Drops a stream: 1 for output, 2 for errors.
    pub(super) fn discard(&mut self, number: u8) {
        let gone = if number == 2 { Stream::Errors } else { Stream::Output };
        self.chunks.retain(|(stream, _)| *stream != gone);
    }

    /// Makes errors output, or output errors.
    pub(super) fn redirect(&mut self, to_output: bool) {
        let to = if to_output { Stream::Output } else { Stream::Errors };
        self.chunks.iter_mut().for_each(|(stream, _)| *stream = to);
    }

    /// Both streams.
    pub(super) fn together(&self) -> String {
        self.chunks.iter().map(|(_, text)| text.as_str()).collect()
    }
}
