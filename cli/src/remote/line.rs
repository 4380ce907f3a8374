//! PURE: an event in a line for people.

use anstyle::{AnsiColor, Style};
use event_store_client::types::{Event, FeedEvent, StreamType};
use event_store_function::telemetry::escaped;

/// The least of a payload that is worth showing.
const LEAST: usize = 16;

/// `10:11:12.000 order/2886e475-… #3 order-paid {"by":"card"}`, the payload cut to the `width`, where there is one.
pub(super) fn of_feed(event: &FeedEvent, width: Option<usize>) -> String {
    let (stream_type, event) = event.clone().into_parts();
    line(&event, Some(&stream_type), width)
}

/// The same without its stream, which is known.
pub(super) fn of_stream(event: &Event, width: Option<usize>) -> String {
    line(event, None, width)
}

fn line(event: &Event, stream_type: Option<&StreamType>, width: Option<usize>) -> String {
    let time = event.created_at.to_string();
    let stream = stream_type.map(|stream_type| format!("{stream_type}/{} ", event.stream_id));
    let stream = stream.unwrap_or_default();
    let revision = format!("#{}", event.revision);
    let event_type = escaped(event.event_type.as_str()).into_owned();
    let taken = [&time, &stream, &revision, &event_type].map(|text| text.chars().count());
    let left = width.map(|width| width.saturating_sub(taken.iter().sum::<usize>() + 3).max(LEAST));
    let payload = one_line(event.payload.as_str(), left);
    let (faint, strong) = (Style::new().dimmed(), AnsiColor::Cyan.on_default());
    format!(
        "{faint}{time}{faint:#} {stream}{faint}{revision}{faint:#} {strong}{event_type}{strong:#} {payload}"
    )
}

/// JSON in a line of at most `width` characters.
fn one_line(json: &str, width: Option<usize>) -> String {
    // A cut text need not be looked at to its end, which may be far.
    let begun: String = match width {
        Some(width) => json.chars().take(width + 1).collect(),
        None => json.to_owned(),
    };
    let spaced = begun.replace(['\n', '\r', '\t'], " ");
    let shown = escaped(&spaced);
    match width {
        Some(width) if shown.chars().count() > width => {
            let cut: String = shown.chars().take(width.saturating_sub(1)).collect();
            format!("{cut}…")
        }
        _ => shown.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_cut_to_the_width_and_stays_on_its_line() {
        for (json, width, shown) in [
            ("{\n  \"a\": 1\n}", None, "{   \"a\": 1 }"),
            ("\"0123456789\"", Some(12), "\"0123456789\""),
            ("\"0123456789\"", Some(11), "\"012345678…"),
            ("\"\u{9b}31m\u{202e}\"", None, "\"\\u{9b}31m\\u{202e}\""),
        ] {
            assert_eq!(one_line(json, width), shown);
        }
    }

    #[test]
    fn a_line_fits_a_terminal() {
        let event = r#"{"streamType":"order","streamId":"2886e475-d5cc-40f7-aec5-401071388b3c","revision":3,"eventType":"order-paid","payload":{"by":"card","and":"so on and so on and so on"},"createdAt":"2025-01-25T10:11:12.000000Z","eventId":"0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"}"#;
        let event: FeedEvent = serde_json::from_str(event).unwrap();
        let plain = anstream::adapter::strip_str(&of_feed(&event, Some(110))).to_string();
        assert_eq!(
            plain,
            "2025-01-25T10:11:12.000000Z order/2886e475-d5cc-40f7-aec5-401071388b3c #3 order-paid {\"by\":\"card\",\"and\":\"so o…"
        );
        assert_eq!(plain.chars().count(), 110);
    }
}
