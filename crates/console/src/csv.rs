//! Cells of comma-separated values.

/// What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection); some take the wide forms, too.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell (RFC 4180, section 2). A text that a spreadsheet would take for a formula gets an apostrophe before it.
pub(crate) fn cell(text: &str) -> String {
    let is_phone = text
        .strip_prefix('+')
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let is_formula = text.starts_with(FORMULA) && !is_phone;
    let text = format!("{}{}", if is_formula { "'" } else { "" }, text.replace('"', "\"\""));
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{text}\"")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_any_text_and_no_formula() {
        for (text, written) in [
            ("张三", "张三"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("+1+cmd", "'+1+cmd"),
            ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"),
            ("\n=1", "\"'\n=1\""),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("+8613800138000", "+8613800138000"),
            ("", ""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
