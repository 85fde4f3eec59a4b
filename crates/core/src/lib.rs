//! The vocabulary: target, evidence, verdict, finding and step, the inventory and its coverage.
