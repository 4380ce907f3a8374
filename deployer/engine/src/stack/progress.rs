//! PURE: the progress of an operation, from its events.

use jiff::Timestamp;

use super::{Phase, ResourceStatus, StackEvent};

/// The resources that an operation has touched, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    expected: usize,
    resources: Vec<ResourceState>,
}

/// The state of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceState {
    /// The resource's logical id.
    pub logical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// The last state that was reported.
    pub status: ResourceStatus,
    /// When the operation began to work on it.
    pub began: Timestamp,
    /// When the last state was reported.
    pub changed: Timestamp,
}

impl Progress {
    /// Starts with the number of resources that the change set names.
    pub fn of(expected: usize) -> Self {
        Self {
            expected,
            resources: Vec::new(),
        }
    }

    /// Applies one event. Events come oldest first; events of the stack itself are ignored.
    pub fn apply(&mut self, event: &StackEvent) {
        if event.is_of_the_stack() {
            return;
        }
        match self
            .resources
            .iter_mut()
            .find(|resource| resource.logical_id == event.logical_id)
        {
            Some(resource) => {
                resource.status = event.status.clone();
                resource.changed = event.timestamp;
            }
            None => self.resources.push(ResourceState {
                logical_id: event.logical_id.clone(),
                resource_type: event.resource_type.clone(),
                status: event.status.clone(),
                began: event.timestamp,
                changed: event.timestamp,
            }),
        }
    }

    /// The number of finished resources, whatever the result.
    pub fn done(&self) -> usize {
        self.resources
            .iter()
            .filter(|resource| resource.status.phase() != Phase::InProgress)
            .count()
    }

    /// The total number of resources: at least as many as have been seen.
    pub fn total(&self) -> usize {
        self.expected.max(self.resources.len())
    }

    /// All resources that the operation has touched.
    pub fn resources(&self) -> &[ResourceState] {
        &self.resources
    }

    /// The resources being worked on, oldest first.
    pub fn running(&self) -> impl Iterator<Item = &ResourceState> {
        self.resources
            .iter()
            .filter(|resource| resource.status.phase() == Phase::InProgress)
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::testing::event;
    use super::*;

    #[test]
    fn a_resource_is_counted_once_and_done_when_its_last_state_is_an_end() {
        let mut progress = Progress::of(2);
        progress.apply(&event(1, "Topic", "CREATE_IN_PROGRESS", None));
        progress.apply(&event(
            2,
            "Topic",
            "CREATE_IN_PROGRESS",
            Some("Resource creation Initiated"),
        ));
        assert_eq!((progress.done(), progress.total()), (0, 2));
        progress.apply(&event(3, "Topic", "CREATE_COMPLETE", None));
        progress.apply(&event(3, "Queue", "CREATE_IN_PROGRESS", None));
        assert_eq!((progress.done(), progress.total()), (1, 2));
        assert_eq!(
            progress
                .running()
                .map(|resource| &*resource.logical_id)
                .collect::<Vec<_>>(),
            ["Queue"]
        );
    }

    #[test]
    fn a_rolled_back_resource_is_running_again() {
        let mut progress = Progress::of(1);
        progress.apply(&event(1, "Topic", "CREATE_COMPLETE", None));
        progress.apply(&event(2, "Topic", "DELETE_IN_PROGRESS", None));
        assert_eq!(progress.done(), 0);
    }

    #[test]
    fn the_stack_itself_is_not_a_resource() {
        let mut progress = Progress::of(0);
        progress.apply(&event(1, "orders", "CREATE_IN_PROGRESS", None));
        assert_eq!(progress.total(), 0);
    }

    #[test]
    fn more_resources_than_expected_raise_the_total() {
        let mut progress = Progress::of(0);
        progress.apply(&event(1, "Topic", "UPDATE_COMPLETE", None));
        assert_eq!((progress.done(), progress.total()), (1, 1));
    }
}
