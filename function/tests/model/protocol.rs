//! The protocol among callers, processes and the database, as the checker explores it.

use event_store_function::store::commit::Commit;
use stateright::{Model, Property};

use crate::action::Action;
use crate::bounds::Bounds;
use crate::surroundings::Surroundings;
use crate::world::{Caller, Process, World};
use crate::{properties, witnesses};

/// Everything that can happen within the bounds.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) surroundings: Surroundings,
    /// The property that is looked at, or all of them and the witnesses.
    pub(crate) property: Option<&'static str>,
}

impl Protocol {
    /// The protocol within `bounds`, in `surroundings`.
    pub(crate) fn new(bounds: Bounds, surroundings: Surroundings) -> Self {
        Self {
            bounds,
            surroundings,
            property: None,
        }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.bounds.processes, self.bounds.callers.len())]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (place, caller) in world.callers.iter().enumerate() {
            self.of_caller(place, caller, world, actions);
        }
        for (place, process) in world.processes.iter().enumerate() {
            self.of_process(place, process, world, actions);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut world = world.clone();
        self.act(&mut world, action);
        let World {
            database, callers, ..
        } = &mut world;
        for caller in callers {
            // A put that can write no more, whenever it arrives, is as good as gone.
            caller
                .stray
                .take_if(|commit| !self.surroundings.would_write(database, commit));
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let properties = properties::all().into_iter().chain(witnesses::all());
        properties
            .filter(|property| self.property.is_none_or(|name| property.name == name))
            .collect()
    }
}

impl Protocol {
    /// What can happen to a caller, and to what it left behind.
    fn of_caller(&self, place: usize, caller: &Caller, world: &World, actions: &mut Vec<Action>) {
        if let Some(attempt) = &caller.attempt {
            let has_room = world.unattended() < self.bounds.unattended;
            let would_write = |commit| self.surroundings.would_write(&world.database, commit);
            actions.push(Action::Answer { caller: place });
            actions.push(Action::Break { caller: place });
            if has_room && caller.abandoned.is_none() && attempt.question.may_write() {
                actions.push(Action::Abandon { caller: place });
            }
            if attempt.question.commit().is_some_and(would_write) {
                actions.push(Action::LoseAnswer { caller: place });
                if has_room && caller.stray.is_none() {
                    actions.push(Action::HoldUp { caller: place });
                }
            }
        } else if caller.at_hand() < self.bounds.callers[place].len() {
            let processes = 0..self.bounds.processes;
            actions.extend(processes.map(|process| Action::Send {
                caller: place,
                process,
            }));
        }
        if caller.abandoned.is_some() {
            actions.push(Action::AnswerAbandoned { caller: place });
        }
        if caller.stray.is_some() {
            actions.push(Action::Arrive { caller: place });
        }
    }

    /// What can happen to what a process remembers, besides.
    fn of_process(&self, place: usize, process: &Process, world: &World, actions: &mut Vec<Action>) {
        if process.end.is_some() {
            actions.push(Action::Forget { process: place });
        }
        if self.bounds.reads {
            let ends = world.database.commits().map(Commit::tail).enumerate();
            let news = ends.filter(|(_, end)| process.would_learn(*end));
            actions.extend(news.map(|(commit, _)| Action::Read {
                process: place,
                commit,
            }));
        }
    }
}
