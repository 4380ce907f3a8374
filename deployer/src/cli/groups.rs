//! The program's help page: its commands, grouped by the moment at which they are needed.

use std::fmt::Write as _;

use clap::builder::{StyledStr, Styles};
use clap::{Command, CommandFactory as _, FromArgMatches as _};

use super::Cli;

/// The commands by the moment at which they are needed, as in the tables in `docs/`.
const GROUPS: [(&str, &[&str]); 8] = [
    ("Before deploying", &["doctor", "policy", "render", "diff"]),
    ("Deploying", &["build", "up", "down"]),
    (
        "What is there",
        &["describe", "drift", "history", "logs", "smoke"],
    ),
    ("Going back", &["rollback"]),
    ("When it failed", &["events", "explain", "recover"]),
    ("Now and then", &["drill", "reconcile", "gc", "push"]),
    ("With IAM access", &["proxy"]),
    ("Setting up", &["init", "schema", "completions", "man"]),
];

impl Cli {
    /// Parses the command line of this process.
    ///
    /// # Errors
    /// The command line is invalid, or asks for help or the version.
    pub fn of_this_process() -> Result<Self, clap::Error> {
        let mut program = grouped(Self::command());
        let matches = program.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut program))
    }

    /// The command in the command line of this process, even if the rest is invalid.
    pub fn command_of_this_process() -> Option<String> {
        let program = Self::command().ignore_errors(true);
        let matches = program.try_get_matches_from(std::env::args_os()).ok()?;
        matches.subcommand_name().map(str::to_owned)
    }
}

fn grouped(program: Command) -> Command {
    let page = page(&program);
    program.help_template(page)
}

fn page(program: &Command) -> StyledStr {
    let heading = *Styles::styled().get_header();
    let literal = *Styles::styled().get_literal();
    let width = program
        .get_subcommands()
        .map(|command| command.get_name().len())
        .max();
    let width = width.unwrap_or_default();
    let mut page = String::from("{about-with-newline}\n{usage-heading} {usage}\n");
    for (group, names) in GROUPS {
        let _ = writeln!(page, "\n{heading}{group}:{heading:#}");
        for name in names {
            let about = program.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(page, "  {literal}{name:width$}{literal:#}  {about}");
        }
    }
    let _ = write!(page, "\n{heading}Options:{heading:#}\n{{options}}");
    page.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_is_in_one_group() {
        let mut grouped: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.iter().copied())
            .collect();
        let program = Cli::command();
        let mut all: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }

    #[test]
    fn a_command_is_told_in_a_line_of_80_columns() {
        let page = anstream::adapter::strip_str(&page(&Cli::command()).ansi().to_string()).to_string();
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn the_documents_have_the_same_groups() {
        let pages = [
            include_str!("../../../docs/deploying.md"),
            include_str!("../../../docs/operations.md"),
        ];
        assert_has_all_groups(&pages.concat());
        assert_has_all_groups(include_str!("../../../README.md"));
    }

    fn assert_has_all_groups(text: &str) {
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
        for (group, names) in GROUPS {
            let begin = format!("| {} |", group.to_lowercase().replace("iam", "IAM"));
            let row = rows.iter().find(|row| row.starts_with(&begin));
            let row = row.unwrap_or_else(|| panic!("no row `{begin}`"));
            for name in names {
                assert!(row.contains(&format!("`{name}")), "`{name}` is not in {row}");
            }
        }
    }
}
