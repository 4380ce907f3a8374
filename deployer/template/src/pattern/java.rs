//! PURE: translates the pieces of Java's patterns that are known to mean the same in this program's engine.
//!
//! Java's syntax is described at
//! [`java.util.regex.Pattern`](https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html).
//! This is an allow list: a piece that is not listed is not translated, so that no difference stays unnoticed.

use super::class::{self, LINE_END, literal};

/// Translates a pattern.
///
/// # Errors
/// The piece that is not known to mean the same here.
pub(super) fn translate(written: &str) -> Result<String, String> {
    let mut reader = Reader {
        letters: unquoted(written).chars().collect(),
        at: 0,
        flags: Flags::default(),
        depth: 0,
        groups: Vec::new(),
    };
    let translated = reader.alternation()?;
    match reader.peek() {
        None => Ok(translated),
        Some(_) => Err("a `)` closes nothing".to_owned()),
    }
}

/// Unquotes `\Q…\E`, whose content is literal. Like Java, it puts a backslash before each character that could be
/// special.
fn unquoted(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        if let Some(quoted) = after.strip_prefix('Q') {
            let (quoted, behind) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            for letter in quoted.chars() {
                if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
                    text.push('\\');
                }
                text.push(letter);
            }
            rest = behind;
        } else {
            text.push('\\');
            let escaped = after.chars().next();
            text.extend(escaped);
            rest = &after[escaped.map_or(0, char::len_utf8)..];
        }
    }
    text + rest
}

/// The flags that a pattern may set.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    /// `i`: ignores the case of ASCII letters, and of no others.
    pub(super) ignore_case: bool,
    /// `s`: `.` matches any character.
    pub(super) dot_all: bool,
}

/// A numbered group.
struct Group {
    name: Option<String>,
    is_closed: bool,
}

/// A piece of a pattern, by whether it may be repeated.
enum Piece {
    /// It may be repeated.
    Atom(String),
    /// It has no width, or sets a flag; it cannot be repeated.
    Place(String),
}

pub(super) struct Reader {
    letters: Vec<char>,
    at: usize,
    flags: Flags,
    depth: usize,
    groups: Vec<Group>,
}

impl Reader {
    pub(super) fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += usize::from(letter.is_some());
        letter
    }

    /// Consumes `text` if it comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let comes = text
            .chars()
            .eq(self.letters[self.at..].iter().copied().take(text.chars().count()));
        if comes {
            self.at += text.chars().count();
        }
        comes
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.peek().filter(|letter| belongs(*letter)) {
            taken.push(letter);
            self.at += 1;
        }
        taken
    }

    pub(super) fn flags(&self) -> Flags {
        self.flags
    }

    fn alternation(&mut self) -> Result<String, String> {
        let mut translated = String::new();
        loop {
            match self.peek() {
                None | Some(')') => return Ok(translated),
                Some('|') => {
                    self.at += 1;
                    translated.push('|');
                }
                Some(_) => match self.piece()? {
                    Piece::Place(place) => {
                        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
                            return Err("something without a width is repeated".to_owned());
                        }
                        translated.push_str(&place);
                    }
                    Piece::Atom(atom) => translated.push_str(&self.repeated(atom)?),
                },
            }
        }
    }

    fn piece(&mut self) -> Result<Piece, String> {
        let Some(letter) = self.next() else {
            return Err("it ends too early".to_owned());
        };
        Ok(match letter {
            '\\' => return self.escaped(),
            '[' => Piece::Atom(class::translate(self)?),
            '(' => return self.group(),
            '.' if self.flags.dot_all => Piece::Atom(r"[\x{0}-\x{10FFFF}]".to_owned()),
            '.' => Piece::Atom(format!("[^{LINE_END}]")),
            '^' => Piece::Place(r"\A".to_owned()),
            '$' => Piece::Place(self.end()),
            '*' | '+' | '?' => return Err(format!("a `{letter}` repeats nothing")),
            '{' => return Err("a `{` repeats nothing".to_owned()),
            other => Piece::Atom(literal(other, self.flags)),
        })
    }

    /// Java's `$` also matches before a final line terminator. At the end of the whole pattern, only the end of the
    /// value matches.
    fn end(&self) -> String {
        if self.depth == 0 && matches!(self.peek(), None | Some('|')) {
            r"\z".to_owned()
        } else {
            r"(?=(?:\r\n|(?<!\r)\n|[\r\x{85}\x{2028}\x{2029}])?\z)".to_owned()
        }
    }

    /// Reads the quantifier after an atom, if there is one.
    fn repeated(&mut self, atom: String) -> Result<String, String> {
        let times = match self.peek() {
            Some(sign @ ('*' | '+' | '?')) => {
                self.at += 1;
                sign.to_string()
            }
            Some('{') => self.times()?,
            _ => return Ok(atom),
        };
        let repeated = if self.take("+") {
            // A possessive quantifier never backtracks.
            format!("(?>{atom}{times})")
        } else if self.take("?") {
            format!("{atom}{times}?")
        } else {
            format!("{atom}{times}")
        };
        match self.peek() {
            Some('*' | '+' | '?' | '{') => Err("a repetition is repeated".to_owned()),
            _ => Ok(repeated),
        }
    }

    fn times(&mut self) -> Result<String, String> {
        let begin = self.at;
        self.at += 1;
        let least = self.take_while(|letter| letter.is_ascii_digit());
        let is_open = self.take(",");
        let most = self.take_while(|letter| letter.is_ascii_digit());
        let number = |digits: &str| digits.parse::<u32>().ok();
        let is_sorted = most.is_empty() || (number(&least).is_some() && number(&least) <= number(&most));
        let is_one = !least.is_empty() && (is_open || most.is_empty()) && is_sorted && self.take("}");
        if is_one {
            Ok(self.letters[begin..self.at].iter().collect())
        } else {
            let written: String = self.letters[begin..self.at].iter().collect();
            Err(format!("`{written}` is no number of repetitions to Java"))
        }
    }

    fn group(&mut self) -> Result<Piece, String> {
        let flags = self.flags;
        let (opening, has_width) = if !self.take("?") {
            self.groups.push(Group {
                name: None,
                is_closed: false,
            });
            ("(".to_owned(), true)
        } else if let Some(opening) = ["?:", "?>"].into_iter().find(|known| self.take(&known[1..])) {
            (format!("({opening}"), true)
        } else if let Some(opening) = ["?=", "?!", "?<=", "?<!"]
            .into_iter()
            .find(|known| self.take(&known[1..]))
        {
            (format!("({opening}"), false)
        } else if self.take("<") {
            (self.named()?, true)
        } else {
            self.set_flags()?;
            if self.take(")") {
                return Ok(Piece::Place(String::new()));
            }
            self.at += 1;
            ("(?:".to_owned(), true)
        };
        let number = opening_number(&opening, self.groups.len());
        self.depth += 1;
        let inner = self.alternation()?;
        self.depth -= 1;
        if !self.take(")") {
            return Err("a group is not closed".to_owned());
        }
        self.flags = flags;
        if let Some(group) = number.and_then(|number| self.groups.get_mut(number)) {
            group.is_closed = true;
        }
        let group = format!("{opening}{inner})");
        Ok(if has_width {
            Piece::Atom(group)
        } else {
            Piece::Place(group)
        })
    }

    /// Reads the rest of `(?<name>`, after `(?<`.
    fn named(&mut self) -> Result<String, String> {
        let name = self.take_while(|letter| letter.is_ascii_alphanumeric());
        let is_new = self.groups.iter().all(|group| group.name.as_ref() != Some(&name));
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic());
        if !is_name || !is_new || !self.take(">") {
            return Err(format!("`(?<{name}` begins no group"));
        }
        let opening = format!("(?<{name}>");
        self.groups.push(Group {
            name: Some(name),
            is_closed: false,
        });
        Ok(opening)
    }

    /// Reads the rest of `(?is`, after `(?`, up to `)` or `:`.
    fn set_flags(&mut self) -> Result<(), String> {
        let begin = self.at;
        let flags = self.take_while(|letter| letter == 'i' || letter == 's');
        if flags.is_empty() || !matches!(self.peek(), Some(')' | ':')) {
            let end = self.letters.len().min(begin + 3);
            let written: String = self.letters[begin..end].iter().collect();
            return Err(format!("`(?{written}` is not known to mean the same here"));
        }
        self.flags.ignore_case |= flags.contains('i');
        self.flags.dot_all |= flags.contains('s');
        Ok(())
    }

    fn escaped(&mut self) -> Result<Piece, String> {
        if let Some(class) = class::shorthand(self)? {
            return Ok(Piece::Atom(class));
        }
        match self.peek() {
            Some('A') => {
                self.at += 1;
                Ok(Piece::Place(r"\A".to_owned()))
            }
            Some('z') => {
                self.at += 1;
                Ok(Piece::Place(r"\z".to_owned()))
            }
            Some('Z') => {
                self.at += 1;
                Ok(Piece::Place(self.end()))
            }
            Some(digit @ '1'..='9') => {
                self.at += 1;
                let number = digit as usize - '1' as usize;
                let is_closed = self.groups.get(number).is_some_and(|group| group.is_closed);
                let is_one_digit = !self.peek().is_some_and(|next| next.is_ascii_digit());
                if is_closed && is_one_digit && !self.flags.ignore_case {
                    Ok(Piece::Atom(format!(r"(?:\{digit})")))
                } else {
                    Err(format!("`\\{digit}` is not known to mean the same here"))
                }
            }
            Some('k') => {
                self.at += 1;
                let name = if self.take("<") {
                    self.take_while(|letter| letter.is_ascii_alphanumeric())
                } else {
                    String::new()
                };
                let is_closed = self
                    .groups
                    .iter()
                    .any(|group| group.is_closed && group.name.as_ref() == Some(&name));
                if self.take(">") && is_closed && !self.flags.ignore_case {
                    Ok(Piece::Atom(format!(r"(?:\k<{name}>)")))
                } else {
                    Err(format!("`\\k<{name}>` is not known to mean the same here"))
                }
            }
            _ => class::escaped_letter(self).map(|letter| Piece::Atom(literal(letter, self.flags))),
        }
    }
}

/// The index of the group that was just opened, if it is a capturing group.
fn opening_number(opening: &str, groups: usize) -> Option<usize> {
    let is_named = opening.starts_with("(?<") && opening.ends_with('>');
    (opening == "(" || is_named).then(|| groups - 1)
}
