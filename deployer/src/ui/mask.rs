//! PURE: hides account ids, ARNs and addresses in text that others may read.

mod known;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::escape::style;
use known::Known;

/// The replacement for an account id.
const ACCOUNT: &str = "************";

/// The replacement for anything else.
const HIDDEN: &str = "***";

/// The number of digits in an account id.
const ACCOUNT_DIGITS: usize = 12;

/// What to hide: known ids, in whatever form they occur, and what looks like an id.
#[derive(Clone, Debug, Default)]
pub(super) struct Mask {
    known: Vec<Known>,
    /// How many of them are not accounts.
    named: usize,
}

impl Mask {
    /// Notes an account id, an ARN or an address. Anything shorter than an account id counts as a word.
    pub(super) fn know(&mut self, text: &str) {
        let is_account = text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_account {
            // The grouping that the console shows.
            let grouped = format!("{}-{}-{}", &text[..4], &text[4..8], &text[8..]);
            self.add(text, ACCOUNT);
            self.add(&grouped, ACCOUNT);
        } else {
            // Different ids stay distinguishable.
            let number = self.named + 1;
            self.named += usize::from(self.add(text, &format!("{HIDDEN}{number}")));
        }
    }

    /// Adds an id; tells whether it was new.
    fn add(&mut self, text: &str, shown: &str) -> bool {
        let Some(known) = Known::new(text, shown, ACCOUNT_DIGITS) else {
            return false;
        };
        let is_new = !self.known.iter().any(|other| other.is_same(&known));
        if is_new {
            self.known.push(known);
            // An id that contains another comes first.
            self.known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
        is_new
    }

    /// Masks a text. The rest stays as it is, including colours.
    ///
    /// What is [known](Self::know) is masked everywhere. Any other ARN keeps its service: `arn:aws:sns:***`. Any
    /// other twelve digits count as an account id, except inside a longer word of hexadecimal digits, which is a
    /// hash, and as a number in JSON, which is a count.
    pub(super) fn text(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let (mut at, mut word) = (0, 0);
        while let Some(first) = text[at..].chars().next() {
            let rest = &text[at..];
            if let Some(length) = between(rest).filter(|length| !self.begins_within(rest, *length)) {
                masked.push_str(&rest[..length]);
                at += length;
                word = at;
                continue;
            }
            let hidden = arn(rest)
                .or_else(|| self.known_at(rest, &masked))
                .or_else(|| function_url(rest))
                .or_else(|| account(text, word, at, &masked));
            if let Some(Hidden { shown, length }) = hidden {
                masked.push_str(&shown);
                at += length;
                word = at;
            } else {
                masked.push(first);
                at += first.len_utf8();
                if !first.is_alphanumeric() {
                    word = at;
                }
            }
        }
        masked
    }

    /// Masks every string in a JSON value, including the names of members. The number of members does not change.
    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let mut masked = Map::new();
                for (name, value) in members {
                    let mut name = self.text(name);
                    while masked.contains_key(&name) {
                        name.push('*');
                    }
                    masked.insert(name, self.value(value));
                }
                masked.into()
            }
            Value::Number(number) => {
                let digits = number.to_string();
                match self.known_at(&digits, "") {
                    Some(hidden) if hidden.length == digits.len() => hidden.shown.into(),
                    _ => value.clone(),
                }
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// Tells whether an apparent escape is actually the beginning of an id: `%` before an account's digits.
    fn begins_within(&self, rest: &str, length: usize) -> bool {
        let starts = (1..length).filter_map(|at| rest.get(at..));
        starts.into_iter().any(|rest| {
            self.known.iter().any(|known| known.length_at(rest).is_some())
                || account(rest, 0, 0, "").is_some()
        })
    }

    fn known_at(&self, rest: &str, masked: &str) -> Option<Hidden> {
        self.known.iter().find_map(|known| {
            let length = known.length_at(rest)?;
            let shown = if is_json_number(masked, &rest[length..]) {
                format!("\"{}\"", known.shown())
            } else {
                known.shown().to_owned()
            };
            Some(Hidden { shown, length })
        })
    }
}

/// An id to hide, and its replacement.
struct Hidden {
    shown: String,
    length: usize,
}

/// The length of a sequence between two words that is not literal text: a colour, a JSON escape, a URL escape.
fn between(text: &str) -> Option<usize> {
    let is_hex =
        |text: Option<&str>| text.is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let mut letters = text.chars();
    match letters.next()? {
        '\u{1b}' => style(text),
        '%' => is_hex(text.get(1..3)).then_some(3),
        '\\' => match letters.next()? {
            'u' => is_hex(text.get(2..6)).then_some(6),
            'n' | 'r' | 't' | 'b' | 'f' | '"' | '\\' | '/' => Some(2),
            _ => None,
        },
        _ => None,
    }
}

/// Recognises an ARN, whose colons may be escaped for a URL.
fn arn(text: &str) -> Option<Hidden> {
    let partition = text.strip_prefix("arn").and_then(after_colon)?;
    let name = |text: &str| text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let is_aws = partition.starts_with("aws");
    let service = after_colon(&partition[name(partition)?..]).filter(|_| is_aws)?;
    let end = name(service).filter(|length| *length > 0)?;
    let resource = after_colon(&service[end..])?;
    let mut at = 0;
    while let Some(first) = resource[at..].chars().next() {
        let rest = &resource[at..];
        match between(rest) {
            Some(length) if first == '%' => at += length,
            _ if first.is_ascii_alphanumeric() || ":/_.+=,@*$-".contains(first) => at += 1,
            _ => break,
        }
    }
    // Punctuation at the end of a sentence or between list members is not part of the name.
    let named = resource[..at].trim_end_matches([':', '.', ',']).len();
    let seen = text.len() - resource.len();
    (named > 0).then(|| Hidden {
        shown: format!("{}{HIDDEN}", &text[..seen]),
        length: seen + named,
    })
}

fn after_colon(text: &str) -> Option<&str> {
    [":", "%3A", "%3a"]
        .iter()
        .find_map(|colon| text.strip_prefix(colon))
}

/// Recognises the name of a function URL, which is the only thing that keeps a public one secret.
fn function_url(text: &str) -> Option<Hidden> {
    let length = text.find(|letter: char| !letter.is_ascii_alphanumeric())?;
    (length > 0 && text[length..].starts_with(".lambda-url.")).then(|| Hidden {
        shown: HIDDEN.to_owned(),
        length,
    })
}

/// Recognises twelve digits at `at`, in the word that begins at `word`.
fn account(text: &str, word: usize, at: usize, masked: &str) -> Option<Hidden> {
    let digits = text[at..]
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len() - at);
    let follows_a_digit = text[word..at].ends_with(|letter: char| letter.is_ascii_digit());
    if digits != ACCOUNT_DIGITS || follows_a_digit {
        return None;
    }
    let rest = &text[at + digits..];
    let end = rest
        .find(|letter: char| !letter.is_alphanumeric())
        .unwrap_or(rest.len());
    let whole = &text[word..at + digits + end];
    let is_hash = whole.len() > digits
        && whole.bytes().all(|letter| letter.is_ascii_hexdigit())
        && !(whole.contains(|letter: char| letter.is_ascii_lowercase())
            && whole.contains(|letter: char| letter.is_ascii_uppercase()));
    (!is_hash && !is_json_number(masked, rest)).then(|| Hidden {
        shown: ACCOUNT.to_owned(),
        length: digits,
    })
}

/// Tells whether digits between the two texts are the value of a member of a JSON object.
fn is_json_number(before: &str, after: &str) -> bool {
    before.trim_end_matches(' ').ends_with("\":") && after.starts_with([',', '}', '\n', '\r'])
}
