//! Pages of lists: `page` from 1, `page_size` up to 30.

use yaopai_accounts::PageRequest;
use yaopai_model::limits::{PAGE_SIZE, PAGE_SIZE_DEFAULT};

use super::decode::parse_number;
use crate::BadInput;
use crate::parameters::Parameters;

/// The page that a query asks for; the first one, of fifteen rows, where it does not say.
///
/// # Errors
/// [`BadInput::Malformed`] for what is no number from 1 up; [`BadInput::TooLong`] for more rows than `limits::PAGE_SIZE`.
pub(super) fn page(query: &Parameters) -> Result<PageRequest, BadInput> {
    let number = positive(query, "page")?.unwrap_or(1);
    let size = positive(query, "page_size")?.unwrap_or(PAGE_SIZE_DEFAULT);
    if size > PAGE_SIZE {
        return Err(BadInput::TooLong("page_size"));
    }
    Ok(PageRequest { number, size })
}

fn positive(query: &Parameters, name: &'static str) -> Result<Option<u32>, BadInput> {
    let Some(text) = query.optional_text(name)? else {
        return Ok(None);
    };
    let number = parse_number(text).and_then(|number| u32::try_from(number).ok());
    number
        .filter(|number| *number > 0)
        .map(Some)
        .ok_or(BadInput::Malformed(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(query: &str) -> Result<PageRequest, BadInput> {
        page(&Parameters::parse(query, b"").unwrap())
    }

    fn of(number: u32, size: u32) -> Result<PageRequest, BadInput> {
        Ok(PageRequest { number, size })
    }

    #[test]
    fn what_is_not_said_is_the_first_fifteen() {
        assert_eq!(asked(""), of(1, 15));
        assert_eq!(asked("page=&page_size="), of(1, 15));
        assert_eq!(asked("page=2&page_size=30"), of(2, 30));
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for junk in [
            "0",
            "-1",
            "9223372036854775808",
            "4294967296",
            "1.0",
            "0x1",
            "one",
            "%2B1",
            "%EF%BC%91",
        ] {
            assert_eq!(
                asked(&format!("page={junk}")),
                Err(BadInput::Malformed("page")),
                "{junk}"
            );
        }
        for junk in ["0", "-1", "ten"] {
            assert_eq!(
                asked(&format!("page_size={junk}")),
                Err(BadInput::Malformed("page_size")),
                "{junk}"
            );
        }
        assert_eq!(asked("page_size=31"), Err(BadInput::TooLong("page_size")));
        assert_eq!(asked("page=1&page=2"), Err(BadInput::Repeated("page")));
    }

    proptest! {
        #[test]
        fn every_page_there_can_be_is_read(number in 1..=u32::MAX, size in 1..=PAGE_SIZE) {
            prop_assert_eq!(asked(&format!("page={number}&page_size={size}")), of(number, size));
        }

        #[test]
        fn no_text_gives_a_page_out_of_bounds(number in "[-+0-9a-f.]{0,20}", size in "[-+0-9a-f.]{0,20}") {
            if let Ok(page) = asked(&format!("page={number}&page_size={size}")) {
                prop_assert!(page.number >= 1 && (1..=PAGE_SIZE).contains(&page.size));
            }
        }

        #[test]
        fn more_than_thirty_rows_are_too_many(size in PAGE_SIZE + 1..) {
            prop_assert_eq!(asked(&format!("page_size={size}")), Err(BadInput::TooLong("page_size")));
        }
    }
}
