//! The prices of AWS.

use event_store_function::store::Consumed;

/// List prices of us-east-1 in US dollars, on demand, before any free tier; as of 2026-11-22.
///
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>, <https://aws.amazon.com/lambda/pricing/>,
/// <https://aws.amazon.com/sns/pricing/>, <https://aws.amazon.com/eventbridge/pricing/>,
/// <https://aws.amazon.com/cloudwatch/pricing/>
pub(crate) mod list {
    /// The price of a million write request units, read request units, invocations, publications, and requests of a pipe.
    pub(crate) const WRITE_UNIT: f64 = 0.625;
    pub(crate) const READ_UNIT: f64 = 0.125;
    pub(crate) const INVOCATION: f64 = 0.20;
    pub(crate) const PUBLISH: f64 = 0.50;
    pub(crate) const PIPE_REQUEST: f64 = 0.40;
    /// The price of a million milliseconds of a function with a gigabyte, on arm64.
    pub(crate) const GIGABYTE_MILLISECOND: f64 = 0.013_333_4;
    /// The price of a gigabyte of ingested logs.
    pub(crate) const LOG_GIGABYTE: f64 = 0.50;
    /// The prices of a custom metric and of an alarm, per month.
    pub(crate) const METRIC_MONTH: f64 = 0.30;
    pub(crate) const ALARM_MONTH: f64 = 0.10;
}

/// DynamoDB's price for a million operations with this consumption.
pub(crate) fn of_a_million(Consumed { wru, rru, .. }: Consumed) -> f64 {
    wru * list::WRITE_UNIT + rru * list::READ_UNIT
}
