//! A directory in PostgreSQL: one prepared query for an address, in a session that may only read.
//!
//! TLS with a valid certificate, but for a Unix socket, and for an address of this machine with `?sslmode=disable`. What is
//! looked up is a parameter, never a part of the query. What the server says about a question is not repeated, since it may
//! hold the address. Rows are read one by one: a query that finds too many takes time, and no memory.

use std::error::Error as _;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::task::AbortHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Client, Config, Error, RowStream, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::only::Found;
use super::pool::{self, Failure};
use super::{FIRST, secret, tls};
use crate::account::{Address, Said, Secret, Text};
use crate::problem::{Place, Problem};

/// A server.
pub struct Server {
    /// Without the password.
    config: Config,
    password: Option<Said<Secret>>,
    tls: MakeRustlsConnect,
    query: String,
    /// Where the query stands.
    place: Option<Place>,
    /// Whether the query has been tried once.
    tried: AtomicBool,
    timeout: Duration,
}

/// A session with its query.
pub struct Connection {
    client: Client,
    statement: Statement,
    /// The column with the login.
    login: usize,
    /// Whether an answer is on its way that nobody has read to its end.
    asking: bool,
    /// What reads from the server.
    task: AbortHandle,
}

impl Drop for Connection {
    /// The driver would read an answer to its end before it says farewell, and some have none.
    fn drop(&mut self) {
        if self.asking {
            self.task.abort();
        }
    }
}

/// Rows that are read beyond the second login, so that a session goes on where an address has a few.
const MORE: usize = 100;

impl Server {
    /// A server that is not asked yet.
    ///
    /// # Errors
    /// An address or an authority that cannot be used.
    pub async fn new(
        url: &Said<url::Url>,
        password: Option<&Said<Secret>>,
        ca: Option<&Said<Text>>,
        query: &Said<Text>,
        timeout: Duration,
    ) -> Result<Server, Box<Problem>> {
        let mut plain = url.value.clone();
        let encrypted = url.query_pairs().all(|(key, value)| key != "sslmode" || value != "disable");
        // The driver's own words for it are others: it knows no `verify-full`, and always verifies here.
        let kept: Vec<(String, String)> =
            url.query_pairs().filter(|(key, _)| key != "sslmode").map(|(k, v)| (k.into(), v.into())).collect();
        plain.set_query(None);
        if !kept.is_empty() {
            plain.query_pairs_mut().extend_pairs(kept);
        }
        let mut config: Config = plain.as_str().parse().map_err(|e: Error| {
            let why = e.source().map_or_else(|| e.to_string(), ToString::to_string);
            Problem::error("no-url", url.origin.place(), "this is no address of a PostgreSQL server")
                .because(why)
                .fix("write it as `postgresql://USER@HOST/DATABASE`")
        })?;
        let local = config.get_hosts().iter().all(|h| matches!(h, tokio_postgres::config::Host::Unix(_)));
        config.ssl_mode(if encrypted && !local { SslMode::Require } else { SslMode::Disable });
        let limits = format!("-c statement_timeout={} -c default_transaction_read_only=on", timeout.as_millis());
        let options = config.get_options().map_or(limits.clone(), |own| format!("{own} {limits}"));
        config.options(options);
        if config.get_application_name().is_none() {
            config.application_name("mailwright");
        }
        config.keepalives_idle(Duration::from_secs(60));
        Ok(Server {
            config,
            password: password.cloned(),
            tls: MakeRustlsConnect::new((*tls::client(ca).await?).clone()),
            query: query.to_string(),
            place: query.origin.place(),
            tried: AtomicBool::new(false),
            timeout,
        })
    }

    async fn prepare(&self, client: &Client) -> Result<(Statement, usize), Failure> {
        let statement = client.prepare(&self.query).await.map_err(|e| self.prepared(&e))?;
        let fix = "write it as `SELECT login FROM users WHERE address = $1`";
        if !(1..=3).contains(&statement.params().len()) {
            return Err(Failure::refused(
                format!("the query has {} parameters; it takes the address as `$1`", statement.params().len()),
                fix,
            ));
        }
        if let Some(other) = statement.params().iter().find(|p| !<&str as ToSql>::accepts(p)) {
            return Err(Failure::refused(
                format!("the query compares the address with a value of type `{other}`"),
                fix,
            ));
        }
        let columns = statement.columns();
        let Some(login) = columns.iter().position(|c| c.name() == "login") else {
            return Err(Failure::refused("the query gives no column `login`", "name it: `SELECT uid AS login`"));
        };
        let kind = columns[login].type_();
        if !<&str as FromSql>::accepts(kind) {
            return Err(Failure::refused(
                format!("its column `login` is of type `{kind}`"),
                "cast it: `SELECT uid::text AS login`",
            ));
        }
        Ok((statement, login))
    }

    /// Asks once for an address that nobody has, since a query that is only prepared tells nothing of what the session may
    /// not do: writing, and reading from a table of somebody else's.
    ///
    /// Whatever else comes of it is no reason to refuse: an address of another form may well have an answer.
    async fn try_once(&self, client: &mut Client, statement: &Statement) -> Result<(), Failure> {
        let values: [&(dyn ToSql + Sync); 3] = [&"mailwright@trial.invalid", &"mailwright", &"trial.invalid"];
        let transaction = client.transaction().await.map_err(|e| Failure::gone(chain(&e)))?;
        // Of a portal one row is made, however many there are.
        let outcome = match transaction.bind(statement, &values[..statement.params().len()]).await {
            Ok(portal) => transaction.query_portal(&portal, 1).await.map(|_| ()),
            Err(error) => Err(error),
        };
        let refusal = outcome.as_ref().err().and_then(|error| match error.code() {
            Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Some(Failure::refused(
                format!("the query writes, and may only read (SQLSTATE {})", code.code()),
                "write it as `SELECT login FROM users WHERE address = $1`",
            )),
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => Some(Failure::refused(
                format!("the user in `url` may not do what the query does (SQLSTATE {})", code.code()),
                "let the user read the table: `GRANT SELECT ON users TO ...`",
            )),
            _ => None,
        });
        match refusal {
            Some(refusal) => Err(refusal),
            None => transaction.rollback().await.map_err(|e| Failure::gone(chain(&e))),
        }
    }

    /// What happened to a query before any address was in it.
    fn prepared(&self, error: &Error) -> Failure {
        match error.as_db_error() {
            Some(db) if !is_passing(db.code()) => {
                Failure::refused(format!("the query cannot be prepared: {}", db.message()), "try it in `psql`")
            }
            _ => Failure::gone(chain(error)),
        }
    }
}

impl pool::Server for Server {
    type Connection = Connection;

    async fn connect(&self) -> Result<Connection, Failure> {
        let mut config = self.config.clone();
        if let Some(password) = &self.password {
            let text = secret::read(&password.value, self.timeout.max(FIRST)).await;
            config.password(text.map_err(|why| {
                let words = format!("its password cannot be read: {why}");
                Failure::refused(words, "see that the server can read it").at(password.origin.place())
            })?);
        }
        let (mut client, connection) = config.connect(self.tls.clone()).await.map_err(|e| refusal(&e))?;
        // It ends with the client, or when the server hangs up; whoever asks next is told so.
        let drive = async move {
            let _ = connection.await;
        };
        let task = tokio::spawn(drive).abort_handle();
        let (statement, login) = self.prepare(&client).await.map_err(|failure| failure.at(self.place))?;
        if !self.tried.load(Ordering::Relaxed) {
            self.try_once(&mut client, &statement).await.map_err(|failure| failure.at(self.place))?;
            self.tried.store(true, Ordering::Relaxed);
        }
        Ok(Connection { client, statement, login, asking: false, task })
    }

    fn is_open(&self, connection: &mut Connection) -> bool {
        !connection.client.is_closed() && !connection.asking
    }

    async fn ask(&self, connection: &mut Connection, address: &Address) -> Result<Option<Text>, Failure> {
        let (whole, local, domain) = (address.as_str(), address.local(), address.domain());
        let values: [&(dyn ToSql + Sync); 3] = [&whole, &local, &domain];
        let values = &values[..connection.statement.params().len()];
        connection.asking = true;
        let rows = connection.client.query_raw(&connection.statement, values.iter().copied()).await;
        let outcome = match rows {
            Ok(rows) => only(rows, connection.login).await,
            Err(error) => Err(asked(&error)),
        };
        // After an error of this question's the session goes on; after another one it is closed anyhow.
        connection.asking = matches!(outcome, Ok(Login::Endless));
        match outcome? {
            Login::Found(found) => Ok(found.login()),
            Login::Endless => Ok(None),
        }
    }
}

/// What the rows of an answer come to.
enum Login {
    /// All of them are read.
    Found(Found),
    /// Different ones, and there are more rows than anybody reads: the session is in the middle of an answer.
    Endless,
}

/// The one login of an answer.
async fn only(rows: RowStream, column: usize) -> Result<Login, Failure> {
    let mut rows = std::pin::pin!(rows);
    let mut found = Found::default();
    let mut more = 0;
    while let Some(row) = rows.next().await {
        let row = row.map_err(|e| asked(&e))?;
        found = match (found, row.try_get::<_, Option<&str>>(column)) {
            (Found::Several, _) if more == MORE => return Ok(Login::Endless),
            (Found::Several, _) => {
                more += 1;
                Found::Several
            }
            (found, Ok(login)) => found.add(login.unwrap_or_default().as_bytes()),
            // It is no text: nobody could type it.
            (_, Err(_)) => Found::Several,
        };
    }
    Ok(Login::Found(found))
}

/// Why there is no connection.
fn refusal(error: &Error) -> Failure {
    if let Some(db) = error.as_db_error() {
        return match is_passing(db.code()) {
            true => Failure::gone(db.message()),
            false => Failure::refused(db.message(), "compare user, password, database and the server's `pg_hba.conf`"),
        };
    }
    match error.source().and_then(|e| e.downcast_ref::<std::io::Error>()) {
        Some(io) if tls::is_refusal(io) => Failure::refused(
            chain(error),
            "the certificate must be for the host in `url`, and signed by an authority of the system or of `ca:`",
        ),
        Some(_) => Failure::gone(chain(error)),
        None if error.is_closed() => Failure::gone(chain(error)),
        None => Failure::refused(chain(error), "see that the server speaks TLS, and takes a password if there is one"),
    }
}

/// What a question came to. The server's words stay where they are: they may hold the address.
fn asked(error: &Error) -> Failure {
    match error.code() {
        // Bad data, or too slow: the next question may do better on the same connection.
        Some(code) if code.code().starts_with("22") || *code == SqlState::QUERY_CANCELED => {
            Failure::question(format!("the server answers with SQLSTATE {}", code.code()))
        }
        // Also a plan that a change of the table has spoilt: another session makes another.
        Some(code) => Failure::gone(format!("the server answers with SQLSTATE {}", code.code())),
        None => Failure::gone(chain(error)),
    }
}

/// Whether the server may take the client later: it starts, stops, or is full (classes 53 and 57).
fn is_passing(code: &SqlState) -> bool {
    code.code().starts_with("53") || code.code().starts_with("57") || code.code().starts_with("08")
}

/// An error with its causes. Those of a connection hold names and numbers, and nothing of a question.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("config", &self.config).field("query", &self.query).finish_non_exhaustive()
    }
}
