//! SQL as text for the inventory, the same for both databases. Values are bound, never written in.
//!
//! Batches are the one place where the query builder says more than the statement does: hundreds of
//! rows in a `VALUES` list, joined and updated at once.

use crate::fault::Fault;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use std::borrow::Cow;
use std::fmt::Write as _;

/// A statement with its values.
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Begins a statement; each `?` stands for the next of the values.
    pub(super) fn of<const N: usize>(text: &str, values: [Value; N]) -> Self {
        let sql = Self {
            text: String::with_capacity(text.len() + 64),
            values: Vec::new(),
        };
        sql.and(text, values)
    }

    /// Goes on with the statement.
    pub(super) fn and<const N: usize>(mut self, text: &str, values: [Value; N]) -> Self {
        let mut values = values.into_iter();
        for (i, part) in text.split('?').enumerate() {
            if i > 0
                && let Some(value) = values.next()
            {
                self.value(value);
            }
            self.text.push_str(part);
        }
        self
    }

    /// A list in brackets. An empty one holds a null, which nothing is equal to.
    pub(super) fn list<V: Into<Value>>(mut self, items: impl IntoIterator<Item = V>) -> Self {
        self.text.push('(');
        let mut any = false;
        for item in items {
            if any {
                self.text.push_str(", ");
            }
            any = true;
            self.value(item.into());
        }
        self.text.push_str(if any { ")" } else { "NULL)" });
        self
    }

    /// As [`Self::list`], of few texts of statements: the last item is told again until there are
    /// as many as in one of them. A database takes a statement apart once for each text it has.
    pub(super) fn even_list<V: Into<Value> + Clone>(self, mut items: Vec<V>) -> Self {
        if let Some(last) = items.last().cloned() {
            items.resize(even(items.len()), last);
        }
        self.list(items)
    }

    /// As [`Self::rows`], of few texts of statements: those that are added hold nulls of the same
    /// kind.
    pub(super) fn even_rows(self, mut rows: Vec<Vec<Value>>) -> Self {
        if let Some(first) = rows.first() {
            let nulls = first.iter().map(Value::as_null).collect();
            rows.resize(even(rows.len()), nulls);
        }
        self.rows(rows)
    }

    /// Rows, each in brackets. There must be some.
    pub(super) fn rows(mut self, rows: Vec<Vec<Value>>) -> Self {
        for (i, row) in rows.into_iter().enumerate() {
            if i > 0 {
                self.text.push_str(", ");
            }
            self = self.list(row);
        }
        self
    }

    fn value(&mut self, mut value: Value) {
        if let Value::String(Some(text)) = &mut value
            && let Cow::Owned(taken) = taken(text)
        {
            *text = taken;
        }
        self.values.push(value);
        // Writing to a string cannot fail.
        let _ = write!(self.text, "${}", self.values.len());
    }

    fn statement(self, db: &impl ConnectionTrait) -> Statement {
        Statement::from_sql_and_values(db.get_database_backend(), self.text, self.values)
    }

    /// How SQLite would answer it.
    #[cfg(test)]
    pub(super) async fn plan(mut self, db: &impl ConnectionTrait) -> Vec<String> {
        self.text.insert_str(0, "EXPLAIN QUERY PLAN ");
        let rows = self.all(db).await.expect("plan");
        rows.iter()
            .map(|row| row.try_get("", "detail").expect("detail"))
            .collect()
    }

    /// All its rows.
    pub(super) async fn all(self, db: &impl ConnectionTrait) -> Result<Vec<QueryResult>, Fault> {
        let statement = self.statement(db);
        Ok(db.query_all_raw(statement).await?)
    }

    /// Its first row.
    pub(super) async fn one(self, db: &impl ConnectionTrait) -> Result<Option<QueryResult>, Fault> {
        let statement = self.statement(db);
        Ok(db.query_one_raw(statement).await?)
    }

    /// Runs it; answers how many rows it met.
    pub(super) async fn run(self, db: &impl ConnectionTrait) -> Result<u64, Fault> {
        let statement = self.statement(db);
        Ok(db.execute_raw(statement).await?.rows_affected())
    }
}

/// As many or more, of few numbers.
fn even(many: usize) -> usize {
    many.max(4).next_power_of_two()
}

/// A text as it is stored. PostgreSQL takes no NUL, and a statement that it refuses takes a whole
/// batch with it, again and again. Texts of registries hold what registries like.
pub(super) fn taken(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The most that one blob or manifest counts for, 16 TiB, whatever its registry says: sums of half a
/// million such lies still fit.
const MOST_OF_ONE: u64 = 1 << 44;

/// The most that everything below an artifact counts for, 4 PiB: a thousand times that still fits,
/// which is as many as a list has.
pub(super) const MOST_OF_ALL: i64 = 1 << 52;

/// The size of a blob or a manifest for the database.
pub(super) fn bytes(value: u64) -> i64 {
    signed(value.min(MOST_OF_ONE))
}

/// Bytes for the database: no size or count of ours is near the end of an `i64`.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// And back.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Sql;
    use sea_orm::Value;

    #[test]
    fn even_lists_have_few_texts_and_mean_the_same() {
        let list = |many: i64| Sql::of("", []).even_list((0..many).collect());
        let mut texts: Vec<String> = (0..=150).map(|many| list(many).text).collect();
        texts.dedup();
        assert_eq!(texts.len(), 8, "none, 4, 8, 16, 32, 64, 128, 256");
        assert_eq!(texts[0], "(NULL)");
        assert_eq!(texts[1], "($1, $2, $3, $4)");
        let five = list(5).values;
        let expected = [0_i64, 1, 2, 3, 4, 4, 4, 4].map(Value::from);
        assert_eq!(five, expected);
        let rows = |many: i64| {
            let rows = (0..many).map(|n| vec![n.into(), n.to_string().into()]);
            Sql::of("", []).even_rows(rows.collect())
        };
        assert_eq!(rows(2).text, "($1, $2), ($3, $4), ($5, $6), ($7, $8)");
        let nulls = [Value::BigInt(None), Value::String(None)];
        assert_eq!(rows(3).values.last_chunk(), Some(&nulls));
    }
}
