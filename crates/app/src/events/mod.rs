//! What registries tell by themselves: how it is read, and where it waits to be looked into.

mod envelope;
mod inbox;
mod seen;

pub use envelope::{Envelope, Mark, News, Target};
pub(crate) use inbox::Activity;
pub use inbox::{Arrival, EventInbox, MARKS_OF_ONE, Work};
