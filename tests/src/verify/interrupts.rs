//! Being asked to stop, once or more often.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The signals that ask this program to stop.
#[derive(Debug)]
pub(super) struct Interrupts(UnboundedReceiver<()>);

impl Interrupts {
    /// Listens for Ctrl-C, for the end of the terminal and for `kill`, from now on.
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
                // Where a signal cannot be listened for, it ends the process as it always does.
                let Ok(mut signals) = signal(kind) else { return };
                while signals.recv().await.is_some() && told.send(()).is_ok() {}
            });
        }
        Self(interrupts)
    }

    /// Is done when the next one comes.
    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether one came that was not waited for.
    pub(super) fn came(&mut self) -> bool {
        self.0.try_recv().is_ok()
    }
}
