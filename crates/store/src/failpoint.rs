//! Places where the crash test kills the server: `<command>.begun` (after the first statement),
//! `.before_commit`, `.after_commit`. With `ROADSTEAD_FAILPOINT` naming one, a debug build that
//! gets there prints `failpoint <name>` and waits to be killed. Release builds have none of it.

pub use crate::command::ALL_COMMANDS;

/// Every step of a key rotation. The first and the last two are only there with a key file.
pub const ROTATION_POINTS: &[&str] = &[
    "rotate_keys.key_made",
    "rotate_keys.begun",
    "rotate_keys.before_commit",
    "rotate_keys.after_commit",
    "finish_rotation.begun",
    "finish_rotation.before_commit",
    "finish_rotation.after_commit",
    "rotate_keys.before_rename",
    "rotate_keys.after_rename",
];

/// The points within every command.
pub const ALL_POINTS: &[&str] = &["begun", "before_commit", "after_commit"];

/// Stops here for ever when this point was asked for.
#[cfg(debug_assertions)]
pub(crate) async fn hit(command: &str, point: &str) {
    use std::io::Write as _;
    use std::sync::OnceLock;

    static WANTED: OnceLock<Option<String>> = OnceLock::new();
    let Some(wanted) = WANTED.get_or_init(|| std::env::var("ROADSTEAD_FAILPOINT").ok()) else {
        return;
    };
    if wanted.split_once('.') != Some((command, point)) {
        return;
    }
    let mut out = std::io::stdout();
    // The harness waits for this line; when nobody reads it there is nobody to tell.
    let _ = writeln!(out, "failpoint {wanted}").and_then(|()| out.flush());
    std::future::pending::<()>().await;
}

/// Nothing, in release builds.
#[cfg(not(debug_assertions))]
pub(crate) async fn hit(_command: &str, _point: &str) {}
