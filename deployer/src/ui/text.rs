//! PURE: durations, sizes and numbers in words.

use std::time::Duration;

use jiff::Timestamp;

/// A duration with a useful precision: `0.4 s`, `12 s`, `3 min 05 s`.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// A moment, to the second.
pub(super) fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A size in a unit that needs few digits: `812 B`, `3.4 kB`, `2.9 MB`.
pub(super) fn size(bytes: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let amount = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", amount / 1e3),
        _ => format!("{:.1} MB", amount / 1e6),
    }
}

/// Indents all lines of a text but the first.
pub(super) fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

/// A count of things, in English.
pub(super) fn count(items: u64, noun: &str) -> String {
    if items == 1 {
        format!("1 {noun}")
    } else {
        format!("{items} {noun}s")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{duration, size};

    #[test]
    fn a_duration_is_as_precise_as_it_is_short() {
        let shown = [0.04, 9.9, 59.9, 185.0].map(|seconds| duration(Duration::from_secs_f64(seconds)));
        assert_eq!(shown, ["0.0 s", "9.9 s", "59 s", "3 min 05 s"]);
    }

    #[test]
    fn a_size_is_in_the_unit_that_gives_it_few_digits() {
        assert_eq!([812, 3_420, 2_912_345].map(size), ["812 B", "3.4 kB", "2.9 MB"]);
    }
}
