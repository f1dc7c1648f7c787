//! The console's list of accounts, on bases of two sizes in turn.

use std::path::Path;
use std::time::Duration;

use crate::Failure;
use crate::console::{Console, between};
use crate::figures::{median, milliseconds};
use crate::people::Crowd;
use crate::server::{Place, Server};

const SIZES: [i64; 2] = [1_000, 1_000_000];
const ROUNDS: usize = 7;
/// Requests for a page in a round.
const REQUESTS: usize = 100;
/// What is looked at; the last day of those that were seeded is in 2025.
const PAGES: [(&str, &str); 14] = [
    ("first page", ""),
    ("oldest first", "order=oldest"),
    ("near the end, by cursor", "AT"),
    ("administrators", "role=admin"),
    ("auditors", "role=auditor"),
    ("plain users", "role=user"),
    ("disabled", "state=disabled"),
    ("unverified", "verified=no"),
    ("verified", "verified=yes"),
    ("made in June 2024", "from=2024-06-01&to=2024-06-30"),
    ("disabled and unverified", "state=disabled&verified=no"),
    ("name: 张伟", "q=%E5%BC%A0%E4%BC%9F"),
    ("part of an address: @qq", "q=%40qq"),
    ("four digits: 2718", "q=2718"),
];

/// A server and the operator who asks it.
struct Contender {
    server: Server,
    console: Console,
    pages: Vec<String>,
    shown: Vec<usize>,
    times: Vec<Vec<Duration>>,
    cpu: Vec<Vec<Duration>>,
}

/// Measures, and prints a table.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<String, Failure> {
    let mut contenders = Vec::new();
    for size in SIZES {
        let data = place.base_of(Crowd { seed: 1, size }).await?;
        contenders.push(Contender::start(place, &data).await?);
    }
    for _ in 0..ROUNDS {
        for page in 0..PAGES.len() {
            for contender in &mut contenders {
                contender.round(page).await?;
            }
        }
    }
    let [small, large] = contenders.as_mut_slice() else {
        return Err("there are two sizes".into());
    };
    Ok(table(small, large))
}

impl Contender {
    async fn start(place: &Place, data: &Path) -> Result<Self, Failure> {
        let server = place.start(data, &[])?;
        let mut console = Console::enter(&server.address).await?;
        console.until_search_is_quick().await?;
        let (mut pages, mut shown) = (Vec::new(), Vec::new());
        for (_, query) in PAGES {
            let path = match query {
                "AT" => near_the_end(&mut console).await?,
                query => format!("/console/accounts?{query}"),
            };
            shown.push(console.get(&path).await?.matches("data-one").count());
            pages.push(path);
        }
        Ok(Self {
            server,
            console,
            times: vec![Vec::new(); pages.len()],
            cpu: vec![Vec::new(); pages.len()],
            pages,
            shown,
        })
    }

    async fn round(&mut self, page: usize) -> Result<(), Failure> {
        let before = self.server.cpu_time()?;
        let mut times = Vec::new();
        for _ in 0..REQUESTS {
            times.push(self.console.time(&self.pages[page]).await?);
        }
        self.cpu[page].push((self.server.cpu_time()? - before) / REQUESTS as u32);
        self.times[page].push(median(&mut times));
        Ok(())
    }
}

/// The page that a cursor names with a tenth of the accounts behind it, and no filter.
async fn near_the_end(console: &mut Console) -> Result<String, Failure> {
    // Numbers grow from 2023 on for three years, and the newest come first.
    let page = console.get("/console/accounts?to=2023-04-20").await?;
    let link = between(&page, "&#38;at=", "\"").or_else(|| between(&page, "&amp;at=", "\""));
    let cursor = link.ok_or("no link to the next page")?;
    Ok(format!("/console/accounts?at={cursor}"))
}

/// A ratio is told where both pages show as much.
fn table(small: &mut Contender, large: &mut Contender) -> String {
    let mut table = format!(
        "| page | rows of {small} | ms | rows of {large} | ms | ratio | CPU ms of {small} | of {large} |\n\
         |---|---|---|---|---|---|---|---|\n",
        small = SIZES[0],
        large = SIZES[1]
    );
    for (page, (name, _)) in PAGES.iter().enumerate() {
        let mut row = vec![(*name).to_owned()];
        let mut medians = Vec::new();
        for contender in [&mut *small, &mut *large] {
            let time = median(&mut contender.times[page]);
            row.push(contender.shown[page].to_string());
            row.push(milliseconds(time));
            medians.push(time.as_secs_f64());
        }
        let is_alike = small.shown[page] == large.shown[page];
        row.push(if is_alike {
            format!("{:.2}", medians[1] / medians[0])
        } else {
            "—".to_owned()
        });
        for contender in [&mut *small, &mut *large] {
            row.push(milliseconds(median(&mut contender.cpu[page])));
        }
        table += &format!("| {} |\n", row.join(" | "));
    }
    table
}
