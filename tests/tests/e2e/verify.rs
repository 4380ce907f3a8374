//! `event-store-verify` verifies a deployed store.

use std::process::Output;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use event_store_e2e::{Cloud, Deployment, Emulator, Environment, Verifier};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::{deployment, staging_like};

/// The permissions that `event-store-verify` needs, besides those of a caller of the store.
const NEEDED: [&str; 22] = [
    // `deployer describe`
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "dynamodb:DescribeTable",
    "lambda:GetAlias",
    "lambda:GetEventSourceMapping",
    "lambda:GetFunction",
    "lambda:GetFunctionConfiguration",
    "lambda:ListEventSourceMappings",
    "lambda:ListVersionsByFunction",
    // What each operation consumes.
    "logs:FilterLogEvents",
    // Two temporary queues.
    "sns:ListSubscriptionsByTopic",
    "sns:Subscribe",
    "sns:Unsubscribe",
    "sqs:CreateQueue",
    "sqs:DeleteMessage",
    // AWS requires the one above, the emulator this one.
    "sqs:DeleteMessageBatch",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
    "sqs:SetQueueAttributes",
];

fn verifier() -> Verifier {
    Verifier::at(
        env!("CARGO_BIN_EXE_event-store-verify"),
        env!("CARGO_BIN_EXE_deployer-under-test"),
    )
}

fn told(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// The report of a run that exits with `code`.
async fn proved(deployment: &Deployment, caller: &Cloud, code: i32, arguments: &[&str]) -> String {
    let output = verifier()
        .of(deployment, caller, arguments)
        .output()
        .await
        .unwrap();
    let (report, talk) = told(&output);
    assert_eq!(output.status.code(), Some(code), "{report}\n{talk}");
    report
}

/// The claims with this outcome in a report.
fn claims<'report>(report: &'report str, outcome: &str) -> Vec<&'report str> {
    let marked = format!("| {outcome} |");
    let lines = report.lines().filter(|line| line.contains(&marked));
    lines.map(|line| line[2..].split(" | ").next().unwrap()).collect()
}

/// None of the temporary queues and subscriptions is left. This waits for those of concurrent runs, too.
async fn no_queue_is_left(cloud: &Cloud, topic: Option<&str>) {
    let began = Instant::now();
    loop {
        let queues = cloud.sqs().list_queues().queue_name_prefix("event-store-v-");
        let queues = queues.send().await.unwrap();
        if queues.queue_urls().is_empty() {
            break;
        }
        assert!(began.elapsed() < Duration::from_mins(3), "{queues:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    if let Some(topic) = topic {
        let subscribed = cloud.sns().list_subscriptions_by_topic().topic_arn(topic);
        let subscribed = subscribed.send().await.unwrap();
        assert!(subscribed.subscriptions().is_empty(), "{subscribed:?}");
    }
}

#[tokio::test]
async fn a_public_store_is_proved_and_the_report_is_kept() {
    let deployment = staging_like("verified").await;
    let file = deployment.file("report.md");
    let report = proved(&deployment, &deployment.cloud(), 0, &["--report", &file]).await;
    assert!(claims(&report, "**broken**").is_empty() && claims(&report, "not tried").is_empty());
    let holding = claims(&report, "holds");
    for claim in [
        "the stack and all that is in it is healthy",
        "anybody may call",
        "a new stream is listed",
        "of 32 writers exactly one wins each of 20 revisions",
        "every update arrives on a queue that filters by `MessageAttributes`, and no other",
        "every update arrives on a queue that filters by `MessageBody`, and no other",
        "a create consumes at most 1 WRU and 0 RRU",
    ] {
        assert!(holding.contains(&claim), "no `{claim}` in {report}");
    }
    assert!(report.contains("events, in the log of record"), "{report}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), report);
    assert!(!report.contains("000000000000"), "{report}");
    let topic = deployment.describe().await.output("EsSnsTopic");
    no_queue_is_left(&deployment.cloud(), Some(&topic)).await;
    deployment.purge().await.succeeded();
}

#[tokio::test]
async fn a_protected_store_is_proved_by_a_caller_who_signs() {
    let owner = Cloud::owner(Emulator::shared().await);
    let caller = owner.make_role("verifier").await;
    owner.allow("verifier", &[(&NEEDED, &["*"])]).await;
    let mut deployment = deployment(Environment::production_like("verified-iam", &caller)).await;
    deployment.up(&[]).await.succeeded();
    let caller = owner.assume(&caller).await;
    let report = proved(&deployment, &caller, 0, &[]).await;
    let holding = claims(&report, "holds");
    assert!(
        holding.contains(&"a request without a signature is refused"),
        "{report}"
    );
    // A protected environment takes no instances.
    let refused = proved(&deployment, &caller, 64, &["--scratch"]).await;
    assert!(refused.is_empty(), "{refused}");
    deployment.unprotect_and_purge().await.succeeded();
}

#[tokio::test]
async fn an_instance_of_its_own_is_deployed_proved_and_taken_down() {
    let base = staging_like("local").await;
    let build = base.build();
    let cloud = base.cloud();
    let scratch = ["--scratch", "--artifacts", build.folder()];
    let report = proved(&base, &cloud, 0, &scratch).await;
    assert!(
        report.contains("the instance is gone with its tables"),
        "{report}"
    );
    assert_eq!(stacks(&cloud, "event-store-local").await, ["event-store-local"]);

    // So is one that is interrupted half way.
    let mut given_up = verifier().of(&base, &cloud, &scratch).spawn().unwrap();
    let mut talk = BufReader::new(given_up.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("a new stream is listed") {
        line.clear();
        assert_ne!(talk.read_line(&mut line).await.unwrap(), 0, "it ended by itself");
    }
    assert_eq!(stacks(&cloud, "event-store-local").await.len(), 2);
    interrupt(&given_up).await;
    let mut rest = String::new();
    talk.read_to_string(&mut rest).await.unwrap();
    assert_eq!(given_up.wait().await.unwrap().code(), Some(130), "{rest}");
    assert_eq!(stacks(&cloud, "event-store-local").await, ["event-store-local"]);
    assert!(!rest.contains("left: "), "{rest}");
    base.purge().await.succeeded();
}

/// The existing stacks whose name begins with `prefix`.
async fn stacks(cloud: &Cloud, prefix: &str) -> Vec<String> {
    let described = cloud.cloudformation().describe_stacks().send().await.unwrap();
    let names = described.stacks().iter().filter_map(|stack| stack.stack_name());
    names
        .filter(|name| name.starts_with(prefix))
        .map(ToOwned::to_owned)
        .collect()
}

/// Does what Ctrl-C does.
async fn interrupt(child: &Child) {
    let id = child.id().unwrap().to_string();
    let told = Command::new("kill").args(["-INT", &id]).status().await.unwrap();
    assert!(told.success());
}

#[tokio::test]
async fn a_store_that_forgets_a_header_breaks_the_claims_about_it_and_no_other() {
    let emulator = Emulator::shared().await;
    let forgetful = forgetting("idempotency-replayed", emulator.endpoint()).await;
    let environment = Environment::staging_like("forgetful").reached_at(&forgetful);
    let deployment = deployment(environment).await;
    deployment.up(&[]).await.succeeded();
    let report = proved(&deployment, &deployment.cloud(), 1, &[]).await;
    assert_eq!(
        claims(&report, "**broken**"),
        [
            "appending: a stream is created once and a repetition is told as replayed",
            "appending: a replay answers the stream as the append left it",
            "batches: a repeated batch is told as replayed",
        ],
        "{report}"
    );
    assert!(
        report.contains("at tests/src/conformance/appending.rs:"),
        "{report}"
    );
    deployment.purge().await.succeeded();
}

/// A proxy before the store that removes a header from every answer.
async fn forgetting(header: &'static str, endpoint: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let forward = move |State(endpoint): State<String>, request: Request| async move {
        let (head, body) = request.into_parts();
        let url = format!("{endpoint}{}", head.uri);
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let sent = reqwest::Client::new()
            .request(head.method, url)
            .headers(head.headers)
            .body(body);
        let answer = sent.send().await.unwrap();
        let mut response = Response::builder().status(answer.status());
        let headers = response.headers_mut().unwrap();
        *headers = answer.headers().clone();
        headers.remove(header);
        headers.remove("transfer-encoding");
        response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
    };
    let proxy = Router::new().fallback(forward).with_state(endpoint.to_owned());
    tokio::spawn(async move { axum::serve(listener, proxy).await });
    address
}
