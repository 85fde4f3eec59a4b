//! Objects from manifests, charts and kustomizations, as a scan reads them.

use std::path::PathBuf;

use anyhow::{Context, Result};
use ironsides_core::{Inventory, Object};
use ironsides_report::Problem;
use rayon::prelude::*;

use super::{Gathered, Wanted};
use crate::args::ScanArgs;
use crate::config::Config;
use crate::say::Say;
use crate::scan::engine::{Texts, open};
use crate::scan::look::{self, Looked, file_problem};
use crate::scan::render::{Ways, plan};

/// How many files and charts are read at a time.
const AT_ONCE: usize = 64;

/// What one source holds.
type Read = Result<(Vec<Object>, Vec<Problem>), Box<Problem>>;

pub(super) fn gather(paths: &[PathBuf], wanted: Wanted<'_>, say: &Say) -> Result<Gathered> {
    let args = ScanArgs::plain(paths.to_vec());
    let config = Config::load(&args)?;
    if let Some(source) = &config.source {
        say.detail(&format!("configuration: {}", source.path()));
    }
    let args = config.complete(&args);
    let mut found = ironsides_files::walk(paths, !args.no_ignore);
    found.exclude(&config.folder, &config.exclude, paths).context("exclude in the configuration")?;
    let plan = plan(&mut found, &Ways::new(&args, &config)?, say);
    let mut gathering = Gathering { inventory: Inventory::default(), problems: Vec::new(), say };
    let pick = |(mut objects, problems): (Vec<Object>, Vec<Problem>)| {
        objects.retain(|object| {
            let (group, kind) = super::kind(object);
            wanted.takes(group, kind)
        });
        (objects, problems)
    };
    for problem in found.errors.iter().map(file_problem).chain(plan.problems) {
        gathering.problem(problem);
    }
    let texts = Texts::new();
    for some in found.files.chunks(AT_ONCE) {
        let read = some.par_iter().map(|path| {
            let source = open(path, &texts)?;
            Ok(pick(look::objects(&Looked::Written(&source))))
        });
        let read: Vec<Read> = read.collect();
        for (read, path) in read.into_iter().zip(some) {
            gathering.take(read, &format!("read {}", path.display()));
        }
    }
    for some in plan.makers.chunks(AT_ONCE) {
        let read = some.par_iter().map(|maker| {
            let mut all = (Vec::new(), Vec::new());
            for rendered in maker.render()? {
                let (objects, problems) = pick(look::objects(&Looked::Rendered(&rendered)));
                all.0.extend(objects);
                all.1.extend(problems);
            }
            Ok(all)
        });
        let read: Vec<Read> = read.collect();
        for (read, maker) in read.into_iter().zip(some) {
            gathering.take(read, &format!("rendered {}", maker.name()));
        }
    }
    Ok(Gathered { inventory: gathering.inventory, problems: gathering.problems })
}

struct Gathering<'a> {
    inventory: Inventory,
    problems: Vec<Problem>,
    say: &'a Say,
}

impl Gathering<'_> {
    fn take(&mut self, read: Read, done: &str) {
        match read {
            Ok((objects, problems)) => {
                self.say.detail(&done);
                for object in objects {
                    self.inventory.push(object);
                }
                for problem in problems {
                    self.problem(problem);
                }
            }
            Err(problem) => self.problem(*problem),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.say.problem(&problem);
        self.problems.push(problem);
    }
}
