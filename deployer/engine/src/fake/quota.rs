//! What an account's quotas refuse.

use serde_json::{Value, json};

use crate::stack::Blueprint;

use super::world::World;

/// What has to stay free for the functions that reserve nothing, unless the account's limit is less than that.
const UNRESERVED: u32 = 100;

impl World {
    /// Why a resource of a stack cannot be made or changed: because a test says so, a quota, or what the caller is allowed.
    pub(super) fn failure_of(&self, stack: &str, id: &str, body: &Value) -> Option<String> {
        let scripted = self.script.failing.get(id).cloned();
        scripted
            .or_else(|| self.refused_reservation(id, body))
            .or_else(|| self.refused_passing(stack, body))
    }

    /// How much concurrency the functions have reserved, less that of one.
    pub(super) fn reserved(&self, except: Option<&str>) -> u32 {
        let resources = self.stacks.iter().flat_map(|stack| &stack.resources);
        let others = resources.filter(|(id, _)| except != Some(id.as_str()));
        others
            .filter_map(|(_, resource)| reservation(&resource.body))
            .sum()
    }

    fn refused_reservation(&self, id: &str, body: &Value) -> Option<String> {
        let wanted = reservation(body)?;
        let minimum = UNRESERVED.min(self.concurrency_limit);
        let fits = wanted + self.reserved(Some(id)) + minimum <= self.concurrency_limit;
        (!fits).then(|| {
            format!(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{minimum}]. (Service: Lambda, Status Code: 400)"
            )
        })
    }
}

fn reservation(body: &Value) -> Option<u32> {
    let template = json!({"Resources": {"Function": body}});
    let reserved = Blueprint::of(&template).unwrap().reserved;
    (reserved > 0).then_some(reserved)
}
