//! The priority of threads that compute for long beside those that answer.

use std::io;

/// What Linux's fair scheduler gives threads of the nice levels 0 to 19 that want the same core, in proportion to each other
/// (`sched_prio_to_weight` in kernel/sched/core.c).
const WEIGHTS: [u32; 20] = [
    1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];

/// Lowers the priority of the calling thread as far as leaves it this share of a core, in percent, that a thread of the
/// process's own priority wants whole. Fifty and more leave it as it is. It cannot be raised again without privileges, and
/// threads that this one starts inherit it.
///
/// # Errors
/// That the system refuses, or has no priorities of single threads.
pub(crate) fn lower_to(share_percent: u32) -> io::Result<()> {
    match nice_level(share_percent) {
        0 => Ok(()),
        level => add_to_nice(level),
    }
}

/// The highest nice level, that is the lowest priority, that leaves at least such a share beside a thread of level 0.
fn nice_level(share_percent: u32) -> i32 {
    let suffices = |weight: &u32| weight * 100 >= share_percent * (weight + WEIGHTS[0]);
    let level = WEIGHTS.iter().rposition(suffices).unwrap_or(0);
    i32::try_from(level).unwrap_or(0)
}

/// On Linux a thread has a nice level of its own, and the one that is added to may be the process's, set from outside.
#[cfg(target_os = "linux")]
fn add_to_nice(level: i32) -> io::Result<()> {
    Ok(rustix::process::nice(level).map(drop)?)
}

/// Elsewhere a nice level is the whole process's.
#[cfg(not(target_os = "linux"))]
fn add_to_nice(_: i32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_kept_and_no_more_than_a_level_above_it() {
        for (share_percent, level) in [
            (50, 0),
            (100, 0),
            (45, 0),
            (44, 1),
            (25, 4),
            (10, 9),
            (5, 13),
            (2, 17),
            (1, 19),
        ] {
            assert_eq!(nice_level(share_percent), level, "{share_percent} %");
        }
        for share_percent in 1..=50 {
            let weight = f64::from(WEIGHTS[usize::try_from(nice_level(share_percent)).unwrap()]);
            assert!(
                weight / (weight + 1024.0) >= f64::from(share_percent) / 100.0,
                "{share_percent} %"
            );
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_thread_that_asks_is_lowered() {
        let nice = || rustix::process::getpriority_process(None).unwrap();
        let before = nice();
        let lowered = std::thread::spawn(move || lower_to(5).map(|()| nice()).unwrap())
            .join()
            .unwrap();
        assert_eq!((nice(), lowered), (before, (before + 13).min(19)));
    }
}
