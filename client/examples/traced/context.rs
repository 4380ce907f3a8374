//! Traces as headers, and back.

use std::collections::HashMap;

use event_store_client::types::TraceParent;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Where the trace of the current span is; `None` where nothing is traced.
pub(crate) fn current() -> Option<TraceParent> {
    let mut headers = HashMap::<String, String>::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut headers);
    headers.get(TraceParent::NAME)?.parse().ok()
}

/// Lets `span` be part of the trace in which an event happened.
pub(crate) fn goes_on(span: &Span, parent: Option<&TraceParent>) {
    if let Some(parent) = parent {
        let headers = HashMap::from([(TraceParent::NAME.to_owned(), parent.to_string())]);
        // A span that nobody records has no parent either.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&headers));
    }
}
