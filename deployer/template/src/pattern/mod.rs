//! PURE: an `AllowedPattern`, which CloudFormation reads as a Java regular expression.
//!
//! If two engines read the same pattern differently, a value that AWS refuses could pass here. So `java` and `class`
//! read a pattern piece by piece and translate only the pieces whose meaning is known to be the same in this
//! program's engine. A pattern with any other piece is not checked.

mod class;
mod java;

use fancy_regex::Regex;

/// A pattern that a parameter's whole value must match.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
}

impl Pattern {
    /// Translates a Java pattern.
    ///
    /// # Errors
    /// The piece that is not known to mean the same here. It may still be valid in Java.
    pub(super) fn parse(written: &str) -> Result<Self, String> {
        let translated = java::translate(written)?;
        // CloudFormation matches the whole value, whether or not the pattern is anchored.
        Regex::new(&format!(r"\A(?:{translated})\z"))
            .map(|regex| Self { regex })
            .map_err(|error| error.to_string())
    }

    /// Tells whether a value matches.
    ///
    /// # Errors
    /// The match exceeds the engine's backtracking limit.
    pub(super) fn is_match(&self, value: &str) -> Result<bool, String> {
        self.regex.is_match(value).map_err(|error| error.to_string())
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
            (r"\u0041\x42\x{43}", "ABC", "B"),
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

    /// Each answer is that of Java 17; an engine that runs the untranslated pattern gives another.
    #[test]
    fn a_spelling_that_other_engines_read_otherwise_is_read_as_java_does() {
        for (pattern, good, bad) in [
            ("[[:alpha:]]+", "alpha:", "beta"),
            ("[a~~b]+", "a~b", "c"),
            ("[a-z0-9-_]+", "a-_", "a.b"),
            (r"[\w-.]+", "a-.", "a/b"),
            ("[a&b]+", "a&b", "c"),
            (r"\<a\>", "<a>", "a"),
            (r"a\_b\-c", "a_b-c", "ab-c"),
            ("(?s)a.b", "a\nb", "a\n\nb"),
            ("a(?s).b", "a\nb", "a\n\nb"),
            ("(?i)é", "é", "É"),
            ("(?i)[k-m]+", "KLm", "\u{212a}"),
            ("(?i)[^a]", "b", "A"),
            ("(?i:a)b", "Ab", "AB"),
            ("(a(?i)b|c)d", "Cd", "CD"),
            ("(a|b$)\n?", "b\n", "b\n\n"),
            (r"a\Z\n", "a\n", "a"),
            ("a{2}+a", "aaa", "aa"),
            (r"\Q[a]\E+", "[a]]", "[a][a]"),
            (r"[\Qa-c\E]+", "a-c", "b"),
            ("a]}", "a]}", "a"),
            ("(|a)", "", "aa"),
            (r"(a)?\1b", "aab", "b"),
        ] {
            assert!(matches(pattern, good), "{pattern} {good:?}");
            assert!(!matches(pattern, bad), "{pattern} {bad:?}");
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a case and its reason a line")]
    fn what_is_not_known_to_mean_the_same_says_so() {
        let why = |pattern: &str| Pattern::parse(pattern).unwrap_err();
        insta::assert_snapshot!(why("(?P<n>a)"), @"`(?P<n` is not known to mean the same here");
        insta::assert_snapshot!(why("a(?#c)"), @"`(?#c)` is not known to mean the same here");
        insta::assert_snapshot!(why("x{,3}"), @"`{,3` is no number of repetitions to Java");
        insta::assert_snapshot!(why("[a-z--b]"), @"a `-` in a class is not known to mean the same here");
        insta::assert_snapshot!(why(r"\p{javaLowerCase}"), @r#"`\p{javaLowerCase}` is not known to be the same here"#);
        insta::assert_snapshot!(why(r"(?i)\p{Lower}"), @r#"what `(?i)` makes of `\p{Lower}` is not known here"#);
        insta::assert_snapshot!(why(r"\bword\b"), @r#"`\b` is not known to mean the same here"#);
        let refusals = [
            r"\p{InGreek}",
            r"\p{Cn}",
            r"\p{Nonsense}",
            r"\p{Lu",
            r"\012",
            r"\cA",
            r"\N{DIGIT ONE}",
            r"\R",
            r"\X",
            r"\G",
            r"\B",
            r"\ud83d\ude00",
            r"\é",
            "(?m)^a$",
            "(?x)a b",
            "(?u)a",
            "(?-i)a",
            r"(?i)(a)\1",
            r"(a\1)",
            r"\1(a)",
            r"(a)\10",
            r"\k<a>(?<a>b)",
            "(?<n>a)(?<n>b)",
            "(?<1>a)",
            "[^a[b]]",
            "[^a&&[b]]",
            "[a[b[c]]]",
            "[a&&b]",
            "[a&&[b]&&[c]]",
            r"[a-\d]",
            "[a-[b]]",
            "(?<=a+)b",
            "^*a",
            "(?=a)*",
            "a**",
            "a{2}{3}",
            "[]a]",
            "[^]",
            "[b-a]",
            "[a",
            "(",
            "(?",
            "a)",
            "*",
            "|+",
            "{2}",
            "a{2",
            "a{2,1}",
            "a\\",
            "[a\\",
            r"\x{110000}",
        ]
        .map(|pattern| format!("{pattern}: {}", Pattern::parse(pattern).unwrap_err()));
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        \p{InGreek}: `\p{InGreek}` is not known to be the same here
        \p{Cn}: `\p{Cn}` is not known to be the same here
        \p{Nonsense}: `\p{Nonsense}` is not known to be the same here
        \p{Lu: a `{` is not closed
        \012: `\0` is not known to mean the same here
        \cA: `\c` is not known to mean the same here
        \N{DIGIT ONE}: `\N` is not known to mean the same here
        \R: `\R` is not known to mean the same here
        \X: `\X` is not known to mean the same here
        \G: `\G` is not known to mean the same here
        \B: `\B` is not known to mean the same here
        \ud83d\ude00: `d83d` is the number of no character
        \é: `\é` is not known to mean the same here
        (?m)^a$: `(?m)^` is not known to mean the same here
        (?x)a b: `(?x)a` is not known to mean the same here
        (?u)a: `(?u)a` is not known to mean the same here
        (?-i)a: `(?-i)` is not known to mean the same here
        (?i)(a)\1: `\1` is not known to mean the same here
        (a\1): `\1` is not known to mean the same here
        \1(a): `\1` is not known to mean the same here
        (a)\10: `\1` is not known to mean the same here
        \k<a>(?<a>b): `\k<a>` is not known to mean the same here
        (?<n>a)(?<n>b): `(?<n` begins no group
        (?<1>a): `(?<1` begins no group
        [^a[b]]: a class that is negated holds another
        [^a&&[b]]: a class that is negated holds another
        [a[b[c]]]: a class holds more than one other
        [a&&b]: `&&` cuts a class with what is no class
        [a&&[b]&&[c]]: a class holds more than one other
        [a-\d]: a range in a class ends in no character
        [a-[b]]: a range in a class ends in no character
        (?<=a+)b: Error compiling regex: Variable-length lookbehind requires the 'variable-lookbehinds' feature
        ^*a: something without a width is repeated
        (?=a)*: something without a width is repeated
        a**: a repetition is repeated
        a{2}{3}: a repetition is repeated
        []a]: a class is empty
        [^]: a class is empty
        [b-a]: a range in a class ends in no character
        [a: a class is not closed
        (: a group is not closed
        (?: `(?` is not known to mean the same here
        a): a `)` closes nothing
        *: a `*` repeats nothing
        |+: a `+` repeats nothing
        {2}: a `{` repeats nothing
        a{2: `{2` is no number of repetitions to Java
        a{2,1}: `{2,1` is no number of repetitions to Java
        a\: it ends in a backslash
        [a\: it ends in a backslash
        \x{110000}: `110000` is the number of no character
        "#);
        let exploding = Pattern::parse(r"(?:(a+)\1?)+b").unwrap();
        insta::assert_snapshot!(exploding.is_match(&"a".repeat(60)).unwrap_err(), @"Error executing regex: Max limit for backtracking count exceeded");
    }
}
