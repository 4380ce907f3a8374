//! A reverse proxy on the loopback interface that signs what it sends on, for who cannot sign: a browser, curl, a client without credentials.

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

/// Requests under way may take so long to end after the proxy was asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// A proxy that listens, and does not serve yet.
#[derive(Debug)]
pub struct Proxy {
    listener: TcpListener,
    address: SocketAddr,
}

impl Proxy {
    /// Listens on the loopback interface; at port 0 on any that is free.
    ///
    /// # Errors
    /// The port is taken, or may not be listened on.
    pub async fn listen(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends requests on to `target`, signed, and tells of each, until `stop` is done; requests under way are then ended, within
    /// a few seconds.
    ///
    /// # Errors
    /// No connection can be accepted any more.
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
    /// Nothing can be sent on.
    #[error(transparent)]
    NoClient(#[from] NoClient),
    /// Nothing can be accepted.
    #[error("connections cannot be accepted")]
    Accept(#[from] io::Error),
}
