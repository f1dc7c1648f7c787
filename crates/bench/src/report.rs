//! The table that is printed.

/// A line of it.
pub struct Line {
    /// What is measured.
    pub what: String,
    /// The baseline's figures.
    pub baseline: String,
    /// The server's.
    pub ours: String,
    /// How they compare.
    pub ratio: String,
    /// What issue or plan asks for.
    pub reach: &'static str,
}

/// The lines under a heading, as Markdown.
pub fn table(lines: &[Line]) -> String {
    let head = "| what | baseline | Yaopai | ratio | reach |\n|---|---|---|---|---|\n".to_owned();
    lines.iter().fold(head, |table, line| {
        let Line {
            what,
            baseline,
            ours,
            ratio,
            reach,
        } = line;
        format!("{table}| {what} | {baseline} | {ours} | {ratio} | {reach} |\n")
    })
}
