//! Pages of lists: `page` from 1, `page_size` up to 30.

use yaopai_accounts::PageRequest;
use yaopai_model::limits::{PAGE_SIZE, PAGE_SIZE_DEFAULT};

use crate::BadInput;
use crate::api_v1::decode::parse_number;
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
    let Some(text) = query.optional_text(name)? else { return Ok(None) };
    let number = parse_number(text).and_then(|number| u32::try_from(number).ok());
    number.filter(|number| *number > 0).map(Some).ok_or(BadInput::Malformed(name))
}
