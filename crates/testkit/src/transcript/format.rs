//! The form of a transcript.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::StoreState;

/// A transcript, read.
pub struct Transcript {
    /// The file's lines, kept to be written back with other answers.
    lines: Vec<String>,
    /// What it has the server and the world do, in order.
    pub(super) steps: Vec<Step>,
}

/// What stands in a transcript, with the line it begins in (from 1).
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) what: What,
}

pub(super) enum What {
    Directive(Directive),
    Exchange(Exchange),
}

/// What is done beside requests. Texts may hold `{{…}}`.
#[derive(Debug, PartialEq)]
pub(super) enum Directive {
    /// `@setting KEY=VALUE`
    Setting { key: String, value: String },
    /// `@app NAME [host=HOST] [rate=REQUESTS_PER_SECOND]`
    App { name: String, options: Options },
    /// `@account [role=…] [username=…] [email=…] [phone=…] password=…`
    Account(Options),
    /// `@disable ID`
    Disable(i64),
    /// `@advance 60s`
    Advance(Duration),
    /// `@source ADDRESS`
    Source(String),
    /// `@times COUNT [from ADDRESS]`
    Times { count: u32, source: Option<String> },
    /// `@let NAME = /json/pointer`
    Let { name: String, pointer: String },
    /// `@sent ADDRESS COUNT`
    Sent { address: String, count: usize },
    /// `@store well|locked|broken`
    Store(StoreState),
}

/// `key=value` words.
pub(super) type Options = Vec<(String, String)>;

/// A request and the answer to it.
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<String>,
    /// The answer's lines, see [`is_answer`].
    pub(super) answer: Range<usize>,
}

/// Where and why a text is no transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.problem)
    }
}

impl Transcript {
    /// Reads a transcript.
    ///
    /// # Errors
    /// [`FormatError`]: the first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if !lines.first().is_some_and(|title| title.starts_with("# ")) {
            return Err(error(1, "the first line is the title: `# What is shown`"));
        }
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            if line.is_empty() || line.starts_with('#') {
                at += 1;
            } else if let Some(directive) = line.strip_prefix('@') {
                let directive = Directive::parse(directive).map_err(|problem| error(at + 1, problem))?;
                steps.push(Step {
                    line: at + 1,
                    what: What::Directive(directive),
                });
                at += 1;
            } else {
                let exchange = Exchange::parse(&lines, at)?;
                let after = exchange.answer.end;
                steps.push(Step {
                    line: at + 1,
                    what: What::Exchange(exchange),
                });
                at = after;
            }
        }
        if !steps.iter().any(|step| matches!(step.what, What::Exchange(_))) {
            return Err(error(lines.len(), "there is no request in it"));
        }
        Ok(Self { lines, steps })
    }

    /// The answer that an exchange has in the file.
    pub(super) fn answer_of(&self, exchange: &Exchange) -> &[String] {
        &self.lines[exchange.answer.clone()]
    }

    /// The file with other answers; `answers` has the lines of each exchange in order.
    pub(super) fn with_answers(&self, answers: &[Vec<String>]) -> String {
        let exchanges = self.steps.iter().filter_map(|step| match &step.what {
            What::Exchange(exchange) => Some(exchange),
            What::Directive(_) => None,
        });
        let (mut written, mut from) = (Vec::new(), 0);
        for (exchange, answer) in exchanges.zip(answers) {
            written.extend_from_slice(&self.lines[from..exchange.answer.start]);
            written.extend_from_slice(answer);
            from = exchange.answer.end;
        }
        written.extend_from_slice(&self.lines[from..]);
        written.join("\n") + "\n"
    }
}

impl Exchange {
    /// Reads the exchange whose request line is `lines[at]`.
    fn parse(lines: &[String], at: usize) -> Result<Self, FormatError> {
        let (method, target) = lines[at]
            .split_once(' ')
            .filter(|(method, target)| {
                method.bytes().all(|byte| byte.is_ascii_uppercase()) && target.starts_with(['/', '{'])
            })
            .ok_or_else(|| {
                error(
                    at + 1,
                    "neither a comment, a directive nor a request line such as `GET /user/info`",
                )
            })?;
        let mut headers = Vec::new();
        let mut next = at + 1;
        while let Some(line) = lines.get(next).filter(|line| !line.is_empty() && !is_answer(line)) {
            let (name, value) = line
                .split_once(": ")
                .ok_or_else(|| error(next + 1, "not a header such as `Host: example.com`"))?;
            headers.push((name.to_owned(), value.to_owned()));
            next += 1;
        }
        let start = lines[next..]
            .iter()
            .position(|line| is_answer(line))
            .map(|offset| next + offset);
        let start = start.ok_or_else(|| error(at + 1, "a request without an answer: write at least `<`"))?;
        let length = lines[start..].iter().take_while(|line| is_answer(line)).count();
        let mut body = lines[next..start].to_vec();
        if body.first().is_some_and(String::is_empty) {
            body.remove(0);
        }
        while body.last().is_some_and(String::is_empty) {
            body.pop();
        }
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body,
            answer: start..start + length,
        })
    }
}

/// Whether a line belongs to an answer; `<svg …` may stand in a request's body.
fn is_answer(line: &str) -> bool {
    line == "<" || line.starts_with("< ")
}

impl Directive {
    fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["setting", option] => {
                let (key, value) = read_option(option)?;
                Ok(Self::Setting { key, value })
            }
            ["app", name, options @ ..] => Ok(Self::App {
                name: (*name).to_owned(),
                options: read_options(options)?,
            }),
            ["account", options @ ..] => Ok(Self::Account(read_options(options)?)),
            ["disable", id] => Ok(Self::Disable(
                id.parse().map_err(|_| "an account's number is needed".to_owned())?,
            )),
            ["advance", duration] => Ok(Self::Advance(read_duration(duration)?)),
            ["source", address] => Ok(Self::Source((*address).to_owned())),
            ["times", count] => Ok(Self::Times {
                count: read_count(count)?,
                source: None,
            }),
            ["times", count, "from", source] => Ok(Self::Times {
                count: read_count(count)?,
                source: Some((*source).to_owned()),
            }),
            ["let", name, "=", pointer] => Ok(Self::Let {
                name: (*name).to_owned(),
                pointer: (*pointer).to_owned(),
            }),
            ["sent", address, count] => Ok(Self::Sent {
                address: (*address).to_owned(),
                count: read_count(count)? as usize,
            }),
            ["store", "well"] => Ok(Self::Store(StoreState::Well)),
            ["store", "locked"] => Ok(Self::Store(StoreState::Locked)),
            ["store", "broken"] => Ok(Self::Store(StoreState::Broken)),
            _ => Err(format!("no such directive: @{text}")),
        }
    }
}

fn read_options(words: &[&str]) -> Result<Options, String> {
    words.iter().map(|word| read_option(word)).collect()
}

fn read_option(word: &str) -> Result<(String, String), String> {
    let (key, value) = word
        .split_once('=')
        .ok_or_else(|| format!("{word} is not of the form key=value"))?;
    Ok((key.to_owned(), value.to_owned()))
}

fn read_count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

/// `60s`, `30m`, `24h`, `7d`
fn read_duration(text: &str) -> Result<Duration, String> {
    let unreadable = || format!("{text} is not a time such as 60s, 30m, 24h or 7d");
    let unit = text.chars().next_back().ok_or_else(unreadable)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(unreadable()),
    };
    let number: u64 = text.trim_end_matches(unit).parse().map_err(|_| unreadable())?;
    Ok(Duration::from_secs(number * seconds))
}

fn error(line: usize, problem: impl Into<String>) -> FormatError {
    FormatError {
        line,
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Sign in

@advance 30m
POST /user/login
Content-Type: application/json

{\"account\":
\"a\"}

< 200 OK
<
< {\"code\":200}

# Again.
GET /user/info
<
";

    fn exchanges(transcript: &Transcript) -> Vec<&Exchange> {
        let steps = transcript.steps.iter();
        steps
            .filter_map(|step| match &step.what {
                What::Exchange(exchange) => Some(exchange),
                What::Directive(_) => None,
            })
            .collect()
    }

    #[test]
    fn requests_bodies_and_answers_are_told_apart() {
        let transcript = Transcript::parse(TEXT).unwrap();
        let [first, second] = exchanges(&transcript)
            .try_into()
            .unwrap_or_else(|_| panic!("two exchanges"));
        assert_eq!((first.method.as_str(), first.target.as_str()), ("POST", "/user/login"));
        assert_eq!(
            first.headers,
            [("Content-Type".to_owned(), "application/json".to_owned())]
        );
        assert_eq!(first.body, ["{\"account\":", "\"a\"}"]);
        assert_eq!(transcript.answer_of(first), ["< 200 OK", "<", "< {\"code\":200}"]);
        assert!(second.body.is_empty() && second.headers.is_empty());
        assert_eq!(transcript.answer_of(second), ["<"]);
        let advance = What::Directive(Directive::Advance(Duration::from_secs(1800)));
        assert!(matches!((&transcript.steps[0].what, advance), (What::Directive(a), What::Directive(b)) if *a == b));
    }

    #[test]
    fn only_the_answers_are_rewritten() {
        let transcript = Transcript::parse(TEXT).unwrap();
        let answers = [vec!["< 500".to_owned()], vec!["< 401 Unauthorized".to_owned()]];
        let expected = TEXT
            .replace("< 200 OK\n<\n< {\"code\":200}", "< 500")
            .replace("GET /user/info\n<", "GET /user/info\n< 401 Unauthorized");
        assert_eq!(transcript.with_answers(&answers), expected);
    }

    #[test]
    fn what_is_no_transcript_says_where() {
        let problem_line = |text: &str| Transcript::parse(text).map(|_| ()).unwrap_err().line;
        assert_eq!(problem_line(""), 1);
        assert_eq!(problem_line("GET /\n<\n"), 1);
        assert_eq!(problem_line("# t\nget /\n<\n"), 2);
        assert_eq!(problem_line("# t\n@nonsense\n"), 2);
        assert_eq!(problem_line("# t\n@advance 5\nGET /\n<\n"), 2);
        assert_eq!(problem_line("# t\nGET /\nHost\n<\n"), 3);
        assert_eq!(problem_line("# t\nGET /\n"), 2);
        assert_eq!(problem_line("# t\n@advance 5s\n"), 2);
    }
}
