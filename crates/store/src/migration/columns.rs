//! Columns as all migrations write them.

use sea_orm::DbBackend;
use sea_orm::sea_query::{
    Alias, ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement,
};

/// Column types that differ between the databases.
#[derive(Clone, Copy)]
pub(super) struct Columns(pub(super) DbBackend);

impl Columns {
    pub(super) fn uuid(self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        if self.0 == DbBackend::Postgres {
            column.uuid();
        } else {
            column.blob();
        }
        column
    }

    /// Text that is sorted by its bytes on both databases, whatever the locale of the server:
    /// lists and their cursors must not depend on it.
    pub(super) fn sorted_text(self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        column.text().not_null();
        if self.0 == DbBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    }
}

pub(super) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().to_owned()
}

/// Times in microseconds, counters and sizes.
pub(super) fn big(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().to_owned()
}

pub(super) fn small(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).small_integer().not_null().to_owned()
}

pub(super) fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().to_owned()
}

pub(super) fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for column in columns {
        table.col(column);
    }
    table
}

pub(super) fn index(
    name: &str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new(table));
    for column in columns {
        index.col(*column);
    }
    index
}
