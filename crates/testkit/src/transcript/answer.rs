//! Answers as transcripts write them.

use aws_lc_rs::digest::{SHA256, digest};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    CONTENT_LENGTH, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, Method};

use crate::Answer;

/// A run of characters as in base64 from this length on is written as its length and digest: nobody reads a picture.
const LONG_RUN: usize = 1_000;

/// The headers that every answer has. One that is as usual is left out of the transcript; one that is missing is not.
const USUAL: [(HeaderName, &str); 7] = [
    (CONTENT_TYPE, "application/json; charset=utf-8"),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "Authorization, Content-Type, cloud_token, app_id, app_secret",
    ),
];
/// Headers that say nothing of what was asked.
const NOT_SHOWN: [HeaderName; 2] = [CONTENT_LENGTH, HeaderName::from_static("x-request-id")];

/// The answer's lines, each with `<` before it.
pub(super) fn written(answer: &Answer, method: &Method) -> Vec<String> {
    let mut lines = vec![answer.status.to_string()];
    lines.extend(headers(answer, method));
    if !answer.body.is_empty() {
        lines.push(String::new());
        lines.extend(body(&answer.body).split('\n').map(str::to_owned));
    }
    lines
        .iter()
        .map(|line| format!("< {line}").trim_end().to_owned())
        .collect()
}

/// Those that are not as usual; for OPTIONS, which asks for them, all.
fn headers(answer: &Answer, method: &Method) -> Vec<String> {
    let is_usual = |name: &HeaderName, value: &[u8]| {
        method != Method::OPTIONS
            && USUAL
                .iter()
                .any(|(usual, as_usual)| usual == name && as_usual.as_bytes() == value)
    };
    let shown = answer
        .headers
        .iter()
        .filter(|(name, value)| !NOT_SHOWN.contains(name) && !is_usual(name, value.as_bytes()));
    let mut lines: Vec<String> = shown
        .map(|(name, value)| format!("{}: {}", title_case(name), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let missing = USUAL.iter().filter(|(name, _)| !answer.headers.contains_key(name));
    let missing = missing.filter(|(name, _)| *name != CONTENT_TYPE || !answer.body.is_empty());
    lines.extend(missing.map(|(name, _)| format!("{}: (none)", title_case(name))));
    lines.sort_unstable();
    lines
}

fn title_case(name: &HeaderName) -> String {
    let words = name.as_str().split('-');
    let capitalised = words.map(|word| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    });
    capitalised.collect::<Vec<_>>().join("-")
}

fn body(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.chars().any(|c| c.is_control() && c != '\n'));
    text.map_or_else(
        || format!("({} bytes, SHA-256 {})", bytes.len(), hex_digest(bytes)),
        shorten,
    )
}

/// The text with its long runs replaced.
fn shorten(text: &str) -> String {
    let is_in_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let (mut shortened, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let (run, after) = rest.split_at(rest.find(|c| !is_in_run(c)).unwrap_or(rest.len()));
        if run.len() < LONG_RUN {
            shortened += run;
        } else {
            shortened += &format!("({} characters, SHA-256 {})", run.len(), hex_digest(run.as_bytes()));
        }
        let (between, next) = after.split_at(after.find(is_in_run).unwrap_or(after.len()));
        shortened += between;
        rest = next;
    }
    shortened
}

fn hex_digest(bytes: &[u8]) -> String {
    digest(&SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    fn answer(body: &'static str) -> Answer {
        let usual = USUAL.map(|(name, value)| (name, HeaderValue::from_static(value)));
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter(usual),
            body: Bytes::from_static(body.as_bytes()),
            failure: None,
        }
    }

    #[test]
    fn usual_headers_are_left_out_and_others_are_not() {
        let mut unusual = answer("{}");
        assert_eq!(written(&unusual, &Method::GET), ["< 200 OK", "<", "< {}"]);
        unusual.headers.insert("retry-after", HeaderValue::from_static("3"));
        unusual
            .headers
            .insert(CACHE_CONTROL, HeaderValue::from_static("public"));
        unusual.headers.remove(X_CONTENT_TYPE_OPTIONS);
        let expected = [
            "< 200 OK",
            "< Cache-Control: public",
            "< Retry-After: 3",
            "< X-Content-Type-Options: (none)",
            "<",
            "< {}",
        ];
        assert_eq!(written(&unusual, &Method::GET), expected);
        assert_eq!(written(&answer(""), &Method::OPTIONS).len(), 1 + USUAL.len());
    }

    #[test]
    fn pictures_are_written_as_digests() {
        let picture = "A".repeat(1_000);
        let text = format!("{{\"bg_img\":\"{picture}\",\"y\":7}}");
        assert_eq!(
            body(text.as_bytes()),
            "{\"bg_img\":\"(1000 characters, SHA-256 \
             c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4)\",\"y\":7}"
        );
        assert_eq!(
            body("{\"msg\":\"数据返回成功！\"}".as_bytes()),
            "{\"msg\":\"数据返回成功！\"}"
        );
        assert!(body(b"\x89PNG\r\n").starts_with("(6 bytes, SHA-256 "));
    }
}
