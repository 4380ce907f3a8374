//! Logs and metrics: JSON lines on stdout, where Lambda picks them up.

mod escape;
mod gathering;
mod line;
pub mod metric;

use std::error::Error;
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogLevel;

pub use escape::escaped;
pub use gathering::Gathering;
pub use metric::{DIMENSION, Metric, Metrics, NAMESPACE};

/// Sends the process's log to stdout, one JSON object per line.
///
/// This crate logs at `level` and above. Of its dependencies, Lambda's runtime logs at most at info level,
/// because its spans contain the request id but its debug lines contain payloads. The others log only
/// warnings. A second call has no effect.
pub fn init(level: LogLevel) {
    // Fails only if the process logs already, and then those lines are just as good.
    let _ = tracing_subscriber::registry()
        .with(filter(level).with_target(metric::TARGET, LevelFilter::INFO))
        .with(line::layer(std::io::stdout))
        .try_init();
}

/// The log filter at `level`, for this crate and those below.
pub(crate) fn filter(level: LogLevel) -> Targets {
    let level = LevelFilter::from(level);
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("lambda_runtime", level.min(LevelFilter::INFO))
        .with_target("event_store", level)
}

/// Logs the error that ends the process. Starts logging if necessary, because the error may be an invalid
/// logging configuration.
pub fn report_end(error: &dyn Error) {
    init(LogLevel::default());
    tracing::error!(error = chain(error), "the process ends");
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Trace => Self::TRACE,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Info => Self::INFO,
            LogLevel::Warn => Self::WARN,
            LogLevel::Error => Self::ERROR,
        }
    }
}

/// A duration in milliseconds, rounded to hundredths, as log lines show it.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 1e2
}

/// Formats an error with all its causes, from the outermost on.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
