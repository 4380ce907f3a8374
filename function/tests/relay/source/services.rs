//! DynamoDB, SNS and SQS, as far as the relay calls them, in process: the SDK's requests in, its answers out.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use tokio::time::sleep;

use super::ledger::{Effects, Ledger};
use super::weather::{Fault, Service, Weather, When};
use super::{dynamodb, feed, sns, sqs};

/// The services as one shard's invocations reach them.
#[derive(Clone)]
pub(super) struct Services {
    /// What all shards have effected.
    pub(super) effects: Arc<Mutex<Effects>>,
    /// What this shard's invocation was told.
    pub(super) ledger: Arc<Mutex<Ledger>>,
    pub(super) weather: Arc<Mutex<Weather>>,
}

/// An answer, and what the relay knows once it has it.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) told: Ledger,
}

impl Answered {
    pub(super) fn success(body: impl Into<String>, told: Ledger) -> Self {
        Self {
            status: 200,
            body: body.into(),
            told,
        }
    }

    /// An answer that tells of no effect.
    pub(super) fn failure(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
            told: Ledger::default(),
        }
    }
}

impl Services {
    pub(super) fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap()
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    async fn answer(
        self,
        service: Service,
        operation: &str,
        body: Vec<u8>,
    ) -> Result<HttpResponse, ConnectorError> {
        let (delay, fault) = {
            let mut weather = self.weather();
            (weather.delay(), weather.fault(service))
        };
        self.ledger().calls += 1;
        sleep(delay).await;
        let answered = match fault {
            None => self.apply(service, operation, &body),
            Some((When::Before, fault)) => suffer(service, fault).await?,
            Some((When::After, fault)) => {
                self.apply(service, operation, &body);
                suffer(service, fault).await?
            }
        };
        self.ledger().add(answered.told);
        let status = answered.status.try_into().unwrap();
        Ok(HttpResponse::new(status, SdkBody::from(answered.body)))
    }

    fn apply(&self, service: Service, operation: &str, body: &[u8]) -> Answered {
        let mut effects = self.effects.lock().unwrap();
        match service {
            Service::DynamoDb => match operation {
                "UpdateItem" => dynamodb::update_item(body, &mut effects),
                "BatchGetItem" => dynamodb::batch_get_item(body, &effects),
                "PutItem" => feed::put_item(body, &mut effects),
                "Query" => feed::query(body, &effects),
                other => panic!("the relay has no business with `{other}`"),
            },
            Service::Sns => sns::publish_batch(body, &mut effects, &mut self.weather()),
            Service::Sqs => sqs::send_message(body, &mut effects),
        }
    }
}

async fn suffer(service: Service, fault: Fault) -> Result<Answered, ConnectorError> {
    let (status, code) = match (fault, service) {
        (Fault::Reset, _) => return Err(ConnectorError::io("the connection was reset".into())),
        (Fault::Silence, _) => std::future::pending().await,
        (Fault::Garbage, _) => return Ok(Answered::failure(200, "<neither XML nor JSON")),
        (Fault::Error, _) => (500, "InternalError"),
        (Fault::Throttle, Service::DynamoDb) => (400, "ProvisionedThroughputExceededException"),
        (Fault::Throttle, Service::Sns) => (400, "Throttled"),
        (Fault::Throttle, Service::Sqs) => (400, "RequestThrottled"),
        (Fault::Refusal, Service::DynamoDb) => (400, "AccessDeniedException"),
        (Fault::Refusal, _) => (403, "AccessDenied"),
    };
    let body = if service == Service::Sns {
        format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>scripted</Message></Error></ErrorResponse>"
        )
    } else {
        serde_json::json!({"__type": code, "message": "scripted"}).to_string()
    };
    Ok(Answered::failure(status, body))
}

impl HttpConnector for Services {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (service, operation) = match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => (Service::DynamoDb, operation.to_owned()),
            Some(("AmazonSQS", operation)) => (Service::Sqs, operation.to_owned()),
            _ => (Service::Sns, String::new()),
        };
        let body = request.body().bytes().unwrap_or_default().to_vec();
        let services = self.clone();
        HttpConnectorFuture::new(async move { services.answer(service, &operation, body).await })
    }
}

impl HttpClient for Services {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Services")
    }
}
