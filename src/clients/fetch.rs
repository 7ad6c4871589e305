//! A document fetched as programs fetch it: GET, no cookies, no login; ten seconds, a MiB, five redirections; the
//! system's trusted authorities (rustls-native-certs, so that `SSL_CERT_FILE` counts).
//!
//! Redirections are followed here one by one, since what programs think of them depends on each. The only module of this
//! room that opens a socket.

use std::error::Error;
use std::io::Read;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
use url::Url;

use super::encoding::{Written, decode};

use crate::problem::Problem;

/// How long everything together may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a body may be.
const MOST: u64 = 1024 * 1024;
/// How many redirections are followed.
const REDIRECTIONS: usize = 5;

/// What a web server answered.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Every address that was asked, the last one gave the answer.
    pub hops: Vec<Url>,
    /// The last status.
    pub status: u16,
    /// `Content-Type`.
    pub kind: Option<String>,
    /// The body.
    pub body: String,
    /// How the body was written.
    pub written: Written,
}

/// Whether what stands in place of a file is the address of a document.
pub fn is_url(name: &str) -> bool {
    let start = |scheme: &str| name.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
    start("https://") || start("http://")
}

/// An address as it may be shown: its query may hold somebody's mail address, and its user part a password.
pub fn shown(url: &Url) -> String {
    let mut bare = url.clone();
    // Both cannot fail where there is a host.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.set_fragment(None);
    if bare.query().is_some() {
        bare.set_query(Some("..."));
    }
    bare.to_string()
}

/// Fetches a document.
///
/// # Errors
/// Why there is no answer at all; a refusal by its status is an answer.
pub fn fetch(address: &str) -> Result<Fetched, Problem> {
    let mut url = Url::parse(address).map_err(|why| {
        Problem::error("no-url", None, "this is no address of a document")
            .because(why.to_string())
            .fix("write `https://HOST/PATH`")
    })?;
    let start = Instant::now();
    let mut hops = Vec::new();
    loop {
        let left = PATIENCE.saturating_sub(start.elapsed());
        let mut response = agent(left).get(url.as_str()).call().map_err(|why| refused(&url, &why))?;
        hops.push(url.clone());
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        if (300..400).contains(&status)
            && status != 304
            && let Some(next) = header("location").and_then(|l| url.join(&l).ok())
        {
            if hops.len() > REDIRECTIONS {
                return Err(cannot(&url, &format!("it is the end of {REDIRECTIONS} redirections and redirects again")));
            }
            if !matches!(next.scheme(), "http" | "https") {
                return Err(cannot(&url, "it redirects to something else than http and https"));
            }
            url = next;
            continue;
        }
        let kind = header("content-type");
        let mut bytes = Vec::new();
        let read = response.body_mut().as_reader().take(MOST + 1).read_to_end(&mut bytes);
        read.map_err(|why| cannot(&url, &why.to_string()))?;
        if bytes.len() as u64 > MOST {
            return Err(cannot(&url, "the answer is longer than a MiB"));
        }
        let (body, written) = decode(bytes, kind.as_deref());
        return Ok(Fetched { hops, status, kind, body, written });
    }
}

fn agent(left: Duration) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(left))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("mailwright/", env!("CARGO_PKG_VERSION")))
        .accept("text/xml, application/xml;q=0.9, */*;q=0.1")
        .build()
        .new_agent()
}

fn refused(url: &Url, why: &ureq::Error) -> Problem {
    // The deepest reason is what a person can do something about.
    let mut deepest: &dyn Error = why;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    cannot(url, &deepest.to_string())
}

fn cannot(url: &Url, why: &str) -> Problem {
    Problem::error("cannot-fetch", None, format!("{} cannot be fetched", shown(url)))
        .because(why.to_owned())
        .fix("check name, certificate and web server; `curl -v` shows more")
}
