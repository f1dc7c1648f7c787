//! The real binary on a PostgreSQL that fails in every way there is, while people use all three wires. Each test prints a
//! line of the table in `docs/faults.md`.

#[cfg(test)]
mod disk;
#[cfg(test)]
#[path = "../harness/mod.rs"]
mod harness;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod load;
#[cfg(test)]
#[path = "../../../store/tests/it/proxy.rs"]
mod proxy;
#[cfg(test)]
mod tally;
#[cfg(test)]
mod world;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use yaopai_testkit::found;
    use yaopai_testkit::postgres::{Pooler, Server, Shutdown};

    use crate::disk::Disk;
    use crate::proxy::{Cut, Proxy};
    use crate::world::{Severity, World};

    /// What a server needs that keeps its promises.
    const DURABLE: &[&str] = &["fsync=on"];
    const SHORT: Duration = Duration::from_secs(2);
    const LONG: Duration = Duration::from_secs(8);

    fn server(settings: &[&str]) -> Option<Server> {
        found(Server::start(settings))
    }

    async fn on(server: &Server, nodes: usize) -> World {
        World::begin(nodes, &server.url("postgres"), &server.url("postgres")).await
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn restarted() {
        let Some(mut server) = server(DURABLE) else { return };
        let world = on(&server, 1).await;
        world.strike(|| server.stop(Shutdown::Fast).unwrap()).await;
        world.last(SHORT).await;
        world
            .heal("restarted", Severity::Total, || server.start_again().unwrap())
            .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn killed_under_three_nodes() {
        let Some(mut server) = server(DURABLE) else { return };
        let mut world = on(&server, 3).await;
        world.wait_for_leases();
        world.strike(|| server.stop(Shutdown::Kill).unwrap()).await;
        world.last(SHORT).await;
        let name = "killed (SIGKILL), three nodes";
        world
            .heal(name, Severity::Total, || server.start_again().unwrap())
            .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn frozen() {
        let Some(server) = server(DURABLE) else { return };
        let world = on(&server, 1).await;
        world.strike(|| server.freeze().unwrap()).await;
        world.last(LONG).await;
        let name = "frozen for 8 s (SIGSTOP)";
        world.heal(name, Severity::Total, || server.thaw().unwrap()).await;
    }

    async fn through(server: &Server) -> (Proxy, World) {
        let proxy = Proxy::start(server.port()).await;
        let direct = server.url("postgres");
        let url = direct.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port));
        let world = World::begin(1, &url, &direct).await;
        (proxy, world)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn cut_in_mid_transaction() {
        let Some(server) = server(DURABLE) else { return };
        let (proxy, world) = through(&server).await;
        world.strike(|| ()).await;
        for _ in 0..20 {
            for cut in [Cut::BeforeCommit, Cut::AfterCommit] {
                proxy.cut(cut);
                world.last(Duration::from_millis(100)).await;
            }
        }
        world
            .heal("connections cut at COMMIT, 40 times", Severity::Partial, || ())
            .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn swallowed_by_the_network() {
        let Some(server) = server(DURABLE) else { return };
        let (proxy, world) = through(&server).await;
        world.strike(|| proxy.fall_silent()).await;
        world.last(LONG).await;
        let name = "network swallows everything for 8 s";
        world.heal(name, Severity::Total, || proxy.speak_again()).await;
    }
    /// What is in the tables goes to a disk of its own; the journal has room.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_room_for_the_tables() {
        let disk = match Disk::make() {
            Ok(disk) => disk,
            // A right that one has or not, and no part that could be installed.
            Err(reason) => return eprintln!("LEFT OUT: {reason}"),
        };
        let Some(server) = server(DURABLE) else { return };
        disk.give_to(server.folder());
        let place = format!("create tablespace small location '{}'", disk.path().display());
        server.run(&place).unwrap();
        server.run("create database small tablespace small").unwrap();
        let world = World::begin(1, &server.url("small"), &server.url("small")).await;
        world.strike(|| disk.fill()).await;
        world.last(LONG).await;
        world
            .heal("disk of the tables full", Severity::Partial, || disk.free())
            .await;
    }

    /// PostgreSQL gives up altogether when it cannot write its journal.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_room_for_the_journal() {
        let Some(mut server) = server(DURABLE) else { return };
        let world = on(&server, 1).await;
        world.strike(|| server.bound_file_size(65_536).unwrap()).await;
        world.last(SHORT).await;
        let name = "no room for the WAL (file-size limit; the server panics)";
        let start_again = || {
            server.stop(Shutdown::Kill).unwrap();
            server.start_again().unwrap();
        };
        world.heal(name, Severity::Total, start_again).await;
    }

    /// A primary that acknowledges what its standby has applied, and that standby.
    fn pair() -> Option<(Server, Server)> {
        let primary = server(&["fsync=on", "synchronous_commit=remote_apply"])?;
        let standby = primary.standby(DURABLE).unwrap();
        primary.run("alter system set synchronous_standby_names = '*'").unwrap();
        primary.run("select pg_reload_conf()").unwrap();
        Some((primary, standby))
    }

    /// The first host of an address, and another one to go to.
    fn both(first: u16, second: u16) -> String {
        format!(
            "postgres://yaopai@127.0.0.1:{first},127.0.0.1:{second}/postgres\
             ?sslmode=disable&target_session_attrs=read-write"
        )
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_standby_promoted() {
        let Some((mut primary, standby)) = pair() else { return };
        let url = both(primary.port(), standby.port());
        let world = World::begin(1, &url, &standby.url("postgres")).await;
        world.strike(|| primary.stop(Shutdown::Kill).unwrap()).await;
        world.last(SHORT).await;
        let name = "primary killed, standby promoted (synchronous)";
        let promote = || drop(standby.run("select pg_promote()").unwrap());
        world.heal(name, Severity::Total, promote).await;
    }

    /// The pooler keeps connections open over it: they lead to what has become a standby.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn demoted_under_open_connections() {
        let Some((mut primary, standby)) = pair() else { return };
        let Some(pooler) = found(Pooler::start(&primary, 20)) else {
            return;
        };
        let url = both(pooler.port(), standby.port()) + "&prepared_statements=off";
        let world = World::begin(1, &url, &standby.url("postgres")).await;
        world.strike(|| primary.stop(Shutdown::Fast).unwrap()).await;
        let swap = || {
            standby.run("select pg_promote()").unwrap();
            primary.demote(&standby).unwrap();
            primary.start_again().unwrap();
        };
        let name = "switchover; a pooler keeps connections to the old primary open";
        world.heal(name, Severity::Partial, swap).await;
    }

    /// Three nodes want some fifty connections and share four.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn behind_a_pooler() {
        let Some(server) = server(DURABLE) else { return };
        let Some(pooler) = found(Pooler::start(&server, 4)) else {
            return;
        };
        let world = World::begin(3, &pooler.url("postgres"), &server.url("postgres")).await;
        world.last(SHORT).await;
        world.end("PgBouncer, 4 connections for three nodes, no fault").await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn restarted_behind_a_pooler() {
        let Some(mut server) = server(DURABLE) else { return };
        let Some(pooler) = found(Pooler::start(&server, 4)) else {
            return;
        };
        let world = World::begin(1, &pooler.url("postgres"), &server.url("postgres")).await;
        world.strike(|| server.stop(Shutdown::Fast).unwrap()).await;
        world.last(SHORT).await;
        world
            .heal("restarted behind PgBouncer", Severity::Total, || {
                server.start_again().unwrap()
            })
            .await;
    }
}
