use std::error::Error;

use event_store_types::{EventType, Payload};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
enum OrderEvent {
    Placed {
        total: u64,
        by: By,
    },
    #[serde(alias = "settled")]
    Paid,
    Noted(String),
    Moved(i32, i32),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum By {
    Phone,
}

fn event(event_type: &str, payload: &str) -> Event {
    Event::new(
        "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
        7.try_into().unwrap(),
        event_type.parse().unwrap(),
        Payload::from_text(payload).unwrap(),
        "2025-01-25T10:11:12Z".parse().unwrap(),
        "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10".parse().unwrap(),
    )
}

fn written<E>(schema: &Schema<E>, data: &E) -> (String, String) {
    let event = schema.encode(data).unwrap();
    (event.event_type.to_string(), event.payload.as_str().to_owned())
}

fn read<E>(schema: &Schema<E>, event_type: &str, payload: &str) -> Result<E, Undecodable> {
    schema
        .decode(event(event_type, payload))
        .map(|recorded| recorded.data)
}

/// The error and all that led to it.
fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[test]
fn a_variant_is_the_type_and_what_it_holds_is_the_payload() {
    let schema = Schema::<OrderEvent>::new();
    for (data, event_type, payload) in [
        (
            OrderEvent::Placed {
                total: 12,
                by: By::Phone,
            },
            "placed",
            r#"{"total":12,"by":"Phone"}"#,
        ),
        (OrderEvent::Paid, "paid", "{}"),
        (OrderEvent::Noted("quick".into()), "noted", r#""quick""#),
        (OrderEvent::Moved(1, -2), "moved", "[1,-2]"),
    ] {
        assert_eq!(written(&schema, &data), (event_type.into(), payload.into()));
        assert_eq!(read(&schema, event_type, payload).unwrap(), data);
    }
}

#[test]
fn what_is_not_known_of_a_payload_is_passed_over() {
    let schema = Schema::<OrderEvent>::new();
    let placed = read(&schema, "placed", r#"{"total":12,"by":"Phone","since":"v2"}"#);
    assert!(placed.is_ok());
    for payload in ["null", "{}", r#"{"card":"visa"}"#, "[1]"] {
        assert_eq!(
            read(&schema, "paid", payload).unwrap(),
            OrderEvent::Paid,
            "{payload}"
        );
    }
    assert_eq!(read(&schema, "settled", "{}").unwrap(), OrderEvent::Paid);
}

#[test]
fn an_unknown_type_is_told_apart_from_a_payload_that_is_wrong() {
    let schema = Schema::<OrderEvent>::new();
    let unknown = read(&schema, "returned", "{}").unwrap_err();
    assert!(unknown.is_unknown_event_type());
    assert_eq!(
        (unknown.event_type().as_str(), unknown.revision().as_u64()),
        ("returned", 7)
    );
    insta::assert_snapshot!(told(&unknown), @"the event `returned` at revision `7` of stream `2886e475-d5cc-40f7-aec5-401071388b3c` cannot be read: its type is not known; known are `placed`, `paid`, `settled`, `noted`, `moved`");

    // An unknown variant within the payload is not an unknown type of event.
    for payload in [
        r#"{"total":12,"by":"Fax"}"#,
        r#"{"total":-1,"by":"Phone"}"#,
        "[]",
        "7",
    ] {
        let wrong = read(&schema, "placed", payload).unwrap_err();
        assert!(!wrong.is_unknown_event_type(), "{payload}");
    }
    let wrong = read(&schema, "placed", r#"{"total":12,"by":"Fax"}"#).unwrap_err();
    insta::assert_snapshot!(told(&wrong), @"the event `placed` at revision `7` of stream `2886e475-d5cc-40f7-aec5-401071388b3c` cannot be read: its payload is not what goes with its type: unknown variant `Fax`, expected `Phone` at line 1 column 22");
}

#[test]
fn a_payload_keeps_its_text_where_the_application_asks_for_it() {
    #[derive(Serialize, Deserialize)]
    enum Raw {
        Kept(Box<RawValue>),
    }
    let schema = Schema::<Raw>::new();
    let text = r#"{ "n": 1.0e400, "n": 2 }"#;
    let Raw::Kept(raw) = read(&schema, "Kept", text).unwrap();
    assert_eq!(raw.get(), text);
    assert_eq!(written(&schema, &Raw::Kept(raw)), ("Kept".into(), text.into()));
}

#[test]
fn upcasters_follow_one_another() {
    #[derive(Deserialize)]
    struct First {
        euros: u64,
    }
    #[derive(Serialize, Deserialize)]
    struct Second {
        total: u64,
    }
    let schema = Schema::<OrderEvent>::new()
        .upcast("ordered", "placed-v2", |First { euros }| Second { total: euros })
        .upcast(
            "placed-v2",
            "placed",
            |Second { total }| serde_json::json!({"total": total, "by": "Phone"}),
        )
        .rename("remarked", "noted")
        .build()
        .unwrap();
    let placed = OrderEvent::Placed {
        total: 3,
        by: By::Phone,
    };
    assert_eq!(read(&schema, "ordered", r#"{"euros":3}"#).unwrap(), placed);
    assert_eq!(read(&schema, "placed-v2", r#"{"total":3}"#).unwrap(), placed);
    assert_eq!(
        read(&schema, "remarked", r#""a""#).unwrap(),
        OrderEvent::Noted("a".into())
    );
    // What is stored is told as it is stored.
    let recorded = schema.decode(event("ordered", r#"{"euros":3}"#)).unwrap();
    assert_eq!(recorded.event, event("ordered", r#"{"euros":3}"#));
}

#[test]
fn what_cannot_be_brought_up_to_date_says_so() {
    let schema = Schema::<OrderEvent>::new()
        .upcast("ordered", "noted", |text: String| text)
        .build()
        .unwrap();
    let error = read(&schema, "ordered", "{}").unwrap_err();
    assert!(!error.is_unknown_event_type());
    insta::assert_snapshot!(told(&error), @"the event `ordered` at revision `7` of stream `2886e475-d5cc-40f7-aec5-401071388b3c` cannot be read: it cannot be brought up to date: invalid type: map, expected a string at line 1 column 0");
}

#[test]
fn the_whole_payload_is_read_and_not_its_beginning() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Number {
        U128(u128),
        I128(i128),
        U64(u64),
        Pair(u128, u128),
    }
    let schema = Schema::<Number>::new();
    assert_eq!(read(&schema, "U128", " 3 ").unwrap(), Number::U128(3));
    assert_eq!(
        read(&schema, "U128", &u128::MAX.to_string()).unwrap(),
        Number::U128(u128::MAX)
    );
    for (event_type, payload) in [
        ("U128", "3.5"),
        ("U128", "12e3"),
        ("U128", "12E3"),
        ("I128", "-3.5"),
        ("I128", "-12e3"),
        ("U64", "3.5"),
        ("U64", "12e3"),
        ("Pair", "[1.5,2]"),
    ] {
        let wrong = read(&schema, event_type, payload).unwrap_err();
        assert!(!wrong.is_unknown_event_type(), "{event_type} {payload}: {wrong}");
    }
}

#[test]
fn a_number_that_is_not_finite_is_refused_and_not_written_as_null() {
    #[derive(Serialize, Deserialize)]
    enum Measured {
        At(Option<f64>),
    }
    let schema = Schema::<Measured>::new();
    for number in [f64::NAN, f64::INFINITY] {
        let error = schema.encode(&Measured::At(Some(number))).unwrap_err();
        assert!(
            told(&error).contains("JSON has no form for the number"),
            "{}",
            told(&error)
        );
    }
    assert_eq!(
        written(&schema, &Measured::At(None)),
        ("At".into(), "null".into())
    );
}

#[test]
fn an_upcaster_that_leads_nowhere_is_refused_when_the_schema_is_built() {
    let plain = || Schema::<OrderEvent>::new();
    let typo = plain().upcast("ordered", "place", |text: String| text).build();
    insta::assert_snapshot!(typo.unwrap_err(), @"the upcaster of `ordered` leads to `place`, which is no type of event and has no upcaster after it; known are `placed`, `paid`, `settled`, `noted`, `moved`");
    // What comes before it is not after it.
    let turned = plain().rename("b", "noted").rename("a", "b").build();
    assert!(matches!(turned, Err(InvalidSchema::Type { to, .. }) if to == "b"));
    assert!(plain().rename("a", "b").rename("b", "noted").build().is_ok());
    let typo = plain().upcast_version("note", 1, |text: String| text).build();
    assert!(matches!(typo, Err(InvalidSchema::Type { to, .. }) if to == "note"));
    for versions in [&[2][..], &[1, 1], &[1, 3]] {
        let mut builder = SchemaBuilder::new(plain());
        for version in versions {
            builder = builder.upcast_version("noted", *version, |text: String| text);
        }
        assert!(
            matches!(builder.build(), Err(InvalidSchema::Version { event_type, .. }) if event_type == "noted"),
            "{versions:?}"
        );
    }
    // A codec that does not tell its types is believed.
    assert!(Schema::stored().rename("a", "b").build().is_ok());
}

#[test]
fn an_upcaster_that_would_change_what_is_written_today_or_is_never_reached_is_refused() {
    let plain = || Schema::<OrderEvent>::new();
    let same = plain().upcast("noted", "noted", |text: String| text).build();
    insta::assert_snapshot!(same.unwrap_err(), @"the upcaster of `noted` would change the events that are written today; `upcast_version` changes those of before");
    let away = plain().rename("placed", "noted").build();
    assert!(matches!(away, Err(InvalidSchema::Current { from }) if from == "placed"));
    let twice = plain().rename("a", "noted").rename("a", "paid").build();
    insta::assert_snapshot!(twice.unwrap_err(), @"a second upcaster of `a` is never reached");
}

#[test]
fn an_event_is_brought_up_to_date_under_its_name_by_its_version() {
    let schema = Schema::<OrderEvent>::new()
        .rename("remarked", "noted")
        .upcast_version("noted", 1, |old: u64| old.to_string())
        .upcast_version("noted", 2, |text: String| format!("{text}!"))
        .build()
        .unwrap();
    let noted = |metadata: Option<&str>, payload: &str| {
        let metadata = metadata.map(|text| event_store_types::Metadata::from_text(text).unwrap());
        let mut event = event("noted", payload);
        event.metadata = metadata;
        schema.decode(event).map(|recorded| recorded.data)
    };
    let expected = |text: &str| OrderEvent::Noted(text.into());
    assert_eq!(noted(None, "7").unwrap(), expected("7!"));
    assert_eq!(
        noted(Some(r#"{"schemaVersion":2}"#), r#""a""#).unwrap(),
        expected("a!")
    );
    assert_eq!(
        noted(Some(r#"{"schemaVersion":3}"#), r#""a""#).unwrap(),
        expected("a")
    );
    let later = noted(Some(r#"{"schemaVersion":4}"#), r#""a""#).unwrap_err();
    insta::assert_snapshot!(told(&later), @"the event `noted` at revision `7` of stream `2886e475-d5cc-40f7-aec5-401071388b3c` cannot be read: it was written in version 4 of its type, and 3 is the last that is known");
    assert_eq!(
        read(&schema, "remarked", "7").unwrap(),
        expected("7!"),
        "as the first version"
    );

    let written = schema.encode(&expected("a")).unwrap();
    assert_eq!(written.metadata.unwrap().as_str(), r#"{"schemaVersion":3}"#);
    assert_eq!(schema.encode(&OrderEvent::Paid).unwrap().metadata, None);
}

#[test]
fn what_is_no_enum_is_refused_with_the_remedy() {
    #[derive(Debug, Serialize, Deserialize)]
    struct NoEnum {
        a: u8,
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Internally {
        A { a: u8 },
    }
    let refusals = [
        Schema::new().encode(&NoEnum { a: 1 }).unwrap_err().to_string(),
        told(&read(&Schema::<NoEnum>::new(), "a", "1").unwrap_err()),
        Schema::new()
            .encode(&Internally::A { a: 1 })
            .unwrap_err()
            .to_string(),
        told(&read(&Schema::<Internally>::new(), "A", r#"{"a":1}"#).unwrap_err()),
    ];
    let refusals = refusals.join("\n").replace(
        concat!(module_path!(), "::what_is_no_enum_is_refused_with_the_remedy::"),
        "",
    );
    insta::assert_snapshot!(refusals, @"
    `NoEnum` is no enum in the form that serde derives by default; for any other there is `Codec`
    the event `a` at revision `7` of stream `2886e475-d5cc-40f7-aec5-401071388b3c` cannot be read: `NoEnum` is no enum in the form that serde derives by default; for any other there is `Codec`
    `Internally` is no enum in the form that serde derives by default; for any other there is `Codec`
    the event `A` at revision `7` of stream `2886e475-d5cc-40f7-aec5-401071388b3c` cannot be read: `Internally` is no enum in the form that serde derives by default; for any other there is `Codec`
    ");
}

#[test]
fn a_variant_whose_name_is_no_type_of_event_is_refused() {
    #[derive(Debug, Serialize, Deserialize)]
    enum Unnamed {
        #[serde(rename = "")]
        A,
    }
    let error = Schema::new().encode(&Unnamed::A).unwrap_err();
    assert_eq!(told(&error), "`` is no type of event: must be 1-200 characters");
}

#[test]
fn a_codec_of_ones_own_takes_the_place_of_serde() {
    /// Numbers as events of one type.
    struct Numbers;

    impl Codec<u64> for Numbers {
        fn encode(&self, event: &u64) -> Result<(EventType, Payload), Unencodable> {
            let payload = Payload::of(event).map_err(|error| Unencodable::Payload(error.into()))?;
            Ok(("counted".parse().unwrap(), payload))
        }

        fn decode(&self, event_type: &str, payload: &Payload) -> Result<u64, Undecoded> {
            if event_type != "counted" {
                return Err(Undecoded::UnknownEventType { known: &[] });
            }
            payload
                .parse()
                .map_err(|error| Undecoded::InvalidPayload(error.into()))
        }
    }

    let schema = Schema::with_codec(Numbers);
    assert_eq!(written(&schema, &7), ("counted".into(), "7".into()));
    assert_eq!(read(&schema, "counted", "7").unwrap(), 7);
    assert!(read(&schema, "lost", "7").unwrap_err().is_unknown_event_type());
}
