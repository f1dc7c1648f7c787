//! The calls of each wire, in its document's order.

use yaopai_dialects::Wire;

#[test]
fn the_calls_are_those_of_the_documents() {
    let mut printed = String::new();
    for wire in Wire::ALL {
        printed.push_str(&format!("{}\n", wire.name()));
        for line in wire.routes() {
            printed.push_str(&format!("  {:<10}{}\n", line.methods, line.path));
        }
    }
    insta::assert_snapshot!(printed);
}
