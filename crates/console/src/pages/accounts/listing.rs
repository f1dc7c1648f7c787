//! Which accounts are listed: the filter, as it stands in an address and in hidden fields.

use jiff::tz::TimeZone;
use yaopai_accounts::{AccountCursor, AccountFilter, ListOrder};
use yaopai_model::{App, AppId, Role};

use crate::form::Form;
use crate::times;

/// What is listed. A field that says nothing that can be understood narrows nothing.
pub(super) struct Listing {
    pub(super) app: AppId,
    pub(super) filter: AccountFilter,
    pub(super) from: Option<AccountCursor>,
    /// The fields that narrow the list, as they were sent, for being sent again.
    pub(super) fields: Vec<(&'static str, String)>,
}

/// The fields of a filter.
const FIELDS: [&str; 8] = ["q", "app", "role", "state", "verified", "from", "to", "order"];

impl Listing {
    /// Reads a query or a form; `apps` are those that the operator looks after, of which `own` is listed where nothing else is
    /// asked for.
    pub(super) fn read(form: &Form, apps: &[App], own: AppId, zone: &TimeZone) -> Self {
        let asked = form.text("app").parse().map(AppId).ok();
        let app = asked.filter(|asked| apps.iter().any(|app| app.id == *asked));
        let yes_or_no = |name, yes, no| match form.text(name) {
            text if text == yes => Some(true),
            text if text == no => Some(false),
            _ => None,
        };
        let sent = |name| Some((name, form.optional(name)?.to_owned()));
        Self {
            app: app.unwrap_or(own),
            filter: AccountFilter {
                text: form.text("q").to_owned(),
                role: Role::parse(form.text("role")).ok(),
                disabled: yes_or_no("state", "disabled", "active"),
                verified: yes_or_no("verified", "yes", "no"),
                created_from: times::parse_day(form.text("from"), zone),
                created_before: times::parse_end_of_day(form.text("to"), zone),
                order: match form.text("order") {
                    "oldest" => ListOrder::Oldest,
                    _ => ListOrder::Newest,
                },
            },
            from: AccountCursor::parse(form.text("at")).ok(),
            fields: FIELDS.into_iter().filter_map(sent).collect(),
        }
    }

    /// What was sent of a field.
    pub(super) fn sent(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(found, _)| *found == name);
        field.map_or("", |(_, value)| value)
    }

    /// Whether anything narrows the list.
    pub(super) fn is_narrowed(&self) -> bool {
        let wide = AccountFilter {
            order: self.filter.order,
            ..AccountFilter::default()
        };
        self.filter != wide
    }

    /// Where the list goes on at a place.
    pub(super) fn address(&self, at: Option<AccountCursor>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.fields);
        if let Some(at) = at {
            query.append_pair("at", &at.to_text());
        }
        let query = query.finish();
        match query.as_str() {
            "" => "/console/accounts".to_owned(),
            query => format!("/console/accounts?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Listing {
        let form = Form::parse(query.as_bytes()).ok().unwrap();
        Listing::read(&form, &[], AppId(1), &TimeZone::UTC)
    }

    #[test]
    fn what_is_not_understood_narrows_nothing() {
        let listing = read("q=&app=7&role=king&state=x&verified=&from=soon&at=zzz");
        assert!(!listing.is_narrowed());
        assert_eq!((listing.app, listing.from), (AppId(1), None));
    }

    #[test]
    fn a_filter_comes_back_in_the_address() {
        let listing = read("q=张+三&role=admin&state=disabled&verified=no&to=1970-01-01&order=oldest");
        assert_eq!(listing.filter.text, "张 三");
        assert_eq!(listing.filter.disabled, Some(true));
        assert_eq!(listing.filter.verified, Some(false));
        assert_eq!(listing.filter.created_before.map(|at| at.as_millis()), Some(86_400_000));
        let address = listing.address(None);
        let (_, query) = address.split_once('?').unwrap();
        assert_eq!(read(query).filter, listing.filter);
    }
}
