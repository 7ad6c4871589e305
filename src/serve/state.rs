//! What is served at the moment: read from the files, checked, then exchanged in one step.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Instant, SystemTime};

use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::complaint::Complaint;
use super::metrics::Metrics;
use super::validity::{Purpose, Validity, Watched};
use super::{Talk, tls};
use crate::problem::{Problem, Severity, Sources};
use crate::sign::Signer;
use crate::site::Site;
use crate::users::{Directory, LookUp, Probe};

/// What the files come to.
#[derive(Debug)]
pub struct Loaded {
    /// The domains and their answers.
    pub site: Site,
    /// TLS, when the file names a certificate.
    pub tls: Option<TlsConfig>,
    /// How long that certificate is good.
    tls_validity: Option<Validity>,
    /// Every file that was read, to be looked at again.
    pub watched: Vec<PathBuf>,
    /// When the reading began: what changed since then has to be read again.
    pub read_at: SystemTime,
    /// Warnings, with the texts to show them.
    pub warnings: Vec<Problem>,
    /// The files' texts.
    pub sources: Sources,
}

/// A TLS configuration.
pub type TlsConfig = Arc<tokio_rustls::rustls::ServerConfig>;

/// Why nothing can be served.
pub struct Refused {
    /// Every file that was named: one of them may be mended.
    pub watched: Vec<PathBuf>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The files' texts.
    pub sources: Sources,
}

/// Reads account files, certificates and keys. Standard input can be read once: later, what it `said` is taken for it. When profiles cannot be signed in a way that devices trust, nothing is
/// wrong for everybody else: unless it is `strict`, there are no profiles then, and a warning.
///
/// # Errors
/// All that is wrong with them.
pub fn load(files: &[String], said: Option<&str>, force: bool, strict: bool) -> Result<Loaded, Box<Refused>> {
    let read_at = SystemTime::now();
    let reading = crate::read_again(files, said);
    let failed = reading.failed();
    let crate::Reading { sources, mail, problems, .. } = reading;
    let mut watched: Vec<PathBuf> = files.iter().filter(|f| *f != "-").map(PathBuf::from).collect();
    watched.extend(sources.names().filter(|n| *n != "-").map(PathBuf::from));
    if failed {
        return Err(Box::new(Refused { watched, problems, sources }));
    }
    let mut wrong = Vec::new();
    let mut warnings: Vec<Problem> = problems.into_iter().filter(|p| p.severity == Severity::Warning).collect();
    let signer = mail.hosting.sign.as_ref().and_then(|files| {
        watched.extend(certificate_files(files));
        match Signer::load(files, force, read_at) {
            Ok((signer, doubts)) => {
                warnings.extend(doubts);
                if !signer.is_forced() {
                    warnings.extend(Validity::of_signer(&signer).doubt(&files.certificate, read_at));
                }
                Some(signer)
            }
            Err(problems) if strict => {
                wrong.extend(problems);
                None
            }
            Err(problems) => {
                let without = |p: Problem| Problem {
                    severity: Severity::Warning,
                    message: format!("{}: no profile is handed out", p.message),
                    ..p
                };
                warnings.extend(problems.into_iter().map(without));
                None
            }
        }
    });
    let tls = mail.hosting.tls.as_ref().and_then(|files| {
        watched.extend(certificate_files(files));
        let (config, validity) = tls::load(files).map_err(|problem| wrong.push(*problem)).ok()?;
        warnings.extend(validity.and_then(|v| v.doubt(&files.certificate, read_at)));
        Some((config, validity))
    });
    let (tls, tls_validity) = tls.unzip();
    let tls_validity = tls_validity.flatten();
    if let Some(users) = &mail.hosting.users {
        watched.extend(users.files().into_iter().map(PathBuf::from));
    }
    watched.sort();
    watched.dedup();
    match Site::build(&mail, signer) {
        Ok(site) if wrong.is_empty() => {
            warnings.extend(site.advice());
            Ok(Loaded { site, tls, tls_validity, watched, read_at, warnings, sources })
        }
        Ok(_) => Err(Box::new(Refused { watched, problems: wrong, sources })),
        Err(problems) => {
            wrong.extend(problems);
            Err(Box::new(Refused { watched, problems: wrong, sources }))
        }
    }
}

fn certificate_files(files: &crate::account::hosting::Certificate) -> Vec<PathBuf> {
    let mut all = vec![PathBuf::from(files.certificate.as_str()), PathBuf::from(files.key.as_str())];
    all.extend(files.chain.as_ref().map(|c| PathBuf::from(c.as_str())));
    all
}

/// What a request is answered from.
pub(super) struct State {
    pub site: Site,
    pub tls: Option<TlsAcceptor>,
    pub users: Option<Directory>,
    certificates: Vec<Watched>,
}

/// What all connections share.
pub(super) struct Shared {
    state: RwLock<Arc<State>>,
    pub metrics: Metrics,
    /// The server has been told to stop: `/ready` says so.
    pub stopping: AtomicBool,
    /// The directory of users has not said yet whether it takes us: `/ready` says so.
    pub opening: AtomicBool,
    /// Profiles that may be signed at once.
    pub signing: Semaphore,
    /// `/metrics` has an address of its own.
    pub metrics_apart: bool,
    complaint: Mutex<Complaint>,
    talk: Arc<dyn Talk>,
}

impl Shared {
    pub fn new(state: State, metrics_apart: bool, talk: Arc<dyn Talk>) -> Shared {
        let metrics = Metrics::new(&state.site);
        metrics.certificates(&state.certificates);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Shared {
            state: RwLock::new(Arc::new(state)),
            metrics,
            stopping: AtomicBool::new(false),
            opening: AtomicBool::new(false),
            signing: Semaphore::new((cores / 2).max(1)),
            metrics_apart,
            complaint: Mutex::default(),
            talk,
        }
    }

    /// A user was looked up.
    pub fn looked_up(&self, look_up: &LookUp) {
        self.metrics.looked_up(look_up.login.is_ok());
        let mut complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = complaint.heard(look_up, Instant::now()) {
            self.talk.say(&line);
        }
    }

    /// Says of each certificate once that it ends soon, and once that it has ended.
    pub fn look_at_certificates(&self, now: SystemTime) {
        for line in self.now().certificates.iter().filter_map(|certificate| certificate.news(now)) {
            self.talk.say(&line);
        }
    }

    /// What is served now. A request keeps what it began with.
    pub fn now(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on, this is served.
    pub fn exchange(&self, state: State) {
        self.metrics.domains(&state.site);
        self.metrics.certificates(&state.certificates);
        let old = {
            let mut current = self.state.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::new(state))
        };
        // Freed outside of the lock: 10,000 domains take a moment.
        drop(old);
    }
}

/// The first connection to the directory of users, and what shows its problems.
pub(super) struct First {
    probe: Probe,
    sources: Sources,
}

impl First {
    /// Waits for it, and says what is wrong. Whether the directory is one to go on with.
    pub async fn told(self, talk: &dyn Talk) -> bool {
        let First { probe, sources } = self;
        let (problem, good) = match probe.await {
            Ok(None) => return true,
            Ok(Some(warning)) => (warning, true),
            Err(refusal) => (*refusal, false),
        };
        talk.problems(&[problem], &sources);
        good
    }
}

impl State {
    /// Says what is doubtful and opens the directory of users. `None` when that cannot be opened, which has been said, too.
    pub async fn open(loaded: Loaded, talk: &dyn Talk) -> Option<State> {
        let (state, first) = State::begin(loaded, talk).await?;
        let good = match first {
            Some(first) => first.told(talk).await,
            None => true,
        };
        good.then_some(state)
    }

    /// The same, without waiting for the directory's server.
    pub async fn begin(loaded: Loaded, talk: &dyn Talk) -> Option<(State, Option<First>)> {
        let Loaded { site, tls, tls_validity, warnings, sources, watched: _, read_at } = loaded;
        if !warnings.is_empty() {
            talk.problems(&warnings, &sources);
        }
        let mut first = None;
        let users = match &site.hosting.users {
            Some(users) => match Directory::begin(users).await {
                Ok((directory, probe)) => {
                    if let Some(warning) = directory.warning() {
                        talk.problems(std::slice::from_ref(warning), &sources);
                    }
                    first = probe.map(|probe| First { probe, sources });
                    Some(directory)
                }
                Err(problem) => {
                    talk.problems(std::slice::from_ref(&problem), &sources);
                    return None;
                }
            },
            None => None,
        };
        let signer = site.signer.as_ref().filter(|signer| !signer.is_forced()).map(Validity::of_signer);
        let certificates = [(Purpose::Tls, tls_validity), (Purpose::Signing, signer)]
            .into_iter()
            .filter_map(|(purpose, validity)| Some(Watched::new(purpose, validity?, read_at)))
            .collect();
        Some((State { site, tls: tls.map(TlsAcceptor::from), users, certificates }, first))
    }
}
