//! What people have written about a repository.

use crate::model::{Generation, Markdown, Timestamp, UserRef};

/// What is said about a repository. Of one nobody has written about, everything is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoryDescription {
    /// The text.
    pub text: Markdown,
    /// Grows with every edit and never comes back, also when the text was taken away in between; 0
    /// where there is none.
    pub revision: Generation,
    /// When it was last edited.
    pub updated_at: Option<Timestamp>,
    /// By whom; the name is kept as it was.
    pub updated_by: Option<UserRef>,
}
