//! Requests that are carried out and whose answers never arrive.

use crate::fake::{FakeStack, Loss};

use super::*;

/// Everything that a stack goes through, each step with its own calls that change something.
const LIFE: [&str; 6] = ["create", "update", "unchanged", "delete", "adopt", "purge"];

async fn live(scene: &mut Scene, step: &str) -> Result<(), String> {
    let text = |error: &dyn std::error::Error| format!("{step}: {error}");
    match step {
        "delete" => scene
            .down(Purge::KeepTables)
            .await
            .map(drop)
            .map_err(|error| text(&error)),
        "purge" => scene
            .down(Purge::DeleteTables)
            .await
            .map(drop)
            .map_err(|error| text(&error)),
        _ => {
            if step == "update" {
                scene.change(|template| {
                    template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders");
                });
            }
            scene.up().await.map(drop).map_err(|error| text(&error))
        }
    }
}

/// What is there, as far as it does not depend on when and by which request it was made.
fn snapshot(scene: &Scene) -> String {
    scene.cloud.with(|world| {
        let stacks: Vec<_> = world
            .stacks
            .iter()
            .filter(|stack| stack.status.as_str() != "DELETE_COMPLETE")
            .map(|stack| {
                let resources: Vec<_> = stack.resources.keys().collect();
                let left = stack.change_sets.iter().filter(|known| known.is_left()).count();
                let FakeStack {
                    name,
                    status,
                    tags,
                    template,
                    ..
                } = stack;
                format!("{name} {status} {tags:?} {resources:?} {left} {template}")
            })
            .collect();
        let tables: Vec<_> = world
            .tables
            .iter()
            .map(|(name, table)| {
                let switches = (table.point_in_time_recovery, table.deletion_protection);
                format!("{name} {switches:?} {:?} {:?}", table.stream_view, table.tags)
            })
            .collect();
        let functions: Vec<_> = world
            .functions
            .iter()
            .map(|(name, function)| format!("{name} {:?} {:?}", function.versions, function.aliases))
            .collect();
        format!(
            "{stacks:#?}{tables:#?}{functions:#?}{:?}{:?}",
            world.log_groups, world.buckets
        )
    })
}

/// Goes through a life in which one answer is lost; a step that fails because of it is run once more. Gives what stands after each step, and
/// which of them failed; `None` when there is no such answer.
async fn life_without_answer(number: usize, loss: Loss) -> Option<(Vec<String>, Vec<String>)> {
    let mut scene = Scene::new();
    let (mut standing, mut failed) = (Vec::new(), Vec::new());
    scene.cloud.lose_answer(number, loss);
    for step in LIFE {
        if let Err(error) = live(&mut scene, step).await {
            failed.push(error);
            // What was begun goes on.
            scene.cloud.pass(60);
            live(&mut scene, step)
                .await
                .unwrap_or_else(|error| panic!("without answer {number} ({loss:?}), run again: {error}"));
        }
        scene.cloud.pass(60);
        standing.push(snapshot(&scene));
    }
    scene.cloud.has_lost_its_answer().then_some((standing, failed))
}

#[tokio::test]
async fn whichever_answer_is_lost_and_asked_for_again_by_the_sdk_every_step_ends_as_if_it_had_come() {
    let expected = life_as_it_should_be().await;
    let mut number = 1;
    while let Some((standing, failed)) = life_without_answer(number, Loss::SentAgain).await {
        assert_eq!(failed, [""; 0], "answer {number}");
        assert_eq!(standing, expected, "answer {number}");
        number += 1;
    }
    assert!(number > 20, "only {number} answers");
}

#[tokio::test]
async fn whichever_answer_never_comes_the_same_step_run_again_ends_as_if_it_had_come() {
    let expected = life_as_it_should_be().await;
    let mut number = 1;
    while let Some((standing, failed)) = life_without_answer(number, Loss::Silence).await {
        let is_of_a_change_set = failed.iter().any(|error| error.contains("ChangeSet"));
        assert!(!is_of_a_change_set, "answer {number}: {failed:?}");
        assert_eq!(standing, expected, "answer {number}: {failed:?}");
        number += 1;
    }
    assert!(number > 20, "only {number} answers");
}

async fn life_as_it_should_be() -> Vec<String> {
    let mut scene = Scene::new();
    let mut standing = Vec::new();
    for step in LIFE {
        live(&mut scene, step).await.unwrap();
        scene.cloud.pass(60);
        standing.push(snapshot(&scene));
    }
    standing
}
