//! The operations that are measured.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use event_store_bench::{Call, StreamCalls};
use tower::ServiceExt as _;

use super::dynamo::{Answer, Dynamo, commit, listed, stream};
use super::sdk::SdkShare;
use super::usage::Usage;

/// An operation of the API, with the database's answers.
pub(crate) struct Operation {
    /// Its name in the report.
    pub(crate) name: &'static str,
    status: u16,
    database: Dynamo,
    /// How often one round executes it.
    times: u32,
    /// The next call.
    next: Box<dyn FnMut() -> Call>,
}

/// The cost of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) whole: Usage,
    pub(crate) sdk: Usage,
}

/// The number of rounds, whose median is reported.
const ROUNDS: usize = 9;

impl Operation {
    /// Every operation that is measured.
    pub(crate) fn all() -> Vec<Self> {
        let put = || ("PutItem", Answer::written());
        let found = |items: &[_]| ("Query", Answer::items(items));
        let commits = |count: usize| (1..=count).map(|first| commit(first, 1)).collect::<Vec<_>>();
        let streams = || std::iter::repeat_with(listed).take(13).collect::<Vec<_>>();
        let refused = ("PutItem", Answer::refused(&commit(1, 1)));
        let stream = stream();
        vec![
            Self::new("liveness", 200, [], Call::liveness),
            Self::new("create", 201, [put()], || StreamCalls::of_new_stream().create()),
            Self::new("append, warm", 201, [put()], warm(1)),
            Self::new("append, cold", 201, [put(), found(&[commit(1, 1)])], || {
                StreamCalls::of_new_stream().append(2)
            }),
            Self::new("append of 10, warm", 201, [put()], warm(10)),
            Self::new("append of 100, warm", 201, [put()], warm(100)).rarely(),
            Self::new("conflict", 409, [refused, found(&[commit(1, 1)])], || {
                StreamCalls::of_new_stream().create()
            }),
            Self::new("read 10 events", 200, [found(&commits(10))], move || {
                stream.read(10)
            }),
            Self::new("read 1,000 events", 200, [found(&commits(1_000))], move || {
                stream.read(1_000)
            })
            .rarely(),
            Self::new("list 13 streams, 8 requests", 200, [found(&streams())], || {
                Call::list(13)
            })
            .rarely(),
        ]
    }

    fn new<const ANSWERS: usize>(
        name: &'static str,
        status: u16,
        answers: [(&'static str, Answer); ANSWERS],
        next: impl FnMut() -> Call + 'static,
    ) -> Self {
        Self {
            name,
            status,
            database: Dynamo::answering(answers),
            times: 2_000,
            next: Box::new(next),
        }
    }

    /// The same operation, executed less often because it is slow.
    fn rarely(self) -> Self {
        Self { times: 100, ..self }
    }

    /// Executes the operation many times, and returns the median of the rounds by processor time.
    pub(crate) async fn measure(self) -> Taken {
        let Self {
            database,
            times,
            status,
            mut next,
            ..
        } = self;
        let share = SdkShare::default();
        let api = database.api(share.clone());
        let mut rounds = Vec::new();
        // The first round fills caches and buffers, and does not count.
        for _ in 0..=ROUNDS {
            let calls: Vec<_> = (0..times).map(|_| request(next())).collect();
            share.take();
            let before = Usage::so_far();
            for call in calls {
                answer(&api, call, status).await;
            }
            rounds.push(Taken {
                whole: Usage::since(before) / times,
                sdk: share.take() / times,
            });
        }
        rounds.remove(0);
        rounds.sort_by_key(|round| round.whole.cpu);
        rounds[ROUNDS / 2]
    }
}

/// Consecutive appends of `count` events each to one stream; the first one creates it.
fn warm(count: usize) -> impl FnMut() -> Call {
    let stream = StreamCalls::of_new_stream();
    let mut revision = 1;
    move || {
        let call = if count == 1 {
            stream.append(revision)
        } else {
            stream.append_batch(revision, count)
        };
        revision += count as u64;
        call
    }
}

fn request(call: Call) -> Request<Body> {
    Request::builder()
        .method(call.method.clone())
        .uri(call.target())
        .header("content-type", "application/json")
        .body(call.body.map_or_else(Body::empty, Body::from))
        .unwrap_or_else(|error| unreachable!("a call is a request: {error}"))
}

async fn answer(api: &Router, request: Request<Body>, status: u16) {
    let Ok(response) = api.clone().oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    assert_eq!(head.status, status, "{}", String::from_utf8_lossy(&body));
}
