//! What a child process costs, as the kernel counts it.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use wait4::Wait4;

/// The cost of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// User and system time in seconds.
    pub(crate) cpu: f64,
    /// Time on the clock in seconds.
    pub(crate) wall: f64,
    /// Peak resident memory in MiB.
    pub(crate) mib: f64,
}

/// The least of each figure over some runs. Output goes nowhere. Exit codes up to 4 are answers, not failures.
pub(crate) fn measure(command: &mut Command, runs: u32) -> Result<Cost> {
    let mut least = Cost { cpu: f64::MAX, wall: f64::MAX, mib: f64::MAX };
    for _ in 0..runs.max(1) {
        let begin = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run {}", command.get_program().display()))?;
        let used = child.wait4()?;
        if used.status.code().is_none_or(|code| code > 4) {
            bail!("{} failed: {}", command.get_program().display(), used.status);
        }
        least.wall = least.wall.min(begin.elapsed().as_secs_f64());
        least.cpu = least.cpu.min((used.rusage.utime + used.rusage.stime).as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let mib = used.rusage.maxrss as f64 / f64::from(1 << 20);
        least.mib = least.mib.min(mib);
    }
    Ok(least)
}

/// The least time on the clock over some runs.
pub(crate) fn smallest_wall(command: &mut Command, runs: u32) -> Result<f64> {
    measure(command, runs).map(|cost| cost.wall)
}
