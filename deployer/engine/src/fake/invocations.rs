//! Functions that are called.

use crate::cloud::{CallError, Invocations, Invoked};

use super::FakeCloud;

impl Invocations for FakeCloud {
    async fn invoke(&self, function: &str, payload: &str) -> Result<Invoked, CallError> {
        self.call("InvokeFunction")?;
        self.with(|world| {
            world.invoked.push((function.into(), payload.into()));
            assert!(
                !world.script.answers.is_empty(),
                "nothing is scripted to be answered to {payload}"
            );
            Ok(world.script.answers.remove(0))
        })
    }
}

impl FakeCloud {
    /// The next calls of any function are answered so, one after the other.
    pub(crate) fn answer_invocations<'a>(&self, answers: impl IntoIterator<Item = &'a str>) {
        let answers = answers.into_iter().map(|payload| Invoked {
            payload: payload.into(),
            failed: payload.contains("errorMessage"),
        });
        self.with(|world| world.script.answers.extend(answers));
    }
}
