//! PURE: makes characters visible that could move the cursor, hide or reorder text, or command a workflow.
//!
//! Printed text may contain text by others: a resource's status reason, a log line, an output, a file's name. Each
//! character on which a terminal would act is written as `\u001b`, like a JSON escape, so that JSON keeps its
//! meaning. The colours of this program pass, whoever wrote them, because no meaning depends on them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The parameters of the styles that `paint` and clap's messages use, including those that end them. None hides text.
const STYLES: [&str; 19] = [
    "", "0", "1", "2", "4", "22", "24", "31", "32", "33", "34", "35", "36", "39", "91", "92", "93", "94",
    "96",
];

/// Makes characters visible on which a terminal would act. Line breaks and tabs stay.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = style(rest).unwrap_or(first.len_utf8());
        if length > first.len_utf8() || !is_hidden(first) {
            escaped.push_str(&rest[..length]);
        } else {
            push_escaped(&mut escaped, first);
        }
        rest = &rest[length..];
    }
    escaped.into()
}

/// Also makes characters visible that only look like a space, for messages about mistakes: they may be the mistake.
pub(super) fn spaces(text: &str) -> Cow<'_, str> {
    let is_odd = |letter: char| letter.is_whitespace() && !matches!(letter, ' ' | '\n' | '\t');
    if !text.contains(is_odd) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_odd(letter) {
            push_escaped(&mut escaped, letter);
        } else {
            escaped.push(letter);
        }
    }
    escaped.into()
}

/// Also escapes line breaks.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => push_escaped(&mut escaped, letter),
            other => escaped.push(other),
        }
    }
    escaped.into()
}

/// Disarms what a GitHub Actions runner would obey: `::` at the beginning of a line, and `##[` anywhere.
///
/// [Workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)
pub(super) fn disarm(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##[") {
        return text.into();
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let command = command(line);
        let (before, rest) = line.split_at(command);
        let rest = rest.replace("##[", "#\\u0023[");
        match rest.strip_prefix("::") {
            Some(rest) => format!("{before}\\u003a:{rest}"),
            None => format!("{before}{rest}"),
        }
    });
    lines.collect::<String>().into()
}

/// The beginning of a line for a runner: after spaces and styles.
fn command(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let space = rest
            .chars()
            .next()
            .filter(|first| first.is_whitespace())
            .map(char::len_utf8);
        match style(rest).or(space) {
            Some(length) => at += length,
            None => return at,
        }
    }
}

/// The length of a style at the beginning of a text.
pub(super) fn style(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    let is_known =
        rest[end..].starts_with('m') && rest[..end].split(';').all(|style| STYLES.contains(&style));
    is_known.then_some("\u{1b}[".len() + end + 1)
}

fn push_escaped(escaped: &mut String, letter: char) {
    let mut units = [0; 2];
    for unit in letter.encode_utf16(&mut units) {
        // Writing to a string does not fail.
        let _ = write!(escaped, "\\u{unit:04x}");
    }
}

/// Tells whether a terminal acts on a character instead of showing it: control characters (including 8-bit ones),
/// directional marks, line separators, and zero-width characters.
fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        letter => letter.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_shown() {
        for (foreign, shown) in [
            ("\u{1b}[2Jgone", "\\u001b[2Jgone"),
            (
                "\u{1b}]8;;https://evil.example\u{7}here\u{1b}]8;;\u{7}",
                "\\u001b]8;;https://evil.example\\u0007here\\u001b]8;;\\u0007",
            ),
            ("\u{1b}[8mhidden\u{1b}[0m", "\\u001b[8mhidden\u{1b}[0m"),
            ("\u{1b}[1;8mhidden", "\\u001b[1;8mhidden"),
            ("\u{1b}[31", "\\u001b[31"),
            ("\u{9b}2J", "\\u009b2J"),
            ("over\rwritten\u{8}", "over\\u000dwritten\\u0008"),
            (
                "a\u{202e}b\u{2066}c\u{2028}d\u{200b}e",
                "a\\u202eb\\u2066c\\u2028d\\u200be",
            ),
            ("\u{e0041}", "\\udb40\\udc41"),
        ] {
            assert_eq!(escape(foreign), shown);
        }
    }

    #[test]
    fn a_space_that_is_none_is_shown_where_a_mistake_is_told() {
        assert_eq!(
            spaces("eu\u{a0}west\u{3000}1 a\tb\nc\u{2028}"),
            "eu\\u00a0west\\u30001 a\tb\nc\\u2028"
        );
        assert_eq!(spaces("eu west"), "eu west");
    }

    #[test]
    fn what_is_read_stays_as_it_is() {
        for text in [
            "a\tb\nc",
            "zwölf 漢字 👍🏽 ✓ ±",
            "\u{1b}[32m✓\u{1b}[39m \u{1b}[1;4mUsage:\u{1b}[0m",
            "",
        ] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn a_runner_is_commanded_by_nobody_else() {
        for (foreign, disarmed) in [
            ("::error::no", "\\u003a:error::no"),
            ("a\n  ::set-env name=A::b", "a\n  \\u003a:set-env name=A::b"),
            (
                "\u{1b}[31m::stop-commands::x",
                "\u{1b}[31m\\u003a:stop-commands::x",
            ),
            ("so ##[error]no", "so #\\u0023[error]no"),
            ("\u{a0}::debug::x", "\u{a0}\\u003a:debug::x"),
            ("AWS::SNS::Topic, Fn::If", "AWS::SNS::Topic, Fn::If"),
        ] {
            assert_eq!(disarm(foreign), disarmed);
        }
    }

    proptest! {
        #[test]
        fn nothing_passes_but_styles(text in "(\\PC|\\pC|\u{1b}|\u{9b}|\\[|[0-9;m]|\n){0,40}") {
            let shown = escape(&text);
            let mut rest = shown.as_ref();
            while let Some(first) = rest.chars().next() {
                let length = style(rest).unwrap_or(first.len_utf8());
                prop_assert!(length > 1 || !first.is_control() || first == '\n' || first == '\t', "{shown:?}");
                rest = &rest[length..];
            }
        }

        #[test]
        fn json_means_what_it_meant(text in "(\\PC|\\pC|##\\[|::|\n){0,20}") {
            let json = serde_json::json!({"text": text}).to_string();
            let escaped = escape(&json);
            let shown = disarm(&escaped);
            let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
            prop_assert_eq!(read["text"].as_str(), Some(text.as_str()));
        }
    }
}
