//! One request: from hyper to a [`Question`], from an [`Answer`] back to hyper.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime};

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
    // A mistake of ours must cost one answer, not the connection of somebody else's proxy.
    let Some(asked) = guarded(|| state.site.read(&question)) else {
        return Ok(broken(&shared, Endpoint::Other, client, began));
    };
    let endpoint = asked.endpoint();
    let domain = asked.found.as_ref().map(|f| f.domain);
    let login = match (&state.users, state.site.user(&asked)) {
        (Some(users), Some(address)) => {
            let look_up = users.look_up(address).await;
            shared.looked_up(&look_up);
            look_up.login
        }
        _ => Ok(None),
    };
    let answer = match login {
        Ok(login) if endpoint == Endpoint::Profile && state.site.signer.is_some() => {
            signed(&shared, || state.site.answer_at(asked, login.as_ref(), Some(SystemTime::now()))).await
        }
        Ok(login) => guarded(|| state.site.answer(asked, login.as_ref())),
        // A wrong login would be kept by the client: it shall come again, or look elsewhere.
        Err(_) => {
            let answer = Answer::refusal(503, "the directory of users does not answer\n");
            Some(endpoint.shared(answer.header("Retry-After", "5")))
        }
    };
    let Some(answer) = answer else {
        return Ok(broken(&shared, endpoint, client, began));
    };
    shared.metrics.answered(endpoint, answer.status, client, domain.map(|d| &*d.name), began);
    Ok(response(answer, false))
}

/// What work comes to; `None` when it panicked.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// A signature takes a core for milliseconds: few at once, so that everybody else is answered meanwhile.
async fn signed(shared: &Shared, sign: impl FnOnce() -> Answer) -> Option<Answer> {
    match timeout(limits::SIGNING, shared.signing.acquire()).await {
        Ok(Ok(_permit)) => tokio::task::block_in_place(|| guarded(sign)),
        _ => Some(Answer::refusal(503, "too many profiles are asked for\n").header("Retry-After", "2")),
    }
}

fn broken(shared: &Shared, endpoint: Endpoint, client: Client, began: Instant) -> Response<Full<Bytes>> {
    shared.metrics.answered(endpoint, 500, client, None, began);
    response(Answer::refusal(500, "a mistake of the server\n"), true)
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
        "/ready" if shared.opening.load(Ordering::Relaxed) => {
            said(503, "the directory of users has not answered yet\n")
        }
        "/ready" => said(200, "ready\n"),
        // Whose mail is hosted here is nobody's business: only who may reach the address of the metrics; and where they
        // have none, who is on this machine and asks for this machine, not through a proxy.
        "/metrics"
            if peer.role == Role::Metrics
                || (!shared.metrics_apart && peer.loopback && asks_for_this_machine(head)) =>
        {
            Some(Answer { caching: Caching::No, ..Answer::ok(METRICS, shared.metrics.text()) })
        }
        _ => None,
    }
}

/// Whether it looks like no proxy's question. Proxies pass the asked name on, or say that they are one; nginx does neither
/// unless it is told to, but asks by HTTP/1.0 then. One that is told just the one and not the other is not recognised:
/// `serve.metrics` is for that.
fn asks_for_this_machine(head: &hyper::http::request::Parts) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| head.headers.contains_key(*name));
    let host = host(head);
    let name = host.strip_suffix(|c: char| c.is_ascii_digit()).map_or(host, |_| {
        host.rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host, |(name, _)| name)
    });
    let is_old = head.version < hyper::Version::HTTP_11;
    !forwarded && !is_old && crate::account::Host::parse(name).is_ok_and(|h| h.is_loopback())
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
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), value) {
            headers.append(name, value);
        }
    }
    if answer.caching == Caching::Public {
        // One path is another answer for each host: a cache that keeps it must know.
        headers.append(header::VARY, HeaderValue::from_static("host"));
    }
    response
}
