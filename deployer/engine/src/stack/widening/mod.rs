//! PURE: who may do more by one template than by another.
//!
//! What a template allows is taken apart into [`Grant`]s: one principal, one action, one resource, under one set of
//! conditions. A grant that only the later template has is a widening, and so is a refusal (`Effect: Deny`) that only the earlier
//! one has, and any change of a permissions boundary. Wildcards are not weighed against each other: `dynamodb:*` in place of
//! `dynamodb:Query` is a grant that was not there, and the one that is left out is none that is new.
//!
//! Nothing is overlooked: of a resource that grants something, each property is read, known to grant nothing, or
//! [unread](Effect::Unread), and an unread property that changes counts as a widening.

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

/// What a change lets somebody do that could not be done before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Widening {
    /// The resource that says so, by its name in the template.
    pub logical_id: String,
    /// What it grants now, or no longer refuses.
    pub grant: Grant,
}

/// Lists what `wanted` allows and `deployed` does not. A template that cannot be read allows nothing.
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

/// What widenings are accepted by, each resource once: `widen:ApiRole`.
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
