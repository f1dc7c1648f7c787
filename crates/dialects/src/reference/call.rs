//! One call, described.

use serde_json::Value;
use yaopai_accounts::Refusal;

use super::common;
use super::example::Example;
use super::failures::failure_name;
use super::field::{Field, Form};
use crate::{BadInput, Failure, Spelling, Wire};

/// A wire, described.
pub(crate) struct WireReference {
    /// Its name, and what one signs in by.
    pub(crate) title: &'static str,
    /// What all its calls have in common, as Markdown.
    pub(crate) about: &'static str,
    /// Its calls.
    pub(crate) calls: Vec<CallReference>,
}

/// A call as its wire's `reference` describes it.
pub(crate) struct CallReference {
    pub(super) wire: Wire,
    /// The whole path, as the route table prints it.
    pub(super) route: &'static str,
    /// The whole path, as documents write it.
    pub(super) path: String,
    /// The group it belongs to.
    pub(super) group: &'static str,
    pub(super) summary: &'static str,
    pub(super) about: &'static str,
    pub(super) fields: Vec<Field>,
    pub(super) carrier: Carrier,
    pub(super) token: TokenUse,
    pub(super) success: Success,
    pub(super) example: Example,
    /// What it can be refused with beside what every call can.
    pub(super) refused: Vec<Refused>,
}

/// A way to fail, in the wire's words.
#[derive(Clone)]
pub(super) struct Refused {
    pub(super) name: String,
    pub(super) spelling: Spelling,
}

/// Whether a call needs a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenUse {
    /// It does not look at one.
    None,
    /// It is told by one whose claim a code proves.
    Accepted,
    /// It needs one.
    Needed,
}

/// Where the fields of a request stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// In the query, and on POST in a form as well.
    Parameters,
    /// In the query on GET, in a JSON body on POST.
    Json,
    /// In the parts of a multipart form.
    Multipart,
    /// In the path.
    Path,
}

/// What a call that succeeded answers.
pub(super) enum Success {
    /// The envelope with this `data`.
    Data(Form),
    /// A picture.
    Picture,
}

impl CallReference {
    /// A call that takes and gives nothing. `route` is the whole path as the route table prints it.
    pub(crate) fn new(wire: Wire, route: &'static str, group: &'static str, summary: &'static str) -> Self {
        Self {
            wire,
            route,
            path: route.to_owned(),
            group,
            summary,
            about: "",
            fields: Vec::new(),
            carrier: match wire {
                Wire::ApiCloudUser => Carrier::Parameters,
                Wire::ApiV1 | Wire::User => Carrier::Json,
            },
            token: TokenUse::None,
            success: Success::Data(Form::Null),
            example: Example::default(),
            refused: Vec::new(),
        }
    }

    /// With more to say of it.
    pub(crate) fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// With these values in its request.
    pub(crate) fn takes(self, fields: impl Into<Vec<Field>>) -> Self {
        let fields = fields.into();
        Self { fields, ..self }
    }

    /// With its values in the parts of a form.
    pub(crate) fn in_parts(self) -> Self {
        Self {
            carrier: Carrier::Multipart,
            ..self
        }
    }

    /// With its values in the path.
    pub(crate) fn in_path(self) -> Self {
        Self {
            carrier: Carrier::Path,
            ..self
        }
    }

    /// With a path that documents write in another way than the route table.
    pub(crate) fn written(self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self
        }
    }

    /// With a token.
    pub(crate) fn token(self, token: TokenUse) -> Self {
        Self { token, ..self }
    }

    /// With this `data` in its answer.
    pub(crate) fn gives(self, data: Form) -> Self {
        Self {
            success: Success::Data(data),
            ..self
        }
    }

    /// With a picture as its answer.
    pub(crate) fn gives_picture(self) -> Self {
        Self {
            success: Success::Picture,
            ..self
        }
    }

    /// With its first success in a transcript as the example, if it has one there.
    pub(crate) fn shown_in(self, transcript: &str) -> Self {
        let path = self
            .path
            .split_once("&keyword")
            .map_or(self.path.as_str(), |(path, _)| path);
        match Example::find(transcript, path, self.wire.success()) {
            Some(example) => Self { example, ..self },
            None => self,
        }
    }

    /// With these refusals.
    pub(crate) fn refused(self, refusals: &[Refusal]) -> Self {
        refusals.iter().fold(self, |call, refusal| {
            let refused = Refused::new(call.wire, &(*refusal).into());
            call.with(refused)
        })
    }

    /// With these ways in which its request may be no call, beside those that follow from what it takes.
    pub(crate) fn misread(self, problems: &[BadInput]) -> Self {
        problems.iter().fold(self, |call, problem| {
            let refused = Refused::new(call.wire, &(*problem).into());
            call.with(refused)
        })
    }

    /// With a refusal that has words of its own.
    pub(crate) fn says(self, name: &str, spelling: Spelling) -> Self {
        let name = name.to_owned();
        self.with(Refused { name, spelling })
    }

    /// Everything it can be refused with: what is said of it alone, and what follows from what it takes. Refusals that differ
    /// only in the parameter's name are one.
    pub(super) fn all_refused(&self) -> Vec<Refused> {
        let common = common::failures(self).into_iter();
        let common = common.map(|failure| Refused::new(self.wire, &failure));
        let mut all: Vec<Refused> = Vec::new();
        for refused in self.refused.iter().cloned().chain(common) {
            if !all.iter().any(|known| known.is_like(&refused)) {
                all.push(refused);
            }
        }
        all
    }

    /// Whether it is asked by POST with a body that has to be JSON.
    pub(super) fn has_json_body(&self) -> bool {
        let is_post = || {
            let routes = self.wire.routes();
            routes
                .iter()
                .any(|line| line.path == self.route && line.methods == "POST")
        };
        self.carrier == Carrier::Json && is_post()
    }

    /// What `name` is in the example, in the type of `field`.
    pub(super) fn example_of(&self, field: &Field) -> Option<Value> {
        let shown = self.example.value(field.name).map(|value| match value.as_str() {
            Some(text) => field.read_example(text),
            None => value,
        });
        shown.or_else(|| field.example.clone())
    }

    fn with(mut self, refused: Refused) -> Self {
        self.refused.push(refused);
        self
    }
}

impl Refused {
    fn new(wire: Wire, failure: &Failure) -> Self {
        Self {
            name: failure_name(failure),
            spelling: wire.spell(failure),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        let words = |refused: &Self| refused.spelling.message.split('：').next().map(str::to_owned);
        self.name == other.name && self.spelling.code == other.spelling.code && words(self) == words(other)
    }
}
