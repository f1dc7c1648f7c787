//! Settings: defaults, then `yaopai.toml`, then the environment; each value knows where it came from.

mod keys;
mod reference;
mod settings;
mod shown;
mod value;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use confique::{Config as _, Layer as _};
use toml::{Table, Value};
use yaopai_model::limits::SETTINGS_FILE_BYTES;

use keys::Key;

pub(crate) use reference::reference;
pub(crate) use settings::{S3, Settings};
pub(crate) use shown::shown;
pub(crate) use value::{
    HexKey, HttpStatus, LogFormat, LogLevel, MailChannel, PasswordRule, PictureKeeping, Secret, SmsChannel,
};

/// The settings file that is read when none is named and it is there.
const DEFAULT_FILE: &str = "yaopai.toml";
/// The variable that names the settings file.
const FILE_VARIABLE: &str = "YAOPAI_CONFIG";
/// What every variable of ours begins with.
const PREFIX: &str = "YAOPAI_";
/// What follows a secret's variable when that names a file.
const FILE_SUFFIX: &str = "_FILE";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody set it.
    Default,
    /// This settings file.
    File(PathBuf),
    /// This variable.
    Variable(String),
    /// The file that this variable names.
    SecretFile(String, PathBuf),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Variable(name) => formatter.write_str(name),
            Self::SecretFile(name, path) => write!(formatter, "{name} ({})", path.display()),
        }
    }
}

/// One setting as it is in force.
#[derive(Debug, PartialEq, serde::Serialize)]
pub(crate) struct Effective {
    /// Its key, dotted.
    pub(crate) key: String,
    /// Its value in TOML's form; none when it is unset, and `"***"` for a secret.
    pub(crate) value: Option<String>,
    /// Where it comes from.
    #[serde(serialize_with = "in_words")]
    pub(crate) origin: Origin,
}

fn in_words<S: serde::Serializer>(origin: &Origin, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(origin)
}

/// The settings in force.
pub(crate) struct Config {
    /// Their values.
    pub(crate) settings: Settings,
    /// The same, one by one with their origins, in the reference's order.
    pub(crate) effective: Vec<Effective>,
}

/// Why the settings do not do. Names the key or variable and says what to do; never repeats a value that may be secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("读不到设置文件 / cannot read the settings file {}: {error}", .path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("设置文件有误 / the settings file {} is not TOML, line {line}: {reason}", .path.display())]
    Syntax { path: PathBuf, line: usize, reason: String },
    #[error("未知设置 / unknown setting `{name}` ({origin})。可用的有 / there are: {candidates}")]
    Unknown {
        name: String,
        origin: Origin,
        candidates: String,
    },
    #[error("设置有误 / bad value of `{key}` ({origin}): {reason}")]
    Bad {
        key: String,
        origin: Origin,
        reason: String,
    },
    #[error("设置有误 / bad value of `{key}`: {reason}")]
    Together { key: String, reason: String },
    #[error("`{variable}` 和 `{variable}_FILE` 只能设一个 / set only one of `{variable}` and `{variable}_FILE`")]
    Both { variable: String },
    #[error("读不到密钥文件 / cannot read the file that `{variable}` names, {}: {error}", .path.display())]
    SecretUnreadable {
        variable: String,
        path: PathBuf,
        error: io::Error,
    },
    #[error("设置不完整 / settings are missing: {0}")]
    Incomplete(String),
}

impl ConfigError {
    /// A setting that does not do together with others.
    pub(crate) fn together(key: &str, reason: &str) -> Self {
        Self::Together {
            key: key.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// Reads the settings: from `file` if it is named (on the command line or by `YAOPAI_CONFIG`), else from `yaopai.toml`
/// if there is one, and from the `YAOPAI_…` variables among `environment`.
///
/// # Errors
/// See [`ConfigError`]: the first thing that is wrong.
pub(crate) fn load(file: Option<&Path>, environment: &[(OsString, OsString)]) -> Result<Config, ConfigError> {
    let variables = own_variables(environment)?;
    let keys = keys::all();
    let mut values = BTreeMap::new();
    let named = file
        .map(Path::to_owned)
        .or_else(|| variables.get(FILE_VARIABLE).map(PathBuf::from));
    if let Some((path, table)) = read_file(named)? {
        let origin = Origin::File(path);
        flatten(&table, "", &keys, &origin, &mut values)?;
    }
    for (variable, text) in variables.iter().filter(|(name, _)| *name != FILE_VARIABLE) {
        let (key, value, origin) = from_variable(variable, text, &variables, &keys)?;
        values.insert(key, (value, origin));
    }
    build(&keys, &values)
}

/// Merges the layers into typed settings, one key at a time so that an error can name it.
fn build(keys: &[Key], values: &BTreeMap<String, (Value, Origin)>) -> Result<Config, ConfigError> {
    type Layer = <Settings as confique::Config>::Layer;
    let mut layer = Layer::empty();
    for (name, (value, origin)) in values {
        let bad = |reason: &str| ConfigError::Bad {
            key: name.clone(),
            origin: origin.clone(),
            reason: reason.trim_start_matches("validation failed: ").to_owned(),
        };
        // The parser's own words would repeat a value of another type.
        if keys::is_secret(name) && !value.is_str() {
            return Err(bad("应为文本 / it has to be text"));
        }
        let one: Layer = nest(name, value.clone())
            .try_into()
            .map_err(|error: toml::de::Error| bad(error.message()))?;
        layer = layer.with_fallback(one);
    }
    let settings = Settings::from_layer(layer.with_fallback(Layer::default_values()))
        .map_err(|error| ConfigError::Incomplete(error.to_string()))?;
    let effective = keys.iter().map(|key| key.effective(values.get(&key.name))).collect();
    Ok(Config { settings, effective })
}

fn nest(dotted: &str, value: Value) -> Value {
    dotted.rsplit('.').fold(value, |inner, part| {
        Value::Table(Table::from_iter([(part.to_owned(), inner)]))
    })
}

fn own_variables(environment: &[(OsString, OsString)]) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut own = BTreeMap::new();
    for (name, value) in environment {
        let name = name.to_string_lossy();
        if !name.starts_with(PREFIX) {
            continue;
        }
        let text = value.to_str().ok_or_else(|| ConfigError::Bad {
            key: name.to_string(),
            origin: Origin::Variable(name.to_string()),
            reason: "不是 UTF-8 / not UTF-8".to_owned(),
        })?;
        own.insert(name.into_owned(), text.to_owned());
    }
    Ok(own)
}

fn read_file(named: Option<PathBuf>) -> Result<Option<(PathBuf, Table)>, ConfigError> {
    let is_named = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(error) if !is_named && error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ConfigError::Unreadable { path, error }),
    };
    match text.parse::<Table>() {
        Ok(table) => Ok(Some((path, table))),
        Err(error) => {
            let before = error
                .span()
                .and_then(|span| text.as_bytes().get(..span.start))
                .unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            Err(ConfigError::Syntax {
                path,
                line,
                reason: error.message().to_owned(),
            })
        }
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    let file = fs::File::open(path)?;
    let mut text = String::new();
    io::Read::read_to_string(&mut io::Read::take(file, SETTINGS_FILE_BYTES), &mut text)?;
    Ok(text)
}

fn flatten(
    table: &Table,
    section: &str,
    keys: &[Key],
    origin: &Origin,
    values: &mut BTreeMap<String, (Value, Origin)>,
) -> Result<(), ConfigError> {
    for (part, value) in table {
        let name = if section.is_empty() {
            part.clone()
        } else {
            format!("{section}.{part}")
        };
        if keys.iter().any(|key| key.name == name) {
            values.insert(name, (value.clone(), origin.clone()));
        } else if let (Value::Table(inner), true) = (value, keys.iter().any(|key| key.is_below(&name))) {
            flatten(inner, &name, keys, origin, values)?;
        } else {
            let candidates = keys::near(&name, keys);
            return Err(ConfigError::Unknown {
                name,
                origin: origin.clone(),
                candidates,
            });
        }
    }
    Ok(())
}

/// What one variable sets: the key, the value, and where that came from.
fn from_variable(
    variable: &str,
    text: &str,
    variables: &BTreeMap<String, String>,
    keys: &[Key],
) -> Result<(String, Value, Origin), ConfigError> {
    let of_variable = |name: &str| keys.iter().find(|key| key.variable() == name);
    if let Some(key) = of_variable(variable) {
        let origin = Origin::Variable(variable.to_owned());
        let value = key.parse(text).map_err(|reason| ConfigError::Bad {
            key: key.name.clone(),
            origin: origin.clone(),
            reason: reason.to_owned(),
        })?;
        return Ok((key.name.clone(), value, origin));
    }
    let secret = variable
        .strip_suffix(FILE_SUFFIX)
        .and_then(of_variable)
        .filter(|key| key.is_secret());
    let Some(key) = secret else {
        let origin = Origin::Variable(variable.to_owned());
        let candidates = keys::near_variable(variable, keys);
        return Err(ConfigError::Unknown {
            name: variable.to_owned(),
            origin,
            candidates,
        });
    };
    if variables.contains_key(&key.variable()) {
        return Err(ConfigError::Both {
            variable: key.variable(),
        });
    }
    let path = PathBuf::from(text);
    let content = read_text(&path).map_err(|error| ConfigError::SecretUnreadable {
        variable: variable.to_owned(),
        path: path.clone(),
        error,
    })?;
    let value = Value::String(content.trim_end_matches(['\r', '\n']).to_owned());
    Ok((key.name.clone(), value, Origin::SecretFile(variable.to_owned(), path)))
}

#[cfg(test)]
mod tests;
