//! What goes to standard error: errors, hints and progress. Never data.

use std::cell::OnceCell;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ironsides_report::Problem;

use crate::args::{Color, Global};

/// From so many bytes on there is a progress bar.
const WORTH_WAITING: u64 = 8 << 20;

/// Speaks on standard error as loudly as the arguments allow.
pub(crate) struct Say {
    quiet: bool,
    verbose: bool,
    mute: bool,
    progress: bool,
    choice: ColorChoice,
    bar: OnceCell<ProgressBar>,
}

impl Say {
    pub(crate) fn new(global: &Global) -> Self {
        Self {
            quiet: global.quiet,
            verbose: global.verbose,
            mute: false,
            progress: !global.no_progress && !global.quiet && std::io::stderr().is_terminal(),
            choice: choice(global.color),
            bar: OnceCell::new(),
        }
    }

    /// Speaks before the arguments are understood.
    pub(crate) fn plain() -> Self {
        let choice = ColorChoice::Auto;
        Self { quiet: false, verbose: false, mute: false, progress: false, choice, bar: OnceCell::new() }
    }

    /// Says nothing at all.
    pub(crate) fn mute() -> Self {
        Self { quiet: true, mute: true, ..Self::plain() }
    }

    /// Whether more is to be told.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    fn line(&self, style: Style, word: &str, text: &dyn Display) {
        if self.mute {
            return;
        }
        // File names and documents reach messages; they must not drive the terminal.
        let text = text.to_string();
        let text = ironsides_report::plain(&text);
        let write = || {
            let mut stream = AutoStream::new(std::io::stderr(), self.choice);
            // If standard error is closed there is nobody left to tell.
            let _ = writeln!(stream, "{style}{word}{style:#}: {text}");
        };
        // A bar on the screen makes room for the line and comes back below it.
        match self.bar.get() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// An error that ends the run, with its causes in one line.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
        self.line(AnsiColor::Red.on_default().bold(), "error", &chain.join(": "));
    }

    /// Something that could not be read; the run goes on.
    pub(crate) fn problem(&self, problem: &Problem) {
        let path = if problem.path == "-" { "(standard input)" } else { &problem.path };
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!("{path}:{line}:{column}: "),
            _ => String::new(),
        };
        self.line(AnsiColor::Red.on_default().bold(), "error", &format!("{place}{}", problem.message));
        if let Some(hint) = &problem.hint {
            self.hint(hint);
        }
    }

    /// Something to know of that stops nothing.
    pub(crate) fn warning(&self, text: &dyn Display) {
        self.line(AnsiColor::Yellow.on_default().bold(), "warning", text);
    }

    /// Something worth knowing.
    pub(crate) fn note(&self, text: &dyn Display) {
        if !self.quiet {
            self.line(Style::new().bold(), "note", text);
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self, hint: &dyn Display) {
        if !self.quiet {
            self.line(AnsiColor::Cyan.on_default().bold(), "hint", hint);
        }
    }

    /// A detail, with `--verbose`.
    pub(crate) fn detail(&self, text: &dyn Display) {
        if self.verbose {
            self.line(Style::new().dimmed(), "note", text);
        }
    }

    /// A text of several lines that is safe to show and may hold colours.
    pub(crate) fn block(&self, text: &str) {
        if self.mute {
            return;
        }
        let write = || {
            let mut stream = AutoStream::new(std::io::stderr(), self.choice);
            let _ = stream.write_all(text.as_bytes());
        };
        match self.bar.get() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// What was done.
    pub(crate) fn news(&self, word: &str, text: &dyn Display) {
        if !self.quiet {
            self.line(AnsiColor::Green.on_default().bold(), word, text);
        }
    }

    /// How the run ended, where the exit code alone would leave it open.
    pub(crate) fn ending(&self, word: &str, text: &dyn Display) {
        if !self.quiet {
            self.line(AnsiColor::Red.on_default().bold(), word, text);
        }
    }

    /// A progress bar over `length` bytes; hidden where standard error is no terminal, where the report itself goes to
    /// the same terminal, and where there is little to wait for.
    pub(crate) fn progress(&self, length: u64, report_on_stdout: bool) -> ProgressBar {
        let same_terminal = report_on_stdout && std::io::stdout().is_terminal();
        if !self.progress || same_terminal || length < WORTH_WAITING {
            return ProgressBar::hidden();
        }
        self.bar.get_or_init(|| Self::bar(length)).clone()
    }

    /// A line that tells what is waited for; hidden where standard error is no terminal.
    pub(crate) fn spinner(&self) -> ProgressBar {
        if !self.progress {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
        bar.enable_steady_tick(Duration::from_millis(125));
        match ProgressStyle::with_template("{spinner} {wide_msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    fn bar(length: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(8));
        let style = ProgressStyle::with_template("{spinner} {bytes} of {total_bytes} {bar:30} {eta} left");
        if let Ok(style) = style { bar.with_style(style) } else { bar }
    }
}

/// The colour choice for a stream.
pub(crate) fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

/// Whether standard output takes colour.
pub(crate) fn colours_stdout(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
    }
}

/// How many columns standard output has; `None` where it is no terminal.
pub(crate) fn stdout_width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// A number with its noun: `1 rule`, `3 rules`.
pub(crate) fn counted(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
