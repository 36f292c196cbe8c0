//! A `SQLite` database: a table `matches` with a row per match, and a table `columns` that says what
//! its columns mean.

use super::{ReportError, RowByRow};
use crate::report::columns::{Cell, Column};
use crate::report::row::Row;
use crate::report::value::Value;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use std::path::Path;

/// One transaction, so that a run of any length is one write. Numbers are not rounded.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    columns: Vec<Column>,
    insert: String,
}

impl Database {
    pub(super) fn begin(path: &Path, columns: &[Column]) -> Result<Self, ReportError> {
        let connection = Connection::open(path)?;
        // The file appears whole or not at all anyway, and is synced when it does.
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             BEGIN;
             CREATE TABLE columns (name TEXT PRIMARY KEY, meaning TEXT NOT NULL) WITHOUT ROWID;",
        )?;
        let declared: Vec<String> = columns
            .iter()
            .map(|c| format!("{} {}", quoted(c.name), affinity(c.cell)))
            .collect();
        connection.execute_batch(&format!("CREATE TABLE matches ({});", declared.join(", ")))?;
        for column in columns {
            let sql = "INSERT OR IGNORE INTO columns VALUES (?1, ?2)";
            connection.execute(sql, (column.name, column.meaning))?;
        }
        let places = vec!["?"; columns.len()].join(", ");
        Ok(Self {
            connection,
            columns: columns.to_vec(),
            insert: format!("INSERT INTO matches VALUES ({places})"),
        })
    }
}

impl RowByRow for Database {
    fn row(&mut self, row: &Row<'_>) -> Result<(), ReportError> {
        let mut insert = self.connection.prepare_cached(&self.insert)?;
        insert.execute(params_from_iter(self.columns.iter().map(|c| c.value(row))))?;
        Ok(())
    }

    fn end(self: Box<Self>) -> Result<(), ReportError> {
        let has = |name: &str| self.columns.iter().any(|c| c.name == name);
        if has("query_id") && has("name") {
            let sql = "CREATE INDEX matches_by_query ON matches (query_id);
                       CREATE INDEX matches_by_name ON matches (name);";
            self.connection.execute_batch(sql)?;
        }
        self.connection.execute_batch("COMMIT;")?;
        let closed = self.connection.close();
        closed.map_err(|(_, error)| error.into())
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Absent => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Whole(number) => ValueRef::Integer(*number),
            Self::Number { value, .. } => ValueRef::Real(*value),
        }))
    }
}

fn affinity(cell: Cell) -> &'static str {
    match cell {
        Cell::Text(_) => "TEXT",
        Cell::Whole(_) => "INTEGER",
        Cell::Number(..) => "REAL",
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
