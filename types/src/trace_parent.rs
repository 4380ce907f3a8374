//! The position of an event in a distributed trace.

use std::fmt;
use std::str::FromStr;

use crate::text::travels_as_text;

/// A position in a distributed trace: the header `traceparent` of W3C's Trace Context
/// (<https://www.w3.org/TR/trace-context/#traceparent-header>).
///
/// ```
/// use event_store_types::TraceParent;
///
/// let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let parent: TraceParent = header.parse()?;
/// assert_eq!(parent.as_str(), header);
/// assert_eq!(parent.trace_id(), "0af7651916cd43dd8448eb211c80319c");
/// # Ok::<(), event_store_types::InvalidTraceParent>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TraceParent(Box<str>);

impl TraceParent {
    /// The name of the HTTP header, of the member of an event's metadata, and of the message attribute of a notification.
    pub const NAME: &'static str = "traceparent";

    /// The length of a header of version 00, so far the only version. Later versions may be longer.
    const LENGTH: usize = 55;
    /// A limit that no real header reaches.
    const MAX_LENGTH: usize = 256;

    /// The header's value.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the trace: 32 hexadecimal digits.
    pub fn trace_id(&self) -> &str {
        &self.0[3..35]
    }

    /// The id of the parent span: 16 hexadecimal digits.
    pub fn span_id(&self) -> &str {
        &self.0[36..52]
    }
}

impl FromStr for TraceParent {
    type Err = InvalidTraceParent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceParent> {
        let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_zero = |part: &str| part.bytes().all(|byte| byte == b'0');
        let mut parts = text.splitn(5, '-');
        let (version, trace, span, flags) = (parts.next(), parts.next(), parts.next(), parts.next());
        let is_one = match (version, trace, span, flags) {
            (Some(version), Some(trace), Some(span), Some(flags)) => {
                [(version, 2), (trace, 32), (span, 16), (flags, 2)]
                    .iter()
                    .all(|(part, length)| part.len() == *length && is_hex(part))
                    && version != "ff"
                    && !is_zero(trace)
                    && !is_zero(span)
                    && (version != "00" || text.len() == Self::LENGTH)
            }
            _ => false,
        };
        let is_seen = text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_one && is_seen && text.len() <= Self::MAX_LENGTH {
            Ok(Self(text.into()))
        } else {
            Err(InvalidTraceParent)
        }
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

travels_as_text!(TraceParent);

/// A text that is not a [`TraceParent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a `traceparent` such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`")]
pub struct InvalidTraceParent;

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_header_tells_trace_and_span() {
        let parent: TraceParent = HEADER.parse().unwrap();
        assert_eq!(
            (parent.trace_id(), parent.span_id()),
            ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
        );
        assert_eq!(parent.to_string(), HEADER);
    }

    #[test]
    fn one_of_a_later_version_may_tell_more() {
        let later = format!("01{}-what-else", &HEADER[2..]);
        assert_eq!(later.parse::<TraceParent>().unwrap().as_str(), later);
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in [
            "",
            "00",
            &HEADER.to_uppercase(),
            &HEADER[..54],
            &format!("{HEADER}-more"),
            &format!("ff{}", &HEADER[2..]),
            &format!("01{}é", &HEADER[2..]),
            &format!("01{}-{}", &HEADER[2..], "x".repeat(300)),
            &HEADER.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &HEADER.replace("b7ad6b7169203331", &"0".repeat(16)),
            &HEADER.replace("b7ad6b7169203331", "b7ad6b716920333g"),
            &HEADER.replace('-', "_"),
        ] {
            assert_eq!(text.parse::<TraceParent>(), Err(InvalidTraceParent), "{text}");
        }
    }
}
