//! Counts the instructions that fixed work takes, and holds them against the committed counts: `cargo xtask instructions`.
//! So a regression shows without a clock, however busy the machine is.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{fs, io};

use serde_json::{Map, Value};

const COMMITTED: &str = "crates/bench/instructions.json";
const PROGRAM: &str = "instructions";
/// How many percent of the committed count it may be more: compilers and processors differ.
const MARGIN: u64 = 15;

/// What one call takes.
struct Count {
    call: String,
    instructions: u64,
}

/// Compares; or writes what it counted to the committed file.
pub(crate) fn main(is_writing: bool) -> ExitCode {
    match run(is_writing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(is_writing: bool) -> Result<(), String> {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(COMMITTED);
    let counts = count(&build()?)?;
    if is_writing {
        let lines: Vec<String> = counts
            .iter()
            .map(|count| format!("  \"{}\": {}", count.call, count.instructions))
            .collect();
        fs::write(&file, format!("{{\n{}\n}}\n", lines.join(",\n"))).map_err(text)?;
        println!("written: {COMMITTED}");
        return Ok(());
    }
    let committed = fs::read_to_string(&file).map_err(text)?;
    let committed: Map<String, Value> = serde_json::from_str(&committed).map_err(text)?;
    compare(&counts, &committed)
}

/// The program, built.
fn build() -> Result<PathBuf, String> {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "--locked",
        "--package",
        "yaopai-bench",
        "--profile",
        "instructions",
    ]);
    cargo.args(["--bin", PROGRAM, "--message-format", "json-render-diagnostics"]);
    let output = cargo.stderr(Stdio::inherit()).output().map_err(text)?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_program = message["target"]["name"] == PROGRAM;
        Some(PathBuf::from(message["executable"].as_str()?)).filter(|_| is_program)
    });
    program.ok_or_else(|| "the work to be counted could not be built".to_owned())
}

fn count(program: &Path) -> Result<Vec<Count>, String> {
    // Of an earlier run there may be more files.
    let folder = program.with_extension("callgrind");
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(text(error)),
        Ok(()) | Err(_) => fs::create_dir(&folder).map_err(text)?,
    }
    let counts = folder.join("counts");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--dump-before=*section_ends*"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(program)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("valgrind cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("the work was not done: {}", output.status));
    }
    // Sections are written down in the order in which they are printed, beginning with 1.
    let printed = String::from_utf8_lossy(&output.stdout);
    let sections = printed.lines().zip(1..).filter_map(|(line, number)| {
        let (times, call) = line.split_once(' ')?;
        Some((call, times, counts.with_extension(number.to_string())))
    });
    sections
        .map(|(call, times, file)| {
            Ok(Count {
                call: call.to_owned(),
                instructions: total(&file)? / times.parse::<u64>().map_err(text)?,
            })
        })
        .collect()
}

/// All that was counted in a section (Valgrind's manual, "Callgrind Format Specification").
fn total(file: &Path) -> Result<u64, String> {
    let section = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let total = section.lines().find_map(|line| line.strip_prefix("totals:"));
    total
        .and_then(|total| total.trim().parse().ok())
        .ok_or_else(|| format!("{} has no total", file.display()))
}

/// Prints the counts beside those that are committed.
///
/// # Errors
/// What to do about those that are too high or were never committed.
fn compare(counts: &[Count], committed: &Map<String, Value>) -> Result<(), String> {
    println!("| call | instructions | committed | |\n|---|---|---|---|");
    let mut too_many = Vec::new();
    for Count { call, instructions } in counts {
        let Some(before) = committed.get(call).and_then(Value::as_u64) else {
            println!("| {call} | {instructions} | — | new |");
            too_many.push(call.as_str());
            continue;
        };
        let percent = (*instructions as f64 / before as f64 - 1.0) * 100.0;
        println!("| {call} | {instructions} | {before} | {percent:+.1} % |");
        if *instructions * 100 > before * (100 + MARGIN) {
            too_many.push(call);
        }
    }
    if too_many.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} {} more instructions than {COMMITTED} allows ({MARGIN} % over its counts). Look for what has become slower; \
         where it has to be, renew the counts by `cargo xtask instructions --write` and say why in the commit.",
        too_many.join(", "),
        if too_many.len() == 1 { "takes" } else { "take" },
    ))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_margin_is_found() {
        let committed = [("read".to_owned(), Value::from(1_000))].into_iter().collect();
        let counted = |call: &str, instructions| {
            let call = call.to_owned();
            compare(&[Count { call, instructions }], &committed)
        };
        assert_eq!(counted("read", 1_150), Ok(()));
        assert!(counted("read", 1_151).unwrap_err().starts_with("read takes more"));
        assert_eq!(counted("read", 10), Ok(()));
        assert!(counted("write", 1).is_err());
    }
}
