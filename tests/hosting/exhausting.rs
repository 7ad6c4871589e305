//! Clients that want the server's time and memory: floods, drips, ten thousand connections. What they get is bounded, and
//! everybody else is served meanwhile.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::asking;
use crate::hostile::{FILE, HOST, PATH, get, post, still_serves, with_tls};
use crate::running::{PATIENCE, Running, answer, connect};

/// A client sends thousands of requests and takes none of the answers; one sends 100 MB in pieces.
#[test]
fn what_is_sent_without_end_takes_no_memory() {
    let server = Running::start(FILE);
    still_serves(&server);
    let before = server.peak();
    let greedy = thread::scope(|scope| {
        let address = server.address;
        for _ in 0..4 {
            // Until the server takes no more, or all is sent.
            scope.spawn(move || flood(address, get(PATH).repeat(1000).as_bytes(), 50 * 1024 * 1024));
        }
        scope.spawn(move || {
            let head = post("Transfer-Encoding: chunked\r\n", "");
            let piece = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
            flood_after(address, head.as_bytes(), piece.as_bytes(), 100 * 1024 * 1024)
        });
        scope.spawn(move || {
            let head = format!("GET {PATH} HTTP/1.1\r\n{HOST}Content-Length: 100000000\r\n\r\n");
            flood_after(address, head.as_bytes(), &[b'a'; 0x10000], 100_000_000)
        });
        // Whoever waits for the body says 408.
        let refused = server.ask(post("Content-Length: 100000000\r\n", "").as_bytes());
        assert_eq!(refused.status, 413);
        thread::sleep(Duration::from_millis(1500));
        still_serves(&server);
        server.peak()
    });
    println!("{before} KiB at rest, {greedy} KiB under floods");
    assert!(greedy < before + 16 * 1024, "{before} KiB, then {greedy} KiB");
}

/// Writes the same over and over; how much was taken.
fn flood(address: SocketAddr, what: &[u8], most: usize) -> usize {
    flood_after(address, b"", what, most)
}

fn flood_after(address: SocketAddr, first: &[u8], what: &[u8], most: usize) -> usize {
    let Ok(mut stream) = TcpStream::connect(address) else { return 0 };
    let _ = stream.set_write_timeout(Some(Duration::from_millis(1500)));
    let mut taken = 0;
    if stream.write_all(first).is_err() {
        return 0;
    }
    while taken < most {
        match stream.write(what) {
            Ok(count) => taken += count,
            Err(_) => break,
        }
    }
    taken
}

/// Ten seconds for a head, for a body, for a handshake, and for nothing at all; all at the same time.
#[test]
fn slow_clients_are_cut_off() {
    let server = Running::start(FILE);
    let secure = Running::start(&with_tls());
    let (plain, tls) = (server.address, secure.address);
    let body = asking::outlook("ada@example.org");
    let drips: Vec<(&'static str, SocketAddr, String, String, u16)> = vec![
        ("nothing", plain, String::new(), String::new(), 0),
        ("a head, octet by octet", plain, String::new(), get(PATH), 0),
        ("headers without end", plain, get(PATH).trim_end().to_owned() + "\r\n", "X: y\r\n".repeat(99), 0),
        ("a body, octet by octet", plain, post(&format!("Content-Length: {}\r\n", body.len()), ""), body.clone(), 408),
        ("a body that does not come", plain, post("Content-Length: 9\r\n", ""), String::new(), 408),
        ("pieces without end", plain, post("Transfer-Encoding: chunked\r\n", ""), "1\r\na\r\n".repeat(9), 408),
        ("idle after an answer", plain, get("/health"), String::new(), 200),
        ("nothing to the TLS port", tls, String::new(), String::new(), 0),
        ("half a handshake", tls, "\u{16}\u{3}\u{1}\u{2}".into(), String::new(), 0),
        ("a handshake, octet by octet", tls, "\u{16}\u{3}\u{1}\u{2}".into(), "\u{0}\u{1}\u{0}\u{0}\u{0}".repeat(9), 0),
    ];
    let threads: Vec<_> = drips
        .into_iter()
        .map(|(name, address, first, drip, status)| {
            thread::spawn(move || {
                let (took, got) = slow(address, first.as_bytes(), drip.as_bytes());
                (name, status, took, got)
            })
        })
        .collect();
    // Everybody else is served meanwhile.
    for _ in 0..20 {
        still_serves(&server);
        thread::sleep(Duration::from_millis(100));
    }
    let mut wrong = Vec::new();
    for thread in threads {
        let (name, status, took, got) = thread.join().expect("a client");
        if got != status {
            wrong.push(format!("{name}: {got} instead of {status}"));
        }
        // Nobody who is not cut off is left alone before [`PATIENCE`] is over.
        if !(Duration::from_secs(8)..Duration::from_secs(28)).contains(&took) {
            wrong.push(format!("{name}: cut off after {took:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    still_serves(&server);
}

/// Sends the first part at once, the rest slowly; how long until the server closed, and with which last status.
fn slow(address: SocketAddr, first: &[u8], drip: &[u8]) -> (Duration, u16) {
    let began = Instant::now();
    let mut stream = connect(address).expect("the server");
    stream.write_all(first).expect("the first part");
    stream.set_read_timeout(Some(Duration::from_millis(700))).expect("a limit");
    let mut rest = drip.iter();
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    while began.elapsed() < PATIENCE {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&buffer[..count]),
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                if let Some(octet) = rest.next()
                    && stream.write_all(&[*octet]).is_err()
                {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    // TLS says goodbye with an alert, which is no answer.
    let status = answer(&mut &said[..]).map_or(0, |a| a.status);
    (began.elapsed(), status)
}

/// What a process may open; the test itself needs as many.
fn descriptors(wanted: u64) -> u64 {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit");
    if soft < wanted {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, wanted.min(hard), hard);
    }
    getrlimit(Resource::RLIMIT_NOFILE).expect("the limit").0
}

/// The server takes 8192 of them, says 503 to the rest, and serves again as soon as there is room.
#[test]
fn ten_thousand_open_connections_take_bounded_memory() {
    let server = Running::start(FILE);
    still_serves(&server);
    let before = server.peak();
    // Where the system allows less, less has to do.
    let count = descriptors(10_500).saturating_sub(500).min(10_000) as usize;
    assert!(count >= 400, "this system allows too few open files");
    let began = Instant::now();
    // Most say nothing, every tenth has sent 8 KB of a head.
    let part = format!("GET {PATH} HTTP/1.1\r\n{HOST}X: {}", "a".repeat(8 * 1024));
    let mut open = Vec::with_capacity(count);
    for number in 0..count {
        let mut stream = connect(server.address).expect("a connection");
        if number % 10 == 0 {
            let _ = stream.write_all(part.as_bytes());
        }
        open.push(stream);
        // One that works is answered in between.
        if number % 1000 == 500 && number < 8000 {
            still_serves(&server);
        }
    }
    let opened = began.elapsed();
    // On a machine so slow that the first are cut off before the last have come, there is room for all.
    let refused = if opened < Duration::from_secs(6) { count.saturating_sub(8192) } else { 0 };
    if refused > 200 {
        let one_more = server.ask(get("/health").as_bytes());
        assert_eq!(one_more.status, 503);
        assert_eq!(one_more.header("Retry-After"), Some("2"));
        let last = answer(open.last_mut().expect("a connection")).expect("an answer");
        assert_eq!(last.status, 503);
    }
    let peak = server.peak();
    drop(open);
    let end = Instant::now() + PATIENCE;
    while server.ask(get("/health").as_bytes()).status != 200 {
        assert!(Instant::now() < end, "it does not recover");
        thread::sleep(Duration::from_millis(20));
    }
    still_serves(&server);
    println!("{count} connections in {opened:?}: {before} KiB at rest, {peak} KiB at most");
    assert!(peak < 192 * 1024, "{peak} KiB");
    let metrics = server.ask(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let line = metrics.text().lines().find_map(|l| l.strip_prefix("mailwright_connections_refused_total "));
    let told: usize = line.expect("the counter").parse().expect("a number");
    assert!(told >= refused, "{told} of {refused} refusals were counted");
}
