//! The account's concurrency limit, and what a reservation leaves of it.

use super::{Examination, unknown};
use crate::cloud::{Cloud, Concurrency};
use crate::finding::{Code, Finding, Severity};

/// The concurrency that Lambda keeps unreserved in an account whose limit allows it:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>.
const UNRESERVED: u32 = 100;

/// The limit below which an account counts as new.
const USUAL: u32 = 1_000;

pub(super) async fn concurrency<C: Cloud>(cloud: &C, examination: &Examination) -> Finding {
    match cloud.concurrency().await {
        Ok(concurrency) => judged(concurrency, examination.blueprint.reserved),
        Err(error) => unknown(Code::Concurrency, &error),
    }
}

fn judged(Concurrency { limit, unreserved }: Concurrency, reserved: u32) -> Finding {
    let code = Code::Concurrency;
    let minimum = UNRESERVED.min(limit);
    let remedy = "reserve nothing with `ApiReservedConcurrency: 0`, or ask AWS for a higher limit: `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000`";
    let fact = || {
        format!(
            "the stack reserves {reserved} invocations at once; of the account's {limit}, {unreserved} are not reserved, and {minimum} have to stay so"
        )
    };
    if reserved == 0 && limit < USUAL {
        return Finding::new(
            code,
            Severity::Note,
            format!("the account runs at most {limit} invocations at once, of all its functions together"),
            "that is enough to begin with; AWS raises it when asked",
        );
    }
    if reserved == 0 || reserved + minimum <= unreserved {
        return Finding::fine(code, format!("the account runs {limit} invocations at once"));
    }
    if reserved + minimum > limit {
        return Finding::new(code, Severity::Error, fact(), remedy);
    }
    // The stack's present reservation is already part of the reserved total.
    Finding::new(
        code,
        Severity::Warning,
        format!("{}, unless the stack has them already", fact()),
        remedy,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_has_to_leave_what_lambda_keeps_for_the_others() {
        let judged =
            |limit, unreserved, reserved| judged(Concurrency { limit, unreserved }, reserved).severity;
        assert_eq!(judged(1_000, 1_000, 0), Severity::Fine);
        assert_eq!(judged(10, 10, 0), Severity::Note);
        assert_eq!(judged(10, 10, 1), Severity::Error);
        assert_eq!(judged(1_000, 1_000, 900), Severity::Fine);
        assert_eq!(judged(1_000, 1_000, 901), Severity::Error);
        assert_eq!(judged(1_000, 110, 20), Severity::Warning);
    }
}
