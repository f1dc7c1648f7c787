//! What a start says while there is something to set up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use yaopai_model::{App, AppSecret, SetupSecret, draw};

use crate::wire_up::Base;

/// Where things are, the default app's credentials, and one line to try on each wire.
pub(crate) fn first_start(base: &Base, address: SocketAddr, app: &App, secret: &AppSecret) -> String {
    let folder = base.folder.paths().root();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let at = format!("http://{}", reachable(address));
    let (app_id, app_secret, default_app) = (app.key.as_str(), secret.expose(), default_app(app, secret));
    let password = draw::text(base.entropy.as_ref(), draw::ALPHANUMERIC, 12);
    format!(
        "\
首次启动 / first start
  数据目录 data folder: {folder}
    请连同 root.key 一起备份 / back it up together with root.key: yaopai backup FILE

{default_app}

  试一试，每套接口一行 / try it, one line for each wire:
    curl -s '{at}/api/cloud_user/code/get?phone=13800138000&type=0&app_id={app_id}&app_secret={app_secret}'
    curl -s '{at}/user/register' -H 'Content-Type: application/json' -d '{{\"account\":\"demo\",\"password\":\"{password}\"}}'
    curl -s '{at}/api/v1/user/uid?name=demo'
",
        folder = folder.display(),
    )
}

/// Where the wires are described.
pub(crate) fn docs(origin: &str) -> String {
    format!("  接口文档，可直接试用 / the API pages, where calls can be tried: {origin}/docs/\n")
}

/// The way to the first root account.
pub(crate) fn set_up(link: &str) -> String {
    format!(
        "\
  在浏览器打开此链接，创建第一个 root 账号（一小时内有效，只能用一次）/ open this link to make the first root account (it works
  once, within an hour); 重新生成 / a new one: yaopai setup-link
    {link}
"
    )
}

/// The link for setting up. Browsers keep what stands after `#` to themselves, so that it is in no log between here and there.
pub(crate) fn setup_link(origin: &str, secret: &SetupSecret) -> String {
    format!("{origin}/console/setup#{}", secret.expose())
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
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}
