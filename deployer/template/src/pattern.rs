//! PURE: an `AllowedPattern`, which CloudFormation reads as Java does.

use fancy_regex::Regex;

/// What a value of a parameter has to match as a whole.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
}

impl Pattern {
    /// Reads a pattern, whose spellings of Java's are written as this program's engine has them.
    ///
    /// # Errors
    /// What of it cannot be read: it may be one that Java reads all the same.
    pub(super) fn parse(written: &str) -> Result<Self, String> {
        let translated = Translation::of(written)?;
        // CloudFormation matches the whole value, whether or not the pattern is anchored.
        Regex::new(&format!(r"\A(?:{translated})\z"))
            .map(|regex| Self { regex })
            .map_err(|error| error.to_string())
    }

    /// Tells whether a value matches.
    ///
    /// # Errors
    /// It takes too many steps to say.
    pub(super) fn is_match(&self, value: &str) -> Result<bool, String> {
        self.regex.is_match(value).map_err(|error| error.to_string())
    }
}

/// What Java's classes are without its flag `UNICODE_CHARACTER_CLASS`
/// ([reference](https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html)): ASCII alone.
const CLASSES: [(char, &str); 10] = [
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

/// Java's names of ASCII's classes; `\p{Alpha}` is `[[:alpha:]]`. `ASCII` is a name of its own.
const POSIX: [&str; 13] = [
    "Lower", "Upper", "ASCII", "Alpha", "Digit", "Alnum", "Punct", "Graph", "Print", "Blank", "Cntrl",
    "XDigit", "Space",
];

/// A pattern of Java's on its way to this program's engine.
struct Translation<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    translated: String,
    /// How many brackets are open: a class may hold classes.
    depth: usize,
}

impl<'a> Translation<'a> {
    fn of(written: &'a str) -> Result<String, String> {
        let mut translation = Self {
            rest: written.chars().peekable(),
            translated: String::with_capacity(written.len()),
            depth: 0,
        };
        while let Some(letter) = translation.rest.next() {
            translation.letter(letter)?;
        }
        Ok(translation.translated)
    }

    fn letter(&mut self, letter: char) -> Result<(), String> {
        match letter {
            '\\' => return self.escaped(),
            // Java's line ends are more than `\n`.
            '.' if self.depth == 0 => {
                self.translated.push_str(r"[^\n\r\x{85}\x{2028}\x{2029}]");
                return Ok(());
            }
            '[' => self.depth += 1,
            ']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.translated.push(letter);
        Ok(())
    }

    fn escaped(&mut self) -> Result<(), String> {
        let Some(letter) = self.rest.next() else {
            return Err("it ends in a backslash".to_owned());
        };
        if let Some((_, class)) = CLASSES.iter().find(|(known, _)| *known == letter) {
            self.translated.push_str(class);
            return Ok(());
        }
        match letter {
            'Q' => self.quoted(),
            'p' | 'P' => return self.property(letter == 'P'),
            // What these mean to Java, the engine has otherwise or not at all.
            '0' | 'c' | 'G' | 'K' | 'N' | 'X' => return Err(format!("`\\{letter}` is Java's own")),
            other => self.translated.extend(['\\', other]),
        }
        Ok(())
    }

    /// `\Q…\E` is what stands between, letter by letter.
    fn quoted(&mut self) {
        let mut text = String::new();
        for letter in self.rest.by_ref() {
            text.push(letter);
            if text.ends_with("\\E") {
                text.truncate(text.len() - 2);
                break;
            }
        }
        self.translated.push_str(&fancy_regex::escape(&text));
    }

    fn property(&mut self, negated: bool) -> Result<(), String> {
        let mut name = String::new();
        match self.rest.next() {
            Some('{') => {
                for letter in self.rest.by_ref() {
                    if letter == '}' {
                        break;
                    }
                    name.push(letter);
                }
            }
            Some(letter) => name.push(letter),
            None => return Err("it ends in `\\p`".to_owned()),
        }
        let not = if negated { "^" } else { "" };
        if POSIX.contains(&name.as_str()) {
            let name = name.to_ascii_lowercase();
            self.translated.extend(["[[:", not, &name, ":]]"]);
            return Ok(());
        }
        if name.starts_with("java") || name.starts_with("In") {
            return Err(format!("`\\p{{{name}}}` is Java's own"));
        }
        // `IsLatin` is a script, `IsAlphabetic` a property, `Lu` and `IsLu` a category.
        let name = name.strip_prefix("Is").unwrap_or(&name);
        let letter = if negated { r"\P" } else { r"\p" };
        self.translated.extend([letter, "{", name, "}"]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, value: &str) -> bool {
        Pattern::parse(pattern).unwrap().is_match(value).unwrap()
    }

    #[test]
    fn the_whole_value_has_to_match() {
        for (pattern, good, bad) in [
            ("a+", "aaa", "baa"),
            ("a|ab", "ab", "abb"),
            ("^a$", "a", "a\n"),
            ("a$", "a", "a\n"),
        ] {
            assert!(matches(pattern, good), "{pattern} {good}");
            assert!(!matches(pattern, bad), "{pattern} {bad:?}");
        }
    }

    #[test]
    fn what_java_has_beyond_the_regular_is_understood() {
        for (pattern, good, bad) in [
            ("(?!aws)[a-z]+", "amazon", "aws-it"),
            ("(?=.*[0-9]).{4,}", "abc1", "abcd"),
            ("[a-z]+(?<!-dev)", "orders", ""),
            ("(?<![a-z])[0-9]+", "12", "a12"),
            (r"\p{Lu}\p{Ll}+", "Ärger", "ärger"),
            (r"\p{IsLatin}+", "Überfall", "да"),
            (r"\P{L}+", "12-3", "12a"),
            (r"\pL+", "aé", "1"),
            (r"([a-z])\1", "aa", "ab"),
            (r"(?<first>[a-z])-\k<first>", "x-x", "x-y"),
            ("a++b", "aab", "b"),
            ("(?>a|ab)c", "ac", "abc"),
            (r"\Qa.b\E+", "a.bb", "axb"),
            (r"[\w&&[^_]]+", "ab1", "a_b"),
            (r"[a-c[x-z]]+", "az", "m"),
            ("(?i)abc", "ABC", "abx"),
            (r"\u0041", "A", "B"),
            (r"[\p{Alpha}\d-]+", "a-1", "é"),
            (r"\P{Alpha}", "1", "a"),
        ] {
            assert!(matches(pattern, good), "{pattern} {good}");
            assert!(!matches(pattern, bad), "{pattern} {bad}");
        }
    }

    #[test]
    fn a_class_is_ascii_alone_as_it_is_for_java() {
        for (pattern, good, bad) in [
            (r"\d+", "12", "١٢"),
            (r"\w+", "a_1", "é"),
            (r"\s", " ", "\u{a0}"),
            (r"[\d\s]+", "1 2", "١"),
            (r"[^\d]", "x", "1"),
            (r"\h", "\u{a0}", "a"),
            (".", "é", "\u{2028}"),
            (r"[.]", ".", "a"),
            (r"\.", ".", "a"),
        ] {
            assert!(matches(pattern, good), "{pattern} {good}");
            assert!(!matches(pattern, bad), "{pattern} {bad:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for pattern in [
            r"\p{javaLowerCase}",
            r"\p{InGreek}",
            r"\012",
            r"\cA",
            r"\p{Nonsense}",
            "(",
            "a\\",
        ] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
        let exploding = Pattern::parse(r"(?:(a+)\1?)+b").unwrap();
        assert!(exploding.is_match(&"a".repeat(60)).is_err());
    }
}
