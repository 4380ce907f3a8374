//! A database of its own for each test, and the API on it.

mod api;
mod database;
mod witness;

pub(crate) use api::{Answer, Api, get, json_request, send};
pub(crate) use database::{CATALOGUE_TABLE, Database, EVENTS_TABLE, client_for};
pub(crate) use witness::Witness;
