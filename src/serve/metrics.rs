//! Counters for Prometheus: by endpoint and status, by domain, by client family; no addresses.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::client::Client;
use super::validity::{Purpose, Watched};
use crate::site::{Endpoint, Site};

/// The statuses that are counted one by one; all others are 0.
const STATUSES: &[u16] = &[0, 200, 204, 303, 400, 404, 405, 408, 413, 500, 503];

/// Upper ends of the histogram's buckets, in microseconds.
const BUCKETS: &[u64] = &[50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 5_000_000];

/// All counters of a process.
pub struct Metrics {
    answers: Vec<AtomicU64>,
    clients: Vec<AtomicU64>,
    domains: RwLock<HashMap<Box<str>, AtomicU64>>,
    buckets: Vec<AtomicU64>,
    microseconds: AtomicU64,
    open: AtomicI64,
    connections: AtomicU64,
    refused: AtomicU64,
    lookups: [AtomicU64; 2],
    reloads: [AtomicU64; 2],
    last_reload: AtomicU64,
    certificate_ends: AtomicU64,
    tls_ends: AtomicU64,
}

fn counters(count: usize) -> Vec<AtomicU64> {
    std::iter::repeat_with(AtomicU64::default).take(count).collect()
}

/// Seconds since 1970.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Counts a connection for as long as it lives.
pub(super) struct Open<'m>(&'m Metrics);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    pub(super) fn new(site: &Site) -> Metrics {
        let metrics = Metrics {
            answers: counters(Endpoint::ALL.len() * STATUSES.len()),
            clients: counters(Client::ALL.len()),
            domains: RwLock::default(),
            buckets: counters(BUCKETS.len() + 1),
            microseconds: AtomicU64::default(),
            open: AtomicI64::default(),
            connections: AtomicU64::default(),
            refused: AtomicU64::default(),
            lookups: Default::default(),
            reloads: Default::default(),
            last_reload: AtomicU64::default(),
            certificate_ends: AtomicU64::default(),
            tls_ends: AtomicU64::default(),
        };
        metrics.domains(site);
        metrics
    }

    /// Domains that are there now; what was counted for others is kept until the end.
    pub(super) fn domains(&self, site: &Site) {
        let ends = site.signer.as_ref().map_or(0, |signer| seconds(signer.ends()));
        self.certificate_ends.store(ends, Relaxed);
        let mut domains = self.domains.write().unwrap_or_else(PoisonError::into_inner);
        for found in site.domains() {
            if !domains.contains_key(&*found.domain.name) {
                domains.insert((&*found.domain.name).into(), AtomicU64::default());
            }
        }
    }

    /// Those that are in use now.
    pub(super) fn certificates(&self, certificates: &[Watched]) {
        let tls = certificates.iter().find(|c| c.purpose == Purpose::Tls);
        self.tls_ends.store(tls.map_or(0, |tls| seconds(tls.validity.ends)), Relaxed);
    }

    pub(super) fn open(&self) -> Open<'_> {
        self.connections.fetch_add(1, Relaxed);
        self.open.fetch_add(1, Relaxed);
        Open(self)
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(super) fn looked_up(&self, good: bool) {
        self.lookups[usize::from(!good)].fetch_add(1, Relaxed);
    }

    pub(super) fn reloaded(&self, good: bool) {
        self.reloads[usize::from(!good)].fetch_add(1, Relaxed);
        if good {
            self.last_reload.store(seconds(SystemTime::now()), Relaxed);
        }
    }

    /// An answer.
    pub(super) fn answered(
        &self,
        endpoint: Endpoint,
        status: u16,
        client: Client,
        domain: Option<&str>,
        began: Instant,
    ) {
        let status = STATUSES.iter().position(|s| *s == status).unwrap_or(0);
        if let Some(counter) = self.answers.get(endpoint as usize * STATUSES.len() + status) {
            counter.fetch_add(1, Relaxed);
        }
        if let Some(counter) = self.clients.get(client as usize) {
            counter.fetch_add(1, Relaxed);
        }
        if let Some(domain) = domain
            && let Some(counter) = self.domains.read().unwrap_or_else(PoisonError::into_inner).get(domain)
        {
            counter.fetch_add(1, Relaxed);
        }
        let took = began.elapsed().min(Duration::from_secs(3600));
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().position(|end| micros <= *end).unwrap_or(BUCKETS.len());
        if let Some(counter) = self.buckets.get(bucket) {
            counter.fetch_add(1, Relaxed);
        }
        self.microseconds.fetch_add(micros, Relaxed);
    }

    /// The text format of Prometheus, version 0.0.4.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let head = |out: &mut String, name: &str, kind: &str, help: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "# HELP mailwright_{name} {help}\n# TYPE mailwright_{name} {kind}");
        };
        head(&mut out, "requests_total", "counter", "Answers, by endpoint and HTTP status.");
        for endpoint in Endpoint::ALL {
            for (number, status) in STATUSES.iter().enumerate() {
                let count = self.answers[*endpoint as usize * STATUSES.len() + number].load(Relaxed);
                if count > 0 {
                    let status = if *status == 0 { "other".to_owned() } else { status.to_string() };
                    let _ = writeln!(
                        out,
                        "mailwright_requests_total{{endpoint=\"{}\",status=\"{status}\"}} {count}",
                        endpoint.word()
                    );
                }
            }
        }
        head(&mut out, "client_requests_total", "counter", "Answers, by what the client says it is.");
        for client in Client::ALL {
            let count = self.clients[*client as usize].load(Relaxed);
            if count > 0 {
                let _ = writeln!(out, "mailwright_client_requests_total{{client=\"{}\"}} {count}", client.word());
            }
        }
        head(&mut out, "domain_requests_total", "counter", "Answers about a domain that is served.");
        let domains = self.domains.read().unwrap_or_else(PoisonError::into_inner);
        let mut named: Vec<(&str, u64)> =
            domains.iter().map(|(n, c)| (&**n, c.load(Relaxed))).filter(|(_, c)| *c > 0).collect();
        named.sort_unstable();
        for (name, count) in named {
            // A domain of A-labels needs no escaping.
            let _ = writeln!(out, "mailwright_domain_requests_total{{domain=\"{name}\"}} {count}");
        }
        head(&mut out, "request_duration_seconds", "histogram", "From a read request to its answer.");
        let mut sum = 0;
        for (number, end) in BUCKETS.iter().enumerate() {
            sum += self.buckets[number].load(Relaxed);
            let end = Duration::from_micros(*end).as_secs_f64();
            let _ = writeln!(out, "mailwright_request_duration_seconds_bucket{{le=\"{end}\"}} {sum}");
        }
        sum += self.buckets[BUCKETS.len()].load(Relaxed);
        let seconds = Duration::from_micros(self.microseconds.load(Relaxed)).as_secs_f64();
        let _ = writeln!(
            out,
            "mailwright_request_duration_seconds_bucket{{le=\"+Inf\"}} {sum}\n\
             mailwright_request_duration_seconds_sum {seconds}\nmailwright_request_duration_seconds_count {sum}"
        );
        head(&mut out, "directory_lookups_total", "counter", "Users looked up, remembered answers included.");
        for (result, counter) in ["ok", "failed"].iter().zip(&self.lookups) {
            let _ =
                writeln!(out, "mailwright_directory_lookups_total{{result=\"{result}\"}} {}", counter.load(Relaxed));
        }
        head(&mut out, "reloads_total", "counter", "How often the files were read again.");
        for (result, counter) in ["ok", "failed"].iter().zip(&self.reloads) {
            let _ = writeln!(out, "mailwright_reloads_total{{result=\"{result}\"}} {}", counter.load(Relaxed));
        }
        head(&mut out, "last_reload_timestamp_seconds", "gauge", "When they were last read again; 0 for never.");
        let _ = writeln!(out, "mailwright_last_reload_timestamp_seconds {}", self.last_reload.load(Relaxed));
        head(
            &mut out,
            "signing_certificate_ends_timestamp_seconds",
            "gauge",
            "When profiles can no longer be signed; 0 without a key that can.",
        );
        let ends = self.certificate_ends.load(Relaxed);
        let _ = writeln!(out, "mailwright_signing_certificate_ends_timestamp_seconds {ends}");
        head(
            &mut out,
            "tls_certificate_ends_timestamp_seconds",
            "gauge",
            "When the certificate of the server's own TLS ends; 0 without one.",
        );
        let _ = writeln!(out, "mailwright_tls_certificate_ends_timestamp_seconds {}", self.tls_ends.load(Relaxed));
        head(&mut out, "domains", "gauge", "Domains that have been served since the start.");
        let _ = writeln!(out, "mailwright_domains {}", domains.len());
        head(&mut out, "connections", "gauge", "Open connections.");
        let _ = writeln!(out, "mailwright_connections {}", self.open.load(Relaxed));
        head(&mut out, "connections_total", "counter", "Connections taken.");
        let _ = writeln!(out, "mailwright_connections_total {}", self.connections.load(Relaxed));
        head(&mut out, "connections_refused_total", "counter", "Connections beyond the limit.");
        let _ = writeln!(out, "mailwright_connections_refused_total {}", self.refused.load(Relaxed));
        head(&mut out, "build_info", "gauge", "The version.");
        let _ = writeln!(out, "mailwright_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        out
    }
}
