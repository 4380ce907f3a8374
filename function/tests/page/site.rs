//! The store as a browser finds it: on a port of its own, behind a prefix that it is not told.

use axum::Router;
use axum::extract::Request;
use event_store_function::http::{Store, router};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::support::{Answer, Database, get};

/// A store that is served.
pub(crate) struct Site {
    /// Where it is: with the prefix, and a slash at the end.
    pub(crate) url: String,
    router: Router,
    runtime: Runtime,
    /// Refuses what could change an event that is there, and fails the test at its end.
    _database: Database,
}

impl Site {
    /// Serves a store behind `prefix`, as an emulator does: it takes the prefix away.
    pub(crate) fn start(prefix: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let (router, address, database) = runtime.block_on(async {
            let database = Database::start().await;
            let router = router(Store::new(
                database.events(),
                database.catalogue(),
                database.feed(),
            ));
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
            _database: database,
        }
    }

    /// What the store itself answers.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.runtime.block_on(get(&self.router, path))
    }
}

fn without(prefix: &str, mut request: Request) -> Request {
    let path = request.uri().path_and_query().unwrap().as_str();
    // What does not lie behind the prefix is asked for at a place where nothing is.
    let path = path.strip_prefix(prefix).unwrap_or("/outside-the-prefix");
    *request.uri_mut() = path.parse().unwrap();
    request
}
