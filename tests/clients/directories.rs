//! Directories of users at real servers: PostgreSQL and OpenLDAP, started for one test on a port of this machine.
//!
//! What is asked: logins, people who are not there, people who try to be a query; a server that is stopped, started again,
//! or silent; one that refuses. No server outlives its test.

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mailwright::account::Address;
use mailwright::problem::Problem;
use mailwright::users::{Directory, Unavailable};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::Test;
use crate::lab::{self, POSTGRESQL};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("directories: PostgreSQL", &[POSTGRESQL], postgresql),
        Test::new("directories: LDAP", &["slapd"], ldap),
    ]
}

/// The password of the directory's own user; it must never be seen.
const PASSWORD: &str = "hunter2' OR \"1\"=$1 \\";
const SECRET: &str = "hunter2-0123456789abcdef";

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime"))
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// Opens what an account file in that folder says.
fn open(folder: &Path, users: &str) -> Result<Directory, Box<Problem>> {
    let text = format!(
        "providers: {{ host: {{ domains: [example.org], imap: imap.example.org, smtp: smtp.example.org }} }}\n\
         serve:\n  users:\n    unknown: \"u{{digits:4}}\"\n    secret: {{ file: secret }}\n{users}\n"
    );
    fs::write(folder.join("secret"), format!("{SECRET}\n")).expect("write");
    fs::write(folder.join("password"), format!("{PASSWORD}\nnot the password\n")).expect("write");
    let reading = mailwright::read_text(folder.join("host.yaml").to_str().expect("UTF-8"), &text);
    assert!(!reading.failed(), "{users}: {:?}", reading.problems);
    let users = reading.mail.hosting.users.expect("users");
    let directory = wait(async { Directory::open(&users).await });
    assert!(!format!("{users:?}{directory:?}").contains("hunter2"), "a secret shows");
    directory
}

fn asked(directory: &Directory, who: &str) -> Result<String, String> {
    match wait(async { directory.login(&address(who)).await }) {
        Ok(login) => Ok(login.expect("known or made up").to_string()),
        Err(Unavailable(words)) => {
            let (local, _) = who.split_once('@').expect("an address");
            assert!(!words.contains("hunter2") && !words.contains(local), "{words}");
            Err(words)
        }
    }
}

/// A login of the form of all others that is none of them.
fn made_up(login: &str) -> bool {
    login.len() == 5
        && login.starts_with('u')
        && login[1..].bytes().all(|b| b.is_ascii_digit())
        && !(1..=9).any(|n| login == format!("u000{n}"))
}

/// What a directory with these people has to answer: `ada` is `u0001`, `o'neil` is `u0002`, `two` has two logins.
fn people(directory: &Directory) {
    for (who, login) in [("ada", "u0001"), ("Ada", "u0001"), ("ADA", "u0001"), ("o'neil", "u0002"), ("star*", "u0003")]
    {
        assert_eq!(asked(directory, &format!("{who}@Example.ORG")).as_deref(), Ok(login), "{who}");
    }
    let unknown = [
        "nobody",
        "two",
        "*",
        "a*",
        "ada*",
        "%",
        "_da",
        "'or'1'='1",
        "'or'1'='1'--",
        "{local}",
        "$1",
        "|uid=*",
        "&",
        "ada|",
        "ada'||'",
        "u0001",
        "jörg",
    ];
    for who in unknown {
        let login = asked(directory, &format!("{who}@example.org")).unwrap_or_else(|e| panic!("{who}: {e}"));
        assert!(made_up(&login), "{who}: {login}");
    }
    // What has brackets, blanks or a backslash is no address in the first place.
    for text in ["*)(uid=*@example.org", "' OR 1=1@example.org", "\\2a@example.org", "a\0@example.org"] {
        assert!(Address::parse(text).is_err(), "{text}");
    }
    assert!(made_up(&asked(directory, "ada@example.com").expect("an answer")));
}

/// What a refusal must look like.
fn refused(outcome: Result<Directory, Box<Problem>>, why: &str) {
    let problem = outcome.expect_err(why);
    let text = format!("{problem:?}");
    assert!(problem.code == "directory-refuses" && problem.reason.contains(why), "not {why}: {text}");
    assert!(problem.place.is_some() && !problem.help.is_empty() && !text.contains("hunter2"), "{text}");
}

/// A server comes back: until then it is unavailable, at once or in time, and afterwards it answers without being told.
fn comes_back(directory: &Directory, stop: impl FnOnce(), start: impl FnOnce()) {
    stop();
    let before = Instant::now();
    asked(directory, "ada@example.org").expect_err("there is no server");
    assert!(before.elapsed() < Duration::from_millis(1_500), "{:?}", before.elapsed());
    start();
    let before = Instant::now();
    while asked(directory, "ada@example.org").as_deref() != Ok("u0001") {
        assert!(before.elapsed() < Duration::from_secs(10), "it has not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server hangs: nobody waits longer than the time-out, of however many who ask.
fn hangs(directory: &Directory, stop: impl FnOnce(), go_on: impl FnOnce()) {
    stop();
    let before = Instant::now();
    wait(async {
        let mut tasks = Vec::new();
        for n in 0..200 {
            let directory = directory.clone();
            tasks.push(tokio::spawn(async move { directory.login(&address(&format!("who{n}@example.org"))).await }));
        }
        for task in tasks {
            assert!(task.await.expect("no panic").is_err());
        }
    });
    assert!(before.elapsed() < Duration::from_millis(1_900), "{:?}", before.elapsed());
    go_on();
    let before = Instant::now();
    while asked(directory, "ada@example.org").as_deref() != Ok("u0001") {
        assert!(before.elapsed() < Duration::from_secs(10), "it has not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks for so many addresses at once that every connection is needed, and gives the most that `count` has seen.
fn crowd(directory: &Directory, count: impl Fn() -> usize) -> usize {
    let tasks: Vec<_> = (0..60)
        .map(|n| {
            let directory = directory.clone();
            runtime().spawn(async move { directory.login(&address(&format!("c{n}@example.org"))).await })
        })
        .collect();
    let mut most = 0;
    while !tasks.iter().all(|t| t.is_finished()) {
        most = most.max(count());
    }
    for task in tasks {
        wait(task).expect("no panic").expect("an answer");
    }
    most
}

/// A port that nobody has.
fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port()
}

/// A server and what it keeps; it ends with its test.
struct Server {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Server {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().expect("a running server").id()
    }

    /// Sends a signal to the server and to the processes it has started.
    fn signal(&self, signal: &str) {
        let pid = self.pid();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for pid in children.split_whitespace().chain([pid.to_string().as_str()]) {
            // A child may have ended meanwhile.
            let _ = Command::new("kill").args([signal, pid]).stderr(Stdio::null()).status();
            let stat = format!("/proc/{pid}/stat");
            let stopped =
                || fs::read_to_string(&stat).is_ok_and(|s| s.rsplit(") ").next().is_some_and(|s| s.starts_with('T')));
            let before = Instant::now();
            while signal == "-STOP" && !stopped() && before.elapsed() < Duration::from_secs(1) {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }

    /// Ends it without a farewell.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("kill");
            child.wait().expect("wait");
        }
    }

    /// Waits until it takes connections.
    fn listens(&mut self, log: &str) {
        let before = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.child.as_mut().is_none_or(|c| c.try_wait().is_ok_and(|s| s.is_some()));
            if ended || before.elapsed() > Duration::from_secs(20) {
                panic!("it does not start: {}", fs::read_to_string(self.file(log)).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A certificate for `localhost`, and the authority that signed it.
    fn certificates(&self) {
        let made = lab::run(Command::new(lab::script("make-certs.sh")).arg(self.file("tls")).arg("localhost"));
        assert!(made.ok, "{}", made.err);
        let other = lab::run(Command::new(lab::script("make-certs.sh")).arg(self.file("other")).arg("localhost"));
        assert!(other.ok, "{}", other.err);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.signal("-CONT");
        }
        self.kill();
    }
}

// PostgreSQL

/// Who runs PostgreSQL: its server refuses to run as root.
fn database_user() -> Option<(u32, u32)> {
    let id = |flag: &str| lab::run(Command::new("id").args([flag, "postgres"])).out.trim().parse().ok();
    let root = lab::run(Command::new("id").arg("-u")).out.trim() == "0";
    if root { id("-u").zip(id("-g")) } else { None }
}

impl Server {
    fn new_postgresql() -> Server {
        let mut server = Server { folder: TempDir::new().expect("a folder"), port: port(), child: None };
        server.certificates();
        fs::create_dir(server.file("pg")).expect("folder");
        let pg = server.file("pg");
        fs::write(pg.join("pw"), "of-the-lab\n").expect("write");
        for name in ["server.pem", "server.key"] {
            fs::copy(server.file("tls").join(name), pg.join(name)).expect("copy");
            fs::set_permissions(pg.join(name), fs::Permissions::from_mode(0o600)).expect("mode");
        }
        if let Some((user, group)) = database_user() {
            fs::set_permissions(server.folder.path(), fs::Permissions::from_mode(0o755)).expect("mode");
            for path in [pg.clone(), pg.join("pw"), pg.join("server.pem"), pg.join("server.key")] {
                chown(path, Some(user), Some(group)).expect("chown");
            }
        }
        let mut init = server.postgresql("initdb");
        init.args(["-U", "admin", "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]);
        init.arg("--pwfile").arg(pg.join("pw")).arg("-D").arg(pg.join("data"));
        let made = lab::run(&mut init);
        assert!(made.ok, "{}{}", made.out, made.err);
        server.start_postgresql();
        server
    }

    /// A program of PostgreSQL's as the user who may run it.
    fn postgresql(&self, program: &str) -> Command {
        let path = lab::postgresql(program);
        let mut command = match database_user() {
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command
                    .args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".into()])
                    .arg(path);
                command
            }
            None => Command::new(path),
        };
        command
            .env("LC_ALL", "C.UTF-8")
            .env("PGPASSWORD", "of-the-lab")
            .current_dir(self.file("pg"))
            .stdin(Stdio::null());
        command
    }

    fn start_postgresql(&mut self) {
        let pg = self.file("pg");
        let log = fs::File::create(self.file("pg.log")).expect("log");
        let mut command = self.postgresql("postgres");
        command.arg("-D").arg(pg.join("data")).stdout(Stdio::null()).stderr(log);
        for (key, value) in [
            ("port", self.port.to_string()),
            ("listen_addresses", "127.0.0.1".into()),
            ("unix_socket_directories", pg.display().to_string()),
            ("ssl", "on".into()),
            ("ssl_cert_file", pg.join("server.pem").display().to_string()),
            ("ssl_key_file", pg.join("server.key").display().to_string()),
            ("fsync", "off".into()),
            ("max_connections", "20".into()),
            ("shared_buffers", "8MB".into()),
        ] {
            command.arg("-c").arg(format!("{key}={value}"));
        }
        self.child = Some(command.spawn().expect("a server"));
        self.listens("pg.log");
        // It takes connections before it takes users.
        let before = Instant::now();
        while !self.sql("SELECT 1").ok {
            assert!(before.elapsed() < Duration::from_secs(20), "{}", self.sql("SELECT 1").err);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs SQL as the administrator.
    fn sql(&self, sql: &str) -> lab::Said {
        let mut psql = self.postgresql("psql");
        psql.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "admin", "-d", "postgres", "-h"]);
        psql.arg(self.file("pg")).args(["-p", &self.port.to_string(), "-c", sql]);
        lab::run(&mut psql)
    }

    /// Opens the directory with a query, and whatever else stands in `postgres` and in `users`.
    fn query(&self, query: &str, postgres: &str, users: &str) -> Result<Directory, Box<Problem>> {
        let users = format!(
            "    postgres:\n      url: \"postgresql://mail@localhost:{}/postgres\"\n      ca: tls/ca.pem\n      \
             password: {{ file: password }}\n      query: \"{query}\"\n{postgres}{users}",
            self.port
        );
        // A later key takes the place of one before it.
        let mut lines: Vec<&str> = Vec::new();
        for line in users.lines() {
            let key = |l: &str| l.split(':').next().unwrap_or("").to_owned();
            lines.retain(|l| key(l) != key(line));
            lines.push(line);
        }
        lines.sort_by_key(|l| (!l.starts_with("      ") && !l.contains("postgres:")) as u8);
        open(self.folder.path(), &lines.join("\n"))
    }
}

const QUERY: &str = "SELECT name, login FROM users WHERE address = $1";

fn postgresql() -> Result<(), Failed> {
    let mut server = Server::new_postgresql();
    let quoted = PASSWORD.replace('\'', "''");
    let made = server.sql(&format!(
        "CREATE ROLE mail LOGIN PASSWORD '{quoted}'; CREATE TABLE users (address text, login varchar(64), name text, id int);
         INSERT INTO users VALUES ('ada@example.org', 'u0001', 'Ada', 1), ('o''neil@example.org', 'u0002', NULL, 2),
           ('star*@example.org', 'u0003', NULL, 3), ('two@example.org', 'u0004', NULL, 4), ('two@example.org', 'u0005', NULL, 5);
         GRANT SELECT, DELETE ON users TO mail"
    ));
    assert!(made.ok, "{}", made.err);

    // TLS by the authority that is named, a socket, and clear text on this machine.
    let socket = server.file("pg").display().to_string().replace('/', "%2F");
    for url in [
        format!("postgresql://mail@localhost:{}/postgres", server.port),
        format!("postgresql://mail@localhost:{}/postgres?sslmode=verify-full&application_name=x%20y", server.port),
        format!("postgresql://mail@127.0.0.1:{}/postgres?sslmode=disable", server.port),
        format!("postgresql://mail@{socket}:{}/postgres", server.port),
    ] {
        let directory =
            server.query(QUERY, &format!("      url: \"{url}\"\n"), "").unwrap_or_else(|p| panic!("{url}: {p:?}"));
        assert!(directory.warning().is_none(), "{url}: {:?}", directory.warning());
        people(&directory);
    }
    // By the parts of the address, and without regard to case.
    let parts = "SELECT login FROM users WHERE address = $2 || '@' || $3 AND lower($1) = address";
    assert_eq!(asked(&server.query(parts, "", "").expect("a directory"), "ADA@example.org").as_deref(), Ok("u0001"));

    // What it refuses, it refuses at once, with a reason and without the password.
    let clear = format!("      url: \"postgresql://mail@127.0.0.1:{}/postgres\"\n", server.port);
    refused(server.query(QUERY, "      ca: other/ca.pem\n", ""), "invalid peer certificate");
    refused(server.query(QUERY, &clear, ""), "not valid for name");
    refused(server.query(QUERY, "      password: hunter2\n", ""), "password authentication failed");
    refused(
        server.query(QUERY, "      password: { command: \"printf hunter%s 2; exit 1\" }\n", ""),
        "the command fails",
    );
    refused(server.query("SELECT login FROM nowhere WHERE address = $1", "", ""), "does not exist");
    refused(server.query("SELECT login FROM users", "", ""), "0 parameters");
    refused(server.query("SELECT name FROM users WHERE address = $1", "", ""), "no column `login`");
    refused(server.query("SELECT id AS login FROM users WHERE address = $1", "", ""), "type `int4`");
    refused(server.query("SELECT login FROM users WHERE id = $1", "", ""), "type `int4`");
    refused(server.query("SELECT login FROM users WHERE address = $1; DROP TABLE users", "", ""), "multiple commands");
    // Nothing is written, even where the user may.
    let writing = server.query("DELETE FROM users WHERE address = $1 RETURNING login", "", "").expect("it prepares");
    let words = asked(&writing, "ada@example.org").expect_err("a read-only session");
    assert!(words.contains("25006"), "{words}");
    // An error that the address causes is no other's.
    let strict = "SELECT login FROM users WHERE address = $1 AND ($2 = 'ada' OR $2::int = 5)";
    let strict = server.query(strict, "", "    cache: 0").expect("a directory");
    for _ in 0..3 {
        let words = asked(&strict, "o'neil@example.org").expect_err("no number");
        assert!(words.contains("22P02"), "{words}");
        assert_eq!(asked(&strict, "ada@example.org").as_deref(), Ok("u0001"));
    }

    // Rows without end: at the second login it stops, of one login till the time is over; the server does not go on.
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
         SELECT CASE WHEN $2 = 'several' THEN i::text ELSE 'u0001' END AS login FROM n WHERE $1 <> 'ada@example.org' OR i = 1 LIMIT \
         CASE WHEN $2 = 'ada' THEN 1 ELSE 2000000000 END";
    let directory = server.query(endless, "", "    timeout: 1\n    cache: 0\n    connections: 1").expect("a directory");
    let before = Instant::now();
    assert!(made_up(&asked(&directory, "several@example.org").expect("nobody's")));
    assert!(before.elapsed() < Duration::from_millis(900), "{:?}", before.elapsed());
    asked(&directory, "same@example.org").expect_err("it never ends");
    assert_eq!(asked(&directory, "ada@example.org").as_deref(), Ok("u0001"));

    // As many connections as are said, and no more.
    let slow = "SELECT login FROM users, pg_sleep(0.02) WHERE address = $1";
    let name = format!("      url: \"postgresql://mail@localhost:{}/postgres?application_name=crowd\"\n", server.port);
    let directory = server.query(slow, &name, "    connections: 3\n    timeout: 20").expect("a directory");
    let count = || {
        let said = server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crowd'");
        said.out.trim().parse().expect("a number")
    };
    assert_eq!(crowd(&directory, count), 3);

    // A server that goes and comes, that changes, that hangs.
    let directory = server.query(QUERY, "", "    timeout: 1\n    cache: 0").expect("a directory");
    people(&directory);
    assert!(server.sql("ALTER TABLE users ALTER COLUMN login TYPE text").ok);
    assert_eq!(asked(&directory, "ada@example.org").as_deref(), Ok("u0001"));
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mail'";
    assert!(server.sql(ended).ok);
    assert_eq!(asked(&directory, "ada@example.org").as_deref(), Ok("u0001"), "after its sessions were ended");
    hangs(&directory, || server.signal("-STOP"), || server.signal("-CONT"));
    let shared = std::cell::RefCell::new(&mut server);
    comes_back(&directory, || shared.borrow_mut().kill(), || shared.borrow_mut().start_postgresql());

    // A server that is not there yet is one that may come.
    server.kill();
    let directory = server.query(QUERY, "", "    timeout: 1\n    cache: 0").expect("it may come");
    assert_eq!(directory.warning().map(|p| p.code), Some("directory-unreachable"));
    comes_back(&directory, || {}, || server.start_postgresql());
    Ok(())
}

// LDAP

impl Server {
    fn new_slapd() -> Server {
        let mut server = Server { folder: TempDir::new().expect("a folder"), port: port(), child: None };
        server.certificates();
        fs::create_dir(server.file("db")).expect("folder");
        let (tls, db) = (server.file("tls"), server.file("db"));
        let mut conf = String::new();
        for schema in ["core", "cosine", "inetorgperson"] {
            writeln!(conf, "include /etc/ldap/schema/{schema}.schema").expect("text");
        }
        let (tls, db) = (tls.display(), db.display());
        write!(
            conf,
            "modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {db}/pid\n\
             TLSCACertificateFile {tls}/ca.pem\nTLSCertificateFile {tls}/server.pem\nTLSCertificateKeyFile {tls}/server.key\n\
             database mdb\nmaxsize 10485760\nsuffix dc=example,dc=org\ndirectory {db}\n\
             access to attrs=userPassword by anonymous auth by * none\n\
             access to * by dn.exact=cn=mailwright,dc=example,dc=org read by * none\n"
        )
        .expect("text");
        fs::write(server.file("slapd.conf"), conf).expect("write");
        let mut ldif = "dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n\n\
             dn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\nou: people\n\n"
            .to_owned();
        let password = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(PASSWORD)
        };
        write!(
            ldif,
            "dn: cn=mailwright,dc=example,dc=org\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n\
             cn: mailwright\nuserPassword:: {password}\n\n"
        )
        .expect("text");
        for (uid, mail) in [
            ("u0001", "ada"),
            ("u0002", "o'neil"),
            ("u0003", "star*"),
            ("u0004", "two"),
            ("u0005", "two"),
            ("u0006", "two"),
        ] {
            write!(
                ldif,
                "dn: uid={uid},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {mail}\nsn: {mail}\n\
                 mail: {mail}@example.org\n\n"
            )
            .expect("text");
        }
        fs::write(server.file("people.ldif"), ldif).expect("write");
        let add = lab::run(
            Command::new("/usr/sbin/slapadd")
                .arg("-q")
                .arg("-f")
                .arg(server.file("slapd.conf"))
                .arg("-l")
                .arg(server.file("people.ldif")),
        );
        assert!(add.ok, "{}", add.err);
        server.start_slapd();
        server
    }

    /// `ldap:` on its port, `ldaps:` on the next but 1,000.
    fn start_slapd(&mut self) {
        let log = fs::File::create(self.file("slapd.log")).expect("log");
        let child = Command::new("/usr/sbin/slapd")
            .args(["-d", "0", "-h"])
            .arg(format!("ldap://127.0.0.1:{}/ ldaps://127.0.0.2:{}/", self.port, self.port))
            .arg("-f")
            .arg(self.file("slapd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("slapd");
        self.child = Some(child);
        self.listens("slapd.log");
    }

    /// Opens the directory by an address, and whatever else stands in `ldap` and in `users`.
    fn search(&self, url: &str, ldap: &str, users: &str) -> Result<Directory, Box<Problem>> {
        let mut keys = vec![
            format!("url: \"{}\"", url.replace("PORT", &self.port.to_string())),
            "base: \"ou=people,dc=example,dc=org\"".into(),
            "bind: \"cn=mailwright,dc=example,dc=org\"".into(),
            "password: { file: password }".into(),
        ];
        for line in ldap.lines() {
            let key = |l: &str| l.split(':').next().unwrap_or("").to_owned();
            keys.retain(|l| key(l) != key(line));
            keys.push(line.to_owned());
        }
        let keys: String = keys.iter().fold(String::new(), |text, key| text + "      " + key + "\n");
        open(self.folder.path(), &format!("    ldap:\n{keys}{users}"))
    }

    /// Connections that the server has.
    fn connections(&self) -> usize {
        let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
        let local = format!("0100007F:{:04X}", self.port);
        let established = |line: &&str| {
            let mut fields = line.split_whitespace().skip(1);
            fields.next() == Some(&local) && fields.nth(1) == Some("01")
        };
        table.lines().filter(established).count()
    }
}

fn ldap() -> Result<(), Failed> {
    let mut server = Server::new_slapd();
    // TLS from the start, STARTTLS, and clear text on this machine; filters of several kinds.
    for (url, ldap) in [
        ("ldaps://127.0.0.2:PORT", "ca: tls/ca.pem"),
        ("ldap://localhost:PORT", "ca: tls/ca.pem"),
        ("ldap://127.0.0.1:PORT", ""),
        (
            "ldap://localhost:PORT/",
            "filter: \"(&(objectClass=inetOrgPerson)(|(mail={address})(mail={local}@{domain})))\"",
        ),
        ("ldap://localhost:PORT/", "login: UID\nbase: \"dc=example,dc=org\""),
    ] {
        let directory = server.search(url, ldap, "").unwrap_or_else(|p| panic!("{url}: {p:?}"));
        assert!(directory.warning().is_none(), "{url}: {:?}", directory.warning());
        people(&directory);
    }
    // By the local part alone: what would be a wildcard is a letter.
    let local = server.search("ldap://localhost:PORT", "filter: \"(cn={local})\"", "").expect("a directory");
    assert_eq!(asked(&local, "ada@example.org").as_deref(), Ok("u0001"));
    for who in ["*", "a*", "*a"] {
        assert!(made_up(&asked(&local, &format!("{who}@example.org")).expect("an answer")), "{who}");
    }

    let url = "ldap://localhost:PORT";
    refused(server.search("ldaps://127.0.0.2:PORT", "ca: other/ca.pem", ""), "invalid peer certificate");
    refused(server.search(url, "ca: other/ca.pem", ""), "invalid peer certificate");
    refused(server.search("ldap://127.0.0.1:PORT", "ca: tls/ca.pem", ""), "not valid for name");
    refused(server.search(url, "password: hunter2", ""), "invalidCredentials");
    refused(server.search(url, "password: { env: NO_SUCH_VARIABLE }", ""), "not set");
    refused(server.search(url, "bind: \"no name\"", ""), "invalidDNSyntax");
    refused(server.search(url, "base: \"ou=nobody,dc=example,dc=org\"", ""), "`base`");
    // As nobody nothing is shown there.
    let nobody = format!("    ldap: {{ url: \"ldap://localhost:{}\", base: \"dc=example,dc=org\" }}", server.port);
    refused(open(server.folder.path(), &nobody), "`base`");

    // A directory that is dropped closes its connections.
    drop(local);
    let before = Instant::now();
    while server.connections() > 0 {
        assert!(before.elapsed() < Duration::from_secs(5), "{} connections are left", server.connections());
        std::thread::sleep(Duration::from_millis(10));
    }
    let directory = server.search(url, "", "    connections: 3\n    timeout: 20").expect("a directory");
    assert_eq!(crowd(&directory, || server.connections()), 3);
    drop(directory);
    let directory = server.search(url, "", "    timeout: 1\n    cache: 0").expect("a directory");
    people(&directory);
    hangs(&directory, || server.signal("-STOP"), || server.signal("-CONT"));
    let shared = std::cell::RefCell::new(&mut server);
    comes_back(&directory, || shared.borrow_mut().kill(), || shared.borrow_mut().start_slapd());
    server.kill();
    let directory = server.search(url, "", "    timeout: 1\n    cache: 0").expect("it may come");
    assert_eq!(directory.warning().map(|p| p.code), Some("directory-unreachable"));
    comes_back(&directory, || {}, || server.start_slapd());
    Ok(())
}
