//! The checker at work.

use std::collections::BTreeSet;

use stateright::{Checker, Model};

use super::bounds::Bounds;
use super::mistake::Mistake;
use super::protocol::Protocol;
use super::{properties, story};

/// Explores all that can happen within `bounds`: each property must hold in every state, and exactly those
/// witnesses be met that are to be met.
pub(crate) fn holds(bounds: &Bounds) {
    let protocol = Protocol {
        bounds: bounds.clone(),
        mistake: None,
        property: None,
    };
    let checker = protocol.checker().spawn_dfs().join();
    println!(
        "{} states, {} transitions, {} steps deep",
        checker.unique_state_count(),
        checker.state_count() - 1,
        checker.max_depth() - 1
    );
    let met: BTreeSet<&str> = checker.discoveries().into_keys().collect();
    for property in properties::all() {
        let name = property.name;
        let story = met.contains(name).then(|| breach(bounds.clone(), None, name));
        assert!(story.is_none(), "broken: {name}\n{}", story.unwrap_or_default());
    }
    assert_eq!(met, bounds.reaches.iter().copied().collect());
    assert_eq!(checker.unique_state_count(), bounds.states);
}

/// Looks for the shortest way in which, within `bounds`, `mistake` breaks `property`, and tells it.
pub(crate) fn breaks(mistake: Mistake, property: &'static str, bounds: Bounds) -> String {
    breach(bounds, Some(mistake), property)
}

/// The shortest story that ends with `property` broken.
fn breach(bounds: Bounds, mistake: Option<Mistake>, property: &'static str) -> String {
    let protocol = Protocol {
        bounds,
        mistake,
        property: Some(property),
    };
    let checker = protocol.checker().spawn_bfs().join();
    let path = checker.discovery(property);
    let path = path.unwrap_or_else(|| panic!("never broken: {property}"));
    let story = story::of(path);
    println!(
        "broken after {} steps, among the first {} states: {property}",
        story.lines().count() - 1,
        checker.unique_state_count()
    );
    story
}
