//! What an order's events make of the read model.

use event_store_client::projection::dynamodb::{Changes, Table, Write};
use event_store_client::projection::{Applied, Projection};
use event_store_client::types::Event;
use serde_json::{Value, json};

use crate::orders::{Order, Orders};

fn orders() -> Orders {
    Orders {
        table: Table::new("orders", "pk"),
    }
}

fn order(total: u64, paid: u64) -> Order {
    serde_json::from_value(json!({"total": total, "paid": paid, "is_cancelled": false})).unwrap()
}

fn event(event_type: &str, payload: &Value) -> Event {
    let event = json!({
        "streamId": "2886e475-d5cc-40f7-aec5-401071388b3c",
        "revision": 1,
        "eventType": event_type,
        "payload": payload,
        "createdAt": "2025-01-25T10:11:12.000000Z",
        "eventId": "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10",
    });
    serde_json::from_value(event).unwrap()
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
            format!("{} + {}", names["#sum"], values[":cents"].as_n().unwrap())
        }
        other => panic!("no row is taken away: {other:?}"),
    };
    changes.writes().into_iter().map(write).collect()
}

#[test]
fn an_order_is_shown_as_it_stands_and_counted_among_all() {
    for (before, event_type, payload, expected) in [
        (
            Order::default(),
            "placed",
            json!({"total": 100}),
            ["placed + 100", "placed, due 100"],
        ),
        (
            order(100, 0),
            "paid-in",
            json!({"amount": 60}),
            ["paid + 60", "placed, due 40"],
        ),
        (
            order(100, 60),
            "paid-in",
            json!({"amount": 40}),
            ["paid + 40", "paid, due 0"],
        ),
        (
            order(100, 0),
            "cancelled",
            json!({}),
            ["cancelled + 100", "cancelled, due 100"],
        ),
    ] {
        let mut changes = Changes::default();
        changes.view = before;
        let applied = orders().apply(&event(event_type, &payload), &mut changes);
        assert_eq!(applied.unwrap(), Applied::Applied);
        assert_eq!(written(&changes), expected);
    }
}

#[test]
fn an_event_of_an_unknown_type_is_passed_over_and_one_of_another_form_is_not() {
    let mut changes = Changes::default();
    let unknown = orders().apply(&event("gift-wrapped", &json!({})), &mut changes);
    assert_eq!(unknown.unwrap(), Applied::Unknown);
    assert!(changes.writes().is_empty());
    assert!(
        orders()
            .apply(&event("placed", &json!({})), &mut changes)
            .is_err()
    );
}
