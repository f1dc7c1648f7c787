//! What the pages say of a refusal: what happened, and what to do next.

use yaopai_accounts::Refusal;
use yaopai_model::{IdentifierKind, PasswordError, UsernameError};

use crate::language::Language;

/// A refusal in words.
pub(crate) fn refusal(refusal: Refusal, language: Language) -> String {
    let pick = |chinese: &str, english: &str| language.pick(chinese, english).to_owned();
    match refusal {
        Refusal::UnknownApp => pick("没有这个应用。", "There is no such app."),
        Refusal::AppRateExceeded | Refusal::TooManyCalls { .. } => {
            pick("请求过于频繁，请稍后再试。", "Too many requests: try again shortly.")
        }
        Refusal::NotSignedIn | Refusal::AccessTokenExpired | Refusal::AccountGone => {
            pick("登录已结束，请重新登录。", "You are signed out: sign in again.")
        }
        Refusal::AccountDisabled => pick(
            "账号已被禁用，请联系管理员。",
            "The account is disabled: ask an administrator.",
        ),
        Refusal::WrongCredentials => pick("账号或密码错误。", "Wrong account or password."),
        Refusal::WrongCode => pick(
            "验证码错误或已失效，请重新获取。",
            "The code is wrong or past its life: ask for a new one.",
        ),
        Refusal::ChallengeRequired => pick("请先完成滑块验证。", "Solve the slider first."),
        Refusal::ChallengeFailed => pick("滑块位置不对，请再试一次。", "Not quite in place: try the new picture."),
        Refusal::PasswordWait { seconds } | Refusal::SourceFailedTooOften { seconds } => after(
            language,
            "密码错误次数过多，请 %后再试。",
            "Too many wrong passwords: try again in %.",
            seconds,
        ),
        Refusal::PasswordPathClosed { seconds } => after(
            language,
            "密码错误次数过多，密码登录已暂停，%后恢复；仍可用验证码登录。",
            "Too many wrong passwords: signing in by password opens again in %; a code still works.",
            seconds,
        ),
        Refusal::TooManyRegistrations { seconds }
        | Refusal::TooManyChallenges { seconds }
        | Refusal::TooManyUploads { seconds } => after(
            language,
            "操作过于频繁，请 %后再试。",
            "Too often: try again in %.",
            seconds,
        ),
        Refusal::CodeTooSoon { seconds } => after(
            language,
            "验证码发送过于频繁，请 %后再试。",
            "A code was sent a short while ago: ask again in %.",
            seconds,
        ),
        Refusal::ChannelNotReady => pick(
            "消息发不出去：通道未设置、不发往该号码，或发件箱已满。请看“消息”页。",
            "The message cannot be sent: no channel is set up, it does not reach this address, or the outbox is full. See Messages.",
        ),
        Refusal::Taken(kind) => match kind {
            IdentifierKind::Phone => pick("手机号已被其他账号使用。", "Another account has this phone number."),
            IdentifierKind::Email => pick("邮箱已被其他账号使用。", "Another account has this e-mail address."),
            IdentifierKind::Username | IdentifierKind::PublicId => pick("用户名已被占用。", "The username is taken."),
        },
        Refusal::ReservedUsername => pick(
            "这是保留的用户名，请换一个。",
            "The username is reserved: choose another.",
        ),
        Refusal::NotRegistered | Refusal::NoSuchAccount => pick("没有这个账号。", "There is no such account."),
        Refusal::ResetNotPermitted => pick(
            "请先完成验证再设置新密码。",
            "Prove the address before you set a new password.",
        ),
        Refusal::RankTooLow => pick(
            "您的角色不允许这样做：需要更高的角色，并且高于对方。",
            "Your role does not reach this: it takes a higher one, and one above theirs.",
        ),
        Refusal::NotOnSelf => pick("不能对自己的账号这样做。", "Nobody may do this to their own account."),
        Refusal::LastRoot => pick(
            "这是最后一个可用的 root，请先任命另一个。",
            "This is the last active root: appoint another first.",
        ),
        Refusal::PictureNotOwn => pick(
            "图片已失效，请重新上传。",
            "The picture is past its time: upload it again.",
        ),
        Refusal::PictureUnfit => pick(
            "图片无法使用：请上传 5 MiB 以内的 PNG 或 JPEG。",
            "The picture does not do: PNG or JPEG, up to 5 MiB.",
        ),
        Refusal::TooManySettings => pick("设置项已达上限。", "There are as many settings as there may be."),
        Refusal::HostTaken => pick("域名已分配给其他应用。", "Another app has this host."),
        Refusal::TooManyApps => pick(
            "应用或域名数量已达上限。",
            "There are as many apps or hosts as there may be.",
        ),
        Refusal::TooManyApiKeys => pick(
            "您的有效接口密钥已达上限，请先吊销不用的。",
            "You have as many live API keys as there may be: revoke one that is not used.",
        ),
        Refusal::WireClosed => pick("应用没有开放这个接口。", "The app takes no calls on this wire."),
        Refusal::CodeOver => pick(
            "这条消息里的验证码已过期、已使用或已被新的取代，不能重发。请对方重新获取验证码。",
            "The code in this message is past its life, redeemed or replaced by a newer one, so it is not sent again. Have them ask for a new code.",
        ),
        Refusal::OutOfScope => pick("接口密钥的权限不包括这项操作。", "The API key does not open this."),
        Refusal::NoSuchRecord => pick(
            "没有这条记录，或者已过保留期。",
            "There is no such record, or it is no longer kept.",
        ),
        Refusal::Overloaded => pick("系统繁忙，请稍后再试。", "Busy: try again shortly."),
    }
}

/// Why a text is no username.
pub(crate) fn username(error: UsernameError, language: Language) -> String {
    let (chinese, english) = match error {
        UsernameError::Empty => ("请填写用户名。", "A username is needed."),
        UsernameError::TooLong => ("用户名最多 30 个字符。", "A username has 30 characters at most."),
        UsernameError::Malformed => (
            "用户名不能像手机号或邮箱，也不能有看不见或易混淆的字符。",
            "A username is no phone number or e-mail address, and has no invisible or confusable characters.",
        ),
    };
    language.pick(chinese, english).to_owned()
}

/// Why a text is no password.
pub(crate) fn password(error: PasswordError, language: Language) -> String {
    let (chinese, english) = match error {
        PasswordError::Empty => ("请填写密码。", "A password is needed."),
        PasswordError::TooShort { least } => {
            return language
                .pick("密码至少 % 个字符。", "A password has at least % characters.")
                .replace('%', &least.to_string());
        }
        PasswordError::TooLong => ("密码最多 128 个字符。", "A password has 128 characters at most."),
        PasswordError::Malformed => ("密码不能有控制字符。", "A password has no control characters."),
        PasswordError::TooCommon => (
            "这个密码太常见，攻击者会最先尝试，请换一个。",
            "This password is among those that attackers try first: choose another.",
        ),
    };
    language.pick(chinese, english).to_owned()
}

/// The text in which `%` is a length of time.
fn after(language: Language, chinese: &str, english: &str, seconds: u32) -> String {
    language.pick(chinese, english).replace('%', &length(language, seconds))
}

/// A length of time, rounded up to what people would say.
pub(crate) fn length(language: Language, seconds: u32) -> String {
    let (number, chinese, english) = match seconds {
        0..=120 => (seconds, "秒", "s"),
        121..=7_200 => (seconds.div_ceil(60), "分钟", "min"),
        7_201.. => (seconds.div_ceil(3_600), "小时", "h"),
    };
    format!("{number} {}", language.pick(chinese, english))
}

/// Why a text is no phone number.
pub(crate) fn phone(language: Language) -> String {
    let chinese = "手机号格式不对：请填 11 位中国手机号，或以 + 和国家码开头的号码。";
    let english = "Not a phone number: eleven digits for mainland China, else + and the country code first.";
    language.pick(chinese, english).to_owned()
}

/// Why a text is no e-mail address.
pub(crate) fn email(language: Language) -> String {
    language.pick("邮箱格式不对。", "Not an e-mail address.").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_in_words() {
        let refused = Refusal::PasswordWait { seconds: 150 };
        assert_eq!(
            refusal(refused, Language::Chinese),
            "密码错误次数过多，请 3 分钟后再试。"
        );
        assert_eq!(
            refusal(refused, Language::English),
            "Too many wrong passwords: try again in 3 min."
        );
        assert_eq!(length(Language::English, 90_000), "25 h");
    }
}
