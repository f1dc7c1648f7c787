//! The settings in force, as plain values: where they come from is the server's to know.

/// What a setting is for, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// In Chinese.
    pub chinese: String,
    /// In English.
    pub english: String,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSetting {
    /// Its dotted key.
    pub key: String,
    /// Its value as a settings file has it; none when it is unset, and three stars for a secret.
    pub value: Option<String>,
    /// Where it comes from; none for its default.
    pub origin: Option<String>,
    /// What it is for.
    pub explanation: Explanation,
}

/// Settings that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingGroup {
    /// What their keys begin with; empty for those that belong to none.
    pub name: String,
    /// What they are about.
    pub explanation: Explanation,
    /// The settings.
    pub settings: Vec<ShownSetting>,
}
