//! PURE: where a rebuild stands between two pages of the listing.

use std::time::Duration;

use event_store_types::{StreamPage, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a rebuild stands: every stream that is listed before is in the read model. Serialisable, for whoever keeps it
/// to [resume](super::Rebuild::resume) there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Position {
    /// When the first walk began.
    pub began_at: Timestamp,
    /// Which walk it is: 1 or 2.
    pub walk: u8,
    /// The key of the last page that is done in this walk; `None` at its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_key: Option<String>,
}

impl Position {
    /// The start of the first walk.
    pub(super) fn start(began_at: Timestamp) -> Self {
        Self {
            began_at,
            walk: 1,
            page_key: None,
        }
    }

    /// From which update on this walk lists streams: the first all of them, the second those that may have been
    /// updated since the first began. The listing lags by no more than `overlap`.
    pub(super) fn updated_after(&self, overlap: Duration) -> Option<Timestamp> {
        if self.walk == 1 {
            return None;
        }
        self.began_at.as_jiff().checked_sub(overlap).ok()?.try_into().ok()
    }

    /// Where it stands after `page`, or `None` after the last page of the second walk.
    ///
    /// # Errors
    /// When the page says that there is more and not where, or that it is followed by itself.
    pub(super) fn after(&self, page: &StreamPage) -> Result<Option<Self>, NoWayOn> {
        if page.has_more {
            return match &page.next_page_key {
                None => Err(NoWayOn),
                key if *key == self.page_key => Err(NoWayOn),
                key => Ok(Some(Self {
                    page_key: key.clone(),
                    ..self.clone()
                })),
            };
        }
        Ok((self.walk == 1).then(|| Self {
            walk: 2,
            page_key: None,
            ..self.clone()
        }))
    }
}

/// A page that does not lead on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a page says that there is more, but not where, or at its own place")]
pub(super) struct NoWayOn;

#[cfg(test)]
mod tests {
    use super::*;

    const OVERLAP: Duration = Duration::from_mins(5);

    fn start() -> Position {
        Position::start("2025-01-25T10:11:12Z".parse().unwrap())
    }

    fn page(next: Option<&str>) -> StreamPage {
        StreamPage {
            streams: Vec::new(),
            has_more: next.is_some(),
            next_page_key: next.map(Into::into),
        }
    }

    #[test]
    fn the_first_walk_lists_everything_and_the_second_what_changed_since_it_began() {
        assert_eq!(start().updated_after(OVERLAP), None);
        let second = start().after(&page(None)).unwrap().unwrap();
        assert_eq!((second.walk, &second.page_key), (2, &None));
        let since = second.updated_after(OVERLAP).unwrap();
        assert_eq!(since.to_string(), "2025-01-25T10:06:12.000000Z");
        assert_eq!(second.after(&page(None)), Ok(None), "and then it is done");
    }

    #[test]
    fn a_walk_goes_on_page_by_page() {
        let next = start().after(&page(Some("a"))).unwrap().unwrap();
        assert_eq!((next.walk, next.page_key.as_deref()), (1, Some("a")));
        let next = next.after(&page(Some("b"))).unwrap().unwrap();
        assert_eq!(next.page_key.as_deref(), Some("b"));
    }

    #[test]
    fn a_page_that_leads_nowhere_is_told() {
        let at_a = start().after(&page(Some("a"))).unwrap().unwrap();
        assert_eq!(at_a.after(&page(Some("a"))), Err(NoWayOn));
        let without_key = StreamPage {
            has_more: true,
            ..page(None)
        };
        assert_eq!(start().after(&without_key), Err(NoWayOn));
    }

    #[test]
    fn a_position_is_kept_as_json() {
        let text = r#"{"beganAt":"2025-01-25T10:11:12.000000Z","walk":2,"pageKey":"a"}"#;
        let position: Position = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&position).unwrap(), text);
    }
}
