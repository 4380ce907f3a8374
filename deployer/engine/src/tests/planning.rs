//! A plan is done exactly as it was shown, or not at all.

use crate::cloud::CallErrorKind;
use crate::stack::plan::{Plan, Target};
use crate::stack::{Action, ReleaseId, Replacement, ResourceChange, StackStatus};

use super::releases::{called, releases};
use super::*;

fn place() -> Target {
    Target {
        environment: "staging".into(),
        account: ACCOUNT.into(),
        region: "eu-central-1".into(),
        stack: "orders".into(),
        protected: false,
    }
}

pub(super) async fn planned(scene: &mut Scene) -> Result<Plan, DeployError> {
    let deployment = scene.deployment.clone();
    let mut session = scene.session().await;
    let plan = plan(&mut session, &deployment, place()).await?;
    // What is done later is what was in the file.
    Ok(Plan::parse(plan.to_json().unwrap().as_bytes()).unwrap())
}

async fn applied(scene: &mut Scene, plan: &Plan) -> Result<Deployed, DeployError> {
    applied_with(scene, plan, Patience::None).await
}

/// Whether others are waited for.
#[derive(PartialEq)]
pub(super) enum Patience {
    None,
    ForOthers,
}

pub(super) async fn applied_with(
    scene: &mut Scene,
    plan: &Plan,
    patience: Patience,
) -> Result<Deployed, DeployError> {
    let artifacts = plan.artifacts.iter().map(|artifact| CodeArtifact {
        key: artifact.key.clone(),
        body: None,
        code_sha256: artifact.code_sha256.clone(),
    });
    let deployment = Deployment {
        template: WantedTemplate::read(plan.template.clone()).unwrap(),
        tags: plan.tags.clone(),
        artifacts: artifacts.collect(),
        accepted: plan.accepted.iter().map(|text| text.parse().unwrap()).collect(),
        ..scene.deployment.clone()
    };
    let mut session = scene.session().await;
    if patience == Patience::ForOthers {
        session.wait_for_others();
    }
    apply(&mut session, &deployment, plan).await
}

fn refusal(error: &DeployError) -> String {
    assert!(matches!(error, DeployError::PlanOutdated { .. }), "{error:?}");
    assert_eq!(error.kind(), crate::ErrorKind::Refused);
    error.to_string()
}

#[tokio::test]
async fn a_plan_of_a_stack_that_is_not_there_leaves_nothing_but_code_and_template() {
    let mut scene = Scene::new();
    let plan = planned(&mut scene).await.unwrap();
    assert_eq!(plan.stack_state, None);
    assert_eq!(plan.changes.as_ref().unwrap().changes.len(), 10);
    assert_eq!(scene.reporter.asked, [""; 0]);
    assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0);
    scene.assert_nothing_is_left_behind();
    assert!(releases(&mut scene).await.is_empty());
    scene.cloud.with(|world| {
        let left = world.objects.keys().map(|key| key.split('/').next().unwrap());
        assert_eq!(left.collect::<Vec<_>>(), ["code", "code", "templates"]);
    });

    assert!(matches!(
        applied(&mut scene, &plan).await,
        Ok(Deployed::Created(_))
    ));
    assert_eq!(releases(&mut scene).await.len(), 1);
}

#[tokio::test]
async fn a_plan_of_a_change_is_done_as_it_was_shown() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    let plan = planned(&mut scene).await.unwrap();
    let told = scene.reporter.events.iter().any(|event| {
        matches!(event, Event::Planned { stack, creates: false, changes, .. }
            if stack == "orders" && Some(changes) == plan.changes.as_ref())
    });
    assert!(told, "{:?}", scene.reporter.events);
    scene.assert_nothing_is_left_behind();

    // Nothing of what is asked for by now is looked at.
    let asked_for_then = scene.deployment.template.text().to_owned();
    called(&mut scene, "two");
    assert!(matches!(
        applied(&mut scene, &plan).await,
        Ok(Deployed::Updated(_))
    ));
    assert_eq!(
        scene
            .cloud
            .with(|world| world.stack_mut("orders").template.clone()),
        asked_for_then
    );
    assert_eq!(scene.reporter.asked, ["update: modify Topic"]);
}

#[tokio::test]
async fn a_plan_is_done_though_the_deployed_template_was_laid_out_anew() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "new");
    let plan = planned(&mut scene).await.unwrap();
    laid_out_anew(&scene);
    assert!(matches!(
        applied(&mut scene, &plan).await,
        Ok(Deployed::Updated(_))
    ));
}

/// The release that a plan is told to have been applied as.
async fn applied_already(scene: &mut Scene, plan: &Plan) -> Option<ReleaseId> {
    scene.forget();
    let again = applied(scene, plan).await;
    assert!(matches!(again, Ok(Deployed::Unchanged(_))), "{again:?}");
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
    let mut told = scene.reporter.events.iter().filter_map(|event| match event {
        Event::PlanApplied { release, .. } => Some(release.clone()),
        _ => None,
    });
    told.next().expect("it is told")
}

#[tokio::test]
async fn a_plan_that_was_applied_is_told_with_its_release_and_not_done_again() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    let plan = planned(&mut scene).await.unwrap();
    applied(&mut scene, &plan).await.unwrap();
    let release = releases(&mut scene).await[0].id.clone();
    assert_eq!(applied_already(&mut scene, &plan).await, Some(release.clone()));

    // Back at what was deployed before it, and then gone: it is told as which release it had been applied.
    let back = Rollback {
        to: None,
        deployment: scene.deployment.clone(),
    };
    rollback(&mut scene.session().await, &back).await.unwrap();
    let as_release = format!("is out of date: what it brings was deployed as release `{release}`; ");
    let refused = refusal(&applied(&mut scene, &plan).await.unwrap_err());
    assert!(refused.contains(&as_release), "{refused}");
    assert!(refused.contains("the stack was last updated at"), "{refused}");
    scene.down(Purge::KeepTables).await.unwrap();
    let refused = refusal(&applied(&mut scene, &plan).await.unwrap_err());
    assert!(
        refused.ends_with(&format!("{as_release}the stack is gone")),
        "{refused}"
    );
}

#[tokio::test]
async fn what_was_deployed_before_a_plan_was_made_is_not_told_as_its_release() {
    let mut scene = Scene::deployed().await;
    let first = scene.deployment.template.clone();
    called(&mut scene, "one");
    scene.up().await.unwrap();
    // The plan brings what the first release was.
    scene.deployment.template = first;
    let plan = planned(&mut scene).await.unwrap();
    called(&mut scene, "two");
    scene.up().await.unwrap();
    let refused = refusal(&applied(&mut scene, &plan).await.unwrap_err());
    assert!(!refused.contains("was deployed as release"), "{refused}");
}

#[tokio::test]
async fn a_plan_to_create_is_refused_when_somebody_was_faster_or_failed_at_it() {
    let mut scene = Scene::new();
    let plan = planned(&mut scene).await.unwrap();
    scene.cloud.fail_resource("Topic", "no");
    scene.up().await.unwrap_err();
    let appeared = "the plan for stack `orders` is out of date: the stack did not exist, and somebody has created it since";
    assert_eq!(refusal(&applied(&mut scene, &plan).await.unwrap_err()), appeared);
    assert_eq!(
        scene.cloud.status_of("orders"),
        Some(StackStatus::RollbackComplete)
    );
    scene.cloud.mend_resource("Topic");
    let planned_template = scene.deployment.template.clone();
    called(&mut scene, "another");
    scene.up().await.unwrap();
    assert_eq!(refusal(&applied(&mut scene, &plan).await.unwrap_err()), appeared);
    // Who was faster with the same has done what the plan says.
    scene.deployment.template = planned_template;
    scene.up().await.unwrap();
    assert!(applied_already(&mut scene, &plan).await.is_some());
}

#[tokio::test]
async fn a_plan_to_change_is_refused_when_the_stack_is_gone_or_another() {
    let mut scene = Scene::deployed().await;
    let first = scene.deployment.template.clone();
    called(&mut scene, "one");
    let plan = planned(&mut scene).await.unwrap();
    scene.down(Purge::KeepTables).await.unwrap();
    let refused = refusal(&applied(&mut scene, &plan).await.unwrap_err());
    assert!(refused.ends_with("the stack is gone"), "{refused}");
    scene.deployment.template = first;
    scene.up().await.unwrap();
    let refused = refusal(&applied(&mut scene, &plan).await.unwrap_err());
    assert!(refused.ends_with("deleted and created again"), "{refused}");
}

#[tokio::test]
async fn a_plan_is_refused_when_cloudformation_would_do_otherwise_and_leaves_nothing() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    let plan = planned(&mut scene).await.unwrap();
    let mut change: ResourceChange = plan.changes.as_ref().unwrap().changes[0].clone();
    assert_eq!(
        (change.action, change.replacement),
        (Action::Modify, Replacement::Never)
    );
    change.causes = vec!["Properties.TopicName".into()];
    scene.cloud.tell_change(change);
    let refused = refusal(&applied(&mut scene, &plan).await.unwrap_err());
    assert!(
        refused.ends_with("CloudFormation would now make other changes to `Topic`"),
        "{refused}"
    );
    assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_plan_whose_code_is_gone_says_which() {
    let mut scene = Scene::new();
    let plan = planned(&mut scene).await.unwrap();
    scene.cloud.with(|world| world.objects.remove("code/relay.zip"));
    let error = applied(&mut scene, &plan).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("gone from bucket `{BUCKET}` are `code/relay.zip`")
    );
    assert_eq!(scene.cloud.called("CreateChangeSet"), 1, "that of the plan");
}

#[tokio::test]
async fn a_plan_still_wants_approval() {
    let mut scene = Scene::new();
    let plan = planned(&mut scene).await.unwrap();
    scene.reporter.answer = Answer::NobodyToAsk;
    let error = applied(&mut scene, &plan).await.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::NeedsApproval);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn what_was_accepted_when_the_plan_was_made_is_accepted_when_it_is_done() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| {
        template["Resources"]["Events"]["Properties"]["TableName"] = json!("orders-events-2");
    });
    let error = planned(&mut scene).await.unwrap_err();
    assert!(matches!(error, DeployError::Guarded { .. }), "{error:?}");
    scene.deployment.accepted = ["replace:Events".parse().unwrap()].into_iter().collect();
    let plan = planned(&mut scene).await.unwrap();
    assert_eq!(plan.accepted, ["replace:Events"]);
    scene.deployment.accepted = Accepted::default();
    assert!(matches!(
        applied(&mut scene, &plan).await,
        Ok(Deployed::Updated(_))
    ));
}

#[tokio::test]
async fn a_plan_of_nothing_is_a_plan_and_does_nothing() {
    let mut scene = Scene::deployed().await;
    let plan = planned(&mut scene).await.unwrap();
    assert_eq!(plan.changes, None);
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
    assert!(matches!(
        applied(&mut scene, &plan).await,
        Ok(Deployed::Unchanged(_))
    ));
}

#[tokio::test]
async fn a_plan_deletes_nothing_that_a_failed_creation_left() {
    let mut scene = Scene::new();
    scene.cloud.fail_resource("Topic", "no");
    scene.up().await.unwrap_err();
    let error = planned(&mut scene).await.unwrap_err();
    assert!(matches!(error, DeployError::NotPlannable { .. }), "{error:?}");
    assert_eq!(scene.cloud.called("DeleteStack"), 0);
}

#[tokio::test]
async fn a_plan_that_is_interrupted_leaves_nothing() {
    let mut scene = Scene::new();
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::ChangeSetCreating { .. }));
    let error = planned(&mut scene).await.unwrap_err();
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Interrupted { going_on: None })
        ),
        "{error:?}"
    );
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_plan_whose_change_set_cannot_be_removed_says_so() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("DeleteChangeSet", 1, &denied);
    planned(&mut scene).await.unwrap();
    let warned = scene
        .reporter
        .events
        .iter()
        .any(|event| matches!(event, Event::CleanupFailed { .. }));
    assert!(warned, "{:?}", scene.reporter.events);
}

#[tokio::test]
async fn a_plan_waits_for_somebody_else_if_that_is_asked_for() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "planned");
    let plan = planned(&mut scene).await.unwrap();
    scene
        .cloud
        .begin_elsewhere("orders", &StackStatus::UpdateInProgress, "Console-Update-1");
    scene
        .cloud
        .end_elsewhere("orders", 90, &StackStatus::UpdateComplete);
    let impatient = applied(&mut scene, &plan).await.unwrap_err();
    assert!(
        matches!(impatient, DeployError::Stopped(Stopped::Unready(_))),
        "{impatient:?}"
    );

    let patient = applied_with(&mut scene, &plan, Patience::ForOthers).await;
    assert!(matches!(patient, Ok(Deployed::Updated(_))), "{patient:?}");
    let awaited = |event: &Event| matches!(event, Event::Awaiting { .. });
    assert!(
        scene.reporter.events.iter().any(awaited),
        "{:?}",
        scene.reporter.events
    );
}
