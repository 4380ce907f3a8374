//! What is believed of AWS, each way that it may be: what comes of it is the same, or told with what helps.

mod imports;
mod policy;
mod rights;
mod templates;

use super::planning::{applied_with, planned};
use super::store::Store;
use super::*;
use crate::fake::{
    AlarmsAuthorised, Beliefs, DriftReads, GivenTemplate, Import, PassingToSns, Permissions,
    PolicyDuringUpdate,
};

/// Every belief in each of its ways, one at a time.
fn all_ways() -> Vec<Beliefs> {
    let with = |choose: &dyn Fn(&mut Beliefs)| {
        let mut beliefs = Beliefs::default();
        choose(&mut beliefs);
        beliefs
    };
    let mut ways = Vec::new();
    ways.extend(Import::ALL.map(|way| with(&|beliefs| beliefs.import = way)));
    ways.extend(PolicyDuringUpdate::ALL.map(|way| with(&|beliefs| beliefs.stack_policy = way)));
    ways.extend(Permissions::ALL.map(|way| with(&|beliefs| beliefs.permissions = way)));
    ways.extend(GivenTemplate::ALL.map(|way| with(&|beliefs| beliefs.template = way)));
    ways.extend(AlarmsAuthorised::ALL.map(|way| with(&|beliefs| beliefs.alarms = way)));
    ways.extend(PassingToSns::ALL.map(|way| with(&|beliefs| beliefs.passing = way)));
    ways.extend(DriftReads::ALL.map(|way| with(&|beliefs| beliefs.drift = way)));
    ways
}

/// What stands at the end of a life: the stack, and the table with its settings.
fn standing(store: &Store) -> String {
    let stack = &store.scene.deployment.stack;
    store.scene.cloud.with(|world| {
        let table = world.tables[&format!("{stack}-events")].clone();
        let found = world.stack_mut(stack);
        let template: Value = serde_json::from_str(&found.template).unwrap();
        format!(
            "{} {:?} {:?} {} {:?} {} {template}",
            found.status,
            found.policy,
            found.resources.keys().collect::<Vec<_>>(),
            found.termination_protection,
            (
                table.stream_view,
                table.point_in_time_recovery,
                table.deletion_protection,
                table.tags
            ),
            table.items,
        )
    })
}

/// The store of production is made, changed, found unchanged, given up with its table kept, and made anew over it; by who has what
/// `policy` prints for CI, and no more.
#[tokio::test]
async fn the_life_of_the_store_ends_alike_whatever_is_believed() {
    let mut ends = BTreeMap::new();
    for beliefs in all_ways() {
        let mut store = Store::of("production");
        store.scene.cloud.believe(|all| *all = beliefs);
        store.scene.cloud.allow_only(Store::ci());
        assert!(
            matches!(store.scene.up().await, Ok(Deployed::Created(_))),
            "{beliefs:?}"
        );
        store.scene.cloud.with(|world| {
            world
                .tables
                .get_mut("event-store-production-events")
                .unwrap()
                .items = 42;
        });
        store.scene.deployment.watch_alarms_minutes = 5;
        store
            .scene
            .change(|template| template["Description"] = json!("another"));
        assert!(
            matches!(store.scene.up().await, Ok(Deployed::Updated(_))),
            "{beliefs:?}"
        );
        assert!(
            matches!(store.scene.up().await, Ok(Deployed::Unchanged(_))),
            "{beliefs:?}"
        );
        let drift = store.drift().await;
        assert!(
            drift.is_empty() && drift.incomplete.is_none(),
            "{drift:#?} {beliefs:?}"
        );
        store.scene.deployment.protected = false;
        store.scene.up().await.unwrap();
        store.scene.down(Purge::KeepTables).await.unwrap();
        store.scene.deployment.protected = true;
        assert!(
            matches!(store.scene.up().await, Ok(Deployed::Created(_))),
            "{beliefs:?}"
        );
        ends.entry(standing(&store))
            .or_insert_with(Vec::new)
            .push(format!("{beliefs:?}"));
    }
    assert_eq!(ends.len(), 1, "{ends:#?}");
    let (end, ways) = ends.pop_first().unwrap();
    assert_eq!(ways.len(), 16);
    assert!(
        end.starts_with("CREATE_COMPLETE") && end.contains(" 42 "),
        "{end}"
    );
}
