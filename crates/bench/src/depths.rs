//! Pages of lists deep in, beside the first one.

use std::time::Duration;

use crate::Failure;
use crate::asking::Contender;
use crate::console::between;
use crate::figures::{median, microseconds};
use crate::http::Connection;
use crate::people::Crowd;
use crate::report::Line;
use crate::server::Place;

const ROUNDS: usize = 7;
/// Requests for a page in a round.
const TOGETHER: usize = 500;
/// A tenth of the accounts were made before; they were made in three years from 2023 on.
const TENTH: &str = "2023-04-20";

/// A list.
struct List {
    name: &'static str,
    /// What each page of it has in it.
    good: &'static str,
    first: Vec<u8>,
    deep: Vec<u8>,
}

/// Measures.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for crowd in place.large_crowds() {
        lines.extend(one_size(place, crowd).await?);
    }
    Ok(lines)
}

async fn one_size(place: &Place, crowd: Crowd) -> Result<Vec<Line>, Failure> {
    let mut contender = Contender::start(place, crowd).await?;
    let mut lines = Vec::new();
    for list in lists(&mut contender, crowd).await? {
        let (mut first, mut deep) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            first.push(contender.round(TOGETHER, list.good, |_, _| list.first.clone()).await?);
            deep.push(contender.round(TOGETHER, list.good, |_, _| list.deep.clone()).await?);
        }
        let pairs = deep.iter().zip(&first);
        let mut ratios: Vec<f64> = pairs.map(|(deep, first)| deep.div_duration_f64(*first)).collect();
        let shown = |times: &mut [Duration]| format!("{} µs", microseconds(median(times)));
        lines.push(Line {
            what: format!("{}, {} accounts", list.name, crowd.size),
            baseline: format!("first page: {}", shown(&mut first)),
            ours: shown(&mut deep),
            ratio: format!("CPU {:.2}", median(&mut ratios)),
            reach: "≤ 1.2",
        });
    }
    Ok(lines)
}

/// Each with a page that has nine tenths of the accounts before it.
async fn lists(contender: &mut Contender, crowd: Crowd) -> Result<Vec<List>, Failure> {
    let asking = &mut contender.asking;
    let mut cursor = async |query: &str| {
        let page = asking.console.get(&format!("/console/accounts?{query}")).await?;
        let link = between(&page, "&#38;at=", "\"").or_else(|| between(&page, "&amp;at=", "\""));
        Ok::<_, Failure>(link.ok_or("no link to the next page")?.to_owned())
    };
    let from_newest = cursor(&format!("to={TENTH}")).await?;
    let from_oldest = cursor("order=oldest&from=2025-09-10").await?;
    let asking = &contender.asking;
    let first = asking.get(
        &format!("/api/admin/accounts?created_before={TENTH}T00:00:00Z"),
        &asking.of_key(),
        0,
    );
    let page = Connection::open(&asking.address).await?.exchange(&first).await?.text();
    let from_api = between(&page, "\"next_cursor\":\"", "\"").ok_or("no next_cursor")?;

    let console = |query: &str| {
        asking
            .console
            .request(&format!("/console/accounts{query}"))
            .into_bytes()
    };
    let api = |query: &str| asking.get(&format!("/api/admin/accounts{query}"), &asking.of_key(), 0);
    let manage = |call: &str| asking.get(&format!("/api/v1/user/manage/{call}"), &asking.of_operator(), 0);
    let list = |name, good, first, deep| List {
        name,
        good,
        first,
        deep,
    };
    Ok(vec![
        list(
            "console, newest first",
            "data-one",
            console(""),
            console(&format!("?at={from_newest}")),
        ),
        list(
            "console, oldest first",
            "data-one",
            console("?order=oldest"),
            console(&format!("?order=oldest&at={from_oldest}")),
        ),
        list("admin API", "next_cursor", api(""), api(&format!("?cursor={from_api}"))),
        list(
            "`manage/list` by page number",
            "\"code\":200,",
            manage("list?page=1&page_size=30"),
            manage(&format!("list?page={}&page_size=30", crowd.size * 9 / 10 / 30)),
        ),
        list(
            "`manage/search` by page number, @qq",
            "\"code\":200,",
            manage("search?keyword=@qq&page=1&page_size=30"),
            manage("search?keyword=@qq&page=300&page_size=30"),
        ),
    ])
}
