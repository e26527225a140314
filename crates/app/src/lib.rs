//! What Roadstead does: services that answer people and reconcilers that act by themselves. Both
//! know the core's words, rules and ports, and nothing of HTTP, SQL or any registry's protocol.

pub mod context;
mod cursor;
pub mod driver;
pub mod events;
mod password;
mod place;
pub mod reconcilers;
mod refusals;
mod search;
pub mod services;
mod tarpit;
mod throttle;

pub use context::{App, Ports, Store, Wishes};
pub use events::EventInbox;
pub use refusals::Refusals;
pub use search::{SearchIndex, SearchSize};
