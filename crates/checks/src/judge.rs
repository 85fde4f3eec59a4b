//! Runs checks over objects and counts the answers.

use ironsides_core::{CheckMeta, Finding, Inventory, Object, Pod, PodTemplates, Severity, Tallies, Tally, Verdict};
use ironsides_schema::{FaultKind, each_fault};

use crate::catalogue::CATALOGUE;
use crate::check::{Check, Run};
use crate::out::Out;

/// What to run and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these checks; all where empty.
    pub only: Vec<String>,
    /// Never these.
    pub skip: Vec<String>,
    /// Whether passes are kept with their evidence.
    pub keep_passes: bool,
    /// Where custom resources hold pods.
    pub templates: PodTemplates,
}

/// Runs the chosen checks. One judge serves any number of threads.
pub struct Judge {
    chosen: Vec<&'static Check>,
    options: Options,
}

impl Judge {
    /// A judge that runs the checks the options choose. Ids that no check has are for the caller to refuse first,
    /// with [`crate::find`].
    pub fn new(options: Options) -> Self {
        let chosen = CATALOGUE
            .iter()
            .copied()
            .flatten()
            .copied()
            .filter(|check| options.only.is_empty() || options.only.iter().any(|id| id == check.meta.id))
            .filter(|check| !options.skip.iter().any(|id| id == check.meta.id))
            .collect();
        Self { chosen, options }
    }

    /// The cards of the checks that run.
    pub fn metas(&self) -> impl Iterator<Item = &'static CheckMeta> {
        self.chosen.iter().map(|check| &check.meta)
    }

    /// Whether a check across objects will want to see this object again.
    pub fn keeps(&self, object: &Object) -> bool {
        self.chosen.iter().any(|check| match check.run {
            Run::Together { judges, needs, .. } => {
                is_any(object, needs) || self.is_judged(object, judges)
            }
            _ => false,
        })
    }

    /// Whether the checks that run can judge pods in this object.
    pub fn templates(&self) -> &PodTemplates {
        &self.options.templates
    }

    /// Judges one object by itself.
    pub fn object(&self, object: &Object, findings: &mut Vec<Finding>, tallies: &mut Tallies) {
        let pod = Pod::of(object, &self.options.templates);
        let faulty = Faulty::of(object);
        for check in &self.chosen {
            match check.run {
                Run::Pod(run) => {
                    if let Some(pod) = &pod {
                        self.ask(check, object, &faulty, findings, tallies, |out| run(pod, out));
                    }
                }
                Run::Kinds(kinds, run) => {
                    if is_any(object, kinds) {
                        self.ask(check, object, &faulty, findings, tallies, |out| run(object, out));
                    }
                }
                Run::Object(run) => self.ask(check, object, &Faulty::default(), findings, tallies, |out| run(object, out)),
                Run::Together { .. } => {}
            }
        }
    }

    /// Judges the objects that were kept, together.
    pub fn together(&self, inventory: &Inventory, findings: &mut Vec<Finding>, tallies: &mut Tallies) {
        for check in &self.chosen {
            let Run::Together { judges, run, .. } = check.run else { continue };
            for object in inventory.objects.iter().filter(|object| self.is_judged(object, judges)) {
                self.ask(check, object, &Faulty::of(object), findings, tallies, |out| run(object, inventory, out));
            }
        }
    }

    fn is_judged(&self, object: &Object, judges: &[(&str, &str)]) -> bool {
        if judges.is_empty() { Pod::of(object, &self.options.templates).is_some() } else { is_any(object, judges) }
    }

    fn ask(
        &self,
        check: &'static Check,
        object: &Object,
        faulty: &Faulty,
        findings: &mut Vec<Finding>,
        tallies: &mut Tallies,
        run: impl FnOnce(&mut Out<'_>),
    ) {
        let keep = self.options.keep_passes;
        let mut out = Out::new(&check.meta, object, &self.options.templates, check.meta.severity, keep);
        run(&mut out);
        let answers = out.finish();
        let mut tally = Tally::default();
        let has = |wanted: fn(&Verdict) -> bool| answers.findings.iter().any(|finding| wanted(&finding.verdict));
        // A definite failure in doubtful data is still a failure; a pass in doubtful data is not a pass.
        if has(|verdict| matches!(verdict, Verdict::Fail)) {
            tally.fail = 1;
        } else if has(|verdict| matches!(verdict, Verdict::Unknown { .. })) {
            tally.unknown = 1;
        } else if has(|verdict| matches!(verdict, Verdict::Manual { .. })) {
            tally.manual = 1;
        } else if let Some(why) = answers.not_applicable {
            tally.not_applicable = 1;
            if keep {
                findings.push(whole(check, object, Verdict::NotApplicable { why }, "does not apply", answers.passes));
            }
        } else if let Some(missing) = &faulty.0 {
            tally.unknown = 1;
            let verdict = Verdict::Unknown { missing: missing.clone() };
            findings.push(whole(check, object, verdict, "nothing can be said about this object", answers.passes));
        } else {
            tally.pass = 1;
            if keep {
                findings.push(whole(check, object, Verdict::Pass, "passes", answers.passes));
            }
        }
        findings.extend(answers.findings);
        tallies.entry(check.meta.id).or_default().add(tally);
    }
}

/// Whether an object is of one of these kinds.
fn is_any(object: &Object, kinds: &[(&str, &str)]) -> bool {
    let reference = object.reference();
    kinds.iter().any(|(group, kind)| reference.kind == *kind && reference.group() == *group)
}

/// A finding about the object as a whole.
fn whole(check: &Check, object: &Object, verdict: Verdict, message: &str, evidence: Vec<ironsides_core::Evidence>) -> Finding {
    let evidence = if evidence.is_empty() { vec![crate::out::evidence(object, &object.cursor())] } else { evidence };
    Finding {
        check: check.meta.id,
        target: std::sync::Arc::clone(&object.target),
        verdict,
        message: message.into(),
        severity: Severity::Info,
        confidence: ironsides_core::Confidence::High,
        path: String::new(),
        evidence,
        fingerprint: ironsides_core::Fingerprint::new(check.meta.id, &object.target, "", ""),
    }
}

/// Why the API server would not take an object as it is written: passes about it are worth nothing.
#[derive(Default)]
struct Faulty(Option<String>);

impl Faulty {
    fn of(object: &Object) -> Self {
        let Some(kind) = object.kind() else { return Self(None) };
        let mut first = None;
        each_fault(&object.root, kind.ty(), &mut |fault| {
            // Unknown fields are dropped, and a missing field is the server's to default or a patch's to leave out.
            let kept = matches!(fault.kind, FaultKind::UnknownField { .. } | FaultKind::MissingField { .. });
            if !kept && first.is_none() {
                first = Some(format!("the API server would refuse this object: {fault}; correct it and scan again"));
            }
        });
        Self(first)
    }
}
