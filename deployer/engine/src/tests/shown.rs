//! Whatever `up` does, it asks about; and `diff`, a plan and the question show the same.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

use crate::fake::Killed;
use crate::stack::outline::Beside;

use super::differing::diff_of;
use super::planning::{Patience, applied_with, planned};
use super::pushing::{new_code, other_settings, pushed, pushed_and_changed};
use super::*;

/// What is told of an outline: each action, and all that is done beside.
fn told(outline: &Outline) -> (Vec<String>, Beside) {
    let resources = outline.resources.iter();
    let mut actions: Vec<String> = resources
        .map(|resource| format!("{} {}", resource.action, resource.logical_id))
        .collect();
    actions.sort();
    (actions, outline.beside.clone())
}

/// What `diff`, a plan and the question of `up` show, which is declined; nothing where nobody is asked.
async fn shown(scene: &mut Scene) -> [Option<(Vec<String>, Beside)>; 3] {
    let diff = diff_of(scene, Asking::ChangeSet).await.unwrap();
    let diff = (!diff.is_empty()).then(|| told(&diff.outline));
    scene.forget();
    planned(scene).await.unwrap();
    let plan = scene.reporter.events.iter().find_map(|event| match event {
        Event::Planned { outline, .. } => Some(told(outline)),
        _ => None,
    });
    scene.reporter.answer = Answer::No;
    let declined = scene.up().await;
    scene.reporter.answer = Answer::Yes;
    let question = scene.reporter.outlines.first().map(told);
    assert_eq!(
        question.is_some(),
        matches!(declined, Err(DeployError::Declined { .. })),
        "{declined:?}"
    );
    [diff, plan, question]
}

/// What all three show.
async fn shown_alike(scene: &mut Scene) -> (Vec<String>, Beside) {
    let [diff, plan, question] = shown(scene).await;
    assert_eq!(diff, plan);
    assert_eq!(diff, question);
    diff.expect("something is shown")
}

fn settings(beside: &Beside) -> Vec<String> {
    let settings = beside.settings.iter();
    settings
        .map(|change| format!("{}: {:?}", change.path, change.after))
        .collect()
}

#[tokio::test]
async fn a_table_that_an_earlier_stack_left_is_shown_as_imported_with_what_is_in_it() {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::KeepTables).await.unwrap();
    scene
        .cloud
        .with(|world| world.tables.get_mut("orders-events").unwrap().items = 42);
    let (actions, beside) = shown_alike(&mut scene).await;
    assert!(actions.contains(&"import Events".to_owned()), "{actions:?}");
    assert!(actions.contains(&"add Topic".to_owned()), "{actions:?}");
    assert_eq!(
        beside.imports,
        [KeptTable {
            name: "orders-events".into(),
            items: 42
        }]
    );
    let importing = |event: &Event| matches!(event, Event::Adopting { .. });
    assert!(
        !scene.reporter.events.iter().any(importing),
        "nothing is being imported before that is agreed to"
    );
    scene.up().await.unwrap();
    assert!(scene.reporter.events.iter().any(importing));
}

#[tokio::test]
async fn a_table_that_the_stack_had_let_go_is_shown_as_imported_too() {
    let mut scene = Scene::deployed().await;
    let whole = scene.deployment.template.clone();
    scene.change(|template| {
        template["Resources"].as_object_mut().unwrap().remove("Events");
    });
    scene.accept("remove:Events");
    scene.up().await.unwrap();
    scene.deployment.template = whole;
    let (actions, beside) = shown_alike(&mut scene).await;
    assert_eq!(actions, ["import Events"]);
    assert_eq!(beside.imports.len(), 1);
}

#[tokio::test]
async fn why_up_would_not_begin_is_shown_and_no_difference_is_not() {
    let mut scene = Scene::deployed().await;
    scene.down(Purge::KeepTables).await.unwrap();
    scene.cloud.with(|world| {
        world.tables.get_mut("orders-events").unwrap().key[1].attribute_type = "S".into();
    });
    scene.forget();
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    let refusal = scene.up().await.unwrap_err();
    assert_eq!(diff.refused, [refusal.to_string()]);

    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.functions.get_mut("orders-Api").unwrap().aliases.clear());
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    let refusal = scene.up().await.unwrap_err();
    assert_eq!(diff.refused, [refusal.to_string()]);
    assert!(!diff.is_empty() && diff.outline.beside.pushed.is_empty());
}

#[tokio::test]
async fn a_caller_who_is_not_there_is_why_up_would_not_begin() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| {
        template["Resources"]["Orders"] = json!({"Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": {"Ref": "ApiLive"}, "Action": "lambda:InvokeFunctionUrl",
            "Principal": format!("arn:aws:iam::{ACCOUNT}:role/orders")}});
    });
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    let refusal = scene.up().await.unwrap_err();
    assert_eq!(diff.refused, [refusal.to_string()]);
}

#[tokio::test]
async fn a_push_is_shown_as_undone_whatever_else_changes() {
    // Settings of the function itself; nothing else at all; tags.
    let mut scene = pushed_and_changed().await;
    assert_eq!(shown_alike(&mut scene).await.1.pushed, ["Api"]);

    for change in [
        |_: &mut Scene| {},
        |scene: &mut Scene| {
            scene.deployment.tags.insert("team".into(), "a".into());
        },
    ] {
        let mut scene = Scene::deployed().await;
        let as_deployed = scene.deployment.clone();
        new_code(&mut scene);
        pushed(&mut scene).await.unwrap();
        scene.deployment = as_deployed;
        change(&mut scene);
        assert_eq!(shown_alike(&mut scene).await.1.pushed, ["Api"]);
    }
}

#[tokio::test]
async fn a_push_that_was_killed_before_it_published_is_shown_as_well() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.functions.get_mut("orders-Api").unwrap().code_sha256 = "pushed".into());
    other_settings(&mut scene);
    assert_eq!(shown_alike(&mut scene).await.1.pushed, ["Api"]);
}

#[tokio::test]
async fn a_push_is_undone_by_other_code_too_and_not_by_its_own() {
    let mut scene = Scene::deployed().await;
    new_code(&mut scene);
    pushed(&mut scene).await.unwrap();
    assert_eq!(shown_alike(&mut scene).await.1.pushed, [""; 0]);

    let [api, _] = scene.deployment.artifacts.as_mut_slice() else {
        panic!()
    };
    *api = CodeArtifact {
        key: "code/api-3.zip".into(),
        body: Some("newest api code".into()),
        code_sha256: code_sha256(b"newest api code"),
    };
    scene.change(|template| {
        template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!("code/api-3.zip");
        template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!("r3");
    });
    assert_eq!(shown_alike(&mut scene).await.1.pushed, ["Api"]);
    scene.up().await.unwrap();
    let returned = |event: &Event| matches!(event, Event::TrafficReturned { .. });
    assert!(!scene.reporter.events.iter().any(returned), "it is replaced");
}

#[tokio::test]
async fn protection_is_shown_and_asked_about_with_other_changes_and_without() {
    for protected in [true, false] {
        for change in [
            |_: &mut Scene| {},
            |scene: &mut Scene| {
                scene.deployment.tags.insert("team".into(), "a".into());
            },
        ] {
            let mut scene = Scene::new();
            scene.deployment.protected = !protected;
            scene.up().await.unwrap();
            scene.deployment.protected = protected;
            change(&mut scene);
            let (_, beside) = shown_alike(&mut scene).await;
            let shown = settings(&beside);
            let wanted = format!("TerminationProtection: Some(Bool({protected}))");
            assert!(shown.contains(&wanted), "{shown:?}");
            let is_on = |scene: &Scene| {
                scene
                    .cloud
                    .with(|world| world.stack_mut("orders").termination_protection)
            };
            assert_eq!(is_on(&scene), !protected, "it was declined");
            scene.up().await.unwrap();
            assert_eq!(is_on(&scene), protected);
            scene.forget();
            assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
            assert_eq!((scene.cloud.calls().len(), scene.reporter.asked.len()), (6, 0));
        }
    }
}

#[tokio::test]
async fn protection_that_only_a_new_layout_comes_with_is_asked_about_too() {
    let mut scene = Scene::deployed().await;
    scene.deployment.protected = true;
    scene.change(|template| template["Metadata"] = json!({"Note": "nothing that CloudFormation does"}));
    scene
        .cloud
        .reject_change_sets("The submitted information didn't contain changes.", Vec::new());
    scene.reporter.answer = Answer::No;
    assert!(matches!(scene.up().await, Err(DeployError::Declined { .. })));
    assert!(
        !scene
            .cloud
            .with(|world| world.stack_mut("orders").termination_protection)
    );
}

#[tokio::test]
async fn where_nobody_can_be_asked_protection_and_pushes_need_their_approval() {
    let mut scene = Scene::deployed().await;
    scene.deployment.protected = true;
    scene.reporter.answer = Answer::NobodyToAsk;
    assert!(matches!(scene.up().await, Err(DeployError::NeedsApproval { .. })));
    assert_eq!(scene.cloud.called("UpdateTerminationProtection"), 0);
}

#[tokio::test]
async fn a_plan_of_protection_alone_is_applied_as_it_was_shown() {
    let mut scene = Scene::deployed().await;
    scene.deployment.protected = true;
    let plan = planned(&mut scene).await.unwrap();
    assert_eq!(plan.changes, None);
    let applied = applied_with(&mut scene, &plan, Patience::None).await;
    assert!(matches!(applied, Ok(Deployed::Updated(_))), "{applied:?}");
    assert!(
        scene
            .cloud
            .with(|world| world.stack_mut("orders").termination_protection)
    );
}

#[tokio::test]
async fn what_an_interrupted_run_was_agreed_to_do_is_not_asked_about_again_but_the_loss_of_protection_is() {
    let setting_out = async |protected: bool| {
        let mut scene = Scene::new();
        scene.deployment.protected = !protected;
        scene.up().await.unwrap();
        scene.deployment.protected = protected;
        scene.deployment.tags.insert("team".into(), "a".into());
        scene.forget();
        scene
    };
    for protected in [true, false] {
        let mut scene = setting_out(protected).await;
        scene.up().await.unwrap();
        let calls = scene.cloud.calls();
        let set = calls
            .iter()
            .position(|call| call == "UpdateTerminationProtection");

        let mut scene = setting_out(protected).await;
        scene.cloud.kill_after(set.unwrap());
        let killed = AssertUnwindSafe(scene.up()).catch_unwind().await;
        assert!(killed.is_err_and(|end| end.is::<Killed>()));
        scene.cloud.let_live();
        scene.forget();
        scene.up().await.unwrap();
        assert_eq!(scene.reporter.asked.len(), usize::from(!protected));
        let is_on = scene
            .cloud
            .with(|world| world.stack_mut("orders").termination_protection);
        assert_eq!(is_on, protected);
    }
}
