//! Databases that break what the store relies on: the checks must notice.

use fastrand::Rng;
use serde_json::Value;

use super::replica::Replica;
use super::request::Request;
use crate::support::{DynamoDb, DynamoDbAnswer};

/// A promise of DynamoDB's that is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// A put overwrites what is there, whatever its condition.
    ConditionsIgnored,
    /// A strongly consistent reading may show an earlier state.
    StrongReadsStale,
    /// A put that is acknowledged may not have happened.
    PutsForgotten,
}

impl Defect {
    /// Answers as a database with this defect does.
    pub(crate) fn answer(
        self,
        database: &DynamoDb,
        request: &Request,
        replica: &mut Replica,
        rng: &mut Rng,
    ) -> DynamoDbAnswer {
        match self {
            Self::ConditionsIgnored if request.is_put() => {
                let mut put: Value = serde_json::from_slice(request.json()).unwrap();
                let members = put.as_object_mut().unwrap();
                members.remove("ConditionExpression");
                members.remove("ReturnValuesOnConditionCheckFailure");
                database.answer("PutItem", put.to_string().as_bytes())
            }
            Self::StrongReadsStale if request.is_read() && rng.bool() => {
                replica.answer(request.operation(), request.json(), rng)
            }
            Self::PutsForgotten if request.is_put() && rng.u8(..4) == 0 => DynamoDbAnswer {
                status: 200,
                body: "{}".into(),
            },
            _ => database.answer(request.operation(), request.json()),
        }
    }
}
