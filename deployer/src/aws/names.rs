//! Finds named resources and the stacks that own them.

use aws_sdk_cloudformation::types::StackResource;
use cfn_deploy::cloud::{
    CallError, CallErrorKind, CloudFormation, Functions, Logs, Names, Owner, Roles, Tables,
};
use cfn_deploy::stack::{NamedKind, NamedResource, StackStatus};

use super::Aws;

impl Names for Aws {
    async fn physical_id(
        &self,
        resource: &NamedResource,
        account: &str,
    ) -> Result<Option<String>, CallError> {
        let name = resource.name.as_str();
        let itself = |exists: bool| exists.then(|| name.to_owned());
        match resource.kind {
            NamedKind::Table => Ok(itself(self.describe_table(name).await?.is_some())),
            NamedKind::LogGroup => Ok(itself(self.log_group_exists(name).await?)),
            NamedKind::Role => Ok(itself(self.role_arn(name).await?.is_some())),
            NamedKind::Function => {
                let found = self.function_configuration(name, "$LATEST").await?;
                Ok(itself(found.is_some()))
            }
            NamedKind::Topic => self.topic(name, account).await,
            NamedKind::Queue => self.queue(name).await,
            NamedKind::Parameter => Ok(itself(self.parameter_exists(name).await?)),
        }
    }

    async fn owner(&self, physical_id: &str) -> Result<Owner, CallError> {
        let request = self
            .cloudformation
            .describe_stack_resources()
            .physical_resource_id(physical_id);
        let answer = request.send().await;
        match answer.map_err(|error| self.failure("cloudformation:DescribeStackResources", error)) {
            Ok(answer) => {
                let resources = answer.stack_resources.unwrap_or_default();
                self.owner_among(physical_id, resources).await
            }
            Err(error) if names(&error, physical_id) => Ok(Owner::Nobody),
            // An error about another resource proves nothing.
            Err(error) if error.is_not_found() => self.searched_owner(physical_id).await,
            Err(error) => Err(error),
        }
    }
}

/// Tells whether an error says that this very resource does not exist.
fn names(error: &CallError, physical_id: &str) -> bool {
    matches!(&error.kind, CallErrorKind::NotFound { message } if message.contains(physical_id))
}

fn is_denied(error: &CallError) -> bool {
    matches!(error.kind, CallErrorKind::AccessDenied { .. })
}

impl Aws {
    /// The response contains all resources of every stack that has, or once had, the requested one, including stacks
    /// deleted within the last 90 days
    /// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html)).
    async fn owner_among(
        &self,
        physical_id: &str,
        resources: Vec<StackResource>,
    ) -> Result<Owner, CallError> {
        let mut former = Owner::Nobody;
        for resource in resources {
            if resource.physical_resource_id() != Some(physical_id) {
                continue;
            }
            let stack = resource.stack_name().unwrap_or_default().to_owned();
            if !has_left(&resource) && self.is_living(resource.stack_id().unwrap_or(&stack)).await? {
                return Ok(Owner::Stack(stack));
            }
            former = Owner::Deleted(stack);
        }
        Ok(former)
    }

    /// A stack that the caller may not describe counts as existing.
    async fn is_living(&self, stack: &str) -> Result<bool, CallError> {
        match self.describe_stack(stack).await {
            Ok(found) => Ok(found.is_some_and(|found| found.status != StackStatus::DeleteComplete)),
            Err(error) if is_denied(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Searches the resources of every stack for the owner.
    async fn searched_owner(&self, physical_id: &str) -> Result<Owner, CallError> {
        match self.search(physical_id).await {
            Err(error) if is_denied(&error) => Ok(Owner::Unknown),
            Err(error) => Err(error),
            Ok(Some(stack)) => Ok(Owner::Stack(stack)),
            Ok(None) => Ok(Owner::Nobody),
        }
    }

    async fn search(&self, physical_id: &str) -> Result<Option<String>, CallError> {
        let mut next: Option<String> = None;
        loop {
            let page = self.stacks(next.as_deref()).await?;
            for listed in page.items {
                if self.lists(&listed.stack.id, physical_id).await? {
                    return Ok(Some(listed.stack.name));
                }
            }
            next = page.next;
            if next.is_none() {
                return Ok(None);
            }
        }
    }

    async fn lists(&self, stack: &str, physical_id: &str) -> Result<bool, CallError> {
        let mut next: Option<String> = None;
        loop {
            let page = match self.stack_resources(stack, next.as_deref()).await {
                Ok(page) => page,
                // The stack was deleted after it was listed.
                Err(error) if error.is_not_found() => return Ok(false),
                Err(error) => return Err(error),
            };
            if page
                .items
                .iter()
                .any(|resource| resource.physical_id == physical_id)
            {
                return Ok(true);
            }
            next = page.next;
            if next.is_none() {
                return Ok(false);
            }
        }
    }

    async fn topic(&self, name: &str, account: &str) -> Result<Option<String>, CallError> {
        let arn = format!("arn:aws:sns:{}:{account}:{name}", self.region);
        let answer = self.sns.get_topic_attributes().topic_arn(&arn).send().await;
        match answer.map_err(|error| self.failure("sns:GetTopicAttributes", error)) {
            Ok(_) => Ok(Some(arn)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn queue(&self, name: &str) -> Result<Option<String>, CallError> {
        let answer = self.sqs.get_queue_url().queue_name(name).send().await;
        match answer.map_err(|error| self.failure("sqs:GetQueueUrl", error)) {
            Ok(answer) => Ok(answer.queue_url),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn parameter_exists(&self, name: &str) -> Result<bool, CallError> {
        let answer = self.ssm.get_parameter().name(name).send().await;
        match answer.map_err(|error| self.failure("ssm:GetParameter", error)) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Tells whether a resource has left its stack; such resources stay in the list for a while.
fn has_left(resource: &StackResource) -> bool {
    let status = resource.resource_status().map_or("", |status| status.as_str());
    ["DELETE_COMPLETE", "DELETE_SKIPPED"].contains(&status)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use wiremock::matchers::body_string_contains;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    const TABLE: &str = "orders-events";

    /// A stack in a response: its name, whether it exists, and its resources by physical name and status.
    type Stack<'a> = (&'a str, bool, &'a [(&'a str, &'a str)]);

    fn arn(stack: &str) -> String {
        format!("arn:aws:cloudformation:eu-central-1:123456789012:stack/{stack}/1")
    }

    fn error(message: &str) -> ResponseTemplate {
        let body = format!(
            "<ErrorResponse xmlns='http://cloudformation.amazonaws.com/doc/2010-05-15/'><Error><Type>Sender</Type>\
             <Code>ValidationError</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
        );
        of_aws(400).set_body_string(body)
    }

    /// A response of AWS has a request id.
    fn of_aws(status: u16) -> ResponseTemplate {
        ResponseTemplate::new(status).insert_header("x-amzn-requestid", "1")
    }

    fn answer(operation: &str, result: &str) -> ResponseTemplate {
        let body = format!(
            "<{operation}Response xmlns='http://cloudformation.amazonaws.com/doc/2010-05-15/'>\
             <{operation}Result>{result}</{operation}Result></{operation}Response>"
        );
        of_aws(200).set_body_string(body)
    }

    async fn when(server: &MockServer, asked: &str, answered: ResponseTemplate) {
        let asked = Mock::given(body_string_contains(format!("Action={asked}")));
        asked.respond_with(answered).mount(server).await;
    }

    fn resources(stacks: &[Stack<'_>]) -> String {
        let mut members = String::new();
        for (stack, _, resources) in stacks {
            for (name, status) in *resources {
                let arn = arn(stack);
                write!(
                    members,
                    "<member><StackName>{stack}</StackName><StackId>{arn}</StackId><LogicalResourceId>It</LogicalResourceId>\
                     <PhysicalResourceId>{name}</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType>\
                     <Timestamp>2026-11-20T10:00:00Z</Timestamp><ResourceStatus>{status}</ResourceStatus></member>"
                )
                .unwrap();
            }
        }
        members
    }

    fn described(stack: &str, status: &str) -> String {
        let arn = arn(stack);
        format!(
            "<Stacks><member><StackName>{stack}</StackName><StackId>{arn}</StackId>\
             <CreationTime>2026-11-20T10:00:00Z</CreationTime><StackStatus>{status}</StackStatus></member></Stacks>"
        )
    }

    async fn owner_among(stacks: &[Stack<'_>]) -> Owner {
        let server = MockServer::start().await;
        let members = format!("<StackResources>{}</StackResources>", resources(stacks));
        let found = answer("DescribeStackResources", &members);
        when(&server, "DescribeStackResources", found).await;
        for (stack, lives, _) in stacks {
            let status = if *lives {
                "CREATE_COMPLETE"
            } else {
                "DELETE_COMPLETE"
            };
            let described = answer("DescribeStacks", &described(stack, status));
            // The stack's name is part of its ARN.
            let asked = Mock::given(body_string_contains("Action=DescribeStacks"))
                .and(body_string_contains(format!("stack%2F{stack}%2F")));
            asked.respond_with(described).mount(&server).await;
        }
        Aws::at(&server.uri()).owner(TABLE).await.unwrap()
    }

    #[tokio::test]
    async fn a_resource_of_a_living_stack_is_that_stacks() {
        let theirs = [
            ("orders-catalogue", "CREATE_COMPLETE"),
            (TABLE, "UPDATE_COMPLETE"),
        ];
        assert_eq!(
            owner_among(&[("orders", true, &theirs)]).await,
            Owner::Stack("orders".into())
        );
    }

    #[tokio::test]
    async fn a_stack_that_is_answered_for_other_resources_owns_nothing() {
        let others = [
            ("orders-catalogue", "CREATE_COMPLETE"),
            ("copy", "CREATE_COMPLETE"),
        ];
        assert_eq!(owner_among(&[("orders", true, &others)]).await, Owner::Nobody);
    }

    #[tokio::test]
    async fn what_a_deleted_stack_left_belongs_to_it_no_longer() {
        for status in ["DELETE_SKIPPED", "CREATE_COMPLETE", "DELETE_COMPLETE"] {
            let left = [(TABLE, status)];
            assert_eq!(
                owner_among(&[("orders", false, &left)]).await,
                Owner::Deleted("orders".into()),
                "{status}"
            );
        }
    }

    #[tokio::test]
    async fn a_living_stack_is_found_behind_a_deleted_one_of_the_same_resource() {
        let (left, taken_in) = ([(TABLE, "DELETE_SKIPPED")], [(TABLE, "IMPORT_COMPLETE")]);
        let stacks: [Stack<'_>; 2] = [("orders", false, &left), ("payments", true, &taken_in)];
        assert_eq!(owner_among(&stacks).await, Owner::Stack("payments".into()));
    }

    #[tokio::test]
    async fn only_an_answer_about_the_very_resource_says_that_nobody_has_it() {
        let server = MockServer::start().await;
        let nobodys = error(&format!("Stack for {TABLE} does not exist"));
        when(&server, "DescribeStackResources", nobodys).await;
        assert_eq!(Aws::at(&server.uri()).owner(TABLE).await.unwrap(), Owner::Nobody);

        let server = MockServer::start().await;
        when(
            &server,
            "DescribeStackResources",
            error("Stack [] does not exist"),
        )
        .await;
        let stack = answer("DescribeStacks", &described("payments", "CREATE_COMPLETE"));
        when(&server, "DescribeStacks", stack).await;
        let members = resources(&[("payments", true, &[(TABLE, "CREATE_COMPLETE")])]);
        let members = format!("<StackResourceSummaries>{members}</StackResourceSummaries>");
        when(
            &server,
            "ListStackResources",
            answer("ListStackResources", &members),
        )
        .await;
        let owner = Aws::at(&server.uri()).owner(TABLE).await.unwrap();
        assert_eq!(owner, Owner::Stack("payments".into()));
    }

    #[tokio::test]
    async fn a_stack_that_is_deleted_while_owners_are_looked_for_owns_nothing() {
        let server = MockServer::start().await;
        let gone = "Stack [] does not exist";
        when(&server, "DescribeStackResources", error(gone)).await;
        let stack = answer("DescribeStacks", &described("payments", "DELETE_IN_PROGRESS"));
        when(&server, "DescribeStacks", stack).await;
        when(&server, "ListStackResources", error(gone)).await;
        assert_eq!(Aws::at(&server.uri()).owner(TABLE).await.unwrap(), Owner::Nobody);
    }

    #[tokio::test]
    async fn who_may_not_look_for_the_owner_does_not_know_it() {
        let server = MockServer::start().await;
        when(
            &server,
            "DescribeStackResources",
            error("Stack [] does not exist"),
        )
        .await;
        let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>";
        let denied = of_aws(403).set_body_string(denied);
        when(&server, "DescribeStacks", denied).await;
        assert_eq!(Aws::at(&server.uri()).owner(TABLE).await.unwrap(), Owner::Unknown);
    }
}
