//! PURE: wraps lines between words.

use std::borrow::Cow;

use super::table::width_of;

/// The additional indentation of a continued line.
const DEEPER: usize = 2;

/// Wraps the lines of a text that are longer than `width`; each continues below with a little more indentation. Text
/// in backticks stays on one line if it fits, so that a command can be copied.
pub(super) fn flowed(text: &str, width: Option<usize>) -> Cow<'_, str> {
    let Some(width) = width.filter(|width| text.lines().any(|line| width_of(line) > *width)) else {
        return text.into();
    };
    let lines: Vec<String> = text.split('\n').map(|line| broken(line, width)).collect();
    lines.join("\n").into()
}

fn broken(line: &str, width: usize) -> String {
    if width_of(line) <= width {
        return line.to_owned();
    }
    let start = line.len() - line.trim_start_matches(' ').len();
    let (indent, rest) = line.split_at(start);
    let below = " ".repeat(start + DEEPER);
    let mut text = indent.to_owned();
    let (mut taken, mut begins) = (start, true);
    for (gap, word) in words(rest, width.saturating_sub(below.len())) {
        let needed = width_of(word);
        if !begins && taken + gap.len() + needed > width {
            text.push('\n');
            text.push_str(&below);
            taken = below.len();
        } else {
            text.push_str(gap);
            taken += gap.len();
        }
        text.push_str(word);
        taken += needed;
        begins = false;
    }
    text
}

/// The words of a line, each with the spaces before it. Text in backticks is one word, unless it is wider than
/// `room`.
fn words(line: &str, room: usize) -> Vec<(&str, &str)> {
    let mut words = Vec::new();
    let mut left = line;
    while !left.is_empty() {
        let (gap, rest) = left.split_at(left.len() - left.trim_start_matches(' ').len());
        let word = quoted(rest)
            .filter(|word| width_of(word) <= room)
            .unwrap_or_else(|| &rest[..rest.find(' ').unwrap_or(rest.len())]);
        words.push((gap, word));
        left = &rest[word.len()..];
    }
    words
}

/// The first word of a text, up to the first space outside backticks; `None` if they are not closed.
fn quoted(text: &str) -> Option<&str> {
    let mut is_open = false;
    for (place, character) in text.char_indices() {
        match character {
            '`' => is_open = !is_open,
            ' ' if !is_open => return Some(&text[..place]),
            _ => {}
        }
    }
    (!is_open).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINT: &str = "  hint: nothing was changed; to take the stack over, once, and for all environments: `deployer up --env staging \
                        --accept adopt:event-store-staging`, or leave it";

    #[test]
    fn a_line_is_broken_between_words_and_a_command_stays_whole() {
        insta::assert_snapshot!(flowed(HINT, Some(80)), @"
        hint: nothing was changed; to take the stack over, once, and for all
          environments:
          `deployer up --env staging --accept adopt:event-store-staging`, or leave it
        ");
        insta::assert_snapshot!(flowed(HINT, Some(40)), @"
        hint: nothing was changed; to take the
          stack over, once, and for all
          environments: `deployer up --env
          staging --accept
          adopt:event-store-staging`, or leave
          it
        ");
    }

    #[test]
    fn what_fits_or_is_not_for_a_terminal_is_left_as_it_is() {
        for width in [None, Some(400)] {
            assert_eq!(flowed(HINT, width), HINT);
        }
        assert_eq!(
            flowed("  \u{1b}[31m1234567\u{1b}[39m x\nshort  line", Some(11)),
            "  \u{1b}[31m1234567\u{1b}[39m x\nshort  line"
        );
    }

    #[test]
    fn a_word_that_is_too_long_and_a_backtick_that_is_alone_end_all_the_same() {
        assert_eq!(
            flowed("aaaaaaaaaa bbb `c ddd", Some(5)),
            "aaaaaaaaaa\n  bbb\n  `c\n  ddd"
        );
        assert_eq!(
            flowed("aaa \u{1b}[36m`b c`\u{1b}[39m d", Some(7)),
            "aaa\n  \u{1b}[36m`b c`\u{1b}[39m\n  d"
        );
    }
}
