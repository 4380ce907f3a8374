//! Concurrent deployments of one environment.

use event_store_e2e::{Environment, Run};
use futures::future::join_all;

use crate::{deployment, staging_like};

#[tokio::test]
async fn of_three_at_once_one_deploys_and_the_others_say_who_does_and_wait() {
    let warm = staging_like("beside-warm").await;
    let deployment = deployment(Environment::staging_like("beside")).await;
    let folder = warm.build();
    let arguments = ["--yes", "--wait-for-lock", "--artifacts", folder.folder()];
    let runs = join_all((0..3).map(|_| deployment.run("up", &arguments))).await;
    for run in &runs {
        assert!(matches!(run.code, Some(0 | 4)), "{run}");
    }
    let deploys = |run: &Run| run.stderr.contains("ApiFunction Lambda::Function created");
    let (deployed, others): (Vec<_>, Vec<_>) = runs.iter().partition(|run| deploys(run));
    assert_eq!(deployed.len(), 1, "{runs:?}");
    // One starts before the other's end, during its last steps, or after it.
    let told = [
        "another deployment of event-store-beside",
        "a deployment of event-store-beside by",
        "nothing to do",
    ];
    for run in others {
        assert!(told.iter().any(|words| run.stderr.contains(words)), "{run}");
    }
    let history = deployment.run("history", &["--json"]).await.succeeded();
    assert_eq!(history.stdout.matches("\"outcome\"").count(), 1, "{history}");
    // The deployed stack works, and nothing is left of the other runs.
    let left = deployment.up(&[]).await.succeeded();
    assert!(left.stderr.contains("nothing to do"), "{left}");
    deployment.purge().await.succeeded();
    warm.purge().await.succeeded();
}
