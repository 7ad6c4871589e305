//! Asks the DNS whether it has the records that domains need. Judging is [`super::compare`]'s.
//!
//! By the resolver of the system or one that is named; at most [`IN_FLIGHT`] questions are on their way at a time. The
//! hosts file and search lists are not looked at: neither is what the world sees. Only the names of the records and the
//! hosts that they name are asked for.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::sync::{OnceCell, Semaphore};

use super::compare::{Answer, Kind, Question, Verdict, Way, hosts, questions, verdicts};
use super::records::{Records, Srv};

/// Questions on their way at a time.
pub const IN_FLIGHT: usize = 32;
/// How long an answer is waited for, twice.
const TIMEOUT: Duration = Duration::from_secs(2);
/// So many questions without any answer mean that there is nobody to ask.
const ENOUGH: usize = 64;

/// A domain, checked.
#[derive(Debug)]
pub struct Checked {
    /// Its name.
    pub domain: String,
    /// What is to be said of each name.
    pub verdicts: Vec<Verdict>,
}

/// How an inquiry ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Every domain was asked about.
    Asked,
    /// Nobody answered any question; why the last one was not.
    Nobody(String),
}

/// Parses `ADDRESS` or `ADDRESS:PORT`.
pub fn server(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    text.parse().ok().or_else(|| bare.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53)))
}

/// Asks about each domain and hands it on, in order.
///
/// # Errors
/// What `take` says, and when there is no resolver to be had, as [`io::ErrorKind::NotConnected`].
pub fn run(
    domains: impl Iterator<Item = Records>,
    server: Option<SocketAddr>,
    mut take: impl FnMut(Checked) -> io::Result<()>,
) -> io::Result<End> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let asker = Arc::new(Asker::new(server).map_err(|why| io::Error::new(io::ErrorKind::NotConnected, why))?);
        let mut under_way = VecDeque::new();
        let mut held = Vec::new();
        let mut domains = domains.fuse();
        loop {
            while under_way.len() < IN_FLIGHT
                && let Some(records) = domains.next()
            {
                under_way.push_back(tokio::spawn(Arc::clone(&asker).domain(records)));
            }
            let Some(next) = under_way.pop_front() else { break };
            let checked = next.await.map_err(io::Error::other)?;
            if let Some(why) = asker.nobody() {
                return Ok(End::Nobody(why));
            }
            // Of a server that never answers one thing is to be said, not one a record.
            held.push(checked);
            if asker.nobody_at_all().is_none() {
                held.drain(..).try_for_each(&mut take)?;
            }
        }
        Ok(asker.nobody_at_all().map_or(End::Asked, End::Nobody))
    })
}

struct Asker {
    resolver: TokioResolver,
    permits: Semaphore,
    /// Hosts that many domains share, each asked for once.
    ways: Mutex<HashMap<String, Arc<OnceCell<Way>>>>,
    answered: AtomicUsize,
    failed: AtomicUsize,
    last: Mutex<String>,
}

impl Asker {
    fn new(server: Option<SocketAddr>) -> Result<Asker, String> {
        let mut builder = match server {
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].into_iter().map(|mut c| {
                    c.port = server.port();
                    c
                });
                let server = NameServerConfig::new(server.ip(), true, connections.collect());
                TokioResolver::builder_with_config(
                    ResolverConfig::from_name_servers(vec![server]),
                    TokioRuntimeProvider::default(),
                )
            }
            None => TokioResolver::builder_tokio().map_err(|e| e.to_string())?,
        };
        let options = builder.options_mut();
        options.timeout = TIMEOUT;
        options.attempts = 1;
        options.use_hosts_file = ResolveHosts::Never;
        options.max_active_requests = 4 * IN_FLIGHT;
        // What was wrong a moment ago may be mended: nothing is remembered but hosts, above.
        options.cache_size = 0;
        Ok(Asker {
            resolver: builder.build().map_err(|e| e.to_string())?,
            permits: Semaphore::new(IN_FLIGHT),
            ways: Mutex::default(),
            answered: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            last: Mutex::default(),
        })
    }

    /// Why it is no use to go on asking.
    fn nobody(&self) -> Option<String> {
        (self.failed.load(Ordering::Relaxed) >= ENOUGH).then(|| self.nobody_at_all()).flatten()
    }

    fn nobody_at_all(&self) -> Option<String> {
        let silent = self.answered.load(Ordering::Relaxed) == 0 && self.failed.load(Ordering::Relaxed) > 0;
        silent.then(|| self.last.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn domain(self: Arc<Self>, records: Records) -> Checked {
        let questions = questions(&records);
        let asked: Vec<_> = questions
            .iter()
            .map(|question| {
                let (this, question) = (Arc::clone(&self), question.clone());
                tokio::spawn(async move { this.question(&question).await })
            })
            .collect();
        let mut answers = Vec::with_capacity(asked.len());
        for answer in asked {
            answers.push(answer.await.unwrap_or_else(|e| Answer::Failed(e.to_string())));
        }
        let mut ways = BTreeMap::new();
        for host in hosts(&records, &answers) {
            let way = self.host(&host).await;
            ways.insert(host, way);
        }
        let verdicts = verdicts(&records, &questions, &answers, &ways);
        Checked { domain: records.domain, verdicts }
    }

    async fn question(&self, question: &Question) -> Answer {
        let name = question.name.as_str();
        match question.kind {
            Kind::Way => match self.way(name).await {
                Ok(way) => Answer::Way(way),
                Err(why) => Answer::Failed(why),
            },
            Kind::Srv => match self.ask(name, RecordType::SRV).await {
                Ok(found) => Answer::Srv(
                    found
                        .into_iter()
                        .filter_map(|data| match data {
                            RData::SRV(srv) => Some(Srv {
                                priority: srv.priority,
                                weight: srv.weight,
                                port: srv.port,
                                target: text(&srv.target),
                            }),
                            _ => None,
                        })
                        .collect(),
                ),
                Err(why) => Answer::Failed(why),
            },
            Kind::Txt => match self.ask(name, RecordType::TXT).await {
                Ok(found) => Answer::Txt(
                    found
                        .into_iter()
                        .filter_map(|data| match data {
                            RData::TXT(txt) => {
                                Some(txt.txt_data.iter().map(|s| String::from_utf8_lossy(s).into_owned()).collect())
                            }
                            _ => None,
                        })
                        .collect(),
                ),
                Err(why) => Answer::Failed(why),
            },
        }
    }

    async fn host(&self, host: &str) -> Way {
        let cell = {
            let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(ways.entry(host.to_owned()).or_default())
        };
        // Who answers for our domains only will not say where others' hosts are.
        cell.get_or_init(async || self.way(host).await.unwrap_or_else(Way::unsure)).await.clone()
    }

    /// Where a name leads: its alias is asked for by itself, since not every server follows one into other zones.
    async fn way(&self, name: &str) -> Result<Way, String> {
        let aliases = self.ask(name, RecordType::CNAME).await?;
        let alias = aliases.into_iter().find_map(|data| match data {
            RData::CNAME(host) => Some(text(&host.0)),
            _ => None,
        });
        let mut way = Way { alias, ..Way::default() };
        for kind in [RecordType::A, RecordType::AAAA] {
            match self.ask(name, kind).await {
                Ok(found) => way.addresses.extend(found.into_iter().filter_map(|data| match data {
                    RData::A(ip) => Some(IpAddr::V4(ip.0)),
                    RData::AAAA(ip) => Some(IpAddr::V6(ip.0)),
                    _ => None,
                })),
                Err(why) => way.unsure = Some(why),
            }
        }
        way.addresses.sort();
        Ok(way)
    }

    /// The data of all records of a name; none is no error.
    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, String> {
        let _permit = self.permits.acquire().await.map_err(|e| e.to_string())?;
        // A name with its final dot is not looked for in search lists.
        let name = Name::from_ascii(format!("{name}.")).map_err(|e| e.to_string())?;
        let outcome = match self.resolver.lookup(name, kind).await {
            Ok(found) => Ok(found.answers().iter().map(|record| record.data.clone()).collect()),
            Err(NetError::Dns(DnsError::NoRecordsFound(_))) => Ok(Vec::new()),
            Err(NetError::Dns(DnsError::ResponseCode(code))) => Err(format!("the server answers {code}")),
            Err(e) => Err(e.to_string()),
        };
        match &outcome {
            Ok(_) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
            }
            Err(why) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                self.last.lock().unwrap_or_else(PoisonError::into_inner).clone_from(why);
            }
        }
        outcome
    }
}

/// A name in lower case without its final dot.
fn text(name: &Name) -> String {
    let text = name.to_ascii().to_ascii_lowercase();
    text.strip_suffix('.').map_or(text.clone(), str::to_owned)
}
