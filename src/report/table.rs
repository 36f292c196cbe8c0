//! Plain text tables for people: columns padded to their widest cell.

use std::fmt;

/// A table with a header.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column titles. Titles that end in a space mark columns set to the left;
    /// the others, numbers, are set to the right.
    pub fn new(header: &[&str]) -> Self {
        Self {
            rows: vec![header.iter().map(|&title| title.to_owned()).collect()],
        }
    }

    /// Appends a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_columns = self.rows[0].len();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.trim_end().chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..n_columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let (cell, width) = (cell.trim_end(), widths[column]);
                let left = self.rows[0][column].ends_with(' ');
                let cell = if left {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                };
                line.push_str(&cell);
                line.push_str("  ");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_set_left_and_numbers_right() {
        let mut table = Table::new(&["name ", "score"]);
        table.row(vec!["caffeine".into(), "0.9".into()]);
        table.row(vec!["x".into(), "0.12345".into()]);
        assert_eq!(
            table.to_string(),
            "name        score\ncaffeine      0.9\nx         0.12345\n"
        );
    }
}
