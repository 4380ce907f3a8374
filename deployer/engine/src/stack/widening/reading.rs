//! PURE: the grants of one resource, as far as they can be read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::grant::{Effect, Grant};

/// The grants of a resource, and its unread parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    /// The allowed and the denied permissions.
    grants: BTreeSet<Grant>,
    /// The permissions boundary of the resource.
    boundary: Option<String>,
    /// Values that this version cannot read, by path.
    unread: BTreeMap<String, Value>,
}

impl Reading {
    pub(super) fn grant(&mut self, grant: Grant) {
        self.grants.insert(grant);
    }

    pub(super) fn bound(&mut self, boundary: String) {
        self.boundary = Some(boundary);
    }

    pub(super) fn unread(&mut self, path: &str, value: &Value) {
        self.unread.insert(path.to_owned(), value.clone());
    }

    /// What `later` newly grants, or no longer denies, compared with this reading.
    pub(super) fn widened_by(self, later: Self, logical_id: &str) -> BTreeSet<Grant> {
        let of_effect = |effect| move |grant: &&Grant| grant.effect == effect;
        let granted = later.grants.difference(&self.grants);
        let gone = self.grants.difference(&later.grants);
        let mut widened: BTreeSet<Grant> = granted
            .filter(of_effect(Effect::Allow))
            .chain(gone.filter(of_effect(Effect::Deny)))
            .cloned()
            .collect();
        let about = |effect, resource: String| Grant {
            principal: logical_id.to_owned(),
            action: "*".to_owned(),
            resource,
            condition: None,
            effect,
        };
        if self.boundary != later.boundary {
            let unbound = self.boundary.map(|policy| about(Effect::Unbound, policy));
            let bound = later.boundary.map(|policy| about(Effect::Bound, policy));
            widened.extend(unbound.into_iter().chain(bound));
        }
        let paths: BTreeSet<&String> = self.unread.keys().chain(later.unread.keys()).collect();
        let differ = paths
            .into_iter()
            .filter(|path| self.unread.get(*path) != later.unread.get(*path));
        widened.extend(differ.map(|path| about(Effect::Unread, path.clone())));
        widened
    }
}
