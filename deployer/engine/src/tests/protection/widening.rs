//! Permissions that widen, which need an approval of their own.

use crate::ErrorKind;

use super::*;

#[tokio::test]
async fn permissions_that_widen_are_asked_about_apart() {
    let mut scene = protected().await;
    scene.forget();
    scene.change(|template| template["Resources"]["Role"] = role(&["dynamodb:Query", "dynamodb:Scan"]));
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(
        scene.reporter.asked,
        ["update: modify Role", "widen: Role: Role may dynamodb:Scan on *"]
    );
}

#[tokio::test]
async fn permissions_do_not_widen_when_that_is_declined_or_nobody_is_there_to_ask() {
    for (answer, kind) in [
        (Answer::No, ErrorKind::NeedsApproval),
        (Answer::NobodyToAsk, ErrorKind::NeedsApproval),
    ] {
        let mut scene = protected().await;
        scene.forget();
        scene.reporter.answer_about_permissions = answer;
        scene.change(|template| template["Resources"]["Role"] = role(&["dynamodb:Query", "dynamodb:Scan"]));
        let error = scene.up().await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0);
        scene.assert_nothing_is_left_behind();
        if answer == Answer::NobodyToAsk {
            assert_eq!(
                error.to_string(),
                "the changes to stack `orders` widen permissions and need approval of their own"
            );
        }
    }
}

#[tokio::test]
async fn a_widening_that_was_accepted_by_name_is_not_asked_about_and_another_is() {
    let mut scene = protected().await;
    scene.forget();
    accept(&mut scene, &["widen:Role"]);
    scene.change(|template| {
        template["Resources"]["Role"] = role(&["dynamodb:Query", "dynamodb:Scan"]);
        template["Resources"]["Url"]["Properties"]["AuthType"] = json!("NONE");
    });
    scene.up().await.unwrap();
    assert_eq!(
        scene.reporter.asked[1..],
        ["widen: Url: everybody may call without a signature on null"]
    );
}

#[tokio::test]
async fn without_protection_a_widening_is_shown_and_needs_no_second_answer() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Role"] = role(&["dynamodb:Query"]));
    scene.up().await.unwrap();
    assert_eq!(scene.reporter.asked, ["update: add Role"]);
}

#[tokio::test]
async fn neither_a_boundary_that_goes_nor_what_cannot_be_read_passes_with_a_yes_to_the_deployment() {
    type Change = fn(&mut Value);
    let bounded = |scene: &mut Scene, boundary: &str| {
        scene.change(|template| {
            template["Resources"]["Role"]["Properties"]["PermissionsBoundary"] = json!(boundary);
        });
    };
    let changes: [(Change, &str); 3] = [
        (
            |properties| drop(properties.as_object_mut().unwrap().remove("PermissionsBoundary")),
            "the boundary of Role is no longer arn:aws:iam::aws:policy/b",
        ),
        (
            |properties| {
                properties["PermissionsBoundary"] = json!("arn:aws:iam::aws:policy/AdministratorAccess");
            },
            "the boundary of Role is now arn:aws:iam::aws:policy/AdministratorAccess",
        ),
        (
            |properties| properties["Tags"] = json!([{"Key": "team", "Value": "admins"}]),
            "`Properties.Tags` of Role changes, and this version cannot read what it grants",
        ),
    ];
    for (change, told) in changes {
        let mut scene = protected().await;
        bounded(&mut scene, "arn:aws:iam::aws:policy/b");
        scene.up().await.unwrap();
        scene.forget();
        // `--yes` answers what the deployment as a whole asks, and nobody is there for the rest.
        scene.reporter.answer_about_permissions = Answer::NobodyToAsk;
        scene.change(|template| change(&mut template["Resources"]["Role"]["Properties"]));
        let error = scene.up().await.unwrap_err();
        let DeployError::WideningNeedsApproval { widenings, .. } = error else {
            panic!("{error}");
        };
        assert!(
            widenings
                .iter()
                .any(|widening| widening.grant.to_string() == told),
            "{widenings:?}"
        );
        assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0);
    }
}
