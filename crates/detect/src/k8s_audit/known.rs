//! The places in an event that nearly every rule asks for.
//!
//! An index notes where they are while it reads, so that to look one up costs nothing. What is found is what a walk
//! from key to key would find.

/// A place that is noted. The number is its place among the notes; 0 is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known(u8);

impl Known {
    /// Nothing in particular.
    pub const NOTHING: Self = Self(0);
    /// How many there are, and one.
    pub(super) const COUNT: usize = 40;

    /// The places in an event that hold maps (true) and lists.
    pub(super) const SHAPES: [(Self, bool); 8] = [
        (Self(6), false),
        (Self(16), true),
        (Self(18), false),
        (Self(19), true),
        (Self(20), true),
        (Self(22), true),
        (Self(29), true),
        (Self(32), true),
    ];

    /// Its place among the notes.
    #[inline]
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The places below this one, by their numbers: they stand behind it.
    pub(super) fn below(self) -> std::ops::Range<usize> {
        match self.0 {
            16 => 17..20,
            20 => 21..22,
            22 => 23..29,
            29 => 30..32,
            32 => 33..40,
            _ => 0..0,
        }
    }

    /// A key of the event itself.
    #[inline]
    pub(super) fn of_event(key: &[u8]) -> Self {
        Self(match key {
            b"auditID" => 1,
            b"stage" => 2,
            b"verb" => 3,
            b"requestURI" => 4,
            b"userAgent" => 5,
            b"sourceIPs" => 6,
            b"level" => 7,
            b"stageTimestamp" => 8,
            b"requestReceivedTimestamp" => 9,
            b"requestObject" => 10,
            b"responseObject" => 11,
            b"timestamp" => 12,
            b"authenticationMetadata" => 13,
            b"user" => 16,
            b"impersonatedUser" => 20,
            b"objectRef" => 22,
            b"responseStatus" => 29,
            b"annotations" => 32,
            _ => 0,
        })
    }

    /// A key of what stands at this place.
    #[inline]
    pub(super) fn child(self, key: &[u8]) -> Self {
        Self(match (self.0, key) {
            (16, b"username") => 17,
            (16, b"groups") => 18,
            (16, b"extra") => 19,
            (20, b"username") => 21,
            (22, b"resource") => 23,
            (22, b"subresource") => 24,
            (22, b"namespace") => 25,
            (22, b"name") => 26,
            (22, b"apiGroup") => 27,
            (22, b"apiVersion") => 28,
            (29, b"code") => 30,
            (29, b"reason") => 31,
            (32, b"authorization.k8s.io/decision") => 33,
            (32, b"authorization.k8s.io/reason") => 34,
            _ => 0,
        })
    }

    /// The last noted place on a path, and how many of its keys lead there.
    pub(super) fn on(keys: &[&str]) -> (Self, usize) {
        let mut steps = keys.iter().map(|key| key.as_bytes());
        let first = steps.next().map_or(Self::NOTHING, Self::of_event);
        let second = steps.next().map_or(Self::NOTHING, |key| first.child(key));
        match (first, second) {
            (Self::NOTHING, _) => (Self::NOTHING, 0),
            (first, Self::NOTHING) => (first, 1),
            (_, second) => (second, 2),
        }
    }
}

/// A path from the event itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    /// The place that leads furthest.
    pub(super) known: Known,
    /// The keys from there on.
    pub(super) rest: &'static [&'static str],
    /// All keys.
    pub(super) keys: &'static [&'static str],
}

impl Path {
    pub(super) fn new(keys: &'static [&'static str]) -> Self {
        let (known, length) = Known::on(keys);
        Self { known, rest: keys.get(length..).unwrap_or_default(), keys }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_below_stand_behind() {
        for (branch, keys) in [
            ("user", &["username", "groups", "extra"][..]),
            ("impersonatedUser", &["username"]),
            ("objectRef", &["resource", "subresource", "namespace", "name", "apiGroup", "apiVersion"]),
            ("responseStatus", &["code", "reason"]),
            ("annotations", &["authorization.k8s.io/decision", "authorization.k8s.io/reason"]),
        ] {
            let place = Known::of_event(branch.as_bytes());
            for key in keys {
                let (known, length) = Known::on(&[branch, key]);
                assert_eq!(length, 2);
                assert!(
                    place.below().contains(&known.index()) && known.index() < Known::COUNT,
                    "{branch} {key}"
                );
            }
        }
        assert_eq!(Known::on(&["verb", "x"]), (Known::of_event(b"verb"), 1));
        assert_eq!(Known::on(&["x"]), (Known::NOTHING, 0));
    }
}
