//! PURE: texts of others, in a log that is read on a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Writes as `\\u{9b}` each character that a terminal obeys or that is not seen: control characters, and those that separate
/// lines or turn the direction of what follows. A text that holds none stays as it is.
pub fn escaped(text: &str) -> Cow<'_, str> {
    escaped_as(text, |code, into| {
        let _ = write!(into, "\\u{{{code:x}}}");
    })
}

/// The same within JSON, as `\\u009b`: JSON's own escapes leave the characters from U+007F on.
pub(super) fn escaped_json(json: &str) -> Cow<'_, str> {
    escaped_as(json, |code, into| {
        let _ = write!(into, "\\u{code:04x}");
    })
}

fn escaped_as(text: &str, write: impl Fn(u32, &mut String)) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_obeyed(character) {
            // A text never holds what fails to be written to it.
            write(character.into(), &mut escaped);
        } else {
            escaped.push(character);
        }
    }
    escaped.into()
}

/// Whether a character is none that is simply seen (Unicode's `Cc`, `Zl`, `Zp`, and the bidirectional formatting characters).
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        assert_eq!(
            escaped("a\u{1b}[2J\n\u{9b}2J\u{7f}\u{202e}"),
            r"a\u{1b}[2J\u{a}\u{9b}2J\u{7f}\u{202e}"
        );
        assert!(matches!(escaped("Bestellung – 注文 🛒"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({"a\u{9b}": "\u{1b}\u{7f}\u{2028}\u{202e}é"});
        let json = value.to_string();
        let written = escaped_json(&json);
        assert!(written.is_ascii() || !written.contains(is_obeyed), "{written}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            value
        );
    }
}
