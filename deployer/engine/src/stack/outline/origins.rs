//! PURE: where in a template the values come from that an environment decides.

use std::collections::BTreeMap;

/// What a value of a rendering comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The whole value is that of a parameter.
    Parameter(String),
    /// The value is that of a parameter, or there is none, as a condition decides.
    OptionalParameter(String),
    /// Which value it is, or whether there is one, depends on these parameters.
    Choice(Vec<String>),
    /// The code of a binary, which is named by its content.
    Code(String),
    /// Part of it is the revision of a resource, which changes with everything that the resource is made of.
    Revision(String),
}

/// The values of a rendering whose origin is known, by resource and path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<(String, String), Origin>);

impl Origins {
    /// Where the value at `path` of a resource comes from, such as `Properties.MemorySize`.
    pub fn of(&self, logical_id: &str, path: &str) -> Option<&Origin> {
        self.0.get(&(logical_id.to_owned(), path.to_owned()))
    }

    /// The parameters that decide which value is at `path` of a resource, or whether there is one: there, or above it. Of the resource itself
    /// the path is `Condition`.
    pub fn deciding(&self, logical_id: &str, path: &str) -> &[String] {
        let mut path = path;
        loop {
            if let Some(Origin::Choice(parameters)) = self.of(logical_id, path) {
                return parameters;
            }
            match path.rsplit_once('.') {
                Some((above, _)) => path = above,
                None => return &[],
            }
        }
    }
}

impl FromIterator<(String, String, Origin)> for Origins {
    fn from_iter<I: IntoIterator<Item = (String, String, Origin)>>(places: I) -> Self {
        let places = places.into_iter();
        Self(places.map(|(id, path, origin)| ((id, path), origin)).collect())
    }
}
