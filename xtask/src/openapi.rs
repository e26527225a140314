//! The generated files that are committed: written again, or compared.

use crate::proc::Task;
use crate::project::{read, root, write};
use crate::{cargo, deb, npm};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Files the server prints itself: their place and the arguments that print them.
const PRINTED: &[(&str, &[&str])] = &[
    ("openapi.json", &["openapi"]),
    ("docs/user/errors.md", &["openapi", "--errors-page"]),
];

/// `cargo xtask openapi`: writes them again.
pub(crate) fn openapi() -> Result<ExitCode, String> {
    let root = root()?;
    deb::node()?;
    let server = cargo::build_server(&root)?;
    for (file, arguments) in PRINTED {
        write(&root.join(file), &print(&root, &server, arguments)?)?;
        println!("{file}");
    }
    let console = root.join("console");
    npm::install(&console)?;
    npm::script(&console, "generate").done()?;
    println!("console/src/api/schema.d.ts");
    Ok(ExitCode::SUCCESS)
}

/// Whether the committed files are what this server prints.
pub(crate) fn drift(root: &Path, server: &Path) -> Result<(), String> {
    let mut stale = Vec::new();
    for (file, arguments) in PRINTED {
        let printed = print(root, server, arguments)?;
        if read(&root.join(file)).ok().as_deref() != Some(printed.as_str()) {
            stale.push(*file);
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "not what the server prints: {}. Run `cargo xtask openapi`",
            stale.join(", ")
        ))
    }
}

fn print(root: &Path, server: &Path, arguments: &[&str]) -> Result<String, String> {
    Task::new(server)
        .args(arguments)
        .dir(root)
        .limit(Duration::from_secs(60))
        .output()
}
