//! PURE: aligned columns.

use std::iter::repeat_n;

use super::escape::{escape, on_one_line};
use super::flow::flowed;
use super::hashes::with_short_hashes;

/// The spaces between two columns.
const GAP: usize = 2;

/// Ends every style.
const RESET: &str = "\u{1b}[0m";

/// Lays out `rows` in columns, two spaces apart, with `indent` before every line.
///
/// Widths count characters. Rows may have fewer cells than others, and lines have no trailing spaces.
pub(super) fn columns<Cell: AsRef<str>>(indent: &str, rows: &[Vec<Cell>]) -> String {
    fitted(None, indent, rows).concat()
}

/// The same for lines of at most `width` characters, if there is a limit: longer cells continue below, within their
/// column. Words are never broken, so that addresses can be copied. A row whose words are too long for columns
/// becomes a single line, wrapped like any other. Returns one text per row.
pub(super) fn fitted<Cell: AsRef<str>>(
    width: Option<usize>,
    indent: &str,
    rows: &[Vec<Cell>],
) -> Vec<String> {
    let cells = |row: &Vec<Cell>| row.iter().map(|cell| with_short_hashes(cell.as_ref())).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    whole(width, indent, &rows)
}

/// The same without shortening hashes.
pub(super) fn whole<Cell: AsRef<str>>(width: Option<usize>, indent: &str, rows: &[Vec<Cell>]) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| on_one_line(cell.as_ref()).into_owned())
                .collect()
        })
        .collect();
    let layout = Layout::of(width, indent, &rows);
    let places = rows.iter().zip(&layout.in_columns);
    places
        .map(|(row, is_in_columns)| {
            if !is_in_columns {
                let cells: Vec<&str> = row
                    .iter()
                    .map(String::as_str)
                    .filter(|cell| !cell.is_empty())
                    .collect();
                return flowed(&format!("{indent}{}\n", cells.join("  ")), width).into_owned();
            }
            let cells: Vec<Vec<String>> = row
                .iter()
                .zip(&layout.widths)
                .map(|(cell, width)| wrapped(cell, *width))
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(1);
            (0..height)
                .map(|line| laid_out(indent, &cells, &layout.widths, line))
                .collect()
        })
        .collect()
}

/// Lays out `rows` as [`fitted`] does; if they do not fit without wrapping, drops a column that is not essential.
pub(super) fn fitted_or_without(
    width: Option<usize>,
    indent: &str,
    mut rows: Vec<Vec<String>>,
    column: usize,
) -> String {
    if !fits(&columns(indent, &rows), width) {
        for row in rows.iter_mut().filter(|row| row.len() > column) {
            row.remove(column);
        }
    }
    fitted(width, indent, &rows).concat()
}

/// Tells whether all lines of a text have at most `width` characters, if there is a limit.
pub(super) fn fits(text: &str, width: Option<usize>) -> bool {
    width.is_none_or(|width| text.lines().all(|line| width_of(line) <= width))
}

/// One line of a row.
fn laid_out(indent: &str, cells: &[Vec<String>], widths: &[usize], line: usize) -> String {
    let mut text = indent.to_owned();
    for (cell, column) in cells.iter().zip(widths) {
        let part = cell.get(line).map_or("", String::as_str);
        text.push_str(part);
        text.extend(repeat_n(' ', column.saturating_sub(width_of(part)) + GAP));
    }
    format!("{}\n", text.trim_end())
}

/// The layout of rows.
struct Layout {
    /// The width of each column.
    widths: Vec<usize>,
    /// Whether each row is in columns.
    in_columns: Vec<bool>,
}

/// The width of a cell, and of its longest word.
#[derive(Clone, Copy)]
struct Extent {
    whole: usize,
    word: usize,
}

impl Layout {
    /// Each column is as wide as its widest cell. If that is too wide, the widest column that can shrink does. If
    /// even the words are too long, the rows with the longest words leave the columns.
    fn of(limit: Option<usize>, indent: &str, rows: &[Vec<String>]) -> Self {
        let extents: Vec<Vec<Extent>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| Extent {
                        whole: width_of(cell),
                        word: longest_word(cell),
                    })
                    .collect()
            })
            .collect();
        let mut in_columns = vec![true; rows.len()];
        let around = |row: &[usize]| indent.len() + GAP * row.len().saturating_sub(1);
        if let Some(limit) = limit {
            let is_too_wide = |widths: &[usize]| widths.iter().sum::<usize>() + around(widths) > limit;
            let mut least = widest(&extents, &in_columns, |extent| extent.word);
            while is_too_wide(&least) {
                let inside = extents.iter().enumerate().filter(|(row, _)| in_columns[*row]);
                let longest =
                    inside.max_by_key(|(_, row)| row.iter().map(|extent| extent.word).sum::<usize>());
                let Some((row, _)) = longest else { break };
                in_columns[row] = false;
                least = widest(&extents, &in_columns, |extent| extent.word);
            }
            let mut widths = widest(&extents, &in_columns, |extent| extent.whole);
            while is_too_wide(&widths) {
                let reducible = widths
                    .iter_mut()
                    .zip(&least)
                    .filter(|(width, least)| **width > **least);
                let Some((widest, _)) = reducible.max_by_key(|(width, _)| **width) else {
                    break;
                };
                *widest -= 1;
            }
            return Self { widths, in_columns };
        }
        Self {
            widths: widest(&extents, &in_columns, |extent| extent.whole),
            in_columns,
        }
    }
}

/// The maximum of each column over the rows in columns.
fn widest(extents: &[Vec<Extent>], in_columns: &[bool], measure: fn(Extent) -> usize) -> Vec<usize> {
    let mut most = Vec::new();
    let inside = extents
        .iter()
        .zip(in_columns)
        .filter(|(_, is_in_columns)| **is_in_columns);
    for (row, _) in inside {
        most.resize(most.len().max(row.len()), 0);
        for (most, extent) in most.iter_mut().zip(row) {
            *most = measure(*extent).max(*most);
        }
    }
    most
}

/// The width of `cell` in characters, without colours.
pub(super) fn width_of(cell: &str) -> usize {
    anstream::adapter::strip_str(&escape(cell))
        .map(|part| part.chars().count())
        .sum()
}

fn longest_word(cell: &str) -> usize {
    words(cell).into_iter().map(width_of).max().unwrap_or(0)
}

/// The parts that are never broken: words, and numbers with their units.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut begin = 0;
    for (place, _) in text.match_indices(' ') {
        let is_before_a_unit = text[..place].ends_with(|end: char| end.is_ascii_digit())
            && text[place + 1..].starts_with(|start: char| start.is_ascii_alphabetic());
        if !is_before_a_unit {
            words.push(&text[begin..place]);
            begin = place + 1;
        }
    }
    words.push(&text[begin..]);
    words
}

/// Wraps a text to lines of at most `width` characters. A style that continues is ended before and begun again after
/// each break.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    if width_of(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut style = String::new();
    for word in words(text) {
        if line.is_empty() {
            line.push_str(word);
        } else if width_of(&line) + 1 + width_of(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            if !style.is_empty() {
                line.push_str(RESET);
            }
            lines.push(std::mem::replace(&mut line, format!("{style}{word}")));
        }
        restyle(&mut style, word);
    }
    lines.push(line);
    lines
}

/// Tracks the styles that a text begins and ends.
fn restyle(style: &mut String, text: &str) {
    for part in text.split("\u{1b}[").skip(1) {
        let Some((code, _)) = part.split_once('m') else {
            continue;
        };
        // The end of one colour or weight ends everything that this program begins, because it never nests styles.
        if ["", "0", "22", "39"].contains(&code) {
            style.clear();
        } else {
            style.extend(["\u{1b}[", code, "m"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{columns, fitted, whole};

    #[test]
    fn a_cell_begins_no_line_of_its_own() {
        let rows = [vec!["a\n✓ done", "b"], vec!["\u{202e}c", "d"]];
        assert_eq!(columns("", &rows), "a\\u000a✓ done  b\n\u{202e}c        d\n");
    }

    #[test]
    fn columns_line_up_whatever_their_colour() {
        let rows = [
            vec!["\u{1b}[32m+\u{1b}[0m", "Table", "created"],
            vec!["~", "Function"],
        ];
        insta::assert_snapshot!(anstream::adapter::strip_str(&columns("  ", &rows)).to_string(), @"
        +  Table     created
        ~  Function
        ");
    }

    #[test]
    fn what_is_too_wide_goes_on_within_its_column_and_no_word_is_broken() {
        let rows = [
            vec!["ApiFunction", "reads no current stream and waits", "ok"],
            vec!["A", "arn:aws:lambda:eu-central-1", "late by a minute"],
        ];
        insta::assert_snapshot!(fitted(Some(55), "  ", &rows).concat(), @"
        ApiFunction  reads no current stream and  ok
                     waits
        A            arn:aws:lambda:eu-central-1  late by a
                                                  minute
        ");
    }

    #[test]
    fn a_row_of_words_that_are_too_long_for_columns_is_a_line_of_its_own() {
        let rows = [
            vec![
                "-",
                "code/event-store-api/arm64/0123456789ab.zip",
                "of 2027-01-15",
                "in no release",
            ],
            vec![
                "-",
                "b.zip",
                "of 2027-01-15",
                "last in release 20270115T080000.042Z",
            ],
            vec!["-", "c.zip", "of 2027-01-15", "in no release"],
        ];
        insta::assert_snapshot!(fitted(Some(50), "", &rows).concat(), @"
        -  code/event-store-api/arm64/0123456789ab.zip  of
          2027-01-15  in no release
        -  b.zip  of 2027-01-15  last in release
                                 20270115T080000.042Z
        -  c.zip  of 2027-01-15  in no release
        ");
    }

    #[test]
    fn hashes_in_columns_are_short_unless_they_are_asked_for_whole() {
        let hash = "0123456789abcdef".repeat(4);
        let rows = [vec!["Function", &hash]];
        assert_eq!(columns("", &rows), "Function  0123456789ab\n");
        assert_eq!(whole(None, "", &rows).concat(), format!("Function  {hash}\n"));
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        let rows = [vec!["+1 min 05 s", "created anew"]];
        assert_eq!(
            fitted(Some(15), "", &rows).concat(),
            "+1 min  created\n05 s    anew\n"
        );
    }

    #[test]
    fn a_style_ends_with_its_line_and_goes_on_in_the_next() {
        let rows = [vec!["\u{1b}[2mone two\u{1b}[0m", "x"]];
        assert_eq!(
            fitted(Some(6), "", &rows).concat(),
            "\u{1b}[2mone\u{1b}[0m  x\n\u{1b}[2mtwo\u{1b}[0m\n"
        );
    }
}
