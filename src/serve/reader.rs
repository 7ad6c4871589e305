//! The thread that reads the files: at the start and at every reload the same one.
//!
//! Reading ten thousand files takes tens of MiB for a moment. The C library's allocator keeps what a thread has freed for
//! that thread: with another thread at each reload it would be kept many times over.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

use super::Settings;
use super::state::{Loaded, Refused, State, load_again};

type Read = Result<Loaded, Box<Refused>>;

enum Order {
    Read(Settings, Option<Arc<State>>, oneshot::Sender<Read>),
    Forget(Arc<State>),
}

/// Reads files, one reading at a time.
pub(super) struct Reader {
    /// What is read.
    pub settings: Settings,
    orders: Sender<Order>,
}

impl Reader {
    /// Starts the thread; it ends with this.
    pub fn start(settings: Settings) -> io::Result<Reader> {
        let (orders, received) = channel::<Order>();
        std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
            for order in received {
                let (Settings { files, said, force, .. }, before, reply) = match order {
                    Order::Read(settings, before, reply) => (settings, before, reply),
                    Order::Forget(state) => {
                        drop(state);
                        continue;
                    }
                };
                // A mistake in the program has been spoken of by then; the next reading may do.
                let site = AssertUnwindSafe(before.as_ref().map(|state| &state.site));
                let read = catch_unwind(|| load_again(&files, said.as_deref(), force, false, *site));
                drop(before);
                if let Ok(read) = read {
                    // Nobody waits any more when the server has been told to stop.
                    let _ = reply.send(read);
                }
            }
        })?;
        Ok(Reader { settings, orders })
    }

    /// Reads the files as [`super::load`] does, beside what is served already; `None` when that broke down.
    pub async fn read(&self, before: Option<Arc<State>>) -> Option<Read> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order::Read(self.settings.clone(), before, reply)).ok()?;
        answer.await.ok()
    }

    /// Frees what is served no more: 10,000 domains take a moment, and an allocator has room again soonest where it gave it.
    pub fn forget(&self, state: Arc<State>) {
        // Without the thread it is freed here.
        let _ = self.orders.send(Order::Forget(state));
    }
}
