//! `ironsides network test`: expectations as code, and which rules they exercise.

mod files;
mod print;

use anyhow::{Result, bail};
use ironsides_network::expect::{Coverage, NetworkTest, Outcome};
use ironsides_network::{Lowered, Options, Profile};

use self::files::Tests;
use super::profiles::{Profiles, lower};
use super::world::{World, nothing};
use crate::args::network::{ProfileArg, TestArgs, TestFormat};
use crate::exit::Exit;
use crate::print::{emit, yaml};
use crate::say::{Say, counted};

/// The expectations of all files with what came of them.
pub(crate) struct Tested<'a> {
    pub(crate) world: &'a World,
    pub(crate) tests: &'a Tests,
    /// A profile for each that a document is written for.
    pub(crate) lowered: Vec<Lowered>,
    /// For each expectation: its document, its place there, which of `lowered` it was held against, and its outcomes.
    pub(crate) results: Vec<Checked>,
    pub(crate) coverage: Coverage,
    /// Whether every rule that was not exercised is listed.
    pub(crate) all: bool,
}

/// An expectation with its outcomes.
pub(crate) struct Checked {
    pub(crate) test: usize,
    pub(crate) expectation: usize,
    pub(crate) lowered: usize,
    pub(crate) outcomes: Vec<Outcome>,
}

pub(crate) fn run(args: &TestArgs, say: &Say) -> Result<Exit> {
    let tests = files::read(&args.files, say)?;
    if tests.is_empty() {
        say.error(&anyhow::anyhow!("no documents of the kind NetworkTest in {}", tests.source));
        say.hint(
            &"`ironsides network test --help` shows one, and `ironsides schema network-test` their schema",
        );
        return Ok(Exit::Nothing);
    }
    let world = World::read(&args.from.place(&[]), say)?;
    if world.is_empty() {
        return Ok(nothing(&[&world], say));
    }
    let mut tested = Tested {
        world: &world,
        tests: &tests,
        lowered: Vec::new(),
        results: Vec::new(),
        coverage: Coverage::default(),
        all: args.coverage,
    };
    let mut profiles: Vec<(Profile, Options)> = Vec::new();
    for (at, test) in tests.all().enumerate() {
        let wanted = wanted(args, test, &world, &mut profiles, say)?;
        let known = tested.lowered.iter().position(|lowered| lowered.profile == wanted.0);
        let place = known.unwrap_or(tested.lowered.len());
        if known.is_none() {
            tested.lowered.push(lower(&world, wanted.0, wanted.1, say));
        }
        tested.check(at, test, place);
    }
    emit(&args.output, |format| match format {
        TestFormat::Table => Ok(print::table(&tested)),
        TestFormat::Junit => print::junit(&tested),
        TestFormat::Json => print::json_text(&tested),
        TestFormat::Yaml => yaml(&print::json_text(&tested)?),
    })?;
    world.tell_gaps(say);
    Ok(tested.exit(args.min_coverage, say))
}

/// The profile that a document is held against: what the command line says, what the document says, what is found.
fn wanted(
    args: &TestArgs,
    test: &NetworkTest,
    world: &World,
    known: &mut Vec<(Profile, Options)>,
    say: &Say,
) -> Result<(Profile, Options)> {
    let named = match (args.profile.profile, test.profile) {
        (ProfileArg::All, _) => bail!("expectations are held against one profile at a time"),
        (ProfileArg::Auto, Some(profile)) => ProfileArg::One(profile),
        (argument, _) => argument,
    };
    if let ProfileArg::One(profile) = named
        && let Some(found) = known.iter().find(|(known, _)| *known == profile)
    {
        return Ok(*found);
    }
    if named == ProfileArg::Auto
        && let Some(found) = known.first()
    {
        return Ok(*found);
    }
    let arguments = crate::args::network::ProfileArgs { profile: named, ..args.profile.clone() };
    let found = Profiles::one(&arguments, &[world], say)?;
    known.push(found);
    Ok(found)
}

impl Tested<'_> {
    /// Holds the expectations of a document against the cluster.
    fn check(&mut self, at: usize, test: &NetworkTest, place: usize) {
        let Some(lowered) = self.lowered.get(place) else { return };
        if self.results.is_empty() {
            self.coverage = Coverage::new(lowered);
        }
        for (number, expectation) in test.expectations.iter().enumerate() {
            let outcomes = expectation.check(&self.world.state.cluster, lowered);
            for reach in outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok()) {
                for case in &reach.cases {
                    self.coverage.note(lowered, case);
                }
            }
            self.results.push(Checked { test: at, expectation: number, lowered: place, outcomes });
        }
    }

    /// How many expectations hold, how many do not, and how many could not be decided.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let unknown = |checked: &&Checked| checked.outcomes.iter().any(|outcome| outcome.result.is_err());
        let failed = |checked: &&Checked| {
            checked.outcomes.iter().any(|outcome| outcome.result.is_ok() && !outcome.holds())
        };
        let wrong = self.results.iter().filter(failed).count();
        let undecided = self.results.iter().filter(|checked| !failed(checked) && unknown(checked)).count();
        (self.results.len().saturating_sub(wrong + undecided), wrong, undecided)
    }

    fn exit(&self, least: Option<u8>, say: &Say) -> Exit {
        let (_, wrong, undecided) = self.counts();
        let percent = self.coverage.percent();
        let poor = least.filter(|&least| percent < least);
        if wrong > 0 {
            say.ending("failed", &format!("{} not hold", does(wrong)));
        }
        if let Some(least) = poor {
            say.ending(
                "failed",
                &format!("expectations exercise {percent} % of the rules, and {least} % is asked for"),
            );
        }
        if wrong > 0 || poor.is_some() {
            return Exit::Findings;
        }
        if undecided > 0 || self.tests.is_broken {
            say.ending("incomplete", &"not every expectation could be decided");
            return Exit::Incomplete;
        }
        self.world.exit()
    }
}

fn does(number: usize) -> String {
    let verb = if number == 1 { "does" } else { "do" };
    format!("{} {verb}", counted(number, "expectation"))
}
