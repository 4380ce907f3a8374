//! A client: what it does one after another, and what it makes of the answers.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use event_store_function::store::limits;
use event_store_types::EventId;
use fastrand::Rng;
use tokio::time::{sleep, timeout};

use super::conduct::{Sent, improper};
use super::fault::{FATE, Fate, Fault};
use super::ledger::{Question, Reading, Shown, Told};
use super::proposal::{Place, Proposal, StreamPath};
use super::reception::{event_ids, outcome, shown, specified, told};
use super::specification::Operation;
use super::workload;
use super::world::World;
use crate::support::{Answer, json_request, send};

/// A client of the API. It does one thing after another, and tries an append again whose fate it does not know.
pub(crate) struct Client<'world> {
    world: &'world World,
    name: usize,
    rng: Rng,
    believed: BTreeMap<StreamPath, u64>,
    written: Vec<Proposal>,
}

impl<'world> Client<'world> {
    pub(crate) fn new(world: &'world World, name: usize, rng: Rng) -> Self {
        Self {
            world,
            name,
            rng,
            believed: BTreeMap::new(),
            written: Vec::new(),
        }
    }

    /// Does as many things as it is told, none of which is known before.
    pub(crate) async fn work(mut self, operations: usize) {
        for _ in 0..operations {
            self.pause(20).await;
            let stream = self.rng.choice(&self.world.streams).unwrap().clone();
            let believed = self.believed.get(&stream).copied().unwrap_or_default();
            match self.rng.u8(..100) {
                ..60 => {
                    let proposal = workload::proposal(&self.world.numbers, &stream, believed, &mut self.rng);
                    self.propose(proposal).await;
                }
                60..64 => {
                    let creation = workload::creation(&self.world.numbers, &mut self.rng);
                    self.propose(creation).await;
                }
                64..94 => {
                    let question = workload::question(believed, &mut self.rng);
                    self.read(&stream, question).await;
                }
                94..97 => self.ask_nonsense(&stream).await,
                _ => {
                    if let Some(written) = self.rng.choice(&self.written) {
                        let reuse = workload::reuse(&self.world.numbers, written, &mut self.rng);
                        self.propose(reuse).await;
                    }
                }
            }
        }
    }

    /// Proposes, and again with the same event ids while it does not know what came of it.
    pub(crate) async fn propose(&mut self, proposal: Proposal) {
        let number = self.world.ledger.borrow_mut().propose(proposal);
        loop {
            let told = self.attempt(number).await;
            let is_settled = self.enter(number, told);
            if is_settled || self.rng.u8(..10) < 2 {
                return;
            }
            self.pause(1_500).await;
        }
    }

    /// Enters what it was told of a proposal, and says whether there is nothing to be gained from trying again.
    fn enter(&mut self, number: usize, told: Told) -> bool {
        let mut ledger = self.world.ledger.borrow_mut();
        let proposal = &ledger.proposals[number].proposal;
        let can_be_tried_again = proposal.can_be_tried_again();
        if let (Told::Acknowledged { .. }, Place::At(_)) = (&told, proposal.place)
            && can_be_tried_again
        {
            self.written.push(proposal.clone());
        }
        let is_known = told != Told::Unknown;
        ledger.tell(number, told);
        is_known || !can_be_tried_again
    }

    async fn attempt(&mut self, number: usize) -> Told {
        let proposal = self.world.ledger.borrow().proposals[number].proposal.clone();
        let history = proposal.stream.as_ref().map(|stream| {
            let operation = Operation::Append {
                place: proposal.place,
                events: proposal.tokens.clone(),
            };
            let mut ledger = self.world.ledger.borrow_mut();
            (
                stream.clone(),
                ledger.history(stream).invoke(self.name, operation),
            )
        });
        let ids: Vec<EventId> = proposal.ids().collect();
        let sent = Sent::Append {
            count: proposal.events.len(),
            ids: &ids,
            at_end: !matches!(proposal.place, Place::At(_)),
        };
        let Some(answer) = self.send(proposal.request(), sent).await else {
            return Told::Unknown;
        };
        let (told, stream) = told(&answer);
        let mut ledger = self.world.ledger.borrow_mut();
        let proposed = &mut ledger.proposals[number].proposal;
        if let (None, Some(stream)) = (&proposed.stream, &stream) {
            proposed.stream = Some(stream.clone());
        }
        if let Some(ids) = event_ids(&answer) {
            proposed.identify(&ids);
        }
        if let Some((stream, call)) = history {
            if let Some(answer) = specified(&told) {
                ledger.history(&stream).answer(call, answer);
            }
            if let Told::Acknowledged { revision: at, .. } | Told::Conflict { current: at, .. } = told {
                self.believed.insert(stream, at);
            }
        }
        told
    }

    /// Reads, once.
    pub(crate) async fn read(&mut self, stream: &StreamPath, question: Question) {
        let (acknowledged, call) = {
            let mut ledger = self.world.ledger.borrow_mut();
            // An eventual reading promises to show some earlier state, which has no place in this order.
            let call = question
                .is_strong()
                .then(|| ledger.history(stream).invoke(self.name, question.operation()));
            (ledger.acknowledged(stream), call)
        };
        let path = format!("/streams/{stream}/{}", question.path());
        let request = json_request(Method::GET, &path, "");
        let Some(shown) = self.send(request, Sent::Reading).await.as_ref().and_then(shown) else {
            return;
        };
        if let Shown::Details { revision, .. } = shown {
            self.believed.insert(stream.clone(), revision);
        }
        let mut ledger = self.world.ledger.borrow_mut();
        if let Some(call) = call {
            ledger.history(stream).answer(call, shown.specified());
        }
        ledger.readings.push(Reading {
            stream: stream.clone(),
            question,
            acknowledged,
            shown,
        });
    }

    async fn ask_nonsense(&mut self, stream: &StreamPath) {
        let request = workload::malformed(stream, &mut self.rng);
        self.send(request, Sent::Malformed).await;
    }

    /// Sends a request to some process. There is no answer when the client does not wait for it.
    async fn send(&mut self, request: Request<Body>, sent: Sent<'_>) -> Option<Answer> {
        let process = self.world.process(&mut self.rng);
        let what = format!("{} {} {}", self.name, request.method(), request.uri());
        let fate = Fate::default();
        let is_patient = self.rng.u8(..100) >= 6;
        let patience = if is_patient {
            // Parsing and answering take no time on a clock that stands still meanwhile.
            limits::OPERATION_TIMEOUT + Duration::from_millis(1)
        } else {
            Duration::from_millis(self.rng.u64(1..400))
        };
        let sending = FATE.scope(fate.clone(), send(&process, request));
        let answer = timeout(patience, sending).await.ok();
        self.note(&what, answer.as_ref(), &fate.faults(), sent, is_patient);
        answer
    }

    fn note(&self, what: &str, answer: Option<&Answer>, faults: &[Fault], sent: Sent<'_>, is_patient: bool) {
        let mut ledger = self.world.ledger.borrow_mut();
        let outcome = answer.map_or("abandoned", outcome);
        ledger.tally.outcome(outcome);
        ledger.transcript.push(format!("{what}: {outcome} {faults:?}"));
        let complaint = match answer {
            Some(answer) => improper(answer, faults, sent),
            None => is_patient.then(|| format!("no answer in time after {faults:?}")),
        };
        ledger
            .improper
            .extend(complaint.map(|text| format!("{what}: {text}")));
    }

    async fn pause(&mut self, longest: u64) {
        sleep(Duration::from_millis(self.rng.u64(..longest))).await;
    }
}
