//! Ctrl-C, as something that an operation can look at.

use tokio::sync::watch;

/// Makes an interrupt and what raises it.
pub fn interruptible() -> (Interrupter, Interrupt) {
    let (sender, receiver) = watch::channel(false);
    (Interrupter(sender), Interrupt(receiver))
}

/// Raises an [`Interrupt`].
#[derive(Debug)]
pub struct Interrupter(watch::Sender<bool>);

/// Tells whether an operation is to stop. A call under way is never cut off: the engine stops between calls.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupter {
    /// Asks the operation to stop at the next safe place.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }
}

impl Interrupt {
    /// Whether it has been raised.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when it is raised; never, if nobody is left who could.
    pub async fn raised(&mut self) {
        if self.0.wait_for(|raised| *raised).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
