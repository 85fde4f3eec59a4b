//! Tests of the tree as its users see it.

#[cfg(test)]
mod dice;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod facts;
#[cfg(test)]
mod random_edits;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod stress;
