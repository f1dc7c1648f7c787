//! The calls whose cost is held against the size of a base.

use crate::asking::Asking;

/// A call.
pub(super) struct Call {
    pub(super) name: &'static str,
    /// Sent in a round: enough for some tenths of a second.
    pub(super) together: usize,
    /// What the answer to each has in it.
    pub(super) good: &'static str,
    /// One request; each number is another person's.
    pub(super) ask: fn(&Asking, usize) -> Vec<u8>,
}

/// What a success says on `user` and on `api_v1`.
const SUCCESS: &str = "\"code\":200,";
/// And on `api_cloud_user`.
const CLOUD_SUCCESS: &str = "\"code\":1,";

pub(super) const CALLS: [Call; 17] = [
    Call {
        name: "`GET /user/info`",
        together: 10_000,
        good: SUCCESS,
        ask: |asking, number| asking.get("/user/info", &asking.of_person(number), number),
    },
    Call {
        name: "`userinfo/get`",
        together: 10_000,
        good: CLOUD_SUCCESS,
        ask: |asking, number| asking.cloud("userinfo/get", "", number),
    },
    Call {
        name: "`info/get`",
        together: 10_000,
        good: SUCCESS,
        ask: |asking, number| asking.get("/api/v1/user/info/get", &asking.of_person(number), number),
    },
    Call {
        name: "`info/other`, somebody by number",
        together: 5_000,
        good: SUCCESS,
        ask: |asking, number| {
            let uid = asking.person(number).0;
            asking.get(&format!("/api/v1/user/info/other?uid={uid}"), "", number)
        },
    },
    Call {
        name: "`user/uid`, somebody by name",
        together: 5_000,
        good: SUCCESS,
        ask: |asking, number| {
            let name = asking.person(number).1.username.clone().unwrap_or_default();
            asking.get(&format!("/api/v1/user/uid?name={name}"), "", number)
        },
    },
    Call {
        name: "`userinfo/update`, a nickname",
        together: 2_000,
        good: CLOUD_SUCCESS,
        ask: |asking, number| {
            asking.cloud(
                "userinfo/update",
                &format!("&nickname=%E6%94%B9%E5%90%8D{number}"),
                number,
            )
        },
    },
    Call {
        name: "`info/modify`, gender and signature",
        together: 2_000,
        good: SUCCESS,
        ask: |asking, number| {
            let name = asking.person(number).1.username.clone().unwrap_or_default();
            let body = format!("{{\"name\":\"{name}\",\"gender\":1,\"sign\":\"number {number}\"}}");
            asking.post("/api/v1/user/info/modify", &asking.of_person(number), &body, number)
        },
    },
    Call {
        name: "`config/set`",
        together: 2_000,
        good: CLOUD_SUCCESS,
        ask: |asking, number| asking.cloud("config/set", &format!("&key=theme&config=dark{number}"), number),
    },
    Call {
        name: "`config/get`",
        together: 5_000,
        good: CLOUD_SUCCESS,
        ask: |asking, number| asking.cloud("config/get", "&key=theme", number),
    },
    Call {
        name: "`code/get` on the channel `log`",
        together: 500,
        good: CLOUD_SUCCESS,
        ask: |asking, number| {
            let phone = asking.person(number).1.phone.clone().unwrap_or_default();
            let phone = phone.trim_start_matches("+86");
            asking.cloud("code/get", &format!("&phone={phone}&type=2"), number)
        },
    },
    Call {
        name: "`manage/list`, 30 accounts",
        together: 500,
        good: SUCCESS,
        ask: |asking, number| {
            let page = number % 300 + 1;
            asking.get(
                &format!("/api/v1/user/manage/list?page={page}&page_size=30"),
                &asking.of_operator(),
                number,
            )
        },
    },
    Call {
        name: "`manage/modify`",
        together: 1_000,
        good: SUCCESS,
        ask: |asking, number| {
            let (id, person) = asking.person(number);
            let name = person.username.clone().unwrap_or_default();
            let body = format!("{{\"id\":{id},\"name\":\"{name}\",\"email\":\"m{number}@example.com\",\"sign\":\"\"}}");
            asking.post("/api/v1/user/manage/modify", &asking.of_operator(), &body, number)
        },
    },
    Call {
        name: "console: first page of accounts",
        together: 500,
        good: "data-one",
        ask: |asking, _| asking.console.request("/console/accounts").into_bytes(),
    },
    Call {
        // Not of one day: that fills the page on the large base, and is a few lines on the small one.
        name: "console: accounts made up to a day",
        together: 500,
        good: "data-one",
        ask: |asking, number| {
            let day = format!("2024-{:02}-{:02}", number % 12 + 1, number / 12 % 28 + 1);
            asking
                .console
                .request(&format!("/console/accounts?to={day}"))
                .into_bytes()
        },
    },
    Call {
        name: "console: an account",
        together: 500,
        good: "</html>",
        ask: |asking, number| {
            let id = asking.person(number).0;
            asking.console.request(&format!("/console/accounts/{id}")).into_bytes()
        },
    },
    Call {
        name: "admin API: first page of accounts",
        together: 500,
        good: "\"items\"",
        ask: |asking, number| asking.get("/api/admin/accounts", &asking.of_key(), number),
    },
    Call {
        name: "admin API: an account",
        together: 2_000,
        good: "\"has_password\"",
        ask: |asking, number| {
            let id = asking.person(number).0;
            asking.get(&format!("/api/admin/accounts/{id}"), &asking.of_key(), number)
        },
    },
];
