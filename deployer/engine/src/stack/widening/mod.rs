//! PURE: finds permissions that one template grants and another does not.
//!
//! A template's permissions are split into [`Grant`]s: one principal, one action, one resource, under one set of
//! conditions. A grant that only the later template has is a widening; so is a denial (`Effect: Deny`) that only the
//! earlier one has, and any change of a permissions boundary. Wildcards are not compared: if `dynamodb:*` replaces
//! `dynamodb:Query`, the former is a new grant, and the removal of the latter is not.
//!
//! Nothing is overlooked: in a resource that grants something, each property is read, known to grant nothing, or
//! [unread](Effect::Unread). An unread property that changes counts as a widening.

mod document;
mod grant;
mod reading;
mod resource;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

pub use grant::{Effect, Grant};
use reading::Reading;

/// A permission that a change newly grants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Widening {
    /// The logical id of the resource that grants it.
    pub logical_id: String,
    /// What it newly grants, or no longer denies.
    pub grant: Grant,
}

/// Lists what `wanted` allows and `deployed` does not. An unreadable template counts as allowing nothing.
pub fn widenings(deployed: Option<&Value>, wanted: &Value) -> Vec<Widening> {
    let nothing = Value::Null;
    let (old, new) = (&deployed.unwrap_or(&nothing)["Resources"], &wanted["Resources"]);
    let names: BTreeSet<&String> = [old, new]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|resources| resources.keys())
        .collect();
    names
        .into_iter()
        .flat_map(|logical_id| {
            let read = |resources: &Value| {
                resources
                    .get(logical_id)
                    .map_or_else(Reading::default, |resource| resource::read(logical_id, resource))
            };
            let widened = read(old).widened_by(read(new), logical_id);
            widened.into_iter().map(|grant| Widening {
                logical_id: logical_id.clone(),
                grant,
            })
        })
        .collect()
}

/// The names by which widenings are accepted, one per resource: `widen:ApiRole`.
pub fn acceptances(widenings: &[Widening]) -> Vec<String> {
    let resources: BTreeSet<&str> = widenings
        .iter()
        .map(|widening| widening.logical_id.as_str())
        .collect();
    resources
        .into_iter()
        .map(|logical_id| format!("widen:{logical_id}"))
        .collect()
}
