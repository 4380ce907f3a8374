//! PURE: a template: read, evaluated for an environment, and rendered.
//!
//! To render is to resolve all that an environment decides and to leave all that AWS decides. It goes through these
//! steps, each a file of its own:
//!
//! 1. [`Template::parse`] takes the sections apart; short forms are written out (`shorthand`).
//! 2. `assignment` gives every parameter its value, from the environment or by its [`Fill`].
//! 3. `rules` and conditions (`decide`) are decided by the parameters alone.
//! 4. Loops are written out (`each`).
//! 5. `evaluate` goes through resources and outputs (`body`).
//! 6. `revision` hashes what each function runs as, and the fifth step is repeated with the hashes.
//! 7. `permissions` on one function are put in a row.

mod assignment;
mod body;
mod decide;
mod declaration;
mod document;
mod draft;
mod each;
mod evaluate;
mod fill;
mod function;
mod functions;
mod lines;
mod open_parameter;
mod origins;
mod pattern;
mod permissions;
mod properties;
mod render;
mod rendered;
mod revision;
mod rules;
mod shorthand;
mod spelling;
mod substitute;
mod value;

pub use assignment::{Artifacts, missing_message};
pub use document::Template;
pub use draft::Draft;
pub use fill::{Fill, UnknownFill};
pub use lines::line_of;
pub use open_parameter::OpenParameter;
pub use render::{render, render_without_rules, resolved_parameters};
pub use rendered::{Capability, DeletionPolicy, Rendered, Resource};

#[cfg(test)]
mod tests;
