//! Looking after other people's accounts.

use yaopai_accounts::Refusal;
use yaopai_model::IdentifierKind;
use yaopai_model::limits::{KEYWORD_CHARACTERS, PAGE_SIZE};

use super::super::errors;
use super::{call, email, name, sign, whole_account};
use crate::BadInput;
use crate::reference::{CallReference, Field, Form, TokenUse};

const GROUP: &str = "管理 Manage";
const ADMIN: &str = "需要管理员，且身份高于对方 / Needs the role admin, and to outrank the other.";
const SEARCH: &str = "按用户名、邮箱、id 搜索；完全相同的排在前面 / Exact matches first, then parts.";
const SEARCH_IN_PATH: &str = "文档中的写法，与 `manage/search?keyword=` 相同 / The same as the document writes it.";

/// All of them.
pub(super) fn calls() -> Vec<CallReference> {
    vec![
        list("/api/v1/user/manage/list", "用户列表 / List accounts")
            .about(ADMIN)
            .takes(page())
            .shown_in(include_str!("../../../../../conformance/api_v1/manage-list.http")),
        search("/api/v1/user/manage/search").about(SEARCH),
        search("/api/v1/user/manage/search&{*query}")
            .about(SEARCH_IN_PATH)
            .written("/api/v1/user/manage/search&keyword={keyword}")
            .shown_in(include_str!("../../../../../conformance/api_v1/manage-search.http")),
        change("/api/v1/user/manage/modify", "修改用户信息 / Change an account")
            .about("改邮箱会结束该账号的会话 / A new address ends its sessions.")
            .takes([id(), name(), email(), sign()])
            .refused(&[
                Refusal::Taken(IdentifierKind::Username),
                Refusal::Taken(IdentifierKind::Email),
                Refusal::ReservedUsername,
            ])
            .says("NotOnSelf", errors::not_changing_own_email())
            .shown_in(include_str!("../../../../../conformance/api_v1/manage-modify.http")),
        change("/api/v1/user/manage/role/modify", "修改用户身份 / Give a role")
            .about("需要超级管理员 / Needs the role root.")
            .takes([id(), role()])
            .refused(&[Refusal::NotOnSelf, Refusal::LastRoot])
            .shown_in(include_str!(
                "../../../../../conformance/api_v1/manage-role-modify.http"
            )),
        change("/api/v1/user/manage/delete", "删除用户 / Delete an account")
            .about("立即生效，用户名、邮箱可被再次注册 / At once; its identifiers are free again.")
            .takes([id()])
            .refused(&[Refusal::LastRoot])
            .says("NotOnSelf", errors::not_deleting_oneself())
            .shown_in(include_str!("../../../../../conformance/api_v1/manage-delete.http")),
    ]
}

fn search(route: &'static str) -> CallReference {
    let keyword = Form::Text {
        least: 1,
        most: KEYWORD_CHARACTERS,
    };
    let keyword = Field::new("keyword", "关键词 / what to look for", keyword);
    list(route, "搜索用户 / Search accounts")
        .takes([vec![keyword], page()].concat())
        .shown_in(include_str!("../../../../../conformance/api_v1/manage-search.http"))
}

fn list(route: &'static str, summary: &'static str) -> CallReference {
    let users = Form::List(Box::new(Form::Object(whole_account())));
    call(route, GROUP, summary)
        .token(TokenUse::Needed)
        .gives(Form::Object(vec![
            Field::new(
                "total",
                "总数，至多数到 10000 / how many, counted up to 10,000",
                Form::Integer,
            ),
            Field::new("users", "这一页 / this page", users),
        ]))
        .misread(&[BadInput::TooLong("page_size")])
        .refused(&[Refusal::RankTooLow])
}

fn change(route: &'static str, summary: &'static str) -> CallReference {
    call(route, GROUP, summary)
        .token(TokenUse::Needed)
        .refused(&[Refusal::RankTooLow, Refusal::NoSuchAccount])
}

fn page() -> Vec<Field> {
    let most = i32::try_from(PAGE_SIZE).unwrap_or(i32::MAX);
    vec![
        Field::new(
            "page",
            "页码，默认 1 / page, from 1",
            Form::IntegerBetween {
                least: 1,
                most: i32::MAX,
            },
        )
        .optional(),
        Field::new(
            "page_size",
            "每页数量，默认 15，至多 30 / rows",
            Form::IntegerBetween { least: 1, most },
        )
        .optional(),
    ]
}

fn id() -> Field {
    Field::new("id", "用户 ID / number", Form::Integer)
}

fn role() -> Field {
    let role = Form::IntegerBetween { least: 0, most: 3 };
    Field::new(
        "role",
        "0 用户 user，1 审计 auditor，2 管理员 admin，3 超级管理员 root",
        role,
    )
}
