//! `yaopai serve`: from an open base to an orderly end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use yaopai_console::{Desk, Pages};
use yaopai_dialects::reference::Document;
use yaopai_dialects::{Front, Wires};
use yaopai_docs::DocsError;
use yaopai_http::AccessLog;

use crate::admin_socket::AdminSocket;
use crate::config::{Config, MailChannel, Settings, SmsChannel};
use crate::data_folder::DataFolder;
use crate::forwarded::Lookout;
use crate::listen::{self, Bounds};
use crate::metrics::Metrics;
use crate::ops::{self, MetricsAccess};
use crate::reception::Reception;
use crate::shutdown::{self, Stop, Stopper};
use crate::wire_up::{self, Base, OpenFailure};
use crate::workers::Workers;
use crate::{greeting, loops, open_files, telemetry, terminal};

/// Connections at once to the metrics' own listener.
const METRICS_CONNECTIONS: usize = 16;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error(transparent)]
    Open(#[from] OpenFailure),
    #[error("无法监听 / cannot listen on {address}: {error}。请检查 `{key}` / check `{key}`")]
    Listen {
        address: SocketAddr,
        key: &'static str,
        error: io::Error,
    },
    #[error("管理套接字 / the socket for management commands: {0}")]
    AdminSocket(io::Error),
    #[error("指标 / metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error("无法启动线程 / cannot start a thread: {0}")]
    Threads(io::Error),
    #[error("信号 / signals: {0}")]
    Signals(io::Error),
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// See [`ServeError`].
pub(crate) async fn serve(config: Config) -> Result<(), ServeError> {
    let settings = &config.settings;
    let (access_log, _access_writer) =
        telemetry::start_logging(settings.log.format, settings.log.level).map_err(ServeError::Threads)?;
    let metrics = Arc::new(Metrics::new()?);
    let access_log = access_log.counted_by(metrics.calls.clone());
    let connections = connections(settings);
    let folder = DataFolder::take(&settings.data_dir).map_err(OpenFailure::from)?;
    let base = wire_up::open(settings, folder).await?;
    base.note_present().await?;
    let listener = bind(settings.listen, "listen").await?;
    let metrics_listener = match settings.metrics.listen {
        Some(address) => Some(bind(address, "metrics.listen").await?),
        None => None,
    };
    let address = listener.local_addr().map_err(ServeError::Signals)?;
    let socket = AdminSocket::bind(base.folder.paths()).map_err(ServeError::AdminSocket)?;

    let routes = routes(&config, &base, &access_log);

    warn_of_trial_channels(settings);
    // Last of what can fail: the secret is shown only this once.
    let first_app = base.accounts.ensure_default_app().await.map_err(OpenFailure::from)?;
    if let Some((app, secret)) = first_app {
        terminal::say(&greeting::first_start(&base, address, &app, &secret));
        if settings.docs.enabled {
            terminal::say(&greeting::docs(&wire_up::origin(settings, address)));
        }
    }
    if let Some(secret) = base.accounts.new_setup_link().await.map_err(OpenFailure::from)? {
        let link = greeting::setup_link(&wire_up::origin(settings, address), &secret);
        terminal::say(&greeting::set_up(&link));
    }
    terminal::say(&format!("正在监听 / listening on http://{address}"));

    let workers = Arc::new(Workers::start().map_err(ServeError::Threads)?);
    let (stopper, stop) = Stopper::new();
    let background = loops::start(&base.accounts, &base.store, &metrics, &stop);
    let mut serving = JoinSet::new();
    serving.spawn(socket.serve(base.office(settings, address), stop.clone()));
    serve_http(
        &mut serving,
        routes,
        ops::metrics(Arc::clone(&metrics), metrics_access(settings)),
        (listener, metrics_listener),
        bounds(settings, connections, &metrics),
        &workers,
        &stop,
    );

    shutdown::signalled().await.map_err(ServeError::Signals)?;
    tracing::info!("正在停机 / stopping");
    stopper.stop();
    serving.join_all().await;
    background.join_all().await;
    base.close().await;
    tracing::info!("已停机 / stopped");
    Ok(())
}

/// How many connections there may be, once this process may open as many files as the system lets it.
fn connections(settings: &Settings) -> usize {
    let wanted = settings.http.max_connections;
    let connections = open_files::connections(wanted, open_files::raise());
    if connections < wanted {
        tracing::warn!(
            connections,
            "可打开文件数太少，连接数低于 / too few open files (ulimit -n): fewer connections than `http.max_connections`"
        );
    }
    wire_up::count(connections)
}

async fn bind(address: SocketAddr, key: &'static str) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| ServeError::Listen { address, key, error })
}

/// What connections are held to, of which there may be so many, and where those kept out are counted.
fn bounds(settings: &Settings, connections: usize, metrics: &Metrics) -> Bounds {
    Bounds {
        connections,
        connections_per_source: wire_up::count(settings.http.max_connections_per_source),
        exempt: wire_up::speak_for_many(settings).into(),
        head: wire_up::seconds(settings.http.header_seconds),
        idle: wire_up::seconds(settings.http.idle_seconds),
        drain: wire_up::seconds(settings.http.shutdown_seconds),
        connections_refused: metrics.connections_refused.clone(),
    }
}

fn metrics_access(settings: &Settings) -> MetricsAccess {
    match &settings.metrics.key {
        Some(key) => MetricsAccess::Key(key.clone()),
        None if settings.metrics.listen.is_some() => MetricsAccess::OwnListener,
        None => MetricsAccess::ThisMachine,
    }
}

fn serve_http(
    serving: &mut JoinSet<()>,
    (wires, mut others): (Wires, Router),
    metrics: Router,
    (listener, metrics_listener): (TcpListener, Option<TcpListener>),
    bounds: Bounds,
    workers: &Arc<Workers>,
    stop: &Stop,
) {
    match metrics_listener {
        Some(own) => {
            let bounds = Bounds {
                connections: METRICS_CONNECTIONS,
                ..bounds.clone()
            };
            serving.spawn(listen::serve(
                own,
                Reception::alone(metrics),
                bounds,
                Arc::clone(workers),
                stop.clone(),
            ));
        }
        None => others = others.merge(metrics),
    }
    let lookout = Lookout::new(wires.settings.trusted_proxies.clone());
    let reception = Reception::new(Front::new(wires, others), lookout);
    serving.spawn(listen::serve(
        listener,
        reception,
        bounds,
        Arc::clone(workers),
        stop.clone(),
    ));
}

/// What the wires stand on, and what is answered beside them.
fn routes(config: &Config, base: &Base, access_log: &AccessLog) -> (Wires, Router) {
    let settings = &config.settings;
    let wires = Wires {
        accounts: base.accounts.clone(),
        settings: wire_up::wire_settings(settings, base, access_log).into(),
    };
    let desk = Desk {
        accounts: base.accounts.clone(),
        settings: wire_up::desk_settings(config, base, access_log).into(),
    };
    let docs = if settings.docs.enabled {
        yaopai_docs::router(Arc::clone(&wires.settings), admin_reference)
    } else {
        Router::new()
    };
    let pages = Arc::new(Pages::new(desk));
    let others = docs
        .merge(ops::health(base.readiness()))
        .fallback(move |request: Request| page(Arc::clone(&pages), request));
    (wires, others)
}

/// A page, or what is said where there is none. Were the pages in the router, they would have to be made at the start.
async fn page(pages: Arc<Pages>, request: Request) -> Response {
    match pages.at(request.uri().path()) {
        Some(router) => {
            let Ok(response): Result<_, Infallible> = router.clone().oneshot(request).await;
            response
        }
        None => ops::nothing_here().await,
    }
}

/// The description of the admin API, for the pages at `/docs/`.
fn admin_reference() -> Result<Document, DocsError> {
    Ok(Document {
        name: "admin",
        title: yaopai_console::ADMIN_TITLE,
        json: yaopai_console::admin_reference()?,
    })
}

fn warn_of_trial_channels(settings: &Settings) {
    if settings.sms.channel == SmsChannel::Log {
        tracing::warn!(
            "短信只打印在终端，仅供试用 / text messages are only printed: set `sms.channel` before real use"
        );
    }
    if settings.mail.channel == MailChannel::Log {
        tracing::warn!("邮件只打印在终端，仅供试用 / mails are only printed: set `mail.channel` before real use");
    }
}
