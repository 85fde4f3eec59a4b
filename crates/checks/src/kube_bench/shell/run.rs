//! Trees of commands, run over facts.

use std::collections::BTreeMap;
use std::mem;

use ironsides_settings::Host;

use super::Unsure;
use super::files::content;
use super::streams::Streams;
use super::syntax::{AndOr, Command, Join, Kind, List, Pipeline, Redirection};
use super::tool;
use crate::kube_bench::variables::Variables;

/// How many commands one script may run.
const STEPS: u32 = 20_000;

/// How many shells may run within one another.
const DEPTH: u32 = 16;

/// A shell: where it runs, its variables, and what is left of its input.
pub(super) struct Shell<'a> {
    pub(super) host: &'a Host,
    known: &'a Variables,
    variables: BTreeMap<String, String>,
    /// The standard input of the command that runs.
    input: String,
    status: u8,
    /// Set by `exit`.
    ended: bool,
    steps: u32,
    depth: u32,
}

impl<'a> Shell<'a> {
    pub(super) fn new(host: &'a Host, known: &'a Variables) -> Self {
        let variables = BTreeMap::new();
        Self { host, known, variables, input: String::new(), status: 0, ended: false, steps: 0, depth: 0 }
    }

    /// Runs a whole script.
    pub(super) fn script(&mut self, list: &List) -> Result<(u8, Streams), Unsure> {
        let mut streams = Streams::default();
        self.list(list, &mut streams)?;
        Ok((self.status, streams))
    }

    /// Runs another script in a shell of its own that has none of the variables, as `sh -c` does.
    pub(super) fn child(&mut self, list: &List) -> Result<(u8, Streams), Unsure> {
        let mut child = Self::new(self.host, self.known);
        child.input = mem::take(&mut self.input);
        self.within(child, list)
    }

    /// Runs a list in a copy of this shell.
    pub(super) fn subshell(&mut self, list: &List) -> Result<(u8, Streams), Unsure> {
        let mut copy = Self::new(self.host, self.known);
        copy.variables.clone_from(&self.variables);
        copy.input = mem::take(&mut self.input);
        self.within(copy, list)
    }

    fn within(&mut self, mut inner: Self, list: &List) -> Result<(u8, Streams), Unsure> {
        inner.steps = self.steps;
        inner.depth = self.depth + 1;
        if inner.depth > DEPTH {
            return Err(Unsure::new("its shells nest too deeply"));
        }
        let ran = inner.script(list);
        self.steps = inner.steps;
        self.input = inner.input;
        ran
    }

    /// Takes the standard input.
    pub(super) fn take_input(&mut self) -> String {
        mem::take(&mut self.input)
    }

    /// Ends the shell.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    pub(super) fn variable(&self, name: &str) -> Result<String, Unsure> {
        if name == "?" {
            return Ok(self.status.to_string());
        }
        if let Some(value) = self.variables.get(name) {
            return Ok(value.clone());
        }
        // A variable of the benchmark whose value the facts leave open.
        if let Some(why) = self.known.open(name) {
            return Err(Unsure::new(format!("${name}: {why}")));
        }
        if ["HOME", "PATH", "HOSTNAME", "USER", "PWD", "NODE_NAME", "KUBECONFIG"].contains(&name) {
            return Err(Unsure::new(format!("the value of ${name} is not among the facts of a node")));
        }
        Ok(String::new())
    }

    fn list(&mut self, list: &List, streams: &mut Streams) -> Result<(), Unsure> {
        for item in list {
            self.and_or(item, streams)?;
            if streams.is_too_large() {
                return Err(Unsure::new("it prints more than is held"));
            }
            if self.ended {
                break;
            }
        }
        Ok(())
    }

    fn and_or(&mut self, item: &AndOr, streams: &mut Streams) -> Result<(), Unsure> {
        self.pipeline(&item.first, streams)?;
        for (join, pipeline) in &item.rest {
            if !self.ended && (*join == Join::And) == (self.status == 0) {
                self.pipeline(pipeline, streams)?;
            }
        }
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &Pipeline, streams: &mut Streams) -> Result<(), Unsure> {
        match pipeline.commands.as_slice() {
            [command] => self.command(command, streams)?,
            commands => {
                let variables = self.variables.clone();
                let last = commands.len().saturating_sub(1);
                for (at, command) in commands.iter().enumerate() {
                    let mut own = Streams::default();
                    self.command(command, &mut own)?;
                    self.ended = false;
                    self.input = if at == last { String::new() } else { own.take_output() };
                    streams.append(own);
                    // Each runs in a shell of its own.
                    self.variables.clone_from(&variables);
                }
            }
        }
        if pipeline.negated {
            self.status = u8::from(self.status == 0);
        }
        Ok(())
    }

    fn command(&mut self, command: &Command, streams: &mut Streams) -> Result<(), Unsure> {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(Unsure::new("it runs too many commands"));
        }
        if command.redirections.is_empty() {
            return self.kind(&command.kind, streams);
        }
        let mut own = Streams::default();
        for redirection in &command.redirections {
            if let Redirection::Input(word) = redirection {
                let path = self.text(word, streams)?;
                let Some(file) = self.look(&path)? else {
                    streams.complain(&format!("/bin/sh: cannot open {path}: No such file"));
                    self.status = 2;
                    return Ok(());
                };
                self.input = content(&path, file)?;
            }
        }
        self.kind(&command.kind, &mut own)?;
        // From the last one on: `>/dev/null 2>&1` drops both.
        for redirection in command.redirections.iter().rev() {
            match redirection {
                Redirection::Discard(stream) => own.discard(*stream),
                Redirection::ErrorsToOutput => own.redirect(true),
                Redirection::OutputToErrors => own.redirect(false),
                Redirection::Input(_) => {}
            }
        }
        streams.append(own);
        Ok(())
    }

    fn kind(&mut self, kind: &Kind, streams: &mut Streams) -> Result<(), Unsure> {
        match kind {
            Kind::Simple { assignments, words } => {
                let fields = self.fields(words, streams)?;
                for (name, word) in assignments {
                    let value = self.text(word, streams)?;
                    if fields.is_empty() {
                        self.variables.insert(name.clone(), value);
                    }
                }
                self.status = match fields.split_first() {
                    // (The status of a substitution would stand here; nothing asks for it.)
                    None => 0,
                    Some((name, arguments)) => tool::run(self, name, arguments, streams)?,
                };
                Ok(())
            }
            Kind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    self.list(condition, streams)?;
                    if self.ended {
                        return Ok(());
                    }
                    if self.status == 0 {
                        return self.list(body, streams);
                    }
                }
                self.status = 0;
                otherwise.as_ref().map_or(Ok(()), |list| self.list(list, streams))
            }
            Kind::For { variable, words, body } => {
                let fields = self.fields(words, streams)?;
                self.status = 0;
                for field in fields {
                    self.variables.insert(variable.clone(), field);
                    self.list(body, streams)?;
                    if self.ended {
                        break;
                    }
                }
                Ok(())
            }
            Kind::Group(list) => self.list(list, streams),
            Kind::Subshell(list) => {
                let (status, inner) = self.subshell(list)?;
                self.status = status;
                streams.append(inner);
                Ok(())
            }
        }
    }
}
