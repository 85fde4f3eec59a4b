//! Alerts out: to files, standard output, syslog, webhooks, Alertmanager and falcosidekick.
//!
//! [`AlertSpec`] is an output as a command line names it. [`Alerts`] opens them and sends every [`Alert`] to all. Files and
//! standard output are written at once. Everything behind a socket has a thread and a bounded queue of its own, tries
//! again where that may help, and counts what it had to give up: [`Delivery`].

mod file;
mod http;
mod shape;
mod spec;
mod syslog;
mod worker;

use std::io::{self, Write};
use std::time::Duration;

use ironsides_detect::rules::Priority;
use serde_json::{Map, Value as Json};

pub use spec::{AlertSpec, SpecError, Syslog};
pub use syslog::hostname;

use self::file::AppendFile;
use self::worker::Worker;
use crate::error::StreamError;

/// One alert, with what Falco says of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// When what it is about happened: RFC 3339, UTC.
    pub time: String,
    /// The name of the rule.
    pub rule: String,
    /// How urgent it is.
    pub priority: Priority,
    /// Where the event came from: `k8s_audit`.
    pub source: String,
    /// The tags of the rule.
    pub tags: Vec<String>,
    /// The machine that says so.
    pub hostname: String,
    /// What happened, as the rule words it, without time and priority.
    pub output: String,
    /// The fields in the output, by their names.
    pub fields: Map<String, Json>,
    /// A number of its own, so that a receiver knows one that it has: [`Alert::uuid_of`].
    pub uuid: String,
}

/// What happens when a receiver is slower than alerts are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// Alerts wait, and with them what makes them: right where a log lies there and can wait.
    #[default]
    Wait,
    /// The alert is dropped for this receiver, and counted: right where events do not wait.
    Drop,
}

/// How alerts are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertOptions {
    /// How many alerts may wait for one receiver.
    pub queue: usize,
    /// What happens then.
    pub when_full: WhenFull,
    /// How often an alert is sent at most.
    pub attempts: u32,
    /// How long the second attempt waits; every further one waits twice as long.
    pub pause: Duration,
    /// How long one attempt may take.
    pub timeout: Duration,
}

impl Default for AlertOptions {
    fn default() -> Self {
        Self {
            queue: 1024,
            when_full: WhenFull::Wait,
            attempts: 5,
            pause: Duration::from_millis(500),
            timeout: Duration::from_secs(10),
        }
    }
}

/// What became of the alerts for one output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The output, without what may be secret in its address.
    pub output: String,
    /// Alerts that were written, or that the receiver took.
    pub delivered: u64,
    /// Alerts that were given up after the last attempt, or that the receiver refused.
    pub failed: u64,
    /// Alerts that found the queue full.
    pub dropped: u64,
    /// What went wrong last.
    pub trouble: Option<String>,
}

/// The outputs of a run.
#[derive(Debug)]
pub struct Alerts {
    outputs: Vec<Output>,
}

#[derive(Debug)]
enum Output {
    Stdout { json: bool, delivery: Delivery },
    File { file: AppendFile, delivery: Delivery },
    Worker(Worker),
}

impl Alerts {
    /// Opens the outputs. A file that cannot be written is an error at once; of a receiver it shows when the first alert is
    /// sent.
    pub fn open(specs: &[AlertSpec], options: AlertOptions) -> Result<Self, StreamError> {
        let outputs = specs.iter().map(|spec| {
            let delivery = Delivery { output: spec.to_string(), ..Delivery::default() };
            Ok(match spec {
                AlertSpec::Stdout { json } => Output::Stdout { json: *json, delivery },
                AlertSpec::File(path) => Output::File { file: AppendFile::open(path)?, delivery },
                AlertSpec::Syslog(to) => Output::Worker(Worker::start(
                    delivery,
                    options,
                    syslog::Sender::new(to, options.timeout),
                )?),
                AlertSpec::Webhook(url) | AlertSpec::Falcosidekick(url) => {
                    let post = http::Post::new(url, http::Shape::Object, options.timeout)?;
                    Output::Worker(Worker::start(delivery, options, post)?)
                }
                AlertSpec::Alertmanager(url) => {
                    let post = http::Post::new(url, http::Shape::Alertmanager, options.timeout)?;
                    Output::Worker(Worker::start(delivery, options, post)?)
                }
            })
        });
        Ok(Self { outputs: outputs.collect::<Result<_, StreamError>>()? })
    }

    /// Sends an alert to every output. An error is standard output that nobody reads any more; all else is counted.
    pub fn send(&mut self, alert: &Alert) -> io::Result<()> {
        for output in &mut self.outputs {
            match output {
                Output::Stdout { json, delivery } => {
                    let line = if *json { alert.json().to_string() } else { alert.line() };
                    let mut out = io::stdout().lock();
                    writeln!(out, "{line}")?;
                    delivery.delivered += 1;
                }
                Output::File { file, delivery } => match file.line(&alert.json().to_string()) {
                    Ok(()) => delivery.delivered += 1,
                    Err(error) => {
                        delivery.failed += 1;
                        delivery.trouble = Some(error.to_string());
                    }
                },
                Output::Worker(worker) => worker.send(alert),
            }
        }
        Ok(())
    }

    /// Opens files anew, as after SIGHUP. A file that was renamed or removed is opened anew without being told.
    pub fn reopen(&mut self) {
        for output in &mut self.outputs {
            if let Output::File { file, .. } = output {
                file.forget();
            }
        }
    }

    /// Waits until every alert so far was sent or given up.
    pub fn settle(&self) {
        for output in &self.outputs {
            if let Output::Worker(worker) = output {
                worker.settle();
            }
        }
    }

    /// Waits until what is in the queues was sent or given up, and says what became of all alerts, in the order of the
    /// outputs.
    pub fn finish(self) -> Vec<Delivery> {
        let finish = |output| match output {
            Output::Stdout { delivery, .. } | Output::File { delivery, .. } => delivery,
            Output::Worker(worker) => worker.finish(),
        };
        self.outputs.into_iter().map(finish).collect()
    }

    /// What has become of alerts so far.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let look = |output: &Output| match output {
            Output::Stdout { delivery, .. } | Output::File { delivery, .. } => delivery.clone(),
            Output::Worker(worker) => worker.delivery(),
        };
        self.outputs.iter().map(look).collect()
    }
}
