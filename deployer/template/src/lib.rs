//! Reads a CloudFormation template, evaluates it with what is known before a deployment, and renders the rest.
//!
//! Nothing here reads a file, a clock or a network. To render is to resolve all that the [`Values`] decide and to leave all that AWS decides. It goes through these
//! steps, each a file of its own:
//!
//! 1. [`Template::parse`] takes the sections apart; short forms are written out (`shorthand`).
//! 2. `assignment` gives every parameter its value, from the [`Values`] or by its [`Fill`].
//! 3. `rules` and conditions (`decide`) are decided by the parameters alone.
//! 4. Loops are written out (`each`).
//! 5. `evaluate` goes through resources and outputs (`body`).
//! 6. `revision` hashes what each function runs as, and the fifth step is repeated with the hashes.
//! 7. `permissions` on one function are put in a row.

mod arns;
mod assignment;
mod body;
mod decide;
mod declaration;
mod document;
mod each;
mod evaluate;
mod fill;
mod function;
mod functions;
mod lines;
mod names;
mod open_parameter;
mod origins;
mod pattern;
mod permissions;
pub mod problem;
mod properties;
mod refuse;
mod render;
mod rendered;
mod retries;
mod revision;
mod rules;
mod shorthand;
mod spelling;
mod substitute;
pub mod tags;
mod value;
mod values;
pub mod yaml;

pub use assignment::Artifacts;
pub use document::Template;
pub use fill::{Fill, UnknownFill};
pub use lines::line_of;
pub use open_parameter::OpenParameter;
pub use origins::Origin;
pub use render::{render, render_without_rules, resolved_parameters};
pub use rendered::{Capability, DeletionPolicy, Rendered, Resource};
pub use values::{ParameterValue, Setting, Values};

#[cfg(test)]
mod tests;
