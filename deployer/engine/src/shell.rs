//! PURE: words and names that a POSIX shell takes as they are meant.

use std::collections::BTreeSet;

/// A word as a shell reads it back: as it is where nothing in it has a meaning, else in quotes.
///
/// Whatever prints a command with a value in it writes the value so.
pub fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%,+".contains(letter);
    // `=` has a meaning where a command may begin with an assignment; anywhere else it has none.
    let plain_inside = |letter: char| plain(letter) || letter == '=';
    if word.starts_with(plain) && word.chars().all(plain_inside) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The names that a shell, the loader or nearly every program reads: to set one of these changes what runs next, or fails.
const TAKEN: [&str; 18] = [
    "BASHOPTS",
    "BASH_ENV",
    "CDPATH",
    "ENV",
    "EUID",
    "HOME",
    "IFS",
    "LANG",
    "OLDPWD",
    "OPTIND",
    "PATH",
    "PPID",
    "PROMPT_COMMAND",
    "PWD",
    "SHELL",
    "SHELLOPTS",
    "TERM",
    "UID",
];

/// The names of variables for `names`, in their order: a shell takes each, and no two are the same.
///
/// A variable is named after the words of a name: `EsSnsTopic` is `ES_SNS_TOPIC`. Of names that come to the same, all but the first get a
/// number; one that a shell itself reads begins with `OUTPUT_`.
pub fn variables<'name>(names: impl IntoIterator<Item = &'name str>) -> Vec<String> {
    let mut given = BTreeSet::new();
    let mut unique = |name: &str| {
        let wanted = variable(name);
        let mut variable = wanted.clone();
        let mut number = 1;
        while !given.insert(variable.clone()) {
            number += 1;
            variable = format!("{wanted}_{number}");
        }
        variable
    };
    names.into_iter().map(&mut unique).collect()
}

fn variable(name: &str) -> String {
    let letters: Vec<char> = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let mut variable = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| letters[index]);
        let after = letters.get(index + 1);
        let begins_a_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before != '_' && (!before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase))
            });
        if begins_a_word {
            variable.push('_');
        }
        variable.push(letter.to_ascii_uppercase());
    }
    let is_taken =
        TAKEN.contains(&variable.as_str()) || variable.starts_with("LD_") || variable.starts_with("DYLD_");
    if is_taken || !variable.starts_with(|first: char| first.is_ascii_uppercase() || first == '_') {
        format!("OUTPUT_{variable}")
    } else {
        variable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `sh` makes of `words` as arguments.
    fn read_back(words: &[&str]) -> Vec<String> {
        let written: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let ran = std::process::Command::new("sh")
            .args(["-c", &format!("printf '%s\\0' {}", written.join(" "))])
            .output()
            .unwrap();
        let text = String::from_utf8(ran.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        let words = [
            "plain",
            "",
            "two words",
            "it's",
            "$HOME",
            "`id`",
            "$(id)",
            "a;b",
            "a&b",
            "a|b",
            "*",
            "?",
            "[a]",
            "~",
            "~root",
            "#no",
            "a#b",
            "!x",
            "{a,b}",
            "\"q\"",
            "back\\slash",
            "line\nbreak",
            "tab\there",
            "-x",
            "--a=b",
            "=cat",
            "a=b",
            "<in",
            ">out",
            "(sub)",
            "é",
            "arn:aws:iam::123456789012:role/path/Name+x,y@z",
        ];
        assert_eq!(read_back(&words), words);
    }

    #[test]
    fn what_has_no_meaning_to_a_shell_stays_as_it_is() {
        assert_eq!(quoted("--accept=replace:EventLog"), "--accept=replace:EventLog");
        assert_eq!(quoted("environments/a b.yaml"), "'environments/a b.yaml'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn a_variable_is_named_after_the_words_of_the_output() {
        let names = ["EsUrl", "EsSnsTopic", "ApiURL", "HTTPPort", "Queue2Url", "plain"];
        assert_eq!(
            variables(names),
            [
                "ES_URL",
                "ES_SNS_TOPIC",
                "API_URL",
                "HTTP_PORT",
                "QUEUE2_URL",
                "PLAIN"
            ]
        );
    }

    #[test]
    fn no_two_variables_have_one_name() {
        assert_eq!(
            variables(["HTTPUrl", "HttpUrl", "HttpUrl_2", "Http-Url"]),
            ["HTTP_URL", "HTTP_URL_2", "HTTP_URL_2_2", "HTTP_URL_3"]
        );
    }

    #[test]
    fn a_variable_is_none_that_a_shell_reads_and_none_that_it_refuses() {
        assert_eq!(
            variables(["Path", "Uid", "LdPreload", "2Url", "", "a=b;id", "é"]),
            [
                "OUTPUT_PATH",
                "OUTPUT_UID",
                "OUTPUT_LD_PRELOAD",
                "OUTPUT_2_URL",
                "OUTPUT_",
                "A_B_ID",
                "_"
            ]
        );
    }
}
