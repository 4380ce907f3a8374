//! `deployer smoke`: the only code here that uses the store's own client.

use std::time::Duration;

use cfn_deploy::{BoxError, OutputNames, Refusal, Session, SmokeError, SmokeTarget, Store, Stores, smoke};
use clap::Args;
use event_store_client::transport::Network;
use event_store_client::types::{
    EventId, ExpectedRevision, NewEvent, Notification, Revision, StreamId, StreamType,
};
use event_store_client::{Client, ClientBuilder, Error as ClientError};
use futures::TryStreamExt as _;
use serde_json::{Value, json};

use super::connection::Connection;
use super::deployment::address;
use super::error::{CommandError, ErrorKind};
use super::format::FormatArgs;
use super::hints::Hints;
use crate::aws::{Aws, Certificates};
use crate::environment::Environment;
use crate::settings::Settings;
use crate::ui::Ui;

pub(super) const OUTPUTS: OutputNames = OutputNames {
    url: "EsUrl",
    topic: "EsSnsTopic",
};

/// The type of the only stream that the test appends to, one event per run.
const STREAM_TYPE: &str = "deployer-smoke";
const EVENT_TYPE: &str = "tried";

/// The template is not that of a store, so it cannot be tested.
#[derive(Debug, thiserror::Error)]
#[error("`{template}` is not the template of an event store: it has no output `{output}`")]
struct NoStore {
    template: String,
    output: &'static str,
}

/// Refuses to deploy and test a template that cannot be tested, before it is deployed.
pub(super) fn check_store(rendered: &str, settings: &Settings) -> Result<(), CommandError> {
    check_outputs(rendered, settings).map_err(|no_store| {
        let instead = Hints::of(&settings.environment).instead_of_smoke();
        no_store.hint(format!("leave out `--smoke`: {instead}"))
    })
}

/// Refuses a template that makes no store.
pub(super) fn check_outputs(rendered: &str, settings: &Settings) -> Result<(), CommandError> {
    let rendered: Value = serde_json::from_str(rendered).unwrap_or_default();
    let lacks = |output: &&str| rendered["Outputs"].get(*output).is_none();
    match [OUTPUTS.url, OUTPUTS.topic].into_iter().find(lacks) {
        None => Ok(()),
        Some(output) => {
            let template = settings.template_name.clone();
            Err(CommandError::new(ErrorKind::Usage, NoStore { template, output }))
        }
    }
}

/// Try the store: append, read back, see it announced and listed
///
/// The event goes to one fixed stream of the type `deployer-smoke`. A temporary queue listens for its announcement and is removed again, whatever
/// happens. Where access is iam, a call without a signature has to be refused.
#[derive(Args, Debug)]
pub struct SmokeArgs {
    /// How many seconds all steps together may take; by default 60, or 300 if the stack was created in the last
    /// quarter of an hour
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=900))]
    timeout: Option<u64>,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(args: &SmokeArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    cloud.tell_unfinished(&session).await;
    let timeout = args.timeout.map(Duration::from_secs);
    let stores = HttpStores {
        cloud: &cloud,
        environment: &settings.environment,
    };
    try_store(&mut session, &stores, timeout)
        .await
        .map_err(|error| cloud.hints().smoke(error))?;
    ui.tried(settings.environment.stack.as_str());
    Ok(())
}

/// The store of an environment, over HTTP.
pub(super) struct HttpStores<'a> {
    pub(super) cloud: &'a Connection<'a>,
    pub(super) environment: &'a Environment,
}

impl Stores for HttpStores<'_> {
    type Store = HttpStore;

    fn outputs(&self) -> OutputNames {
        OUTPUTS
    }

    fn at(&self, target: &SmokeTarget) -> Result<HttpStore, BoxError> {
        let target = SmokeTarget {
            url: address(&target.url, self.environment),
            ..target.clone()
        };
        HttpStore::at(&target, self.cloud.aws(), self.environment)
    }
}

async fn try_store(
    session: &mut Session<'_, Aws>,
    stores: &HttpStores<'_>,
    timeout: Option<Duration>,
) -> Result<(), SmokeError> {
    let stack = stores.environment.stack.as_str();
    let target = SmokeTarget::find(session, stack, stores.outputs()).await?;
    let store = stores.at(&target).map_err(SmokeError::Unreachable)?;
    // On the heap: with the client in it, the future would use much of its caller's stack.
    Box::pin(smoke(session, &target, &store, timeout)).await
}

/// The longest wait for one answer, including the client's own retries.
const ANSWER: Duration = Duration::from_secs(20);

/// The connect timeout.
const CONNECTING: Duration = Duration::from_secs(3);

/// The store over HTTP.
pub(super) struct HttpStore {
    client: Client,
    unsigned: Client,
    stream_type: StreamType,
    stream_id: StreamId,
    /// Created once, so that the store recognises a repeated append.
    event: NewEvent,
    event_id: EventId,
}

impl HttpStore {
    fn at(target: &SmokeTarget, aws: &Aws, environment: &Environment) -> Result<Self, BoxError> {
        let stream_type: StreamType = STREAM_TYPE.parse()?;
        let event_id = EventId::random();
        let payload = json!({"environment": environment.name.to_string()});
        Ok(Self {
            client: signed(target, aws, environment)?.build()?,
            unsigned: unsigned(target, aws)?.build()?,
            stream_id: StreamId::from_name(&stream_type, target.stack.as_str()),
            stream_type,
            event: NewEvent::of(EVENT_TYPE.parse()?, &payload)?.with_id(event_id),
            event_id,
        })
    }
}

/// A client of a store that is reached as its environment says, signed where the store wants it.
pub(super) fn client(target: &SmokeTarget, aws: &Aws, environment: &Environment) -> Result<Client, BoxError> {
    let target = SmokeTarget {
        url: address(&target.url, environment),
        ..target.clone()
    };
    Ok(signed(&target, aws, environment)?.build()?)
}

fn signed(target: &SmokeTarget, aws: &Aws, environment: &Environment) -> Result<ClientBuilder, BoxError> {
    let builder = unsigned(target, aws)?;
    Ok(match aws.credentials() {
        Some(credentials) if target.is_signed => builder.aws_iam(credentials, environment.region.as_str()),
        _ => builder,
    })
}

fn unsigned(target: &SmokeTarget, aws: &Aws) -> Result<ClientBuilder, BoxError> {
    let trusted = aws.certificates().map_or(&[][..], Certificates::pem);
    Ok(Client::builder(&target.url)
        .user_agent("deployer")
        .operation_timeout(ANSWER)
        .transport(Network::trusting(CONNECTING, trusted)?))
}

/// The store returned another event than the appended one.
#[derive(Debug, thiserror::Error)]
#[error("at revision {revision} is not the event that was appended there")]
struct NotFound {
    revision: u64,
}

/// The store itself never answers 403 or 429; AWS does, before the store.
pub(super) fn refusal(error: ClientError) -> Refusal {
    match error.status().map(|status| status.as_u16()) {
        None | Some(403 | 429) => Refusal::NotReached(error.into()),
        Some(_) => Refusal::Wrong(error.into()),
    }
}

impl Store for HttpStore {
    async fn append(&self) -> Result<u64, Refusal> {
        let appended = self
            .client
            .append(
                &self.stream_type,
                self.stream_id,
                ExpectedRevision::Any,
                self.event.clone(),
            )
            .await
            .map_err(refusal)?;
        Ok(appended.stream.revision.as_u64())
    }

    async fn read_back(&self, revision: u64) -> Result<(), Refusal> {
        let until = Revision::try_from(revision).map_err(|error| Refusal::Wrong(error.into()))?;
        let events = self.client.events(&self.stream_type, self.stream_id);
        let mut newest = events.until(until).backwards().limit(1).into_stream();
        let found = newest.try_next().await.map_err(refusal)?;
        match found {
            Some(event) if event.event_id == self.event_id => Ok(()),
            _ => Err(Refusal::Wrong(NotFound { revision }.into())),
        }
    }

    async fn lists(&self, revision: u64) -> Result<bool, Refusal> {
        let mut listed = self.client.streams(&self.stream_type).into_stream();
        while let Some(stream) = listed.try_next().await.map_err(refusal)? {
            if stream.stream_id == self.stream_id {
                return Ok(stream.revision.as_u64() >= revision);
            }
        }
        Ok(false)
    }

    async fn call_unsigned(&self) -> Result<u16, Refusal> {
        match self.unsigned.stream(&self.stream_type, self.stream_id).await {
            Ok(_) => Ok(200),
            Err(error) => match error.status() {
                Some(status) => Ok(status.as_u16()),
                None => Err(refusal(error)),
            },
        }
    }

    fn announces(&self, message: &str, revision: u64) -> bool {
        serde_json::from_str::<Notification>(message).is_ok_and(|notification| {
            notification.stream_type == self.stream_type
                && notification.stream_id == self.stream_id
                && notification.stream_revision.as_u64() >= revision
        })
    }
}
