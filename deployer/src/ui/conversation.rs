//! Passes the engine's messages and questions to the user, and the answers back.

use futures::future::LocalBoxFuture;
use std::time::Instant;

use cfn_deploy::stack::Move;
use cfn_deploy::{Answer, Deletion, Event, Question, Reporter};

use super::{Asked, Ui, ask, changes, json};

impl Ui {
    /// Asks for a move, if a user is there.
    pub async fn choose(&self, possible: &[Move]) -> Chosen {
        {
            let mut inner = self.0.borrow_mut();
            inner.screen.idle();
            if !inner.terminal {
                return Chosen::NobodyToAsk;
            }
        }
        let names: Vec<&str> = possible.iter().map(|way| way.name()).collect();
        let typed = ask::line(
            &self.streams(),
            &format!("Which move? [{}, or nothing] ", names.join(", ")),
        )
        .await;
        let known = typed.parse().ok().filter(|way| possible.contains(way));
        known.map_or(Chosen::None, Chosen::Move)
    }

    /// Lays out the subject of a question, and returns the answer if it needs no asking.
    fn decide(&self, question: &Question<'_>) -> Decision {
        self.emit(&json::question(question));
        let mut inner = self.0.borrow_mut();
        inner.screen.idle();
        inner.narrator.asked(question);
        let told = inner
            .asked
            .as_ref()
            .map_or([].as_slice(), |asked| &asked.widenings);
        let text = changes::question(question, told, inner.width);
        inner.screen.say(&text);
        if let Question::Deploy {
            outline, widenings, ..
        } = question
        {
            inner.asked = Some(Asked {
                outline: (*outline).clone(),
                widenings: widenings.to_vec(),
            });
        }
        let approval = &inner.approval;
        match question {
            Question::Deploy { .. } | Question::DeleteArtifacts { .. } | Question::Drill { .. }
                if approval.yes =>
            {
                Decision::Yes
            }
            Question::Destroy(deletion) if deletion.purges.is_empty() && approval.yes => Decision::Yes,
            Question::Destroy(deletion) if !deletion.purges.is_empty() && approval.purge => Decision::Yes,
            _ if !inner.terminal => Decision::Nobody,
            Question::Deploy { .. } => Decision::Ask("Deploy this?".to_owned()),
            Question::Widen { .. } => Decision::Ask("Grant these permissions?".to_owned()),
            Question::DeleteArtifacts { .. } => Decision::Ask("Delete these?".to_owned()),
            Question::Drill { .. } => Decision::Ask("Begin?".to_owned()),
            Question::Destroy(Deletion { purges: [], .. }) => Decision::Ask("Delete this?".to_owned()),
            Question::Destroy(deletion) => Decision::AskForName(deletion.stack.to_owned()),
        }
    }
}

/// The chosen move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// This move.
    Move(Move),
    /// No move.
    None,
    /// There is nobody to ask.
    NobodyToAsk,
}

/// How to answer a question.
enum Decision {
    Yes,
    Nobody,
    Ask(String),
    AskForName(String),
}

impl Reporter for Ui {
    fn tell(&mut self, event: Event) {
        if let Event::AccountChecked { account, caller } = &event {
            self.know([account.as_str(), caller.as_str()]);
        }
        self.emit(&serde_json::json!(event));
        let telling = self.0.borrow_mut().narrator.event(&event);
        self.tell_human(telling);
    }

    fn confirm<'a>(&'a mut self, question: Question<'a>) -> LocalBoxFuture<'a, Answer> {
        Box::pin(async move {
            let asked = Instant::now();
            let agreed = match self.decide(&question) {
                Decision::Yes => true,
                Decision::Nobody => return Answer::NobodyToAsk,
                Decision::Ask(question) => ask::yes_or_no(&self.streams(), &question).await,
                Decision::AskForName(name) => {
                    let question = format!("Data will be lost. Type the stack's name, `{name}`, to go on: ");
                    let typed = ask::line(&self.streams(), &question).await;
                    if typed != name && !typed.is_empty() {
                        return Answer::Mismatch;
                    }
                    typed == name
                }
            };
            // The user's thinking time does not count as the command's duration.
            self.0.borrow_mut().began += asked.elapsed();
            if agreed { Answer::Yes } else { Answer::No }
        })
    }
}

/// A reporter that prints nothing: for work that changes nothing and takes a moment.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Reporter for Silent {
    fn tell(&mut self, _event: Event) {}

    fn confirm<'a>(&'a mut self, _question: Question<'a>) -> LocalBoxFuture<'a, Answer> {
        Box::pin(async move { Answer::NobodyToAsk })
    }
}
