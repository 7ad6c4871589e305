//! A stream that gives up when its peer takes nothing of an answer for a while, or the whole of it too slowly. Reading has
//! limits of its own.
//!
//! What the system takes into its own buffers is gone for us: only a peer whose buffers are full is waited for. The time
//! for a whole answer begins then, and ends when all that was written has been taken ("flushed"): a connection with many
//! answers lives on. A peer that asks on without taking the answers it has asked for has that time for all of them.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::limits;

pub(super) struct Patience<S> {
    stream: S,
    /// For a peer that takes nothing.
    nothing: Limit,
    /// For one that takes little at a time.
    whole: Limit,
}

/// A time that runs while it is waited.
struct Limit {
    length: Duration,
    running: Option<Pin<Box<Sleep>>>,
}

impl Limit {
    fn of(length: Duration) -> Limit {
        Limit { length, running: None }
    }

    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        let length = self.length;
        self.running.get_or_insert_with(|| Box::pin(sleep(length))).as_mut().poll(context).is_ready()
    }
}

impl<S> Patience<S> {
    pub fn new(stream: S) -> Patience<S> {
        Patience::with(stream, limits::ANSWER, limits::WHOLE_ANSWER)
    }

    fn with(stream: S, nothing: Duration, whole: Duration) -> Patience<S> {
        Patience { stream, nothing: Limit::of(nothing), whole: Limit::of(whole) }
    }

    fn wait<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.nothing.running = None;
            return polled;
        }
        // Both are asked, so that both wake.
        let over = [self.nothing.is_over(context), self.whole.is_over(context)];
        if over.contains(&true) { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }

    /// The same, at the end of which nothing is left to be taken.
    fn wait_for_all<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.whole.running = None;
        }
        self.wait(context, polled)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patience<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patience<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wait(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wait(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        self.wait_for_all(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.wait_for_all(cx, polled)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    use super::*;

    /// Longer than any machine is busy.
    const LONG: Duration = Duration::from_secs(60);
    const ANSWER: &[u8] = &[b'a'; 100_000];

    fn wait<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(future)
    }

    async fn answer(stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        stream.write_all(ANSWER).await?;
        stream.flush().await
    }

    /// Takes so many octets now and then.
    fn takes(mut stream: impl AsyncRead + Unpin + Send + 'static, octets: usize, every: Duration) {
        tokio::spawn(async move {
            let mut taken = vec![0; octets];
            while stream.read_exact(&mut taken).await.is_ok() {
                tokio::time::sleep(every).await;
            }
        });
    }

    async fn secure(server: DuplexStream, client: DuplexStream) -> (impl AsyncWrite + Unpin, impl AsyncRead + Unpin) {
        let file = |name: &str| format!("{}/tests/hosting/tls/{name}", env!("CARGO_MANIFEST_DIR"));
        let certificate = CertificateDer::from_pem_file(file("server.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("a key");
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let acceptor =
            TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate.clone()], key).expect("both")));
        let mut roots = RootCertStore::empty();
        roots.add(certificate).expect("a root");
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("autoconfig.example.org").expect("a name");
        let connector = TlsConnector::from(Arc::new(config));
        let (server, client) = tokio::join!(acceptor.accept(server), connector.connect(name, client));
        (server.expect("a handshake"), client.expect("a handshake"))
    }

    async fn is_cut_off(stream: impl AsyncWrite + Unpin) {
        let (nothing, whole) = (LONG, Duration::from_millis(500));
        let began = Instant::now();
        let mut stream = Patience::with(stream, nothing, whole);
        let outcome = tokio::time::timeout(LONG, answer(&mut stream)).await.expect("it is cut off");
        let error = outcome.expect_err("too slow");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!((whole..LONG).contains(&began.elapsed()), "{:?}", began.elapsed());
    }

    /// One octet every now and then held a connection for ever.
    #[test]
    fn a_peer_that_takes_a_whole_answer_too_slowly_is_cut_off() {
        wait(async {
            let (server, client) = duplex(1_000);
            takes(client, 1, Duration::from_millis(10));
            is_cut_off(server).await;
        });
    }

    #[test]
    fn a_peer_that_takes_a_whole_answer_too_slowly_over_tls_is_cut_off() {
        wait(async {
            let (server, client) = duplex(1_000);
            let (server, client) = secure(server, client).await;
            takes(client, 1, Duration::from_millis(10));
            is_cut_off(server).await;
        });
    }

    #[test]
    fn a_peer_that_takes_nothing_is_cut_off() {
        wait(async {
            let (server, _client) = duplex(1_000);
            let mut server = Patience::with(server, Duration::from_millis(200), LONG);
            let error = answer(&mut server).await.expect_err("nothing is taken");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        });
    }

    /// The time is for each answer: many slow ones on one connection take as long as they take.
    #[test]
    fn a_slow_peer_that_takes_each_answer_in_time_is_served_on() {
        wait(async {
            let whole = Duration::from_secs(4);
            let (server, client) = duplex(10_000);
            takes(client, ANSWER.len() / 10, Duration::from_millis(30));
            let mut server = Patience::with(server, LONG, whole);
            let began = Instant::now();
            while began.elapsed() < whole + Duration::from_secs(1) {
                answer(&mut server).await.expect("in time");
            }
        });
    }
}
