//! Every bound that somebody can run into, in one list. Those an operator may change are fields of [`Limits`], or are
//! settings of the server; the rest are fixed. What only tunes one mechanism stands with it.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

// Identifiers and credentials.

/// Characters that are read of a phone number, spaces and hyphens included.
pub const PHONE_INPUT_CHARACTERS: usize = 32;
/// Bytes of an e-mail address (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_BYTES: usize = 254;
/// Bytes of an e-mail address before the `@` (RFC 5321, section 4.5.3.1.1).
pub const EMAIL_LOCAL_BYTES: usize = 64;
/// Characters of a username.
pub const USERNAME_CHARACTERS: usize = 30;
/// Characters of a nickname.
pub const NICKNAME_CHARACTERS: usize = 64;
/// Most characters of a password.
pub const PASSWORD_CHARACTERS: usize = 128;
/// Fewest characters of a new password under the policy `published`.
pub const PASSWORD_CHARACTERS_PUBLISHED: usize = 6;
/// Fewest characters of a new password under the policy `strict`.
pub const PASSWORD_CHARACTERS_STRICT: usize = 8;
/// Memory that one password hash may take, in KiB.
pub const HASH_MEMORY_KIB: u32 = 1024 * 1024;
/// Characters of an app's name.
pub const APP_NAME_CHARACTERS: usize = 64;
/// Keys of one purpose, the replaced ones included: a new one a month for eighty years.
pub const KEYS_PER_PURPOSE: u32 = 1_000;
/// How long after it was made a key comes into use where several nodes share a database; each looks for new ones every
/// minute.
pub const KEY_TAKEN_UP: Duration = Duration::from_secs(180);
/// Apps of one server.
pub const APPS: u32 = 1_000;
/// How long the secret before the last one may stay good.
pub const SECRET_OVERLAP: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Hosts that are mapped to one app.
pub const HOSTS_PER_APP: u32 = 100;
/// Bytes of a host name (RFC 1035, section 2.3.4, less the dot at its end and the length before each label).
pub const HOST_NAME_BYTES: usize = 253;

// Profiles and settings.

/// Characters of the e-mail that `api_cloud_user` keeps as profile text.
pub const CONTACT_EMAIL_CHARACTERS: usize = 254;
/// Characters of a signature or biography.
pub const BIO_CHARACTERS: usize = 500;
/// Characters of a location.
pub const LOCATION_CHARACTERS: usize = 100;
/// Bytes of `api_cloud_user`'s free text `extra`.
pub const EXTRA_BYTES: usize = 8 * 1024;
/// Bytes of an account's preferences, which the `user` wire calls `settings`.
pub const PREFERENCES_BYTES: usize = 8 * 1024;
/// Permissions granted to one account beyond its role.
pub const PERMISSIONS: usize = 50;
/// Characters of a permission's name.
pub const PERMISSION_CHARACTERS: usize = 64;
/// Live sessions of an account that operators are shown.
pub const SESSIONS_SHOWN: u32 = 50;
/// Keys of an account's settings that operators are shown.
pub const SETTING_KEYS_SHOWN: u32 = 100;
/// Characters of a setting's key.
pub const SETTING_KEY_CHARACTERS: usize = 128;
/// Bytes of a setting's value.
pub const SETTING_VALUE_BYTES: usize = 64 * 1024;
/// Settings of one account.
pub const SETTINGS_PER_ACCOUNT: u32 = 1_000;
/// Bytes of all values of one account's settings.
pub const SETTINGS_BYTES_PER_ACCOUNT: usize = 16 * 1024 * 1024;

// Tokens and sessions.

/// How long a session of `api_cloud_user` or `user` lives.
pub const SESSION_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a session of `api_v1` lives, and with it the `token` and the `refresh_token`.
pub const LONG_SESSION_LIFE: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How long an `access_token` of `api_v1` lives.
pub const ACCESS_TOKEN_LIFE: Duration = Duration::from_secs(5 * 60);
/// How long a session of the console or the account page lives, whatever is done in it.
pub const PAGE_SESSION_LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// How long such a session lives unused.
pub const PAGE_SESSION_IDLE: Duration = Duration::from_secs(30 * 60);
/// How much later a page session may have been used than is noted of it: its use is written down at most this often.
pub const PAGE_SESSION_NOTED: Duration = Duration::from_secs(60);
/// How long the link lives by which the first root account is made.
pub const SETUP_LINK_LIFE: Duration = Duration::from_secs(60 * 60);
/// How long a password shown again opens what asks for it.
pub const CONFIRMATION_LIFE: Duration = Duration::from_secs(10 * 60);
/// Characters of the name of an API key.
pub const API_KEY_NAME_CHARACTERS: usize = 64;
/// Live API keys of one account.
pub const API_KEYS_PER_ACCOUNT: u32 = 20;
/// Days that an API key lives at most; a new one is made in time.
pub const API_KEY_DAYS: u32 = 365;
/// API keys that are listed of one app, the newest.
pub const API_KEYS_SHOWN: u32 = 500;
/// How long an API key that has ended is still listed.
pub const ENDED_API_KEY_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How much later an API key may have been used than is noted of it.
pub const API_KEY_USE_NOTED: Duration = Duration::from_secs(60);
/// Bytes of a token that can be remembered. The longest that are written have two or three fewer.
pub const TOKEN_REMEMBERED_BYTES: usize = 288;
/// Bytes of a token that are looked at.
pub const TOKEN_BYTES: usize = 1_024;
/// Bytes of a device's description that are kept with a session.
pub const DEVICE_BYTES: usize = 200;
/// Hosts, and apps by their keys, that are remembered from one call to the next.
pub const APPS_KEPT: usize = 1_000;
/// `info` calls of one account on the `user` wire in a minute.
pub const INFO_CALLS_PER_MINUTE: u32 = 30;
/// Accounts or apps whose rate is kept in memory at once, unless those of remembered sessions are more.
pub const RATES_KEPT: usize = 200_000;

// Codes and guessing.

/// Digits of a one-time code.
pub const CODE_DIGITS: usize = 6;
/// Characters that are read of a code, right or wrong.
pub const CODE_INPUT_CHARACTERS: usize = 32;
/// Wrong codes for one identifier in a day, over all its codes.
pub const CODE_GUESSES_PER_IDENTIFIER_PER_DAY: u32 = 50;
/// Failed sign-ins in a row after which `api_v1` asks for the slider.
pub const FAILURES_BEFORE_CHALLENGE: u32 = 3;
/// How long `api_v1` asks for the slider, and how long a passed slider counts.
pub const CHALLENGE_LIFE: Duration = Duration::from_secs(30 * 60);
/// Failed passwords in a row from one source after which that source has to wait.
pub const PASSWORD_FAILURES_BEFORE_WAIT: u32 = 5;
/// The first such wait; each further failure doubles it.
pub const FIRST_PASSWORD_WAIT: Duration = Duration::from_secs(30);
/// The longest such wait.
pub const LONGEST_PASSWORD_WAIT: Duration = Duration::from_secs(30 * 60);
/// Failed passwords in a row over all sources after which the password path of an identifier closes.
pub const PASSWORD_FAILURES_BEFORE_CLOSING: u32 = 100;
/// How long it stays closed.
pub const PASSWORD_PATH_CLOSED: Duration = Duration::from_secs(30 * 60);
/// How long a row of failures is remembered when nothing more happens.
pub const FAILURES_REMEMBERED: Duration = DAY;
/// How long the right to set a new password lasts after `api_v1`'s `resetpwd/check`.
pub const RESET_PERMIT_LIFE: Duration = Duration::from_secs(30 * 60);

// The slider.

/// How long a slider picture can be answered.
pub const SLIDER_LIFE: Duration = Duration::from_secs(5 * 60);
/// Sliders that are drawn at once or wait for a thread.
pub const SLIDERS_AT_ONCE: usize = 64;

// Pictures.

/// Bytes of an uploaded picture.
pub const UPLOAD_BYTES: usize = 5 * 1024 * 1024;
/// Bytes of the file that is made of it, which may be larger: ours is packed for speed.
pub const UPLOAD_STORED_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a stored picture that are in memory at once for whoever loads it: anybody may, thousands at a time, and take as
/// long over it as they like.
pub const PICTURE_PIECE_BYTES: usize = 32 * 1024;
/// Pieces of pictures that are read from the database, and pictures that are written to it, at once: less than it has
/// connections, so that whoever loads pictures keeps nobody from signing in.
pub const PICTURES_AT_THE_DATABASE: usize = 4;
/// How long an object store may take to answer, and between two pieces of an object.
pub const BUCKET_DEADLINE: Duration = Duration::from_secs(5);
/// How long connecting to it may take.
pub const BUCKET_CONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// Bytes that are read of what it says when it has no such object.
pub const BUCKET_REFUSAL_BYTES: usize = 4 * 1024;
/// Pixels of its width, and of its height.
pub const UPLOAD_SIDE: u32 = 8_192;
/// Pixels of it, width times height.
pub const UPLOAD_PIXELS: u64 = 16 * 1024 * 1024;
/// Bytes that its decoded pixels may take.
pub const UPLOAD_MEMORY_BYTES: u64 = 64 * 1024 * 1024;
/// How long after its upload a picture may be put into a profile.
pub const UPLOAD_USABLE: Duration = Duration::from_secs(20 * 60);
/// Uploads of one account in a day.
pub const UPLOADS_PER_ACCOUNT_PER_DAY: u32 = 100;
/// Uploads whose bodies are held in memory at once, while they arrive and wait to be decoded.
pub const UPLOADS_HELD: usize = 32;
/// Uploads that are decoded and written anew at once.
pub const UPLOADS_AT_ONCE: usize = 4;

// The account page.

/// Settings that are read at once for whoever downloads what is kept of them.
pub const SETTINGS_READ: u32 = 32;
/// Sessions that somebody is shown of their own: as many as an account may have.
pub const OWN_SESSIONS_SHOWN: u32 = 1_000;

// Lists.

/// Rows of a page that is asked for without a size.
pub const PAGE_SIZE_DEFAULT: u32 = 15;
/// Most rows of a page.
pub const PAGE_SIZE: u32 = 30;
/// Most rows of a slice of a list that goes on by cursor.
pub const SLICE_SIZE: u32 = 100;
/// Accounts that are looked at for one slice; a filter that lets few of them through goes on from there with the next.
pub const SLICE_LOOKED_AT: usize = 5_000;
/// How long it is kept whose names and addresses changed; a node that has not looked for half as long reads all anew.
pub const CHANGES_KEPT: Duration = Duration::from_secs(600);
/// Accounts that an export reads at a time.
pub const EXPORT_CHUNK: u32 = 500;
/// Totals are exact up to here, and not counted beyond.
pub const TOTAL_COUNTED: u32 = 10_000;
/// Live sessions are counted for operators up to here.
pub const SESSIONS_COUNTED: u32 = 1_000_000;
/// Characters of a search word.
pub const KEYWORD_CHARACTERS: usize = 100;

/// Audit entries of a page.
pub const AUDIT_PAGE: u32 = 50;
/// Audit entries, or messages, that are looked at for one page; past it the page ends, and the next one goes on.
pub const RECORDS_LOOKED_AT: u32 = 10_000;
/// Audit entries that are exported in one piece.
pub const AUDIT_EXPORT_CHUNK: u32 = 500;
/// Audit entries whose chain is verified in one call.
pub const AUDIT_VERIFIED: u32 = 20_000;

// Messages.

/// Messages that may wait in the outbox; past it, codes are refused.
pub const OUTBOX_WAITING: u32 = 10_000;
/// How long one attempt at sending a message may take, connecting included.
pub const DELIVERY_DEADLINE: Duration = Duration::from_secs(3);
/// How often one message is tried.
pub const DELIVERY_ATTEMPTS: u32 = 5;
/// Messages of each state that operators are shown.
pub const DELIVERIES_SHOWN: u32 = 50;
/// Messages of a page in the console.
pub const MESSAGES_PAGE: u32 = 50;
/// Codes that the trial channel sent and that a process remembers for the console, the newest, and only as long as they live.
pub const TRIAL_CODES_KEPT: usize = 100;
/// Messages that are sent at once.
pub const DELIVERIES_AT_ONCE: usize = 16;
/// Idle connections that a channel keeps for the next message.
pub const IDLE_CHANNEL_CONNECTIONS: usize = 4;

// What is written down.

/// Events of accounts that wait to be written; past it, the oldest is dropped.
pub const EVENTS_WAITING: usize = 10_000;
/// Figures, by app and hour, that wait to be written; past it, new ones are not counted.
pub const FIGURES_WAITING: usize = 50_000;
/// Events that are written in one transaction.
pub const EVENTS_PER_WRITE: usize = 100;
/// Events of an account that are kept and shown, at most.
pub const EVENTS_PER_ACCOUNT: u32 = 200;
/// The same refusals from one source within such a span of the clock are one event with a count.
pub const EVENTS_FOLDED: Duration = Duration::from_secs(10 * 60);
/// Characters of what an event says in words.
pub const EVENT_DETAIL_CHARACTERS: usize = 200;
/// How long events of accounts are kept.
pub const EVENTS_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long figures are kept: three whole months and the day that is under way.
pub const FIGURES_KEPT: Duration = Duration::from_secs(93 * 24 * 60 * 60);
/// Spans that figures are summed over at once: three months by the hour.
pub const FIGURE_SPANS: usize = 93 * 24;

// What is swept away.

/// How long a spent code is kept: as long as the day over which its address is counted.
pub const SPENT_CODE_KEPT: Duration = DAY;
/// How long operators can read what became of a message.
pub const FINISHED_DELIVERY_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Rows that are deleted in one transaction.
pub const SWEEP_BATCH: u32 = 500;
/// Transactions of one sweep for each table; what remains waits for the next.
pub const SWEEP_BATCHES: u32 = 40;

// The database.

/// Point look-ups that run at once.
pub const READS_AT_ONCE: usize = 16;
/// Scans that run at once.
pub const SCANS_AT_ONCE: usize = 2;
/// Reads or scans that may wait for each that can run.
pub const READS_WAITING: usize = 16;
/// How long a scan may take, waiting included.
pub const SCAN_DEADLINE: Duration = Duration::from_secs(5);
/// Writes that may wait.
pub const WRITES_WAITING: usize = 4_096;
/// Writes that share a commit.
pub const WRITES_PER_COMMIT: usize = 512;
/// How long a write may take, waiting included, before its caller is told that the outcome is unknown.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(10);
/// How often a transaction that collides is run before its caller is told to come again.
pub const WRITE_ATTEMPTS: usize = 5;
/// How long to wait for another process that is writing. Well under half of [`WRITE_DEADLINE`], so that a write that
/// waits behind one that waits in vain is told "busy" too, and not that its outcome is unknown.
pub const DATABASE_BUSY: Duration = Duration::from_secs(3);
/// Connections to PostgreSQL that all calls share to be authenticated; none behind a pooler.
pub const SERVER_LOOK_UP_CONNECTIONS: usize = 4;
/// Connections to PostgreSQL for all other point look-ups, and as many for transactions.
pub const SERVER_CONNECTIONS: usize = 8;
/// Hosts of one PostgreSQL database: more could not all be asked within [`SERVER_DEADLINE`].
pub const SERVER_HOSTS: usize = 7;
/// Calls of a kind that may wait for a connection to PostgreSQL.
pub const SERVER_CALLS_WAITING: usize = 1_024;
/// How long a look-up or a transaction on PostgreSQL may take, waiting included. A server that is frozen answers nothing,
/// and callers are answered within three seconds all the same.
pub const SERVER_DEADLINE: Duration = Duration::from_millis(2_500);
/// How long what is queued for PostgreSQL may take when the process ends.
pub const SERVER_CLOSE: Duration = Duration::from_secs(10);
/// How long PostgreSQL's schema may take to be brought up to date.
pub const SERVER_MIGRATION_DEADLINE: Duration = Duration::from_secs(600);
/// How often a connection is asked whether its server still takes writes.
pub const SERVER_RECHECK: Duration = Duration::from_secs(2);
/// How long the server may take to say so.
pub const SERVER_RECHECK_DEADLINE: Duration = Duration::from_secs(1);
/// How long a statement may wait for rows that others have locked; after that nothing was done.
pub const SERVER_LOCK_WAIT: Duration = Duration::from_millis(1_500);
/// Numbers for new accounts that a process reserves at a time.
pub const NUMBERS_RESERVED: u32 = 32;
/// Statements that a connection keeps prepared: more than there are.
pub const PREPARED_STATEMENTS: usize = 512;
/// Rows of a result.
pub const RESULT_ROWS: usize = 100_000;
/// Bytes of a value in a row.
pub const VALUE_BYTES: usize = 16 * 1024 * 1024;

// Requests.

/// Bytes of a request's head: its address and its headers.
pub const HEAD_BYTES: usize = 32 * 1024;
/// Headers of a request.
pub const HEADERS: usize = 100;
/// Bytes of a request's path and query.
pub const URL_BYTES: usize = 8 * 1024;
/// Parameters of a request, query and form together.
pub const PARAMETERS: usize = 100;
/// Levels of arrays and objects in a JSON body.
pub const JSON_DEPTH: usize = 32;
/// Bytes of a request's body.
pub const BODY_BYTES: usize = 64 * 1024;
/// Bytes of a form that carries a setting's value, each byte of which may take three.
pub const SETTING_BODY_BYTES: usize = 256 * 1024;
/// Bytes of a body that carries a picture and what multipart puts around it.
pub const UPLOAD_BODY_BYTES: usize = 6 * 1024 * 1024;
/// How long a client may take to send a body.
pub const BODY_DEADLINE: Duration = Duration::from_secs(30);
/// Hops of `X-Forwarded-For` that are looked at, from the right.
pub const FORWARDED_HOPS: usize = 16;
/// Characters of a request id that a client may bring along.
pub const REQUEST_ID_CHARACTERS: usize = 64;

// Operators.

/// Bytes of a management command, and of its reply.
pub const COMMAND_BYTES: u64 = 1024 * 1024;
/// Management commands that are carried out at once.
pub const COMMANDS_AT_ONCE: usize = 8;
/// How long a management command may take, from connecting to the end of the reply.
pub const COMMAND_DEADLINE: Duration = Duration::from_secs(30);
/// Bytes of a settings file, or of a file that holds a secret.
pub const SETTINGS_FILE_BYTES: u64 = 1024 * 1024;
/// Bytes of standard input that are read for a password.
pub const PASSWORD_LINE_BYTES: u64 = 4_096;

/// The longest name by which a script may send a call again.
pub const IDEMPOTENCY_KEY_CHARACTERS: usize = 128;
/// The longest answer to such a call.
pub const ANSWER_BYTES: usize = 256 * 1024;
/// How long it is kept.
pub const REPEATED_CALL_KEPT: Duration = DAY;
/// Events of a sliding window that are kept each by itself; where more may pass, it is counted in so many slices.
pub const WINDOW_SLICES: usize = 1_000;

/// The windows over which sends, guesses and failures are counted.
pub mod windows {
    use super::{DAY, Duration, HOUR, MINUTE};

    /// One second, of an app's request rate.
    pub const SECOND: Duration = Duration::from_secs(1);
    /// One minute.
    pub const PER_MINUTE: Duration = MINUTE;
    /// One hour.
    pub const PER_HOUR: Duration = HOUR;
    /// One day.
    pub const PER_DAY: Duration = DAY;
}

/// The bounds that an operator may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a one-time code can be redeemed.
    pub code_life: Duration,
    /// How long to wait before another code is sent to the same identifier; zero for not at all.
    pub code_resend: Duration,
    /// Tries for one code.
    pub code_guesses: u32,
    /// Codes sent to one identifier in a day.
    pub codes_per_identifier_per_day: u32,
    /// Codes asked for by one source in an hour.
    pub codes_per_source_per_hour: u32,
    /// Codes sent in one app in a day.
    pub codes_per_app_per_day: u32,
    /// Failed sign-ins of one source in an hour, over all identifiers.
    pub failures_per_source_per_hour: u32,
    /// Accounts that one source may register without proof in an hour.
    pub registrations_per_source_per_hour: u32,
    /// Slider pictures drawn for one source in an hour.
    pub challenges_per_source_per_hour: u32,
    /// Live sessions of one account; the oldest ends when one more begins.
    pub sessions_per_account: u32,
    /// How long after its holder asked for it an account ends; zero for at once.
    pub closing_delay: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            code_life: Duration::from_secs(300),
            code_resend: Duration::from_secs(60),
            code_guesses: 5,
            codes_per_identifier_per_day: 10,
            codes_per_source_per_hour: 60,
            codes_per_app_per_day: 100_000,
            failures_per_source_per_hour: 300,
            registrations_per_source_per_hour: 60,
            challenges_per_source_per_hour: 600,
            sessions_per_account: 10,
            closing_delay: DAY.saturating_mul(7),
        }
    }
}
