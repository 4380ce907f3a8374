//! A store that only certain callers may use.

use event_store_client::types::StreamType;
use event_store_client::{Client, Error};
use event_store_e2e::{Cloud, Deployment, Emulator, Environment};

use crate::{deployment, event, listed, revision};

#[tokio::test]
async fn a_production_like_store_is_for_its_callers_alone_and_stays() {
    let owner = Cloud::owner(Emulator::shared().await);
    let caller = owner.make_role("orders").await;
    let stranger = owner.make_role("stranger").await;
    let mut deployment = deployment(Environment::production_like("guarded", &caller)).await;
    deployment.up(&[]).await.succeeded();

    let unsigned = deployment.client().await;
    assert_forbidden(&create(&unsigned).await.unwrap_err());
    let by_stranger = signed(&deployment, &owner.assume(&stranger).await).await;
    assert_forbidden(&create(&by_stranger).await.unwrap_err());
    let by_caller = signed(&deployment, &owner.assume(&caller).await).await;
    create(&by_caller).await.unwrap();

    the_api_role_cannot_change_the_log(&deployment, &owner).await;
    wider_permissions_need_an_approval_of_their_own(&mut deployment).await;
    down_is_refused_while_protected(&deployment).await;

    deployment.unprotect_and_purge().await.succeeded();
}

/// Creates a stream, appends to it, reads it and lists it, with characters in the path that a signature has to encode.
async fn create(client: &Client) -> Result<(), Error> {
    let order: StreamType = "order:eu~1".parse().unwrap();
    let stream_id = client
        .create_stream(&order, event("placed", r#"{"to":"Zoë"}"#))
        .await?
        .stream
        .stream_id;
    client
        .append(&order, stream_id, revision(1), event("paid", "{}"))
        .await?;
    let page = client
        .events(&order, stream_id)
        .after(revision(1))
        .page_size(10)
        .page()
        .await?;
    assert_eq!(page.events.len(), 1);
    listed(client, &order, stream_id, revision(2)).await;
    Ok(())
}

fn assert_forbidden(error: &Error) {
    assert!(error.is_forbidden() && !error.is_retryable(), "{error:?}");
    assert_eq!(error.status().unwrap(), 403);
}

async fn signed(deployment: &Deployment, caller: &Cloud) -> Client {
    let builder = deployment.client_builder().await;
    builder
        .aws_iam(caller.credentials(), caller.region())
        .build()
        .unwrap()
}

async fn the_api_role_cannot_change_the_log(deployment: &Deployment, owner: &Cloud) {
    let stack = deployment.environment().stack();
    let resources = owner
        .cloudformation()
        .describe_stack_resources()
        .stack_name(&stack)
        .send()
        .await
        .unwrap();
    let role = resources
        .stack_resources()
        .iter()
        .find(|resource| resource.logical_resource_id() == Some("ApiRole"))
        .and_then(|resource| resource.physical_resource_id())
        .unwrap();
    // The role trusts only Lambda; for this test it also trusts the account's owner.
    owner.trust_owner(role).await;
    let arn = owner
        .iam()
        .get_role()
        .role_name(role)
        .send()
        .await
        .unwrap()
        .role
        .unwrap()
        .arn;
    let api = owner.assume(&arn).await.dynamodb();

    let table = deployment.describe().await.output("EsDynamoDbTable");
    let kept = owner
        .dynamodb()
        .scan()
        .table_name(&table)
        .send()
        .await
        .unwrap()
        .items
        .unwrap();
    let item = kept.first().unwrap();
    let key = [("pk", item["pk"].clone()), ("sk", item["sk"].clone())];

    let [hash, range] = key.clone();
    let deletion = api
        .delete_item()
        .table_name(&table)
        .key(hash.0, hash.1)
        .key(range.0, range.1);
    let error = deletion.send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("AccessDeniedException"), "{error:?}");

    let [hash, range] = key;
    let update = api
        .update_item()
        .table_name(&table)
        .key(hash.0, hash.1)
        .key(range.0, range.1);
    let error = update
        .update_expression("REMOVE events")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(error.meta().code(), Some("AccessDeniedException"), "{error:?}");

    // The role allows something, so the refusals are specific to these actions.
    let query = api
        .query()
        .table_name(&table)
        .key_condition_expression("pk = :pk");
    let found = query
        .expression_attribute_values(":pk", item["pk"].clone())
        .send()
        .await
        .unwrap();
    assert!(found.count > 0);
    let left = owner
        .dynamodb()
        .scan()
        .table_name(&table)
        .send()
        .await
        .unwrap()
        .items
        .unwrap();
    assert_eq!(left, kept);
}

async fn wider_permissions_need_an_approval_of_their_own(deployment: &mut Deployment) {
    let stack = deployment.environment().stack();
    let policy = deployment
        .cloud()
        .cloudformation()
        .get_stack_policy()
        .stack_name(&stack)
        .send()
        .await
        .unwrap();
    let policy = policy.stack_policy_body.unwrap();
    for kept in ["EventsTable", "UpdatesTopic", "ApiUrl"] {
        assert!(
            policy.contains(&format!("LogicalResourceId/{kept}\"")),
            "{policy}"
        );
    }

    let narrow = deployment.environment().clone();
    deployment.change(|environment| {
        let public = environment.with("Access", "public").with("Callers", "[]");
        public.with("ApiReservedConcurrency", "100")
    });
    let refused = deployment.up(&[]).await.ended_with(3);
    assert!(
        refused.stderr.contains("--accept widen:AnyoneMayCallUrl") && refused.stderr.contains("everybody"),
        "{refused}"
    );
    deployment.change(|_| narrow.with("LogLevel", "debug"));
    let updated = deployment.up(&[]).await.succeeded();
    assert!(updated.stderr.contains("RecordsParkedAlarm"), "{updated}");
}

async fn down_is_refused_while_protected(deployment: &Deployment) {
    let stack = deployment.environment().stack();
    let refused = deployment.purge().await.ended_with(4);
    assert!(refused.stderr.contains("protected"), "{refused}");
    let found = deployment
        .cloud()
        .cloudformation()
        .describe_stacks()
        .stack_name(&stack)
        .send()
        .await
        .unwrap();
    assert_eq!(found.stacks()[0].enable_termination_protection, Some(true));
}
