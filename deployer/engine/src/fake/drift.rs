//! CloudFormation's search for drift.

use crate::cloud::{CallError, DriftDetection, DriftSearch, Page};
use crate::stack::ResourceDrift;

use super::{FakeCloud, refused};

impl DriftDetection for FakeCloud {
    async fn search_for_drift(&self, stack: &str) -> Result<String, CallError> {
        self.call("DetectStackDrift")?;
        let mut world = self.world.borrow_mut();
        if !world.find(stack).is_some_and(|stack| stack.status.is_settled()) {
            return Err(refused("DetectStackDrift", "an operation is running"));
        }
        let due = world.now + jiff::SignedDuration::from_secs(1);
        world.drift_due = Some(due);
        if world.rights.is_some() {
            world.drift_incomplete = world.undetected(stack);
        }
        Ok("search-1".into())
    }

    async fn drift_search(&self, id: &str) -> Result<DriftSearch, CallError> {
        self.call("DescribeStackDriftDetectionStatus")?;
        assert_eq!(id, "search-1");
        let world = self.world.borrow();
        Ok(match world.drift_due {
            Some(due) if due <= world.now => DriftSearch::Over {
                incomplete: world.drift_incomplete.clone(),
            },
            _ => DriftSearch::Running,
        })
    }

    async fn drifted_resources(&self, _: &str, page: Option<&str>) -> Result<Page<ResourceDrift>, CallError> {
        self.call("DescribeStackResourceDrifts")?;
        let drifts = {
            let world = self.world.borrow();
            assert!(
                world.drift_due.is_some_and(|due| due <= world.now),
                "asked too early"
            );
            world.drifts.clone()
        };
        Ok(self.page(&drifts, page))
    }
}
