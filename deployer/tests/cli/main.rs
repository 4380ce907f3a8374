//! What a user sees: every `--help`, and every refusal that needs no cloud.

mod bad_input;
mod help;
mod rendering;
mod session;
