//! The HTTP API: router, handlers, extractors, problem responses.
