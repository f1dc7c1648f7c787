//! The pages and what they load.

use askama::Template;
use axum::body::Bytes;
use yaopai_dialects::reference::{Document, FailureLine, documents, failure_lines};
use yaopai_dialects::{Spelling, Wire, WireSettings};
use yaopai_http::Language;

use crate::DocsError;
use crate::overview::Section;
use crate::shelf::{Item, Shelf};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

const BUNDLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));
const BUNDLE_STYLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"));
const BUNDLE_LICENCE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/LICENSE.gz"));

/// The document that has the calls of the wires once more.
const MERGED: &str = "openapi";

/// The path of the guide to the admin API.
const ADMIN_GUIDE: &str = "guide/admin";

/// Where a curl line goes as long as operators have not said where clients reach the server.
const LOCAL: &str = "http://127.0.0.1:9000";

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage<'a> {
    frame: Frame,
    documents: &'a [(&'static str, &'static str)],
    sections: &'a [Section],
}

#[derive(Template)]
#[template(path = "guide.html")]
struct GuidePage {
    frame: Frame,
    wire: Wire,
    base: String,
}

#[derive(Template)]
#[template(path = "admin_guide.html")]
struct AdminGuidePage {
    frame: Frame,
    base: String,
}

#[derive(Template)]
#[template(path = "refusals.html")]
struct RefusalsPage<'a> {
    frame: Frame,
    lines: &'a [FailureLine],
}

/// What stands around every page.
struct Frame {
    language: Language,
    /// The page's own path under `/docs/`.
    path: String,
}

impl Frame {
    fn is_chinese(&self) -> bool {
        self.language == Language::Chinese
    }

    /// One of two texts.
    fn say<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        self.language.pick(chinese, english)
    }

    fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// The address of another page in the same language.
    fn link(&self, path: &str) -> String {
        format!("/docs/{path}?lang={}", self.tag())
    }

    /// The address of this page in the other language.
    fn translation(&self) -> String {
        let other = match self.language {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        };
        format!("/docs/{}?lang={}", self.path, other.tag())
    }

    fn is_at(&self, path: &str) -> bool {
        self.path == path
    }
}

impl RefusalsPage<'_> {
    fn meaning<'a>(&self, line: &'a FailureLine) -> &'a str {
        self.frame.say(line.meaning_zh, line.meaning_en)
    }

    fn status(spelling: &Spelling) -> u16 {
        spelling.status.as_u16()
    }
}

/// Everything.
///
/// # Errors
/// See [`DocsError`].
pub(crate) fn all(settings: &WireSettings, admin: Document) -> Result<Shelf, DocsError> {
    let mut shelf = Shelf::default();
    let (mut named, mut sections) = (Vec::new(), Vec::new());
    for document in documents(settings)?.into_iter().chain([admin]) {
        shelf.put(
            format!("{}.json", document.name),
            None,
            Item::new(JSON, &document.json)?,
        );
        named.push((document.name, document.title));
        if document.name != MERGED {
            sections.push(Section::read(document.name, document.title, &document.json)?);
        }
    }
    let lines = failure_lines(settings);
    for language in Language::ALL {
        let frame = |path: &str| Frame {
            language,
            path: path.to_owned(),
        };
        let mut put = |path: &str, html: String| -> Result<(), DocsError> {
            shelf.put(path, Some(language), Item::new(HTML, &html)?);
            Ok(())
        };
        let page = ApiPage {
            frame: frame(""),
            documents: &named,
            sections: &sections,
        };
        put("", page.render()?)?;
        let base = settings.public_url.as_deref().unwrap_or(LOCAL).trim_end_matches('/');
        for wire in Wire::ALL {
            let path = format!("guide/{}", wire.name());
            let page = GuidePage {
                frame: frame(&path),
                wire,
                base: base.to_owned(),
            };
            put(&path, page.render()?)?;
        }
        let page = AdminGuidePage {
            frame: frame(ADMIN_GUIDE),
            base: base.to_owned(),
        };
        put(ADMIN_GUIDE, page.render()?)?;
        let page = RefusalsPage {
            frame: frame("refusals"),
            lines: &lines,
        };
        put("refusals", page.render()?)?;
    }
    put_assets(&mut shelf)?;
    Ok(shelf)
}

fn put_assets(shelf: &mut Shelf) -> Result<(), DocsError> {
    let ours = [
        ("docs.css", CSS, include_str!("../assets/docs.css")),
        ("docs.js", JAVASCRIPT, include_str!("../assets/docs.js")),
        ("swagger-mend.js", JAVASCRIPT, include_str!("../assets/swagger-mend.js")),
        ("slider.js", JAVASCRIPT, include_str!("../assets/slider.js")),
    ];
    for (name, media_type, text) in ours {
        shelf.put(format!("assets/{name}"), None, Item::new(media_type, text)?);
    }
    let of_swagger_ui = [
        ("swagger-ui-bundle.js", JAVASCRIPT, BUNDLE),
        ("swagger-ui.css", CSS, BUNDLE_STYLE),
        ("swagger-ui-license.txt", TEXT, BUNDLE_LICENCE),
    ];
    for (name, media_type, gzip) in of_swagger_ui {
        let item = Item::compressed(media_type, Bytes::from_static(gzip));
        shelf.put(format!("assets/{name}"), None, item);
    }
    Ok(())
}
