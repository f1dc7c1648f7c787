//! What tells whether two tables hold the same rows.

use aws_lc_rs::digest::{Context, SHA256};

use crate::row::Value;

/// How many rows were seen, and the sum of their digests. Databases order text differently, so the order does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TableDigest {
    rows: u64,
    sum: u128,
}

impl TableDigest {
    /// Takes a row in.
    pub(super) fn add(&mut self, row: &[Value]) {
        let mut context = Context::new(&SHA256);
        for value in row {
            // The kind and the length before the value: no two rows are spelled alike.
            match value {
                Value::Null => context.update(b"n"),
                Value::Integer(number) => {
                    context.update(b"i");
                    context.update(&number.to_be_bytes());
                }
                Value::Text(text) => update(&mut context, b"t", text.as_bytes()),
                Value::Blob(bytes) => update(&mut context, b"b", bytes),
            }
        }
        let digest = context.finish();
        let (first, _) = digest.as_ref().split_first_chunk().unwrap_or((&[0; 16], &[]));
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(*first));
        self.rows += 1;
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn checksum(&self) -> String {
        format!("{:032x}", self.sum)
    }
}

fn update(context: &mut Context, kind: &[u8], bytes: &[u8]) {
    context.update(kind);
    context.update(&(bytes.len() as u64).to_be_bytes());
    context.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&[Value]]) -> TableDigest {
        let mut digest = TableDigest::default();
        rows.iter().for_each(|row| digest.add(row));
        digest
    }

    #[test]
    fn the_order_of_rows_does_not_count_and_all_else_does() {
        let (one, two) = (
            &[Value::from("a"), Value::from(1_i64)],
            &[Value::Null, Value::from(2_i64)],
        );
        let both = of(&[one, two]);
        assert_eq!(both, of(&[two, one]));
        let others: [&[&[Value]]; 7] = [
            &[one],
            &[one, two, two],
            &[one, one],
            &[
                &[Value::from("a"), Value::from(2_i64)],
                &[Value::Null, Value::from(1_i64)],
            ],
            &[&[Value::from(1_i64), Value::from("a")], two],
            &[&[Value::from("a".as_bytes()), Value::from(1_i64)], two],
            &[&[Value::from(""), Value::from(1_i64)], two],
        ];
        for other in others {
            assert_ne!(both, of(other));
        }
    }
}
