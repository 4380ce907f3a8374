//! A copy of the events table that lags behind, for eventually consistent readings.

use fastrand::Rng;

use crate::support::{DynamoDb, DynamoDbAnswer};

/// A copy of the table that receives each put some time later, and not in order: even what one Query answers from it may
/// be from different moments.
#[derive(Default)]
pub(crate) struct Replica {
    table: Option<DynamoDb>,
    underway: Vec<Vec<u8>>,
}

impl Replica {
    /// Sends a put on its way that the table has accepted.
    pub(crate) fn send(&mut self, put: &[u8]) {
        self.underway.push(put.into());
    }

    /// Answers a reading, after some of the puts that are under way have arrived.
    pub(crate) fn answer(&mut self, operation: &str, reading: &[u8], rng: &mut Rng) -> DynamoDbAnswer {
        let table = self.table.get_or_insert_with(DynamoDb::with_tables);
        self.underway.retain(|put| {
            let arrives = rng.bool();
            if arrives {
                table.answer("PutItem", put);
            }
            !arrives
        });
        table.answer(operation, reading)
    }
}
