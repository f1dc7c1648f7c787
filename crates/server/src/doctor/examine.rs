//! What is looked at, one function each.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use yaopai_argon2_simd::Kernel;
use yaopai_model::Clock as _;
use yaopai_store::{IntegrityError, SqlError};

use super::Finding;
use crate::admin_socket;
use crate::audit_trail;
use crate::clock::SystemClock;
use crate::commands::{self, Command, Reply};
use crate::config::{MailChannel, PasswordRule, Settings, SmsChannel};
use crate::data_folder::{self, DataFolder, FolderError, Paths};
use crate::open_files;
use crate::wire_up::{self, Base, Database};

const MEBIBYTE: u64 = 1 << 20;
/// Below this much room there is soon none.
const LITTLE_ROOM: u64 = 1024 * MEBIBYTE;
/// Below this much room writes begin to fail.
const NO_ROOM: u64 = 64 * MEBIBYTE;

/// How far clocks drift without anybody having set them.
const CLOCK_DRIFT: Duration = Duration::from_secs(60);

/// Every finding, in the order in which one would look.
pub(super) async fn everything(settings: &Settings) -> Vec<Finding> {
    let paths = Paths::new(&settings.data_dir);
    let mut findings = vec![data_folder(&paths), root_key(settings, &paths), room(&paths)];
    findings.extend(database(settings, &paths));
    findings.extend(server(settings, &paths).await);
    findings.push(open_files(settings));
    findings.push(sms(settings));
    findings.push(mail(settings));
    findings.push(password_policy(settings));
    findings.push(password_hashes());
    findings.extend(proxy(settings));
    findings.extend(metrics(settings));
    findings
}

fn data_folder(paths: &Paths) -> Finding {
    const WHAT: &str = "数据目录 data folder";
    let (root, shown) = (paths.root(), paths.root().display());
    match fs::metadata(root) {
        Err(_) => Finding::advice(
            WHAT,
            format!("{shown} 尚不存在 / is not there yet"),
            "首次 `yaopai serve` 会创建 / the first `yaopai serve` makes it",
        ),
        Ok(found) if !found.is_dir() => Finding::wrong(
            WHAT,
            format!("{shown} 不是目录 / is no folder"),
            "更改 `data_dir` / change `data_dir`",
        ),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Finding::wrong(
            WHAT,
            format!("他人可以进入 / others may enter {shown}"),
            format!("chmod 700 '{shown}'"),
        ),
        Ok(_) => Finding::fine(WHAT, shown.to_string()),
    }
}

fn root_key(settings: &Settings, paths: &Paths) -> Finding {
    const WHAT: &str = "根密钥 root key";
    let path = paths.root_key();
    if settings.root_key.is_some() {
        return Finding::fine(WHAT, "来自设置 / from the settings");
    }
    if !path.exists() && !paths.is_initialised() {
        return Finding::advice(
            WHAT,
            "尚未生成 / not drawn yet",
            "首次 `yaopai serve` 会生成 / the first `yaopai serve` draws it",
        );
    }
    match data_folder::read_root_key(&path) {
        Ok(_) => Finding::fine(WHAT, path.display().to_string()),
        Err(error @ FolderError::Exposed(_)) => {
            Finding::wrong(WHAT, error.to_string(), format!("chmod 600 '{}'", path.display()))
        }
        Err(error) => Finding::wrong(WHAT, error.to_string(), "从备份恢复 / restore it from a backup"),
    }
}

fn room(paths: &Paths) -> Finding {
    const WHAT: &str = "磁盘 disk";
    let remedy = "腾出空间，或把 `data_dir` 移到别处 / make room, or move `data_dir` elsewhere";
    let existing = paths
        .root()
        .ancestors()
        .find(|folder| folder.is_dir())
        .unwrap_or(Path::new("."));
    let Ok(found) = rustix::fs::statvfs(existing) else {
        return Finding::wrong(
            WHAT,
            "无法查看 / cannot be looked at",
            "检查 `data_dir` 的权限 / check the rights on `data_dir`",
        );
    };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let words = format!("剩余 / free: {} MiB", free / MEBIBYTE);
    match free {
        0..NO_ROOM => Finding::wrong(WHAT, words, remedy),
        NO_ROOM..LITTLE_ROOM => Finding::advice(WHAT, words, remedy),
        LITTLE_ROOM.. => Finding::fine(WHAT, words),
    }
}

fn database(settings: &Settings, paths: &Paths) -> Option<Finding> {
    const WHAT: &str = "数据库 database";
    let path = match wire_up::database(settings, paths) {
        Ok(Database::Sqlite(path)) => path,
        // Whether it works is seen when the server is asked, or the base is opened.
        Ok(Database::Postgres(url)) => return (!url.is_guarded()).then(unguarded_line),
        Err(error) => {
            return Some(Finding::wrong(
                WHAT,
                error.to_string(),
                "更改 `database_url` / change `database_url`",
            ));
        }
    };
    if !path.exists() {
        let restore = "从备份恢复：yaopai restore FILE / restore a backup";
        return paths
            .is_initialised()
            .then(|| Finding::wrong(WHAT, format!("丢失 / missing: {}", path.display()), restore));
    }
    Some(match yaopai_store::quick_check(&path) {
        Ok(()) => Finding::fine(WHAT, path.display().to_string()),
        Err(error @ IntegrityError::Damaged(_)) => Finding::wrong(
            WHAT,
            error.to_string(),
            "停止服务并从备份恢复 / stop the server and restore a backup",
        ),
        Err(error @ IntegrityError::Database(_)) => Finding::wrong(
            WHAT,
            error.to_string(),
            "检查文件的权限和内容 / check the file's rights and content",
        ),
    })
}

fn unguarded_line() -> Finding {
    Finding::advice(
        "数据库连接 line to the database",
        "不核对服务器身份，途中可被冒充和窃听 / whoever is on the way can pose as the server and read along",
        "除非网络可信，设置 `sslmode=verify-full`，自签证书另加 `sslrootcert` / unless the network is your own, set \
         `sslmode=verify-full`, with `sslrootcert` where you sign yourself",
    )
}

const SERVER: &str = "服务 server";

/// Asks the running server, or, when none is running, opens the base to see whether one could.
async fn server(settings: &Settings, paths: &Paths) -> Vec<Finding> {
    match admin_socket::send(paths, Command::CheckReadiness).await {
        Ok(Ok(reply)) => {
            let audit = audit_trail::verify(None, async |command| match admin_socket::send(paths, command).await {
                Ok(Ok(reply)) => Ok(reply),
                Ok(Err(_)) => Err("服务已停止 / the server has stopped".to_owned()),
                Err(error) => Err(format!("没有应答 / no answer: {error}")),
            });
            return vec![running(reply), trail(audit.await.map(|_| ()))];
        }
        Ok(Err(_)) => {}
        Err(error) => {
            let found = format!("没有应答 / it does not answer: {error}");
            return vec![Finding::wrong(
                SERVER,
                found,
                "重启服务并查看日志 / restart it and see its log",
            )];
        }
    }
    if !paths.is_initialised() {
        return vec![Finding::advice(SERVER, "尚未启动过 / never started", "yaopai serve")];
    }
    let opened = match DataFolder::take(paths.root()) {
        Ok(folder) => wire_up::open(settings, folder).await,
        Err(error) => Err(error.into()),
    };
    match opened {
        Ok(base) => {
            let clock = clock(&base).await;
            let office = base.office(settings, settings.listen);
            let audit = audit_trail::verify(None, async |command| Ok(commands::execute(&office, command).await)).await;
            drop(office);
            base.close().await;
            vec![
                Finding::fine(SERVER, "未运行，可以启动 / not running, could start"),
                clock,
                trail(audit.map(|_| ())),
            ]
        }
        Err(error) => {
            let found = format!("无法启动 / could not start: {error}");
            vec![Finding::wrong(SERVER, found, "按所说的处理 / do as it says")]
        }
    }
}

fn running(reply: Reply) -> Finding {
    let Reply::Failed(reason) = reply else {
        return Finding::fine(SERVER, "正在运行 / running");
    };
    let remedy = "`store`：检查磁盘和数据库；`clock`：校准系统时钟 / `store`: check the disk and the database; `clock`: set the \
                  clock";
    Finding::wrong(
        SERVER,
        format!("正在运行，未就绪 / running, not ready: {reason}"),
        remedy,
    )
}

fn trail(verified: Result<(), String>) -> Finding {
    const WHAT: &str = "审计记录 audit trail";
    let Err(reason) = verified else {
        return Finding::fine(WHAT, "完整 / whole");
    };
    let remedy = "与备份比对，查明谁改过数据库 / compare it with a backup, and find out who changed the database";
    Finding::wrong(WHAT, reason, remedy)
}

/// Whether the machine's clock stands behind what the database has seen of it.
async fn clock(base: &Base) -> Finding {
    const WHAT: &str = "时钟 clock";
    let latest = match base.store.read(yaopai_store::base::latest_instant).await {
        Ok(latest) => latest,
        Err(error) => return unreadable(WHAT, &error),
    };
    let behind = SystemClock::default().now().until(latest);
    if behind < CLOCK_DRIFT {
        return Finding::fine(WHAT, "未被回拨 / not set back");
    }
    let found = format!("比数据库晚 {0} 秒 / {0} s behind the database", behind.as_secs());
    Finding::wrong(
        WHAT,
        found,
        "校准系统时钟；在那之前时间停在数据库所见 / set the clock: until then time stands still",
    )
}

fn unreadable(what: &'static str, error: &SqlError) -> Finding {
    Finding::wrong(
        what,
        error.to_string(),
        "检查磁盘和数据库 / check the disk and the database",
    )
}

fn open_files(settings: &Settings) -> Finding {
    const WHAT: &str = "打开文件数 open files";
    let wanted = settings.http.max_connections;
    let connections = open_files::connections(wanted, open_files::most());
    if connections == wanted {
        return Finding::fine(WHAT, format!("够 {wanted} 个连接 / enough for {wanted} connections"));
    }
    Finding::advice(
        WHAT,
        format!("只够 {connections} 个连接 / enough for {connections} connections only, of {wanted}"),
        "提高 `ulimit -Hn`（systemd：`LimitNOFILE`），或降低 `http.max_connections` / raise `ulimit -Hn` (systemd: \
         `LimitNOFILE`), or lower `http.max_connections`",
    )
}

const TRIAL: &str = "只打印在终端，仅供试用 / only printed on the terminal, for trying out";
const OFF: &str = "已关闭，验证码无法送达 / off: codes cannot be sent that way";

fn sms(settings: &Settings) -> Finding {
    const WHAT: &str = "短信 text messages";
    let remedy = "设置 `sms.channel` / set `sms.channel`";
    match (wire_up::sms_channel(settings), settings.sms.channel) {
        (Err(error), _) => Finding::wrong(WHAT, error.to_string(), remedy),
        (Ok(_), SmsChannel::Log) => Finding::advice(WHAT, TRIAL, remedy),
        (Ok(_), SmsChannel::Off) => Finding::advice(WHAT, OFF, remedy),
        (Ok(_), SmsChannel::Webhook) => Finding::fine(WHAT, "webhook"),
    }
}

fn mail(settings: &Settings) -> Finding {
    const WHAT: &str = "邮件 mail";
    let remedy = "设置 `mail.channel` / set `mail.channel`";
    match (wire_up::mail_channel(settings), settings.mail.channel) {
        (Err(error), _) => Finding::wrong(WHAT, error.to_string(), remedy),
        (Ok(_), MailChannel::Log) => Finding::advice(WHAT, TRIAL, remedy),
        (Ok(_), MailChannel::Off) => Finding::advice(WHAT, OFF, remedy),
        (Ok(_), MailChannel::Smtp) => Finding::fine(WHAT, "smtp"),
    }
}

fn password_policy(settings: &Settings) -> Finding {
    const WHAT: &str = "密码规则 password policy";
    match settings.password.policy {
        PasswordRule::Strict => Finding::fine(WHAT, "strict"),
        PasswordRule::Published => Finding::advice(
            WHAT,
            "published：6 位即可 / six characters do",
            "建议 `password.policy = \"strict\"`：至少 8 位，拒绝常见密码 / better: at least 8, and no common password",
        ),
    }
}

/// What they cost depends on it by more than half.
fn password_hashes() -> Finding {
    Finding::fine("密码散列 password hashes", format!("Argon2id, {}", Kernel::detect()))
}

/// Behind a proxy that is not trusted everybody is one source, and shares its limits.
fn proxy(settings: &Settings) -> Option<Finding> {
    let may_be_behind_proxy = settings.public_url.is_some() || settings.listen.ip().is_loopback();
    (may_be_behind_proxy && settings.trusted_proxies.is_empty()).then(|| {
        Finding::advice(
            "反向代理 reverse proxy",
            "没有可信的代理；若有代理在前，所有人算作同一来源 / none is trusted; behind one, everybody is one source and \
             shares its limits",
            "若有代理，设置 `trusted_proxies` / where there is one, set `trusted_proxies`",
        )
    })
}

/// A proxy on this machine looks like this machine, and would let everybody read the metrics.
fn metrics(settings: &Settings) -> Option<Finding> {
    let is_behind_proxy = settings.public_url.is_some() || !settings.trusted_proxies.is_empty();
    let is_guarded = settings.metrics.key.is_some() || settings.metrics.listen.is_some();
    (is_behind_proxy && !is_guarded).then(|| {
        Finding::advice(
            "指标 metrics",
            "经本机反向代理，`/metrics` 可能人人可读 / through a proxy on this machine everybody may read `/metrics`",
            "设置 `metrics.key` 或 `metrics.listen` / set `metrics.key` or `metrics.listen`",
        )
    })
}
