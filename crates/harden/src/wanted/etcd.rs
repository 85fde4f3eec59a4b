//! What is wanted of etcd.

use ironsides_settings::Component::Etcd;

use super::{Holds, SUITES, Value, Wanted};
use crate::options::Options;
use crate::profile::Profile;

/// The suites by the names that etcd takes: Go's own, with the hash.
fn suites() -> Value {
    let name = |suite: &str| match suite.strip_suffix("_POLY1305") {
        Some(_) => format!("{suite}_SHA256"),
        None => suite.to_owned(),
    };
    Value::List(SUITES.iter().map(|suite| name(suite)).collect())
}

pub(super) fn wanted(options: &Options) -> Vec<Wanted> {
    let kept = |key, controls| {
        Wanted::new(Etcd, key, true)
            .why("Nobody talks to etcd without a certificate of etcd's own CA.")
            .meets(controls)
            .kept()
    };
    let mut all = vec![kept("client-cert-auth", &["2.2"]), kept("peer-client-cert-auth", &["2.5"])];
    if options.profile >= Profile::CisL1 {
        let none = |key, controls| {
            Wanted::new(Etcd, key, false)
                .why("etcd makes itself no certificate that nobody can verify. It is the default, written down.")
                .meets(controls)
        };
        all.extend([none("auto-tls", &["2.3"]), none("peer-auto-tls", &["2.6"])]);
    }
    let floor = if options.profile == Profile::Paranoid { "TLS1.3" } else { "TLS1.2" };
    all.push(Wanted::new(Etcd, "tls-min-version", floor).holds(Holds::AtLeast).why(
        if options.profile == Profile::Paranoid {
            "API servers and etcd's peers all speak TLS 1.3. etcd takes no list of suites beside it."
        } else {
            "No version of TLS before 1.2, whatever the default of a later build may be."
        },
    ));
    if options.profile != Profile::Paranoid {
        all.push(
            Wanted::new(Etcd, "cipher-suites", suites())
                .holds(Holds::Within)
                .why("Only suites with forward secrecy that encrypt and authenticate at once."),
        );
    }
    all
}
