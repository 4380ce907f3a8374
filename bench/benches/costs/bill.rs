//! The whole bill for a million appends, and for a month.

use std::path::Path;
use std::process::Stdio;

use event_store_bench::{StreamCalls, Table};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::Result;
use super::database::Database;
use super::prices::list;
use super::process::Process;
use super::relay::PerCommit;
use super::runtime_api::RuntimeApi;

/// The number of appends under load whose log is measured: three lines of measurements, and a rest for a fourth.
const APPENDS: u64 = 320;

/// The bytes that CloudWatch counts for a log event in addition to its text:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
const LOG_EVENT_BYTES: f64 = 26.0;

/// The longest line of the relay, which its tests check.
const RELAY_LINE_BYTES: f64 = 350.0;

/// The approximate size of a delivery in SNS's log, and the percentage that is logged by default:
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html>.
const DELIVERY_BYTES: f64 = 1_000.0;
const DELIVERIES_LOGGED: f64 = 0.01;

/// The memory of both functions, in GB, and for how long AWS bills them, in milliseconds. That is assumed and not measured:
/// a put takes DynamoDB some 4 ms, and the processor time of an append a seventh of a processor 2 ms; a batch of the
/// relay's takes an update and a publication one after the other, with some 30 ms, or many of both, with 100 ms.
const MEMORY: f64 = 0.25;
const API_MILLISECONDS: f64 = 6.0;
const RELAY_MILLISECONDS: Load = Load {
    idle: 30.0,
    busy: 100.0,
};

/// The records of a batch of the relay's: alone when idle, under load as many as a batch holds.
const RECORDS: Load = Load {
    idle: 1.0,
    busy: 100.0,
};

/// Notifications per request to SNS.
const NOTIFICATIONS: Load = Load {
    idle: 1.0,
    busy: 10.0,
};

/// The metrics of an ordinary month; `LogTampering` and `FeedFaults` cost only if they occur.
const METRICS: u32 = 4;

/// The number of free alarms of an account.
const FREE_ALARMS: usize = 10;

/// A value that depends on the load.
#[derive(Clone, Copy, Debug)]
struct Load {
    idle: f64,
    busy: f64,
}

impl Load {
    fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            idle: change(self.idle),
            busy: change(self.busy),
        }
    }

    fn per(self, other: Self) -> Self {
        Self {
            idle: self.idle / other.idle,
            busy: self.busy / other.busy,
        }
    }
}

/// The bill, by appends and by months.
pub(crate) struct Bill {
    pub(crate) appends: Table,
    pub(crate) months: Table,
}

/// Measures the log that the API writes for each append, and adds the measured costs of the relay per commit.
pub(crate) async fn measure(api: &Path, idle: PerCommit, busy: PerCommit) -> Result<Bill> {
    let log = log_of(api).await?;
    let of_relay = |dollars: fn(PerCommit) -> f64| Load {
        idle: dollars(idle),
        busy: dollars(busy),
    };
    Ok(Bill {
        appends: of_a_million_appends(log, of_relay(PerCommit::catalogue), of_relay(PerCommit::feed)),
        months: of_a_month(),
    })
}

/// The bytes that CloudWatch counts of the API's log for an append: after a pause, and among many.
async fn log_of(api: &Path) -> Result<Load> {
    let database = Database::start().await?;
    let mut runtime = RuntimeApi::start().await?;
    let mut process = Process::on_lambda(api, &database, runtime.address, Stdio::piped())?;
    let mut lines = BufReader::new(process.stdout()?).lines();
    let stream = StreamCalls::of_new_stream();
    let (mut first, mut all) = (0.0, 0.0);
    for revision in 1..=APPENDS {
        runtime.invoke(&stream.append(revision), 201).await?;
        // The first counts as an append after a pause: its measurements are written at once, in a second line.
        let lines_here = if revision == 1 || (revision - 1).is_multiple_of(100) {
            2
        } else {
            1
        };
        for _ in 0..lines_here {
            let line = lines.next_line().await?.ok_or("the log goes on")?;
            #[expect(clippy::cast_precision_loss, reason = "a line is short")]
            let bytes = line.len() as f64 + 1.0 + LOG_EVENT_BYTES;
            if revision == 1 {
                first += bytes;
            } else {
                all += bytes;
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "far below what a double holds exactly")]
    let others = (APPENDS - 1) as f64;
    Ok(Load {
        idle: first,
        busy: all / others,
    })
}

fn of_a_million_appends(log: Load, catalogue: Load, feed: Load) -> Table {
    let mut table = Table::new(
        "A million appends of one event, in $ at list prices of us-east-1 (2026-11-22), without free tiers",
        ["what", "idle", "under load", "the Go system"],
    );
    let alone = |each: f64| Load {
        idle: each,
        busy: each,
    };
    let batches = alone(1.0).per(RECORDS);
    let gigabytes = |bytes: f64| bytes * 1e6 / f64::from(1 << 30);
    let parts = [
        (
            "DynamoDB: events, 1 WRU",
            alone(list::WRITE_UNIT),
            Some(6.0 * list::WRITE_UNIT),
        ),
        ("DynamoDB: catalogue, 3 WRU an update", catalogue, None),
        ("DynamoDB: feed, pages and marks", feed, None),
        (
            "Lambda: invocations of the API",
            alone(list::INVOCATION),
            Some(list::INVOCATION),
        ),
        (
            "Lambda: invocations of the relay",
            batches.map(|batches| batches * list::INVOCATION),
            None,
        ),
        (
            "Lambda: time of the API",
            alone(API_MILLISECONDS * MEMORY * list::GIGABYTE_MILLISECOND),
            None,
        ),
        (
            "Lambda: time of the relay",
            RELAY_MILLISECONDS
                .per(RECORDS)
                .map(|each| each * MEMORY * list::GIGABYTE_MILLISECOND),
            None,
        ),
        ("EventBridge: a pipe", alone(0.0), Some(list::PIPE_REQUEST)),
        (
            "SNS: publications",
            alone(list::PUBLISH).per(NOTIFICATIONS),
            Some(list::PUBLISH),
        ),
        (
            "Logs: the API, measurements included",
            log.map(|bytes| gigabytes(bytes) * list::LOG_GIGABYTE),
            None,
        ),
        (
            "Logs: the relay",
            batches.map(|batches| {
                gigabytes((RELAY_LINE_BYTES + LOG_EVENT_BYTES) * batches) * list::LOG_GIGABYTE
            }),
            None,
        ),
        (
            "Logs: deliveries to one subscription",
            alone(gigabytes((DELIVERY_BYTES + LOG_EVENT_BYTES) * DELIVERIES_LOGGED) * list::LOG_GIGABYTE),
            None,
        ),
    ];
    let dollars = |amount: f64| format!("{amount:.3}");
    let mut sum = (Load { idle: 0.0, busy: 0.0 }, 0.0);
    for (what, here, there) in parts {
        sum.0.idle += here.idle;
        sum.0.busy += here.busy;
        sum.1 += there.unwrap_or_default();
        let there = there.map_or_else(|| "–".to_owned(), dollars);
        table.row([what.to_owned(), dollars(here.idle), dollars(here.busy), there]);
    }
    table.row([
        "together".to_owned(),
        dollars(sum.0.idle),
        dollars(sum.0.busy),
        format!("{}, and its logs and time", dollars(sum.1)),
    ]);
    table.row([
        "budget".to_owned(),
        "3.2".to_owned(),
        "1.2".to_owned(),
        "–".to_owned(),
    ]);
    table.row([
        "bytes of log an append, of the API".to_owned(),
        format!("{:.0}", log.idle),
        format!("{:.0}", log.busy),
        "–".to_owned(),
    ]);
    table
}

/// The costs that do not depend on calls.
fn of_a_month() -> Table {
    const TEMPLATE: &str = include_str!("../../../templates/event-store.yaml");
    let alarms = TEMPLATE.matches("Type: AWS::CloudWatch::Alarm").count();
    let paid = u32::try_from(alarms.saturating_sub(FREE_ALARMS)).unwrap_or_default();
    let mut table = Table::new(
        "A month of one store, in $ at the same prices, besides the storage of events and logs",
        ["what", "an account's first ten alarms", "any other"],
    );
    let dollars = |amount: f64| format!("{amount:.2}");
    let all = u32::try_from(alarms).unwrap_or_default();
    table.row([
        format!("{alarms} alarms"),
        dollars(f64::from(paid) * list::ALARM_MONTH),
        dollars(f64::from(all) * list::ALARM_MONTH),
    ]);
    let metrics = dollars(f64::from(METRICS) * list::METRIC_MONTH);
    table.row([
        format!("{METRICS} metrics, in the hours in which somebody calls; at most"),
        metrics.clone(),
        metrics,
    ]);
    table
}
