//! PURE: as much of a text as there is room for.

/// As much of a text as a checkpoint has room for, a thousand times: its beginning, and its end, where the cause is told.
pub(super) fn excerpt(text: String) -> String {
    const MOST_BYTES: usize = 200;
    if text.len() <= MOST_BYTES {
        return text;
    }
    let beginning = text.floor_char_boundary(MOST_BYTES / 2);
    let end = text.ceil_char_boundary(text.len() - MOST_BYTES / 2);
    format!("{}…{}", &text[..beginning], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_whole_and_of_what_is_long_the_cause_is_there() {
        let short = "é".repeat(100);
        assert_eq!(excerpt(short.clone()), short);
        for letter in ["x", "é", "€", "🦀"] {
            let long = format!("first{}the cause", letter.repeat(300));
            let cut = excerpt(long);
            assert!(cut.starts_with("first") && cut.ends_with("the cause"), "{cut}");
            assert!(cut.len() <= 200 + "…".len(), "{}", cut.len());
        }
    }
}
