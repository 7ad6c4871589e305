//! Kill, restart, reload and stop under load: whatever arrives completely is an answer that one of the files allows, octet
//! by octet; a reload loses no request; a stop answers what is under way.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::asking;
use crate::running::{Answer, PATIENCE, Running, answer, connect};

const OLD: &str =
    "providers: { host: { name: Host, domains: [example.org], imap: imap.example.org, smtp: smtp.example.org } }\n";
const NEW: &str = "providers: { host: { name: Host, domains: [example.org], imap: new.example.org, \
                   pop3: new.example.org, smtp: 'new.example.org:587' } }\n";
/// No YAML, a wrong host, an unknown key, no domain, nothing.
const BROKEN: &[&str] = &[
    "providers: { host: [\n",
    "providers: { host: { name: Host, domains: [example.org], imap: 'not a host', smtp: smtp.example.org } }\n",
    "providers: { host: { domains: [example.org], imap: imap.example.org, colour: red } }\n",
    "providers: {}\n",
    "",
];

const GET: &[u8] =
    b"GET /mail/config-v1.1.xml?emailaddress=ada%40example.org HTTP/1.1\r\nHost: autoconfig.example.org\r\n\r\n";

fn post() -> Vec<u8> {
    let body = asking::outlook("ada@example.org");
    let head = format!(
        "POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: autodiscover.example.org\r\nContent-Type: text/xml\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// What a file's site says, by the library; the server's answers have to be these.
fn bodies(yaml: &str) -> [Vec<u8>; 2] {
    let site = asking::site(yaml);
    let get = asking::get(&site, "autoconfig.example.org", "/mail/config-v1.1.xml", "emailaddress=ada%40example.org");
    let post = asking::post(&site, asking::outlook("ada@example.org").as_bytes());
    [get.body.to_vec(), post.body.to_vec()]
}

/// Whole answers that are allowed: those of a server at rest, whose bodies are the library's.
struct Allowed {
    old: [Answer; 2],
    new: [Answer; 2],
    all: HashSet<Answer>,
}

impl Allowed {
    /// Asks the server with each file. It serves the old one afterwards.
    fn of(server: &Running) -> Allowed {
        let read = |yaml: &str| {
            server.replace(yaml);
            server.reload();
            let answers = [server.ask(GET), server.ask(&post())];
            assert_eq!(answers.clone().map(|a| a.status), [200, 200]);
            assert_eq!(answers.clone().map(|a| a.body), bodies(yaml));
            answers
        };
        let (new, old) = (read(NEW), read(OLD));
        assert_ne!(old[0].body, new[0].body);
        assert_ne!(old[1].body, new[1].body);
        let all = old.iter().chain(&new).cloned().collect();
        Allowed { old, new, all }
    }
}

/// Clients that ask without a pause.
struct Load {
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Load {
    /// `failures`: whether a connection that fails or ends is to be told, or belongs to the test.
    fn start(address: SocketAddr, allowed: &Allowed, failures: bool) -> Load {
        let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let threads = (0..6)
            .map(|number| {
                let (stop, answers, allowed) = (Arc::clone(&stop), Arc::clone(&answers), allowed.all.clone());
                thread::spawn(move || client(number, address, &stop, &answers, &allowed, failures))
            })
            .collect();
        Load { stop, answers, threads }
    }

    /// How many answers have come so far.
    fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Waits until some more have come.
    fn more(&self, answers: usize) {
        let (before, end) = (self.answers(), Instant::now() + PATIENCE);
        while self.answers() < before + answers {
            assert!(Instant::now() < end, "no more answers come");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends; what was wrong.
    fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|t| t.join().expect("a client")).collect()
    }
}

/// Half of them keep their connections, half of them make a new one for each request.
fn client(
    number: usize,
    address: SocketAddr,
    stop: &AtomicBool,
    answers: &AtomicUsize,
    allowed: &HashSet<Answer>,
    failures: bool,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut kept: Option<TcpStream> = None;
    let request = if number.is_multiple_of(2) { GET.to_vec() } else { post() };
    while !stop.load(Ordering::Relaxed) && wrong.len() < 3 {
        let mut attempt = || -> io::Result<Answer> {
            let mut stream = match kept.take() {
                Some(stream) => stream,
                None => connect(address)?,
            };
            stream.write_all(&request)?;
            let answer = answer(&mut stream)?;
            if number < 3 && answer.status != 0 {
                kept = Some(stream);
            }
            Ok(answer)
        };
        match attempt() {
            Ok(answer) if answer.status == 0 => {
                if failures {
                    wrong.push("closed without an answer".into());
                }
            }
            Ok(answer) if allowed.contains(&answer) => {
                answers.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => wrong.push(format!("a wrong answer: {answer:?}")),
            Err(e) if failures => wrong.push(format!("a failed request: {e}")),
            // The server is dead at the moment.
            Err(_) => thread::sleep(Duration::from_millis(1)),
        }
    }
    wrong
}

#[test]
fn a_reload_under_load_loses_no_request_and_gives_no_wrong_answer() {
    let server = Running::start(OLD);
    let allowed = Allowed::of(&server);
    let load = Load::start(server.address, &allowed, true);
    let began = Instant::now();
    let mut now = &allowed.old;
    for round in 0..60 {
        match round % 4 {
            0 => {
                server.replace(NEW);
                now = &allowed.new;
            }
            2 => {
                server.replace(OLD);
                now = &allowed.old;
            }
            // A broken file leaves the one before it serving.
            _ => server.replace(BROKEN[round / 2 % BROKEN.len()]),
        }
        server.reload();
        let got = [server.ask(GET), server.ask(&post())];
        assert_eq!(&got, now, "round {round}");
    }
    // Without a signal; and once written in place, slowly, as editors and `cp` do.
    server.replace(NEW);
    wait_for(&server, &allowed.new[0]);
    let mut file = fs::OpenOptions::new().write(true).truncate(true).open(server.file()).expect("the file");
    for part in OLD.as_bytes().chunks(OLD.len() / 4 + 1) {
        file.write_all(part).expect("write");
        thread::sleep(Duration::from_millis(30));
    }
    drop(file);
    wait_for(&server, &allowed.old[0]);
    let answers = load.answers();
    assert_eq!(load.end(), Vec::<String>::new());
    assert!(answers > 200, "only {answers} answers");
    let log = server.log();
    let broken = log.matches("still serving the old ones").count();
    assert!(broken >= 30, "{broken} broken files were told");
    println!("62 reloads in {:?} under {answers} requests, none failed", began.elapsed());
}

fn wait_for(server: &Running, wanted: &Answer) {
    let end = Instant::now() + PATIENCE;
    while server.ask(GET) != *wanted {
        assert!(Instant::now() < end, "the changed file is not read: {}", server.log());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn killed_and_restarted_under_load_it_never_gives_a_wrong_answer() {
    let mut server = Running::start(OLD);
    let allowed = Allowed::of(&server);
    let load = Load::start(server.address, &allowed, false);
    let began = Instant::now();
    for round in 0..50 {
        // It comes back with the other file, and reads it anew in between: killed within a reload, too.
        server.replace(if round % 2 == 0 { NEW } else { OLD });
        if round % 5 == 0 {
            server.signal("HUP");
        }
        server.crash();
        load.more(20);
        let wanted = if round % 2 == 0 { &allowed.new } else { &allowed.old };
        assert_eq!(&server.ask(GET), &wanted[0], "round {round}");
    }
    let answers = load.answers();
    assert_eq!(load.end(), Vec::<String>::new());
    println!("50 kills in {:?} under {answers} answers, none wrong", began.elapsed());
}

#[test]
fn told_to_stop_it_answers_what_is_under_way_and_ends_with_0() {
    let mut server = Running::start(OLD);
    let allowed = Allowed::of(&server);
    let request = post();
    let (head, body) = request.split_at(request.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4);
    let head = String::from_utf8_lossy(head).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    // Under way for certain: the server has read the head and waits for the body.
    let mut under_way: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(head.as_bytes()).expect("a head");
            assert_eq!(answer(&mut stream).expect("an answer").status, 100);
            stream.write_all(&body[..100]).expect("a part of the body");
            stream
        })
        .collect();
    let mut idle = server.connect();
    idle.write_all(GET).expect("a request");
    assert_eq!(answer(&mut idle).expect("an answer"), allowed.old[0]);

    let began = Instant::now();
    server.signal("TERM");
    assert_eq!(answer(&mut idle).expect("an end").status, 0, "an idle connection is closed");
    // Nobody new is let in.
    let end = Instant::now() + PATIENCE;
    while TcpStream::connect(server.address).is_ok() {
        assert!(Instant::now() < end, "it still listens");
        thread::sleep(Duration::from_millis(5));
    }
    for stream in &mut under_way {
        stream.write_all(&body[100..]).expect("the rest of the body");
    }
    for stream in &mut under_way {
        let got = answer(stream).expect("an answer");
        assert_eq!((got.status, &got.body), (200, &allowed.old[1].body));
        assert_eq!(answer(stream).expect("an end").status, 0);
    }
    let status = server.wait();
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert!(server.log().ends_with("mailwright: stopped\n"), "{}", server.log());
    println!("stopped in {:?} with 20 requests under way", began.elapsed());
}

/// A client that has begun nothing, or half a handshake, has no request under way: it must not hold the server up.
#[test]
fn told_to_stop_it_waits_for_no_handshake() {
    let certificate = |name| format!("{}/tests/hosting/tls/{name}", env!("CARGO_MANIFEST_DIR"));
    let tls = format!("tls: {{ certificate: {}, key: {} }}", certificate("server.pem"), certificate("server.key"));
    let mut server = Running::start(&format!("{OLD}serve: {{ {tls} }}\n"));
    assert_eq!(server.ask(GET).status, 200);
    let silent = server.connect();
    let mut half = server.connect();
    half.write_all(b"\x16\x03\x01\x02\x00\x01").expect("half a handshake");
    // Both have been accepted when one that came later is answered.
    assert_eq!(server.ask(GET).status, 200);
    let began = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    drop((silent, half));
}
