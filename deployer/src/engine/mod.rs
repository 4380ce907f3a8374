//! The only place with sequence and waiting.
