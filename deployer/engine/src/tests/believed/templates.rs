//! `GetTemplate` gives the bytes that were sent, or the same JSON laid out anew.

use super::*;
use crate::tests::planning::Patience;

async fn deployed(way: GivenTemplate) -> Scene {
    let scene = Scene::deployed().await;
    scene.cloud.believe(|beliefs| beliefs.template = way);
    scene
}

#[tokio::test]
async fn what_is_deployed_is_found_unchanged_without_a_change_set() {
    for way in GivenTemplate::ALL {
        let mut scene = deployed(way).await;
        // Without the receipt of the last run, the stack itself is asked.
        scene
            .cloud
            .with(|world| world.objects.retain(|key, _| !key.contains("/run/")));
        assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))), "{way:?}");
        assert_eq!(scene.cloud.called("GetTemplate"), 1, "{way:?}");
        assert_eq!(scene.cloud.called("CreateChangeSet"), 0, "{way:?}");
        let asked = diff(
            &mut scene.session().await,
            &deployment(&template()),
            Asking::Templates,
        )
        .await;
        assert!(asked.unwrap().is_empty(), "{way:?}");
    }
}

#[tokio::test]
async fn a_plan_is_done_and_a_release_returned_to() {
    for way in GivenTemplate::ALL {
        let mut scene = deployed(way).await;
        scene.change(|template| template["Description"] = json!("another"));
        let plan = planned(&mut scene).await.unwrap();
        let applied = applied_with(&mut scene, &plan, Patience::None).await;
        assert!(
            matches!(applied, Ok(Deployed::Updated(_))),
            "{way:?}: {applied:?}"
        );
        let request = Rollback {
            to: None,
            deployment: scene.deployment.clone(),
        };
        let back = rollback(&mut scene.session().await, &request).await.unwrap();
        assert!(matches!(back.deployed, Deployed::Updated(_)), "{way:?}");
        let stands = scene
            .cloud
            .with(|world| world.stack_mut("orders").template.clone());
        assert_eq!(stands, template().to_string(), "{way:?}");
    }
}
