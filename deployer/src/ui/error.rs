//! Reports failures.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use cfn_deploy::cloud::CallError;
use cfn_deploy::stack::SourceLine;
use cfn_template::problem::{Problem, Problems};

use super::escape::spaces;
use super::paint;
use super::streams::Streams;
use super::text::indented;
use crate::commands::error::{CommandError, ErrorKind};

/// Reports why the command line is invalid, or prints the requested help or version.
///
/// The message may repeat what was typed, so it is masked if `masked`, and workflow commands in it are disarmed if
/// `obeyed`.
pub fn usage(error: &clap::Error, masked: bool, obeyed: bool) -> ExitCode {
    let streams = Streams::new(masked, obeyed, None);
    if error.use_stderr() {
        streams.tell(&spaces(error.render().ansi().to_string().trim_end()));
        return ErrorKind::Usage.into();
    }
    streams.data(&error.render().ansi().to_string());
    match streams.unwritten() {
        None => ExitCode::SUCCESS,
        Some(unwritten) => {
            streams.tell(&of_stdout(&unwritten));
            ErrorKind::Failed.into()
        }
    }
}

/// The message for a failure to write data.
pub(super) fn of_stdout(error: &io::Error) -> String {
    let told = format!("stdout cannot be written: {error}");
    format!("{} {told}", paint::bad("error:"))
}

/// The message for a failure: the fact, its causes and its remedies.
pub(super) fn text(error: &CommandError) -> String {
    let mut lines = match error.source.downcast_ref::<Problems>() {
        Some(problems) => problem_lines(problems, &paint::bad("error:")),
        None => cause_lines(&*error.source),
    };
    lines.extend(
        error
            .notes
            .iter()
            .map(|note| format!("  {}", paint::quoted(note))),
    );
    for hint in &error.hints {
        lines.push(format!("  {} {}", paint::strong("hint:"), paint::quoted(hint)));
    }
    spaces(&lines.join("\n")).into_owned()
}

/// The message for oddities in a file that do not prevent a deployment.
pub(super) fn warnings(problems: &Problems) -> String {
    spaces(&problem_lines(problems, &paint::warn("warning:")).join("\n")).into_owned()
}

fn problem_lines(problems: &Problems, label: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for problem in problems {
        let place = format!("{}:{}:{}:", problem.file, problem.line, problem.column);
        lines.push(format!(
            "{label} {} {}",
            paint::strong(place),
            paint::quoted(&problem.message)
        ));
        lines.extend(
            problem
                .hint
                .iter()
                .map(|hint| format!("  {} {}", paint::strong("hint:"), paint::quoted(hint))),
        );
    }
    lines
}

fn cause_lines(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut lines = vec![format!(
        "{} {}",
        paint::bad("error:"),
        paint::quoted(&indented(&error.to_string()))
    )];
    let mut cause = error.source();
    while let Some(error) = cause {
        cause = error.source();
        // The SDK's layers between a call and the innermost cause say nothing to a reader, except for which file it
        // was.
        if cause.is_none_or(is_of_a_file) || error.is::<CallError>() {
            lines.push(format!(
                "  {} {}",
                paint::strong("because:"),
                paint::quoted(&indented(&error.to_string()))
            ));
        }
    }
    lines
}

/// Tells whether an error describes a mistake with a file without naming the file.
fn is_of_a_file(error: &(dyn Error + 'static)) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied};
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    kind.is_some_and(|kind| matches!(kind, IsADirectory | NotADirectory | NotFound | PermissionDenied))
}

/// GitHub's annotations for all mistakes with a known line of a file, one per line; GitHub shows them next to that
/// line
/// ([reference](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message)).
pub(super) fn annotations(error: &CommandError) -> Option<String> {
    let problems = error.source.downcast_ref::<Problems>();
    let of_problems = problems
        .into_iter()
        .flatten()
        .map(|problem| annotation(problem, "error"));
    let of_marks = error.marks.iter().map(|(SourceLine { file, line }, message)| {
        format!("::error file={},line={line}::{}", property(file), data(message))
    });
    let lines: Vec<String> = of_problems.chain(of_marks).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// GitHub's annotations, one per line, with the level that names the workflow command.
pub(super) fn annotated(problems: &Problems, level: &str) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| annotation(problem, level))
        .collect();
    lines.join("\n")
}

fn annotation(problem: &Problem, level: &str) -> String {
    let message = match &problem.hint {
        Some(hint) => format!("{} ({hint})", problem.message),
        None => problem.message.clone(),
    };
    let file = property(&problem.file);
    format!(
        "::{level} file={file},line={},col={}::{}",
        problem.line,
        problem.column,
        data(&message)
    )
}

/// Escapes a message for GitHub's workflow commands.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{annotations, text};
    use crate::commands::error::{CommandError, ErrorKind};
    use cfn_deploy::stack::SourceLine;
    use cfn_template::problem::{Problem, Problems};
    use cfn_template::yaml::Location;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `orders.zip`")]
    struct Unreadable(#[source] std::io::Error);

    #[test]
    fn a_failure_tells_the_fact_the_cause_and_the_remedy() {
        let cause = std::io::Error::other("permission denied");
        let error = CommandError::new(ErrorKind::Failed, Unreadable(cause)).hint("run `chmod +r orders.zip`");
        insta::assert_snapshot!(plain(&text(&error)), @"
        error: cannot read `orders.zip`
          because: permission denied
          hint: run `chmod +r orders.zip`
        ");
    }

    #[test]
    fn problems_of_a_file_are_told_with_their_places_and_annotated() {
        let mut problems = Problems::default();
        let at = Location { line: 3, column: 7 };
        problems
            .push(Problem::new("environments/a,b.yaml", at, "unknown key `reigon`").with_hint("50% sure"));
        let error = CommandError::new(ErrorKind::Usage, problems);
        insta::assert_snapshot!(plain(&text(&error)), @"
        error: environments/a,b.yaml:3:7: unknown key `reigon`
          hint: 50% sure
        ");
        insta::assert_snapshot!(annotations(&error).unwrap(), @"::error file=environments/a%2Cb.yaml,line=3,col=7::unknown key `reigon` (50%25 sure)");
    }

    #[test]
    fn a_failure_of_a_resource_is_annotated_where_the_resource_is_declared() {
        let place = SourceLine {
            file: "templates/orders.yaml".to_owned(),
            line: 7,
        };
        let error = CommandError::new(ErrorKind::Failed, "it failed")
            .marks([(place, "`Topic` failed: Rate exceeded\n::warning::".to_owned())]);
        insta::assert_snapshot!(annotations(&error).unwrap(), @"::error file=templates/orders.yaml,line=7::`Topic` failed: Rate exceeded%0A::warning::");
    }

    #[test]
    fn what_is_not_about_a_file_has_no_annotation() {
        assert_eq!(
            annotations(&CommandError::new(ErrorKind::Failed, "no answer")),
            None
        );
    }
}
