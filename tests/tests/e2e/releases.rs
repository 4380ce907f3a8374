//! Plans, releases, rollbacks, code that is pushed outside the stack, and artifacts that nothing refers to.

use event_store_e2e::{Build, Deployment, Environment};
use serde_json::Value;

use crate::deployment;

#[tokio::test]
async fn a_plan_is_done_as_it_was_shown_and_a_release_is_gone_back_to() {
    let mut deployment = deployment(Environment::staging_like("releases")).await;
    deployment.up(&[]).await.succeeded();
    let first = Live::of(&deployment).await;

    a_plan_changes_nothing_until_it_is_applied(&deployment).await;
    let second = Live::of(&deployment).await;
    assert_ne!(second.code, first.code);

    let outdated = plan(&deployment, &deployment.build()).await;
    deployment.change(|environment| environment.with("LogLevel", "debug"));
    deployment.up(&[]).await.succeeded();
    let third = Live::of(&deployment).await;
    assert_eq!((&*third.log_level, &third.code), ("debug", &first.code));
    let refused = deployment.run("up", &["--apply", &outdated, "--yes"]).await;
    let refused = refused.ended_with(4);
    assert!(refused.stderr.contains("is out of date"), "{refused}");

    // The environment file still describes the third release: `rollback` restores a release as it was.
    deployment.run("rollback", &["--yes"]).await.succeeded();
    let back = Live::of(&deployment).await;
    assert_eq!((&*back.log_level, &back.code), ("info", &second.code));
    let history = history(&deployment).await;
    let outcomes = history.iter().map(|release| release["outcome"].as_str());
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        ["updated", "updated", "updated", "created"].map(Some)
    );
    assert_eq!(history[0]["rolledBackTo"], history[2]["id"]);

    deployment.purge().await.succeeded();
}

#[tokio::test]
async fn code_that_was_pushed_past_the_stack_is_told_and_put_right() {
    let deployment = deployment(Environment::staging_like("pushed")).await;
    deployment.up(&[]).await.succeeded();
    let stacked = Live::of(&deployment).await;
    let tried = deployment.build().marked("tried out");

    let pushed = deployment.run("push", &["--artifacts", tried.folder()]).await;
    let pushed = pushed.succeeded();
    assert!(pushed.stderr.contains("2 functions pushed"), "{pushed}");
    assert_ne!(Live::of(&deployment).await.code, stacked.code);
    let again = deployment.run("push", &["--artifacts", tried.folder()]).await;
    assert!(again.succeeded().stderr.contains("nothing to do"));
    deployment.run("drift", &["--exit-code"]).await.ended_with(2);

    let put_right = deployment.up(&[]).await.succeeded();
    assert!(put_right.stderr.contains("pushed past the stack"), "{put_right}");
    assert_eq!(Live::of(&deployment).await.code, stacked.code);
    deployment.run("drift", &["--exit-code"]).await.succeeded();

    deployment.purge().await.succeeded();
}

/// Exclusive, because nothing refers yet to artifacts that concurrent tests have stored and not deployed.
#[tokio::test]
async fn what_nothing_refers_to_is_deleted_from_the_bucket_and_nothing_else() {
    let deployment = Deployment::alone(crate::deployer(), Environment::staging_like("garbage")).await;
    deployment.up(&[]).await.succeeded();
    // First delete what other tests left in the shared bucket.
    gc(&deployment).await;
    let unused = deployment.build().marked("never deployed");
    plan(&deployment, &unused).await;
    let spared = deployment.run("gc", &["--yes"]).await.succeeded();
    assert!(spared.stderr.contains("nothing to delete"), "{spared}");

    let deleted = gc(&deployment).await;
    let about = |what: &str| deleted.iter().filter(|key| key.starts_with(what)).count();
    assert_eq!(about("code/event-store-api/"), 1, "{deleted:?}");
    assert_eq!(about("code/event-store-relay/"), 1, "{deleted:?}");
    assert_eq!(about("templates/event-store-garbage/"), 1, "{deleted:?}");
    assert_eq!(about("releases/"), 0, "{deleted:?}");
    assert_eq!(gc(&deployment).await, [""; 0]);

    // All deployed artifacts still exist: the release can be deployed again without an upload.
    deployment.purge().await.succeeded();
    let again = deployment.up(&[]).await.succeeded();
    assert!(!again.stderr.contains("uploading event-store"), "{again}");
    deployment.purge().await.succeeded();
}

async fn a_plan_changes_nothing_until_it_is_applied(deployment: &Deployment) {
    let before = Live::of(deployment).await;
    let file = plan(deployment, &deployment.build().marked("second")).await;
    assert_eq!(Live::of(deployment).await, before);
    deployment.diff(&["--exit-code"]).await.succeeded();

    let unapproved = deployment.run("up", &["--apply", &file]).await;
    unapproved.ended_with(3);
    assert_eq!(Live::of(deployment).await, before);
    deployment
        .run("up", &["--apply", &file, "--yes"])
        .await
        .succeeded();
}

/// Plans the deployment of a build, and returns the plan's file.
async fn plan(deployment: &Deployment, build: &Build) -> String {
    let file = deployment.file("plan.json");
    let planned = deployment
        .run("up", &["--artifacts", build.folder(), "--plan", &file])
        .await;
    planned.succeeded();
    file
}

/// The keys that were deleted.
async fn gc(deployment: &Deployment) -> Vec<String> {
    let run = deployment
        .run("gc", &["--min-age", "0s", "--yes", "--json"])
        .await
        .succeeded();
    let events = lines(&run.stdout).into_iter();
    let deleted = events.filter(|event| event["event"] == "artifact-deleted");
    deleted.map(|event| text(&event["key"])).collect()
}

async fn history(deployment: &Deployment) -> Vec<Value> {
    lines(&deployment.run("history", &["--json"]).await.succeeded().stdout)
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The code that serves traffic.
#[derive(Debug, PartialEq)]
struct Live {
    code: String,
    log_level: String,
}

impl Live {
    async fn of(deployment: &Deployment) -> Self {
        let alias = deployment.describe().await.output("EsApiAlias");
        let found = deployment.cloud().lambda().get_function_configuration();
        let found = found.function_name(alias).send().await.unwrap();
        let mut variables = found.environment.unwrap().variables.unwrap();
        Self {
            code: found.code_sha256.unwrap(),
            log_level: variables.remove("LOG_LEVEL").unwrap(),
        }
    }
}
