//! `docs/user/errors.md`, made from the one table of codes.

use roadstead_core::ErrorCode;

/// The page as Markdown. It is committed; a test holds it against the table.
#[must_use]
pub fn errors_page() -> String {
    let mut page = String::from(
        "# Error codes\n\n\
         Every answer that is not a success is a problem (RFC 9457) with one of these codes. \
         Codes are stable; sentences may improve.\n\
         This page is made from the table in the source by `cargo xtask openapi`.\n\n\
         | code | status | what it means | parameters |\n|---|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        let params: Vec<_> = code.params().iter().map(|p| format!("`{p}`")).collect();
        page.push_str(&format!(
            "| <a id=\"{code}\"></a>`{code}` | {} | {} | {} |\n",
            code.status(),
            code.title(),
            params.join(", ")
        ));
    }
    page
}
