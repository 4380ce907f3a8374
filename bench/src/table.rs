//! PURE: a table as text.

use std::fmt;

/// A table: the first column is left-aligned, for words, the others right-aligned, for numbers.
#[derive(Clone, Debug)]
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new<const COLUMNS: usize>(title: impl Into<String>, columns: [&str; COLUMNS]) -> Self {
        Self {
            title: title.into(),
            rows: vec![columns.map(str::to_owned).into()],
        }
    }

    /// Adds a row.
    pub fn row<const COLUMNS: usize>(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells.into());
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        (0..columns).map(width).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.title)?;
        let widths = self.widths();
        for (index, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).enumerate();
            let line: String = cells
                .map(|(column, (cell, width))| match column {
                    0 => format!("  {cell:<width$}"),
                    _ => format!("   {cell:>width$}"),
                })
                .collect();
            writeln!(formatter, "{}", line.trim_end())?;
            if index == 0 {
                let rule = widths
                    .iter()
                    .map(|width| width + 3)
                    .sum::<usize>()
                    .saturating_sub(3);
                writeln!(formatter, "  {}", "─".repeat(rule))?;
            }
        }
        Ok(())
    }
}
