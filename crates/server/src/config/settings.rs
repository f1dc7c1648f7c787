//! Every setting there is. The doc comments are the reference that `yaopai config reference` prints, so each says what
//! the setting does, in which unit and when to change it.

use std::net::SocketAddr;
use std::path::PathBuf;

use confique::Config;
use yaopai_model::limits::HASH_MEMORY_KIB;

use super::value::{
    AllowedOrigin, CountryCode, HexKey, HttpStatus, LogFormat, LogLevel, MailChannel, PasswordRule, PictureKeeping,
    ProxyNetwork, PublicUrl, Secret, SmsChannel, TimeZoneName,
};

/// 腰牌 Yaopai 的全部设置 / every setting of Yaopai.
///
/// 优先级 / priority: 环境变量 environment > 本文件 this file (`yaopai.toml`) > 默认值 defaults.
/// 文件里的每一项都有对应的环境变量：加 `YAOPAI_`，大写，点写成两个下划线。
/// Each key has an environment variable: `YAOPAI_`, upper case, two underscores for each dot. Lists are written with
/// commas there. Secrets may also come from a file: the variable's name and `_FILE`, set to the file's path.
#[derive(Config)]
pub(crate) struct Settings {
    /// 监听地址 / the address to serve on. Port 0 takes a free one.
    #[config(default = "127.0.0.1:9000")]
    pub(crate) listen: SocketAddr,

    /// 数据目录 / the folder that holds everything: database, keys, pictures.
    #[config(default = "./yaopai-data")]
    pub(crate) data_dir: PathBuf,

    /// 数据库 / the database: `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full`, where there
    /// may be several hosts, with commas. `sslmode` is `disable`, `prefer` (the default), `require` (encrypted, whoever
    /// answers), `verify-ca` (a trusted authority has signed) or `verify-full` (and for the very host); `sslrootcert` names a
    /// file of trusted authorities, which `verify-ca` needs.
    /// `prepared_statements=off` suits PgBouncer in transaction mode. Unset: `yaopai.db` in the data folder.
    pub(crate) database_url: Option<Secret>,

    /// 根密钥，64 位十六进制；多节点时设置 / the root key, 64 hexadecimal digits, for several nodes that share a
    /// database. Unset: the file `root.key` in the data folder, which the first start makes.
    pub(crate) root_key: Option<HexKey>,

    /// 对外地址，图片的绝对地址由它拼成 / where clients reach this server, such as `https://id.example.com`. Picture
    /// addresses are made absolute with it. Unset: they stay relative.
    pub(crate) public_url: Option<PublicUrl>,

    /// 显示时间所用的时区 / the time zone of rendered times (IANA name).
    #[config(default = "Asia/Shanghai")]
    pub(crate) time_zone: TimeZoneName,

    /// 可信的反向代理 / networks of the reverse proxies in front, as `10.0.0.0/8`. Only theirs is the
    /// `X-Forwarded-For` that is believed. Empty: the source is the socket's peer.
    #[config(default = [])]
    pub(crate) trusted_proxies: Vec<ProxyNetwork>,

    /// 短信 / text messages.
    #[config(nested)]
    pub(crate) sms: Sms,

    /// 邮件 / mail.
    #[config(nested)]
    pub(crate) mail: Mail,

    /// 限额 / limits. Windows slide; 0 lets nothing pass where not said otherwise.
    #[config(nested)]
    pub(crate) limits: LimitSettings,

    /// 会话 / sessions.
    #[config(nested)]
    pub(crate) sessions: Sessions,

    /// 账号 / accounts.
    #[config(nested)]
    pub(crate) accounts: AccountSettings,

    /// 密码 / passwords.
    #[config(nested)]
    pub(crate) password: PasswordSettings,

    /// 密码散列（Argon2id）/ how passwords are hashed (Argon2id). Memory in use is `threads` × `memory_kib`, however
    /// many people sign in. Hashes with older parameters are renewed at the next sign-in.
    #[config(nested)]
    pub(crate) hashing: Hashing,

    /// 图片 / pictures that people upload.
    #[config(nested)]
    pub(crate) pictures: Pictures,

    /// 搜索 / searching accounts.
    #[config(nested)]
    pub(crate) search: Search,

    /// 跨域 / cross-origin requests.
    #[config(nested)]
    pub(crate) cors: Cors,

    /// 各协议 / the wires.
    #[config(nested)]
    pub(crate) dialects: Dialects,

    /// 接口文档 / the pages about the wires.
    #[config(nested)]
    pub(crate) docs: Docs,

    /// HTTP 服务 / the HTTP server.
    #[config(nested)]
    pub(crate) http: Http,

    /// 日志 / logs, one line a record, on standard error.
    #[config(nested)]
    pub(crate) log: Log,

    /// 指标 / metrics (Prometheus).
    #[config(nested)]
    pub(crate) metrics: Metrics,
}

#[derive(Config)]
pub(crate) struct Sms {
    /// `log` 打印在终端，仅供试用 / `log` prints codes on the terminal, for trying out; `webhook` posts them to your
    /// gateway; `off`.
    #[config(default = "log")]
    pub(crate) channel: SmsChannel,

    /// 允许的国家代码 / country codes that text messages go to.
    #[config(default = ["86"])]
    pub(crate) allowed_countries: Vec<CountryCode>,

    /// 短信网关 / your gateway.
    #[config(nested)]
    pub(crate) webhook: Webhook,
}

#[derive(Config)]
pub(crate) struct Webhook {
    /// 地址 / where codes are posted to (`https://…`).
    pub(crate) url: Option<Secret>,

    /// 签名密钥 / the key of the signature in `X-Yaopai-Signature`.
    pub(crate) secret: Option<Secret>,
}

#[derive(Config)]
pub(crate) struct Mail {
    /// `log` 打印在终端，仅供试用 / `log` prints mails on the terminal, for trying out; `smtp` sends them; `off`.
    #[config(default = "log")]
    pub(crate) channel: MailChannel,

    /// 发件人 / the sender: `name@example.com` or `Name <name@example.com>`.
    pub(crate) from: Option<String>,

    /// 邮件服务器 / the mail server.
    #[config(nested)]
    pub(crate) smtp: Smtp,
}

#[derive(Config)]
pub(crate) struct Smtp {
    /// 地址 / `smtps://user:password@host` (TLS) or `smtp://user:password@host` (STARTTLS); `user` and `password`
    /// percent-encoded.
    pub(crate) url: Option<Secret>,
}

#[derive(Config)]
pub(crate) struct LimitSettings {
    /// 验证码有效期，秒 / how long a code can be redeemed, in seconds.
    #[config(
        default = 300,
        validate(bounds(code_ttl_seconds, 1, 86_400), "1 到 86400 / 1 to 86400")
    )]
    pub(crate) code_ttl_seconds: u32,

    /// 重发间隔，秒；0 为不限 / how long to wait before another code to the same recipient, in seconds; 0 for not at all.
    #[config(
        default = 60,
        validate(bounds(code_resend_seconds, 0, 86_400), "0 到 86400 / 0 to 86400")
    )]
    pub(crate) code_resend_seconds: u32,

    /// 每个验证码可试次数 / tries for one code.
    #[config(default = 5, validate(bounds(code_guesses, 1, 100), "1 到 100 / 1 to 100"))]
    pub(crate) code_guesses: u32,

    /// 每个号码每天的验证码数 / codes to one recipient in a day.
    #[config(default = 10)]
    pub(crate) codes_per_identifier_per_day: u32,

    /// 每个来源每小时的验证码数 / codes asked for by one source in an hour.
    #[config(default = 60)]
    pub(crate) codes_per_source_per_hour: u32,

    /// 每个应用每天的验证码数 / codes sent in one app in a day.
    #[config(default = 100_000)]
    pub(crate) codes_per_app_per_day: u32,

    /// 每个来源每小时的登录失败数 / failed sign-ins of one source in an hour, over all accounts.
    #[config(default = 300)]
    pub(crate) failures_per_source_per_hour: u32,

    /// 每个来源每小时的注册数 / accounts that one source registers without proof in an hour.
    #[config(default = 60)]
    pub(crate) registrations_per_source_per_hour: u32,

    /// 每个来源每小时的滑块数 / slider pictures drawn for one source in an hour.
    #[config(default = 600)]
    pub(crate) captchas_per_source_per_hour: u32,
}

#[derive(Config)]
pub(crate) struct Sessions {
    /// 每个账号的会话数，超出时最早的结束 / live sessions of one account; the oldest ends when one more begins.
    #[config(default = 10, validate(bounds(per_account, 1, 1000), "1 到 1000 / 1 to 1000"))]
    pub(crate) per_account: u32,

    /// 内存中记住的令牌数；0 为每次都查数据库 / tokens that are remembered with their sessions, so that not every call looks
    /// them up; 0: none. Each that is in use takes about 2 KiB. Some more may be kept: a tenth of 100000, as many again of 1000.
    /// With PostgreSQL every call asks the database.
    #[config(
        default = 100_000,
        validate(bounds(remembered, 0, 10_000_000), "0 到 10000000 / 0 to 10000000")
    )]
    pub(crate) remembered: u32,
}

#[derive(Config)]
pub(crate) struct AccountSettings {
    /// 注销冷静期，天；0 为立即注销 / how many days after its holder closed it on the account page an account ends; signing
    /// in again before takes that back. 0: at once.
    #[config(default = 7, validate(bounds(closing_days, 0, 365), "0 到 365 / 0 to 365"))]
    pub(crate) closing_days: u32,
}

#[derive(Config)]
pub(crate) struct PasswordSettings {
    /// `published` 为公开文档所示（至少 6 位）；`strict` 至少 8 位且拒绝常见密码（建议）/ `published`: at least 6
    /// characters, as the documents show; `strict`: at least 8 and no common password (recommended).
    #[config(default = "published")]
    pub(crate) policy: PasswordRule,
}

#[derive(Config)]
pub(crate) struct Hashing {
    /// 每次散列的内存，KiB / memory of one hash, in KiB.
    #[config(
        default = 19456,
        validate(bounds(memory_kib, 8192, HASH_MEMORY_KIB), "8192 到 1048576 / 8192 to 1048576")
    )]
    pub(crate) memory_kib: u32,

    /// 遍数 / passes.
    #[config(default = 2, validate(bounds(passes, 1, 20), "1 到 20 / 1 to 20"))]
    pub(crate) passes: u32,

    /// 并行度 / lanes.
    #[config(default = 1, validate(bounds(lanes, 1, 16), "1 到 16 / 1 to 16"))]
    pub(crate) lanes: u32,

    /// 线程数；0 为处理器核数 / threads that hash; 0 for as many as there are cores.
    #[config(default = 0, validate(bounds(threads, 0, 256), "0 到 256 / 0 to 256"))]
    pub(crate) threads: u32,

    /// 排队上限，超出即拒绝 / how many may wait for a thread; past it, sign-ins are refused at once.
    #[config(default = 256, validate(bounds(queue, 1, 65536), "1 到 65536 / 1 to 65536"))]
    pub(crate) queue: u32,

    /// 请求繁忙时每个散列线程保有的处理器份额，百分比 / what each hashing thread keeps of a core, in percent, where answering
    /// other requests would take all of it. More: sign-ins go on faster under load; less: many who sign in at once slow
    /// other calls less. 50 treats both alike. What is not asked for is always theirs. Works by priority, on Linux only.
    #[config(default = 5, validate(bounds(share_percent, 1, 50), "1 到 50 / 1 to 50"))]
    pub(crate) share_percent: u32,
}

#[derive(Config)]
pub(crate) struct Pictures {
    /// 存放处 / where they are kept: `folder` (`pictures` in the data folder, which serves one node), `database`, `s3`, or
    /// `auto`: in the folder beside SQLite, in the database on PostgreSQL, where every node then serves them. Pictures do
    /// not move when this is changed.
    #[config(default = "auto")]
    pub(crate) store: PictureKeeping,

    /// 兼容 S3 的对象存储，`store` 为 `s3` 时 / an object store that speaks S3, where `store` is `s3`.
    #[config(nested)]
    pub(crate) s3: S3,
}

#[derive(Config)]
pub(crate) struct Search {
    /// 搜索最多占用的内存（MiB）/ memory that searching may take, in MiB: some 65 bytes for each account, only as much as
    /// there are accounts for, in every node. Where that is not enough, and with 0, the database searches: seconds instead
    /// of milliseconds at a million accounts.
    #[config(default = 1024)]
    pub(crate) memory_mib: u32,
}

#[derive(Config)]
pub(crate) struct S3 {
    /// 地址 / its address, such as `https://s3.example.com`.
    pub(crate) endpoint: Option<String>,

    /// 桶名，须已存在 / the bucket, which must exist. Nobody but this server needs to read it.
    pub(crate) bucket: Option<String>,

    /// 区域 / the region that requests are signed for.
    #[config(default = "us-east-1")]
    pub(crate) region: String,

    /// 桶名放在路径里还是主机名里 / `true`: the bucket's name is part of the path, as MinIO wants it; `false`: of the host's
    /// name.
    #[config(default = true)]
    pub(crate) path_style: bool,

    /// 密钥编号 / the id of the access key.
    pub(crate) key_id: Option<String>,

    /// 密钥 / the access key's secret.
    pub(crate) secret: Option<Secret>,
}

#[derive(Config)]
pub(crate) struct Cors {
    /// 允许的来源 / the value of `Access-Control-Allow-Origin`: `*` or one origin, such as `https://app.example.com`.
    #[config(default = "*")]
    pub(crate) allow_origin: AllowedOrigin,
}

#[derive(Config)]
pub(crate) struct Dialects {
    /// `/user` 协议 / the wire `/user`.
    #[config(nested)]
    pub(crate) user: UserDialect,
}

#[derive(Config)]
pub(crate) struct UserDialect {
    /// HTTP 状态码 / the HTTP status: `mirror` repeats the body's code (401, 404, 409 …), `always_200` answers 200.
    #[config(default = "mirror")]
    pub(crate) http_status: HttpStatus,
}

#[derive(Config)]
pub(crate) struct Docs {
    /// 是否提供 `/docs/` 下的接口文档与试用页 / whether the pages under `/docs/`, where calls can be tried, are served.
    #[config(default = true)]
    pub(crate) enabled: bool,
}

#[derive(Config)]
pub(crate) struct Http {
    /// 连接数上限 / connections at once; more wait to be accepted.
    #[config(
        default = 4096,
        validate(bounds(max_connections, 1, 1_000_000), "1 到 1000000 / 1 to 1000000")
    )]
    pub(crate) max_connections: u32,

    /// 每个来源的连接数上限 / connections at once from one address (IPv6: one /64); more are closed. Trusted proxies and this
    /// machine are not counted.
    #[config(
        default = 1024,
        validate(bounds(max_connections_per_source, 1, 1_000_000), "1 到 1000000 / 1 to 1000000")
    )]
    pub(crate) max_connections_per_source: u32,

    /// 请求头期限，秒 / how long the head of a request may take, in seconds.
    #[config(default = 10, validate(bounds(header_seconds, 1, 300), "1 到 300 / 1 to 300"))]
    pub(crate) header_seconds: u32,

    /// 空闲连接期限，秒 / how long a connection may idle, or a reply wait for its reader, in seconds.
    #[config(default = 60, validate(bounds(idle_seconds, 1, 3600), "1 到 3600 / 1 to 3600"))]
    pub(crate) idle_seconds: u32,

    /// 停机期限，秒 / how long requests in flight may take once the server is told to stop, in seconds.
    #[config(default = 20, validate(bounds(shutdown_seconds, 1, 600), "1 到 600 / 1 to 600"))]
    pub(crate) shutdown_seconds: u32,
}

#[derive(Config)]
pub(crate) struct Log {
    /// `text` 或 / or `json`.
    #[config(default = "text")]
    pub(crate) format: LogFormat,

    /// `error`, `warn`, `info`, `debug` 或 / or `trace`.
    #[config(default = "info")]
    pub(crate) level: LogLevel,
}

#[derive(Config)]
pub(crate) struct Metrics {
    /// 单独的监听地址 / an address of its own for `/metrics`, such as `127.0.0.1:9001`. Unset: on the main address,
    /// for those who show `metrics.key`, or without a key for this machine only.
    pub(crate) listen: Option<SocketAddr>,

    /// 查看指标的密钥 / the key to `/metrics`, sent as `Authorization: Bearer KEY`.
    pub(crate) key: Option<Secret>,
}

/// Whether `value` lies in `lowest..=highest`.
fn bounds(value: &u32, lowest: u32, highest: u32) -> bool {
    (lowest..=highest).contains(value)
}
