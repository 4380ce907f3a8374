//! The way from the SDK to DynamoDB: its HTTP client, with faults in it.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use event_store_function::dynamo;
use fastrand::Rng;
use tokio::time::sleep;

use super::answers::{cut, failed, reset, response, throttled};
use super::defect::Defect;
use super::fault::{FATE, Fault};
use super::replica::Replica;
use super::request::Request;
use super::tally::Tally;
use super::weather::Weather;
use crate::support::{DynamoDb, DynamoDbAnswer, Witness, environment};

/// A DynamoDB of its own, and the way there.
#[derive(Clone)]
pub(crate) struct Network(Arc<Inner>);

struct Inner {
    database: DynamoDb,
    witness: Witness,
    defect: Option<Defect>,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    weather: Weather,
    replica: Replica,
    tally: Tally,
}

/// What becomes of a request, and how long it takes.
struct Course {
    fault: Option<Fault>,
    there: Duration,
    back: Duration,
    later: Duration,
}

impl Network {
    pub(crate) fn new(mut rng: Rng, defect: Option<Defect>) -> Self {
        let state = State {
            weather: Weather::random(&mut rng),
            rng,
            replica: Replica::default(),
            tally: Tally::default(),
        };
        Self(Arc::new(Inner {
            database: DynamoDb::with_tables(),
            witness: Witness::default(),
            defect,
            state: Mutex::new(state),
        }))
    }

    /// A client as in production, on this network. Like a process, it has used up no retries yet.
    pub(crate) fn client(&self) -> Client {
        let retries = RetryPartition::custom("a process").token_bucket(TokenBucket::default());
        let configuration = dynamo::configuration(&environment("http://dynamodb"))
            .http_client(self.clone())
            .retry_partition(retries.build());
        Client::from_conf(configuration.build())
    }

    /// Lets nothing go wrong any more.
    pub(crate) fn calm(&self) {
        self.0.state.lock().unwrap().weather = Weather::CALM;
    }

    /// DynamoDB, without the way there.
    pub(crate) fn database(&self) -> &DynamoDb {
        &self.0.database
    }

    /// What happened so far.
    pub(crate) fn tally(&self) -> Tally {
        self.0.state.lock().unwrap().tally.clone()
    }

    /// The requests that the witness did not let pass.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.0.witness.take_refused()
    }

    fn course(&self, request: &Request) -> Course {
        let mut state = self.0.state.lock().unwrap();
        let State {
            rng, weather, tally, ..
        } = &mut *state;
        let fault = weather.befall(request, rng);
        tally.request(fault);
        let mut milliseconds = |range| Duration::from_millis(rng.u64(range));
        Course {
            fault,
            there: milliseconds(1..6),
            back: milliseconds(1..6),
            later: milliseconds(20..3_000),
        }
    }

    /// Lets a request arrive.
    fn arrive(&self, request: &Request) -> DynamoDbAnswer {
        let mut state = self.0.state.lock().unwrap();
        let State { rng, replica, .. } = &mut *state;
        let answer = match &self.0.defect {
            Some(defect) => defect.answer(&self.0.database, request, replica, rng),
            None => self.0.database.answer(request.operation(), request.json()),
        };
        if request.is_put() && answer.status == 200 {
            replica.send(request.json());
        }
        answer
    }

    /// Lets a reading arrive where an earlier state is.
    fn arrive_at_replica(&self, request: &Request) -> DynamoDbAnswer {
        let mut state = self.0.state.lock().unwrap();
        let State { rng, replica, .. } = &mut *state;
        replica.answer(request.operation(), request.json(), rng)
    }

    /// Lets a request arrive a second time, or after its sender has given up.
    fn arrive_later(&self, request: Request, later: Duration) {
        let network = self.clone();
        tokio::spawn(async move {
            sleep(later).await;
            network.arrive(&request);
        });
    }

    async fn carry(self, request: Request) -> Result<HttpResponse, ConnectorError> {
        if let Err(refusal) = self.0.witness.admit(request.operation(), request.json()) {
            return Ok(response(refusal));
        }
        let course = self.course(&request);
        if let Some(fault) = course.fault {
            let _ = FATE.try_with(|fate| fate.note(fault));
        }
        sleep(course.there).await;
        let answer = match course.fault {
            None => self.arrive(&request),
            Some(Fault::Throttled) => throttled(course.later),
            Some(Fault::FailedBefore) => failed(),
            Some(Fault::FailedAfter) => {
                self.arrive(&request);
                failed()
            }
            Some(Fault::RequestLost) => return std::future::pending().await,
            Some(Fault::AnswerLost) => {
                self.arrive(&request);
                return std::future::pending().await;
            }
            Some(Fault::ResetBefore) => return Err(reset()),
            Some(Fault::ResetAfter) => {
                self.arrive(&request);
                return Err(reset());
            }
            Some(Fault::AnswerCut) => return Ok(cut(&self.arrive(&request))),
            Some(Fault::Slow) => {
                let answer = self.arrive(&request);
                sleep(course.later / 2).await;
                answer
            }
            Some(Fault::PutLate) => {
                self.arrive_later(request, course.later);
                return Err(reset());
            }
            Some(Fault::PutDoubled) => {
                self.arrive_later(request.clone(), course.later);
                self.arrive(&request)
            }
            Some(Fault::ReadStale) => self.arrive_at_replica(&request),
        };
        sleep(course.back).await;
        Ok(response(answer))
    }
}

impl HttpClient for Network {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry(Request::from(&request)))
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Network")
    }
}
