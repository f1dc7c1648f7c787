//! The values that settings take. Each is valid once it exists; what does not parse is told in both languages.

use jiff::tz::TimeZone;
use serde::Deserialize;
use yaopai_http::Network;
use zeroize::Zeroizing;

/// A value that is not shown: a password, a key, or an address that may hold one.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// The value, for where it is used; never for print.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Secret {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() {
            return Err("为空；不用就删去 / empty: leave it out if it is not in use");
        }
        Ok(Self(Zeroizing::new(text)))
    }
}

/// A key of 256 bits, written as 64 hexadecimal digits.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct HexKey(Zeroizing<[u8; 32]>);

impl HexKey {
    /// The key of these bytes, unless they cannot have been drawn at random.
    pub(crate) fn new(bytes: [u8; 32]) -> Result<Self, &'static str> {
        let mut distinct = bytes;
        distinct.sort_unstable();
        let distinct = distinct.chunk_by(|a, b| a == b).count();
        // Of 32 random bytes fewer than 16 distinct ones do not occur (less than 1 in 2^60).
        if distinct < 16 {
            return Err("密钥太弱，须随机生成 / a weak key: draw it at random, as by `openssl rand -hex 32`");
        }
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The key.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key as 64 hexadecimal digits, for its file.
    pub(crate) fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl TryFrom<String> for HexKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const MALFORMED: &str = "应为 64 位十六进制 / it has to be 64 hexadecimal digits";
        let text = Zeroizing::new(text);
        let digits = text.trim().as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return Err(MALFORMED);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| {
                char::from(pair[at])
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok())
            };
            *byte = digit(0)
                .zip(digit(1))
                .map(|(high, low)| high << 4 | low)
                .ok_or(MALFORMED)?;
        }
        Self::new(bytes)
    }
}

/// An `http` or `https` address without a query, and without a slash at its end.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct PublicUrl(String);

impl PublicUrl {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        is_origin(&text, true)
            .then(|| Self(text.trim_end_matches('/').to_owned()))
            .ok_or("应形如 https://id.example.com / write it as https://id.example.com")
    }
}

/// What `Access-Control-Allow-Origin` says: `*` or one origin (Fetch standard, "CORS protocol").
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct AllowedOrigin(String);

impl AllowedOrigin {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AllowedOrigin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        (text == "*" || is_origin(&text, false))
            .then_some(Self(text))
            .ok_or("应为 * 或一个来源，如 https://app.example.com / `*` or one origin, as https://app.example.com")
    }
}

fn is_origin(text: &str, with_path: bool) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_printable =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@' | b'"' | b'<' | b'>' | b'\\');
    !host.is_empty() && rest.bytes().all(is_printable) && (with_path || path.is_empty() && !text.ends_with('/'))
}

/// A time zone by its IANA name.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct TimeZoneName(TimeZone);

impl TimeZoneName {
    pub(crate) fn zone(&self) -> TimeZone {
        self.0.clone()
    }
}

impl TryFrom<String> for TimeZoneName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        TimeZone::get(&text)
            .map(Self)
            .map_err(|_| "没有这个时区 / no such time zone: write an IANA name, as Asia/Shanghai")
    }
}

/// A network, `10.0.0.0/8`, or one address.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct ProxyNetwork(Network);

impl ProxyNetwork {
    pub(crate) fn network(&self) -> Network {
        self.0
    }
}

impl TryFrom<String> for ProxyNetwork {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Network::parse(&text)
            .map(Self)
            .map_err(|_| "应形如 10.0.0.0/8 / write networks as 10.0.0.0/8")
    }
}

/// A country calling code, one to three digits without `+` (ITU-T E.164).
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct CountryCode(String);

impl CountryCode {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CountryCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits =
            (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        fits.then_some(Self(text))
            .ok_or("国家代码是一到三位数字，如 86 / a country code has one to three digits, as 86")
    }
}

/// How text messages leave.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SmsChannel {
    Log,
    Webhook,
    Off,
}

/// Where the bytes of pictures are kept.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PictureKeeping {
    Auto,
    Folder,
    Database,
    S3,
}

/// How mails leave.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MailChannel {
    Log,
    Smtp,
    Off,
}

/// What is asked of new passwords.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PasswordRule {
    Published,
    Strict,
}

/// What HTTP status the wire `/user` answers with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum HttpStatus {
    #[serde(rename = "mirror")]
    Mirror,
    #[serde(rename = "always_200")]
    Always200,
}

/// The form of a log record.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// The least grave records that are written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: TryFrom<String>>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_err()
    }

    #[test]
    fn a_key_is_random_and_whole() {
        let key = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
        let parsed = HexKey::try_from(key.to_owned()).ok().unwrap();
        assert_eq!(parsed.bytes()[31], 31);
        assert_eq!(parsed.to_hex().as_str(), key.to_ascii_lowercase());
        assert!(refused::<HexKey>(""));
        assert!(refused::<HexKey>(&"0".repeat(64)));
        assert!(refused::<HexKey>(&"deadbeef".repeat(8)));
        assert!(refused::<HexKey>(&key.replace('F', "g")));
        assert!(refused::<HexKey>(key.get(2..).unwrap()));
    }

    #[test]
    fn addresses_are_origins() {
        assert_eq!(
            PublicUrl::try_from("https://a.cn/".to_owned()).ok().unwrap().as_str(),
            "https://a.cn"
        );
        assert!(!refused::<PublicUrl>("https://a.cn/id"));
        for bad in [
            "a.cn",
            "https://",
            "ftp://a.cn",
            "https://a.cn/?x",
            "https://a b",
            "https://a\r\nx",
        ] {
            assert!(refused::<PublicUrl>(bad), "{bad}");
            assert!(refused::<AllowedOrigin>(bad), "{bad}");
        }
        assert!(!refused::<AllowedOrigin>("*"));
        assert!(refused::<AllowedOrigin>("https://a.cn/"));
    }

    #[test]
    fn a_network_may_be_one_address() {
        assert!(!refused::<ProxyNetwork>("192.0.2.1"));
        assert!(!refused::<ProxyNetwork>("10.0.0.0/8"));
        assert!(refused::<ProxyNetwork>("10.0.0.0/33"));
    }

    #[test]
    fn a_time_zone_is_known_on_any_machine() {
        assert!(!refused::<TimeZoneName>("Asia/Shanghai"));
        assert!(refused::<TimeZoneName>("Asia/Nowhere"));
    }
}
