//! How soon a server answers after it was started, and how much memory it has in use when idle, beside a bare axum server.

use std::path::Path;
use std::time::Duration;

use crate::Failure;
use crate::base::Base;
use crate::baseline;
use crate::figures::{median, milliseconds};
use crate::http::Connection;
use crate::report::Line;
use crate::server::{Place, Server};

const ROUNDS: usize = 7;
const MIB: f64 = 1_048_576.0;
/// Until what a start leaves behind is given back.
const REST: Duration = Duration::from_secs(2);

/// Measures an empty base, and the large ones that are there already.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let empty = place.folder.join("people-0");
    Base::open(&empty).await?.close().await;
    let mut bases = vec![("empty base".to_owned(), empty, "≤ 100 ms, ≤ 20 MiB")];
    for crowd in place.large_crowds() {
        let folder = place.folder_of(crowd);
        if folder.exists() {
            bases.push((
                format!("{} accounts", crowd.size),
                folder,
                "≤ 100 ms; ≤ 20 MiB without search",
            ));
        }
    }
    let mut lines = Vec::new();
    for (name, folder, reach) in bases {
        lines.push(start(place, &name, &folder, reach).await?);
    }
    Ok(lines)
}

async fn start(place: &Place, name: &str, folder: &Path, reach: &'static str) -> Result<Line, Failure> {
    let program = std::env::current_exe()?;
    let (mut bare, mut ours) = (Starts::default(), Starts::default());
    for _ in 0..ROUNDS {
        bare.add(baseline::start(&program, "bare-axum", b"", None)?).await?;
        // What is kept for searching is told apart, see docs/search.md.
        ours.add(place.start(folder, &[("YAOPAI_SEARCH__MEMORY_MIB", "0")])?)
            .await?;
    }
    let time = median(&mut ours.took).as_secs_f64() / median(&mut bare.took).as_secs_f64();
    let memory = median(&mut ours.memory) / median(&mut bare.memory);
    Ok(Line {
        what: format!("start to first answer, idle memory: {name}"),
        baseline: format!("axum: {}", bare.shown()),
        ours: ours.shown(),
        ratio: format!("time {time:.1}, memory {memory:.1}"),
        reach,
    })
}

/// What was seen of a server, one value for each start.
#[derive(Default)]
struct Starts {
    took: Vec<Duration>,
    cpu: Vec<Duration>,
    memory: Vec<f64>,
    own_memory: Vec<f64>,
}

impl Starts {
    async fn add(&mut self, server: Server) -> Result<(), Failure> {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
        let mut connection = Connection::open(&server.address).await?;
        let status = connection.exchange(request.as_bytes()).await?.status;
        self.took.push(server.started.elapsed());
        self.cpu.push(server.cpu_time()?);
        if status != 200 {
            return Err(format!("/healthz was answered {status}").into());
        }
        tokio::time::sleep(REST).await;
        self.memory.push(server.memory_bytes()? as f64 / MIB);
        self.own_memory.push(server.own_memory_bytes()? as f64 / MIB);
        Ok(())
    }

    fn shown(&mut self) -> String {
        format!(
            "{} ms, {} of it CPU; {:.1} MiB, {:.1} of them its own",
            milliseconds(median(&mut self.took)),
            milliseconds(median(&mut self.cpu)),
            median(&mut self.memory),
            median(&mut self.own_memory)
        )
    }
}
