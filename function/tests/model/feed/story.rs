//! A way through the model, told step by step.

use event_store_function::feed::feeding::Step;
use event_store_function::feed::{Entry, Page};
use stateright::Path;

use super::protocol::Action;
use super::world::World;

/// Tells each step of `path`, and what is in the feed after the last.
pub(crate) fn of(path: Path<World, Action>) -> String {
    let states = path.into_vec();
    let steps = states.iter().zip(states.iter().skip(1));
    let mut lines: Vec<String> = steps
        .filter_map(|((_, action), (after, _))| Some(step((*action)?, after)))
        .collect();
    if let Some((last, _)) = states.last() {
        let pages: Vec<String> = last.table.readable().map(page).collect();
        lines.push(format!("the feed: {}", pages.join(" | ")));
    }
    lines.join("\n")
}

fn step(action: Action, after: &World) -> String {
    match action {
        Action::Begin { relay, .. } => format!("{} is given a batch: {}", name(relay), next(relay, after)),
        Action::Answer { relay } => format!("{} is answered: {}", name(relay), next(relay, after)),
        Action::AnswerMark { relay, mark } => {
            let mark = mark.map_or("none".to_owned(), |place| after.marks[place].revision.to_string());
            format!("{} is told the mark {mark}: {}", name(relay), next(relay, after))
        }
        Action::AnswerLast { relay, last } => {
            let last = last.map_or("none".to_owned(), |number| number.to_string());
            format!("{} is told of page {last}: {}", name(relay), next(relay, after))
        }
        Action::LoseAnswer { relay } => format!("{}'s put is carried out, its answer lost", name(relay)),
        Action::HoldUp { relay } => format!("{}'s put is held up, and sent again", name(relay)),
        Action::Arrive { relay } => format!("{}'s put that was held up arrives", name(relay)),
        Action::Acknowledge { relay } => format!("{} tells the catalogue, and is done", name(relay)),
        Action::Break { relay } => format!("{} has no more time", name(relay)),
        Action::Die { relay } => format!("{} dies", name(relay)),
        Action::MakeAnew => "the feed is made anew".to_owned(),
    }
}

fn name(relay: usize) -> char {
    char::from(b'A' + u8::try_from(relay).unwrap())
}

/// What a relay waits for.
fn next(relay: usize, after: &World) -> String {
    match after.relays[relay].step() {
        None => "nothing".to_owned(),
        Some(Step::FindIncarnation(_)) => "it asks which feed it is".to_owned(),
        Some(Step::PutIncarnation(_)) => "it begins a feed".to_owned(),
        Some(Step::FindMarks(_)) => "it looks for the mark".to_owned(),
        Some(Step::FindLastPage(_)) => "it looks for the last page".to_owned(),
        Some(Step::PutPage(put)) => format!("it puts {} as page {}", page(put.page()), put.number()),
        Some(Step::Done(_)) => "all is in the feed".to_owned(),
    }
}

fn page(page: &Page) -> String {
    let entries: Vec<String> = page.entries.iter().map(entry).collect();
    entries.join(" ")
}

fn entry(entry: &Entry) -> String {
    match entry.types() {
        Some(_) => format!("[{}-{}]", entry.first(), entry.last()),
        None => format!("({}-{})", entry.first(), entry.last()),
    }
}
