//! PURE: texts of others, in a log that is read on a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use event_store_types::is_seen;

/// Writes as `\\u{9b}` each character that a terminal obeys or that is not seen: control characters, and those that separate
/// lines or format others. A text that holds none stays as it is.
pub fn escaped(text: &str) -> Cow<'_, str> {
    escaped_as(text, |character, into| {
        let _ = write!(into, "\\u{{{:x}}}", u32::from(character));
    })
}

/// The same within JSON, as `\\u009b`: JSON's own escapes leave the characters from U+007F on.
pub(super) fn escaped_json(json: &str) -> Cow<'_, str> {
    escaped_as(json, |character, into| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(into, "\\u{unit:04x}");
        }
    })
}

fn escaped_as(text: &str, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if text.chars().all(is_seen) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_seen(character) {
            escaped.push(character);
        } else {
            // A text never holds what fails to be written to it.
            write(character, &mut escaped);
        }
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        assert_eq!(
            escaped("a\u{1b}[2J\n\u{9b}2J\u{7f}\u{202e}\u{200b}"),
            r"a\u{1b}[2J\u{a}\u{9b}2J\u{7f}\u{202e}\u{200b}"
        );
        assert!(matches!(escaped("Bestellung – 注文 🛒"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({"a\u{9b}": "\u{1b}\u{7f}\u{2028}\u{202e}é\u{e0041}"});
        let json = value.to_string();
        let written = escaped_json(&json);
        assert!(written.is_ascii() || written.chars().all(is_seen), "{written}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            value
        );
    }
}
