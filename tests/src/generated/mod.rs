//! Small templates made at random, and what the emulator's engine makes of them.
//!
//! The engine is written by others, in another language, from the same documentation: where it and the deployer make the same of
//! a template, they hardly share a mistake.

mod evaluator;
mod expression;
mod maker;
mod rendering;
mod strategy;

pub use evaluator::{Answer, Evaluator};
pub use strategy::{Generated, right, with_mistakes};
