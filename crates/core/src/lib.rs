//! Words, rules and ports of Roadstead. No I/O happens here: no sockets, no files, no database,
//! no async runtime. Everything else in the workspace points at this crate and never back.

pub mod error_codes;
pub mod failure;
pub mod model;
pub mod permission;
pub mod ports;
pub mod rules;

pub use error_codes::ErrorCode;
pub use failure::{Failure, FieldFailure};
pub use permission::Permission;
