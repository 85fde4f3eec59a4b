//! `ironsides network test`: expectations as code, and which rules they exercise.

mod files;
mod print;

use anyhow::Result;
use ironsides_network::expect::{Coverage, NetworkTest, Outcome};
use ironsides_network::{Lowered, Options, Profile};

use self::files::Tests;
use super::profiles::{Profiles, lower};
use super::world::{World, nothing};
use crate::args::To;
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
        if tests.is_broken {
            let why = "no expectation could be read";
            untested(args, &tests, why)?;
            say.ending("incomplete", &why);
            return Ok(Exit::Incomplete);
        }
        let why = format!("no expectations in {}", tests.source);
        untested(args, &tests, &why)?;
        say.error(&anyhow::anyhow!("{why}"));
        say.hint(
            &"`ironsides network test --help` shows some, and `ironsides schema network-test` prints their schema",
        );
        return Ok(Exit::Nothing);
    }
    let world = World::read(&args.from.place(&[]), say)?.read_for(&args.profile);
    if world.is_empty() {
        untested(args, &tests, &format!("no pods and no workloads in {}", world.source))?;
        return Ok(nothing(&[&world], say));
    }
    let mut profiles: Vec<(Profile, Options)> = Vec::new();
    let mut asked: Vec<Vec<usize>> = Vec::new();
    for test in tests.all() {
        asked.push(wanted(args, test, &world, &mut profiles, say)?);
    }
    let mut tested = Tested {
        world: &world,
        tests: &tests,
        lowered: lower(&world, &profiles, say),
        results: Vec::new(),
        coverage: Coverage::default(),
        all: args.coverage,
    };
    for lowered in &tested.lowered {
        tested.coverage.add(lowered);
    }
    for ((at, test), places) in tests.all().enumerate().zip(asked) {
        tested.check(at, test, &places);
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

/// Writes what was asked for in the format of CI servers where nothing could be held against anything: a report that is not there
/// looks like one of no failures.
fn untested(args: &TestArgs, tests: &Tests, why: &str) -> Result<()> {
    let is_report = |output: &&To<TestFormat>| output.format == TestFormat::Junit;
    let outputs: Vec<To<TestFormat>> = args.output.iter().filter(is_report).cloned().collect();
    emit(&outputs, |_| print::junit_of_nothing(tests, why))
}

/// The profiles that a document is held against, by their places in the list: what the command line says, what the document says,
/// what is found. What is new is added to the list.
fn wanted(
    args: &TestArgs,
    test: &NetworkTest,
    world: &World,
    known: &mut Vec<(Profile, Options)>,
    say: &Say,
) -> Result<Vec<usize>> {
    let named = match (args.profile.profile, test.profile) {
        (ProfileArg::Auto, Some(profile)) => ProfileArg::One(profile),
        (argument, _) => argument,
    };
    let same = |profile: Profile, known: &[(Profile, Options)]| {
        known.iter().position(|(known, _)| *known == profile)
    };
    if let ProfileArg::One(profile) = named
        && let Some(place) = same(profile, known)
    {
        return Ok(vec![place]);
    }
    // What is found is told once.
    if named == ProfileArg::All && known.len() == Profile::ALL.len() {
        return Ok((0..known.len()).collect());
    }
    let arguments = crate::args::network::ProfileArgs { profile: named, ..args.profile.clone() };
    let mut places = Vec::new();
    for (profile, options) in Profiles::choose(&arguments, &[world], say)?.all {
        places.push(same(profile, known).unwrap_or_else(|| {
            known.push((profile, options));
            known.len() - 1
        }));
    }
    Ok(places)
}

impl Tested<'_> {
    /// Holds the expectations of a document against the cluster under some profiles.
    fn check(&mut self, at: usize, test: &NetworkTest, places: &[usize]) {
        for (number, expectation) in test.expectations.iter().enumerate() {
            for &place in places {
                let Some(lowered) = self.lowered.get(place) else { continue };
                let outcomes = expectation.check(&self.world.state.cluster, lowered);
                for reach in outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok()) {
                    for case in &reach.cases {
                        self.coverage.note(lowered, case);
                    }
                }
                self.results.push(Checked { test: at, expectation: number, lowered: place, outcomes });
            }
        }
    }

    /// How many expectations hold, how many do not, and how many could not be decided: under one profile, or under all.
    pub(crate) fn counts(&self, profile: Option<usize>) -> (usize, usize, usize) {
        let unknown = |checked: &&Checked| checked.outcomes.iter().any(|outcome| outcome.result.is_err());
        let failed = |checked: &&Checked| {
            checked.outcomes.iter().any(|outcome| outcome.result.is_ok() && !outcome.holds())
        };
        let results =
            || self.results.iter().filter(|checked| profile.is_none_or(|own| own == checked.lowered));
        let wrong = results().filter(failed).count();
        let undecided = results().filter(|checked| !failed(checked) && unknown(checked)).count();
        (results().count().saturating_sub(wrong + undecided), wrong, undecided)
    }

    fn exit(&self, least: Option<u8>, say: &Say) -> Exit {
        let (_, wrong, undecided) = self.counts(None);
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
        if undecided > 0 {
            say.ending("incomplete", &"not every expectation could be decided");
            return Exit::Incomplete;
        }
        if self.tests.is_broken || self.tests.is_hollow {
            say.ending("incomplete", &"not every file of expectations could be used");
            return Exit::Incomplete;
        }
        self.world.exit()
    }
}

fn does(number: usize) -> String {
    let verb = if number == 1 { "does" } else { "do" };
    format!("{} {verb}", counted(number, "expectation"))
}
