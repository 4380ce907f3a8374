//! What is there, as far as it does not depend on when and by which request it was made.

use std::collections::BTreeMap;

use crate::fake::World;
use crate::stack::{ArtifactKey, Release, is_receipt};

use super::super::Scene;

/// Everything that a run may leave behind.
pub(in crate::tests) fn standing(scene: &Scene) -> String {
    scene.cloud.with(|world| {
        [
            stacks(world),
            tables(world),
            functions(world),
            history(world),
            objects(world),
            format!("log groups {:?}\nbuckets {:?}\n", world.log_groups, world.buckets),
            format!(
                "{} queues, {} subscriptions, {} invocations\n",
                world.queues.len(),
                world.subscriptions.len(),
                // However often it is asked: twice does no harm.
                world.invoked.len().min(1)
            ),
        ]
        .concat()
    })
}

fn stacks(world: &World) -> String {
    let standing = world
        .stacks
        .iter()
        .filter(|stack| stack.status.as_str() != "DELETE_COMPLETE");
    let told = standing.map(|stack| {
        let left = stack.change_sets.iter().filter(|known| known.is_left()).count();
        format!(
            "stack {} {} {:?}\n  {:?}\n  protected {} by {:?}\n  {left} change sets left\n  {}\n",
            stack.name,
            stack.status,
            stack.tags,
            stack.resources.keys().collect::<Vec<_>>(),
            stack.termination_protection,
            stack.policy,
            stack.template
        )
    });
    told.collect()
}

fn tables(world: &World) -> String {
    let told = world.tables.iter().map(|(name, table)| {
        format!(
            "table {name}: {} items, recovery {}, protected {}, {:?} {:?}\n",
            table.items,
            table.point_in_time_recovery,
            table.deletion_protection,
            table.stream_view,
            table.tags
        )
    });
    told.collect()
}

fn functions(world: &World) -> String {
    let told = world.functions.iter().map(|(name, function)| {
        format!(
            "function {name}: {} {:?} {:?}\n",
            function.code_sha256, function.versions, function.aliases
        )
    });
    told.collect()
}

/// The releases, each named by its place: when it was made is another time in each run.
fn history(world: &World) -> String {
    let records = world.objects.iter().filter_map(|(key, body)| {
        matches!(ArtifactKey::parse(key)?, ArtifactKey::Release { .. }).then_some(())?;
        Release::parse(body).ok()
    });
    let releases: Vec<Release> = records.collect();
    let places: BTreeMap<_, _> = releases
        .iter()
        .enumerate()
        .map(|(place, release)| (&release.id, place))
        .collect();
    let told = releases.iter().map(|release| {
        format!(
            "release {}: {:?} {} {:?}, rolled back to {:?}, failed {}, undid pushes to {:?}\n",
            places[&release.id],
            release.outcome,
            release.template.sha256,
            release.tags,
            release.rolled_back_to.as_ref().map(|id| places[id]),
            release.failed_smoke,
            release.pushes_undone,
        )
    });
    told.collect()
}

fn objects(world: &World) -> String {
    let (mut kept, mut intents, mut receipts) = (Vec::new(), 0, 0);
    for key in world.objects.keys() {
        match ArtifactKey::parse(key) {
            Some(ArtifactKey::Release { .. }) => {}
            None if is_receipt(key) => receipts += 1,
            None if key.contains("/run/") => intents += 1,
            _ => kept.push(key),
        }
    }
    format!("objects {kept:#?}\n{intents} intents, {receipts} receipts\n")
}
