//! CloudFormation's drift detection.

use aws_sdk_cloudformation::types::{self, StackDriftDetectionStatus, StackResourceDriftStatus};
use cfn_deploy::cloud::{CallError, DriftDetection, DriftSearch, Page};
use cfn_deploy::stack::{PropertyDrift, ResourceDrift};

use super::Aws;

impl DriftDetection for Aws {
    async fn search_for_drift(&self, stack: &str) -> Result<String, CallError> {
        let answer = self
            .cloudformation
            .detect_stack_drift()
            .stack_name(stack)
            .send()
            .await;
        let answer = answer.map_err(|error| self.failure("cloudformation:DetectStackDrift", error))?;
        Ok(answer.stack_drift_detection_id.unwrap_or_default())
    }

    async fn drift_search(&self, id: &str) -> Result<DriftSearch, CallError> {
        let request = self.cloudformation.describe_stack_drift_detection_status();
        let answer = request.stack_drift_detection_id(id).send().await;
        let answer = answer
            .map_err(|error| self.failure("cloudformation:DescribeStackDriftDetectionStatus", error))?;
        Ok(match answer.detection_status {
            Some(StackDriftDetectionStatus::DetectionInProgress) => DriftSearch::Running,
            Some(StackDriftDetectionStatus::DetectionFailed) => DriftSearch::Over {
                incomplete: Some(answer.detection_status_reason.unwrap_or_default()),
            },
            _ => DriftSearch::Over { incomplete: None },
        })
    }

    async fn drifted_resources(
        &self,
        stack: &str,
        page: Option<&str>,
    ) -> Result<Page<ResourceDrift>, CallError> {
        let request = self
            .cloudformation
            .describe_stack_resource_drifts()
            .stack_name(stack);
        let answer = request
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Modified)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Deleted)
            .set_next_token(page.map(ToOwned::to_owned))
            .send()
            .await;
        let answer =
            answer.map_err(|error| self.failure("cloudformation:DescribeStackResourceDrifts", error))?;
        let items = answer.stack_resource_drifts.unwrap_or_default();
        Ok(Page {
            items: items.into_iter().map(resource).collect(),
            next: answer.next_token,
        })
    }
}

fn resource(drift: types::StackResourceDrift) -> ResourceDrift {
    let differences = drift.property_differences.unwrap_or_default();
    ResourceDrift {
        logical_id: drift.logical_resource_id.unwrap_or_default(),
        resource_type: drift.resource_type.unwrap_or_default(),
        deleted: drift.stack_resource_drift_status == Some(StackResourceDriftStatus::Deleted),
        differences: differences.into_iter().map(difference).collect(),
    }
}

/// AWS reports a missing value as the string `null`.
fn difference(difference: types::PropertyDifference) -> PropertyDrift {
    let there = |value: Option<String>| value.filter(|value| value != "null");
    PropertyDrift {
        path: difference.property_path.unwrap_or_default(),
        expected: there(difference.expected_value),
        actual: there(difference.actual_value),
    }
}
