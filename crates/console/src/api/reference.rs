//! What the description of the admin API says of it as a whole, and of every call.

use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, RefOr, Required, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use yaopai_model::ApiScope;
use yaopai_model::limits::IDEMPOTENCY_KEY_CHARACTERS;

use super::problem::{MEDIA_TYPE, Problem};

/// Its title.
pub(crate) const TITLE: &str = "admin · 管理接口 / the console for scripts";

/// The head of the description; the calls come from their own files.
#[derive(OpenApi)]
#[openapi(
    info(
        title = TITLE,
        description = "控制台能做的事，供脚本调用。密钥在控制台“接口密钥”页创建（那里要再输一次密码，所以不能用接口创建）：`Authorization: Bearer yk_…`。\
                       失败一律是 `application/problem+json`（RFC 9457）。列表用 `next_cursor` 翻页。POST 带 `Idempotency-Key` 时可以放心重发：\
                       一天之内得到的是第一次的答复，不会做第二遍。\n\n\
                       What the console can do, for scripts. Keys are made in the console under API keys, where the password is asked for again, \
                       and so not by this API: `Authorization: Bearer yk_…`. Every failure is `application/problem+json` (RFC 9457). \
                       Lists go on by `next_cursor`. A POST with an `Idempotency-Key` can be sent again: within a day it gets the first answer, \
                       and nothing is done twice.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    components(schemas(Problem)),
    modifiers(&Key),
)]
pub(super) struct Reference;

/// The name of the security scheme.
const KEY: &str = "key";

/// How callers show who they are.
struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut Document) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme(KEY, scheme);
    }
}

/// Says of each call in a group what all have in common: its scope, and how it can fail.
pub(super) fn complete(group: &mut Document, scope: ApiScope) {
    for item in group.paths.paths.values_mut() {
        if let Some(call) = &mut item.post {
            let parameters = call.parameters.get_or_insert_default();
            parameters.push(RefOr::T(idempotency_key()));
        }
        let calls = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        for call in calls.into_iter().flatten() {
            complete_call(call, scope);
        }
    }
}

fn complete_call(call: &mut Operation, scope: ApiScope) {
    call.security = Some(vec![SecurityRequirement::new(KEY, [scope.as_str()])]);
    // Programs that are made from the description call their functions so; each name is there once.
    let group = call.tags.iter().flatten().next();
    let names = [group, call.operation_id.as_ref()].into_iter().flatten();
    call.operation_id = Some(names.map(String::as_str).collect::<Vec<_>>().join("_"));
    let about = format!("权限 / scope: `{}`", scope.as_str());
    let about = [call.description.as_deref(), Some(&about)].into_iter().flatten();
    call.description = Some(about.collect::<Vec<_>>().join("\n\n"));
    for (status, meaning) in [
        ("4XX", "请求有误或被拒绝 / the call is wrong or refused"),
        ("5XX", "服务器异常或繁忙 / something of ours does not work, or is busy"),
    ] {
        let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
        let response = ResponseBuilder::new().description(meaning).content(MEDIA_TYPE, content);
        call.responses
            .responses
            .insert(status.to_owned(), response.build().into());
    }
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[!-~]+$"))
        .max_length(Some(IDEMPOTENCY_KEY_CHARACTERS));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("重发同一请求时不变 / the same when the call is sent again"))
        .schema(Some(text))
        .build()
}
