//! A database of its own for each test, and the API on it, in process or as one.

mod api;
pub(crate) mod contract;
mod database;
mod dynamodb;
mod process;
mod served;
mod witness;

pub(crate) use api::{Answer, Api, get, json_request, send};
pub(crate) use database::{Database, a_feed, client_for, environment};
pub(crate) use dynamodb::{CATALOGUE_TABLE, DynamoDb, DynamoDbAnswer, EVENTS_TABLE, FEED_TABLE};
pub(crate) use process::Process;
pub(crate) use served::serve;
pub(crate) use witness::Witness;
