//! AWS's reasons, and the remedy for each.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// A resource type, AWS's reason, and the expected remedy.
const SAID: [(&str, &str, &str); 40] = [
    (
        "AWS::SQS::QueuePolicy",
        "Dynamic reference {{resolve:ssm:/staging/event-store/ES_SNS_TOPIC}} could not be resolved: parameter /staging/event-store/ES_SNS_TOPIC not found",
        "not-in-parameter-store",
    ),
    (
        "",
        "Unable to fetch parameters [/staging/event-store/ES_URL] from parameter store for this account.",
        "not-in-parameter-store",
    ),
    (
        "AWS::Lambda::Version",
        "Resource handler returned message: \"A version for this Lambda function exists ( 3 ). Modify the function to create a new version.\" (RequestToken: 1, HandlerErrorCode: AlreadyExists)",
        "version-exists",
    ),
    (
        "AWS::Lambda::Function",
        "Resource handler returned message: \"The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400)\"",
        "role-not-assumable-yet",
    ),
    (
        "AWS::Lambda::Function",
        "Unzipped size must be smaller than 262144000 bytes (Service: Lambda, Status Code: 400)",
        "code-too-large",
    ),
    (
        "AWS::Lambda::Version",
        "Code storage limit exceeded. (Service: Lambda, Status Code: 400)",
        "code-storage-full",
    ),
    (
        "AWS::Lambda::Function",
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].",
        "concurrency-quota",
    ),
    (
        "AWS::Lambda::Function",
        "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: us-east-1. Please use this region to retry the request",
        "code-in-another-region",
    ),
    (
        "AWS::Lambda::Function",
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
        "code-missing",
    ),
    (
        "AWS::Lambda::Function",
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
        "code-missing",
    ),
    (
        "AWS::Lambda::Function",
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for bucket/code. S3 Error Code: AccessDenied.",
        "code-not-readable",
    ),
    (
        "AWS::Lambda::Function",
        "fork/exec /var/task/bootstrap: exec format error",
        "wrong-processor",
    ),
    (
        "AWS::Lambda::Permission",
        "Resource handler returned message: \"The function could not be updated due to a concurrent update operation. (Service: Lambda, Status Code: 409)\"",
        "changed-at-once",
    ),
    (
        "AWS::Lambda::Function",
        "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:eu-central-1:123456789012:function:a",
        "changed-at-once",
    ),
    (
        "AWS::Lambda::Permission",
        "The final policy size (20691) is bigger than the limit (20480).",
        "policy-too-large",
    ),
    (
        "AWS::Lambda::Permission",
        "The provided principal was invalid. Please check the principal and try again.",
        "principal-unknown",
    ),
    (
        "AWS::IAM::Role",
        "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:role/gone\"",
        "principal-unknown",
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        "Cannot access stream arn:aws:dynamodb:eu-central-1:123456789012:table/a/stream/b. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.",
        "event-source-not-ready",
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        "The provided execution role does not have permissions to call SendMessage on SQS",
        "event-source-not-ready",
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        "The event source arn (\" arn:a \") and function (\" b \") provided mapping already mapped.",
        "mapping-exists",
    ),
    (
        "AWS::DynamoDB::Table",
        "Attempt to change a resource which is still in use: Table is being updated: a-events (Service: DynamoDb, Status Code: 400, ResourceInUseException)",
        "table-busy",
    ),
    (
        "AWS::DynamoDB::Table",
        "Subscriber limit exceeded: There is a limit of 2500 tables per subscriber",
        "too-many-table-operations",
    ),
    (
        "AWS::DynamoDB::Table",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        "deletion-protected",
    ),
    (
        "AWS::CloudFormation::Stack",
        "Stack [a] cannot be deleted while TerminationProtection is enabled: termination protection",
        "deletion-protected",
    ),
    (
        "AWS::DynamoDB::Table",
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename a-events and update the stack again.",
        "custom-name-replaced",
    ),
    (
        "AWS::Logs::LogGroup",
        "Resource of type 'AWS::Logs::LogGroup' with identifier '{\"/properties/LogGroupName\":\"/event-store/a/api\"}' already exists.",
        "log-group-left",
    ),
    (
        "AWS::DynamoDB::Table",
        "Resource of type 'AWS::DynamoDB::Table' with identifier 'a-events' already exists.",
        "name-taken",
    ),
    (
        "AWS::SSM::Parameter",
        "/staging/event-store/PORT already exists in stack arn:aws:cloudformation:eu-central-1:123456789012:stack/b/1",
        "name-taken",
    ),
    (
        "AWS::S3::Bucket",
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        "bucket-not-empty",
    ),
    (
        "AWS::SNS::Topic",
        "Rate exceeded (Service: Sns, Status Code: 400)",
        "throttled",
    ),
    (
        "AWS::SNS::Topic",
        "The security token included in the request is expired (Service: Sns, Status Code: 403)",
        "credentials-expired",
    ),
    (
        "AWS::Lambda::Function",
        "User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/a because no identity-based policy allows the iam:PassRole action",
        "pass-role",
    ),
    (
        "AWS::SNS::Topic",
        "User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: SNS:CreateTopic on resource: arn:aws:sns:eu-central-1:123456789012:a",
        "permission-missing",
    ),
    (
        "AWS::Lambda::Function",
        "User: arn:aws:iam::123456789012:user/a is not authorized to perform: lambda:CreateFunction on resource: arn:b",
        "permission-missing",
    ),
    (
        "AWS::Lambda::Url",
        "Function URLs are not supported in this region",
        "not-in-this-region",
    ),
    (
        "AWS::SQS::Queue",
        "You have reached the maximum number of queues",
        "quota",
    ),
    (
        "AWS::IAM::Role",
        "Cannot exceed quota for RolesPerAccount: 1000",
        "quota",
    ),
    (
        "AWS::DynamoDB::Table",
        "Exceeded attempts to wait",
        "did-not-stabilise",
    ),
    (
        "AWS::Lambda::Alias",
        "Resource of type 'AWS::Lambda::Alias' with identifier 'a' did not stabilize.",
        "did-not-stabilise",
    ),
    ("AWS::SNS::Topic", "Internal Failure", "aws-failed"),
];

#[test]
fn each_reason_leads_to_its_remedy() {
    for (resource_type, reason, code) in SAID {
        let found = remedy(resource_type, reason).map(|remedy| remedy.code);
        assert_eq!(found, Some(code), "{resource_type}: {reason}");
    }
}

#[test]
fn every_remedy_is_led_to() {
    let led_to: BTreeSet<&str> = SAID.iter().map(|(_, _, code)| *code).collect();
    let all: BTreeSet<&str> = REMEDIES.iter().map(|remedy| remedy.code).collect();
    assert_eq!(led_to, all);
}

/// The failures that the program is asked to explain, one for each remedy.
const EXPLAINED: &str = include_str!("../../../tests/cli/failures.json");

#[test]
fn every_remedy_is_told_by_the_program_once() {
    let failures: Vec<BTreeMap<String, String>> = serde_json::from_str(EXPLAINED).unwrap();
    let told: BTreeSet<&str> = failures.iter().map(|failure| &*failure["remedy"]).collect();
    let all: BTreeSet<&str> = REMEDIES.iter().map(|remedy| remedy.code).collect();
    assert_eq!(told, all);
    assert_eq!(failures.len(), all.len());
}

#[test]
fn a_reason_that_nobody_knows_has_no_remedy() {
    assert_eq!(remedy("AWS::SNS::Topic", "Invalid parameter: TopicName"), None);
    assert_eq!(remedy("AWS::SNS::Topic", ""), None);
}

#[test]
fn what_is_said_is_looked_for_in_lower_case() {
    for part in REMEDIES
        .iter()
        .flat_map(|remedy| remedy.said.iter().copied().flatten())
    {
        assert_eq!(*part, part.to_lowercase());
    }
}
