//! Calls of the handlers that the role does not need, with the reasons.

const KEYS: &str = "no resource has an encryption key of its own";
const NETWORK: &str = "no function is in a network or mounts a file system";
const IMPORT: &str = "no table is filled from a bucket";
const REPLICAS: &str = "no table has replicas; nothing that deploys reads or writes items";
const KINESIS: &str = "no table feeds a Kinesis stream";
const CONCURRENCY: &str = "no version has provisioned concurrency or scaling of its own";
const SIGNING: &str = "no function has a code signing configuration";
const DELIVERY: &str = "no log group is delivered elsewhere, masks its lines or is indexed";
const BUCKET: &str = "the artifact bucket has no such configuration";
const RETAINED: &str = "the artifact bucket and its policy are retained, whatever becomes of their stack";

/// The resource type, the action or its prefix, and the reason.
pub(super) const EXCLUDED: &[(&str, &str, &str)] = &[
    ("AWS::DynamoDB::Table", "dynamodb:AssociateTableReplica", REPLICAS),
    ("AWS::DynamoDB::Table", "dynamodb:BatchWriteItem", REPLICAS),
    ("AWS::DynamoDB::Table", "dynamodb:CreateTableReplica", REPLICAS),
    ("AWS::DynamoDB::Table", "dynamodb:DeleteItem", REPLICAS),
    (
        "AWS::DynamoDB::Table",
        "dynamodb:DeleteResourcePolicy",
        "no table has a policy of its own, and the guard wants none",
    ),
    ("AWS::DynamoDB::Table", "dynamodb:DescribeImport", IMPORT),
    (
        "AWS::DynamoDB::Table",
        "dynamodb:DisableKinesisStreamingDestination",
        KINESIS,
    ),
    (
        "AWS::DynamoDB::Table",
        "dynamodb:EnableKinesisStreamingDestination",
        KINESIS,
    ),
    ("AWS::DynamoDB::Table", "dynamodb:GetItem", REPLICAS),
    ("AWS::DynamoDB::Table", "dynamodb:ImportTable", IMPORT),
    ("AWS::DynamoDB::Table", "dynamodb:PutItem", REPLICAS),
    (
        "AWS::DynamoDB::Table",
        "dynamodb:PutResourcePolicy",
        "no table has a policy of its own, and the guard wants none",
    ),
    ("AWS::DynamoDB::Table", "dynamodb:Query", REPLICAS),
    ("AWS::DynamoDB::Table", "dynamodb:Scan", REPLICAS),
    (
        "AWS::DynamoDB::Table",
        "dynamodb:UpdateContributorInsights",
        "no table has contributor insights",
    ),
    ("AWS::DynamoDB::Table", "dynamodb:UpdateItem", REPLICAS),
    (
        "AWS::DynamoDB::Table",
        "dynamodb:UpdateKinesisStreamingDestination",
        KINESIS,
    ),
    (
        "AWS::DynamoDB::Table",
        "dynamodb:UpdateTimeToLive",
        "events never expire: the guard refuses it",
    ),
    ("AWS::DynamoDB::Table", "iam:CreateServiceLinkedRole", REPLICAS),
    ("AWS::DynamoDB::Table", "kinesis:", KINESIS),
    ("AWS::DynamoDB::Table", "kms:ListAliases", KEYS),
    ("AWS::DynamoDB::Table", "kms:RevokeGrant", KEYS),
    ("AWS::DynamoDB::Table", "logs:", IMPORT),
    ("AWS::DynamoDB::Table", "s3:", IMPORT),
    (
        "AWS::IAM::Role",
        "iam:AttachRolePolicy",
        "every role has one inline policy and no managed one",
    ),
    (
        "AWS::IAM::Role",
        "iam:DetachRolePolicy",
        "every role has one inline policy and no managed one",
    ),
    (
        "AWS::IAM::Role",
        "iam:DeleteRolePermissionsBoundary",
        "a boundary that could be taken off bounds nothing",
    ),
    (
        "AWS::Lambda::Alias",
        "codedeploy:",
        "no alias moves by a deployment of CodeDeploy",
    ),
    (
        "AWS::Lambda::Alias",
        "lambda:DeleteProvisionedConcurrencyConfig",
        CONCURRENCY,
    ),
    (
        "AWS::Lambda::Alias",
        "lambda:PutProvisionedConcurrencyConfig",
        CONCURRENCY,
    ),
    ("AWS::Lambda::EventSourceMapping", "kms:", KEYS),
    ("AWS::Lambda::Function", "ec2:", NETWORK),
    ("AWS::Lambda::Function", "elasticfilesystem:", NETWORK),
    (
        "AWS::Lambda::Function",
        "lambda:AssociateRuntimeAlias",
        "the runtime is the one that AWS updates",
    ),
    (
        "AWS::Lambda::Function",
        "lambda:DeleteFunctionCodeSigningConfig",
        SIGNING,
    ),
    ("AWS::Lambda::Function", "lambda:GetCodeSigningConfig", SIGNING),
    (
        "AWS::Lambda::Function",
        "lambda:GetLayerVersion",
        "no function has layers",
    ),
    (
        "AWS::Lambda::Function",
        "lambda:PassCapacityProvider",
        CONCURRENCY,
    ),
    (
        "AWS::Lambda::Function",
        "lambda:PutFunctionCodeSigningConfig",
        SIGNING,
    ),
    (
        "AWS::Lambda::Function",
        "lambda:PutFunctionRecursionConfig",
        "no function wants its loops let run",
    ),
    (
        "AWS::Lambda::Function",
        "lambda:PutFunctionScalingConfig",
        CONCURRENCY,
    ),
    (
        "AWS::Lambda::Function",
        "lambda:PutRuntimeManagementConfig",
        "the runtime is the one that AWS updates",
    ),
    ("AWS::Lambda::Function", "s3files:", NETWORK),
    (
        "AWS::Lambda::Version",
        "lambda:PutFunctionScalingConfig",
        CONCURRENCY,
    ),
    (
        "AWS::Lambda::Version",
        "lambda:PutProvisionedConcurrencyConfig",
        CONCURRENCY,
    ),
    (
        "AWS::Lambda::Version",
        "lambda:PutRuntimeManagementConfig",
        "the runtime is the one that AWS updates",
    ),
    ("AWS::Logs::LogGroup", "firehose:", DELIVERY),
    ("AWS::Logs::LogGroup", "logs:CreateLogDelivery", DELIVERY),
    ("AWS::Logs::LogGroup", "logs:DeleteIndexPolicy", DELIVERY),
    ("AWS::Logs::LogGroup", "logs:DeleteResourcePolicy", DELIVERY),
    (
        "AWS::Logs::LogGroup",
        "logs:PutBearerTokenAuthentication",
        DELIVERY,
    ),
    ("AWS::Logs::LogGroup", "logs:PutDataProtectionPolicy", DELIVERY),
    ("AWS::Logs::LogGroup", "logs:PutIndexPolicy", DELIVERY),
    (
        "AWS::Logs::LogGroup",
        "logs:PutLogGroupDeletionProtection",
        "a log group goes with its stack",
    ),
    ("AWS::Logs::LogGroup", "logs:PutResourcePolicy", DELIVERY),
    ("AWS::Logs::LogGroup", "s3:", DELIVERY),
    ("AWS::S3::Bucket", "iam:PassRole", BUCKET),
    (
        "AWS::S3::Bucket",
        "s3:CreateBucketMetadataTableConfiguration",
        BUCKET,
    ),
    ("AWS::S3::Bucket", "s3:DeleteBucket", RETAINED),
    ("AWS::S3::Bucket", "s3:DeleteObject", RETAINED),
    ("AWS::S3::Bucket", "s3:PutAccelerateConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:PutAnalyticsConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketAbac", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketAcl", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketCORS", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketLogging", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketNotification", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketObjectLockConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketReplication", BUCKET),
    ("AWS::S3::Bucket", "s3:PutBucketWebsite", BUCKET),
    ("AWS::S3::Bucket", "s3:PutIntelligentTieringConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:PutInventoryConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:PutMetricsConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:PutObjectAcl", BUCKET),
    ("AWS::S3::Bucket", "s3:PutObjectLockConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:PutReplicationConfiguration", BUCKET),
    ("AWS::S3::Bucket", "s3:UpdateBucketMetadata", BUCKET),
    ("AWS::S3::Bucket", "s3tables:", BUCKET),
    ("AWS::S3::BucketPolicy", "s3:DeleteBucketPolicy", RETAINED),
    (
        "AWS::SNS::Subscription",
        "iam:",
        "no subscription delivers to Firehose",
    ),
    (
        "AWS::SNS::Topic",
        "sns:PutDataProtectionPolicy",
        "the topic masks nothing",
    ),
    (
        "AWS::SNS::Topic",
        "sns:Subscribe",
        "subscriptions are their owners'",
    ),
    (
        "AWS::SNS::Topic",
        "sns:Unsubscribe",
        "subscriptions are their owners'",
    ),
];
