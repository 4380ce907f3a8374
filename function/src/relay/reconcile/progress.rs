//! PURE: the progress of reconciling, also as the text that a caller passes to the next invocation.

use std::ops::AddAssign;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event_store_types::Timestamp;
use serde::{Deserialize, Serialize};

use super::survey::{Place, Segment};

/// The progress of reconciling in each segment of the log, and which commits it announces again.
///
/// Its text is opaque to callers: base64url of `<version>/<JSON>`. It contains the whole request that it
/// continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Progress {
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_since: Option<Timestamp>,
    segments: Vec<Position>,
}

/// The position in a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Position {
    /// Nothing is done yet.
    Beginning,
    /// Everything up to this place is done.
    After(Place),
    /// The whole segment is done.
    End,
}

impl Position {
    /// The position after a page, given the start of the next page.
    pub(super) fn behind(next: Option<Place>) -> Self {
        next.map_or(Self::End, Self::After)
    }

    pub(super) fn is_end(&self) -> bool {
        *self == Self::End
    }

    pub(super) fn place(&self) -> Option<&Place> {
        match self {
            Self::After(place) => Some(place),
            Self::Beginning | Self::End => None,
        }
    }
}

impl Progress {
    const VERSION: &str = "1";

    /// More segments than any version uses.
    const MOST_SEGMENTS: usize = 64;

    /// The start of a run over a log in `segments` parts. It announces the commits created at `notify_since`
    /// or later.
    pub fn begin(segments: usize, notify_since: Option<Timestamp>) -> Self {
        Self {
            notify_since,
            segments: vec![Position::Beginning; segments],
        }
    }

    /// Decodes the text that an answer gave for the next request.
    ///
    /// # Errors
    /// [`InvalidProgress`] tells what is wrong: not such a text, or one of another version.
    pub fn decode(text: &str) -> Result<Self, InvalidProgress> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| InvalidProgress::Malformed)?;
        let plain = std::str::from_utf8(&bytes).map_err(|_| InvalidProgress::Malformed)?;
        let (version, json) = plain.split_once('/').ok_or(InvalidProgress::Malformed)?;
        if version != Self::VERSION {
            let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
            return Err(if is_number {
                InvalidProgress::OtherVersion
            } else {
                InvalidProgress::Malformed
            });
        }
        serde_json::from_str::<Self>(json)
            .ok()
            .filter(|progress| (1..=Self::MOST_SEGMENTS).contains(&progress.segments.len()))
            .ok_or(InvalidProgress::Malformed)
    }

    /// The text that continues from here: letters, digits, `-` and `_`. `None` when everything is done.
    pub fn encode(&self) -> Option<String> {
        if self.is_done() {
            return None;
        }
        let json = serde_json::to_string(self).ok()?;
        Some(URL_SAFE_NO_PAD.encode(format!("{}/{json}", Self::VERSION)))
    }

    /// Whether every segment is done.
    pub fn is_done(&self) -> bool {
        self.segments.iter().all(Position::is_end)
    }

    /// The time from which commits are announced again.
    pub fn notify_since(&self) -> Option<Timestamp> {
        self.notify_since
    }

    /// Each segment with its position.
    pub(super) fn segments(&self) -> impl Iterator<Item = (Segment, &Position)> {
        let count = self.segments.len();
        let segment = move |index| Segment { index, count };
        (0..).map(segment).zip(&self.segments)
    }

    /// Whether a commit of this time is announced again.
    pub(super) fn notifies(&self, created_at: Timestamp) -> bool {
        self.notify_since.is_some_and(|since| created_at >= since)
    }

    /// The same request with new positions.
    pub(super) fn moved_to(&self, segments: Vec<Position>) -> Self {
        Self {
            notify_since: self.notify_since,
            segments,
        }
    }
}

/// The error for a text that is not a valid continuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProgress {
    /// No answer contained this text.
    #[error("must be the `continueFrom` of an earlier answer")]
    Malformed,
    /// Another version of the relay issued it.
    #[error("was issued by another version of the relay: start again without it")]
    OtherVersion,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Commits that were read and processed.
    pub commits: usize,
    /// Streams whose first commit is among them. Over all runs, each stream counts once.
    pub streams: usize,
    /// How many times the catalogue was behind and was brought forward.
    pub updated: usize,
    /// Events that were missing from the feed and were added.
    pub fed: u64,
    /// Events that were announced again.
    pub notified: usize,
    /// Events that the topic refused for good, and that are now on the failure queue.
    pub parked: usize,
    /// Items that are not commits.
    pub unreadable: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.commits += more.commits;
        self.streams += more.streams;
        self.updated += more.updated;
        self.fed += more.fed;
        self.notified += more.notified;
        self.parked += more.parked;
        self.unreadable += more.unreadable;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> Place {
        Place {
            pk: "order/2886e475-d5cc-40f7-aec5-401071388b3c".to_owned(),
            sk: "5".to_owned(),
        }
    }

    fn halfway() -> Progress {
        let begun = Progress::begin(3, Some("2025-01-25T10:11:12Z".parse().unwrap()));
        begun.moved_to(vec![Position::End, Position::After(place()), Position::Beginning])
    }

    fn encoded(plain: &str) -> String {
        URL_SAFE_NO_PAD.encode(plain)
    }

    #[test]
    fn progress_reads_back_with_all_of_its_request() {
        let text = halfway().encode().unwrap();
        assert_eq!(Progress::decode(&text), Ok(halfway()));
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(&text).unwrap()).unwrap();
        insta::assert_snapshot!(plain, @r#"1/{"notifySince":"2025-01-25T10:11:12.000000Z","segments":["end",{"after":{"pk":"order/2886e475-d5cc-40f7-aec5-401071388b3c","sk":"5"}},"beginning"]}"#);
    }

    #[test]
    fn what_is_done_needs_no_continuation() {
        let done = halfway().moved_to(vec![Position::End; 3]);
        assert!(done.is_done());
        assert_eq!(done.encode(), None);
    }

    #[test]
    fn another_version_is_told_from_damage() {
        assert_eq!(
            Progress::decode(&encoded("2/anything")),
            Err(InvalidProgress::OtherVersion)
        );
        let whole = halfway().encode().unwrap();
        let many = vec![r#""end""#; 65].join(",");
        for text in [
            "",
            "null",
            &format!("{whole}="),
            &whole[..whole.len() - 2],
            &encoded("1"),
            &encoded("x/{}"),
            &encoded("1/{}"),
            &encoded(r#"1/{"segments":[]}"#),
            &encoded(r#"1/{"segments":["middle"]}"#),
            &encoded(r#"1/{"segments":["end"],"notifysince":1}"#),
            &encoded(&format!(r#"1/{{"segments":[{many}]}}"#)),
        ] {
            assert_eq!(
                Progress::decode(text),
                Err(InvalidProgress::Malformed),
                "{text:?}"
            );
        }
    }

    #[test]
    fn commits_are_announced_from_the_asked_moment_on_and_not_before() {
        let progress = halfway();
        assert!(progress.notifies("2025-01-25T10:11:12Z".parse().unwrap()));
        assert!(!progress.notifies("2025-01-25T10:11:11.999999Z".parse().unwrap()));
        assert!(!Progress::begin(1, None).notifies("2025-01-25T10:11:12Z".parse().unwrap()));
    }

    proptest! {
        #[test]
        fn no_text_makes_decoding_panic(text in any::<String>()) {
            let _ = Progress::decode(&text);
        }

        #[test]
        fn no_plain_content_makes_decoding_panic(version in "[0-9]?", rest in any::<String>()) {
            let _ = Progress::decode(&encoded(&format!("{version}/{rest}")));
        }
    }
}
