//! Values that know where they came from: the user's file, the catalogue, or a rule of the model.
//!
//! Problems point at an origin and `explain` shows it. Nothing here knows what a value means.

use std::ops::Deref;

use crate::problem::Place;
use crate::provider::Facts;

/// Where a value came from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// The user's file.
    File(Place),
    /// A provider of the catalogue.
    Catalogue(&'static Facts),
    /// A rule of the model: the words say which.
    Rule(&'static str),
}

impl PartialEq for Origin {
    fn eq(&self, other: &Origin) -> bool {
        match (self, other) {
            (Origin::File(a), Origin::File(b)) => a == b,
            (Origin::Catalogue(a), Origin::Catalogue(b)) => a == b,
            (Origin::Rule(a), Origin::Rule(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Origin {}

impl Origin {
    /// The place in the user's file, if it is one.
    pub fn place(self) -> Option<Place> {
        match self {
            Origin::File(place) => Some(place),
            _ => None,
        }
    }

    /// Whether the user's own file says it.
    pub fn is_said(self) -> bool {
        matches!(self, Origin::File(_))
    }
}

/// A value and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Said<T> {
    /// Said in the file.
    pub fn new(value: T, place: Place) -> Said<T> {
        Said { value, origin: Origin::File(place) }
    }

    /// Follows from a rule.
    pub fn rule(value: T, why: &'static str) -> Said<T> {
        Said { value, origin: Origin::Rule(why) }
    }

    /// Another value from the same origin.
    pub fn with<U>(&self, value: U) -> Said<U> {
        Said { value, origin: self.origin }
    }
}

impl<T> Deref for Said<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}
