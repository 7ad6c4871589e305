//! PostgreSQL.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mailwright::problem::Problem;
use mailwright::users::Directory;
use tempfile::TempDir;

use super::{PASSWORD, Server, asked, comes_back, crowd, hangs, made_up, open, people, refused};
use crate::lab;
use crate::webserver::free_port;

/// Who runs PostgreSQL: its server refuses to run as root.
fn database_user() -> Option<(u32, u32)> {
    let id = |flag: &str| lab::run(Command::new("id").args([flag, "postgres"])).out.trim().parse().ok();
    let root = lab::run(Command::new("id").arg("-u")).out.trim() == "0";
    if root { id("-u").zip(id("-g")) } else { None }
}

impl Server {
    fn new_postgresql() -> Server {
        let mut server = Server { folder: TempDir::new().expect("a folder"), port: free_port(), child: None };
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

pub fn postgresql() -> Result<(), Failed> {
    let mut server = Server::new_postgresql();
    let quoted = PASSWORD.replace('\'', "''");
    let made = server.sql(&format!(
        "CREATE ROLE mail LOGIN PASSWORD '{quoted}'; CREATE TABLE users (address text, login varchar(64), name text, id int);
         INSERT INTO users VALUES ('ada@example.org', 'u0001', 'Ada', 1), ('o''neil@example.org', 'u0002', NULL, 2),
           ('star*@example.org', 'u0003', NULL, 3), ('two@example.org', 'u0004', NULL, 4), ('two@example.org', 'u0005', NULL, 5);
         GRANT SELECT, DELETE ON users TO mail; CREATE TABLE secrets (address text, login text)"
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
    for writing in [
        "DELETE FROM users WHERE address = $1 RETURNING login",
        "WITH gone AS (DELETE FROM users WHERE address = $1 RETURNING login) SELECT login FROM gone",
    ] {
        refused(server.query(writing, "", ""), "25006");
    }
    refused(server.query("SELECT login FROM secrets WHERE address = $1", "", ""), "42501");
    // A column of fixed width: its blanks are nobody's login, and tell nobody who exists.
    let fixed = "SELECT login::char(12) AS login FROM users WHERE address = $1 \
         UNION ALL SELECT '   '::char(12) WHERE $1 <> ''";
    people(&server.query(fixed, "", "").expect("a directory"));
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
    let directory = server.query(endless, "", "    timeout: 3\n    cache: 0\n    connections: 1").expect("a directory");
    // Whoever read on would have no answer in time.
    assert!(made_up(&asked(&directory, "several@example.org").expect("nobody's")));
    asked(&directory, "same@example.org").expect_err("it never ends");
    assert_eq!(asked(&directory, "ada@example.org").as_deref(), Ok("u0001"));

    unreadable(&server);

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
    let directory = server.query(QUERY, "", "    timeout: 3\n    cache: 0").expect("a directory");
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
    let directory = server.query(QUERY, "", "    timeout: 3\n    cache: 0").expect("it may come");
    assert_eq!(directory.warning().map(|p| p.code), Some("directory-unreachable"));
    comes_back(&directory, || {}, || server.start_postgresql());
    Ok(())
}

/// A login that is no text of the client's encoding was an error among few rows, and nobody's among many. It is nobody's, as
/// with the other directories; and a session whose rows were read to the end goes on.
fn unreadable(server: &Server) {
    let query = "SELECT set_config('client_encoding', 'LATIN1', false) AS c, pg_backend_pid() AS p, \
         CASE WHEN i = 1 AND $2 <> 'ada' THEN chr(233) ELSE 'u0001' END AS login \
         FROM generate_series(1, CASE $2 WHEN 'many' THEN 1000 WHEN 'few' THEN 100 ELSE 1 END) AS n(i) WHERE $1 <> ''";
    let name = format!("      url: \"postgresql://mail@localhost:{}/postgres?application_name=odd\"\n", server.port);
    let directory =
        server.query(query, &name, "    timeout: 20\n    cache: 0\n    connections: 1").expect("a directory");
    let session = || server.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'odd'").out;
    let first = session();
    for who in ["one", "few"] {
        let login = asked(&directory, &format!("{who}@example.org")).unwrap_or_else(|e| panic!("{who}: {e}"));
        assert!(made_up(&login), "{who}: {login}");
        assert_eq!(asked(&directory, "ada@example.org").as_deref(), Ok("u0001"), "after {who}");
        assert_eq!(session(), first, "after {who}");
    }
    assert!(made_up(&asked(&directory, "many@example.org").expect("nobody's")));
    assert_eq!(asked(&directory, "ada@example.org").as_deref(), Ok("u0001"), "after many");
}
