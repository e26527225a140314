//! A small client of Roadstead's own API: for the command line and for tests. It knows how to
//! carry a session or a token and how answers look, not which routes there are.

mod client;
mod error;
mod events;
mod lines;
mod pages;
mod problem;

pub use client::{Answer, Client};
pub use error::ClientError;
pub use events::Event;
pub use pages::with_query;
pub use problem::{FieldProblem, Problem};
pub use reqwest::Method;
pub use reqwest::header::HeaderMap;
