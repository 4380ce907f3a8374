//! PURE: the ARNs of an environment's resources, as exactly as they are known before the deployment.

use cfn_deploy::stack::looked_up;
use cfn_template::{Rendered, Resource};

use crate::environment::{Environment, StackName};

/// The longest name of a function or a role.
const LONGEST_NAME: usize = 64;

/// The length of the suffix that CloudFormation appends to a logical id: a hyphen and twelve characters.
const RANDOM_PART: usize = 13;

/// Names the resources of an environment's stack.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    environment: &'a Environment,
}

impl<'a> Names<'a> {
    /// Those of `environment`.
    pub fn of(environment: &'a Environment) -> Self {
        Self { environment }
    }

    /// The domain of the services' host names.
    pub(super) fn domain(self) -> &'static str {
        self.environment.region.partition().domain
    }

    /// An ARN of a service in the environment's region and account.
    pub(super) fn arn(self, service: &str, resource: &str) -> String {
        let Environment { region, account, .. } = self.environment;
        format!(
            "arn:{}:{service}:{region}:{account}:{resource}",
            region.partition().name
        )
    }

    /// An ARN of IAM, which has no region.
    pub(super) fn iam(self, resource: &str) -> String {
        let Environment { region, account, .. } = self.environment;
        format!("arn:{}:iam::{account}:{resource}", region.partition().name)
    }

    /// An ARN of a bucket or object, which has neither region nor account.
    pub(super) fn bucket(self, resource: &str) -> String {
        format!("arn:{}:s3:::{resource}", self.environment.region.partition().name)
    }

    /// The ARNs of the parameters that CloudFormation looks up for a rendering.
    pub(super) fn looked_up(self, rendered: &Rendered) -> Vec<String> {
        let names = looked_up(rendered.json()).into_iter();
        // A name may begin with a slash; the ARN contains it only once.
        names
            .map(|name| self.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/'))))
            .collect()
    }

    /// The ARN pattern of a stack: its id changes whenever the stack is created anew.
    pub(super) fn stack(self, stack: &str) -> String {
        self.arn("cloudformation", &format!("stack/{stack}/*"))
    }

    /// The name of a resource: its explicit name, or the pattern of names that CloudFormation generates,
    /// `<stack>-<LogicalId>-<random>`.
    pub(super) fn name(self, stack: &str, resource: &Resource) -> String {
        if let Some(name) = &resource.name {
            return name.clone();
        }
        let logical_id = &resource.logical_id;
        // The policy of one instance is generalised to all with the same prefix, and some have longer names.
        let stack_length = match self.environment.instance {
            Some(_) => StackName::MAXIMUM_LENGTH,
            None => stack.chars().count(),
        };
        let length = stack_length + 1 + logical_id.chars().count() + RANDOM_PART;
        if length <= LONGEST_NAME {
            format!("{stack}-{logical_id}-*")
        } else {
            // CloudFormation shortens a name that is too long, in a way that is not documented.
            format!("{stack}-*")
        }
    }

    /// The ARN that `Fn::GetAtt` `Arn` returns for a resource, or the pattern of possible ARNs; `None` for types
    /// without an ARN.
    pub(super) fn resource(self, stack: &str, resource: &Resource) -> Option<String> {
        let name = self.name(stack, resource);
        Some(match resource.kind.as_str() {
            "AWS::CloudWatch::Alarm" => self.arn("cloudwatch", &format!("alarm:{name}")),
            "AWS::DynamoDB::Table" => self.arn("dynamodb", &format!("table/{name}")),
            "AWS::IAM::Role" => self.iam(&format!("role/{name}")),
            "AWS::Lambda::Function" => self.arn("lambda", &format!("function:{name}")),
            "AWS::Logs::LogGroup" => self.arn("logs", &format!("log-group:{name}:*")),
            "AWS::S3::Bucket" => self.bucket(&name),
            "AWS::SNS::Topic" => self.arn("sns", &name),
            "AWS::SQS::Queue" => self.arn("sqs", &name),
            // The name begins with a slash; the ARN contains it only once.
            "AWS::SSM::Parameter" => self.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/'))),
            _ => return None,
        })
    }
}
