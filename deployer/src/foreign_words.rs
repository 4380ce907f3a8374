//! PURE: the words that other tools have for this one's commands.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What somebody means who comes from CDK, SAM, Rain, Terraform or the AWS CLI. Words of this tool are not among them.
const MEANINGS: [(&str, &str); 27] = [
    ("apply", "up"),
    ("bootstrap", "up"),
    ("cat", "render"),
    ("cleanup", "gc"),
    ("delete", "down"),
    ("deploy", "up"),
    ("destroy", "down"),
    ("info", "describe"),
    ("list", "describe"),
    ("ls", "describe"),
    ("output", "describe"),
    ("outputs", "describe"),
    ("plan", "diff"),
    ("preview", "diff"),
    ("remove", "down"),
    ("rm", "down"),
    ("show", "describe"),
    ("status", "describe"),
    ("sync", "push"),
    ("synth", "render"),
    ("tail", "logs"),
    ("teardown", "down"),
    ("template", "render"),
    ("test", "smoke"),
    ("undo", "rollback"),
    ("update", "up"),
    ("watch", "push"),
];

/// Puts the command that was meant into an error about an unknown one, in place of one that is only spelt alike.
pub fn translate(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(meant) = meaning(word)
    {
        let meant = ContextValue::Strings(vec![meant.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, meant);
    }
    error
}

fn meaning(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let found = MEANINGS.iter().find(|(foreign, _)| *foreign == word);
    found.map(|(_, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_foreign_word_means_a_command_and_is_none() {
        let command = Cli::command();
        let ours: BTreeSet<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        for (foreign, meant) in MEANINGS {
            assert!(ours.contains(meant), "{meant}");
            assert!(!ours.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn words_are_sorted_and_there_once() {
        assert!(MEANINGS.is_sorted_by(|(one, _), (other, _)| one < other));
    }
}
