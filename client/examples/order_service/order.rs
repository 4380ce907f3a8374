//! What an order is. Nothing here knows of the store, of HTTP, or of the time.

use event_store_client::decider::Decider;
use serde::{Deserialize, Serialize};

/// What happens to an order. Amounts are cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub(crate) enum OrderEvent {
    Placed { total: u64 },
    PaidIn { amount: u64 },
    Cancelled {},
}

/// What is asked of an order.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    Place { total: u64 },
    Pay { amount: u64 },
    Cancel,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    #[default]
    Unknown,
    Placed,
    Paid,
    Cancelled,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Order {
    pub(crate) status: Status,
    pub(crate) total: u64,
    pub(crate) paid: u64,
}

/// Why a command is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("there is no such order")]
    Unknown,
    #[error("the order is for `{total}` already")]
    PlacedOtherwise { total: u64 },
    #[error("only `{due}` is due")]
    TooMuch { due: u64 },
    #[error("the order is `{0:?}`")]
    Closed(Status),
}

/// How orders live.
pub(crate) struct Orders;

impl Decider for Orders {
    type Command = Command;
    type Event = OrderEvent;
    type State = Order;
    type Error = Refusal;

    fn initial(&self) -> Order {
        Order::default()
    }

    fn evolve(&self, order: Order, event: &OrderEvent) -> Order {
        match event {
            OrderEvent::Placed { total } => Order {
                status: Status::Placed,
                total: *total,
                paid: 0,
            },
            OrderEvent::PaidIn { amount } => {
                let paid = order.paid + amount;
                let status = if paid == order.total {
                    Status::Paid
                } else {
                    order.status
                };
                Order {
                    status,
                    paid,
                    ..order
                }
            }
            OrderEvent::Cancelled {} => Order {
                status: Status::Cancelled,
                ..order
            },
        }
    }

    fn decide(&self, order: &Order, command: &Command) -> Result<Vec<OrderEvent>, Refusal> {
        match (order.status, command) {
            (Status::Unknown, Command::Place { total }) => Ok(vec![OrderEvent::Placed { total: *total }]),
            (Status::Unknown, _) => Err(Refusal::Unknown),
            // Asked twice for the same, such as by a client that got no answer: done already.
            (_, Command::Place { total }) if *total == order.total => Ok(vec![]),
            (_, Command::Place { .. }) => Err(Refusal::PlacedOtherwise { total: order.total }),
            (Status::Placed, Command::Pay { amount }) => {
                let due = order.total - order.paid;
                if *amount > due {
                    return Err(Refusal::TooMuch { due });
                }
                Ok(vec![OrderEvent::PaidIn { amount: *amount }])
            }
            (Status::Cancelled, Command::Cancel) => Ok(vec![]),
            (Status::Placed, Command::Cancel) => Ok(vec![OrderEvent::Cancelled {}]),
            (closed, _) => Err(Refusal::Closed(closed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use event_store_client::testing::Scenario;

    use super::*;

    const PLACED: OrderEvent = OrderEvent::Placed { total: 100 };

    fn paid(amount: u64) -> OrderEvent {
        OrderEvent::PaidIn { amount }
    }

    #[test]
    fn an_order_is_paid_in_parts_and_never_too_much() {
        Scenario::of(&Orders)
            .when(&Command::Place { total: 100 })
            .then([PLACED])
            .when(&Command::Pay { amount: 60 })
            .then([paid(60)])
            .when(&Command::Pay { amount: 60 })
            .then_refused(&Refusal::TooMuch { due: 40 });
        let order = Scenario::of(&Orders).given([PLACED, paid(60), paid(40)]);
        assert_eq!(order.state().status, Status::Paid);
        order
            .when(&Command::Cancel)
            .then_refused(&Refusal::Closed(Status::Paid));
    }

    #[test]
    fn an_order_that_is_placed_twice_is_placed_once() {
        let placed = || Scenario::of(&Orders).given([PLACED]);
        placed().when(&Command::Place { total: 100 }).then_nothing();
        placed()
            .when(&Command::Place { total: 7 })
            .then_refused(&Refusal::PlacedOtherwise { total: 100 });
    }

    #[test]
    fn there_is_no_paying_for_nothing() {
        Scenario::of(&Orders)
            .when(&Command::Pay { amount: 1 })
            .then_refused(&Refusal::Unknown);
    }
}
