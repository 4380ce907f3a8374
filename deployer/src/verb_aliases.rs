//! PURE: the names of other tools for this tool's commands, and this tool's former names.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::commands::policy::is_party;
use crate::environment::EnvironmentName;

/// What users of CDK, SAM, Rain, Terraform or the AWS CLI mean by a word. This tool's own words are not included.
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

/// A renamed flag.
struct Renamed {
    command: &'static str,
    before: &'static str,
    now: &'static str,
}

const fn renamed(command: &'static str, before: &'static str, now: &'static str) -> Renamed {
    Renamed { command, before, now }
}

/// Each flag has the same meaning in every command that takes it.
const RENAMED: [Renamed; 9] = [
    renamed("build", "--output", "--to"),
    renamed("describe", "--output", "--format"),
    renamed("describe", "-o", "--format"),
    renamed("diff", "--offline", "--no-change-set"),
    renamed("down", "--wait", "--wait-for-lock"),
    renamed("gc", "--young", "--min-age"),
    renamed("man", "--dir", "--to"),
    renamed("proxy", "--output", "--url-from"),
    renamed("up", "--wait", "--wait-for-lock"),
];

/// A renamed value of `policy --for`.
const RENAMED_PARTY: (&str, &str) = ("deployer", "execution-role");

/// The commands that take a name or a file, and those that need no environment.
const WITHOUT_ENVIRONMENT: [&str; 5] = ["completions", "explain", "init", "man", "schema"];

/// Replaces the suggestion in an error about an unknown word with what was meant, instead of what is only spelt
/// alike. The word follows `command`, if there is one.
pub fn translate(mut error: clap::Error, command: Option<&str>) -> clap::Error {
    let word = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = word(&error, ContextKind::InvalidSubcommand).unwrap_or_default();
            if let Some(meant) = meaning(&word) {
                let meant = ContextValue::Strings(vec![meant.to_owned()]);
                error.insert(ContextKind::SuggestedSubcommand, meant);
            }
        }
        ErrorKind::UnknownArgument => {
            let word = word(&error, ContextKind::InvalidArg).unwrap_or_default();
            if let Some(tip) = command.and_then(|command| tip(command, &word)) {
                error.remove(ContextKind::SuggestedArg);
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            }
        }
        ErrorKind::InvalidValue if command == Some("policy") => {
            let (before, now) = RENAMED_PARTY;
            if word(&error, ContextKind::InvalidValue).as_deref() == Some(before) {
                let tip = format!("'{before}' is called '{now}' now").into();
                error.remove(ContextKind::SuggestedValue);
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            }
        }
        _ => {}
    }
    error
}

/// What was meant by an argument that a command does not take.
fn tip(command: &str, word: &str) -> Option<StyledStr> {
    let renamed = RENAMED
        .iter()
        .find(|renamed| renamed.command == command && renamed.before == word);
    if let Some(Renamed { before, now, .. }) = renamed {
        return Some(format!("'{before}' is called '{now}' now").into());
    }
    if command == "policy" && is_party(word) {
        return Some(format!("whom the policy is for is named by '--for {word}'").into());
    }
    let is_environment = !WITHOUT_ENVIRONMENT.contains(&command) && word.parse::<EnvironmentName>().is_ok();
    is_environment.then(|| format!("an environment is named by '--env {word}'").into())
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

    #[test]
    fn each_renamed_flag_is_none_and_leads_to_one() {
        let program = Cli::command();
        for Renamed { command, before, now } in RENAMED {
            let command = program.find_subcommand(command).unwrap();
            let has = |flag: &str| {
                let long = flag.strip_prefix("--");
                let mut arguments = command.get_arguments();
                match long {
                    Some(long) => arguments.any(|argument| argument.get_long() == Some(long)),
                    None => arguments.any(|argument| argument.get_short() == flag.chars().nth(1)),
                }
            };
            assert!(!has(before), "{before}");
            assert!(has(now), "{now}");
        }
    }

    #[test]
    fn what_needs_no_environment_is_a_command() {
        let program = Cli::command();
        for name in WITHOUT_ENVIRONMENT {
            assert!(program.find_subcommand(name).is_some(), "{name}");
        }
    }

    #[test]
    fn whom_a_policy_is_for_is_no_environment() {
        let tip = |command, word| tip(command, word).map(|tip| tip.to_string());
        assert_eq!(
            tip("policy", "caller").unwrap(),
            "whom the policy is for is named by '--for caller'"
        );
        assert_eq!(
            tip("policy", "demo").unwrap(),
            "an environment is named by '--env demo'"
        );
        assert_eq!(
            tip("up", "caller").unwrap(),
            "an environment is named by '--env caller'"
        );
    }
}
