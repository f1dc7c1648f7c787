//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// 腰牌 Yaopai：三套用户接口，一个账号库 / three user APIs over one account base.
///
/// 不带命令即 `serve` / without a command: `serve`.
#[derive(Parser)]
#[command(name = "yaopai", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// 设置文件（默认 ./yaopai.toml，若存在）/ the settings file (default: ./yaopai.toml if there is one).
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// 启动服务 / start the server.
    Serve,
    /// 应用 / apps.
    #[command(subcommand)]
    App(App),
    /// 账号 / accounts.
    #[command(subcommand)]
    Account(Account),
    /// 最近的短信和邮件：送出了没有，为什么没有 / the latest messages: sent or not, and why not.
    Messages(Form),
    /// 尚无 root 账号时，生成创建它的一次性链接 / while there is no root account: a one-time link to make it by.
    SetupLink(Form),
    /// 设置 / settings.
    #[command(subcommand)]
    Config(Config),
    /// 体检：哪里不对、怎么办 / what is wrong and what to do; exit status 1 if something is.
    Doctor(Form),
    /// 服务是否就绪，供容器探查；就绪时退出码为 0 / whether the server is ready, for containers; exit status 0 if it is.
    Health,
    /// 备份到一个文件，运行中也可以 / write everything into one file, also while serving.
    Backup(Backup),
    /// 从备份恢复；所有会话和接口密钥随之结束 / bring a backup back; ends every session and API key.
    Restore(Restore),
    /// 把整个账号库搬到另一个数据库；中断后再次运行即继续 / copy the whole base to another database; run it again to go on
    /// after a break.
    MigrateDatabase(MigrateDatabase),
    /// 把目录里的图片收进现在的存放处 / take pictures from a folder to where they are kept now.
    ImportPictures(ImportPictures),
    /// 密钥 / keys.
    #[command(subcommand)]
    Keys(Keys),
    /// 会话 / sessions.
    #[command(subcommand)]
    Sessions(Sessions),
    /// 审计记录 / the audit log.
    #[command(subcommand)]
    Audit(Audit),
}

/// How to answer.
#[derive(Args, Clone, Copy)]
pub(crate) struct Form {
    /// 以 JSON 回答 / answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum App {
    /// 新建应用，密钥只显示这一次 / make an app; its secret is shown this once.
    Create {
        /// 名称 / its name.
        name: String,
        /// 归属它的域名，可重复 / a host whose requests belong to it; may be repeated.
        #[arg(long, value_name = "HOST")]
        host: Vec<String>,
        /// 每秒请求数上限 / requests a second at most.
        #[arg(long, value_name = "N")]
        rate: Option<u32>,
        #[command(flatten)]
        form: Form,
    },
    /// 更改域名与速率 / change its hosts and its rate.
    Update {
        /// `app_id`.
        app_id: String,
        /// 归属它的全部域名，可重复 / every host whose requests belong to it; may be repeated.
        #[arg(long, value_name = "HOST")]
        host: Vec<String>,
        /// 不再有域名归属它 / no host is its any more.
        #[arg(long, conflicts_with = "host")]
        no_host: bool,
        /// 每秒请求数上限，0 为不限 / requests a second at most; 0 for no bound.
        #[arg(long, value_name = "N")]
        rate: Option<u32>,
        #[command(flatten)]
        form: Form,
    },
    /// 列出应用 / list apps.
    List(Form),
    /// 更换密钥，旧的立即作废或在若干小时后作废 / a new secret; the old one is void at once, or some hours later.
    RotateSecret {
        /// `app_id`.
        app_id: String,
        /// 旧密钥继续有效的小时数，最多 168 / hours for which the old one stays good, at most 168.
        #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=168))]
        overlap_hours: u32,
        #[command(flatten)]
        form: Form,
    },
}

/// Which app; by itself the default one.
#[derive(Args)]
pub(crate) struct OfApp {
    /// 哪个应用，默认为默认应用 / which app; the default one if not given.
    #[arg(long, value_name = "APP_ID")]
    pub(crate) app: Option<String>,
}

/// One account.
#[derive(Args)]
pub(crate) struct OneAccount {
    /// 编号、16 位字母、用户名、邮箱或手机号 / its number, sixteen letters, username, e-mail or phone.
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) of_app: OfApp,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// The four roles.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum RoleName {
    /// 普通用户 / looks after itself only
    User,
    /// 可查看他人 / may look at others
    Auditor,
    /// 可管理低级别账号 / may change those of lower rank
    Admin,
    /// 全部权限 / may also give roles
    Root,
}

#[derive(Subcommand)]
pub(crate) enum Account {
    /// 新建账号，其标识视为已验证 / make an account; its identifiers count as proven.
    #[command(group(clap::ArgGroup::new("identifier").required(true).multiple(true).args(["username", "email", "phone"])))]
    Create {
        #[arg(long)]
        username: Option<String>,
        #[arg(long)]
        email: Option<String>,
        #[arg(long)]
        phone: Option<String>,
        /// 角色 / its role.
        #[arg(long, value_enum, default_value = "user")]
        role: RoleName,
        /// 从标准输入的第一行读取密码 / read the password from the first line of standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
        #[command(flatten)]
        of_app: OfApp,
        #[command(flatten)]
        form: Form,
    },
    /// 更改角色 / give a role.
    SetRole {
        #[command(flatten)]
        of: OneAccount,
        /// 角色 / the role.
        #[arg(long, value_enum)]
        role: RoleName,
    },
    /// 停用，其会话随之结束 / disable it, which ends its sessions.
    Disable(OneAccount),
    /// 恢复使用 / enable it again.
    Enable(OneAccount),
    /// 列出账号 / list accounts.
    List {
        #[command(flatten)]
        of_app: OfApp,
        /// 页码，从 1 起 / which page, from 1.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        page: u32,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Subcommand)]
pub(crate) enum Config {
    /// 生效的设置及其来源，密钥不显示 / the settings in force and where each came from, secrets hidden.
    Show(Form),
    /// 检查设置 / whether the settings do.
    Check,
    /// 全部设置的说明，可作设置文件的底稿 / every setting explained, to start a settings file from.
    Reference,
}

#[derive(Args)]
pub(crate) struct Backup {
    /// 备份文件，不得已存在 / the file to write, which must not exist.
    pub(crate) file: PathBuf,
    /// 不含根密钥；没有它备份无法使用 / leave the root key out; without it a backup is of no use.
    #[arg(long)]
    pub(crate) without_root_key: bool,
}

#[derive(Args)]
pub(crate) struct Restore {
    /// 备份文件 / the file that `backup` wrote.
    pub(crate) file: PathBuf,
    /// 数据目录非空时，把原有内容移到一旁 / move what is in the data folder aside.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Addresses may hold passwords, which other users of the machine see on a command line: one may be left to
/// `database_url`.
#[derive(Args)]
pub(crate) struct MigrateDatabase {
    /// 来源，如 sqlite:yaopai-data/yaopai.db；默认为设置 `database_url` / where from; by default the setting
    /// `database_url`.
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,
    /// 目标，如 postgres://…，须为空；默认为设置 `database_url` / where to, which must be empty; by default the setting
    /// `database_url`.
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) form: Form,
}

#[derive(Args)]
pub(crate) struct ImportPictures {
    /// 目录，如 yaopai-data/pictures / the folder.
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) form: Form,
}

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// 启用新的令牌密钥和密码密钥，旧的仍有效 / new keys for tokens and for password hashes; what older ones made stays good.
    Rotate,
}

#[derive(Subcommand)]
pub(crate) enum Audit {
    /// 核对每个应用的审计链；被改动时退出码为 1，并说明在哪里 / whether the chain of every app is as it was written; exit status 1 if
    /// not, telling where.
    Verify {
        /// 只核对这个应用 / of this app only.
        #[arg(long, value_name = "APP_ID")]
        app: Option<String>,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Subcommand)]
pub(crate) enum Sessions {
    /// 结束所有会话和接口密钥 / end every session and API key of every app.
    EndAll {
        /// 确认 / yes, really.
        #[arg(long, required = true)]
        yes: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
