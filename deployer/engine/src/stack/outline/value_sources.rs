//! PURE: the origins of a template's values that an environment determines.

use std::collections::BTreeMap;

/// Where a value of a rendering comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueSource {
    /// The whole value is that of a parameter.
    Parameter(String),
    /// The value of a parameter, or absent, as a condition decides.
    OptionalParameter(String),
    /// These parameters decide which value it is, or whether it is there.
    Choice(Vec<String>),
    /// A binary's code, whose key is derived from its content.
    Code(String),
    /// Contains the revision of a resource, which changes with everything that defines the resource.
    Revision(String),
}

/// The values of a rendering with a known origin, by resource and path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueSources(BTreeMap<(String, String), ValueSource>);

impl ValueSources {
    /// The source of the value at `path`, such as `Properties.MemorySize`, of a resource.
    pub fn of(&self, logical_id: &str, path: &str) -> Option<&ValueSource> {
        self.0.get(&(logical_id.to_owned(), path.to_owned()))
    }

    /// The parameters that decide the value, or the presence, of `path` or of a path above it in a resource. For the
    /// resource itself the path is `Condition`.
    pub fn deciding(&self, logical_id: &str, path: &str) -> &[String] {
        let mut path = path;
        loop {
            if let Some(ValueSource::Choice(parameters)) = self.of(logical_id, path) {
                return parameters;
            }
            match path.rsplit_once('.') {
                Some((above, _)) => path = above,
                None => return &[],
            }
        }
    }
}

impl FromIterator<(String, String, ValueSource)> for ValueSources {
    fn from_iter<I: IntoIterator<Item = (String, String, ValueSource)>>(places: I) -> Self {
        let places = places.into_iter();
        Self(places.map(|(id, path, origin)| ((id, path), origin)).collect())
    }
}
