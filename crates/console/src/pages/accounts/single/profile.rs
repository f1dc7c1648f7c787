//! A profile in the words of the three wires: what each calls a field, and how it writes the value.

use jiff::tz::TimeZone;
use yaopai_model::{Account, Gender, Timestamp};

use crate::frame::Frame;
use crate::times;

/// A field of an account, and what the wires call it; empty where a wire has no such field.
pub(super) struct Line {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) user: String,
    pub(super) api_v1: String,
    pub(super) api_cloud_user: String,
}

/// Characters that are shown of `extra`.
const EXTRA_SHOWN: usize = 500;

struct Writer<'a> {
    frame: &'a Frame,
    lines: Vec<Line>,
}

impl Writer<'_> {
    /// A field with what `user`, `api_v1` and `api_cloud_user` call it.
    fn line(&mut self, label: (&'static str, &'static str), value: Option<String>, names: [&str; 3]) {
        let [user, api_v1, api_cloud_user] = names.map(str::to_owned);
        self.lines.push(Line {
            label: self.frame.language.pick(label.0, label.1),
            value: value.unwrap_or_default(),
            user,
            api_v1,
            api_cloud_user,
        });
    }
}

pub(super) fn lines(account: &Account, is_revealed: bool, frame: &Frame, zone: &TimeZone) -> Vec<Line> {
    let profile = &account.profile;
    let owned = |text: &str| Some(text.to_owned());
    let time = |at: Timestamp| times::second(at, zone);
    let mut writer = Writer {
        frame,
        lines: Vec::new(),
    };
    let id = account.id.0.to_string();
    writer.line(("编号", "Number"), Some(id), ["userId", "uid", ""]);
    writer.line(
        ("公开编号", "Public id"),
        owned(account.public_id.as_str()),
        ["", "", "userId"],
    );
    let nickname = profile.nickname.as_ref().map(|name| name.as_str().to_owned());
    let stands_in = if account.username.is_none() { "name" } else { "" };
    writer.line(("昵称", "Nickname"), nickname, ["nickname", stands_in, "nickname"]);
    let avatar = profile.avatar.as_ref().map(|name| name.as_str().to_owned());
    writer.line(("头像", "Portrait"), avatar, ["avatarUrl", "avatar", ""]);
    let cover = profile.cover.as_ref().map(|name| name.as_str().to_owned());
    writer.line(("背景图", "Cover"), cover, ["", "spacecover", ""]);
    gender(&mut writer, profile.gender);
    let birthday = profile.birthday.map(|birthday| times::day(birthday.instant(), zone));
    writer.line(("生日", "Birthday"), birthday, ["birthday", "birthday", "birthday"]);
    let location = profile.location.as_ref().map(|place| place.as_str().to_owned());
    writer.line(("所在地", "Location"), location, ["location", "", ""]);
    let bio = profile.bio.as_ref().map(|bio| bio.as_str().to_owned());
    writer.line(("简介", "Signature"), bio, ["bio", "sign", ""]);
    let contact = profile.contact_email.as_str();
    let contact = if is_revealed || contact.is_empty() {
        contact
    } else {
        "****"
    };
    writer.line(("联系邮箱", "Contact e-mail"), owned(contact), ["", "", "email"]);
    let extra = profile.extra.as_str().chars().take(EXTRA_SHOWN).collect();
    writer.line(("附加信息", "Extra"), Some(extra), ["", "", "extra"]);
    let created = time(account.created_at);
    writer.line(
        ("注册时间", "Registered"),
        Some(created),
        ["registrationTime", "created_at", ""],
    );
    let verified = account.verified_at.map(time);
    writer.line(("验证时间", "Verified"), verified, ["verificationTime", "", ""]);
    let role = format!("role={}", account.role.number());
    writer.line(
        ("角色", "Role"),
        owned(frame.role_name(&account.role)),
        ["permissions", &role, ""],
    );
    let status = if account.disabled_at.is_some() {
        "status=1"
    } else {
        "status=0"
    };
    let disabled = account.disabled_at.map(time);
    writer.line(("禁用时间", "Disabled"), disabled, [status, "", ""]);
    let preferences = account.preferences.clone();
    writer.line(("偏好", "Preferences"), preferences, ["settings", "", ""]);
    writer.lines
}

fn gender(writer: &mut Writer<'_>, gender: Option<Gender>) {
    let language = writer.frame.language;
    let (value, names) = match gender {
        Some(Gender::Male) => (Some(language.pick("男", "Male")), ["gender=1", "gender=1", "sex=0"]),
        Some(Gender::Female) => (Some(language.pick("女", "Female")), ["gender=0", "gender=2", "sex=1"]),
        None => (None, ["gender", "gender", "sex"]),
    };
    writer.line(("性别", "Gender"), value.map(str::to_owned), names);
}
