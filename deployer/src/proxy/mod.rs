//! A reverse proxy on the loopback interface. It signs requests for clients that cannot: a browser, curl, a client
//! without credentials.

mod admission;
mod forward;
mod headers;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures::FutureExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc::Sender;

use crate::aws::{Certificates, Signer};
pub use forward::{Forwarded, NoClient};
use forward::{Forwarder, forward};

/// The time that requests in progress have after the proxy is asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// A proxy that is listening but not serving yet.
#[derive(Debug)]
pub struct Proxy {
    listener: TcpListener,
    address: SocketAddr,
}

impl Proxy {
    /// Listens on the loopback interface; port 0 picks a free port.
    ///
    /// # Errors
    /// The port is taken, or the process may not listen on it.
    pub async fn listen(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forwards signed requests to `target` and reports each one, until `stop` completes. Then requests in progress
    /// have a few seconds to finish.
    ///
    /// # Errors
    /// The proxy can accept no more connections.
    pub async fn serve(
        self,
        target: reqwest::Url,
        signer: Signer,
        told: Sender<Forwarded>,
        certificates: Option<&Certificates>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let forwarder = Forwarder::new(target, signer, told, self.address.port(), certificates)?;
        let router = Router::new().fallback(forward).with_state(Arc::new(forwarder));
        let stop = stop.shared();
        let late = stop.clone();
        let serving = axum::serve(self.listener, router).with_graceful_shutdown(stop);
        tokio::select! {
            served = serving.into_future() => Ok(served?),
            () = async { late.await; tokio::time::sleep(GRACE).await } => Ok(()),
        }
    }
}

/// Why a proxy ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The HTTP client cannot be built.
    #[error(transparent)]
    NoClient(#[from] NoClient),
    /// Connections cannot be accepted.
    #[error("connections cannot be accepted")]
    Accept(#[from] io::Error),
}
