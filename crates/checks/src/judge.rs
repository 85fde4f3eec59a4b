//! Runs checks over objects and counts the answers.

use std::sync::Arc;

use ironsides_core::{
    CheckMeta, Confidence, Evidence, Finding, Fingerprint, Inventory, Object, Pod, PodTemplates, Severity,
    Tallies, Tally, Verdict,
};
use ironsides_schema::{Fault, FaultKind};
use ironsides_tree::Span;

use crate::catalogue::CATALOGUE;
use crate::check::{ANY_POD, Check, Run, is_asked_of_live, looks_at_all_namespaces};
use crate::gaps::{Gap, Gaps, Kind, LEFT_OUT, Open, home};
use crate::out::{Case, Draft, NO_CONTAINERS, Out};
use crate::plan::{Plan, Wanted, pod_kinds};
use crate::scope::Scope;
use crate::shared::Shared;
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
    /// Whether passes about nodes are kept with their evidence, whatever is done with others.
    pub keep_node_passes: bool,
    /// Whether findings carry the edits of their fixes, or only say that there are some.
    pub fixes: bool,
    /// Where custom resources hold pods.
    pub templates: PodTemplates,
    /// The minor version of Kubernetes that the objects are meant for: 36 for 1.36. `None` for the newest known.
    pub kubernetes: Option<u64>,
    /// Which objects are judged; the others are looked up.
    pub scope: Scope,
    /// The kinds, as API group and kind, that the checks of how a document is written judge; all where empty.
    pub documents_of: &'static [(&'static str, &'static str)],
}

/// Runs the chosen checks. One judge serves any number of threads.
pub struct Judge {
    chosen: Vec<&'static Check>,
    plan: Plan,
    /// Of each chosen check, whether it makes sense for what the API server returned.
    is_asked_of_live: Vec<bool>,
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
        let is_asked_of_live = chosen.iter().map(|check| is_asked_of_live(check)).collect();
        Self { chosen, plan, is_asked_of_live, options }
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
        let mut asking = Asking::new(&case, findings);
        let reference = object.reference();
        let own = (reference.group(), reference.kind.as_str());
        let documents_of = self.options.documents_of;
        let is_other = !documents_of.is_empty() && !documents_of.contains(&own);
        for &at in self.plan.asked(object).alone(pod.is_some()) {
            let at = at as usize;
            if object.is_live() && self.is_asked_of_live.get(at) != Some(&true) {
                continue;
            }
            let (Some(check), Some(tally)) = (self.chosen.get(at), counts.0.get_mut(at)) else { continue };
            if check.meta.family == "document" && is_other {
                continue;
            }
            let answer = match check.run {
                Run::Pod(run) => pod.as_ref().map(|pod| asking.ask(check, |out| run(pod, out))),
                Run::Kinds(_, run) | Run::Object(run) => Some(asking.ask(check, |out| run(object, out))),
                Run::Settings(components, run) | Run::Shared(components, run) => {
                    let settings = case.settings(pod.as_ref());
                    let is_asked = if case.is_answer() {
                        settings.iter().any(|one| components.contains(&one.component()))
                    } else {
                        case.is_host() || !settings.is_empty()
                    };
                    is_asked.then(|| asking.ask(check, |out| out.each_of(settings, components, run)))
                }
                // What a kubelet answers says nothing of its host.
                Run::Host(_) if case.is_answer() => None,
                Run::Host(run) => Some(asking.ask(check, |out| out.of_host(run))),
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
        for object in inventory.objects().iter().filter(|object| self.is_in_scope(object)) {
            for &at in self.plan.asked(object).together(self.has_pod(object)) {
                let asked = !object.is_live() || self.is_asked_of_live.get(at as usize) == Some(&true);
                if let Some(judged) = judged.get_mut(at as usize).filter(|_| asked) {
                    judged.push(object);
                }
            }
        }
        let server = inventory.server().and_then(crate::server::object);
        let mut gaps = Gaps::of(inventory, &self.options.scope);
        let mut open = Open::default();
        for ((check, tally), judged) in self.chosen.iter().zip(&mut counts.0).zip(judged) {
            let mut gaps = gaps.as_mut();
            if let (Run::Cluster { welcomes, run }, Some(object)) = (check.run, &server) {
                let gap = self.gap(check, gaps, object, welcomes);
                tally.add(
                    self.across(check, object, gap, &mut open, findings, |out| run(object, inventory, out)),
                );
                continue;
            }
            if let Run::Shared(components, run) = check.run {
                let shared = Shared { inventory, templates: &self.options.templates, components, run };
                for object in judged.into_iter().filter(|object| shared.concerns(object)) {
                    tally.add(
                        self.across(check, object, None, &mut open, findings, |out| shared.ask(object, out)),
                    );
                }
                continue;
            }
            let Run::Together { needs, welcomes, run, .. } = check.run else { continue };
            // Where nothing was seen of what a check needs, its question arises for none.
            let seen = needs.iter().any(|(group, kind)| match (*group, *kind) {
                ANY_POD => inventory.objects().iter().any(|object| self.has_pod(object)),
                (group, kind) => inventory.of_kind(group, kind).next().is_some(),
            });
            // Of a cluster all that was read is there, or a gap tells what is not.
            if !needs.is_empty() && !seen && !self.options.keep_passes && gaps.is_none() {
                tally.not_applicable += judged.len() as u64;
                continue;
            }
            for object in judged {
                let gap = self.gap(check, gaps.as_deref_mut(), object, needs.iter().chain(welcomes));
                tally.add(
                    self.across(check, object, gap, &mut open, findings, |out| run(object, inventory, out)),
                );
            }
        }
        if let Some(gaps) = gaps {
            for (check, tally) in self.chosen.iter().zip(&mut counts.0) {
                for gap in self.judged_by(check).filter_map(|kind| gaps.judged(kind)) {
                    tally.unknown += u64::from(open.resource(check, gap));
                }
            }
            open.tell(findings);
        }
    }

    /// What of the kinds that a check looks up was not read, where an object looks for them.
    fn gap<'a>(
        &'a self,
        check: &Check,
        gaps: Option<&mut Gaps<'_>>,
        object: &Object,
        kinds: impl IntoIterator<Item = &'a (&'static str, &'static str)>,
    ) -> Option<Gap> {
        let gaps = gaps?;
        let own = home(object);
        let mut left_out = None;
        for kind in self.each(kinds) {
            let is_far = kind == ("", "Namespace") && looks_at_all_namespaces(check);
            let Some(gap) = gaps.needed(kind, own.filter(|_| !is_far)) else { continue };
            if !gap.is_left_out {
                return Some(gap);
            }
            left_out = Some(gap);
        }
        left_out
    }

    /// Asks a check across objects about one of them, of whose surroundings something may be missing.
    fn across(
        &self,
        check: &'static Check,
        object: &Object,
        gap: Option<Gap>,
        open: &mut Open,
        findings: &mut Vec<Finding>,
        run: impl FnOnce(&mut Out<'_>),
    ) -> Tally {
        let case = Case::new(object, &self.options);
        let mut asking = Asking::new(&case, findings);
        asking.is_doubtful = gap.is_some();
        asking.is_left_out = gap.as_ref().is_some_and(|gap| gap.is_left_out);
        let answer = asking.ask(check, run);
        if let Some(gap) = gap.filter(|_| asking.is_open) {
            open.object(check, gap);
        }
        answer
    }

    /// The kinds that a check judges.
    fn judged_by(&self, check: &'static Check) -> impl Iterator<Item = Kind<'_>> {
        const PODS: &[(&str, &str)] = &[ANY_POD];
        let kinds = match check.run {
            Run::Pod(_) | Run::Settings(..) | Run::Shared(..) | Run::Together { judges: [], .. } => PODS,
            Run::Kinds(kinds, _) | Run::Together { judges: kinds, .. } => kinds,
            Run::Host(_) | Run::Object(_) | Run::Cluster { .. } | Run::Waiver(_) => &[],
        };
        let asked = is_asked_of_live(check);
        self.each(kinds).filter(move |_| asked)
    }

    /// Kinds, with every kind that holds a pod for [`ANY_POD`].
    fn each<'a>(
        &'a self,
        kinds: impl IntoIterator<Item = &'a (&'static str, &'static str)>,
    ) -> impl Iterator<Item = Kind<'a>> {
        let templates = &self.options.templates;
        kinds.into_iter().flat_map(move |kind| {
            let own: Option<Kind<'a>> = (*kind != ANY_POD).then_some(*kind);
            let pods = own.is_none().then(|| {
                let built_in = pod_kinds().map(|(group, kind)| -> Kind<'a> { (group, kind) });
                built_in.chain(templates.kinds())
            });
            own.into_iter().chain(pods.into_iter().flatten())
        })
    }

    /// Whether an object is one to judge, and not only there to be looked up.
    pub fn is_in_scope(&self, object: &Object) -> bool {
        self.options.scope.holds(object)
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

    /// The counts of some checks, by their ids, and zero for the others.
    pub fn only(&self, mut counts: Counts, is_wanted: impl Fn(&str) -> bool) -> Counts {
        for (check, tally) in self.chosen.iter().zip(&mut counts.0) {
            if !is_wanted(check.meta.id) {
                *tally = Tally::default();
            }
        }
        counts
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
    /// Whether something is missing that the check looks up.
    is_doubtful: bool,
    /// Whether that is because nobody asked for it.
    is_left_out: bool,
    /// Whether the last answer was left open by what is missing.
    is_open: bool,
}

impl<'a> Asking<'a> {
    fn new(case: &'a Case<'a>, findings: &'a mut Vec<Finding>) -> Self {
        Self { case, drafts: Vec::new(), findings, is_doubtful: false, is_left_out: false, is_open: false }
    }

    fn ask(&mut self, check: &'static Check, run: impl FnOnce(&mut Out<'_>)) -> Tally {
        let begin = self.findings.len();
        let mut out = Out::new(&check.meta, self.case, &mut self.drafts);
        run(&mut out);
        let any = out.has_said_anything();
        if self.is_doubtful {
            out.keep_definite();
        }
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
        } else if self.is_doubtful && (any || not_applicable.is_none()) {
            // What was not read could have made this another answer.
            if self.is_left_out {
                tally.not_applicable = 1;
                self.leave(check, LEFT_OUT.to_owned(), passes);
            } else {
                self.is_open = true;
                tally.unknown = 1;
            }
        } else if let Some(why) = not_applicable {
            tally.not_applicable = 1;
            self.leave(check, why.into_owned(), passes);
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

    /// Says that a check does not apply, where that is told.
    fn leave(&mut self, check: &Check, why: String, looked_at: Vec<Evidence>) {
        if self.case.keep_passes() {
            self.whole(check, Verdict::NotApplicable { why }, "does not apply", looked_at);
        }
    }

    /// Adds a finding about the object as a whole.
    fn whole(&mut self, check: &Check, verdict: Verdict, message: &str, mut evidence: Vec<Evidence>) {
        if evidence.is_empty() {
            evidence.push(self.case.whole());
        }
        let target = self.case.target();
        self.findings.push(Finding {
            check: check.meta.id,
            target: Arc::clone(target),
            verdict,
            message: message.into(),
            severity: Severity::Info,
            confidence: Confidence::High,
            path: Arc::from(""),
            evidence,
            fingerprint: Fingerprint::new(check.meta.id, target, "", ""),
            fix: None,
            waived: None,
            pods: 0,
        });
    }
}
