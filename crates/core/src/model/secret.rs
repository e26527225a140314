//! Values that must never be printed, logged or serialised.

use zeroize::Zeroize;

/// A secret value. It has no `Debug`, no `Display` and no `Serialize`, so a struct that holds one
/// cannot be logged or answered by accident; its memory is wiped when it is dropped.
///
/// ```compile_fail
/// let secret = roadstead_core::model::Secret::new("x".to_owned());
/// println!("{secret:?}");
/// ```
/// ```compile_fail
/// let secret = roadstead_core::model::Secret::new("x".to_owned());
/// serde_json::to_string(&secret).unwrap();
/// ```
/// Nor is it compared by `==`, which takes the longer the more is right:
/// ```compile_fail
/// let secret = roadstead_core::model::Secret::new("x".to_owned());
/// assert!(secret == secret);
/// ```
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place to review.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<'de> serde::Deserialize<'de> for Secret<String> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}
