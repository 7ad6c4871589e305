//! One request: from hyper to a [`Question`], from an [`Answer`] back to hyper.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tokio::time::timeout;

use super::client::Client;
use super::limits;
use super::listener::Role;
use super::state::Shared;
use crate::site::{Answer, Caching, Endpoint, Method, Question, question};

/// Who is connected.
#[derive(Clone, Copy)]
pub(super) struct Peer {
    /// A program on this machine.
    pub loopback: bool,
    /// What is behind the address that it connected to.
    pub role: Role,
}

/// What `/metrics` is.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn answer(
    request: Request<Incoming>,
    peer: Peer,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let client = Client::of(head.headers.get(header::USER_AGENT).map_or(b"", HeaderValue::as_bytes));
    if !names_one_host(&head) {
        let refusal = Answer::refusal(400, "the request is broken\n");
        shared.metrics.answered(Endpoint::Other, refusal.status, client, None, began);
        return Ok(response(refusal, true));
    }
    if let Some(answer) = of_the_server(&head, peer, &shared) {
        return Ok(response(answer, false));
    }
    if peer.role == Role::Metrics {
        return Ok(response(Answer::not_found(), false));
    }
    let body = match read(&head, body).await {
        Ok(body) => body,
        Err(refusal) => {
            shared.metrics.answered(Endpoint::Other, refusal.status, client, None, began);
            // What is left of the body is not waited for.
            return Ok(response(refusal, true));
        }
    };
    let state = shared.now();
    let question = Question {
        method: match head.method {
            hyper::Method::GET => Method::Get,
            hyper::Method::HEAD => Method::Head,
            hyper::Method::POST => Method::Post,
            hyper::Method::OPTIONS => Method::Options,
            _ => Method::Other,
        },
        host: host(&head),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or(""),
        languages: text(&head.headers, header::ACCEPT_LANGUAGE),
        body: &body,
    };
    let asked = state.site.read(&question);
    let endpoint = asked.endpoint();
    let domain = asked.found.as_ref().map(|f| f.domain);
    let login = match (&state.users, asked.user()) {
        (Some(users), Some(address)) => {
            let login = users.login(address).await;
            shared.metrics.looked_up(login.is_ok());
            login
        }
        _ => Ok(None),
    };
    let answer = match login {
        Ok(login) => state.site.answer(asked, login.as_ref()),
        // A wrong login would be kept by the client: it shall come again, or look elsewhere.
        Err(_) => Answer::refusal(503, "the directory of users does not answer\n").header("Retry-After", "5"),
    };
    shared.metrics.answered(endpoint, answer.status, client, domain.map(|d| &*d.name), began);
    Ok(response(answer, false))
}

/// `/health`, `/ready`, `/metrics`: about the server itself.
fn of_the_server(head: &hyper::http::request::Parts, peer: Peer, shared: &Shared) -> Option<Answer> {
    if !matches!(head.method, hyper::Method::GET | hyper::Method::HEAD) {
        return None;
    }
    let said = |status, words: &'static str| Some(Answer { status, ..Answer::refusal(status, words) });
    match head.uri.path() {
        "/health" => said(200, "alive\n"),
        "/ready" if shared.stopping.load(Ordering::Relaxed) => said(503, "stopping\n"),
        "/ready" => said(200, "ready\n"),
        // Whose mail is hosted here is nobody's business: only who is on this machine, and came through no proxy, or
        // may reach the address of the metrics.
        "/metrics" if peer.role == Role::Metrics || (peer.loopback && !is_forwarded(&head.headers)) => {
            Some(Answer { caching: Caching::No, ..Answer::ok(METRICS, shared.metrics.text()) })
        }
        _ => None,
    }
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// Whether there is one `Host`, and one that could be a host's name (RFC 9112 section 3.2): of two, a proxy may mean the
/// other one. HTTP/1.0 knew none.
fn names_one_host(head: &hyper::http::request::Parts) -> bool {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => {
            host.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(b))
        }
        (None, _) => head.version < hyper::Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

/// The asked host: of the request line if it has one (RFC 9112 section 3.2.2), else of the header.
fn host(head: &hyper::http::request::Parts) -> &str {
    match head.uri.authority() {
        Some(authority) => authority.as_str(),
        None => text(&head.headers, header::HOST),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
}

/// The body of a POST; others have none that counts.
async fn read(head: &hyper::http::request::Parts, body: Incoming) -> Result<Bytes, Answer> {
    if head.method != hyper::Method::POST || body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > question::BODY as u64 {
        return Err(Answer::refusal(413, "the request is too long\n"));
    }
    match timeout(limits::BODY, Limited::new(body, question::BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(e)) if e.is::<http_body_util::LengthLimitError>() => {
            Err(Answer::refusal(413, "the request is too long\n"))
        }
        Ok(Err(_)) => Err(Answer::refusal(400, "the request is broken\n")),
        Err(_) => Err(Answer::refusal(408, "the request took too long\n")),
    }
}

fn response(answer: Answer, close: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(match answer.caching {
            Caching::Public => "public, max-age=3600",
            Caching::No => "no-store",
        }),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if close {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    for (name, value) in answer.headers {
        let value = match value {
            std::borrow::Cow::Borrowed(value) => HeaderValue::from_str(value),
            std::borrow::Cow::Owned(value) => HeaderValue::try_from(value),
        };
        if let Ok(value) = value {
            headers.insert(HeaderName::from_static(lower(name)), value);
        }
    }
    response
}

/// Header names as hyper wants them.
fn lower(name: &'static str) -> &'static str {
    match name {
        "Allow" => "allow",
        "Retry-After" => "retry-after",
        "Access-Control-Allow-Origin" => "access-control-allow-origin",
        name => name,
    }
}
