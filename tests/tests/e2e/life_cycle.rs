//! The life of a stack: `up`, `up` again, a change, `down`, `up` again, deletion.

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use event_store_client::types::{StreamId, StreamType};
use event_store_e2e::{Deployment, Environment};
use futures::TryStreamExt;

use crate::{deployment, event, listed, revision};

#[tokio::test]
async fn an_environment_is_brought_up_changed_taken_down_and_brought_up_with_its_events() {
    let mut deployment = deployment(Environment::staging_like("life-cycle")).await;
    let created = deployment.up(&[]).await.succeeded();
    assert!(
        created.stdout.contains("EsUrl"),
        "the outputs are told: {created}"
    );
    let stream_id = two_events(&deployment).await;

    describe_tells_what_is_there(&deployment).await;
    a_second_up_does_nothing_in_six_calls(&deployment).await;
    a_changed_setting_moves_the_alias(&mut deployment).await;
    assert_eq!(read(&deployment, stream_id).await, 2);

    down_names_what_it_keeps(&deployment).await;
    let adopted = deployment.up(&[]).await.succeeded();
    let table = deployment.environment().stack() + "-events";
    assert!(
        adopted.stderr.contains("importing table") && adopted.stderr.contains(&table),
        "{adopted}"
    );
    assert!(
        adopted.stderr.contains("the listing and the feed of") && adopted.stderr.contains("are complete"),
        "{adopted}"
    );
    assert_eq!(read(&deployment, stream_id).await, 2);
    // The catalogue is a new table since `down`, and nothing was appended since.
    listed(&deployment.client().await, &order(), stream_id, revision(2)).await;
    append_third(&deployment, stream_id).await;

    let purged = deployment.purge().await.succeeded();
    assert!(purged.stderr.contains(&table), "{purged}");
    assert!(!tables(&deployment).await.contains(&table));
}

fn order() -> StreamType {
    "order".parse().expect("`order` is a stream type")
}

async fn two_events(deployment: &Deployment) -> StreamId {
    let client = deployment.client().await;
    let stream_id = client
        .create_stream(&order(), event("placed", "{}"))
        .await
        .unwrap()
        .stream
        .stream_id;
    client
        .append(&order(), stream_id, revision(1), event("paid", "{}"))
        .await
        .unwrap();
    listed(&client, &order(), stream_id, revision(2)).await;
    stream_id
}

async fn read(deployment: &Deployment, stream_id: StreamId) -> usize {
    let events = deployment
        .client()
        .await
        .events(&order(), stream_id)
        .into_stream();
    events.try_collect::<Vec<_>>().await.unwrap().len()
}

async fn append_third(deployment: &Deployment, stream_id: StreamId) {
    let client = deployment.client().await;
    client
        .append(&order(), stream_id, revision(2), event("sent", "{}"))
        .await
        .unwrap();
    listed(&client, &order(), stream_id, revision(3)).await;
}

async fn tables(deployment: &Deployment) -> Vec<String> {
    deployment
        .cloud()
        .dynamodb()
        .list_tables()
        .send()
        .await
        .unwrap()
        .table_names
        .unwrap_or_default()
}

async fn describe_tells_what_is_there(deployment: &Deployment) {
    let stack = deployment.environment().stack();
    let outputs = deployment.describe().await.outputs();
    assert_eq!(outputs["EsDynamoDbTable"], format!("{stack}-events"));
    assert!(
        outputs["EsUrl"].starts_with("http://127.0.0.1:"),
        "the address works from here: {outputs:?}"
    );
    let table = deployment.run("describe", &[]).await.succeeded();
    for (name, value) in &outputs {
        assert!(
            table.stdout.contains(name) && table.stdout.contains(value),
            "`{name}` is missing: {table}"
        );
    }
}

async fn a_second_up_does_nothing_in_six_calls(deployment: &Deployment) {
    let before = last_event(deployment).await;
    let again = deployment.up(&["--verbose"]).await.succeeded();
    assert_eq!(last_event(deployment).await, before, "{again}");
    assert!(again.stderr.contains("6 calls to AWS"), "{again}");
}

/// The id of the stack's newest event, which changes with every operation on the stack.
async fn last_event(deployment: &Deployment) -> String {
    let stack = deployment.environment().stack();
    let events = deployment
        .cloud()
        .cloudformation()
        .describe_stack_events()
        .stack_name(stack)
        .send()
        .await
        .unwrap();
    events.stack_events()[0].event_id().unwrap().to_owned()
}

async fn a_changed_setting_moves_the_alias(deployment: &mut Deployment) {
    let before = live_version(deployment).await;
    let same = deployment.diff(&["--exit-code"]).await.succeeded();
    assert!(same.stdout.contains("is as the template says"), "{same}");
    deployment.change(|environment| environment.with("LogLevel", "debug"));
    let differs = deployment.diff(&["--exit-code"]).await.ended_with(2);
    for told in [
        "LogLevel: info → debug",
        "may replace  ApiAlias",
        "follows from ApiVersion",
    ] {
        assert!(differs.stdout.contains(told), "`{told}` is missing: {differs}");
    }
    assert_eq!(change_sets(deployment).await, [""; 0]);
    assert_eq!(live_version(deployment).await, before);
    deployment.up(&[]).await.succeeded();
    let after = live_version(deployment).await;
    assert!(after > before, "`live` is still at version {before}");
}

/// The change sets that are left of the stack.
async fn change_sets(deployment: &Deployment) -> Vec<String> {
    let stack = deployment.environment().stack();
    let listed = deployment
        .cloud()
        .cloudformation()
        .list_change_sets()
        .stack_name(stack)
        .send()
        .await
        .unwrap();
    let unexecuted = listed.summaries().iter().filter(|change_set| {
        change_set
            .execution_status()
            .is_none_or(|status| status.as_str() != "EXECUTE_COMPLETE")
    });
    unexecuted
        .filter_map(|change_set| change_set.change_set_name())
        .map(str::to_owned)
        .collect()
}

/// The version that the API's alias `live` names, according to Lambda.
async fn live_version(deployment: &Deployment) -> u32 {
    let alias = deployment.describe().await.output("EsApiAlias");
    let function = alias.strip_suffix(":live").unwrap().to_owned();
    let found = deployment
        .cloud()
        .lambda()
        .get_alias()
        .function_name(function)
        .name("live")
        .send()
        .await
        .unwrap();
    let version = found.function_version().unwrap();
    version
        .parse()
        .unwrap_or_else(|_| panic!("`live` names `{version}` and not a published version"))
}

async fn down_names_what_it_keeps(deployment: &Deployment) {
    let table = deployment.environment().stack() + "-events";
    let down = deployment.down(&["--yes"]).await.succeeded();
    assert!(down.stderr.contains(&table), "{down}");
    assert!(tables(deployment).await.contains(&table));
    let stack = deployment.environment().stack();
    let found = deployment
        .cloud()
        .cloudformation()
        .describe_stacks()
        .stack_name(stack)
        .send()
        .await;
    assert_eq!(
        found.unwrap_err().code(),
        Some("ValidationError"),
        "the stack is still there"
    );
}
