//! `deployer schema`.

use clap::Args;

use crate::environment::schema;
use crate::ui::Ui;

/// Print the JSON Schema of environment files
///
/// Editors check and complete a file that begins with `# yaml-language-server: $schema=./environment.schema.json`.
#[derive(Args, Debug)]
pub struct SchemaArgs {}

pub(super) fn run(ui: &Ui) {
    ui.data(&schema());
}
