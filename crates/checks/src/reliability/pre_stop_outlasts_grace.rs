//! A hook that is cut off before it is done.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pre-stop-outlasts-grace",
        title: "hook takes longer than the pod is given to stop",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("pre_stop_outlasts_grace.md"),
    },
    run: Run::Pod(run),
};

/// What a pod is given to stop where it does not say.
const DEFAULT: i64 = 30;

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let given = pod.spec().get("terminationGracePeriodSeconds");
    let seconds = given.int().unwrap_or(DEFAULT);
    for container in pod.containers() {
        let hook = container.at.at(&["lifecycle", "preStop"]);
        if !hook.is_set() {
            continue;
        }
        let sleep = hook.at(&["sleep", "seconds"]);
        let command = hook.at(&["exec", "command"]);
        let (at, taken) =
            if sleep.is_set() { (sleep.clone(), sleep.int()) } else { (command.clone(), slept(&command)) };
        match taken {
            Some(taken) if taken >= seconds => {
                let message = format!(
                    "{container} sleeps {taken} seconds in preStop, and the pod has {seconds} to stop"
                );
                out.fail(&at, message).also(pod.object(), &given);
            }
            _ => out.pass(&hook),
        }
    }
}

/// How long a command sleeps that does nothing else: `sleep 15`, `sh -c "sleep 15"`.
fn slept(command: &Cursor<'_>) -> Option<i64> {
    let mut words = command.items().filter_map(|item| item.str()).flat_map(str::split_whitespace);
    words.find(|word| matches!(*word, "sleep" | "/bin/sleep"))?;
    words.next()?.trim_end_matches('s').parse().ok()
}
