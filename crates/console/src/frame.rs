//! What every page has around its content.

use http::HeaderMap;
use yaopai_model::Role;

use crate::form::Form;
use crate::language::Language;
use crate::{assets, cookies};

/// The cookie in which a browser keeps the choice between light and dark.
pub(crate) const THEME_COOKIE: &str = "yaopai-theme";

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the browser is.
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        cookies::value(headers, THEME_COOKIE).map_or(Self::Auto, Self::parse)
    }

    /// The theme of this name; any other is the browser's own.
    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A part of the console, as the navigation has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    None,
    Dashboard,
    Accounts,
    Apps,
    Messages,
    Audit,
    Keys,
    Settings,
}

/// One line of the navigation.
pub(crate) struct NavigationLine {
    pub(crate) href: &'static str,
    pub(crate) label: String,
    pub(crate) icon: &'static str,
    pub(crate) is_current: bool,
}

/// Who has signed in, as the frame shows it.
pub(crate) struct SignedInAs {
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// What came of the form that brought the browser here.
pub(crate) struct Notice {
    chinese: &'static str,
    english: &'static str,
}

/// What a form can have come to, by the name under which the page that it leads to is told.
const NOTICES: &[(&str, Notice)] = &[
    (
        "saved",
        Notice {
            chinese: "已保存。",
            english: "Saved.",
        },
    ),
    (
        "created",
        Notice {
            chinese: "已创建。",
            english: "Created.",
        },
    ),
    (
        "deleted",
        Notice {
            chinese: "已删除。",
            english: "Deleted.",
        },
    ),
    (
        "disabled",
        Notice {
            chinese: "已禁用。",
            english: "Disabled.",
        },
    ),
    (
        "enabled",
        Notice {
            chinese: "已启用。",
            english: "Enabled.",
        },
    ),
    (
        "sent",
        Notice {
            chinese: "已发送。",
            english: "Sent.",
        },
    ),
    (
        "ended",
        Notice {
            chinese: "会话已结束。",
            english: "The sessions are ended.",
        },
    ),
    (
        "cleared",
        Notice {
            chinese: "已解除限制。",
            english: "The limit is lifted.",
        },
    ),
    (
        "revoked",
        Notice {
            chinese: "已吊销。",
            english: "Revoked.",
        },
    ),
    (
        "stays",
        Notice {
            chinese: "您登录了，注销已取消，账号照常使用。",
            english: "You signed in, so the account is not closed: it stays as it was.",
        },
    ),
    (
        "password",
        Notice {
            chinese: "密码已修改，其他设备上的登录已结束。",
            english: "The password is changed, and you are signed out everywhere else.",
        },
    ),
    (
        "reset",
        Notice {
            chinese: "新密码已生效，请登录。",
            english: "The new password is set: sign in with it.",
        },
    ),
    (
        "proven",
        Notice {
            chinese: "已验证并保存。",
            english: "Proven and saved.",
        },
    ),
];

impl Notice {
    /// The notice that `done=` in the query of an address names.
    pub(crate) fn of_address(address: &str) -> Option<&'static Self> {
        let (_, query) = address.split_once('?')?;
        let form = Form::parse(query.as_bytes()).ok()?;
        let done = form.text("done");
        NOTICES
            .iter()
            .find_map(|(name, notice)| (*name == done).then_some(notice))
    }
}

/// What every page has around its content.
pub(crate) struct Frame {
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    pub(crate) title: String,
    pub(crate) section: Section,
    /// None where nobody has signed in.
    pub(crate) operator: Option<SignedInAs>,
    /// What the page's forms are to show.
    pub(crate) token: String,
    /// Path and query of the page.
    pub(crate) address: String,
    pub(crate) notice: Option<&'static Notice>,
}

impl Frame {
    /// The text of the page's language.
    pub(crate) fn t<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        self.language.pick(chinese, english)
    }

    /// What came of the form that led here.
    pub(crate) fn notice_text(&self) -> Option<&'static str> {
        let notice = self.notice?;
        Some(self.language.pick(notice.chinese, notice.english))
    }

    /// The name of a role.
    pub(crate) fn role_name(&self, role: &Role) -> &'static str {
        match role {
            Role::User => self.language.pick("用户", "User"),
            Role::Auditor => self.language.pick("审计员", "Auditor"),
            Role::Admin => self.language.pick("管理员", "Admin"),
            Role::Root => "Root",
        }
    }

    /// The navigation.
    pub(crate) fn navigation(&self) -> Vec<NavigationLine> {
        let lines: [(Section, &'static str, &str, &str, &'static str); 7] = [
            (Section::Dashboard, "/console/", "概览", "Dashboard", "grid"),
            (Section::Accounts, "/console/accounts", "账号", "Accounts", "people"),
            (Section::Apps, "/console/apps", "应用", "Apps", "apps"),
            (Section::Messages, "/console/messages", "消息", "Messages", "mail"),
            (Section::Audit, "/console/audit", "审计", "Audit", "list"),
            (Section::Keys, "/console/keys", "接口密钥", "API keys", "key"),
            (Section::Settings, "/console/settings", "设置", "Settings", "sliders"),
        ];
        let line = |(section, href, chinese, english, icon): (Section, &'static str, &str, &str, &'static str)| {
            NavigationLine {
                href,
                label: self.language.pick(chinese, english).to_owned(),
                icon,
                is_current: section == self.section,
            }
        };
        lines.into_iter().map(line).collect()
    }

    /// The address of a file in `assets/`.
    pub(crate) fn asset(&self, name: &str) -> String {
        format!("/console/assets/{:016x}/{name}", assets::VERSION)
    }

    /// The address that switches a preference and comes back here.
    pub(crate) fn switch(&self, name: &str, value: &str) -> String {
        let back: String = form_urlencoded::byte_serialize(self.address.as_bytes()).collect();
        format!("/console/preference?{name}={value}&back={back}")
    }
}
