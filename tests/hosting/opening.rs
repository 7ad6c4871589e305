//! A directory of users that hangs when the server starts: whoever does not need it is served, and `/ready` tells.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::running::{PATIENCE, Running};

/// A PostgreSQL that takes a connection and says nothing, and a server whose one provider looks users up there.
fn hanging() -> (Running, TcpStream, TcpListener) {
    let directory = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = directory.local_addr().expect("its address").port();
    let server = Running::start(&format!(
        "serve:\n  users:\n    providers: [looked]\n    unknown: \"u{{digits:6}}\"\n    secret: {{ env: PATH }}\n    \
         timeout: 60\n    postgres: {{ url: 'postgresql://mail@127.0.0.1:{port}/mail?sslmode=disable', \
         query: 'SELECT login FROM users WHERE address = $1' }}\n\
         providers:\n  looked: {{ domains: [looked.example], imap: imap.looked.example, smtp: smtp.looked.example }}\n  \
         plain: {{ domains: [plain.example], imap: imap.plain.example, smtp: smtp.plain.example }}\n"
    ));
    let (asked, _) = directory.accept().expect("the server asks");
    (server, asked, directory)
}

const AUTOCONFIG: &str = "/mail/config-v1.1.xml?emailaddress=ada%40plain.example";

/// It was five seconds late, or as much as `timeout` says.
#[test]
fn a_directory_that_hangs_at_the_start_keeps_nobody_else_waiting() {
    let (server, asked, directory) = hanging();
    assert_eq!(server.get("autoconfig.plain.example", AUTOCONFIG).status, 200);
    // Without an address nobody is looked up.
    assert_eq!(server.get("autoconfig.looked.example", "/mail/config-v1.1.xml").status, 200);
    assert_eq!(server.get("localhost", "/health").status, 200);
    let ready = server.get("localhost", "/ready");
    assert_eq!((ready.status, ready.text()), (503, "the directory of users has not answered yet\n"));
    assert!(server.log().contains("has not answered yet"), "{}", server.log());
    // It hangs up: it may come back, which is a warning.
    drop(asked);
    let end = Instant::now() + PATIENCE;
    while server.get("localhost", "/ready").status != 200 {
        assert!(Instant::now() < end, "it never gets ready: {}", server.log());
        thread::sleep(Duration::from_millis(20));
    }
    assert!(server.log().contains("warning[directory-unreachable]"), "{}", server.log());
    assert_eq!(server.get("autoconfig.plain.example", AUTOCONFIG).status, 200);
    // Files are read again from now on.
    drop(directory);
    server.reload();
    assert!(server.log().contains("read again"), "{}", server.log());
}

/// One that refuses at the start ends the server, however long it took.
#[test]
fn a_directory_that_refuses_late_ends_the_server_as_one_that_does_at_once() {
    let (mut server, mut asked, _directory) = hanging();
    assert_eq!(server.get("autoconfig.plain.example", AUTOCONFIG).status, 200);
    let fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"mail\"\0\0";
    let length = u32::try_from(fields.len() + 4).expect("a length").to_be_bytes();
    asked.write_all(&[b"E", &length[..], &fields[..]].concat()).expect("the refusal");
    let status = server.wait();
    let log = server.log();
    assert_eq!(status.code(), Some(3), "{log}");
    assert!(
        log.contains("error[directory-refuses]") && log.contains("the directory of users cannot be opened"),
        "{log}"
    );
    assert!(!log.contains("stopped"), "{log}");
}

/// Told to stop meanwhile, it stops.
#[test]
fn a_directory_that_hangs_at_the_start_does_not_keep_the_server_from_stopping() {
    let (mut server, _asked, _directory) = hanging();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
}
