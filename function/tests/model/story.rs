//! A way through the model, told step by step.

use event_store_function::store::commit::Commit;
use stateright::Path;

use crate::action::Action;
use crate::question::Question;
use crate::reply::Told;
use crate::request::names;
use crate::world::{Attempt, Process, World};

/// Tells each step of `path`, and what is in the stream after the last.
pub(crate) fn of(path: Path<World, Action>) -> String {
    let states = path.into_vec();
    let steps = states.iter().zip(states.iter().skip(1));
    let mut lines: Vec<String> = steps
        .filter_map(|((before, action), (after, _))| Some(step((*action)?, before, after)))
        .collect();
    if let Some((last, _)) = states.last() {
        let commits: Vec<String> = last.database.commits().map(commit).collect();
        lines.push(format!("the stream: {}", commits.join(", ")));
    }
    lines.join("\n")
}

fn step(action: Action, before: &World, after: &World) -> String {
    match action {
        Action::Send { caller, process } => {
            let next = next(caller, before, after);
            format!("{} asks process {}: {next}", name(caller), process + 1)
        }
        Action::Answer { caller } => {
            format!("{} is answered: {}", name(caller), next(caller, before, after))
        }
        Action::LoseAnswer { caller } => {
            format!("{}'s put is carried out, its answer lost", name(caller))
        }
        Action::HoldUp { caller } => format!("{}'s put is held up, and sent again", name(caller)),
        Action::Break { caller } => {
            format!("{}'s attempt breaks off{}", name(caller), resigned(caller, after))
        }
        Action::Abandon { caller } => {
            let resigned = resigned(caller, after);
            format!("{} waits no longer, its attempt goes on{resigned}", name(caller))
        }
        Action::AnswerAbandoned { caller } => {
            let attempt = &after.callers[caller].abandoned;
            let next = attempt.as_ref().map_or("it ends".to_owned(), asks);
            format!("{}'s abandoned attempt is answered: {next}", name(caller))
        }
        Action::Arrive { caller } => format!("{}'s put that was held up arrives", name(caller)),
        Action::Read { process, .. } => {
            let end = end(after.processes[process]);
            format!("process {} reads: it remembers {end}", process + 1)
        }
        Action::Forget { process } => {
            format!(
                "process {} forgets {}",
                process + 1,
                end(before.processes[process])
            )
        }
    }
}

fn name(caller: usize) -> char {
    char::from(b'A' + u8::try_from(caller).unwrap())
}

/// What follows for a caller's attempt, or for the caller when the attempt is over.
fn next(caller: usize, before: &World, after: &World) -> String {
    let (before, after) = (&before.callers[caller], &after.callers[caller]);
    match (&after.attempt, after.replies.last()) {
        (None, Some(reply)) if after.replies.len() > before.replies.len() => told(reply.told),
        (attempt, _) => attempt.as_ref().map_or_else(String::new, asks),
    }
}

/// What an attempt waits for.
fn asks(Attempt { question, .. }: &Attempt) -> String {
    match &**question {
        Question::Find(find) => format!("it looks for the commit at or before {}", find.revision()),
        Question::Tail(_) => "it looks for the tail".to_owned(),
        Question::Recent(_) => "it looks for the newest commits".to_owned(),
        Question::Put(put) => format!("it puts {}", commit(put.commit())),
        Question::PutAtEnd(put) => format!("it puts {}", commit(put.commit())),
    }
}

fn told(told: Told) -> String {
    match told {
        Told::Appended(end) => format!("201, at {}", end.revision),
        Told::Replayed(end) => format!("201, replayed, at {}", end.revision),
        Told::NotFound => "404".to_owned(),
        Told::Taken => "409, the revision is taken".to_owned(),
        Told::Ahead => "409, the stream is not that far".to_owned(),
        Told::EventIdReused => "409, an id is reused".to_owned(),
        Told::Unknown => "it gives up".to_owned(),
    }
}

/// That a caller has given up, if it has.
fn resigned(caller: usize, after: &World) -> &'static str {
    let caller = &after.callers[caller];
    if caller.sent == 0 { "; it gives up" } else { "" }
}

fn end(process: Process) -> String {
    let revision = process.end.map(|end| end.revision.to_string());
    revision.unwrap_or_else(|| "nothing".to_owned())
}

fn commit(commit: &Commit) -> String {
    format!("`{}` at {}", names(commit.events()), commit.first())
}
