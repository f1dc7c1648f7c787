//! Examples, taken from the transcripts in `conformance/`: what stands there was really answered.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What is filled in where a transcript says `{{code …}}`.
const CODE: &str = "123456";
/// Where it says `{{slider}}`.
const SLIDER: &str = "120";
/// Where it says `{{url}}`, of a picture.
const PICTURE: &str = "/api/image/b529710537221d0abbaa340c8c3ada72.png";

/// A request and the answer to it.
#[derive(Clone, Default)]
pub(super) struct Example {
    /// The parameters in the query and in a form.
    pub(super) parameters: Vec<(String, String)>,
    /// A JSON body.
    pub(super) body: Option<Value>,
    /// The whole answer.
    pub(super) answer: Value,
}

impl Example {
    /// The first exchange of a call in `transcript` that succeeded with something to show, else that succeeded.
    pub(super) fn find(transcript: &str, path: &str, success: i64) -> Option<Self> {
        let lines: Vec<&str> = transcript.lines().collect();
        let requests = lines.iter().enumerate().filter_map(|(at, line)| {
            let (_, target) = line.split_once(' ')?;
            (line.starts_with("GET ") || line.starts_with("POST ")).then_some(())?;
            let rest = target.strip_prefix(path)?;
            let query = rest
                .strip_prefix(['?', '&'])
                .or_else(|| rest.is_empty().then_some(""))?;
            Self::read(query, &lines[at + 1..]).filter(|example| example.answer["code"] == success)
        });
        let found: Vec<Self> = requests.collect();
        let telling = found.iter().find(|example| !example.answer["data"].is_null());
        telling.or_else(|| found.first()).cloned()
    }

    /// The value of a parameter or of an entry of the body.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        let parameter = self.parameters.iter().find(|(key, _)| key == name);
        let in_body = || self.body.as_ref().and_then(|body| body.get(name)).cloned();
        parameter.map(|(_, value)| value.as_str().into()).or_else(in_body)
    }

    fn read(query: &str, after: &[&str]) -> Option<Self> {
        let end = after.iter().position(|line| line.starts_with('<'))?;
        let body: Vec<&str> = after[..end]
            .iter()
            .copied()
            .skip_while(|line| !line.is_empty())
            .collect();
        let body = fill(body.join("\n").trim());
        let answer = after[end..].iter().find(|line| line.starts_with("< {"))?;
        let is_json = body.starts_with('{');
        let form = if is_json { "" } else { body.as_str() };
        Some(Self {
            parameters: pairs(&fill(query)).chain(pairs(form)).collect(),
            body: is_json.then(|| serde_json::from_str(&body)).transpose().ok()?,
            answer: serde_json::from_str(answer.get(2..)?).ok()?,
        })
    }
}

fn pairs(encoded: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = encoded.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| {
        let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
        (name.to_owned(), value)
    })
}

/// The text with something in the place of every `{{…}}`.
fn fill(text: &str) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let (what, after) = after.split_once("}}").unwrap_or((after, ""));
        filled.push_str(before);
        filled.push_str(match what {
            "slider" => SLIDER,
            "url" => PICTURE,
            _ => CODE,
        });
        rest = after;
    }
    filled + rest
}
