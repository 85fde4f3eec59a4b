//! What is wanted of the controller manager and of the scheduler.

use ironsides_settings::Component::{KubeControllerManager, KubeScheduler};

use super::{Holds, Wanted, tls};
use crate::options::Options;
use crate::profile::Profile;

pub(super) fn wanted(options: &Options) -> Vec<Wanted> {
    let mut all = vec![
        Wanted::new(KubeControllerManager, "profiling", false)
            .why("Profiles show how the program is built and let whoever may read them load it.")
            .meets(&["1.3.2"]),
        Wanted::new(KubeControllerManager, "bind-address", "127.0.0.1")
            .why("Its metrics and health are for its own host.")
            .meets(&["1.3.7"])
            .breaks("collectors of metrics that reach it over the network.")
            .kept(),
        Wanted::new(KubeControllerManager, "use-service-account-credentials", true)
            .why("Each controller holds the rights that it needs, and not those of all.")
            .meets(&["1.3.3"])
            .kept(),
    ];
    if options.profile >= Profile::CisL1 {
        all.push(
            Wanted::new(KubeControllerManager, "terminated-pod-gc-threshold", 1000)
                .holds(Holds::AtMost)
                .why("So many pods that have ended stay, and not 12,500: whoever makes pods cannot fill etcd.")
                .meets(&["1.3.1"])
                .breaks("clusters that run more Jobs than that and look at their pods later: the oldest are gone."),
        );
    }
    all.extend(tls(KubeControllerManager, "tls-min-version", "tls-cipher-suites", options));
    all.extend([
        Wanted::new(KubeScheduler, "profiling", false)
            .why("As for the controller manager.")
            .meets(&["1.4.1"]),
        Wanted::new(KubeScheduler, "bind-address", "127.0.0.1")
            .why("Its metrics and health are for its own host.")
            .meets(&["1.4.2"])
            .breaks("collectors of metrics that reach it over the network.")
            .kept(),
    ]);
    all.extend(tls(KubeScheduler, "tls-min-version", "tls-cipher-suites", options));
    all
}
