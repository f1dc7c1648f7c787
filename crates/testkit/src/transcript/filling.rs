//! `{{…}}` in requests: values that earlier answers and messages hold, and bytes that no text can.

use std::collections::BTreeMap;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use yaopai_courier::{Body, Message};
use yaopai_pictures::solver::solve;

use crate::TestServer;

/// Half the piece of a slider: far enough from the hole to be wrong.
const FAR_OFF: u32 = 25;

/// What can be filled in.
pub(super) struct Filling<'a> {
    pub(super) server: &'a TestServer,
    /// What `@let` and `@app` named.
    pub(super) values: &'a BTreeMap<String, String>,
    /// The body of the last answer.
    pub(super) last_body: &'a [u8],
    /// How often the request has been sent, this time included.
    pub(super) round: u32,
}

impl Filling<'_> {
    /// The text with every `{{…}}` filled in.
    ///
    /// # Errors
    /// What cannot be filled in, in words.
    pub(super) fn fill(&self, text: &str) -> Result<Vec<u8>, String> {
        let (mut filled, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("{{") {
            let (what, after) = after
                .split_once("}}")
                .ok_or_else(|| format!("{{{{ without }}}} in {text}"))?;
            filled.extend_from_slice(before.as_bytes());
            filled.extend(self.value(what.trim())?);
            rest = after;
        }
        filled.extend_from_slice(rest.as_bytes());
        Ok(filled)
    }

    /// As [`Filling::fill`], for what has to be text.
    ///
    /// # Errors
    /// As there.
    pub(super) fn fill_text(&self, text: &str) -> Result<String, String> {
        String::from_utf8(self.fill(text)?).map_err(|_| format!("{text} is no text once it is filled in"))
    }

    fn value(&self, what: &str) -> Result<Vec<u8>, String> {
        let words: Vec<&str> = what.split_whitespace().collect();
        match words.as_slice() {
            [places] if places.chars().all(|c| c == 'n') => {
                Ok(format!("{:0width$}", self.round, width = places.len()).into_bytes())
            }
            ["code", address] => Ok(self.last_code(address)?.into_bytes()),
            ["wrong_code", address] => Ok(another_code(&self.last_code(address)?).into_bytes()),
            ["slider"] => Ok(self.slider()?.to_string().into_bytes()),
            ["wrong_slider"] => Ok((self.slider()? + FAR_OFF).to_string().into_bytes()),
            ["repeat", piece, count] => Ok(piece.repeat(number(count)?).into_bytes()),
            ["hex", digits] => bytes_of_hex(digits),
            ["png", size] => picture(size, ImageFormat::Png),
            ["jpeg", size] => picture(size, ImageFormat::Jpeg),
            [name] => {
                let value = self
                    .values
                    .get(*name)
                    .ok_or_else(|| format!("nothing is named {name}"))?;
                Ok(value.clone().into_bytes())
            }
            _ => Err(format!("no way to fill in {{{{{what}}}}}")),
        }
    }

    /// The last code that was sent to a phone number or e-mail address.
    fn last_code(&self, address: &str) -> Result<String, String> {
        let messages = messages_to(self.server, address);
        let mut codes = messages.into_iter().filter_map(|message| match message.body {
            Body::Code { code, .. } => Some(code),
            Body::Notice(_) => None,
        });
        codes
            .next_back()
            .ok_or_else(|| format!("no code was sent to {address}"))
    }

    /// Solves the slider in the last answer from its pictures, as an honest client would.
    fn slider(&self) -> Result<u32, String> {
        let answer: Value = serde_json::from_slice(self.last_body).unwrap_or_default();
        let slider = &answer["data"]["slider_captcha"];
        let picture = |name: &str| {
            BASE64
                .decode(slider[name].as_str().unwrap_or_default())
                .unwrap_or_default()
        };
        let y = slider["y"].as_u64().and_then(|y| u32::try_from(y).ok());
        y.and_then(|y| solve(&picture("bg_img"), &picture("slider_img"), y))
            .ok_or_else(|| "the last answer has no slider that can be solved".to_owned())
    }
}

/// The messages that were sent to a phone number or e-mail address, oldest first.
pub(super) fn messages_to(server: &TestServer, address: &str) -> Vec<Message> {
    let (channel, recipient) = if address.contains('@') {
        (&server.mail, address.to_owned())
    } else {
        (&server.sms, format!("+86{address}"))
    };
    channel
        .taken()
        .into_iter()
        .filter(|message| message.to == recipient)
        .collect()
}

/// A code that differs in its last digit.
fn another_code(code: &str) -> String {
    let (head, last) = code.split_at(code.len().saturating_sub(1));
    let another = if last == "0" { "1" } else { "0" };
    format!("{head}{another}")
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

fn bytes_of_hex(digits: &str) -> Result<Vec<u8>, String> {
    let pairs: Vec<char> = digits.chars().collect();
    let byte = |pair: &[char]| {
        u8::from_str_radix(&String::from_iter(pair), 16)
            .ok()
            .filter(|_| pair.len() == 2)
    };
    pairs
        .chunks(2)
        .map(byte)
        .collect::<Option<_>>()
        .ok_or_else(|| format!("{digits} is not hexadecimal"))
}

/// A small picture of some colours, `3x2` pixels large.
fn picture(size: &str, format: ImageFormat) -> Result<Vec<u8>, String> {
    let (width, height) = size
        .split_once('x')
        .ok_or_else(|| format!("{size} is not a size such as 3x2"))?;
    let side = |text: &str| {
        text.parse::<u32>()
            .map_err(|_| format!("{size} is not a size such as 3x2"))
    };
    let shade = |coordinate: u32| u8::try_from(coordinate % 256).unwrap_or_default();
    let drawn = RgbImage::from_fn(side(width)?, side(height)?, |x, y| {
        Rgb([shade(x * 40), shade(y * 40), 128])
    });
    let mut bytes = Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, format).map_err(|error| error.to_string())?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_code_is_another() {
        assert_eq!(another_code("123456"), "123450");
        assert_eq!(another_code("123450"), "123451");
    }

    #[test]
    fn bytes_are_written_in_pairs() {
        assert_eq!(bytes_of_hex("ff00"), Ok(vec![0xff, 0]));
        for text in ["f", "fff", "zz"] {
            assert!(bytes_of_hex(text).is_err(), "{text}");
        }
    }

    #[test]
    fn pictures_are_pictures() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let drawn = image::load_from_memory_with_format(&picture("3x2", format).unwrap(), format).unwrap();
            assert_eq!((drawn.width(), drawn.height()), (3, 2));
        }
        assert!(picture("3", ImageFormat::Png).is_err());
    }
}
