//! Reads a CloudFormation template, evaluates whatever is known before a deployment, and leaves the rest to AWS.
//!
//! Nothing here reads a file, a clock or the network. Rendering resolves everything that the [`Values`] decide and
//! keeps everything that AWS decides as a function call. It takes these steps, each in a file of its own:
//!
//! 1. [`Template::parse`] splits the template into its sections; `shorthand` rewrites short forms such as `!Ref` to
//!    their long forms.
//! 2. `assignment` gives every parameter its value, from the [`Values`] or from its [`Fill`].
//! 3. `rules` and `decide` evaluate rules and conditions, which depend on parameters only.
//! 4. `each` expands loops.
//! 5. `evaluate` evaluates resources and outputs (`body`).
//! 6. `revision` hashes what each function runs; then step 5 is repeated with the hashes.
//! 7. `permissions` makes the permissions on each function depend on one another.

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
pub use render::{render, render_without_rules};
pub use rendered::{Capability, DeletionPolicy, Rendered, Resource};
pub use values::{ParameterValue, Setting, Values};

#[cfg(test)]
mod tests;
