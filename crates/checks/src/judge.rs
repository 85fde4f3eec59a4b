//! Runs checks over objects and counts the answers.

use std::sync::Arc;

use ironsides_core::{
    CheckMeta, Confidence, Evidence, Finding, Fingerprint, Inventory, Object, Pod, PodTemplates, Severity,
    Tallies, Tally, Verdict,
};
use ironsides_schema::{Fault, FaultKind};
use ironsides_tree::Span;

use crate::catalogue::CATALOGUE;
use crate::check::{ANY_POD, Check, Run};
use crate::out::{Case, Draft, NO_CONTAINERS, Out};
use crate::plan::{Plan, Wanted};
use crate::waivers::WaiverCase;

/// What to run and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these checks; all where empty.
    pub only: Vec<String>,
    /// Never these.
    pub skip: Vec<String>,
    /// Whether passes are kept with their evidence.
    pub keep_passes: bool,
    /// Whether findings carry the edits of their fixes, or only say that there are some.
    pub fixes: bool,
    /// Where custom resources hold pods.
    pub templates: PodTemplates,
    /// The minor version of Kubernetes that the objects are meant for: 36 for 1.36. `None` for the newest known.
    pub kubernetes: Option<u64>,
}

/// Runs the chosen checks. One judge serves any number of threads.
pub struct Judge {
    chosen: Vec<&'static Check>,
    plan: Plan,
    options: Options,
}

/// What is noticed of an object while it is judged.
#[derive(Clone, Debug, Default)]
pub struct Noticed {
    /// Whether the API server would refuse the object as it is written.
    pub is_refused: bool,
    /// Where it holds secrets, as [`crate::sensitive`] says.
    pub sensitive: Vec<Span>,
}

impl Judge {
    /// A judge that runs the checks the options choose. Ids that no check has are for the caller to refuse first,
    /// with [`crate::find`].
    pub fn new(options: Options) -> Self {
        let all: Vec<&'static Check> = CATALOGUE.iter().copied().flatten().copied().collect();
        let chosen: Vec<&'static Check> = all
            .iter()
            .copied()
            .filter(|check| options.only.is_empty() || options.only.iter().any(|id| id == check.meta.id))
            .filter(|check| !options.skip.iter().any(|id| id == check.meta.id))
            .collect();
        let plan = Plan::new(&chosen, &all);
        Self { chosen, plan, options }
    }

    /// The cards of the checks that run.
    pub fn metas(&self) -> impl Iterator<Item = &'static CheckMeta> {
        self.chosen.iter().map(|check| &check.meta)
    }

    /// Whether a check across objects will want to see this object again.
    pub fn keeps(&self, object: &Object) -> bool {
        self.plan.asked(object).is_kept(self.has_pod(object))
    }

    /// Whether there are checks for what an object of this kind does, besides those of its form: kind, fields, types,
    /// keys, and the namespace it is in.
    pub fn goes_beyond_form(&self, object: &Object) -> bool {
        self.plan.asked(object).goes_beyond_form(self.has_pod(object))
    }

    /// What the chosen checks want to see of a cluster.
    pub fn wanted(&self) -> Wanted {
        Wanted::of(&self.chosen, &self.options.templates)
    }

    /// Where pods are in custom resources.
    pub fn templates(&self) -> &PodTemplates {
        &self.options.templates
    }

    /// Judges one object by itself.
    ///
    /// Says besides what was noticed on the way.
    pub fn object(&self, object: &Object, findings: &mut Vec<Finding>, counts: &mut Counts) -> Noticed {
        let pod = Pod::of(object, &self.options.templates);
        let case = Case::new(object, &self.options);
        let mut asking = Asking { case: &case, drafts: Vec::new(), findings };
        for &at in self.plan.asked(object).alone(pod.is_some()) {
            let at = at as usize;
            let (Some(check), Some(tally)) = (self.chosen.get(at), counts.0.get_mut(at)) else { continue };
            let answer = match check.run {
                Run::Pod(run) => pod.as_ref().map(|pod| asking.ask(check, |out| run(pod, out))),
                Run::Kinds(_, run) | Run::Object(run) => Some(asking.ask(check, |out| run(object, out))),
                Run::Together { .. } | Run::Cluster { .. } | Run::Waiver(_) => None,
            };
            tally.add(answer.unwrap_or_default());
        }
        let is_refused = asking.refusal().is_some();
        Noticed { is_refused, sensitive: case.into_sensitive() }
    }

    /// Judges the objects that were kept, together.
    pub fn together(&self, inventory: &Inventory, findings: &mut Vec<Finding>, counts: &mut Counts) {
        // Every object knows the checks that judge it.
        let mut judged: Vec<Vec<&Object>> = vec![Vec::new(); self.chosen.len()];
        for object in inventory.objects() {
            for &at in self.plan.asked(object).together(self.has_pod(object)) {
                if let Some(judged) = judged.get_mut(at as usize) {
                    judged.push(object);
                }
            }
        }
        let server = inventory.server().and_then(crate::server::object);
        for ((check, tally), judged) in self.chosen.iter().zip(&mut counts.0).zip(judged) {
            if let (Run::Cluster { run, .. }, Some(object)) = (check.run, &server) {
                let case = Case::new(object, &self.options);
                let mut asking = Asking { case: &case, drafts: Vec::new(), findings };
                tally.add(asking.ask(check, |out| run(object, inventory, out)));
            }
            let Run::Together { needs, run, .. } = check.run else { continue };
            // Where nothing was seen of what a check needs, its question arises for none.
            let seen = needs.iter().any(|(group, kind)| match (*group, *kind) {
                ANY_POD => inventory.objects().iter().any(|object| self.has_pod(object)),
                (group, kind) => inventory.of_kind(group, kind).next().is_some(),
            });
            if !needs.is_empty() && !seen && !self.options.keep_passes {
                tally.not_applicable += judged.len() as u64;
                continue;
            }
            for object in judged {
                let case = Case::new(object, &self.options);
                let mut asking = Asking { case: &case, drafts: Vec::new(), findings };
                tally.add(asking.ask(check, |out| run(object, inventory, out)));
            }
        }
    }

    /// Judges waivers, once all findings have been held against them.
    pub fn waivers(&self, cases: &[WaiverCase<'_>], findings: &mut Vec<Finding>, counts: &mut Counts) {
        for (check, tally) in self.chosen.iter().zip(&mut counts.0) {
            let Run::Waiver(run) = check.run else { continue };
            for case in cases {
                match run(case) {
                    Some(message) => {
                        tally.fail += 1;
                        findings.push(case.finding(&check.meta, message));
                    }
                    None => tally.pass += 1,
                }
            }
        }
    }

    /// Counts at zero, one a check.
    pub fn counts(&self) -> Counts {
        Counts(vec![Tally::default(); self.chosen.len()])
    }

    /// Counts by the ids of the checks; those that were never asked are left out.
    pub fn tallies(&self, counts: &Counts) -> Tallies {
        let all = self.chosen.iter().zip(&counts.0).map(|(check, tally)| (check.meta.id, *tally));
        all.filter(|(_, tally)| *tally != Tally::default()).collect()
    }

    fn has_pod(&self, object: &Object) -> bool {
        Pod::is_in(object, &self.options.templates)
    }
}

/// How often each check of a judge said what, in the judge's own order.
#[derive(Clone, Debug, Default)]
pub struct Counts(Vec<Tally>);

impl Counts {
    /// Adds the counts of the same judge from elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(tally, other)| tally.add(*other));
    }
}

/// Asks checks about one object.
struct Asking<'a> {
    case: &'a Case<'a>,
    drafts: Vec<Draft>,
    findings: &'a mut Vec<Finding>,
}

impl Asking<'_> {
    fn ask(&mut self, check: &'static Check, run: impl FnOnce(&mut Out<'_>)) -> Tally {
        let begin = self.findings.len();
        let mut out = Out::new(&check.meta, self.case, &mut self.drafts);
        run(&mut out);
        let (not_applicable, passes) = out.finish(self.findings);
        let mut tally = Tally::default();
        let said = self.findings.get(begin..).unwrap_or_default();
        let has = |wanted: fn(&Verdict) -> bool| said.iter().any(|finding| wanted(&finding.verdict));
        // A definite failure in doubtful data is still a failure; a pass in doubtful data is not a pass.
        if has(|verdict| matches!(verdict, Verdict::Fail)) {
            tally.fail = 1;
        } else if has(|verdict| matches!(verdict, Verdict::Unknown { .. })) {
            tally.unknown = 1;
        } else if has(|verdict| matches!(verdict, Verdict::Manual { .. })) {
            tally.manual = 1;
        } else if let Some(why) = not_applicable {
            tally.not_applicable = 1;
            if self.case.keep_passes() {
                self.whole(check, Verdict::NotApplicable { why: why.into_owned() }, "does not apply", passes);
            }
        } else if let Some(fault) = self.refusal().filter(|_| !matches!(check.run, Run::Object(_))) {
            tally.unknown = 1;
            let missing =
                format!("the API server would refuse this object: {fault}; correct it and scan again");
            let looked_at = Arc::from(fault.path.as_str());
            let (source, causes) = (self.case.object.source(fault.span), self.case.object.causes(fault.span));
            let fact = Evidence { looked_at, raw: None, effective: None, rule: None, source, causes };
            self.whole(
                check,
                Verdict::Unknown { missing },
                "nothing can be said about this object",
                vec![fact],
            );
        } else {
            tally.pass = 1;
            if self.case.keep_passes() {
                self.whole(check, Verdict::Pass, "passes", passes);
            }
        }
        tally
    }

    /// Why the API server would not take the object as it is written: passes about it are worth nothing. (Checks of the
    /// document itself pass all the same.)
    fn refusal(&self) -> Option<&Fault> {
        // Unknown fields are dropped, and a missing field is the server's to default or a patch's to leave out; but a pod
        // without containers is nothing that checks of containers could pass.
        let kept = |fault: &&Fault| match fault.kind {
            FaultKind::UnknownField { .. } => true,
            FaultKind::MissingField { name } => name != NO_CONTAINERS,
            _ => false,
        };
        self.case.faults().iter().find(|fault| !kept(fault))
    }

    /// Adds a finding about the object as a whole.
    fn whole(&mut self, check: &Check, verdict: Verdict, message: &str, mut evidence: Vec<Evidence>) {
        let object = self.case.object;
        if evidence.is_empty() {
            evidence.push(crate::out::evidence(object, &object.cursor(), || [].as_slice().into()));
        }
        self.findings.push(Finding {
            check: check.meta.id,
            target: Arc::clone(&object.target),
            verdict,
            message: message.into(),
            severity: Severity::Info,
            confidence: Confidence::High,
            path: Arc::from(""),
            evidence,
            fingerprint: Fingerprint::new(check.meta.id, &object.target, "", ""),
            fix: None,
            waived: None,
        });
    }
}
