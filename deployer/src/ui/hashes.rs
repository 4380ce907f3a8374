//! PURE: hashes, as long as tells two apart.

/// How much of a hash tells two apart.
const SHOWN: usize = 12;

/// How many digits a hash has: that of a commit, and a SHA-256.
const DIGITS: [usize; 2] = [40, 64];

/// A text for a person, in which each hash is as long as is needed. A command in backticks stays as it is: it is there to be copied.
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
            if is_quoted && part.contains(' ') {
                part.to_owned()
            } else {
                shortened(part)
            }
        })
        .collect();
    parts.join("`")
}

fn shortened(text: &str) -> String {
    let mut shortened = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|letter: char| !letter.is_ascii_hexdigit())
            .unwrap_or(rest.len());
        let (word, behind) = rest.split_at(digits);
        let is_hash = DIGITS.contains(&digits);
        shortened.push_str(if is_hash { &word[..SHOWN] } else { word });
        let other = behind
            .find(|letter: char| letter.is_ascii_hexdigit())
            .unwrap_or(behind.len());
        shortened.push_str(&behind[..other]);
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
    fn a_command_can_be_copied_whole() {
        let hash = hash();
        let command = format!("take it away with `aws s3 rm s3://artifacts/{hash}.zip`, and");
        assert_eq!(with_short_hashes(&command), command);
        assert_eq!(
            with_short_hashes(&format!("a backtick ` alone, {hash} x")),
            "a backtick ` alone, 0123456789ab x"
        );
    }
}
