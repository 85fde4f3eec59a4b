//! Signals that end a run or have its files opened anew.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread;

use anyhow::{Context, Result};
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::Exit;

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Ctrl-C (SIGINT).
    Interrupted,
    /// Whoever started it has no more need of it (SIGTERM).
    Terminated,
}

/// The signals that came.
#[derive(Debug)]
pub(crate) struct Signals(Arc<Came>);

#[derive(Debug, Default)]
struct Came {
    ended: AtomicU8,
    hung_up: AtomicBool,
}

const INTERRUPTED: u8 = 1;
const TERMINATED: u8 = 2;

/// What signals come in by.
struct Sources {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
}

impl Signals {
    /// From now on SIGINT and SIGTERM do not end the process but call `stop`; the second of them ends it at once. With
    /// `hang_up` SIGHUP does not end it either.
    pub(crate) fn listen(hang_up: bool, stop: impl Fn() + Send + 'static) -> Result<Self> {
        let failed = "cannot listen to signals";
        let runtime = runtime::Builder::new_current_thread().enable_all().build().context(failed)?;
        let sources = {
            let _entered = runtime.enter();
            Sources {
                interrupt: signal(SignalKind::interrupt()).context(failed)?,
                terminate: signal(SignalKind::terminate()).context(failed)?,
                hang_up: hang_up.then(|| signal(SignalKind::hangup())).transpose().context(failed)?,
            }
        };
        let came = Arc::new(Came::default());
        let ours = Arc::clone(&came);
        let thread = thread::Builder::new().name("signals".to_owned());
        thread.spawn(move || runtime.block_on(sources.wait(&ours, &stop))).context(failed)?;
        Ok(Self(came))
    }

    /// What ended the run, if something did.
    pub(crate) fn ended(&self) -> Option<Ended> {
        match self.0.ended.load(Ordering::Relaxed) {
            INTERRUPTED => Some(Ended::Interrupted),
            TERMINATED => Some(Ended::Terminated),
            _ => None,
        }
    }

    /// Whether SIGHUP came since this was asked last.
    pub(crate) fn take_hung_up(&self) -> bool {
        self.0.hung_up.swap(false, Ordering::Relaxed)
    }
}

impl Sources {
    async fn wait(mut self, came: &Came, stop: &(impl Fn() + Send)) {
        loop {
            let ended = tokio::select! {
                _ = self.interrupt.recv() => INTERRUPTED,
                _ = self.terminate.recv() => TERMINATED,
                () = next(&mut self.hang_up) => {
                    came.hung_up.store(true, Ordering::Relaxed);
                    continue;
                }
            };
            if came.ended.swap(ended, Ordering::Relaxed) != 0 {
                // Whoever asks twice does not want to wait.
                process::exit(Exit::Interrupted as i32);
            }
            stop();
        }
    }
}

async fn next(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => _ = signal.recv().await,
        None => std::future::pending().await,
    }
}
