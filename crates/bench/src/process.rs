//! What Linux says of a running process.

use std::fs;
use std::time::Duration;

use crate::Failure;

/// How long a tick of `/proc/PID/stat` is (`USER_HZ`, which Linux shows as 100 on every machine).
const TICK: Duration = Duration::from_millis(10);

/// The time that a process has spent on processors, in user mode and in the kernel (proc(5), fields 14 and 15).
///
/// # Errors
/// That it is gone.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration, Failure> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name before it may have spaces.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/PID/stat")?;
    let ticks: Vec<u32> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(TICK * ticks.iter().sum())
}

/// A number of bytes that `/proc/PID/status` tells (proc(5)).
///
/// # Errors
/// That the process is gone, or the field not there.
pub(crate) fn bytes(pid: u32, field: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().next())
        .ok_or_else(|| format!("no {field} in /proc/PID/status"))?
        .parse()?;
    Ok(kib * 1024)
}
