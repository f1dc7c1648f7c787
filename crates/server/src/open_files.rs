//! Open files: as many as the system gives, of which connections leave some to everything else.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files that connections leave to the database, pictures, deliveries, metrics and the socket for management
/// commands.
const RESERVED: u64 = 128;

/// Raises the number of files that this process may have open to the most that it may raise it to. Gives what it is
/// then; none where there is no bound.
pub(crate) fn raise() -> Option<u64> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "无法提高可打开文件数 / the number of open files cannot be raised");
    }
    getrlimit(Resource::Nofile).current
}

/// What [`raise`] raises to.
pub(crate) fn most() -> Option<u64> {
    getrlimit(Resource::Nofile).maximum
}

/// How many connections there may be where `wanted` are set and `open_files` may be open: at least one.
pub(crate) fn connections(wanted: u32, open_files: Option<u64>) -> u32 {
    let room = open_files.map_or(u64::MAX, |files| files.saturating_sub(RESERVED).max(1));
    wanted.min(u32::try_from(room).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_raised_as_far_as_it_goes() {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let lowered = current.unwrap_or(1 << 20) - 1;
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(lowered),
                maximum,
            },
        )
        .unwrap();
        assert_eq!(raise(), most());
        assert_ne!(most(), Some(lowered));
    }

    #[test]
    fn connections_leave_files_to_the_rest() {
        for (wanted, open_files, expected) in [
            (4096, None, 4096),
            (4096, Some(20_000), 4096),
            (4096, Some(4096 + RESERVED), 4096),
            (4096, Some(1024), 896),
            (2, Some(1024), 2),
            (4096, Some(RESERVED), 1),
            (4096, Some(3), 1),
        ] {
            assert_eq!(connections(wanted, open_files), expected, "{wanted} of {open_files:?}");
        }
    }
}
