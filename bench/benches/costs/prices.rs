//! What AWS asks for.

use event_store_bench::Table;
use event_store_function::store::Consumed;

/// List prices of us-east-1 in US dollars a million, on demand, before any free tier; as of 2026-11-22.
///
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>, <https://aws.amazon.com/lambda/pricing/>,
/// <https://aws.amazon.com/sns/pricing/>, <https://aws.amazon.com/eventbridge/pricing/>
mod list {
    pub(super) const WRITE_UNIT: f64 = 0.625;
    pub(super) const READ_UNIT: f64 = 0.125;
    pub(super) const INVOCATION: f64 = 0.20;
    pub(super) const PUBLISH: f64 = 0.50;
    pub(super) const PIPE_REQUEST: f64 = 0.40;
}

/// What DynamoDB asks for a million operations that consume this each.
pub(crate) fn of_a_million(Consumed { wru, rru, .. }: Consumed) -> f64 {
    wru * list::WRITE_UNIT + rru * list::READ_UNIT
}

/// What a million appends of one event cost with all that follows from them, but for the time that functions run.
pub(crate) fn of_a_million_appends() -> Table {
    let mut table = Table::new(
        "A million appends that the relay does not coalesce, in $ at list prices of us-east-1 (2026-11-22), Lambda's time apart",
        ["what", "here", "the Go system"],
    );
    let parts = [
        (
            "DynamoDB: 4 WRU; ~6",
            4.0 * list::WRITE_UNIT,
            6.0 * list::WRITE_UNIT,
        ),
        (
            "Lambda: 2 invocations; 1",
            2.0 * list::INVOCATION,
            list::INVOCATION,
        ),
        ("EventBridge: none; a pipe", 0.0, list::PIPE_REQUEST),
        ("SNS: 1 request", list::PUBLISH, list::PUBLISH),
    ];
    let dollars = |amount: f64| format!("{amount:.2}");
    for (what, here, there) in parts {
        table.row([what.to_owned(), dollars(here), dollars(there)]);
    }
    let here: f64 = parts.iter().map(|(_, here, _)| here).sum();
    let there: f64 = parts.iter().map(|(.., there)| there).sum();
    table.row(["together".to_owned(), dollars(here), dollars(there)]);
    table
}
