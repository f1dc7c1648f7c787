//! Words that more than one wire uses.

use std::borrow::Cow;

use crate::BadInput;

/// What is wrong with a request that could not be read as a call, naming the parameter.
pub(crate) fn bad_input(problem: BadInput) -> Cow<'static, str> {
    match problem {
        BadInput::Missing(name) => format!("缺少参数：{name}").into(),
        BadInput::Malformed(name) => format!("参数格式错误：{name}").into(),
        BadInput::TooLong(name) => format!("参数过长：{name}").into(),
        BadInput::Repeated(name) => format!("参数重复：{name}").into(),
        BadInput::WrongType(name) => format!("参数类型错误：{name}").into(),
        BadInput::PasswordTooShort { least } => format!("密码长度至少{least}位").into(),
        BadInput::PasswordTooCommon => "密码过于常见，请换一个".into(),
        BadInput::UnreadableBody => "请求体无法解析".into(),
        BadInput::BodyTooLarge => "请求体过大".into(),
        BadInput::BodyTooSlow => "请求体接收超时".into(),
        BadInput::BadHost => "请求头Host有误".into(),
        BadInput::UrlTooLong => "请求地址过长".into(),
        BadInput::TooManyParameters => "参数过多".into(),
        BadInput::UnknownRoute => "接口不存在".into(),
        BadInput::UnknownMethod => "请求方式不支持".into(),
    }
}

/// That something happens too often, and when it may happen again.
pub(crate) fn wait(what: &str, seconds: u32) -> String {
    format!("{what}，请{seconds}秒后再试")
}

/// `Retry-After` where all that helps is a little patience.
pub(crate) const OVERLOAD_RETRY_SECONDS: u32 = 1;
