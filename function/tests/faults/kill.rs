//! The API's process, killed at random moments while clients are at work.

use std::cell::{Cell, RefCell};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use axum::body::to_bytes;
use event_store_types::EventId;
use fastrand::Rng;
use futures::future::{join, join_all};
use tokio::process::Child;
use tokio::time::{Instant, sleep};

use super::conduct::{Sent, improper};
use super::fault::Fault;
use super::ledger::{Ledger, Told};
use super::log::{log, tail};
use super::proposal::{Numbers, Place, Proposal, StreamPath};
use super::reception::{outcome, told};
use super::verdict::contradictions;
use super::workload;
use crate::support::{Answer, Database, Process};

const KILLS: usize = 15;
const CLIENTS: usize = 8;
const STREAMS: usize = 3;

/// How long a process may take until it serves.
const PATIENCE: Duration = Duration::from_secs(20);

/// For how long the database has done something before it says so: time for its client to be killed in.
const DELAY: Duration = Duration::from_millis(3);

/// What the clients share.
struct Scene {
    address: String,
    streams: Vec<StreamPath>,
    numbers: Numbers,
    ledger: RefCell<Ledger>,
    is_over: Cell<bool>,
}

#[tokio::test]
async fn however_often_the_process_is_killed_each_acknowledged_event_is_there_exactly_once() {
    let database = Database::answering_after(DELAY).await;
    let mut rng = Rng::with_seed(1);
    let port = free_port();
    let scene = Scene {
        address: format!("http://127.0.0.1:{port}"),
        streams: (0..STREAMS).map(|_| workload::stream(&mut rng)).collect(),
        numbers: Numbers::default(),
        ledger: RefCell::default(),
        is_over: Cell::new(false),
    };
    let clients = (0..CLIENTS).map(|_| work(&scene, rng.fork()));
    let clients = join_all(clients.collect::<Vec<_>>());
    let killing = async {
        let start = async || serving(&database, port, &scene.address).await;
        let mut process = start().await;
        for _ in 0..KILLS {
            sleep(Duration::from_millis(rng.u64(20..200))).await;
            // SIGKILL, to this very process.
            process.kill().await.unwrap();
            process = start().await;
        }
        scene.is_over.set(true);
        process
    };
    join(clients, killing).await;

    let log = log(&database.dynamodb);
    let ledger = scene.ledger.into_inner();
    let mut wrong = contradictions(&ledger, &log);
    wrong.extend(ledger.improper.iter().cloned());
    assert!(
        wrong.is_empty(),
        "{} things are wrong, such as {}",
        wrong.len(),
        wrong[0]
    );

    let events: u64 = log.values().map(|commits| tail(commits)).sum();
    let outcomes = &ledger.tally.outcomes;
    println!("{KILLS} kills while {events} events were written: {outcomes:?}");
    // Some requests were killed, and some of those had been written.
    assert!(
        outcomes["no answer"] > 0 && outcomes["201 replayed"] > 0,
        "{outcomes:?}"
    );
    let is_known = |told: &Vec<Told>| told.last().is_some_and(|told| *told != Told::Unknown);
    assert!(ledger.proposals.iter().all(|proposed| is_known(&proposed.told)));
}

/// Proposes one thing after another, each with the same event ids until it is known what came of it.
async fn work(scene: &Scene, mut rng: Rng) {
    // Another worker may have chosen before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut believed = [0; STREAMS];
    while !scene.is_over.get() {
        let place = rng.usize(..STREAMS);
        let proposal = proposal(scene, place, believed[place], &mut rng);
        let number = scene.ledger.borrow_mut().propose(proposal.clone());
        loop {
            let told = attempt(scene, &client, &proposal).await;
            scene.ledger.borrow_mut().tell(number, told.clone());
            match told {
                Told::Unknown => sleep(Duration::from_millis(10)).await,
                Told::Acknowledged { revision: at, .. } | Told::Conflict { current: at, .. } => {
                    believed[place] = at;
                    break;
                }
                Told::Reused | Told::NotFound => break,
            }
        }
    }
}

/// Something to propose that can be tried again.
fn proposal(scene: &Scene, place: usize, believed: u64, rng: &mut Rng) -> Proposal {
    loop {
        let proposal = workload::proposal(&scene.numbers, &scene.streams[place], believed, rng);
        if proposal.can_be_tried_again() {
            return proposal;
        }
    }
}

async fn attempt(scene: &Scene, client: &reqwest::Client, proposal: &Proposal) -> Told {
    let answer = send(client, &scene.address, proposal).await;
    let mut ledger = scene.ledger.borrow_mut();
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let is_refused = error.is_connect();
            ledger
                .tally
                .outcome(if is_refused { "no connection" } else { "no answer" });
            return Told::Unknown;
        }
    };
    ledger.tally.outcome(outcome(&answer));
    let ids: Vec<EventId> = proposal.ids().collect();
    let sent = Sent::Append {
        count: ids.len(),
        ids: &ids,
        at_end: !matches!(proposal.place, Place::At(_)),
    };
    // On a busy machine the database may be too slow.
    ledger.improper.extend(improper(&answer, &[Fault::Slow], sent));
    told(&answer).0
}

async fn send(client: &reqwest::Client, address: &str, proposal: &Proposal) -> reqwest::Result<Answer> {
    let (parts, body) = proposal.request().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let request = client.request(parts.method, format!("{address}{}", parts.uri));
    let response = request.headers(parts.headers).body(body).send().await?;
    Ok(Answer {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await?,
    })
}

/// Starts a process, and waits until it serves.
async fn serving(database: &Database, port: u16, address: &str) -> Child {
    let port = port.to_string();
    let variables = [("PORT", port.as_str()), ("LOG_LEVEL", "error")];
    let mut child = Process::command(database.address, &variables)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while reqwest::get(format!("{address}/liveness-check")).await.is_err() {
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "the process ended, perhaps as its port was taken"
        );
        assert!(start.elapsed() < PATIENCE, "the process does not serve");
        sleep(Duration::from_millis(5)).await;
    }
    child
}

/// A port that stays free while nothing listens on it: none of those that the system gives away by itself.
fn free_port() -> u16 {
    let mut candidates = (20_000..32_000).map(|_| fastrand::u16(20_000..32_000));
    candidates
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}
