//! What stands, told to a person and to a program.

use super::*;
use cfn_deploy::stack::StackStatus;
use cfn_deploy::{FunctionHealth, MappingHealth, Outputs, QueueHealth, TableHealth};

fn described() -> Described {
    Described {
        unfinished: Vec::new(),
        left_out: None,
        stack: "orders".to_owned(),
        id: "arn:stack/orders".to_owned(),
        status: StackStatus::UpdateComplete,
        status_reason: None,
        since: jiff::Timestamp::from_second(1_700_000_000).unwrap(),
        termination_protection: true,
        healthy: false,
        outputs: Outputs::from([("EsUrl".to_owned(), "http://127.0.0.1/".to_owned())]),
        functions: vec![FunctionHealth {
            logical_id: "Api".to_owned(),
            name: "orders-Api".to_owned(),
            alias: "live".to_owned(),
            state: "Active".to_owned(),
            version: Some("3".to_owned()),
            stack_version: Some("2".to_owned()),
            revision: Some("0123456789abcdef".repeat(4)),
            code_sha256: None,
            artifact_sha256: None,
            healthy: false,
        }],
        mappings: vec![MappingHealth {
            logical_id: "Mapping".to_owned(),
            id: "1".to_owned(),
            state: "Enabled".to_owned(),
            source: None,
            reads_latest_stream: false,
            queue: None,
            last_result: Some("OK".to_owned()),
            healthy: false,
        }],
        tables: vec![TableHealth {
            logical_id: "Events".to_owned(),
            name: "orders-events".to_owned(),
            status: "ACTIVE".to_owned(),
            items: 12,
            bytes: 34_567,
            deletion_protection: true,
            healthy: true,
        }],
        queues: vec![QueueHealth {
            logical_id: "Failures".to_owned(),
            url: "https://sqs.example/failures".to_owned(),
            messages: Some(3),
            keeps_failures: true,
            dead_letters_of: None,
            healthy: false,
        }],
    }
}

#[test]
fn each_form_carries_the_outputs() {
    let yaml = data(&described(), DescriptionFormat::Yaml);
    insta::assert_snapshot!(yaml, @r#"
    stack: orders
    id: arn:stack/orders
    status: UPDATE_COMPLETE
    statusReason: null
    since: "2023-11-14T22:13:20Z"
    terminationProtection: true
    healthy: false
    outputs:
      EsUrl: http://127.0.0.1/
    functions:
    - logicalId: Api
      name: orders-Api
      alias: live
      state: Active
      version: "3"
      stackVersion: "2"
      revision: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      codeSha256: null
      artifactSha256: null
      healthy: false
    mappings:
    - logicalId: Mapping
      id: "1"
      state: Enabled
      source: null
      readsLatestStream: false
      lastResult: OK
      healthy: false
    tables:
    - logicalId: Events
      name: orders-events
      status: ACTIVE
      items: 12
      bytes: 34567
      deletionProtection: true
      healthy: true
    queues:
    - logicalId: Failures
      url: https://sqs.example/failures
      messages: 3
      keepsFailures: true
      healthy: false
    "#);
    assert_eq!(
        data(&described(), DescriptionFormat::Env),
        "ES_URL=http://127.0.0.1/\n"
    );
    assert_eq!(data(&described(), DescriptionFormat::Github), "");
}

#[test]
fn where_details_do_not_fit_beside_the_names_all_stand_below_them() {
    let described = Described {
        stack: "event-store-production".to_owned(),
        ..described()
    };
    let text = table(&described, "deployer up --env staging", Some(80));
    insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @"
    ✓ stack     event-store-production  UPDATE_COMPLETE
                since 2023-11-14 22:13:20 UTC · protected from deletion
    ✗ function  Api                     Active
                version 3, the stack published 2; `deployer up --env staging` puts
                  it right · revision 0123456789ab
    ✗ mapping   Mapping                 Enabled
                reads no current stream · last: OK
    ✓ table     orders-events           ACTIVE
                12 items, 34.6 kB · protected from deletion
    ✗ queue     Failures                3 messages
                nothing in the stack reads them: they have failed, and wait for
                  somebody
    ");
}

#[test]
fn what_is_unhealthy_says_why() {
    let laid_out = table(&described(), "deployer up --env demo", None);
    insta::assert_snapshot!(anstream::adapter::strip_str(&laid_out).to_string(), @"
    ✓ stack     orders         UPDATE_COMPLETE  since 2023-11-14 22:13:20 UTC · protected from deletion
    ✗ function  Api            Active           version 3, the stack published 2; `deployer up --env demo` puts it right · revision 0123456789ab
    ✗ mapping   Mapping        Enabled          reads no current stream · last: OK
    ✓ table     orders-events  ACTIVE           12 items, 34.6 kB · protected from deletion
    ✗ queue     Failures       3 messages       nothing in the stack reads them: they have failed, and wait for somebody

    ");
}

#[test]
fn a_program_gets_everything() {
    let json = data(&described(), DescriptionFormat::Json);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["outputs"]["EsUrl"], "http://127.0.0.1/");
    assert_eq!(value["functions"][0]["stackVersion"], "2");
    assert_eq!(value["healthy"], false);
}
