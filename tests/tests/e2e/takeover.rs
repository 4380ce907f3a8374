//! An environment whose file names the stack of another one.

use event_store_e2e::{Deployment, Environment, Run};

use crate::{deployment, staging_like};

#[tokio::test]
async fn the_stack_of_another_environment_is_left_alone_until_it_is_taken_over_by_name() {
    let owner = staging_like("taken").await;
    let stack = owner.environment().stack();
    let copy = deployment(Environment::staging_like("taker").in_stack(&stack)).await;
    let before = state(&owner).await;

    let is_refused = |run: Run| {
        let run = run.ended_with(4);
        let whose = format!("stack `{stack}` is of environment `taken`");
        assert!(run.stderr.contains(&whose), "{run}");
        assert!(run.stderr.contains(&format!("--accept adopt:{stack}")), "{run}");
    };
    is_refused(copy.up(&[]).await);
    is_refused(copy.up(&["--smoke", "--accept", "adopt:another"]).await);
    is_refused(copy.purge().await);
    is_refused(copy.down(&["--yes"]).await);
    for command in ["smoke", "reconcile"] {
        is_refused(copy.run(command, &[]).await);
    }
    is_refused(copy.run("rollback", &["--yes"]).await);
    let folder = owner.build();
    is_refused(copy.run("push", &["--artifacts", folder.folder()]).await);
    let told = copy.diff(&[]).await.succeeded();
    let refusal = format!("--accept adopt:{stack}: the stack is of environment `taken`");
    assert!(told.stdout.contains(&refusal), "{told}");
    assert_eq!(state(&owner).await, before);

    let taken = copy
        .up(&["--accept", &format!("adopt:{stack}")])
        .await
        .succeeded();
    assert!(
        taken.stderr.contains("taken"),
        "the owner of before is told: {taken}"
    );
    let lost = owner.up(&[]).await.ended_with(4);
    assert!(lost.stderr.contains("is of environment `taker`"), "{lost}");
    copy.purge().await.succeeded();
}

/// The state of the stack in CloudFormation: the time of its last change, its tags, its template, and the number of its change sets.
async fn state(deployment: &Deployment) -> String {
    let cloudformation = deployment.cloud().cloudformation();
    let stack = deployment.environment().stack();
    let described = cloudformation.describe_stacks().stack_name(&stack).send().await;
    let template = cloudformation.get_template().stack_name(&stack).send().await;
    let change_sets = cloudformation.list_change_sets().stack_name(&stack).send().await;
    format!(
        "{:?}\n{:?}\n{:?}",
        described.unwrap().stacks(),
        template.unwrap().template_body(),
        change_sets.unwrap().summaries()
    )
}
