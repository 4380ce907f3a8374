//! How the SDK's client reaches the database within this process.

use std::sync::mpsc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use tokio::sync::oneshot;

use super::database::{Answer, Message, Question};

/// The header with the operation's name, after a version and a dot.
const OPERATION: &str = "x-amz-target";

/// Passes requests to the database's thread, in place of a network connection.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    questions: mpsc::Sender<Message>,
}

impl Connector {
    pub(super) fn to(questions: mpsc::Sender<Message>) -> Self {
        Self { questions }
    }

    /// Sends a question to the thread. `None` once the database is closed.
    pub(super) fn question(&self, operation: String, body: Vec<u8>) -> Option<oneshot::Receiver<Answer>> {
        let (answer, answered) = oneshot::channel();
        let question = Question {
            operation,
            body,
            answer,
        };
        self.questions.send(Message::Question(question)).ok()?;
        Some(answered)
    }

    fn hand_over(&self, request: &HttpRequest) -> Result<oneshot::Receiver<Answer>, ConnectorError> {
        let target = request.headers().get(OPERATION).unwrap_or_default();
        let (_, operation) = target
            .rsplit_once('.')
            .ok_or_else(|| ConnectorError::user("the request names no operation".into()))?;
        let body = request
            .body()
            .bytes()
            .ok_or_else(|| ConnectorError::user("the request's body is a stream".into()))?;
        self.question(operation.to_owned(), body.to_vec())
            .ok_or_else(closed)
    }
}

fn closed() -> ConnectorError {
    ConnectorError::io("the database is closed".into())
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = self.hand_over(&request);
        HttpConnectorFuture::new(async move {
            let answer = asked?.await.map_err(|_| closed())?;
            let status = StatusCode::try_from(answer.status)
                .map_err(|error| ConnectorError::other(error.into(), None))?;
            Ok(HttpResponse::new(status, SdkBody::from(answer.body)))
        })
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
