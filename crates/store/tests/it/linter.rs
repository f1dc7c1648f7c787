//! The rules that a statement must keep to run on both databases, and on a sharded one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Delete, Expr, FromTable, Ident, Insert, OnConflict, OnInsert, Query, Select, SelectItem, Statement,
    TableFactor, TableWithJoins, Update, Value, ValueWithSpan, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// Functions that answer alike in both databases, and the same each time.
const FUNCTIONS: &[&str] = &["coalesce", "count", "lower", "max", "min", "octet_length", "sum"];

/// Columns that a database adds on its own.
const HIDDEN_COLUMNS: &[&str] = &["rowid", "_rowid_", "oid", "ctid", "xmin"];

/// How a sharded database would lay out the tables.
pub(crate) struct Layout {
    /// For each table the column that its rows are distributed by.
    pub(crate) keys: BTreeMap<String, String>,
    /// Tables that are whole on every node.
    pub(crate) everywhere: BTreeSet<String>,
}

impl Layout {
    /// What `migrations/citus.sql` says.
    pub(crate) fn of_citus() -> Self {
        let text = include_str!("../../migrations/citus.sql");
        let (mut keys, mut everywhere) = (BTreeMap::new(), BTreeSet::new());
        for line in text.lines().filter(|line| line.starts_with("select ")) {
            let quoted: Vec<_> = line.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
            if line.starts_with("select create_reference_table(") {
                assert_eq!(quoted.len(), 1, "{line}");
                everywhere.insert(quoted[0].clone());
            } else {
                assert!(
                    line.starts_with("select create_distributed_table(") && quoted.len() >= 2,
                    "{line}"
                );
                keys.insert(quoted[0].clone(), quoted[1].clone());
                let beside = quoted
                    .get(2)
                    .is_none_or(|table| table == "none" || keys.contains_key(table));
                assert!(beside, "beside a table that is not distributed yet: {line}");
            }
        }
        Self { keys, everywhere }
    }
}

/// What is wrong with `sql`. With `across` it need not keep to one distribution key.
pub(crate) fn lint(sql: &str, layout: &Layout, across: bool) -> Vec<String> {
    let statements = match Parser::parse_sql(&PostgreSqlDialect {}, sql) {
        Ok(statements) => statements,
        Err(error) => return vec![format!("does not parse: {error}")],
    };
    let mut linter = Linter {
        layout,
        across,
        faults: Vec::new(),
    };
    if statements.len() != 1 {
        linter.fault("is not one statement");
    }
    let _ = statements.visit(&mut linter);
    linter.faults
}

struct Linter<'a> {
    layout: &'a Layout,
    across: bool,
    faults: Vec<String>,
}

impl Linter<'_> {
    fn fault(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// One table at a time, and of it the rows of one key.
    fn tables(&mut self, tables: &[TableWithJoins], condition: Option<&Expr>) {
        if tables.len() > 1 || tables.iter().any(|table| !table.joins.is_empty()) {
            self.fault("is a join");
        }
        for table in tables {
            let TableFactor::Table { name, .. } = &table.relation else {
                continue;
            };
            let name = name.to_string();
            if self.layout.everywhere.contains(&name) {
                continue;
            }
            match self.layout.keys.get(&name) {
                None => self.fault(format!("there is no table {name}")),
                Some(key) if !self.across && !condition.is_some_and(|condition| fixes(condition, key)) => {
                    self.fault(format!("does not fix {name}.{key}, which the rows are distributed by"));
                }
                Some(_) => {}
            }
        }
    }

    fn columns(&mut self, columns: &[SelectItem]) {
        if columns
            .iter()
            .any(|column| matches!(column, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)))
        {
            self.fault("asks for *");
        }
    }

    fn insert(&mut self, insert: &Insert) {
        if insert.or.is_some() {
            self.fault("is an insert or …");
        }
        if insert.columns.is_empty() {
            self.fault("is an insert without columns");
        }
        if let Some(OnInsert::OnConflict(OnConflict {
            conflict_target: None, ..
        })) = &insert.on
        {
            self.fault("is on a conflict without a key");
        }
        self.columns(insert.returning.as_deref().unwrap_or_default());
    }

    fn update(&mut self, update: &Update) {
        if update.from.is_some() {
            self.fault("is a join");
        }
        self.tables(std::slice::from_ref(&update.table), update.selection.as_ref());
        self.columns(update.returning.as_deref().unwrap_or_default());
    }

    fn delete(&mut self, delete: &Delete) {
        if delete.using.is_some() {
            self.fault("is a join");
        }
        let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
        self.tables(tables, delete.selection.as_ref());
        self.columns(delete.returning.as_deref().unwrap_or_default());
    }
}

impl Visitor for Linter<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        if let Statement::Insert(insert) = statement {
            self.insert(insert);
        } else if let Statement::Update(update) = statement {
            self.update(update);
        } else if let Statement::Delete(delete) = statement {
            self.delete(delete);
        } else if !matches!(statement, Statement::Query(_)) {
            self.fault("is not of a kind that the subset has");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if query.limit_clause.is_some() && query.order_by.is_none() {
            self.fault("has a limit without an order");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.columns(&select.projection);
        self.tables(&select.from, select.selection.as_ref());
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr {
            let name = function.name.to_string().to_lowercase();
            if !FUNCTIONS.contains(&name.as_str()) {
                self.fault(format!("calls the function {name}"));
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_ident(&mut self, ident: &Ident) -> ControlFlow<()> {
        if HIDDEN_COLUMNS.contains(&ident.value.to_lowercase().as_str()) {
            self.fault(format!("uses the column {}", ident.value));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<()> {
        if let Value::Placeholder(name) = &value.value {
            if !name
                .strip_prefix('$')
                .is_some_and(|number| number.parse::<usize>().is_ok_and(|number| number > 0))
            {
                self.fault(format!("has the placeholder {name}"));
            }
        } else if matches!(value.value, Value::Boolean(_)) {
            self.fault("has a boolean");
        } else if matches!(&value.value, Value::Number(digits, _) if digits.contains(['.', 'e', 'E'])) {
            self.fault("has a floating-point number");
        }
        ControlFlow::Continue(())
    }
}

/// Whether `condition` can only hold for rows of which `key` has one of the given values.
fn fixes(condition: &Expr, key: &str) -> bool {
    let names_key = |expr: &Expr| match column(expr) {
        Some(name) => name == key,
        None => false,
    };
    if let Expr::Nested(inner) = condition {
        fixes(inner, key)
    } else if let Expr::InList {
        expr, negated: false, ..
    } = condition
    {
        names_key(expr)
    } else if let Expr::BinaryOp { left, op, right } = condition {
        match op.to_string().as_str() {
            "AND" => fixes(left, key) || fixes(right, key),
            "OR" => fixes(left, key) && fixes(right, key),
            _ => *op == BinaryOperator::Eq && (names_key(left) || names_key(right)),
        }
    } else {
        false
    }
}

fn column(expr: &Expr) -> Option<&str> {
    if let Expr::Identifier(name) = expr {
        Some(&name.value)
    } else if let Expr::CompoundIdentifier(names) = expr {
        names.last().map(|name| name.value.as_str())
    } else {
        None
    }
}

#[test]
fn what_is_not_in_the_subset_is_found() {
    let layout = Layout {
        keys: BTreeMap::from([
            ("accounts".to_owned(), "id".to_owned()),
            ("codes".to_owned(), "app_id".to_owned()),
        ]),
        everywhere: BTreeSet::from(["apps".to_owned()]),
    };
    let fine = [
        "select name from apps order by name limit 10",
        "select id, email from accounts where id = $1 and (email = $2 or email is null) order by email limit 5",
        "update accounts set role = $2 where $1 = id and role = 1 returning role",
        "delete from codes where app_id in ($1, $2)",
        "insert into accounts (id, role) values ($1, $2) on conflict (id) do update set role = excluded.role where accounts.role = 1",
        "select count(*) from (select id from accounts where id = $1 order by id limit 10) as counted",
    ];
    for sql in fine {
        assert_eq!(lint(sql, &layout, false), Vec::<String>::new(), "{sql}");
    }
    let wrong = [
        ("select 1; select 2", "one statement"),
        ("select id from", "does not parse"),
        ("create table t (id integer)", "not of a kind"),
        ("select * from accounts where id = $1", "asks for *"),
        ("insert into accounts (id) values ($1) returning *", "asks for *"),
        ("select id from accounts where id = ?", "does not parse"),
        ("select id from accounts where id = $x", "placeholder"),
        ("select id from accounts where id = $1 limit 1", "without an order"),
        (
            "select id from accounts where id = $1 and email = now()",
            "function now",
        ),
        ("update accounts set role = random() where id = $1", "function random"),
        (
            "update accounts set role = current_timestamp where id = $1",
            "function current_timestamp",
        ),
        ("select datetime(role) from accounts where id = $1", "function datetime"),
        ("select rowid from accounts where id = $1", "column rowid"),
        ("select id from accounts where id = $1 and role = true", "boolean"),
        ("select id from accounts where id = 1.5", "floating"),
        (
            "select a.id from accounts a join codes c on c.app_id = a.id where a.id = $1",
            "join",
        ),
        (
            "select a.id from accounts a, codes c where a.id = $1 and c.app_id = $1",
            "join",
        ),
        ("update accounts set role = 1 from codes where id = $1", "join"),
        ("delete from accounts using codes where id = $1", "join"),
        ("insert into accounts values ($1)", "without columns"),
        (
            "insert into accounts (id) values ($1) on conflict do nothing",
            "without a key",
        ),
        ("insert or ignore into accounts (id) values ($1)", "insert or"),
        ("select id from accounts where email = $1", "accounts.id"),
        ("select id from accounts where id = $1 or email = $2", "accounts.id"),
        ("select id from accounts where id > $1", "accounts.id"),
        ("select id from accounts", "accounts.id"),
        ("update accounts set role = 1", "accounts.id"),
        ("delete from codes where expires_at < $1", "codes.app_id"),
        (
            "select id from accounts where id = $1 and email in (select kind from codes)",
            "codes.app_id",
        ),
        ("select id from nowhere where id = $1", "no table nowhere"),
    ];
    for (sql, expected) in wrong {
        let faults = lint(sql, &layout, false);
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{sql}: {faults:?}");
    }
    assert_eq!(
        lint("delete from codes where expires_at < $1", &layout, true),
        Vec::<String>::new()
    );
}
