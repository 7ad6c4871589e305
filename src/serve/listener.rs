//! The accept loop: how many connections there may be, how long each may take, and how all end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::connection::{self, Peer};
use super::limits;
use super::patience::Patience;
use super::state::Shared;

/// What is behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Everything for everybody.
    Site,
    /// `/metrics` for whoever may reach the address.
    Metrics,
}

/// Listens, within the runtime. Clients that come in a crowd wait for a moment: the standard library lets 128 wait, and
/// whoever finds no place is a second late.
pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A server that was killed can be started again at once.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(limits::WAITING)
    };
    listen().map_err(|e: io::Error| io::Error::new(e.kind(), format!("cannot listen on {address}: {e}")))
}

/// Serves until `stopped`, then lets what is under way end.
pub(super) async fn serve(listeners: Vec<(TcpListener, Role)>, shared: Arc<Shared>, stopped: impl Future<Output = ()>) {
    let (stop, stopping) = watch::channel(false);
    // Files and directories need some of the descriptors, too.
    let room = limits::CONNECTIONS.min(descriptors().saturating_sub(limits::METRICS + 64)).max(16);
    let room = Arc::new(Semaphore::new(room));
    let mut loops = Vec::new();
    let apart = Arc::new(Semaphore::new(limits::METRICS));
    for (socket, role) in listeners {
        let room = if role == Role::Metrics { &apart } else { &room };
        let accepting = accept(socket, role, Arc::clone(&shared), Arc::clone(room), stopping.clone());
        loops.push(tokio::spawn(accepting));
    }
    stopped.await;
    super::notify::stopping();
    shared.stopping.store(true, Ordering::Relaxed);
    let _ = stop.send(true);
    let _ = timeout(limits::STOP, async {
        for accepting in loops {
            let _ = accepting.await;
        }
    })
    .await;
}

/// How many files this process may have open: as many as the system lets it.
fn descriptors() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return 1024;
    };
    let wanted = hard.min(limits::CONNECTIONS as u64 + 256);
    if wanted > soft && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() {
        return usize::try_from(wanted).unwrap_or(1024);
    }
    usize::try_from(soft).unwrap_or(1024)
}

async fn accept(
    socket: TcpListener,
    role: Role,
    shared: Arc<Shared>,
    room: Arc<Semaphore>,
    mut stopping: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD)
        .max_buf_size(limits::HEAD_OCTETS)
        .max_headers(64)
        .half_close(false);
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            _ = stopping.changed() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(_) => {
                // No descriptor is left, or the client went away: the next try may do.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            shared.metrics.refused();
            tokio::spawn(refuse(stream));
            continue;
        };
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        let (builder, watcher, stopping) = (builder.clone(), graceful.watcher(), stopping.clone());
        tokio::spawn(async move {
            let _permit = permit;
            let _open = shared.metrics.open();
            let peer = Peer { loopback: peer.ip().to_canonical().is_loopback(), role };
            let tls = if role == Role::Site { shared.now().tls.clone() } else { None };
            match tls {
                Some(tls) => {
                    if let Some(first) = first(stream, tls, stopping).await {
                        match first {
                            First::Tls(stream) => one(*stream, &builder, watcher, peer, Arc::clone(&shared)).await,
                            First::Plain(stream) => one(stream, &builder, watcher, peer, Arc::clone(&shared)).await,
                        }
                    }
                }
                None => one(stream, &builder, watcher, peer, Arc::clone(&shared)).await,
            }
        });
    }
    drop(socket);
    graceful.shutdown().await;
}

/// What a client begins with: with a certificate, a port speaks both.
enum First {
    /// A handshake, which is done.
    Tls(Box<TlsStream<TcpStream>>),
    /// Anything else.
    Plain(TcpStream),
}

/// `None` for clients that say nothing, go away in the handshake, or are still at it when the server stops: no event.
async fn first(stream: TcpStream, tls: TlsAcceptor, mut stopping: watch::Receiver<bool>) -> Option<First> {
    let begin = async {
        let mut octet = [0];
        match stream.peek(&mut octet).await {
            Ok(1) if octet[0] == 0x16 => tls.accept(stream).await.ok().map(|s| First::Tls(Box::new(s))),
            Ok(1) => Some(First::Plain(stream)),
            _ => None,
        }
    };
    tokio::select! {
        first = timeout(limits::HANDSHAKE, begin) => first.ok().flatten(),
        _ = stopping.wait_for(|stop| *stop) => None,
    }
}

async fn one<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    builder: &http1::Builder,
    watcher: hyper_util::server::graceful::Watcher,
    peer: Peer,
    shared: Arc<Shared>,
) {
    let service = service_fn(|request| connection::answer(request, peer, Arc::clone(&shared)));
    let connection = pin!(watcher.watch(builder.serve_connection(TokioIo::new(Patience::new(stream)), service)));
    // What goes wrong here is the client's: it went away, or what it sent was no HTTP.
    let _ = connection.await;
}

/// Beyond the limit: said shortly, without reading anything.
async fn refuse(mut stream: TcpStream) {
    let busy = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let _ = timeout(Duration::from_secs(1), stream.write_all(busy)).await;
    let _ = stream.shutdown().await;
}
