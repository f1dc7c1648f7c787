//! What accounts say of themselves, and their pictures.

use yaopai_accounts::Refusal;
use yaopai_model::IdentifierKind;

use super::super::errors;
use super::{call, name, public_account, sign, whole_account};
use crate::BadInput;
use crate::reference::{CallReference, Field, Form, TokenUse};

const GROUP: &str = "资料 Profile";
const PICTURES: &str = "图片 Pictures";
/// A picture that a transcript uploads.
const PICTURE: &str = "b529710537221d0abbaa340c8c3ada72.png";

/// Those that anybody may ask.
pub(super) fn of_others() -> Vec<CallReference> {
    vec![
        call(
            "/api/v1/user/info/other",
            GROUP,
            "通过用户 ID 获取用户信息 / Somebody's public profile",
        )
        .about("没有这个用户时返回 0 和空串 / Zeros and empty texts where there is nobody.")
        .takes([Field::new("uid", "用户 ID / number", Form::Integer)])
        .gives(Form::Object(vec![Field::new(
            "user",
            "用户 / the account",
            Form::Object(public_account()),
        )]))
        .shown_in(include_str!("../../../../../conformance/api_v1/info-other.http")),
        call(
            "/api/v1/user/uid",
            GROUP,
            "通过用户名获取用户 ID / The number behind a username",
        )
        .about("没有这个用户时返回 0 / 0 where there is nobody.")
        .takes([name()])
        .gives(Form::Object(vec![Field::new("uid", "用户 ID / number", Form::Integer)]))
        .shown_in(include_str!("../../../../../conformance/api_v1/uid.http")),
    ]
}

/// Those of one's own account.
pub(super) fn own() -> Vec<CallReference> {
    let avatar = "头像：不变，或 20 分钟内自己上传的 / unchanged, or an own upload of the last twenty minutes";
    let cover = "20 分钟内自己上传的图片地址 / an own upload of the last twenty minutes";
    vec![
        call("/api/v1/user/info/get", GROUP, "获取个人信息 / One's own profile")
            .token(TokenUse::Needed)
            .gives(Form::Object(vec![Field::new(
                "user_info",
                "本人 / oneself",
                Form::Object(whole_account()),
            )]))
            .shown_in(include_str!("../../../../../conformance/api_v1/info-get.http")),
        call("/api/v1/user/info/modify", GROUP, "修改个人信息 / Change one's profile")
            .takes([
                name().optional(),
                Field::new("avatar", avatar, Form::Words).optional(),
                Field::new(
                    "birthday",
                    "YYYY-MM-DD 或 RFC 3339；1970-01-01 为不设 unset",
                    Form::Words,
                )
                .optional(),
                Field::new(
                    "gender",
                    "0 未知 unknown，1 男 male，2 女 female",
                    Form::IntegerBetween { least: 0, most: 2 },
                )
                .optional(),
                sign(),
            ])
            .token(TokenUse::Needed)
            .misread(&[BadInput::Missing("name")])
            .refused(&[
                Refusal::Taken(IdentifierKind::Username),
                Refusal::ReservedUsername,
                Refusal::PictureNotOwn,
            ])
            .shown_in(include_str!("../../../../../conformance/api_v1/info-modify.http")),
        call(
            "/api/v1/user/cover/modify",
            GROUP,
            "修改空间封面图 / Change the cover picture",
        )
        .takes([Field::new("spacecover", cover, Form::Words).like(format!("/api/image/{PICTURE}"))])
        .token(TokenUse::Needed)
        .refused(&[Refusal::PictureNotOwn])
        .shown_in(include_str!("../../../../../conformance/api_v1/cover-modify.http")),
    ]
}

/// Uploading and showing.
pub(super) fn pictures() -> Vec<CallReference> {
    let upload = Form::Object(vec![Field::new("url", "图片地址 / its address", Form::Words)]);
    vec![
        call("/api/v1/upload/image", PICTURES, "上传图片 / Upload a picture")
            .about("PNG 或 JPEG，至多 5 MiB；会重新编码并去掉元数据 / PNG or JPEG up to 5 MiB by content; re-encoded.")
            .takes([Field::new("image", "文件 / the file", Form::File)])
            .in_parts()
            .token(TokenUse::Needed)
            .gives(upload)
            .misread(&[BadInput::TooLong("image")])
            .refused(&[Refusal::PictureUnfit, Refusal::TooManyUploads { seconds: 60 }])
            .shown_in(include_str!("../../../../../conformance/api_v1/upload-image.http")),
        call("/api/image/{name}", PICTURES, "查看图片 / Show a picture")
            .takes([Field::new("name", "上传时得到的文件名 / the name that an upload gave", Form::Words).like(PICTURE)])
            .in_path()
            .gives_picture()
            .says("NoSuchPicture", errors::no_such_picture()),
    ]
}
