//! Calls on a large base and on a small one in turn: what one costs should not grow with how many accounts there are.

use std::time::Duration;

use crate::Failure;
use crate::asking::Contender;
use crate::figures::{median, microseconds};
use crate::people::Crowd;
use crate::report::Line;
use crate::server::Place;

mod calls;
mod verbs;

use calls::CALLS;
use verbs::Verbs;

const SMALL: i64 = 10_000;
const ROUNDS: usize = 7;

/// Measures.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let large = place.large_crowds().last().ok_or("no large crowd")?;
    let crowds = [Crowd { seed: 1, size: SMALL }, large];
    let mut lines = verbs_on(place, crowds).await?;
    let [mut small, mut large] = [
        Contender::start(place, crowds[0]).await?,
        Contender::start(place, crowds[1]).await?,
    ];
    for call in &CALLS {
        let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
        // The first is not counted: the log of changes is empty then, and many are asked for whom nobody has asked since the
        // system has had the file in memory, which is the disk's affair.
        for round in 0..=ROUNDS {
            let in_small = small.round(call.together, call.good, call.ask).await?;
            let in_large = large.round(call.together, call.good, call.ask).await?;
            if round > 0 {
                of_small.push(in_small);
                of_large.push(in_large);
            }
        }
        lines.push(line(call.name, crowds, &mut of_small, &mut of_large));
    }
    Ok(lines)
}

/// The verbs that hash, with the cost of the hash taken out.
async fn verbs_on(place: &Place, crowds: [Crowd; 2]) -> Result<Vec<Line>, Failure> {
    let [mut small, mut large] = [
        Verbs::open(&place.base_of(crowds[0]).await?, crowds[0]).await?,
        Verbs::open(&place.base_of(crowds[1]).await?, crowds[1]).await?,
    ];
    let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_small.push(small.sign_ins().await?);
        of_large.push(large.sign_ins().await?);
    }
    let sign_ins = line("sign-in by password, the verb", crowds, &mut of_small, &mut of_large);
    (of_small, of_large) = (Vec::new(), Vec::new());
    // Not counted: where new names and numbers go, nobody has been yet.
    small.registrations().await?;
    large.registrations().await?;
    for _ in 0..ROUNDS {
        of_small.push(small.registrations().await?);
        of_large.push(large.registrations().await?);
    }
    small.close().await;
    large.close().await;
    let registrations = line("registration, the verb", crowds, &mut of_small, &mut of_large);
    Ok(vec![sign_ins, registrations])
}

/// Time on processors of each round: those of the small base and, each right after it, those of the large one.
fn line(name: &str, crowds: [Crowd; 2], small: &mut [Duration], large: &mut [Duration]) -> Line {
    let pairs = large.iter().zip(small.iter());
    let mut ratios: Vec<f64> = pairs.map(|(large, small)| large.div_duration_f64(*small)).collect();
    let shown =
        |crowd: Crowd, cpu: &mut [Duration]| format!("{} accounts: {} µs", crowd.size, microseconds(median(cpu)));
    Line {
        what: name.to_owned(),
        baseline: shown(crowds[0], small),
        ours: shown(crowds[1], large),
        ratio: format!("CPU {:.2}", median(&mut ratios)),
        reach: "CPU ≤ 1.5",
    }
}
