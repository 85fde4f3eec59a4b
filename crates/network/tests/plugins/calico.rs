//! Calico's kinds beside those of Kubernetes.

mod choices;
mod random;
mod slow;
mod who;
