//! The event store in one process, for development and tests: `event-store serve`.
//!
//! The API and the relay's code run on a DynamoDB inside the process, which keeps its tables in a SQLite file
//! or in memory. The router, the protocols, the tables' adapters, the relay's effects and the SDK are those
//! of production. Only two things differ: where the SDK's requests go (`database`, `connector`) and how the
//! relay learns of commits (`behind`, `follower`).
//!
//! An acknowledged commit is in SQLite's write-ahead log, so it survives a kill (`database::Durability`
//! covers loss of power). It is listed and announced afterwards, at least once; the next start completes what
//! a kill interrupts.

mod admission;
mod announced;
mod arguments;
mod behind;
mod condition;
mod connector;
mod console;
mod data_folder;
mod database;
mod embedded;
mod failure;
mod follower;
mod importing;
mod log_writer;
mod notifications;
mod once;
mod tables;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use tokio::net::TcpListener;

pub use arguments::Arguments;
pub use data_folder::DataFolderError;
pub use embedded::Embedded;
pub use failure::{Failure, Hint};
pub use importing::Importing;

use admission::{Admission, admitting};
use data_folder::DataFolder;

use crate::http::{self, cors};
use crate::store::limits;

/// Runs the store until it is told to end.
pub async fn run(arguments: Arguments) -> ExitCode {
    let log = match console::init(arguments.log_level) {
        Ok(log) => log,
        Err(error) => return failed(&Failure::Thread(error)),
    };
    let served = serve(&arguments).await;
    log.flush();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(&failure),
    }
}

/// Moves a file in which older versions kept a store into a folder.
pub fn move_in(file: &Path, folder: &Path) -> ExitCode {
    match data_folder::move_in(file, folder) {
        Ok(size) => {
            // Whoever closed stdout does not want this text.
            let _ = writeln!(
                io::stdout(),
                "moved `{}` into `{}`: {size} bytes, checked and compared\n\
                 serve with: event-store serve --data {}",
                file.display(),
                folder.display(),
                folder.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => failed(&Failure::DataFolder(error)),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    // If stderr cannot be written, nobody can be told.
    let _ = writeln!(io::stderr(), "{}", failure::text(failure));
    ExitCode::FAILURE
}

async fn serve(arguments: &Arguments) -> Result<(), Failure> {
    let listener = listen(arguments.address()).await?;
    let address = listener.local_addr().map_err(Failure::Serve)?;
    let file = arguments.data.as_deref().map(DataFolder::claim).transpose()?;
    let file = file.map(|file| (file, arguments.durability()));
    let store = Embedded::open(file, arguments.topic()).await?;
    let signalled = http::told_to_end().map_err(Failure::Serve)?;
    let told_once = async {
        signalled.await;
        tracing::info!("ending when all that was begun is done; Ctrl-C once more ends it at once");
        tokio::spawn(end_at_once());
    };
    greet(address, arguments);
    let admission = Admission {
        port: address.port(),
        is_loopback: address.ip().is_loopback(),
        hosts: arguments.allow_host.clone(),
        origins: arguments.allow_origin.clone(),
    };
    let router = cors::allowing(store.router(), arguments.allow_origin.clone());
    http::serve(
        listener,
        admitting(router, admission),
        told_once,
        limits::SHUTDOWN_TIMEOUT,
    )
    .await;
    store.end().await;
    Ok(())
}

/// Ends the process at the second signal.
async fn end_at_once() {
    if let Ok(signalled) = http::told_to_end() {
        signalled.await;
        std::process::exit(INTERRUPTED);
    }
}

/// The exit code of a process that was interrupted: 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: i32 = 130;

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|source| Failure::Listen { address, source })
}

/// Says where the store is, on the first line of stdout, and how to begin.
fn greet(address: SocketAddr, arguments: &Arguments) {
    let url = format!("http://{address}");
    let events = match &arguments.data {
        None => "in memory, gone when this ends (`--data DIR` keeps them)".to_owned(),
        Some(file) if arguments.sync => format!("in {}, synced at each append", file.display()),
        Some(file) => format!("in {}", file.display()),
    };
    let notifications = arguments.notifications();
    let body = r#"{"initialEvent":{"eventType":"order-placed","payload":{"total":42}}}"#;
    let text = format!(
        "event store ready at {url}\n\
         explorer: {url}/explorer/\n\
         page: {url}/openapi/\n\
         events: {events}\n\
         notifications: {notifications}\n\
         begin with: curl {url}/streams/order -H 'content-type: application/json' -d '{body}'"
    );
    // Whoever closed stdout does not want this text.
    let _ = writeln!(io::stdout(), "{text}");
}
