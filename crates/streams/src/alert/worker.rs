//! A receiver that may be slow or away: a thread and a bounded queue of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Alert, AlertOptions, Delivery, WhenFull};
use crate::error::StreamError;

/// So many alerts are sent at once, where the receiver takes several.
const AT_ONCE: usize = 64;
/// No pause between two attempts is longer.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Sends alerts.
pub(crate) trait Send1: Send + 'static {
    /// How many it takes at once at most.
    fn at_once(&self) -> usize;

    /// Sends them, once.
    fn send(&mut self, alerts: &[Alert]) -> Result<(), Failure>;
}

/// Why alerts were not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// In words.
    pub(crate) why: String,
    /// Whether it may help to try again.
    pub(crate) again: bool,
    /// How long the receiver asks to wait.
    pub(crate) wait: Option<Duration>,
}

/// A thread that sends.
#[derive(Debug)]
pub(crate) struct Worker {
    queue: SyncSender<Alert>,
    /// How many alerts were put into the queue.
    queued: AtomicU64,
    state: Arc<Mutex<Delivery>>,
    /// Told whenever alerts were sent or given up.
    settled: Arc<Condvar>,
    thread: JoinHandle<()>,
    when_full: WhenFull,
}

impl Worker {
    pub(crate) fn start(
        delivery: Delivery,
        options: AlertOptions,
        sender: impl Send1,
    ) -> Result<Self, StreamError> {
        let (queue, alerts) = sync_channel(options.queue.max(1));
        let state = Arc::new(Mutex::new(delivery));
        let settled = Arc::new(Condvar::new());
        let work = Work {
            alerts,
            options,
            state: Arc::clone(&state),
            settled: Arc::clone(&settled),
            is_away: false,
        };
        let thread = thread::Builder::new()
            .name("alerts".to_owned())
            .spawn(move || work.run(sender))
            .map_err(StreamError::Thread)?;
        Ok(Self { queue, queued: AtomicU64::new(0), state, settled, thread, when_full: options.when_full })
    }

    pub(crate) fn send(&self, alert: &Alert) {
        let full = match self.when_full {
            WhenFull::Wait => self.queue.send(alert.clone()).is_err(),
            WhenFull::Drop => match self.queue.try_send(alert.clone()) {
                Ok(()) => false,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => true,
            },
        };
        if full {
            with(&self.state, |delivery| delivery.dropped += 1);
        } else {
            self.queued.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until every alert in the queue was sent or given up.
    pub(crate) fn settle(&self) {
        let queued = self.queued.load(Ordering::Relaxed);
        let mut delivery = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // A thread that panicked sends nothing more.
        while delivery.delivered + delivery.failed < queued && !self.thread.is_finished() {
            let waited = self.settled.wait_timeout(delivery, Duration::from_secs(1));
            delivery = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(crate) fn delivery(&self) -> Delivery {
        with(&self.state, |delivery| delivery.clone())
    }

    pub(crate) fn finish(self) -> Delivery {
        let Self { queue, state, thread, .. } = self;
        drop(queue);
        // A thread that panicked sent nothing more; what it counted stands.
        let _ = thread.join();
        with(&state, |delivery| delivery.clone())
    }
}

fn with<T>(state: &Mutex<Delivery>, change: impl FnOnce(&mut Delivery) -> T) -> T {
    change(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}

struct Work {
    alerts: Receiver<Alert>,
    options: AlertOptions,
    state: Arc<Mutex<Delivery>>,
    settled: Arc<Condvar>,
    /// The receiver took nothing last time, after all attempts: until it does, each alert is tried once.
    is_away: bool,
}

impl Work {
    fn run(mut self, mut sender: impl Send1) {
        while let Ok(first) = self.alerts.recv() {
            let mut alerts = vec![first];
            let most = sender.at_once().min(AT_ONCE);
            while alerts.len() < most
                && let Ok(alert) = self.alerts.try_recv()
            {
                alerts.push(alert);
            }
            let sent = self.attempt(&mut sender, &alerts);
            let count = alerts.len() as u64;
            with(&self.state, |delivery| match sent {
                Ok(()) => delivery.delivered += count,
                Err(failure) => {
                    delivery.failed += count;
                    delivery.trouble = Some(failure.why);
                }
            });
            self.settled.notify_all();
        }
    }

    fn attempt(&mut self, sender: &mut impl Send1, alerts: &[Alert]) -> Result<(), Failure> {
        let attempts = if self.is_away { 1 } else { self.options.attempts.max(1) };
        let mut pause = self.options.pause;
        let mut made = 1;
        loop {
            match sender.send(alerts) {
                Ok(()) => {
                    self.is_away = false;
                    return Ok(());
                }
                Err(failure) if failure.again && made < attempts => {
                    thread::sleep(failure.wait.unwrap_or(pause).min(LONGEST_PAUSE));
                    pause = pause.saturating_mul(2);
                    made += 1;
                }
                Err(failure) => {
                    self.is_away = failure.again;
                    return Err(failure);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::super::shape::tests::alert;
    use super::*;

    /// Answers as it was told to, and notes the rules of what it got.
    struct Scripted {
        answers: Vec<Result<(), Failure>>,
        got: Sender<Vec<String>>,
        most: usize,
    }

    impl Send1 for Scripted {
        fn at_once(&self) -> usize {
            self.most
        }

        fn send(&mut self, alerts: &[Alert]) -> Result<(), Failure> {
            self.got.send(alerts.iter().map(|alert| alert.rule.clone()).collect()).unwrap();
            if self.answers.is_empty() { Ok(()) } else { self.answers.remove(0) }
        }
    }

    fn failure(again: bool) -> Failure {
        Failure { why: "no".into(), again, wait: None }
    }

    fn options() -> AlertOptions {
        AlertOptions { pause: Duration::from_millis(1), attempts: 3, ..AlertOptions::default() }
    }

    fn run(answers: Vec<Result<(), Failure>>, rules: &[&str]) -> (Delivery, Vec<Vec<String>>) {
        let (got, calls) = channel();
        let scripted = Scripted { answers, got, most: 1 };
        let worker = Worker::start(Delivery::default(), options(), scripted).unwrap();
        for rule in rules {
            worker.send(&alert(rule));
        }
        (worker.finish(), calls.iter().collect())
    }

    #[test]
    fn what_may_help_is_tried_again() {
        let (delivery, calls) = run(vec![Err(failure(true)), Err(failure(true))], &["a", "b"]);
        assert_eq!((delivery.delivered, delivery.failed), (2, 0));
        assert_eq!(calls.concat(), ["a", "a", "a", "b"]);
    }

    #[test]
    fn what_is_refused_is_not_tried_again_and_stops_nothing() {
        let (delivery, calls) = run(vec![Err(failure(false))], &["a", "b"]);
        assert_eq!((delivery.delivered, delivery.failed, delivery.trouble.as_deref()), (1, 1, Some("no")));
        assert_eq!(calls.concat(), ["a", "b"]);
    }

    #[test]
    fn a_receiver_that_is_away_costs_all_attempts_once() {
        let answers = (0..5).map(|_| Err(failure(true))).collect();
        let (delivery, calls) = run(answers, &["a", "b", "c", "d"]);
        assert_eq!(calls.concat(), ["a", "a", "a", "b", "c", "d"]);
        assert_eq!((delivery.delivered, delivery.failed), (1, 3));
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        /// Takes nothing until it may.
        struct Slow(Receiver<()>);
        impl Send1 for Slow {
            fn at_once(&self) -> usize {
                1
            }

            fn send(&mut self, _: &[Alert]) -> Result<(), Failure> {
                let _ = self.0.recv();
                Ok(())
            }
        }
        let (go, wait) = channel::<()>();
        let options = AlertOptions { queue: 2, when_full: WhenFull::Drop, ..options() };
        let worker = Worker::start(Delivery::default(), options, Slow(wait)).unwrap();
        for _ in 0..10 {
            worker.send(&alert("a"));
        }
        let dropped = worker.delivery().dropped;
        drop(go);
        let delivery = worker.finish();
        // One or none was on its way.
        assert!((7..=8).contains(&dropped), "{dropped}");
        assert_eq!((delivery.delivered, delivery.dropped), (10 - dropped, dropped));
    }

    #[test]
    fn settled_is_what_was_sent_or_given_up() {
        let (got, calls) = channel();
        let scripted = Scripted { answers: vec![Err(failure(true)), Err(failure(false))], got, most: 1 };
        let worker = Worker::start(Delivery::default(), options(), scripted).unwrap();
        worker.settle();
        for rule in ["a", "b", "c"] {
            worker.send(&alert(rule));
        }
        worker.settle();
        let delivery = worker.delivery();
        assert_eq!((delivery.delivered, delivery.failed, calls.try_iter().count()), (2, 1, 4));
    }
}
