//! PURE: the attributes that a subscription is to have, and which of them it has not.

use std::collections::{BTreeMap, HashMap};

use event_store_types::{EventType, StreamType};
use serde_json::{Value, json};

/// The attributes that a subscription is to have.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) stream_types: Vec<StreamType>,
    pub(super) event_types: Vec<EventType>,
    pub(super) is_enveloped: bool,
}

impl Wanted {
    /// Each attribute by its name, in the order in which to set them: the scope says how the policy is read.
    pub(super) fn attributes(&self) -> [(&'static str, String); 3] {
        [
            ("RawMessageDelivery", (!self.is_enveloped).to_string()),
            ("FilterPolicyScope", "MessageAttributes".into()),
            ("FilterPolicy", self.filter().to_string()),
        ]
    }

    /// Those attributes that a new subscription is made with. SNS takes a filter with no conditions as an attribute that
    /// is set, not as one that a subscription is made with.
    pub(super) fn of_new(&self) -> HashMap<String, String> {
        self.attributes()
            .into_iter()
            .filter(|(_, value)| value != "{}")
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// Those attributes that a subscription with `found` has not.
    pub(super) fn missing_in(&self, found: &HashMap<String, String>) -> Vec<(&'static str, String)> {
        let attributes = self.attributes().into_iter();
        attributes
            .filter(|(name, value)| {
                let found = found.get(*name).map_or_else(|| not_set(name), String::as_str);
                as_json(found) != as_json(value)
            })
            .collect()
    }

    /// Messages pass of which each attribute here has one of the values. Without any, all pass.
    fn filter(&self) -> Value {
        let mut conditions = BTreeMap::new();
        if !self.stream_types.is_empty() {
            conditions.insert("StreamType", json!(self.stream_types));
        }
        if !self.event_types.is_empty() {
            conditions.insert("EventType", json!(self.event_types));
        }
        json!(conditions)
    }
}

/// What SNS takes an attribute for that it does not tell.
fn not_set(name: &str) -> &'static str {
    match name {
        "RawMessageDelivery" => "false",
        "FilterPolicyScope" => "MessageAttributes",
        _ => "{}",
    }
}

/// Two spellings of one filter are one filter.
fn as_json(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) if text.is_empty() => json!({}),
        Err(_) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            stream_types: vec!["order".parse().unwrap(), "invoice".parse().unwrap()],
            event_types: vec!["placed".parse().unwrap()],
            is_enveloped: false,
        }
    }

    fn found(attributes: &[(&str, &str)]) -> HashMap<String, String> {
        attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_filter_names_the_types_of_streams_and_events() {
        let [raw, scope, filter] = wanted().attributes();
        assert_eq!(raw, ("RawMessageDelivery", "true".into()));
        assert_eq!(scope, ("FilterPolicyScope", "MessageAttributes".into()));
        assert_eq!(
            filter.1,
            r#"{"EventType":["placed"],"StreamType":["order","invoice"]}"#
        );
    }

    #[test]
    fn a_subscription_to_everything_is_made_without_a_filter() {
        let everything = Wanted::default();
        assert!(!everything.of_new().contains_key("FilterPolicy"));
        assert_eq!(
            everything.missing_in(&found(&[("RawMessageDelivery", "true")])),
            []
        );
        let filtered = found(&[
            ("RawMessageDelivery", "true"),
            ("FilterPolicy", r#"{"StreamType":["order"]}"#),
        ]);
        assert_eq!(everything.missing_in(&filtered), [("FilterPolicy", "{}".into())]);
    }

    #[test]
    fn only_what_differs_is_set() {
        let spelt_otherwise = r#"{ "StreamType": ["order", "invoice"], "EventType": ["placed"] }"#;
        let same = found(&[("RawMessageDelivery", "true"), ("FilterPolicy", spelt_otherwise)]);
        assert_eq!(wanted().missing_in(&same), []);
        let names = |attributes: &[(&str, &str)]| -> Vec<&str> {
            let missing = wanted().missing_in(&found(attributes));
            missing.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(&[]), ["RawMessageDelivery", "FilterPolicy"]);
        let by_body = [
            ("RawMessageDelivery", "true"),
            ("FilterPolicyScope", "MessageBody"),
            ("FilterPolicy", spelt_otherwise),
        ];
        assert_eq!(names(&by_body), ["FilterPolicyScope"]);
    }

    #[test]
    fn an_enveloped_subscription_is_not_raw() {
        let wanted = Wanted {
            is_enveloped: true,
            ..Wanted::default()
        };
        assert_eq!(wanted.missing_in(&HashMap::new()), []);
        assert_eq!(wanted.attributes()[0].1, "false");
    }
}
