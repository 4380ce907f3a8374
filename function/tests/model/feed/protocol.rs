//! What can happen next, and what it makes of the world.

use std::sync::Arc;

use event_store_function::feed::feeding::{Feeding, Knowledge, Next, PutPage, Step};
use event_store_function::feed::{Entry, Incarnation, Mark, PageNumber, Writer};
use event_store_types::Revision;
use stateright::{Model, Property};
use uuid::Uuid;

use super::bounds::Bounds;
use super::mistake::Mistake;
use super::properties;
use super::world::{Relay, Table, Work, World};
use crate::request::stream;

/// Everything that can happen within the bounds.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) mistake: Option<Mistake>,
    /// The property that is looked at, or all of them and the witnesses.
    pub(crate) property: Option<&'static str>,
}

/// What can happen next. Relays, batches and marks are named by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A relay is given a batch.
    Begin { relay: usize, batch: usize },
    /// The database answers a relay's question.
    Answer { relay: usize },
    /// The catalogue tells a mark that it has or had, or none.
    AnswerMark { relay: usize, mark: Option<usize> },
    /// The table tells of a page that is its last, or was.
    AnswerLast { relay: usize, last: Option<PageNumber> },
    /// A relay's put is carried out but its answer lost, so that it is sent again.
    LoseAnswer { relay: usize },
    /// A relay's put is held up on its way, so that it is sent again.
    HoldUp { relay: usize },
    /// The put that was held up arrives. Nobody hears its answer.
    Arrive { relay: usize },
    /// The catalogue is told what is in the feed, and the batch is done with.
    Acknowledge { relay: usize },
    /// A relay has no more time for its batch.
    Break { relay: usize },
    /// A relay dies, and is started anew.
    Die { relay: usize },
    /// The feed's table is thrown away, and an empty one made in its place.
    MakeAnew,
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            relays: vec![Relay::default(); self.bounds.relays.len()],
            ..World::default()
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (place, relay) in world.relays.iter().enumerate() {
            self.of_relay(place, relay, world, actions);
        }
        if self.bounds.anew && !world.is_anew && !world.table.pages.is_empty() {
            actions.push(Action::MakeAnew);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut world = world.clone();
        self.act(&mut world, action);
        // A put that can write no more, whenever it arrives, is as good as gone.
        let World { table, relays, .. } = &mut world;
        for relay in relays {
            relay.stray.take_if(|stray| match &**stray {
                Step::PutPage(put) => {
                    self.mistake != Some(Mistake::ConditionDropped)
                        && table.pages.contains_key(&(put.incarnation(), put.number()))
                }
                _ => true,
            });
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let properties = properties::all().into_iter().chain(properties::witnesses());
        properties
            .filter(|property| self.property.is_none_or(|name| property.name == name))
            .collect()
    }
}

impl Protocol {
    fn of_relay(&self, relay: usize, state: &Relay, world: &World, actions: &mut Vec<Action>) {
        if let Some(work) = &state.work {
            actions.push(Action::Die { relay });
            match &*work.step {
                Step::FindMarks(_) => {
                    let marks = (0..world.marks.len()).map(Some).chain([None]);
                    actions.extend(marks.map(|mark| Action::AnswerMark { relay, mark }));
                }
                Step::FindLastPage(find) => {
                    let last = world.table.last(find.incarnation());
                    let before = last.and_then(PageNumber::previous);
                    actions.push(Action::AnswerLast { relay, last });
                    if before != last {
                        actions.push(Action::AnswerLast { relay, last: before });
                    }
                }
                Step::PutPage(put) => {
                    actions.push(Action::Answer { relay });
                    actions.push(Action::Break { relay });
                    let key = (put.incarnation(), put.number());
                    if !world.table.pages.contains_key(&key) {
                        actions.push(Action::LoseAnswer { relay });
                        let strays = world.relays.iter().filter(|relay| relay.stray.is_some());
                        if strays.count() == 0 {
                            actions.push(Action::HoldUp { relay });
                        }
                    }
                }
                Step::Done(_) => actions.push(Action::Acknowledge { relay }),
                Step::FindIncarnation(_) | Step::PutIncarnation(_) => actions.push(Action::Answer { relay }),
            }
        } else if state.begun < self.bounds.attempts {
            let batches = 0..self.bounds.relays[relay].len();
            actions.extend(batches.map(|batch| Action::Begin { relay, batch }));
        }
        if state.stray.is_some() {
            actions.push(Action::Arrive { relay });
        }
    }

    fn act(&self, world: &mut World, action: Action) {
        match action {
            Action::Begin { relay, batch } => self.begin(world, relay, batch),
            Action::Answer { relay } => self.answer(world, relay),
            Action::AnswerMark { relay, mark } => {
                let mark = mark.map(|place| world.marks[place]);
                self.answer_mark(world, relay, mark);
            }
            Action::AnswerLast { relay, last } => {
                if let Some((work, Step::FindLastPage(find))) = take(world, relay) {
                    self.learn(world, relay, &work, find.found(last));
                }
            }
            Action::LoseAnswer { relay } => {
                if let Some(Step::PutPage(put)) = world.relays[relay].step().cloned() {
                    self.put(world, &put);
                }
            }
            Action::HoldUp { relay } => {
                let relay = &mut world.relays[relay];
                relay.stray = relay.work.as_ref().map(|work| Arc::clone(&work.step));
            }
            Action::Arrive { relay } => {
                if let Some(stray) = world.relays[relay].stray.take()
                    && let Step::PutPage(put) = &*stray
                {
                    self.put(world, put);
                }
            }
            Action::Acknowledge { relay } => {
                if let Some((work, Step::Done(known))) = take(world, relay) {
                    tell(world, known.mark(&stream()));
                    let done = Mark {
                        incarnation: known.incarnation,
                        revision: work.last,
                    };
                    insert(&mut world.acknowledged, done);
                }
            }
            Action::Break { relay } => world.relays[relay].work = None,
            Action::Die { relay } => {
                let relay = &mut world.relays[relay];
                relay.work = None;
                relay.known = None;
            }
            Action::MakeAnew => {
                world.table = Table::default();
                world.is_anew = true;
            }
        }
    }

    fn begin(&self, world: &mut World, place: usize, batch: usize) {
        let offered = self.bounds.relays[place][batch].clone();
        let first = offered.iter().map(Entry::first).min().unwrap();
        let last = offered.iter().map(Entry::last).max().unwrap();
        let relay = &mut world.relays[place];
        relay.begun += 1;
        let id = 1 + place as u128 * 16 + u128::from(relay.begun);
        let feeding = Feeding::new(Writer::from(Uuid::from_u128(id)), offered).unwrap();
        let feeding = feeding.with_pages_of(self.bounds.capacity());
        let known = relay.known.as_deref().cloned();
        if self.mistake == Some(Mistake::ReconcileMarks)
            && let Some(incarnation) = world.table.incarnation
        {
            let revision = last;
            tell(
                world,
                Some(Mark {
                    incarnation,
                    revision,
                }),
            );
        }
        self.go_on(world, place, (first, last), feeding.begin(known));
    }

    fn answer(&self, world: &mut World, place: usize) {
        let Some((work, step)) = take(world, place) else {
            return;
        };
        match step {
            Step::FindIncarnation(find) => {
                let step = find.found(world.table.incarnation);
                self.go_on(world, place, work.revisions(), step);
            }
            Step::PutIncarnation(put) => {
                let there = world.table.incarnation;
                let step = if let Some(there) = there {
                    put.refused(there)
                } else {
                    world.table.incarnation = Some(put.incarnation());
                    put.written()
                };
                self.go_on(world, place, work.revisions(), step);
            }
            Step::PutPage(put) => {
                let there = world.table.pages.get(&(put.incarnation(), put.number())).cloned();
                let refused = there.filter(|_| self.mistake != Some(Mistake::ConditionDropped));
                let next = if let Some(there) = refused {
                    let mut there = (*there).clone();
                    let is_ours = there.writer == put.page().writer;
                    world.met.ours |= is_ours;
                    world.met.foreign |= !is_ours;
                    if self.mistake == Some(Mistake::WriterIgnored) {
                        there.writer = put.page().writer;
                    }
                    put.refused(&there)
                } else {
                    self.put(world, &put);
                    put.written()
                };
                self.learn(world, place, &work, next);
            }
            Step::FindMarks(_) | Step::FindLastPage(_) | Step::Done(_) => {}
        }
    }

    fn answer_mark(&self, world: &mut World, place: usize, mark: Option<Mark>) {
        let Some((work, Step::FindMarks(find))) = take(world, place) else {
            return;
        };
        let incarnation = find.incarnation();
        let told = match self.mistake {
            Some(Mistake::OtherIncarnation) => mark.map(|mark| Mark { incarnation, ..mark }),
            // As if all before the batch were in the feed already.
            Some(Mistake::NoWidening) => work.first.previous().map(|revision| Mark {
                incarnation,
                revision,
            }),
            _ => mark,
        };
        let next = find.found(told.map(|mark| (stream(), mark)));
        self.learn(world, place, &work, next);
    }

    fn learn(&self, world: &mut World, place: usize, work: &Work, next: Next) {
        let Next { step, learned } = next;
        world.relays[place].known = Some(Arc::new(learned));
        self.go_on(world, place, work.revisions(), step);
    }

    fn go_on(&self, world: &mut World, place: usize, (first, last): (Revision, Revision), step: Step) {
        if let Step::PutPage(put) = &step {
            let incarnation = put.incarnation();
            match self.mistake {
                Some(Mistake::MarkBeforePage) => {
                    let revision = put.page().entries.last().map(Entry::last);
                    let mark = revision.map(|revision| Mark {
                        incarnation,
                        revision,
                    });
                    tell(world, mark);
                }
                Some(Mistake::PageFromRequestSent) => {
                    let mut known = Knowledge::of(incarnation);
                    known.last_page = Some(put.number());
                    world.relays[place].known = Some(Arc::new(known));
                }
                _ => {}
            }
        }
        world.relays[place].work = Some(Work {
            first,
            last,
            step: Arc::new(step),
        });
    }

    /// Carries out a put.
    fn put(&self, world: &mut World, put: &PutPage) {
        let key: (Incarnation, PageNumber) = (put.incarnation(), put.number());
        let page = Arc::new(put.page().clone());
        if self.mistake == Some(Mistake::ConditionDropped) {
            let before = world.table.pages.insert(key, Arc::clone(&page));
            world.overwritten |= before.is_some_and(|before| before != page);
        } else {
            world.table.pages.entry(key).or_insert(page);
        }
    }
}

impl Relay {
    pub(crate) fn step(&self) -> Option<&Step> {
        self.work.as_ref().map(|work| &*work.step)
    }
}

impl Work {
    fn revisions(&self) -> (Revision, Revision) {
        (self.first, self.last)
    }
}

/// Takes what a relay is at out of the world.
fn take(world: &mut World, place: usize) -> Option<(Work, Step)> {
    let work = world.relays[place].work.take()?;
    let step = (*work.step).clone();
    Some((work, step))
}

/// Tells the catalogue how far the stream is in a feed. A revision never goes back within one.
fn tell(world: &mut World, mark: Option<Mark>) {
    let Some(mark) = mark else { return };
    let is_behind = |there: &Mark| there.incarnation == mark.incarnation && there.revision >= mark.revision;
    if !world.marks.iter().any(is_behind) {
        world.marks.push(mark);
    }
}

fn insert(marks: &mut Vec<Mark>, mark: Mark) {
    if !marks.contains(&mark) {
        marks.push(mark);
    }
}
