//! Keeps a resource beside the texts in which listings show it.
//!
//! Law: a text is always what its view would be written as now, since each mutable access to the
//! resource drops the texts. So a listing that is read repeatedly is copied and not made again.
//! Must not know: any resource.

use std::{
    cell::OnceCell,
    fmt,
    ops::{Deref, DerefMut},
};

use serde_json::Value;

/// The amount of a resource that a listing shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Everything that the listing can show.
    Whole,
    /// Without the members that a caller has to ask for.
    Brief,
}

/// A resource that is listed often.
pub(crate) struct Kept<T> {
    resource: T,
    whole: OnceCell<Box<str>>,
    brief: OnceCell<Box<str>>,
}

impl<T> Kept<T> {
    /// The text of the resource in listings of this shape. `made` makes the view that is written.
    pub(crate) fn text(&self, shape: Shape, made: impl FnOnce(&T) -> Value) -> &str {
        let cell = match shape {
            Shape::Whole => &self.whole,
            Shape::Brief => &self.brief,
        };
        cell.get_or_init(|| made(&self.resource).to_string().into_boxed_str())
    }
}

impl<T> From<T> for Kept<T> {
    fn from(resource: T) -> Self {
        Self { resource, whole: OnceCell::new(), brief: OnceCell::new() }
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.resource
    }
}

/// Mutable access drops the texts.
impl<T> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.whole.take();
        self.brief.take();
        &mut self.resource
    }
}

impl<T: fmt::Debug> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resource.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_made_once_and_again_after_a_change() {
        let mut kept = Kept::from(1);
        let read = |kept: &Kept<i32>, shape| kept.text(shape, |number| json!({ "is": number })).to_owned();
        assert_eq!(read(&kept, Shape::Whole), r#"{"is":1}"#);
        assert_eq!(kept.text(Shape::Whole, |_| json!("not made again")), r#"{"is":1}"#);
        *kept = 2;
        assert_eq!(read(&kept, Shape::Whole), r#"{"is":2}"#);
        assert_eq!(read(&kept, Shape::Brief), r#"{"is":2}"#);
    }
}
