//! PURE: remedies for a resource's failure.
//!
//! AWS's reasons are sentences for people, without a reliable code. Each [`Remedy`] recognises a sentence by its
//! constant parts and, if those are ambiguous, by the type of the resource.

use serde::Serialize;

/// The meaning of a failure, and its remedies.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// A short name, for programs and for tests.
    pub code: &'static str,
    /// What AWS says: all parts of one of these alternatives, ignoring case.
    #[serde(skip)]
    said: &'static [&'static [&'static str]],
    /// The resource type to which it applies; empty for any.
    #[serde(skip)]
    of: &'static str,
    /// The remedies, each a sentence without a full stop.
    pub hints: &'static [&'static str],
}

/// Finds the remedy for AWS's reason and a resource type.
pub fn remedy(resource_type: &str, reason: &str) -> Option<&'static Remedy> {
    let reason = reason.to_lowercase();
    REMEDIES.iter().find(|remedy| {
        let is_said = |parts: &&[&str]| parts.iter().all(|part| reason.contains(part));
        resource_type.contains(remedy.of) && remedy.said.iter().any(is_said)
    })
}

const fn remedy_for(
    code: &'static str,
    of: &'static str,
    said: &'static [&'static [&'static str]],
    hints: &'static [&'static str],
) -> Remedy {
    Remedy {
        code,
        said,
        of,
        hints,
    }
}

/// Specific remedies come before general ones.
const REMEDIES: [Remedy; 30] = [
    remedy_for(
        "not-in-parameter-store",
        "",
        &[
            &["dynamic reference", "ssm", "could not be resolved"],
            &["unable to fetch parameters", "parameter store"],
            &["parameters:", "ssm:", "cannot be found"],
        ],
        &[
            "what tells that value has to be deployed first, such as the store that is followed, in the same account and region: `deployer doctor` finds all that is missing",
        ],
    ),
    remedy_for(
        "version-exists",
        "Lambda::Version",
        &[&["version for this lambda function exists"]],
        &[
            "the function's code and configuration are those of a version that is there: the revision in `Description` has to change with them",
            "if code was pushed by hand, run `up` once more: it brings the function back first",
        ],
    ),
    remedy_for(
        "role-not-assumable-yet",
        "Lambda::",
        &[
            &["cannot be assumed by lambda"],
            &["role defined for the function cannot be assumed"],
        ],
        &[
            "a role that was just made takes some seconds to be known everywhere: run `up` again",
            "if it stays so, look at the role's trust policy: it must name `lambda.amazonaws.com`",
        ],
    ),
    remedy_for(
        "code-too-large",
        "Lambda::",
        &[
            &["unzipped size must be smaller"],
            &["request must be smaller"],
            &["entity too large"],
        ],
        &[
            "Lambda takes 250 MB unzipped: build in release, and look at what the binary holds with `cargo bloat`",
        ],
    ),
    remedy_for(
        "code-storage-full",
        "Lambda::",
        &[&["code storage limit exceeded"], &["codestorageexceeded"]],
        &[
            "the account's 75 GB for function code in this region are used: delete old versions, or have the quota raised",
        ],
    ),
    remedy_for(
        "concurrency-quota",
        "Lambda::",
        &[&["unreservedconcurrentexecution below its minimum"]],
        &[
            "the account has too little concurrency to set some aside: lower `ApiReservedConcurrency`, or leave it at 0",
            "a new account has 10; have the quota `Concurrent executions` raised",
        ],
    ),
    remedy_for(
        "code-in-another-region",
        "Lambda::",
        &[
            &["permanentredirect"],
            &["bucket is in this region"],
            &["must be in the same region"],
        ],
        &[
            "the artifact bucket is in another region than the function: `region` in the environment's file has to be the bucket's",
        ],
    ),
    remedy_for(
        "code-missing",
        "Lambda::",
        &[
            &["nosuchkey"],
            &["specified key does not exist"],
            &["nosuchbucket"],
        ],
        &["the code is not in the artifact bucket: run `up` again, which uploads what is missing"],
    ),
    remedy_for(
        "code-not-readable",
        "Lambda::",
        &[&["getobject", "access"], &["s3 error code: accessdenied"]],
        &["whoever deploys, or the execution role, needs `s3:GetObject` on the artifact bucket"],
    ),
    remedy_for(
        "wrong-processor",
        "Lambda::",
        &[&["exec format error"], &["invalid elf"]],
        &[
            "the code is built for another processor: `architecture` in the environment's file and the build have to agree",
        ],
    ),
    remedy_for(
        "changed-at-once",
        "Lambda::",
        &[
            &["concurrent update operation"],
            &["update is in progress for resource"],
        ],
        &[
            "two changes of one function have met, which Lambda makes one after the other: run `up` again",
            "if it happens again, let the one depend on the other in the template (`DependsOn`)",
        ],
    ),
    remedy_for(
        "policy-too-large",
        "Lambda::Permission",
        &[
            &["final policy size", "bigger than the limit"],
            &["policylengthexceeded"],
        ],
        &["a function's policy holds 20 KB: name fewer `Callers`, or an account instead of its roles"],
    ),
    remedy_for(
        "principal-unknown",
        "",
        &[
            &["provided principal was invalid"],
            &["invalid principal in policy"],
        ],
        &["a role or account in `Callers` does not exist: look at its ARN in the environment's file"],
    ),
    remedy_for(
        "event-source-not-ready",
        "Lambda::EventSourceMapping",
        &[
            &["cannot access stream"],
            &["does not have permissions to call"],
            &["please ensure the role can perform"],
            &["stream", "not found"],
        ],
        &[
            "the relay's role was made a moment ago, or the table's stream: run `up` again",
            "if it stays so, the role needs `GetRecords`, `GetShardIterator`, `DescribeStream` and `ListStreams` on the stream",
        ],
    ),
    remedy_for(
        "mapping-exists",
        "Lambda::EventSourceMapping",
        &[
            &["event source arn", "already mapped"],
            &["an event source mapping with", "already exists"],
        ],
        &[
            "a mapping of the same stream and function was made by hand: delete it with `aws lambda delete-event-source-mapping`",
        ],
    ),
    remedy_for(
        "table-busy",
        "DynamoDB::",
        &[&["resourceinuse"], &["table is being"], &["currently being"]],
        &["the table is being changed, or restored, by somebody else: try again when it is `ACTIVE`"],
    ),
    remedy_for(
        "too-many-table-operations",
        "DynamoDB::",
        &[&["subscriber limit exceeded"], &["limitexceeded"]],
        &[
            "DynamoDB works on at most 500 tables of an account at once, or the account has 2,500 tables: try again later, or have the quota raised",
        ],
    ),
    remedy_for(
        "deletion-protected",
        "",
        &[
            &["protected against deletion"],
            &["deletion protection"],
            &["termination protection"],
        ],
        &[
            "it is protected, as it should be: `protected: false` in the environment's file and `up` lift that, `down --purge` lifts the table's own",
        ],
    ),
    remedy_for(
        "custom-name-replaced",
        "",
        &[&["cannot update a stack when a custom-named resource requires replacing"]],
        &[
            "CloudFormation cannot replace a resource under the same name: give the resource another name along with the change",
            "for the events table that means an empty log: `deployer diff` shows which property asks for it",
        ],
    ),
    remedy_for(
        "log-group-left",
        "Logs::LogGroup",
        &[&["already exists"]],
        &[
            "a function recreated its log group while its stack was being deleted: delete the group, then run `up` again",
        ],
    ),
    remedy_for(
        "name-taken",
        "",
        &[&["already exists"], &["alreadyexists"], &["already owned by"]],
        &[
            "something with this name exists outside the stack: delete it if nobody needs it, or choose another `stack` in the environment's file",
        ],
    ),
    remedy_for(
        "bucket-not-empty",
        "S3::Bucket",
        &[&["not empty"]],
        &["the bucket holds objects, and every version of them counts: empty it first if they may go"],
    ),
    remedy_for(
        "throttled",
        "",
        &[
            &["rate exceeded"],
            &["throttling"],
            &["toomanyrequests"],
            &["slow down"],
        ],
        &["AWS throttled the calls of this account: run it again"],
    ),
    remedy_for(
        "credentials-expired",
        "",
        &[
            &["token included in the request is expired"],
            &["expiredtoken"],
            &["security token", "invalid"],
        ],
        &[
            "the credentials ran out while CloudFormation was at work: sign in again and run it again; an execution role (`executionRole`) does not run out",
        ],
    ),
    remedy_for(
        "pass-role",
        "",
        &[&["iam:passrole"]],
        &[
            "whoever deploys needs `iam:PassRole` on the role that is named, for the service that is to use it",
        ],
    ),
    remedy_for(
        "permission-missing",
        "",
        &[
            &["not authorized to perform"],
            &["accessdenied"],
            &["access denied"],
            &["unauthorizedoperation"],
        ],
        &["whoever deploys, or the execution role, lacks the permission that the reason names"],
    ),
    remedy_for(
        "not-in-this-region",
        "",
        &[
            &["not supported in this region"],
            &["unrecognized resource types"],
            &["not available in"],
        ],
        &["the region lacks what the template uses: choose another `region` in the environment's file"],
    ),
    remedy_for(
        "quota",
        "",
        &[
            &["quota"],
            &["limit exceeded"],
            &["exceeds the limit"],
            &["maximum number of"],
        ],
        &[
            "a quota of the account is used up: the reason names it; have it raised, or delete what is not needed",
        ],
    ),
    remedy_for(
        "did-not-stabilise",
        "",
        &[&["stabilize"], &["exceeded attempts to wait"], &["timed out"]],
        &["AWS took longer than CloudFormation waits: look at the resource itself, then run it again"],
    ),
    remedy_for(
        "aws-failed",
        "",
        &[
            &["internal failure"],
            &["internalfailure"],
            &["internal error"],
            &["serviceunavailable"],
            &["service unavailable"],
        ],
        &["AWS failed by itself: run it again, and look at the AWS Health Dashboard if it stays so"],
    ),
];

#[cfg(test)]
#[path = "remedy_tests.rs"]
mod tests;
