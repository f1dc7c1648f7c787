//! A failure, in words.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use yaopai_accounts::Refusal;

use super::html;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "message.html")]
struct Page {
    frame: Frame,
    text: String,
    request_id: Option<String>,
    back: &'static str,
}

/// The page for a failure, with a way `back`.
pub(crate) fn page(visit: &Visit, failure: &Failure, request_id: &str, back: &'static str) -> Response {
    let (secret, _) = visit.form_secret_or_new();
    let told = tell(visit, failure);
    let page = Page {
        frame: visit.frame(told.title, &secret),
        text: told.text,
        request_id: matches!(failure, Failure::Fault(_)).then(|| request_id.to_owned()),
        back,
    };
    match html(&page) {
        Ok(page) => (told.status, page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A failure in words.
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) title: (&'static str, &'static str),
    pub(crate) text: String,
}

/// Puts a failure into words.
pub(crate) fn tell(visit: &Visit, failure: &Failure) -> Told {
    let told = |status, title, chinese, english| Told {
        status,
        title,
        text: visit.language.pick(chinese, english).to_owned(),
    };
    let bad = ("请求有误", "Bad request");
    match failure {
        // Those two have pages of their own.
        Failure::SignInFirst(_) | Failure::ConfirmFirst(_) => {
            told(StatusCode::FORBIDDEN, bad, "请先登录。", "Sign in first.")
        }
        Failure::Forgery => told(
            StatusCode::FORBIDDEN,
            ("表单已失效", "The form is past its time"),
            "表单不是从本页面提交的，或者登录状态已变。什么都没有改变；请返回后重新提交。",
            "The form did not come from our page, or you signed in or out meanwhile. Nothing was changed: go back and send it again.",
        ),
        Failure::BadForm => told(
            StatusCode::BAD_REQUEST,
            bad,
            "表单无法读取。",
            "The form cannot be read.",
        ),
        Failure::BadField(field) => told(StatusCode::BAD_REQUEST, bad, field.chinese, field.english),
        Failure::BadRequest(status) => told(
            *status,
            bad,
            "请求过大、过慢或无法读取。",
            "The request is too large, too slow or unreadable.",
        ),
        Failure::Unreadable(what) => Told {
            status: StatusCode::BAD_REQUEST,
            title: bad,
            text: format!("{}{what}", visit.language.pick("请求有误：", "The call is not right: ")),
        },
        Failure::Unanswered => told(
            StatusCode::CONFLICT,
            ("请求尚无结果", "No answer yet"),
            "同一 Idempotency-Key 的请求已经开始，还没有结果。请稍后再发一次；若一直如此，请先查看它是否已生效。",
            "A call of this Idempotency-Key was begun and has no answer yet. Send it again shortly; if this goes on, look whether it took effect.",
        ),
        Failure::OtherCall => told(
            StatusCode::UNPROCESSABLE_ENTITY,
            ("Idempotency-Key 已被使用", "Idempotency-Key used before"),
            "这个 Idempotency-Key 已用于另一个请求，请换一个。",
            "This Idempotency-Key was used for another call: take a new one.",
        ),
        Failure::NotFound => told(
            StatusCode::NOT_FOUND,
            ("没有这个页面", "No such page"),
            "地址可能写错了，或者对象已被删除。",
            "The address may be mistyped, or what it showed is gone.",
        ),
        Failure::UnknownMethod => told(
            StatusCode::METHOD_NOT_ALLOWED,
            bad,
            "请求方式不支持。",
            "This address does not answer to that method.",
        ),
        Failure::Refused(refusal) => Told {
            status: status(*refusal),
            title: ("未完成", "Not done"),
            text: words::refusal(*refusal, visit.language),
        },
        Failure::Fault(_) => told(
            StatusCode::INTERNAL_SERVER_ERROR,
            ("服务器异常", "Something of ours does not work"),
            "请稍后再试；详情见服务器日志，可按请求号查找。",
            "Try again shortly. The server's log says more, under the request id.",
        ),
    }
}

/// The HTTP status of a refusal.
pub(crate) fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::NotSignedIn | Refusal::AccessTokenExpired | Refusal::AccountGone | Refusal::WrongCredentials => {
            StatusCode::UNAUTHORIZED
        }
        Refusal::RankTooLow
        | Refusal::OutOfScope
        | Refusal::WireClosed
        | Refusal::NotOnSelf
        | Refusal::AccountDisabled
        | Refusal::ChallengeRequired
        | Refusal::ResetNotPermitted => StatusCode::FORBIDDEN,
        Refusal::NoSuchAccount | Refusal::NoSuchRecord | Refusal::UnknownApp | Refusal::NotRegistered => {
            StatusCode::NOT_FOUND
        }
        Refusal::Taken(_)
        | Refusal::LastRoot
        | Refusal::HostTaken
        | Refusal::TooManyApps
        | Refusal::TooManyApiKeys
        | Refusal::CodeOver
        | Refusal::TooManySettings => StatusCode::CONFLICT,
        Refusal::WrongCode
        | Refusal::ChallengeFailed
        | Refusal::ReservedUsername
        | Refusal::PictureNotOwn
        | Refusal::PictureUnfit => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::AppRateExceeded
        | Refusal::PasswordWait { .. }
        | Refusal::PasswordPathClosed { .. }
        | Refusal::SourceFailedTooOften { .. }
        | Refusal::TooManyRegistrations { .. }
        | Refusal::TooManyChallenges { .. }
        | Refusal::TooManyUploads { .. }
        | Refusal::TooManyCalls { .. }
        | Refusal::CodeTooSoon { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::ChannelNotReady | Refusal::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
    }
}
