//! Configuration: environment variables, read once and checked together.
