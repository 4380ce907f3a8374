//! PURE: misleading characters, which often come with text copied from a web page.

/// Tells whether a character looks like a space or like nothing.
pub(super) fn is_invisible(letter: char) -> bool {
    let is_space = letter.is_whitespace() && letter != ' ';
    is_space
        || letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

/// The YAML punctuation that a character looks like: `:` for the full-width `：`, `'` for a typographic quote.
pub(super) fn seems(letter: char) -> Option<char> {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(letter) - 0xfee0).filter(char::is_ascii_punctuation)
        }
        '\u{2018}' | '\u{2019}' => Some('\''),
        '\u{201c}' | '\u{201d}' => Some('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{fe13}' | '\u{fe55}' | '\u{a789}' | '\u{2236}' => Some(':'),
        _ => None,
    }
}

/// Describes the misleading character in a line, with the remedy.
pub(super) fn oddity(line: &str) -> Option<String> {
    line.chars().find_map(|letter| {
        let code = u32::from(letter);
        if letter != '\t' && is_invisible(letter) {
            return Some(format!(
                "the line holds the invisible character U+{code:04X}: put a space in its place"
            ));
        }
        let meant = seems(letter)?;
        Some(format!(
            "the line holds `{letter}` (U+{code:04X}), which is no `{meant}` to YAML: write `{meant}`"
        ))
    })
}
