//! Builds expressions: `#name` stands for the attribute `name`, `:word` for a value.
//!
//! Every attribute is written as a placeholder. So none can collide with a reserved word of DynamoDB, and the map
//! of names follows from the text.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;

/// Some terms of an expression, with the values that they use.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    texts: Vec<String>,
    values: BTreeMap<String, AttributeValue>,
}

impl Terms {
    /// Adds a term that uses no value.
    #[must_use]
    pub(super) fn bare(mut self, text: &str) -> Self {
        self.texts.push(text.to_owned());
        self
    }

    /// Adds a term that uses the value `:word`.
    #[must_use]
    pub(super) fn with(mut self, text: &str, word: &str, value: AttributeValue) -> Self {
        self.values.insert(word.to_owned(), value);
        self.bare(text)
    }

    /// Adds a second value that a term uses.
    #[must_use]
    pub(super) fn with_value(mut self, word: &str, value: AttributeValue) -> Self {
        self.values.insert(word.to_owned(), value);
        self
    }

    /// Sets the attribute `name`: `#name = :set_name`.
    #[must_use]
    pub(super) fn set(self, name: &str, value: AttributeValue) -> Self {
        let word = format!(":set_{name}");
        self.with(&format!("#{name} = {word}"), &word, value)
    }

    /// The terms joined by `between`; `None` if there are none.
    pub(super) fn joined(&self, between: &str) -> Option<String> {
        (!self.texts.is_empty()).then(|| self.texts.join(between))
    }

    /// The values of both expressions.
    pub(super) fn values(self, other: Self) -> BTreeMap<String, AttributeValue> {
        let mut all = self.values;
        all.extend(other.values);
        all
    }
}

/// The attributes that an expression names, without the `#`.
pub(super) fn names(text: &str) -> BTreeSet<&str> {
    text.split('#')
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            &rest[..end]
        })
        .collect()
}

/// An attribute value of the type number.
pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An attribute value of the type string.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let found = names("attribute_not_exists(#PK) OR (#epoch <= :mine AND #lease_until<:x)");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["PK", "epoch", "lease_until"]);
    }
}
