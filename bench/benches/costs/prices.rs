//! What AWS asks for.

use event_store_function::store::Consumed;

/// List prices of us-east-1 in US dollars, on demand, before any free tier; as of 2026-11-22.
///
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>, <https://aws.amazon.com/lambda/pricing/>,
/// <https://aws.amazon.com/sns/pricing/>, <https://aws.amazon.com/eventbridge/pricing/>,
/// <https://aws.amazon.com/cloudwatch/pricing/>
pub(crate) mod list {
    /// A million write request units, read request units, invocations, publications, and requests of a pipe.
    pub(crate) const WRITE_UNIT: f64 = 0.625;
    pub(crate) const READ_UNIT: f64 = 0.125;
    pub(crate) const INVOCATION: f64 = 0.20;
    pub(crate) const PUBLISH: f64 = 0.50;
    pub(crate) const PIPE_REQUEST: f64 = 0.40;
    /// A million milliseconds of a function with a gigabyte, on arm64.
    pub(crate) const GIGABYTE_MILLISECOND: f64 = 0.013_333_4;
    /// A gigabyte of logs taken in.
    pub(crate) const LOG_GIGABYTE: f64 = 0.50;
    /// A metric of one's own, and an alarm, a month.
    pub(crate) const METRIC_MONTH: f64 = 0.30;
    pub(crate) const ALARM_MONTH: f64 = 0.10;
}

/// What DynamoDB asks for a million operations that consume this each.
pub(crate) fn of_a_million(Consumed { wru, rru, .. }: Consumed) -> f64 {
    wru * list::WRITE_UNIT + rru * list::READ_UNIT
}
