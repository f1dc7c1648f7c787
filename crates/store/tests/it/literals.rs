//! The SQL in the table files, found in their source.

use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

/// A string in the source that reads like SQL.
pub(crate) struct Literal {
    /// The file, relative to `src`.
    pub(crate) file: String,
    pub(crate) sql: String,
}

/// What SQL begins with; the second half has no place in a table file.
const VERBS: &[&str] = &[
    "select",
    "insert",
    "update",
    "delete",
    "with",
    "values",
    "replace",
    "merge",
    "create",
    "alter",
    "drop",
    "truncate",
    "pragma",
    "attach",
    "vacuum",
    "begin",
    "start",
    "commit",
    "rollback",
    "savepoint",
    "release",
    "lock",
    "listen",
    "notify",
    "set",
    "explain",
    "copy",
];

/// The files that speak to one database only, and in its own words.
const DRIVERS: &[&str] = &[
    "backup.rs",
    "integrity.rs",
    "migrate.rs",
    "open.rs",
    "postgres",
    "postgres.rs",
    "sql.rs",
    "sqlite.rs",
    "transfer",
    "transfer.rs",
    "versions",
    "versions.rs",
];

/// Every string in `src` that reads like SQL, outside of the drivers and of tests.
pub(crate) fn of_the_tables() -> Vec<Literal> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !DRIVERS.contains(&file.as_str()) {
            assert!(
                file.ends_with(".rs"),
                "{file}: a folder of table files would not be looked into"
            );
            let source = fs::read_to_string(&path).unwrap();
            found.extend(in_source(&source).into_iter().map(|sql| Literal {
                file: file.clone(),
                sql,
            }));
        }
    }
    found
}

pub(crate) fn in_source(source: &str) -> Vec<String> {
    let mut finder = Finder(Vec::new());
    finder.visit_file(&syn::parse_file(source).unwrap());
    finder.0
}

struct Finder(Vec<String>);

impl<'a> Visit<'a> for Finder {
    fn visit_lit_str(&mut self, literal: &'a syn::LitStr) {
        let text = literal.value();
        let verb = text.split_whitespace().next().unwrap_or_default().to_lowercase();
        if VERBS.contains(&verb.as_str()) {
            self.0.push(text);
        }
    }

    /// Documentation is made of attributes.
    fn visit_attribute(&mut self, _: &'a syn::Attribute) {}

    /// A statement put together by a macro could not be read here.
    fn visit_macro(&mut self, called: &'a syn::Macro) {
        let tokens = called.tokens.to_string();
        for verb in ["\"select ", "\"insert ", "\"update ", "\"delete ", "\"with "] {
            assert!(
                !tokens.contains(verb),
                "a statement is one literal, not made by a macro: {tokens}"
            );
        }
    }

    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| {
            matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
        });
        if !is_test {
            visit::visit_item_mod(self, module);
        }
    }
}

#[test]
fn statements_are_found_in_source() {
    let source = r##"
        /// "select documentation"
        #[doc = "select documentation"]
        fn f() {
            tx.execute("insert into a \
                        values (1)", &[]);
            g(r#"Update "a""#, "selection", 'x', b"select bytes");
        }
        const SQL: &str = "with x as (select 1) select 1";
        #[cfg(test)]
        mod tests { const SQL: &str = "select test"; }
        mod inner { const SQL: &str = "pragma x"; }
    "##;
    assert_eq!(
        in_source(source),
        [
            "insert into a values (1)",
            "Update \"a\"",
            "with x as (select 1) select 1",
            "pragma x"
        ]
    );
}
