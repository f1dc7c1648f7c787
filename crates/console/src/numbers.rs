//! Numbers as people read them.

use yaopai_model::limits::TOTAL_COUNTED;

/// A total: `10,000+` where it was not counted any further.
pub(crate) fn total(counted: u32) -> String {
    let more = if counted == TOTAL_COUNTED { "+" } else { "" };
    format!("{}{more}", grouped(u64::from(counted)))
}

/// `1,234,567`
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.5k`, `20M`: where there is little room. Cut off behind the first decimal place.
pub(crate) fn short(number: u64) -> String {
    let units = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let Some((unit, name)) = units.into_iter().find(|(unit, _)| number >= *unit) else {
        return number.to_string();
    };
    match number % unit / (unit / 10) {
        0 => format!("{}{name}", number / unit),
        tenths => format!("{}.{tenths}{name}", number / unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_say_where_counting_ended() {
        assert_eq!([9_999, 10_000, 10_001].map(total), ["9,999", "10,000+", "10,001"]);
    }

    #[test]
    fn thousands_stand_apart() {
        let numbers = [0, 999, 1_050, 1_234_567];
        assert_eq!(numbers.map(grouped), ["0", "999", "1,050", "1,234,567"]);
    }

    #[test]
    fn large_numbers_are_cut_short() {
        let numbers = [0, 999, 1_000, 1_500, 20_000_000, 3_990_000_000];
        assert_eq!(numbers.map(short), ["0", "999", "1k", "1.5k", "20M", "3.9G"]);
    }
}
