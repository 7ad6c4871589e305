//! A relay before a server, which counts the connections that it carries. The kernel's own table does not do for that: read
//! while other connections come and go, it shows some twice and some not at all.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A relay. It stays as long as the tests.
pub struct Relay {
    pub port: u16,
    open: Arc<AtomicUsize>,
}

impl Relay {
    /// A relay to a port of this machine.
    pub fn to(server: u16) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let relay = Relay { port: listener.local_addr().expect("its address").port(), open: Arc::default() };
        let open = Arc::clone(&relay.open);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                open.fetch_add(1, Ordering::SeqCst);
                let open = Arc::clone(&open);
                thread::spawn(move || {
                    if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                        carry(&client, &server);
                    }
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        relay
    }

    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

/// Carries bytes both ways until either end hangs up.
fn carry(client: &TcpStream, server: &TcpStream) {
    let one_way = |mut from: &TcpStream, mut to: &TcpStream| {
        let _ = copy(&mut from, &mut to);
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    };
    thread::scope(|scope| {
        scope.spawn(|| one_way(server, client));
        one_way(client, server);
    });
}
