//! An exporter for those who have no collector: it prints what it is given.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use opentelemetry::trace::SpanId;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Prints spans as a tree when it is shut down: by then those are known that others are part of, which end later.
#[derive(Debug, Default)]
pub(crate) struct Printed(Mutex<Vec<SpanData>>);

impl SpanExporter for Printed {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.extend(batch);
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.sort_by_key(|span| span.start_time);
        let names: HashMap<SpanId, &str> = spans
            .iter()
            .map(|span| (span.span_context.span_id(), &*span.name))
            .collect();
        for span in &*spans {
            let parent = names.get(&span.parent_span_id).unwrap_or(&"-");
            println!("{} {:16} in {parent}", span.span_context.trace_id(), span.name);
        }
        Ok(())
    }
}
