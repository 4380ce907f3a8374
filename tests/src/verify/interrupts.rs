//! Interrupts: requests to stop, one or several.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The signals that ask this program to stop.
#[derive(Debug)]
pub(super) struct Interrupts(UnboundedReceiver<()>);

impl Interrupts {
    /// Listens for Ctrl-C, the end of the terminal and `kill` from now on.
    pub(super) fn listen() -> Self {
        let (told, interrupts) = unbounded_channel();
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        for kind in kinds {
            let told = told.clone();
            tokio::spawn(async move {
                // A signal without a listener ends the process, as by default.
                let Ok(mut signals) = signal(kind) else { return };
                while signals.recv().await.is_some() && told.send(()).is_ok() {}
            });
        }
        Self(interrupts)
    }

    /// Completes at the next interrupt.
    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether an interrupt came that nobody has waited for.
    pub(super) fn came(&mut self) -> bool {
        self.0.try_recv().is_ok()
    }
}
