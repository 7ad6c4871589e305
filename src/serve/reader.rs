//! The thread that reads the files: at the start and at every reload the same one.
//!
//! Reading ten thousand files takes tens of MiB for a moment. The C library's allocator keeps what a thread has freed for
//! that thread: with another thread at each reload it would be kept many times over.

use std::io;
use std::panic::catch_unwind;
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

use super::Settings;
use super::state::{Loaded, Refused, load};

type Read = Result<Loaded, Box<Refused>>;
type Order = (Settings, oneshot::Sender<Read>);

/// Reads files, one reading at a time.
pub(super) struct Reader {
    orders: Sender<Order>,
}

impl Reader {
    /// Starts the thread; it ends with this.
    pub fn start() -> io::Result<Reader> {
        let (orders, received) = channel::<Order>();
        std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
            for (Settings { files, said, force, .. }, reply) in received {
                // A mistake in the program has been spoken of by then; the next reading may do.
                if let Ok(read) = catch_unwind(|| load(&files, said.as_deref(), force, false)) {
                    // Nobody waits any more when the server has been told to stop.
                    let _ = reply.send(read);
                }
            }
        })?;
        Ok(Reader { orders })
    }

    /// Reads the files as [`load`] does; `None` when that broke down.
    pub async fn read(&self, settings: &Settings) -> Option<Read> {
        let (reply, answer) = oneshot::channel();
        self.orders.send((settings.clone(), reply)).ok()?;
        answer.await.ok()
    }
}
