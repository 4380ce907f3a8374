//! PURE: columns that line up.

use super::escape::{escape, on_one_line};

/// Lays `rows` out in columns, two spaces apart, every line after `indent`.
///
/// Widths count characters; a row may be shorter than others, and nothing is padded at a line's end.
pub(super) fn columns<Cell: AsRef<str>>(indent: &str, rows: &[Vec<Cell>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| width(&on_one_line(cell.as_ref())))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for (cell, column) in row.iter().zip(&widths) {
            let cell = on_one_line(cell.as_ref());
            line.push_str(&cell);
            line.push_str(&" ".repeat(column - width(&cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The characters of `cell` that take room: not those of a colour.
fn width(cell: &str) -> usize {
    anstream::adapter::strip_str(&escape(cell))
        .map(|part| part.chars().count())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::columns;

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
}
