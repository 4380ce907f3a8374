//! PURE: the single characters and character classes of Java's patterns.

use super::java::{Flags, Reader};

/// Java's line terminators, as members of a class.
pub(super) const LINE_END: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// Java's predefined classes without its flag `UNICODE_CHARACTER_CLASS`: ASCII only.
const SHORTHANDS: [(char, &str); 10] = [
    ('d', "[0-9]"),
    ('D', "[^0-9]"),
    ('w', "[A-Za-z0-9_]"),
    ('W', "[^A-Za-z0-9_]"),
    ('s', r"[ \t\n\x0B\f\r]"),
    ('S', r"[^ \t\n\x0B\f\r]"),
    (
        'h',
        r"[ \t\xA0\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]",
    ),
    (
        'H',
        r"[^ \t\xA0\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]",
    ),
    ('v', r"[\n\x0B\f\r\x{85}\x{2028}\x{2029}]"),
    ('V', r"[^\n\x0B\f\r\x{85}\x{2028}\x{2029}]"),
];

/// Java's names of the POSIX classes, with their ASCII members.
const POSIX: [(&str, &str); 13] = [
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", r"\x{0}-\x{7F}"),
    ("Alpha", "A-Za-z"),
    ("Digit", "0-9"),
    ("Alnum", "A-Za-z0-9"),
    ("Punct", r"!-\x{2F}:-@\x{5B}-`\x{7B}-~"),
    ("Graph", "!-~"),
    ("Print", " -~"),
    ("Blank", r" \t"),
    ("Cntrl", r"\x{0}-\x{1F}\x{7F}"),
    ("XDigit", "0-9A-Fa-f"),
    ("Space", r" \t\n\x0B\f\r"),
];

/// The Unicode categories that both engines know. Those that include unassigned code points are missing, because they
/// differ between Unicode versions.
const CATEGORIES: [&str; 29] = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs",
];

/// The scripts and properties that both engines know, without the prefix `Is`.
const SCRIPTS: [&str; 11] = [
    "Alphabetic",
    "Arabic",
    "Cyrillic",
    "Greek",
    "Han",
    "Hebrew",
    "Hiragana",
    "Katakana",
    "Latin",
    "Lowercase",
    "Uppercase",
];

/// Writes a character literally, even if it is special to the engine.
pub(super) fn literal(letter: char, flags: Flags) -> String {
    if flags.ignore_case && letter.is_ascii_alphabetic() {
        let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
        return format!("[{lower}{upper}]");
    }
    member(letter)
}

/// Writes a character as a member of a class.
fn member(letter: char) -> String {
    if letter.is_ascii_alphanumeric() {
        letter.to_string()
    } else {
        format!(r"\x{{{:X}}}", u32::from(letter))
    }
}

/// Writes a range; with `(?i)`, adds the letters of the range in the other case.
fn range(first: char, last: char, flags: Flags) -> String {
    let mut members = if first == last {
        member(first)
    } else {
        format!("{}-{}", member(first), member(last))
    };
    if flags.ignore_case {
        let others = ('A'..='Z').chain('a'..='z').filter(|letter| {
            let other = if letter.is_ascii_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            };
            (first..=last).contains(&other)
        });
        members.extend(others);
    }
    members
}

/// Reads the predefined class that follows a backslash; `None` if a plain character follows.
///
/// # Errors
/// The class is not known to be the same here.
pub(super) fn shorthand(reader: &mut Reader) -> Result<Option<String>, String> {
    let Some(letter) = reader.peek() else {
        return Err("it ends in a backslash".to_owned());
    };
    if letter == 'p' || letter == 'P' {
        reader.next();
        return property(reader, letter == 'P').map(Some);
    }
    let class = SHORTHANDS.iter().find(|(known, _)| *known == letter);
    Ok(class.map(|(_, class)| {
        reader.next();
        (*class).to_owned()
    }))
}

/// Reads the rest of `\p{Name}`, after `\p`.
fn property(reader: &mut Reader, is_negated: bool) -> Result<String, String> {
    let mut name = String::new();
    if reader.take("{") {
        loop {
            match reader.next() {
                Some('}') => break,
                Some(letter) => name.push(letter),
                None => return Err("a `{` is not closed".to_owned()),
            }
        }
    } else {
        name.extend(reader.next());
    }
    let not = if is_negated { "^" } else { "" };
    // Which of them the flag changes depends on the Java version.
    if reader.flags().ignore_case {
        return Err(format!("what `(?i)` makes of `\\p{{{name}}}` is not known here"));
    }
    if let Some((_, members)) = POSIX.iter().find(|(known, _)| *known == name) {
        return Ok(format!("[{not}{members}]"));
    }
    let bare = name.strip_prefix("Is").unwrap_or(&name);
    if CATEGORIES.contains(&bare) || (bare != name && SCRIPTS.contains(&bare)) {
        return Ok(format!(r"[{not}\p{{{bare}}}]"));
    }
    Err(format!("`\\p{{{name}}}` is not known to be the same here"))
}

/// Reads the character that follows a backslash, literally or as a number.
///
/// # Errors
/// A letter with another meaning, or an invalid number.
pub(super) fn escaped_letter(reader: &mut Reader) -> Result<char, String> {
    let Some(letter) = reader.next() else {
        return Err("it ends in a backslash".to_owned());
    };
    match letter {
        't' => Ok('\t'),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        'f' => Ok('\u{c}'),
        'a' => Ok('\u{7}'),
        'e' => Ok('\u{1b}'),
        'u' => number(reader, 4),
        'x' if reader.take("{") => number_until_brace(reader),
        'x' => number(reader, 2),
        other if other.is_ascii_alphanumeric() => {
            Err(format!("`\\{other}` is not known to mean the same here"))
        }
        // In Java, a backslash before an ASCII character that is not a letter stands for that character.
        other if other.is_ascii() => Ok(other),
        other => Err(format!("`\\{other}` is not known to mean the same here")),
    }
}

fn number(reader: &mut Reader, digits: usize) -> Result<char, String> {
    let written: String = (0..digits).filter_map(|_| reader.next()).collect();
    character(&written, digits)
}

fn number_until_brace(reader: &mut Reader) -> Result<char, String> {
    let mut written = String::new();
    loop {
        match reader.next() {
            Some('}') => return character(&written, written.len()),
            Some(letter) => written.push(letter),
            None => return Err("a `{` is not closed".to_owned()),
        }
    }
}

/// Rejects surrogates: half of a UTF-16 pair is not a character.
fn character(written: &str, digits: usize) -> Result<char, String> {
    let is_hexadecimal = written.len() == digits && written.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = if is_hexadecimal {
        u32::from_str_radix(written, 16).ok()
    } else {
        None
    };
    number
        .and_then(char::from_u32)
        .ok_or_else(|| format!("`{written}` is the number of no character"))
}

/// Translates the rest of a class, after its `[`.
///
/// A class may contain one other class, or be intersected with one: `[a-c[x-z]]`, `[\w&&[^_]]`. What `^` means before
/// several classes differs between Java versions.
///
/// # Errors
/// The piece that is not known to mean the same here.
pub(super) fn translate(reader: &mut Reader) -> Result<String, String> {
    let (is_negated, members, end) = members(reader)?;
    let not = if is_negated { "^" } else { "" };
    match end {
        End::Closed if members.is_empty() => Err("a class is empty".to_owned()),
        End::Closed => Ok(format!("[{not}{members}]")),
        _ if is_negated => Err("a class that is negated holds another".to_owned()),
        End::Cut if members.is_empty() => Err("a class is empty".to_owned()),
        // Neither result nests a class, because `[:` would begin a POSIX name there.
        End::Cut => Ok(format!("(?:(?={})[{members}])", inner(reader)?)),
        End::Nested if members.is_empty() => inner(reader),
        End::Nested => Ok(format!("(?:[{members}]|{})", inner(reader)?)),
    }
}

/// What ends the plain members of a class.
enum End {
    Closed,
    /// `&&[`
    Cut,
    /// `[`
    Nested,
}

/// Reads the rest of a nested class, after its `[`, and the `]` of the outer class.
fn inner(reader: &mut Reader) -> Result<String, String> {
    match members(reader)? {
        (is_negated, members, End::Closed) if !members.is_empty() && reader.take("]") => {
            let not = if is_negated { "^" } else { "" };
            Ok(format!("[{not}{members}]"))
        }
        _ => Err("a class holds more than one other".to_owned()),
    }
}

/// Reads the plain members of a class: characters, ranges and predefined classes.
fn members(reader: &mut Reader) -> Result<(bool, String, End), String> {
    let is_negated = reader.take("^");
    let mut members = String::new();
    // Whether a range or predefined class has just ended, so that a `-` cannot continue it.
    let mut is_complete = true;
    loop {
        if reader.take("]") {
            return Ok((is_negated, members, End::Closed));
        }
        if reader.take("&&[") {
            return Ok((is_negated, members, End::Cut));
        }
        if reader.take("[") {
            return Ok((is_negated, members, End::Nested));
        }
        if reader.take("&&") {
            return Err("`&&` cuts a class with what is no class".to_owned());
        }
        if reader.take("-") {
            // A lone `-` is literal at the beginning, at the end, and after a range or predefined class.
            let is_lone = reader.peek() == Some(']') || (is_complete && reader.peek() != Some('-'));
            if !is_lone {
                return Err("a `-` in a class is not known to mean the same here".to_owned());
            }
            members.push_str(&member('-'));
            is_complete = true;
            continue;
        }
        let Some(first) = single(reader, &mut members)? else {
            is_complete = true;
            continue;
        };
        is_complete = ranged(reader, first, &mut members)?;
    }
}

/// Reads a member that is a single character; adds a predefined class to `members` at once.
fn single(reader: &mut Reader, members: &mut String) -> Result<Option<char>, String> {
    match reader.next() {
        None => Err("a class is not closed".to_owned()),
        Some('\\') => match shorthand(reader)? {
            Some(class) => {
                members.push_str(&class);
                Ok(None)
            }
            None => escaped_letter(reader).map(Some),
        },
        Some(letter) => Ok(Some(letter)),
    }
}

/// Adds a character or the range that it begins; tells whether it was a range.
fn ranged(reader: &mut Reader, first: char, members: &mut String) -> Result<bool, String> {
    if !reader.take("-") {
        members.push_str(&range(first, first, reader.flags()));
        return Ok(false);
    }
    if reader.peek() == Some(']') {
        members.extend([range(first, first, reader.flags()), member('-')]);
        return Ok(true);
    }
    let mut shorthands = String::new();
    let last = match reader.peek() {
        Some('[' | '&') => None,
        _ => single(reader, &mut shorthands)?,
    };
    match last.filter(|last| first <= *last) {
        Some(last) => {
            members.push_str(&range(first, last, reader.flags()));
            Ok(true)
        }
        None => Err("a range in a class ends in no character".to_owned()),
    }
}
