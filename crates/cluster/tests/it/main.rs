//! The client against servers that misbehave, and against a real one.

#[cfg(test)]
mod fake;
#[cfg(test)]
mod list;
#[cfg(test)]
mod plugin;
#[cfg(test)]
mod real;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod watch;
