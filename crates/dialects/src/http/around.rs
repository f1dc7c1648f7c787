//! What surrounds every call of a wire.

use std::sync::Arc;

use ::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderValue, Method, Response};
use axum::body::{Body, HttpBody as _};
use yaopai_http::{AnswerBody, Answered, BadHead, CallRecord, PeerAddress, RequestId, Route};
use yaopai_model::Timestamp;

use super::arrived::{Arrived, Surroundings};
use super::cors;
use super::reply::Reply;
use super::routes::PathCalls;
use crate::{BadInput, Failure, Wire, Wires};

/// What surrounds every call of a wire: where it comes from, what it is called, its bounds, and what is written of it.
pub(crate) struct Around {
    wire: Wire,
    wires: Arc<Wires>,
    /// Those that every answer has.
    headers: HeaderMap,
    /// The same for an envelope.
    envelope_headers: HeaderMap,
}

/// What a request is for.
pub(super) struct Called {
    pub(super) around: Arc<Around>,
    pub(super) route: Route,
    /// The calls that have its path; `None` where none has it.
    pub(super) calls: Option<PathCalls>,
}

impl Called {
    pub(super) fn fits(&self, path: &str) -> bool {
        self.calls.as_ref().is_some_and(|calls| calls.fits(path))
    }

    /// The answer to a request. This is no async function, in which the request, which is large, would have a place several times.
    pub(super) fn answer(
        self: Arc<Self>,
        peer: PeerAddress,
        head: Parts,
        body: Body,
    ) -> impl Future<Output = Response<AnswerBody>> {
        let (around, settings) = (&self.around, &self.around.wires.settings);
        let token_keys = around.wires.accounts.token_keys();
        // The call will ask for the token that most likely is in its head.
        let token = around.wire.shown_token(&head.headers);
        let token = token.and_then(|text| token_keys.announce(text));
        let asked_at = settings.clock.now();
        let request_id = RequestId::choose(&head.headers, &*settings.entropy);
        let surroundings = Arc::new(Surroundings {
            record: CallRecord::default(),
            caller: yaopai_http::caller(around.wire.name(), &head.headers, peer, &settings.trusted_proxies),
            wire: around.wire.in_apps(),
            token_keys,
            head,
        });
        async move {
            // What was done since its place was asked for was done while that was fetched.
            if let Some(token) = token {
                surroundings.token_keys.prefetch(&token);
            }
            let answer = self.around.reply(self.calls.as_ref(), &surroundings, body).await;
            self.finish(&surroundings, asked_at, request_id, answer)
        }
    }

    /// Gives an answer what every answer has, and writes of it.
    fn finish(
        &self,
        surroundings: &Surroundings,
        asked_at: Timestamp,
        request_id: RequestId,
        answer: Result<Reply, Failure>,
    ) -> Response<AnswerBody> {
        let (around, settings) = (&self.around, &self.around.wires.settings);
        let method = &surroundings.head.method;
        let (mut reply, failure) = match answer {
            Ok(reply) => (reply, None),
            Err(failure) => (around.refuse(&failure, &request_id), Some(failure)),
        };
        let calls = self.calls.as_ref();
        if let Some(calls) = calls.filter(|calls| calls.to_method(method).is_none()) {
            reply.headers.push((ALLOW, calls.methods()));
        }

        let answered = Answered {
            method,
            status: reply.status,
            code: reply.code,
            asked_at,
            answered_at: settings.clock.now(),
            request_id: &request_id,
            record: &surroundings.record,
        };
        self.route.note(&settings.access_log, &answered);
        let mut response = around.response(reply, request_id, *method == Method::HEAD);
        if let Some(failure) = failure {
            // For whoever stands around the wires.
            response.extensions_mut().insert(failure);
        }
        response
    }
}

impl Around {
    pub(crate) fn new(wire: Wire, wires: &Arc<Wires>) -> Arc<Self> {
        let mut headers = HeaderMap::new();
        cors::allow(&mut headers, wires.settings.cors_origin.as_ref());
        secure(&mut headers);
        let mut envelope_headers = headers.clone();
        envelope_headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        Arc::new(Self {
            wire,
            wires: Arc::clone(wires),
            headers: RequestId::leave_room(headers),
            envelope_headers: RequestId::leave_room(envelope_headers),
        })
    }

    async fn reply(
        &self,
        calls: Option<&PathCalls>,
        surroundings: &Arc<Surroundings>,
        body: Body,
    ) -> Result<Reply, Failure> {
        let head = &surroundings.head;
        if head.method == Method::OPTIONS {
            return Ok(Reply::bare([], AnswerBody::default()));
        }
        yaopai_http::check_head(head).map_err(BadInput::from)?;
        let calls = calls.ok_or(BadInput::UnknownRoute)?;
        let endpoint = calls.to_method(&head.method).ok_or(BadInput::UnknownMethod)?;
        let arrived = Arrived {
            wires: Arc::clone(&self.wires),
            surroundings: Arc::clone(surroundings),
            body,
        };
        let answered = yaopai_http::caught(endpoint(arrived)).await;
        answered.unwrap_or_else(|panicked| Err(Failure::fault(panicked.to_string())))
    }

    /// Every failure of a wire, unknown routes and panics included, is put into words here.
    fn refuse(&self, failure: &Failure, request_id: &RequestId) -> Reply {
        if let Failure::Fault(fault) = failure {
            yaopai_http::write_fault(fault, request_id);
        }
        self.wire.refuse(failure, &self.wires.settings)
    }

    fn response(&self, reply: Reply, request_id: RequestId, is_head: bool) -> Response<AnswerBody> {
        let mut response = Response::new(reply.body);
        *response.status_mut() = reply.status;
        let headers = if reply.is_envelope {
            &self.envelope_headers
        } else {
            &self.headers
        };
        headers.clone_into(response.headers_mut());
        // A call may have set its own, also one that every answer has.
        for (name, value) in reply.headers {
            response.headers_mut().insert(name, value);
        }
        request_id.give(response.headers_mut());
        if is_head { without_body(response) } else { response }
    }
}

impl From<BadHead> for BadInput {
    fn from(problem: BadHead) -> Self {
        match problem {
            BadHead::Host => Self::BadHost,
            BadHead::UrlTooLong => Self::UrlTooLong,
        }
    }
}

/// Headers that keep replies out of caches and addresses out of other sites' logs.
fn secure(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// The head of an answer, which says how long the body would be (RFC 9110, section 9.3.2).
fn without_body(mut response: Response<AnswerBody>) -> Response<AnswerBody> {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = AnswerBody::default();
    response
}
