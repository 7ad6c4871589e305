//! A directory in an SQLite database, opened for reading alone, asked by threads of its own.
//!
//! A database that is replaced by another file is opened anew. One that is locked is waited for, but no longer than for any
//! answer; a query that takes longer is interrupted.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use tokio::sync::Semaphore;

use super::only::Found;
use super::{Answer, Source};
use crate::account::{Address, Said, Text};
use crate::problem::Problem;

/// A database.
pub struct Database {
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
}

struct Shared {
    file: Text,
    query: Text,
    timeout: Duration,
    idle: Mutex<Vec<Kept>>,
}

/// A connection, and which file it is to.
struct Kept {
    connection: Connection,
    file: File,
}

/// What a file is told by when another one has taken its name.
type File = (u64, u64);

impl Database {
    /// Opens a database, and prepares the query once.
    ///
    /// # Errors
    /// A file that is no database, a query that cannot be prepared or is not about an address.
    pub async fn open(
        file: &Said<Text>,
        query: &Said<Text>,
        connections: usize,
        timeout: Duration,
    ) -> Result<Database, Box<Problem>> {
        let shared = Shared { file: file.value.clone(), query: query.value.clone(), timeout, idle: Mutex::default() };
        let shared = Arc::new(shared);
        let (first, place, place_of_query) = (Arc::clone(&shared), file.origin.place(), query.origin.place());
        let check = move || {
            let kept = first.connect().map_err(|e| super::unreadable(place, format!("{}: {e}", first.file)))?;
            check(&kept.connection, first.query.as_str()).map_err(|why| {
                Problem::error("no-query", place_of_query, "this query finds no login")
                    .because(why)
                    .fix("write it as `SELECT login FROM users WHERE address = ?1`")
            })?;
            locked(&first.idle).push(kept);
            Ok::<_, Box<Problem>>(())
        };
        tokio::task::spawn_blocking(check)
            .await
            .map_err(|_| super::unreadable(place, "the server is stopping".to_owned()))??;
        Ok(Database { shared, places: Arc::new(Semaphore::new(connections)) })
    }
}

/// What is wrong with a query.
fn check(connection: &Connection, query: &str) -> Result<(), String> {
    let statement = connection.prepare(query).map_err(|e| e.to_string())?;
    if !statement.readonly() {
        return Err("it writes".to_owned());
    }
    if !(1..=3).contains(&statement.parameter_count()) {
        return Err(format!("it has {} parameters; it takes the address as `?1`", statement.parameter_count()));
    }
    statement.column_index("login").map(|_| ()).map_err(|_| "it gives no column `login`".to_owned())
}

impl Shared {
    fn connect(&self) -> rusqlite::Result<Kept> {
        // Before it is opened: if it is replaced in between, the next question sees the difference.
        let file = self.identity();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.file.as_str(), flags)?;
        connection.busy_timeout(self.timeout)?;
        Ok(Kept { connection, file })
    }

    #[cfg(unix)]
    fn identity(&self) -> File {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(self.file.as_str()).map_or((0, 0), |m| (m.dev(), m.ino()))
    }

    #[cfg(not(unix))]
    fn identity(&self) -> File {
        (0, 0)
    }

    /// Asks, on a thread that may wait.
    fn look_up(&self, address: &Address, call: &Call) -> Result<Option<Text>, String> {
        let file = self.identity();
        let idle = {
            let mut idle = locked(&self.idle);
            idle.retain(|kept| kept.file == file);
            idle.pop()
        };
        let kept = match idle {
            Some(kept) => kept,
            None => self.connect().map_err(|e| said(&e))?,
        };
        // From here on whoever asked can stop it; and one who does not wait any more is not worked for.
        if !call.begin(kept.connection.get_interrupt_handle()) {
            locked(&self.idle).push(kept);
            return Err("nobody waits for it any more".to_owned());
        }
        let outcome = ask(&kept.connection, self.query.as_str(), address);
        call.end();
        // One that has failed may be to a database that is none any more.
        if outcome.is_ok() {
            locked(&self.idle).push(kept);
        }
        outcome.map_err(|e| said(&e))
    }
}

fn ask(connection: &Connection, query: &str, address: &Address) -> rusqlite::Result<Option<Text>> {
    let mut statement = connection.prepare_cached(query)?;
    let column = statement.column_index("login")?;
    let values = [address.as_str(), address.local(), address.domain()];
    let count = statement.parameter_count().min(values.len());
    let mut rows = statement.query(rusqlite::params_from_iter(&values[..count]))?;
    let mut found = Found::default();
    while let Some(row) = rows.next()? {
        found = match row.get_ref(column)? {
            ValueRef::Text(bytes) => found.add(bytes),
            ValueRef::Integer(number) => found.add(number.to_string().as_bytes()),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => found,
        };
        if matches!(found, Found::Several) {
            break;
        }
    }
    Ok(found.login())
}

/// What SQLite says by its code alone: its messages may hold what was asked.
fn said(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(code) => format!("SQLite answers with {code:?}"),
        None => "SQLite gives no answer of the right form".to_owned(),
    }
}

/// A question on its way, which can be stopped.
#[derive(Default)]
struct Call {
    state: Mutex<Running>,
}

#[derive(Default)]
enum Running {
    #[default]
    Not,
    Now(InterruptHandle),
    Stopped,
}

impl Call {
    fn begin(&self, handle: InterruptHandle) -> bool {
        let mut state = locked(&self.state);
        let wanted = !matches!(*state, Running::Stopped);
        if wanted {
            *state = Running::Now(handle);
        }
        wanted
    }

    fn end(&self) {
        *locked(&self.state) = Running::Not;
    }
}

/// Stops a question when nobody waits for the answer any more.
struct Stop(Arc<Call>);

impl Drop for Stop {
    fn drop(&mut self) {
        let mut state = locked(&self.0.state);
        if let Running::Now(handle) = &*state {
            handle.interrupt();
        }
        *state = Running::Stopped;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Source for Database {
    fn ask<'a>(&'a self, address: &'a Address) -> Answer<'a> {
        Box::pin(async move {
            let stopping = || "the server is stopping".to_owned();
            // The thread keeps the place until it has ended, even when nobody waits for it.
            let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| stopping())?;
            let call = Arc::new(Call::default());
            let _stop = Stop(Arc::clone(&call));
            let (shared, address) = (Arc::clone(&self.shared), address.clone());
            let work = move || {
                let _place = place;
                shared.look_up(&address, &call)
            };
            tokio::task::spawn_blocking(work).await.map_err(|_| stopping())?
        })
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("file", &self.shared.file).finish_non_exhaustive()
    }
}
