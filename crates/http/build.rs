//! Embeds the built console. It never calls npm: what lies in `console/dist` is embedded, or, when
//! nothing does, one page that says how to build it (and which the tests refuse).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Roadstead</title>\
<p>The console is not built into this binary. Run <code>cargo xtask run</code>; the API is available under /api/v1.</p></html>";

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = root.join("../../console/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    let mut table = String::from("&[\n");
    if dist.join("index.html").is_file() {
        let mut files = Vec::new();
        collect(&dist, &mut files)?;
        let mut named: Vec<_> = files
            .into_iter()
            .map(|f| {
                (
                    f.strip_prefix(&dist)
                        .unwrap_or(&f)
                        .to_string_lossy()
                        .replace('\\', "/"),
                    f,
                )
            })
            .collect();
        named.sort();
        for (path, file) in named {
            let full = file.canonicalize()?;
            let _ = writeln!(table, "    (\"/{path}\", include_bytes!({full:?})),");
        }
    } else {
        let page = out.join("placeholder.html");
        fs::write(&page, PLACEHOLDER)?;
        let _ = writeln!(table, "    (\"/index.html\", include_bytes!({page:?})),");
    }
    table.push(']');
    fs::write(out.join("console.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if !path
            .file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with('.'))
        {
            files.push(path);
        }
    }
    Ok(())
}
