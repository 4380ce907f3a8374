//! PURE: page keys, with which a caller continues a listing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event_store_types::StreamType;

use super::position::Position;

/// Where the next page of a listing continues: after the last stream that was returned.
///
/// Its text is opaque to callers: base64url of `<version>/<streamType>/<position>`. It contains the stream
/// type, because a key used for another type would silently list from an arbitrary position. It contains a
/// version, so that a later format is not mistaken for damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageKey {
    stream_type: StreamType,
    position: Position,
}

impl PageKey {
    const VERSION: &str = "1";

    /// The key that continues a listing of `stream_type` after `position`.
    pub fn after(stream_type: StreamType, position: Position) -> Self {
        Self {
            stream_type,
            position,
        }
    }

    /// Decodes the key that a caller sent for a listing of `stream_type`.
    ///
    /// # Errors
    /// [`InvalidPageKey`] tells what is wrong: not a key, a key of another version, or one of another stream
    /// type.
    pub fn decode(text: &str, stream_type: &StreamType) -> Result<Self, InvalidPageKey> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| InvalidPageKey::Malformed)?;
        let plain = std::str::from_utf8(&bytes).map_err(|_| InvalidPageKey::Malformed)?;
        let (version, rest) = plain.split_once('/').ok_or(InvalidPageKey::Malformed)?;
        if version != Self::VERSION {
            let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
            return Err(if is_number {
                InvalidPageKey::OtherVersion
            } else {
                InvalidPageKey::Malformed
            });
        }
        let (made_for, position) = rest.split_once('/').ok_or(InvalidPageKey::Malformed)?;
        let made_for: StreamType = made_for.parse().map_err(|_| InvalidPageKey::Malformed)?;
        let position = position.parse().map_err(|_| InvalidPageKey::Malformed)?;
        if made_for != *stream_type {
            return Err(InvalidPageKey::OtherStreamType);
        }
        Ok(Self {
            stream_type: made_for,
            position,
        })
    }

    /// The text of the key: letters, digits, `-` and `_`.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!(
            "{}/{}/{}",
            Self::VERSION,
            self.stream_type,
            self.position
        ))
    }

    /// The position after which the listing continues.
    pub fn position(&self) -> Position {
        self.position
    }
}

/// A text that is not a [`PageKey`] for the listing it was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPageKey {
    /// The text is not a page key.
    #[error("must be the `nextPageKey` of an earlier page")]
    Malformed,
    /// Another version of the store issued the key.
    #[error("was issued by another version of the store: start again from the first page")]
    OtherVersion,
    /// The key belongs to a listing of another stream type.
    #[error("was issued for another stream type")]
    OtherStreamType,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POSITION: &str = "2025-01-25T10:11:12.000000Z#2886e475-d5cc-40f7-aec5-401071388b3c";

    fn order() -> StreamType {
        "order".parse().unwrap()
    }

    fn key() -> PageKey {
        PageKey::after(order(), POSITION.parse().unwrap())
    }

    fn encoded(plain: &str) -> String {
        URL_SAFE_NO_PAD.encode(plain)
    }

    #[test]
    fn a_key_reads_back_for_its_own_stream_type() {
        assert_eq!(PageKey::decode(&key().encode(), &order()), Ok(key()));
    }

    #[test]
    fn a_key_for_another_stream_type_is_refused() {
        let invoice = "invoice".parse().unwrap();
        assert_eq!(
            PageKey::decode(&key().encode(), &invoice),
            Err(InvalidPageKey::OtherStreamType)
        );
    }

    #[test]
    fn a_key_of_another_version_is_told_from_damage() {
        for (plain, expected) in [
            (format!("2/order/{POSITION}"), InvalidPageKey::OtherVersion),
            ("10/anything".to_owned(), InvalidPageKey::OtherVersion),
            (format!("x/order/{POSITION}"), InvalidPageKey::Malformed),
            (format!("/order/{POSITION}"), InvalidPageKey::Malformed),
        ] {
            assert_eq!(
                PageKey::decode(&encoded(&plain), &order()),
                Err(expected),
                "{plain}"
            );
        }
    }

    #[test]
    fn damaged_keys_are_malformed() {
        let whole = key().encode();
        let padded = format!("{whole}=");
        let cut = &whole[..whole.len() - 2];
        let other_spelling = encoded("1/order/2025-01-25T10:11:12Z#2886e475-d5cc-40f7-aec5-401071388b3c");
        let trailing = encoded(&format!("1/order/{POSITION}/"));
        let bad_type = encoded(&format!("1/or der/{POSITION}"));
        let not_text = URL_SAFE_NO_PAD.encode([0xff, 0xfe, b'/']);
        for text in [
            "",
            "null",
            "{}",
            "../..",
            "\u{0}",
            &padded,
            cut,
            &other_spelling,
            &trailing,
            &bad_type,
            &not_text,
        ] {
            assert_eq!(
                PageKey::decode(text, &order()),
                Err(InvalidPageKey::Malformed),
                "{text:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_decoding_panic(text in any::<String>()) {
            let _ = PageKey::decode(&text, &order());
        }

        #[test]
        fn no_plain_content_makes_decoding_panic(version in "[0-9]?[0-9]?", rest in any::<String>()) {
            let _ = PageKey::decode(&encoded(&format!("{version}/{rest}")), &order());
        }

        #[test]
        fn a_key_that_is_accepted_has_one_spelling(position in 0..key().encode().len(), byte in 0x20_u8..0x7f) {
            let mut text = key().encode().into_bytes();
            text[position] = byte;
            let text = String::from_utf8(text).unwrap();
            if let Ok(accepted) = PageKey::decode(&text, &order()) {
                prop_assert_eq!(accepted.encode(), text);
            }
        }
    }
}
