//! PURE: account ids and ARNs, made unreadable in what others may read.

/// What stands for an account id.
const ACCOUNT: &str = "************";

/// How many digits an account id has.
const ACCOUNT_DIGITS: usize = 12;

/// Masks every account id and every ARN in a text; the rest stays as it is, colours included.
///
/// Of an ARN the service stays: `arn:aws:sns:***`. An account id is a run of twelve digits that no letter and no digit touches; one that is
/// a number of JSON is a count, not an account, and stays, so that JSON stays JSON.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = Before::Nothing;
    while let Some(first) = rest.chars().next() {
        let length = if first == '\u{1b}' {
            // A colour is no letter, though it ends in one.
            before = Before::Nothing;
            keep(&mut masked, rest, escape(rest))
        } else if let Some((service, length)) = arn(rest).filter(|_| before == Before::Nothing) {
            masked.push_str(service);
            masked.push_str("***");
            before = Before::Word;
            length
        } else if first.is_ascii_digit() && before == Before::Nothing {
            before = Before::Word;
            let digits = run(rest, |letter| letter.is_ascii_digit());
            let touched = rest[digits..].starts_with(|next: char| next.is_alphanumeric());
            if digits == ACCOUNT_DIGITS && !touched && !is_json_number(&masked, &rest[digits..]) {
                masked.push_str(ACCOUNT);
                digits
            } else {
                keep(&mut masked, rest, digits)
            }
        } else {
            before = if first.is_alphanumeric() {
                Before::Word
            } else {
                Before::Nothing
            };
            keep(&mut masked, rest, first.len_utf8())
        };
        rest = &rest[length..];
    }
    masked
}

/// What stands before a place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// A letter or a digit: what follows is not the beginning of anything.
    Word,
    /// Anything else.
    Nothing,
}

fn keep(masked: &mut String, rest: &str, length: usize) -> usize {
    masked.push_str(&rest[..length]);
    length
}

/// The length of the text's beginning whose letters are all `wanted`.
fn run(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !wanted(letter)).unwrap_or(text.len())
}

/// The length of a terminal's escape sequence: up to its first letter.
fn escape(text: &str) -> usize {
    let letter = text.find(|letter: char| letter.is_ascii_alphabetic());
    letter.map_or(text.len(), |index| index + 1)
}

/// Reads an ARN: what of it may be seen, and its whole length.
fn arn(text: &str) -> Option<(&str, usize)> {
    let partition = text.strip_prefix("arn:aws")?;
    let service = partition.split_once(':')?;
    let name = run(service.1, |letter| {
        letter.is_ascii_alphanumeric() || letter == '-'
    });
    let is_partition = service
        .0
        .chars()
        .all(|letter| letter.is_ascii_lowercase() || letter == '-');
    if !is_partition || name == 0 || !service.1[name..].starts_with(':') {
        return None;
    }
    let seen = "arn:aws".len() + service.0.len() + 1 + name + 1;
    let all = run(text, |letter| {
        letter.is_ascii_alphanumeric() || ":/_.+=,@*$-".contains(letter)
    });
    // What ends a sentence or separates the members of a list is no part of a name.
    let length = text[..all].trim_end_matches([':', '.', ',']).len();
    (length > seen).then_some((&text[..seen], length))
}

/// Whether digits between the two texts are the value of a member of a JSON object.
fn is_json_number(before: &str, after: &str) -> bool {
    before.trim_end_matches(' ').ends_with("\":") && after.starts_with([',', '}', '\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn account_ids_are_masked_wherever_they_stand_alone() {
        for (plain, masked) in [
            ("account 123456789012", "account ************"),
            (
                "event-store-artifacts-123456789012-eu-central-1",
                "event-store-artifacts-************-eu-central-1",
            ),
            ("`123456789012`.", "`************`."),
            ("\u{1b}[1m123456789012\u{1b}[0m", "\u{1b}[1m************\u{1b}[0m"),
            (r#"{"account":"123456789012"}"#, r#"{"account":"************"}"#),
            (
                "sns/eu-central-1/123456789012/orders",
                "sns/eu-central-1/************/orders",
            ),
        ] {
            assert_eq!(mask(plain), masked);
        }
    }

    #[test]
    fn of_an_arn_the_service_stays() {
        for (plain, masked) in [
            ("arn:aws:iam::123456789012:role/orders", "arn:aws:iam:***"),
            (
                "is arn:aws:sns:eu-central-1:123456789012:a.",
                "is arn:aws:sns:***.",
            ),
            (
                "arn:aws-cn:lambda:cn-north-1:123456789012:function:a:$LATEST",
                "arn:aws-cn:lambda:***",
            ),
            (
                "[arn:aws:s3:::a, arn:aws:s3:::b]",
                "[arn:aws:s3:***, arn:aws:s3:***]",
            ),
            (r#"{"arn":"arn:aws:s3:::a/*"}"#, r#"{"arn":"arn:aws:s3:***"}"#),
            (
                "\u{1b}[36marn:aws:s3:::a\u{1b}[39m",
                "\u{1b}[36marn:aws:s3:***\u{1b}[39m",
            ),
        ] {
            assert_eq!(mask(plain), masked);
        }
    }

    #[test]
    fn what_is_neither_stays() {
        for text in [
            "12345678901 and 1234567890123",
            "code/api/0a123456789012b.zip",
            r#"{"bytes":123456789012,"items": 123456789012}"#,
            "arn:${AWS::Partition}:iam::aws:policy/x is no arn:aws",
            "zwölf 12 é",
            "",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn masking_twice_changes_nothing_more() {
        let text = "arn:aws:iam::123456789012:role/a, 123456789012, 12";
        assert_eq!(mask(&mask(text)), mask(text));
    }
}
