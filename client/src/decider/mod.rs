//! Deciding on commands by what has happened.

#[cfg(feature = "http")]
mod deadline;
#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "http")]
mod error;
#[cfg(feature = "http")]
mod execute;
#[cfg(feature = "http")]
mod executed;
#[cfg(feature = "http")]
mod executor;
#[cfg(feature = "http")]
mod queues;
#[cfg(feature = "http")]
mod snapshots;

#[cfg(feature = "dynamodb")]
pub use dynamodb::DynamoSnapshots;
#[cfg(feature = "http")]
pub use error::ExecuteError;
#[cfg(feature = "http")]
pub use executed::Executed;
#[cfg(feature = "http")]
pub use executor::Executor;
#[cfg(feature = "http")]
pub use snapshots::{InMemorySnapshots, Snapshot, SnapshotError, SnapshotKey, Snapshots};

/// How an entity lives: what its events make of it, and which commands it takes.
///
/// A decider knows neither store nor clock: whatever a decision depends on is in the state or in the command. So it can be tried without
/// either, and asked again when another writer was faster.
///
/// ```
/// use event_store_client::decider::Decider;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// #[serde(rename_all = "kebab-case")]
/// enum OrderEvent {
///     Placed { total: u64 },
///     Paid,
/// }
///
/// enum Command {
///     Place { total: u64 },
///     Pay,
/// }
///
/// #[derive(Debug, PartialEq, thiserror::Error)]
/// enum Refusal {
///     #[error("the order is placed already")]
///     AlreadyPlaced,
///     #[error("there is nothing to pay for")]
///     NotPlaced,
/// }
///
/// #[derive(Clone, Default)]
/// struct Order {
///     is_placed: bool,
///     is_paid: bool,
/// }
///
/// struct Orders;
///
/// impl Decider for Orders {
///     type Command = Command;
///     type Event = OrderEvent;
///     type State = Order;
///     type Error = Refusal;
///
///     fn initial(&self) -> Order {
///         Order::default()
///     }
///
///     fn evolve(&self, order: Order, event: &OrderEvent) -> Order {
///         match event {
///             OrderEvent::Placed { .. } => Order { is_placed: true, ..order },
///             OrderEvent::Paid => Order { is_paid: true, ..order },
///         }
///     }
///
///     fn decide(&self, order: &Order, command: &Command) -> Result<Vec<OrderEvent>, Refusal> {
///         match command {
///             Command::Place { .. } if order.is_placed => Err(Refusal::AlreadyPlaced),
///             Command::Place { total } => Ok(vec![OrderEvent::Placed { total: *total }]),
///             Command::Pay if !order.is_placed => Err(Refusal::NotPlaced),
///             // Paid twice is paid once: nothing happens.
///             Command::Pay if order.is_paid => Ok(vec![]),
///             Command::Pay => Ok(vec![OrderEvent::Paid]),
///         }
///     }
/// }
/// # use event_store_client::testing::Scenario;
///
/// Scenario::of(&Orders)
///     .given([OrderEvent::Placed { total: 12 }])
///     .when(&Command::Pay)
///     .then([OrderEvent::Paid]);
/// ```
pub trait Decider: Send + Sync {
    /// What is asked of an entity.
    type Command: Sync;
    /// What happens to it.
    type Event: Send + Sync + 'static;
    /// What decisions depend on. Cheap to clone, where states are cached.
    type State: Clone + Send + Sync + 'static;
    /// Why a command is refused.
    type Error: Send;

    /// The state before anything has happened.
    fn initial(&self) -> Self::State;

    /// The state after `event`. Events have happened: there is no refusing them.
    fn evolve(&self, state: Self::State, event: &Self::Event) -> Self::State;

    /// What is to happen on `command`; nothing, if the command changes nothing.
    ///
    /// Called again with a later state when another writer was faster.
    ///
    /// # Errors
    /// When the command is refused.
    fn decide(&self, state: &Self::State, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Error>;
}
