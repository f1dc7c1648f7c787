//! Medians and ratios.

use std::time::Duration;

/// The value that half of them are below; of an even number the upper of the two in the middle. `values` is not empty.
pub fn median<T: PartialOrd + Copy>(values: &mut [T]) -> T {
    percentile(values, 50)
}

/// The value that so many in a hundred are below. `values` is not empty.
pub fn percentile<T: PartialOrd + Copy>(values: &mut [T], percent: usize) -> T {
    values.sort_unstable_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    values[(values.len() * percent / 100).min(values.len() - 1)]
}

/// Milliseconds with two digits.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

/// Microseconds with one digit.
pub fn microseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_found() {
        assert_eq!(median(&mut [3, 1, 2]), 2);
        assert_eq!(median(&mut [7.0]), 7.0);
        assert_eq!(percentile(&mut (0..200).collect::<Vec<_>>(), 99), 198);
    }
}
