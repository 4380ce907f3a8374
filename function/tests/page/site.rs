//! The store as a browser finds it: on a port of its own, behind a prefix that it is not told.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use event_store_function::feed::port::{FeedReader as _, FeedWriter as _};
use event_store_function::feed::{Entry, Page, PageNumber, Writer};
use event_store_function::http::{Store, router};
use event_store_function::relay::catalogue::CatalogueWriter as _;
use event_store_function::store::StreamKey;
use event_store_types::Stream;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use uuid::Uuid;

use crate::support::{Answer, Database, a_feed, get, json_request, send};

/// A store that is served.
pub(crate) struct Site {
    /// Where it is: with the prefix, and a slash at the end.
    pub(crate) url: String,
    router: Router,
    runtime: Runtime,
    /// Refuses what could change an event that is there, and fails the test at its end.
    database: Database,
}

impl Site {
    /// Serves a store behind `prefix`, as an emulator does: it takes the prefix away.
    pub(crate) fn start(prefix: &str) -> Self {
        Self::serving(prefix, |store| store)
    }

    /// Serves a store whose feed is pushed, too.
    pub(crate) fn streaming() -> Self {
        Self::serving("", Store::streaming)
    }

    fn serving(prefix: &str, as_wanted: impl FnOnce(Store) -> Store) -> Self {
        let runtime = Runtime::new().unwrap();
        let (router, address, database) = runtime.block_on(async {
            let database = Database::start().await;
            let store = Store::new(database.events(), database.catalogue(), database.feed());
            let router = router(as_wanted(store));
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let served = router.clone();
            let prefix = prefix.to_owned();
            let outside = Router::new().fallback(async move |request: Request| {
                served.oneshot(without(&prefix, request)).await.unwrap()
            });
            tokio::spawn(axum::serve(listener, outside).into_future());
            (router, address, database)
        });
        Self {
            url: format!("http://{address}{prefix}/"),
            router,
            runtime,
            database,
        }
    }

    /// What the store itself answers.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.runtime.block_on(get(&self.router, path))
    }

    /// Appends events at the end of a stream in one commit, and has it in the feed and the listing as the relay has.
    pub(crate) fn append(&self, stream_type: &str, id: &str, events: &[impl ToString]) {
        let events: Vec<String> = events.iter().map(ToString::to_string).collect();
        self.runtime.block_on(async {
            let path = format!("/streams/{stream_type}/{id}/events");
            let body = format!(r#"{{"expectedRevision":"any","events":[{}]}}"#, events.join(","));
            let appended = send(&self.router, json_request(Method::POST, &path, body)).await;
            assert_eq!(appended.status, 201, "{}", appended.text);
            let stream: Stream = serde_json::from_value(appended.json()["stream"].clone()).unwrap();
            let key = StreamKey {
                stream_type: stream.stream_type.clone(),
                stream_id: stream.stream_id,
            };
            let types = events.iter().map(|event| {
                let event: Value = serde_json::from_str(event).unwrap();
                event["eventType"].as_str().unwrap().parse().unwrap()
            });
            let first = stream.revision.as_u64() + 1 - events.len() as u64;
            self.feed(Entry::commit(key, first.try_into().unwrap(), types.collect()).unwrap())
                .await;
            self.database
                .catalogue()
                .bring_forward(&stream, a_feed())
                .await
                .unwrap();
        });
    }

    async fn feed(&self, entry: Entry) {
        let (feed, of) = (self.database.feed(), a_feed());
        feed.begin(of).await.unwrap();
        feed.note_type(of, &entry.stream().stream_type).await.unwrap();
        let page = Page {
            writer: Writer::from(Uuid::new_v4()),
            entries: vec![entry],
        };
        let number = PageNumber::after(feed.newest_page(of).await.unwrap());
        feed.put_page(of, number, &page).await.unwrap();
    }
}

fn without(prefix: &str, mut request: Request) -> Request {
    let path = request.uri().path_and_query().unwrap().as_str();
    // What does not lie behind the prefix is asked for at a place where nothing is.
    let path = path.strip_prefix(prefix).unwrap_or("/outside-the-prefix");
    *request.uri_mut() = path.parse().unwrap();
    request
}
