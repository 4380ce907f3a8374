//! Page keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event_store_types::StreamType;

use super::Verdict;
use crate::store::cursor::PageKey;

/// Takes a stream type, a line's end, and a page key, which is tried as it is, and as what a key is made of.
pub fn page_key(input: &[u8]) -> Verdict {
    let Some((stream_type, text)) = std::str::from_utf8(input)
        .ok()
        .and_then(|text| text.split_once('\n'))
    else {
        return Verdict::Refused;
    };
    let Ok(stream_type) = stream_type.parse::<StreamType>() else {
        return Verdict::Refused;
    };
    let verdicts = [text.to_owned(), URL_SAFE_NO_PAD.encode(text)].map(|key| decode(&key, &stream_type));
    if verdicts.contains(&Verdict::Accepted) {
        Verdict::Accepted
    } else {
        Verdict::Refused
    }
}

fn decode(text: &str, stream_type: &StreamType) -> Verdict {
    match PageKey::decode(text, stream_type) {
        Ok(key) => {
            assert_eq!(key.encode(), text, "a key has one spelling");
            let again = PageKey::after(stream_type.clone(), key.position());
            assert_eq!(again, key, "a key is its type and its position");
            Verdict::Accepted
        }
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty());
            Verdict::Refused
        }
    }
}
