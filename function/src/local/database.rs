//! The database in this process: DynamoDB's operations on SQLite, on a thread of its own.
//!
//! The SDK's client is that of production. Only its connector differs: it passes requests to the thread
//! instead of sending them ([`super::connector`]). So there is no socket and no signature, but the same
//! retries and timeouts. A single thread is enough, because SQLite writes one transaction at a time anyway.
//! It is separate, because it waits for the disk, which the tasks that serve HTTP must not.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use dynoxide::DynoxideError;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::types::{AttributeValue, Item};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::oneshot;

use super::behind::Behind;
use super::condition::Condition;
use super::connector::Connector;
use super::data_folder::DataFolder;
use super::failure::Failure;
use super::tables::TableNames;
use crate::dynamo::{self, CatalogueTable, EventsTable, FeedTable};
use crate::store::StreamKey;

/// Which losses an acknowledged write to a file survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// The end of the process, whatever its cause. A loss of power may take the last writes, but no others:
    /// SQLite's write-ahead log with `synchronous=NORMAL`.
    Kill,
    /// A loss of power as well, provided that the disk keeps what it acknowledges: `synchronous=FULL`, at the
    /// price of a sync per write.
    PowerLoss,
}

/// The database, open.
#[derive(Debug)]
pub(super) struct Database {
    questions: mpsc::Sender<Message>,
    tables: TableNames,
    thread: JoinHandle<()>,
}

impl Database {
    /// Opens the database in `file`, or one in memory, and creates the missing tables. `behind` receives each
    /// stream that is appended to, and `condition` each damage that is found.
    ///
    /// # Errors
    /// When the database cannot be opened, or no thread can be started.
    pub(super) fn open(
        file: Option<(DataFolder, Durability)>,
        behind: Arc<Behind>,
        condition: Option<Arc<Condition>>,
    ) -> Result<Self, Failure> {
        let database = match &file {
            Some((file, durability)) => on_file(file, *durability)?,
            None => dynoxide::Database::memory().map_err(Failure::Memory)?,
        };
        let tables = TableNames::made_in(&database).map_err(Failure::Tables)?;
        if let (Some((folder, _)), Some(condition)) = (&file, &condition) {
            condition.is_open_with(folder.mark_open()?);
        }
        let (questions, asked) = mpsc::channel();
        let answering = Answering {
            database,
            events_table: tables.events.clone(),
            behind,
            condition,
        };
        let thread = std::thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || {
                answering.run(&asked);
                // After the database: its last act is to move what is in the write-ahead log into the file.
                if let Some((folder, _)) = file {
                    folder.close();
                }
            });
        Ok(Self {
            questions,
            tables,
            thread: thread.map_err(Failure::Thread)?,
        })
    }

    /// A connector with which the SDK reaches the database, in place of an HTTP client.
    pub(super) fn connector(&self) -> Connector {
        Connector::to(self.questions.clone())
    }

    /// The tables, as the API and the relay see them.
    pub(super) fn tables(&self) -> (EventsTable, CatalogueTable, FeedTable) {
        let client = dynamo::connect_through(self.connector());
        let events = EventsTable::new(client.clone(), self.tables.events.as_str());
        (
            events,
            CatalogueTable::new(client.clone(), self.tables.catalogue.as_str()),
            FeedTable::new(client, self.tables.feed.as_str()),
        )
    }

    /// The catalogue's name.
    pub(super) fn catalogue_name(&self) -> &str {
        &self.tables.catalogue
    }

    /// Answers the requests received so far, and closes the database. Later requests get no answer.
    pub(super) fn close(self) {
        // It can only have ended already.
        let _ = self.questions.send(Message::Close);
        if self.thread.join().is_err() {
            tracing::error!("the database's thread panicked");
        }
    }
}

fn on_file(file: &DataFolder, durability: Durability) -> Result<dynoxide::Database, Failure> {
    let path = file.path();
    let opened = dynoxide::Database::new(file.location());
    let opened = opened.and_then(|database| {
        // The one way to say so: it sets `synchronous=NORMAL`, and everything else as it is by default. Without it, it is `FULL`.
        if durability == Durability::Kill {
            database.disable_bulk_loading()?;
        }
        Ok(database)
    });
    opened.map_err(|source| match source {
        DynoxideError::SqliteError(error)
            if matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
            ) =>
        {
            Failure::DatabaseLocked {
                path: path.to_owned(),
            }
        }
        source => Failure::Database {
            path: path.to_owned(),
            source,
        },
    })
}

/// A message to the thread.
pub(super) enum Message {
    /// Answer this.
    Question(Question),
    /// Close the database, and end.
    Close,
}

/// An operation to carry out.
pub(super) struct Question {
    /// The operation's name, such as `PutItem`.
    pub(super) operation: String,
    /// The request's JSON.
    pub(super) body: Vec<u8>,
    /// Receives the answer. The operation is carried out even if nobody waits for it.
    pub(super) answer: oneshot::Sender<Answer>,
}

/// The result of an operation, as over HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// The state of the thread.
struct Answering {
    database: dynoxide::Database,
    events_table: String,
    behind: Arc<Behind>,
    condition: Option<Arc<Condition>>,
}

impl Answering {
    /// Answers until it is told to close the database, and closes it.
    fn run(self, asked: &mpsc::Receiver<Message>) {
        while let Ok(Message::Question(question)) = asked.recv() {
            // A write makes a file longer, and so would hide that it was cut off since the last one.
            if let Some(condition) = &self.condition {
                condition.refusal();
            }
            let answer = match self.carry_out(&question.operation, &question.body) {
                Ok(body) => Answer { status: 200, body },
                Err(error) if is_damage(&error) => {
                    if let Some(condition) = &self.condition {
                        condition.is_damaged(&error.to_string());
                    }
                    // A retry does not help, although the status of an internal error would suggest it.
                    Answer {
                        status: 400,
                        body: error.to_json().into_bytes(),
                    }
                }
                Err(error) => Answer {
                    status: error.status_code(),
                    body: error.to_json().into_bytes(),
                },
            };
            // Nobody waits for it any longer, after a timeout or a disconnect.
            let _ = question.answer.send(answer);
        }
    }

    fn carry_out(&self, operation: &str, body: &[u8]) -> Result<Vec<u8>, DynoxideError> {
        let database = &self.database;
        match operation {
            "PutItem" => {
                let put: PutItemRequest = read(body)?;
                let appended_to = self.stream_of(&put);
                if appended_to.is_some() {
                    self.place_is_readable(&put)?;
                }
                let answer = write(&database.put_item(put)?)?;
                // Only now, whether or not anyone waits for the answer: the commit is in the log.
                if let Some(stream) = appended_to {
                    self.behind.add(stream);
                }
                Ok(answer)
            }
            "BatchGetItem" => write(&database.batch_get_item(read(body)?)?),
            "GetItem" => write(&database.get_item(read(body)?)?),
            "Query" => write(&database.query(read(body)?)?),
            "Scan" => write(&database.scan(read(body)?)?),
            "UpdateItem" => write(&database.update_item(read(body)?)?),
            "TransactWriteItems" => write(&database.transact_write_items(read(body)?)?),
            other => Err(DynoxideError::ValidationException(format!(
                "the operation `{other}` is not offered in this process"
            ))),
        }
    }

    /// Checks that an item at the commit's key, if there is one, is readable. The put itself would treat an
    /// unreadable item as absent and overwrite it.
    fn place_is_readable(&self, put: &PutItemRequest) -> Result<(), DynoxideError> {
        let key = ["pk", "sk"].map(|name| put.item.get(name));
        let [Some(pk), Some(sk)] = key else {
            return Ok(());
        };
        let values = [(":pk", pk), (":sk", sk)];
        let found = self.database.query(QueryRequest {
            table_name: put.table_name.clone(),
            key_condition_expression: Some("pk = :pk AND sk = :sk".to_owned()),
            expression_attribute_values: Some(
                values
                    .map(|(name, value)| (name.to_owned(), value.clone()))
                    .into(),
            ),
            consistent_read: Some(true),
            ..QueryRequest::default()
        })?;
        let names_its_place = |item: &Item| ["pk", "sk"].map(|name| item.get(name)) == key;
        if found.items.iter().flatten().all(names_its_place) {
            Ok(())
        } else {
            Err(DynoxideError::InternalServerError(format!(
                "{BAD_ITEM}: an item does not name its own place"
            )))
        }
    }

    /// The stream that a put appends to, if it writes to the log.
    fn stream_of(&self, put: &PutItemRequest) -> Option<StreamKey> {
        match put.item.get("pk") {
            Some(AttributeValue::S(key)) if put.table_name == self.events_table => key.parse().ok(),
            _ => None,
        }
    }
}

/// The beginning of the SQLite layer's message about an unreadable item.
const BAD_ITEM: &str = "Bad item JSON";

/// Whether an error means that stored data is unreadable: SQLite finds its file corrupt, or returns something
/// other than what was stored. The layer above SQLite preserves only the message of most errors.
fn is_damage(error: &DynoxideError) -> bool {
    const WORDS: [&str; 5] = [
        "disk image is malformed",
        "not a database",
        "Conversion error from type",
        "Invalid column type",
        BAD_ITEM,
    ];
    let is_internal = matches!(
        error,
        DynoxideError::InternalServerError(_) | DynoxideError::SqliteError(_)
    );
    let told = error.to_string();
    is_internal && WORDS.iter().any(|words| told.contains(words))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DynoxideError> {
    serde_json::from_slice(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn write(answer: &impl Serialize) -> Result<Vec<u8>, DynoxideError> {
    serde_json::to_vec(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// The database has been closed.
    #[error("the database is closed")]
    Closed,
    /// The database refused it.
    #[error("`{operation}` was refused: {reason}")]
    Refused {
        operation: &'static str,
        /// The database's message.
        reason: String,
    },
    /// The answer is not JSON.
    #[error("the answer to `{operation}` cannot be read")]
    Unreadable {
        operation: &'static str,
        /// Why not.
        source: serde_json::Error,
    },
}

impl Connector {
    /// Sends an operation without the SDK.
    ///
    /// # Errors
    /// When it is refused, or the database is closed.
    pub(super) async fn ask(&self, operation: &'static str, request: &Value) -> Result<Value, AskError> {
        let body = request.to_string().into_bytes();
        let asked = self
            .question(operation.to_owned(), body)
            .ok_or(AskError::Closed)?;
        let answer = asked.await.map_err(|_| AskError::Closed)?;
        if answer.status != 200 {
            let reason = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(AskError::Refused { operation, reason });
        }
        serde_json::from_slice(&answer.body).map_err(|source| AskError::Unreadable { operation, source })
    }
}

#[cfg(test)]
mod tests;
