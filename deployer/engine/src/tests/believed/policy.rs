//! A stack policy that is put back while an update runs counts at once, too late, or is refused.

use crate::stack::{Action, Replacement, ResourceChange, StackStatus};

use super::*;

const PROTECTED: [&str; 2] = ["Events", "Topic"];

/// A protected stack whose topic is about to be replaced, as was accepted by name.
async fn about_to_replace_the_topic(way: PolicyDuringUpdate) -> Scene {
    let mut scene = Scene::new();
    scene.deployment.protected = true;
    scene.up().await.unwrap();
    scene.forget();
    scene.cloud.believe(|beliefs| beliefs.stack_policy = way);
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Topic".into(),
        physical_id: None,
        resource_type: "AWS::SNS::Topic".into(),
        action: Action::Modify,
        replacement: Replacement::Always,
        policy_action: Some("ReplaceAndDelete".into()),
        causes: Vec::new(),
    });
    scene.accept("replace:Topic");
    scene
}

/// What the policy in force keeps from being replaced and deleted.
fn kept(scene: &Scene) -> Vec<String> {
    let policy = scene
        .cloud
        .with(|world| world.stack_mut("orders").policy.clone())
        .unwrap();
    let policy: Value = serde_json::from_str(&policy).unwrap();
    let denied = policy["Statement"][1]["Resource"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let names = denied
        .iter()
        .filter_map(|resource| resource.as_str()?.rsplit('/').next());
    names.map(ToOwned::to_owned).collect()
}

fn is_replaced(scene: &Scene) -> bool {
    scene.cloud.with(|world| {
        world.stack_mut("orders").resources["Topic"].body["Properties"]["DisplayName"] == "orders"
    })
}

#[tokio::test]
async fn a_policy_put_back_while_the_update_goes_on_holds_or_is_told_and_the_next_run_ends_alike() {
    for way in PolicyDuringUpdate::ALL {
        let mut scene = about_to_replace_the_topic(way).await;
        scene.reporter.interrupts_at = Some(|event| matches!(event, Event::Started { .. }));
        let error = scene.up().await.unwrap_err();
        assert!(
            matches!(
                error,
                DeployError::Stopped(Stopped::Interrupted { going_on: Some(_) })
            ),
            "{error:?}"
        );
        let is_told_as_left = scene.reporter.events.iter().any(|event| {
            matches!(event, Event::CleanupFailed { what, reason }
                if what == "the lifted policy of stack orders" && reason.contains("UPDATE_IN_PROGRESS"))
        });
        let is_told_as_restored = scene
            .reporter
            .events
            .iter()
            .any(|event| matches!(event, Event::StackPolicyRestored { goes_on: true, .. }));
        let is_refused = way == PolicyDuringUpdate::Refused;
        assert_eq!(
            (is_told_as_left, is_told_as_restored),
            (is_refused, !is_refused),
            "{way:?}"
        );
        let still_kept: &[&str] = if is_refused { &["Events"] } else { &PROTECTED };
        assert_eq!(kept(&scene), still_kept, "{way:?}");

        scene.cloud.pass(60);
        let (status, replaced) = match way {
            PolicyDuringUpdate::Counts => (StackStatus::UpdateRollbackComplete, false),
            PolicyDuringUpdate::TooLate | PolicyDuringUpdate::Refused => (StackStatus::UpdateComplete, true),
        };
        assert_eq!(scene.cloud.status_of("orders"), Some(status), "{way:?}");
        assert_eq!(is_replaced(&scene), replaced, "{way:?}");

        // The next run ends what this one has left, and puts back what could not be.
        let (interrupter, interrupt) = interruptible();
        (scene.reporter, scene.interrupt) = (ScriptedReporter::with(interrupter), interrupt);
        scene.up().await.unwrap();
        assert_eq!(kept(&scene), PROTECTED, "{way:?}");
        assert!(is_replaced(&scene), "{way:?}");
        assert_eq!(
            scene.cloud.status_of("orders"),
            Some(StackStatus::UpdateComplete),
            "{way:?}"
        );
        scene.assert_nothing_is_left_behind();
    }
}

#[tokio::test]
async fn a_policy_that_is_lifted_before_an_update_and_put_back_after_it_is_the_same_in_every_way() {
    for way in PolicyDuringUpdate::ALL {
        let mut scene = about_to_replace_the_topic(way).await;
        assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))), "{way:?}");
        assert!(is_replaced(&scene), "{way:?}");
        assert_eq!(kept(&scene), PROTECTED, "{way:?}");
    }
}
