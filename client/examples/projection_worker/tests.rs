//! What an order's events make of the read model.

use event_store_client::follow::Projection as _;
use event_store_client::follow::dynamodb::{Changes, Table, Write};
use event_store_client::testing::recorded;
use serde_json::json;

use crate::orders::{Order, OrderEvent, Orders};

fn orders() -> Orders {
    Orders {
        table: Table::new("orders", "pk"),
    }
}

fn order(total: u64, paid: u64) -> Order {
    serde_json::from_value(json!({"total": total, "paid": paid, "is_cancelled": false})).unwrap()
}

/// What the order's row becomes, and what is added to the row of all.
fn written(changes: &Changes<Order>) -> Vec<String> {
    let write = |write: &Write| match write {
        Write::Put { item, .. } => {
            let (status, due) = (item["status"].as_s().unwrap(), item["due"].as_n().unwrap());
            format!("{status}, due {due}")
        }
        Write::Update(update) => {
            let names = update.expression_attribute_names().unwrap();
            let values = update.expression_attribute_values().unwrap();
            format!("{} + {}", names["#n0"], values[":n0"].as_n().unwrap())
        }
        other => panic!("no row is taken away: {other:?}"),
    };
    changes.writes().iter().map(write).collect()
}

#[test]
fn an_order_is_shown_as_it_stands_and_counted_among_all() {
    for (before, event, expected) in [
        (
            Order::default(),
            OrderEvent::Placed { total: 100 },
            ["placed, due 100", "placed + 100"],
        ),
        (
            order(100, 0),
            OrderEvent::PaidIn { amount: 60 },
            ["placed, due 40", "paid + 60"],
        ),
        (
            order(100, 60),
            OrderEvent::PaidIn { amount: 40 },
            ["paid, due 0", "paid + 40"],
        ),
        (
            order(100, 0),
            OrderEvent::Cancelled {},
            ["cancelled, due 100", "cancelled + 100"],
        ),
    ] {
        let mut changes = Changes::default();
        changes.view = before;
        orders().apply(&recorded(event), &mut changes).unwrap();
        assert_eq!(written(&changes), expected);
    }
}
