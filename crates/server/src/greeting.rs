//! What the first start says.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use yaopai_model::{App, AppSecret, draw};

use crate::wire_up::Base;

/// Where things are, the default app's credentials, the way to the first root account, and one line to try on each wire.
pub(crate) fn first_start(base: &Base, address: SocketAddr, app: &App, secret: &AppSecret) -> String {
    let folder = base.folder.paths().root();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let at = format!("http://{}", reachable(address));
    let (app_id, app_secret, default_app) = (app.key.as_str(), secret.expose(), default_app(app, secret));
    let password = draw::text(base.entropy.as_ref(), draw::ALPHANUMERIC, 12);
    let program = std::env::current_exe().map_or_else(|_| "yaopai".to_owned(), |path| path.display().to_string());
    format!(
        "\
首次启动 / first start
  数据目录 data folder: {folder}
    请连同 root.key 一起备份 / back it up together with root.key: yaopai backup FILE

{default_app}

  创建第一个 root 账号（先改密码）/ make the first root account (choose a password of your own):
    echo '{password}' | YAOPAI_DATA_DIR='{folder}' '{program}' account create --username root --role root --password-stdin

  试一试，每套接口一行 / try it, one line for each wire:
    curl -s '{at}/api/cloud_user/code/get?phone=13800138000&type=0&app_id={app_id}&app_secret={app_secret}'
    curl -s '{at}/user/register' -H 'Content-Type: application/json' -d '{{\"account\":\"demo\",\"password\":\"{password}\"}}'
    curl -s '{at}/api/v1/user/uid?name=demo'
",
        folder = folder.display(),
    )
}

/// The default app's credentials, for the one time that they are shown.
pub(crate) fn default_app(app: &App, secret: &AppSecret) -> String {
    format!(
        "  默认应用（密钥只显示这一次）/ the default app (its secret is shown this once)
    app_id:     {}
    app_secret: {}",
        app.key.as_str(),
        secret.expose()
    )
}

/// An address that can be connected to, for one that stands for all of the machine's.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}
