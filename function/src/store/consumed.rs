//! What an operation costs: its requests to the database, and the capacity units billed for them.

use std::sync::{Arc, Mutex, PoisonError};

/// The consumption that the database reported.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Consumed {
    /// The number of answered requests. Retries within the SDK do not count separately.
    pub requests: u32,
    /// Write request units.
    pub wru: f64,
    /// Read request units.
    pub rru: f64,
}

/// A running sum of what one operation consumes. Clones add to the same sum.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Consumed>>);

impl Meter {
    /// Adds an answered read, with the units from its answer.
    pub fn add_read(&self, units: Option<f64>) {
        self.add(Consumed {
            requests: 1,
            wru: 0.0,
            rru: units.unwrap_or_default(),
        });
    }

    /// Adds an answered write, with the units from its answer.
    pub fn add_write(&self, units: Option<f64>) {
        self.add(Consumed {
            requests: 1,
            wru: units.unwrap_or_default(),
            rru: 0.0,
        });
    }

    /// The sum so far.
    pub fn consumed(&self) -> Consumed {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, more: Consumed) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sum.requests += more.requests;
        sum.wru += more.wru;
        sum.rru += more.rru;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_add_to_the_same_sum() {
        let meter = Meter::default();
        meter.clone().add_read(Some(0.5));
        meter.clone().add_write(Some(2.0));
        meter.add_write(None);
        assert_eq!(
            meter.consumed(),
            Consumed {
                requests: 3,
                wru: 2.0,
                rru: 0.5
            }
        );
    }
}
