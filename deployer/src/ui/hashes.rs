//! PURE: shortens hashes to the length that distinguishes them.

/// How many characters of a hash are shown.
const SHOWN: usize = 12;

/// The lengths of hashes in hexadecimal: of a commit, and of a SHA-256.
const DIGITS: [usize; 2] = [40, 64];

/// The length of a SHA-256 in Base64, without its padding.
const BASE64_DIGITS: usize = 43;

/// Shortens the hashes in a text for a person. Commands in backticks and the paths of files on this machine stay as
/// they are, so that they can be copied.
pub(super) fn with_short_hashes(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(of_line).collect();
    lines.join("\n")
}

fn of_line(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let last = parts.len() - 1;
    let parts: Vec<String> = parts
        .into_iter()
        .enumerate()
        .map(|(place, part)| {
            let is_quoted = place % 2 == 1 && place < last;
            if is_quoted && (part.contains(' ') || part.starts_with(['/', '~', '.'])) {
                part.to_owned()
            } else {
                shortened(part)
            }
        })
        .collect();
    parts.join("`")
}

fn shortened(text: &str) -> String {
    let hexadecimal = |letter: char| letter.is_ascii_hexdigit();
    let base64 = |letter: char| letter.is_ascii_alphanumeric() || letter == '+' || letter == '/';
    let text = with_short_words(text, hexadecimal, |word, _| DIGITS.contains(&word.len()));
    with_short_words(&text, base64, |word, behind| {
        word.len() == BASE64_DIGITS && behind.starts_with('=')
    })
}

/// Shortens the words of the given letters that are hashes, judging by the word and what follows it.
fn with_short_words(text: &str, letters: fn(char) -> bool, is_hash: fn(&str, &str) -> bool) -> String {
    let mut shortened = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|letter| !letters(letter)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(length);
        let other = behind.find(letters).unwrap_or(behind.len());
        if is_hash(word, behind) {
            shortened.push_str(&word[..SHOWN]);
            // The padding of Base64 is dropped with the rest.
            shortened.push_str(behind[..other].trim_start_matches('='));
        } else {
            shortened.push_str(word);
            shortened.push_str(&behind[..other]);
        }
        rest = &behind[other..];
    }
    shortened
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash() -> String {
        "0123456789abcdef".repeat(4)
    }

    #[test]
    fn hashes_are_as_long_as_is_needed_and_other_words_are_left_alone() {
        let hash = hash();
        assert_eq!(
            with_short_hashes(&format!(
                "code/api/{hash}.zip, decade, {hash}0 `{hash}`\n{}",
                &hash[..40]
            )),
            format!("code/api/0123456789ab.zip, decade, {hash}0 `0123456789ab`\n0123456789ab")
        );
    }

    #[test]
    fn a_hash_in_base64_is_short_too() {
        let hash = "uR80vetiwdgN4Q7/O1O5hFodhgy8uyAwb2l2UbXPV58=";
        assert_eq!(
            with_short_hashes(&format!("the live code is `{hash}`, not x={hash}")),
            "the live code is `uR80vetiwdgN`, not x=uR80vetiwdgN"
        );
        let word = "a".repeat(43);
        assert_eq!(with_short_hashes(&word), word);
    }

    #[test]
    fn a_command_can_be_copied_whole_and_a_file_found() {
        let hash = hash();
        let file = format!("failed to read `/home/jo/.aws/login/cache/{hash}.json`");
        assert_eq!(with_short_hashes(&file), file);
        let command = format!("take it away with `aws s3 rm s3://artifacts/{hash}.zip`, and");
        assert_eq!(with_short_hashes(&command), command);
        assert_eq!(
            with_short_hashes(&format!("a backtick ` alone, {hash} x")),
            "a backtick ` alone, 0123456789ab x"
        );
    }
}
