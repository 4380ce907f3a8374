//! PURE: finds scalars that different YAML readers interpret differently.
//!
//! CloudFormation reads a template as YAML 1.1, most other tools read YAML 1.2, and both may rewrite numbers. Scalars
//! on which they might disagree are refused everywhere, so that the source and its rendering mean the same.

use crate::problem::{Problem, Problems};
use crate::yaml::{Entry, Kind, Node, Scalar};

/// Reports every ambiguous plain scalar and plain key. `Metadata` is exempt, because nothing reads it as input.
pub(super) fn check(file: &str, node: &Node, problems: &mut Problems) {
    match &node.kind {
        Kind::Scalar(scalar) => {
            if is_ambiguous(scalar) {
                problems.push(refused(file, node, &scalar.text));
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| check(file, item, problems)),
        Kind::Mapping(entries) => {
            for entry in entries.iter().filter(|entry| entry.key != "Metadata") {
                if is_ambiguous_key(entry) {
                    let message = format!(
                        "the key `{}` is read differently by different versions of YAML",
                        entry.key
                    );
                    problems.push(Problem::new(file, entry.at, message).with_hint("put it in quotes"));
                }
                check(file, &entry.value, problems);
            }
        }
    }
}

fn refused(file: &str, node: &Node, text: &str) -> Problem {
    let message = format!("`{text}` is read differently by different versions of YAML");
    Problem::new(file, node.at, message)
        .with_hint("put it in quotes, or write `true`, `false` or a plain number")
}

/// A key is always a string, so an unquoted key that YAML reads as another type must be spelled as a writer would
/// write it back.
fn is_ambiguous_key(entry: &Entry) -> bool {
    let scalar = Scalar {
        text: entry.key.clone(),
        plain: entry.plain,
    };
    let is_other_flag = entry.plain
        && ["true", "false"].contains(&entry.key.to_ascii_lowercase().as_str())
        && !["true", "false"].contains(&entry.key.as_str());
    is_ambiguous(&scalar) || is_other_flag || scalar.is_null()
}

fn is_ambiguous(scalar: &Scalar) -> bool {
    if !scalar.plain {
        return false;
    }
    let lower = scalar.text.to_ascii_lowercase();
    if ["yes", "no", "on", "off", "=", ".inf", "-.inf", "+.inf", ".nan"].contains(&lower.as_str()) {
        return true;
    }
    looks_like_a_number(&lower) && !is_canonical(&scalar.text)
}

/// Tells whether any version of YAML, 1.1 or 1.2, reads a text as a number: decimal, hexadecimal, octal, binary, base
/// 60, with underscores, or with an exponent.
fn looks_like_a_number(lower: &str) -> bool {
    let unsigned = lower.strip_prefix(['-', '+']).unwrap_or(lower);
    let all =
        |text: &str, allowed: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|byte| allowed(&byte));
    for (prefix, digits) in [
        (
            "0x",
            (|byte| byte.is_ascii_hexdigit() || *byte == b'_') as fn(&u8) -> bool,
        ),
        ("0o", |byte| byte.is_ascii_digit() || *byte == b'_'),
        ("0b", |byte| matches!(byte, b'0' | b'1' | b'_')),
    ] {
        if let Some(rest) = unsigned.strip_prefix(prefix) {
            return all(rest, digits);
        }
    }
    let (mantissa, exponent) = match unsigned.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let has_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    let starts_right = mantissa.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let is_mantissa = has_digit
        && starts_right
        && mantissa.matches('.').count() <= 1
        && all(mantissa, |byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b':')
        });
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        all(digits, |byte| byte.is_ascii_digit() || *byte == b'_')
    });
    is_mantissa && is_exponent
}

/// Tells whether every reader writes this number back as it is: `12`, `-1`, `0.5`, but not `1.10`, `1e3` or a number
/// of more than 64 bits.
fn is_canonical(text: &str) -> bool {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.to_string() == text;
    }
    match text.parse::<f64>() {
        Ok(number) => number.is_finite() && text.contains('.') && number.to_string() == text,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar {
        Scalar {
            text: text.to_owned(),
            plain: true,
        }
    }

    #[test]
    fn what_two_readers_of_yaml_take_for_different_values_is_refused() {
        for text in [
            "yes",
            "Off",
            "oN",
            "=",
            "000000000042",
            "012345670123",
            "089",
            "0o17",
            "0x1F",
            "0b11",
            "-0x1f",
            "1_000",
            "1_000.5",
            "12:30:45",
            "-1:30",
            "+12",
            "-0",
            "1.",
            ".5",
            "-.5",
            "1.10",
            "1.0",
            "0.0",
            "1e3",
            "1E3",
            "1.5e3",
            "1.5e+3",
            "12345e67",
            "98765432109876543210123",
            "9223372036854775808",
            "0.1234567890123456789",
            ".inf",
            "-.INF",
            ".NaN",
        ] {
            assert!(is_ambiguous(&plain(text)), "{text}");
            let quoted = Scalar {
                text: text.to_owned(),
                plain: false,
            };
            assert!(!is_ambiguous(&quoted), "{text}");
        }
    }

    #[test]
    fn what_every_reader_takes_for_the_same_is_left() {
        for text in [
            "12",
            "-1",
            "0",
            "0.5",
            "-12.75",
            "9223372036854775807",
            "true",
            "True",
            "y",
            "n",
            "2010-09-09",
            "1.2.3",
            "12 o'clock",
            "e3",
            "1e",
            "1e3x",
            "0xyz",
            "0b-12",
            "-",
            "+",
            ".",
            "_1",
            "1-2",
            "10.0.0.0/16",
            "1,000",
            "arn:aws:iam::123456789012:root",
            "00ff-1",
            "v1.10",
            "1:a",
            "::",
            "rate(5 minutes)",
        ] {
            assert!(!is_ambiguous(&plain(text)), "{text}");
        }
    }
}
