//! Small random templates, and their evaluation by the emulator's engine.
//!
//! Others wrote the engine, in another language, from the same documentation. If it and the deployer evaluate a template to the same
//! result, it is unlikely that both made the same mistake.

mod evaluator;
mod expression;
mod maker;
mod rendering;
mod strategy;

pub use evaluator::{Answer, Evaluator};
pub use strategy::{Generated, right, with_mistakes};
