//! Directories of users that need no server: CSV files, SQLite, and the look-ups over a source that is slow, broken or
//! asked by many at once. Real PostgreSQL and LDAP servers are `tests/clients/directories.rs`' business.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use mailwright::account::{Address, Decoy, Text};
use mailwright::problem::{Problem, Severity};
use mailwright::users::asking::Limits;
use mailwright::users::csv::{Table, rows};
use mailwright::users::unknown::Unknown;
use mailwright::users::{Answer, Directory, Source, Unavailable};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

fn address(text: &str) -> Address {
    Address::parse(text).expect("address")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs on a runtime as the server has one.
fn wait<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let make = || Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    RUNTIME.get_or_init(make).block_on(future)
}

/// What an account file in a folder says about its users, and what was wrong with that.
fn read(folder: &Path, users: &str) -> mailwright::Reading {
    let text = format!(
        "providers: {{ host: {{ domains: [example.org], imap: imap.example.org, smtp: smtp.example.org }} }}\n\
         serve:\n  users:\n{users}\n"
    );
    mailwright::read_text(folder.join("host.yaml").to_str().expect("UTF-8"), &text)
}

fn open(folder: &Path, users: &str) -> Result<Directory, Box<Problem>> {
    let reading = read(folder, users);
    assert!(!reading.failed(), "{:?}", reading.problems);
    let users = reading.mail.hosting.users.expect("users");
    wait(async { Directory::open(&users).await })
}

fn codes(folder: &Path, users: &str) -> Vec<&'static str> {
    read(folder, users).problems.iter().map(|p| p.code).collect()
}

fn login(directory: &Directory, who: &str) -> Option<String> {
    wait(async { directory.login(&address(who)).await }).expect("an answer").map(|l| l.to_string())
}

// CSV

fn table(text: &[u8]) -> Result<Table, Box<Problem>> {
    with_warning(text).map(|(table, _)| table)
}

fn with_warning(text: &[u8]) -> Result<(Table, Option<Problem>), Box<Problem>> {
    let folder = folder();
    let file = folder.path().join("users.csv");
    std::fs::write(&file, text).expect("write");
    Table::read(&file)
}

fn found(table: &Table, who: &str) -> Option<String> {
    table.login(&address(who).to_lower_case()).map(|l| l.to_string())
}

#[test]
fn csv_columns_stand_in_any_order_and_others_are_passed_over() {
    for text in [
        "address,login\nada@example.org,u1\n",
        "login,address,name\nu1,ada@example.org,\"Lovelace, Ada\"\n",
        "\u{feff}Address;quota;Login\r\n\r\nada@example.org;5;u1\r\n",
        "login\tid\taddress\nu1\t7\tada@example.org",
        "address,login\n\"ada@example.org\",  u1  \n",
        "address,login\nADA@EXAMPLE.ORG,u1\n",
    ] {
        let table = table(text.as_bytes()).unwrap_or_else(|p| panic!("{text}: {p:?}"));
        assert_eq!(table.len(), 1, "{text}");
        assert_eq!(found(&table, "Ada@Example.org").as_deref(), Some("u1"), "{text}");
        assert_eq!(found(&table, "ada@example.com"), None);
        assert_eq!(found(&table, "ad@example.org"), None);
        assert_eq!(found(&table, "adaa@example.org"), None);
    }
    let table = table("address,login\nada@bücher.example,u2\n".as_bytes()).expect("table");
    assert_eq!(found(&table, "ada@xn--bcher-kva.example").as_deref(), Some("u2"));
}

#[test]
fn bad_rows_keep_nobody_else_from_being_found() {
    let text = b"address,login,name\n\
        ada@example.org,u1,Ada\n\
        no address,u2,\n\
        bob@example.org,,Bob\n\
        \n\
        Ada@example.org,u3,Ada again\n\
        \"eve@example.org\",\"u\n4\",Eve\n\
        mallory@example.org\n\
        *@example.org,u5,\n\
        kurt@example.org,u\xff,\n\
        line@example.org,u\xe2\x80\xa86,\n\
        last@example.org,u7,\n";
    let (table, problem) = with_warning(text).expect("the rest is served");
    assert_eq!((table.len(), found(&table, "last@example.org").as_deref()), (1, Some("u7")));
    assert_eq!(found(&table, "ada@example.org"), None, "which of two logins is a guess");
    let problem = problem.expect("bad rows");
    assert_eq!((problem.code, problem.severity), ("bad-rows", Severity::Warning));
    assert!(problem.message.starts_with("8 rows of "), "{}", problem.message);
    let lines: Vec<&str> = problem.reason.lines().collect();
    let expected = [
        ("line 3: ", "address is none"),
        ("line 4: ", "no login"),
        ("line 6: ", "stands on line 2 already, with another login"),
        ("line 7: ", "U+000A, line feed"),
        ("line 9: ", "no login"),
        ("line 10: ", "not all of a domain"),
        ("line 11: ", "not UTF-8"),
        ("line 12: ", "U+2028"),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, (number, why)) in lines.iter().zip(expected) {
        assert!(line.starts_with(number) && line.contains(why), "{line} is not {number}{why}");
    }
    // A file of Windows' has the same lines.
    let dos = String::from_utf8_lossy(text).replace('\u{fffd}', "x").replace('\n', "\r\n");
    let problem = with_warning(dos.as_bytes()).expect("the rest").1.expect("bad rows");
    let numbers: Vec<&str> = problem.reason.lines().filter_map(|l| l.split(':').next()).collect();
    assert_eq!(numbers, ["line 3", "line 4", "line 6", "line 7", "line 9", "line 10", "line 12"]);
    let many: String = (0..1_000).fold("address,login\n".to_owned(), |text, n| text + &format!("no address {n},u\n"));
    let problem = with_warning(many.as_bytes()).expect("nobody").1.expect("bad rows");
    assert!(problem.reason.lines().count() == 11 && problem.reason.ends_with("and 990 more"), "{}", problem.reason);
}

#[test]
fn an_address_that_stands_twice_with_one_login_has_it() {
    let text = b"address,login\nada@example.org,u1\nADA@example.org,u1\nbob@example.org,u2\nBob@example.org,U2\n";
    let (table, problem) = with_warning(text).expect("a table");
    assert_eq!((found(&table, "ada@example.org").as_deref(), found(&table, "bob@example.org")), (Some("u1"), None));
    let problem = problem.expect("two logins of Bob's");
    assert!(problem.message.starts_with("1 row of ") && problem.reason.starts_with("line 5: "), "{problem:?}");
}

#[test]
fn a_login_of_more_than_255_octets_is_none() {
    let text = format!("address,login\nada@example.org,{}\nbob@example.org,{}\n", "u".repeat(255), "u".repeat(256));
    let (table, problem) = with_warning(text.as_bytes()).expect("a table");
    assert_eq!(found(&table, "ada@example.org").map(|l| l.len()), Some(255));
    assert_eq!(found(&table, "bob@example.org"), None);
    assert!(problem.expect("a warning").reason.starts_with("line 3: its login is longer than 255 octets"));
    let folder = folder();
    database(folder.path(), "CREATE TABLE users (address TEXT, login TEXT)");
    let long = "    sqlite: { file: mail.db, query: \"SELECT printf('%.*c', ?2, 'u') AS login WHERE ?1 <> ''\" }\n    cache: 0";
    let directory = open(folder.path(), long).expect("a directory");
    assert_eq!(login(&directory, "255@example.org").map(|l| l.len()), Some(255));
    assert_eq!(login(&directory, "256@example.org"), None);
    assert_eq!(login(&directory, "900000000@example.org"), None);
}

/// What was being written when the machine stopped, or a quotation mark at the beginning of a login: whoever stands behind
/// it would be nobody.
#[test]
fn a_file_that_ends_inside_of_quotation_marks_is_refused() {
    for text in [
        "address,login\nada@example.org,u1\n\n\"bob@exam",
        "address,login\nada@example.org,u1\n\nbob@example.org,\"u2\nx,y\n",
    ] {
        let problem = table(text.as_bytes()).expect_err(text);
        assert!(problem.code == "no-directory" && problem.reason.contains("line 4: "), "{text}: {problem:?}");
    }
    let closed = "address,login,name\nada@example.org,u1,\"Ada\n\"";
    assert!(table(closed.as_bytes()).is_ok());
}

/// Rows have lines of their own, below the caret; and what is no user does not keep the server from starting.
#[test]
fn bad_rows_are_drawn_as_a_list() {
    let folder = folder();
    std::fs::write(folder.path().join("users.csv"), "address,login\nbad,u1\nada@example.org,\n").expect("write");
    let reading = read(folder.path(), "    csv: users.csv");
    let users = reading.mail.hosting.users.as_ref().expect("users");
    let directory = wait(async { Directory::open(users).await }).expect("nobody is found, but it is open");
    let problem = directory.warning().expect("bad rows");
    let drawn = reading.sources.draw(problem, false);
    let expected =
        "\n  = note: line 2: its address is none: it has no @\n          line 3: it has no login\n  = help: ";
    assert!(drawn.contains(expected) && drawn.contains("4 |     csv: users.csv"), "{drawn}");
}

#[test]
fn a_file_that_is_none_of_users_is_a_problem() {
    assert_eq!(table(b"").expect_err("empty").code, "no-columns");
    assert_eq!(table(b"mail,uid\nada@example.org,u1\n").expect_err("other columns").code, "no-columns");
    assert_eq!(table(&[0xff, 0xfe, b'a', 0]).expect_err("UTF-16").code, "no-columns");
    assert_eq!(Table::read(Path::new("/nowhere/users.csv")).expect_err("no file").code, "no-directory");
    let folder = folder();
    assert_eq!(Table::read(folder.path()).expect_err("a folder").code, "no-directory");
}

#[test]
fn rows_are_read_one_by_one_with_names() {
    let folder = folder();
    let file = folder.path().join("users.csv");
    std::fs::write(&file, "address,login,name\nada@example.org,u1,\"Lovelace, Ada\"\nbad,u2,\nBob@example.org,u3,\n")
        .expect("write");
    let rows: Vec<_> = rows(&file).expect("rows").collect();
    assert_eq!(rows.len(), 3);
    let ada = rows[0].as_ref().expect("a row");
    assert_eq!((ada.line, ada.address.as_str(), ada.login.as_str()), (2, "ada@example.org", "u1"));
    assert_eq!(ada.name.as_ref().map(Text::as_str), Some("Lovelace, Ada"));
    assert!(rows[1].as_ref().is_err_and(|p| p.line == 3));
    let bob = rows[2].as_ref().expect("a row");
    assert_eq!((bob.address.as_str(), &bob.name), ("Bob@example.org", &None));
}

#[test]
fn a_hundred_thousand_users_are_small_and_all_found() {
    let mut text = "address,login,name\n".to_owned();
    for n in 0..100_000 {
        writeln!(text, "first.last{n}@domain{}.example.org,u{n:07},Somebody Number {n}", n % 100).expect("text");
    }
    let table = table(text.as_bytes()).expect("table");
    assert_eq!(table.len(), 100_000);
    for n in (0..100_000).step_by(997) {
        let who = format!("first.last{n}@domain{}.example.org", n % 100);
        assert_eq!(found(&table, &who), Some(format!("u{n:07}")));
        assert_eq!(found(&table, &format!("first.last{n}@domain{}.example.org", (n + 1) % 100)), None);
    }
    // 7 of header, 15 of local part, 8 of login and 4 of index, and what a Vec has to spare.
    assert!(table.size() < 100_000 * 40, "{} bytes", table.size());
}

// SQLite

fn database(folder: &Path, sql: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.join("mail.db")).expect("a database");
    connection.execute_batch(sql).expect("SQL");
    connection
}

const USERS: &str = "CREATE TABLE users (address TEXT, login, name TEXT);
    INSERT INTO users VALUES ('ada@example.org', 'u1', 'Ada'), ('number@example.org', 42, NULL),
      ('two@example.org', 'u2', NULL), ('two@example.org', 'u3', NULL),
      ('same@example.org', 'u4', NULL), ('same@example.org', 'u4', NULL),
      ('null@example.org', NULL, NULL), ('empty@example.org', '', NULL), ('control@example.org', 'u' || char(10), NULL);";

const SQLITE: &str = "    sqlite: { file: mail.db, query: \"SELECT name, login FROM users WHERE address = ?1\" }";

#[test]
fn sqlite_finds_logins_beside_the_account_file() {
    let folder = folder();
    database(folder.path(), USERS);
    let directory = open(folder.path(), SQLITE).expect("a directory");
    for (who, expected) in [
        ("ada@example.org", Some("u1")),
        ("ADA@Example.org", Some("u1")),
        ("number@example.org", Some("42")),
        ("same@example.org", Some("u4")),
        ("two@example.org", None),
        ("null@example.org", None),
        ("empty@example.org", None),
        ("control@example.org", None),
        ("nobody@example.org", None),
        ("'or'1'='1@example.org", None),
        ("%@example.org", None),
    ] {
        assert_eq!(login(&directory, who).as_deref(), expected, "{who}");
    }
    let parts =
        "    sqlite: { file: mail.db, query: \"SELECT ?2 || '%' || ?3 AS login WHERE ?1 = 'ada@example.org'\" }";
    let directory = open(folder.path(), parts).expect("a directory");
    assert_eq!(login(&directory, "ada@example.org").as_deref(), Some("ada%example.org"));
}

#[test]
fn sqlite_queries_that_find_no_login_are_problems() {
    let folder = folder();
    database(folder.path(), USERS);
    for (query, why) in [
        ("SELECT login FROM nowhere WHERE address = ?1", "no such table"),
        ("SELECT name FROM users WHERE address = ?1", "no column `login`"),
        ("SELECT login FROM users", "0 parameters"),
        ("SELECT login FROM users WHERE address IN (?1, ?2, ?3, ?4)", "4 parameters"),
        ("DELETE FROM users WHERE address = ?1 RETURNING login", "it writes"),
        ("SELECT login FROM users WHERE address = ?1; DROP TABLE users", "Multiple"),
    ] {
        let users = format!("    sqlite: {{ file: mail.db, query: \"{query}\" }}");
        let problem = open(folder.path(), &users).expect_err(query);
        assert_eq!(problem.code, "no-query", "{query}");
        assert!(problem.reason.to_lowercase().contains(&why.to_lowercase()), "{query}: {}", problem.reason);
        assert!(problem.place.is_some() && !problem.help.is_empty());
    }
    std::fs::write(folder.path().join("text.db"), "no database, but long enough to have a header").expect("write");
    for file in ["text.db", "missing.db"] {
        let users = format!("    sqlite: {{ file: {file}, query: \"SELECT login FROM users WHERE address = ?1\" }}");
        let problem = open(folder.path(), &users).expect_err(file);
        assert!(problem.reason.contains(file) || problem.reason.contains("not a database"), "{}", problem.reason);
    }
    assert!(!folder.path().join("missing.db").exists(), "a database is never made");
}

#[test]
fn a_query_that_never_ends_is_interrupted_and_frees_its_connection() {
    let folder = folder();
    database(folder.path(), USERS);
    let endless = "    sqlite:\n      file: mail.db\n      query: >-\n        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
         WHERE ?1 LIKE 'slow%') SELECT max(i) AS login FROM n\n    timeout: 1\n    connections: 1\n    cache: 0";
    let directory = open(folder.path(), endless).expect("a directory");
    wait(async {
        let started = Instant::now();
        assert!(directory.login(&address("slow@example.org")).await.is_err());
        assert!(started.elapsed() < Duration::from_millis(1_900), "{:?}", started.elapsed());
        // The only connection is free again.
        let fast = directory.login(&address("ada@example.org")).await.expect("an answer");
        assert_eq!(fast.map(|l| l.to_string()).as_deref(), Some("1"));
    });
}

#[test]
fn a_locked_database_is_waited_for_no_longer_than_for_any_answer() {
    let folder = folder();
    let writer = database(folder.path(), USERS);
    let directory = open(folder.path(), &format!("{SQLITE}\n    timeout: 1\n    cache: 0")).expect("a directory");
    writer.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").expect("a lock");
    wait(async {
        let started = Instant::now();
        let Unavailable(words) = directory.login(&address("ada@example.org")).await.expect_err("locked");
        assert!(started.elapsed() < Duration::from_millis(1_900), "{:?}", started.elapsed());
        assert!(!words.contains("ada"), "{words}");
    });
    drop(writer);
    assert_eq!(login(&directory, "ada@example.org").as_deref(), Some("u1"));
}

#[test]
fn a_database_that_is_replaced_is_opened_anew() {
    let folder = folder();
    drop(database(folder.path(), USERS));
    let directory = open(folder.path(), &format!("{SQLITE}\n    cache: 0")).expect("a directory");
    assert_eq!(login(&directory, "ada@example.org").as_deref(), Some("u1"));
    let other = self::folder();
    drop(database(other.path(), &USERS.replace("'u1'", "'u9'")));
    std::fs::rename(other.path().join("mail.db"), folder.path().join("mail.db")).expect("rename");
    assert_eq!(login(&directory, "ada@example.org").as_deref(), Some("u9"));
}

// Look-ups

/// A source that counts, and is as slow as it is told; addresses that begin with `broken` fail, `nobody` is nobody's.
#[derive(Debug)]
struct Fake {
    slow: Duration,
    asked: AtomicUsize,
    finished: AtomicUsize,
}

impl Fake {
    fn new(slow: u64) -> Arc<Fake> {
        Arc::new(Fake { slow: Duration::from_millis(slow), asked: AtomicUsize::new(0), finished: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Source for Fake {
    fn ask<'a>(&'a self, address: &'a Address) -> Answer<'a> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(self.slow).await;
            self.finished.fetch_add(1, Ordering::SeqCst);
            match address.local() {
                "panics" => panic!("an answer of the wrong form"),
                "long" => Ok(Text::new(&"u".repeat(256)).ok()),
                who if who.starts_with("broken") => Err(format!("no such value: {address}")),
                "nobody" => Ok(None),
                who => Ok(Text::new(&format!("login-of-{who}")).ok()),
            }
        })
    }
}

fn limits(timeout: u64, cache: u64, connections: usize) -> Limits {
    Limits { timeout: Duration::from_millis(timeout), cache: Duration::from_millis(cache), connections }
}

fn decoys() -> Unknown {
    Unknown::new(Decoy::parse("login-of-{letters:4}").expect("pattern"), Some("0123456789abcdef"))
}

#[test]
fn a_thousand_who_ask_for_one_address_share_one_look_up() {
    wait(async {
        let fake = Fake::new(50);
        let directory = Directory::over(fake.clone(), decoys(), limits(5_000, 60_000, 1));
        let mut tasks = Vec::new();
        for n in 0..1_000 {
            let directory = directory.clone();
            let who = address(if n % 2 == 0 { "ada@example.org" } else { "Ada@Example.ORG" });
            tasks.push(tokio::spawn(async move { directory.login(&who).await }));
        }
        for task in tasks {
            let login = task.await.expect("no panic").expect("an answer");
            assert_eq!(login.map(|l| l.to_string()).as_deref(), Some("login-of-ada"));
        }
        assert_eq!(fake.asked(), 1);
    });
}

#[test]
fn known_and_unknown_users_are_remembered_alike() {
    wait(async {
        let fake = Fake::new(0);
        let directory = Directory::over(fake.clone(), decoys(), limits(1_000, 150, 1));
        for who in ["ada@example.org", "nobody@example.org"] {
            let before = fake.asked();
            let first = directory.login(&address(who)).await.expect("an answer").expect("a login").to_string();
            assert!(first.starts_with("login-of-"), "{first}");
            for _ in 0..10 {
                let again = directory.login(&address(who)).await.expect("an answer").expect("a login");
                assert_eq!(again.as_str(), first);
            }
            assert_eq!(fake.asked(), before + 1, "{who}");
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(directory.login(&address(who)).await.expect("an answer").expect("a login").as_str(), first);
            assert_eq!(fake.asked(), before + 2, "{who} was remembered for too long");
        }
        // Another replica, another start: the same.
        let other = Directory::over(Fake::new(0), decoys(), limits(1_000, 0, 1));
        let who = address("nobody@example.org");
        assert_eq!(other.login(&who).await.ok(), directory.login(&who).await.ok());
    });
}

#[test]
fn without_a_pattern_somebody_unknown_is_any_user_of_the_domain() {
    wait(async {
        let directory = Directory::over(Fake::new(0), Unknown::default(), limits(1_000, 0, 1));
        assert_eq!(directory.login(&address("nobody@example.org")).await.expect("an answer"), None);
    });
}

#[test]
fn a_slow_source_is_not_waited_for() {
    wait(async {
        let fake = Fake::new(60_000);
        let directory = Directory::over(fake.clone(), decoys(), limits(200, 60_000, 1));
        let started = Instant::now();
        let Unavailable(words) = directory.login(&address("ada@example.org")).await.expect_err("too slow");
        let taken = started.elapsed();
        assert!(taken >= Duration::from_millis(200) && taken < Duration::from_millis(1_000), "{taken:?}");
        assert_eq!(words, "no answer in time");
        // Neither is a failure remembered.
        assert!(directory.login(&address("ada@example.org")).await.is_err());
        assert_eq!((fake.asked(), fake.finished.load(Ordering::SeqCst)), (2, 0));
    });
}

#[test]
fn no_more_look_ups_wait_than_can_be_done() {
    wait(async {
        let fake = Fake::new(300);
        let directory = Directory::over(fake.clone(), decoys(), limits(5_000, 0, 1));
        let mut tasks = Vec::new();
        for n in 0..1_000 {
            let directory = directory.clone();
            tasks.push(tokio::spawn(async move { directory.login(&address(&format!("u{n}@example.org"))).await }));
        }
        let (mut answers, mut refusals) = (0, 0);
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(_) => answers += 1,
                Err(Unavailable(words)) => {
                    assert_eq!(words, "too many look-ups wait already");
                    refusals += 1;
                }
            }
        }
        assert_eq!((answers, refusals), (64, 936));
        // Their places are free again.
        assert!(directory.login(&address("ada@example.org")).await.is_ok());
    });
}

#[test]
fn a_client_that_hangs_up_takes_nobody_with_it() {
    wait(async {
        let fake = Fake::new(100);
        let directory = Directory::over(fake.clone(), decoys(), limits(5_000, 60_000, 1));
        let who = address("ada@example.org");
        let gone = tokio::time::timeout(Duration::from_millis(20), directory.login(&who)).await;
        assert!(gone.is_err());
        assert!(directory.login(&who).await.is_ok());
        assert_eq!(fake.asked(), 1);
    });
}

#[test]
fn a_source_that_panics_leaves_nobody_waiting_and_no_place_taken() {
    wait(async {
        let fake = Fake::new(20);
        let directory = Directory::over(fake.clone(), decoys(), limits(5_000, 60_000, 1));
        let who = address("panics@example.org");
        for round in 1..=3 {
            let (one, other) = tokio::join!(directory.login(&who), directory.login(&who));
            for answer in [one, other] {
                assert_eq!(answer.expect_err("a panic").0, "the look-up has broken off");
            }
            assert_eq!(fake.asked(), round, "it is asked again each time");
        }
        for n in 0..8 {
            assert!(directory.login(&address(&format!("u{n}@example.org"))).await.is_ok(), "{n}");
        }
    });
}

#[test]
fn a_login_that_is_too_long_is_told_as_nobodys() {
    wait(async {
        let directory = Directory::over(Fake::new(0), decoys(), limits(5_000, 0, 1));
        let told = directory.login(&address("long@example.org")).await.expect("an answer").expect("made up");
        assert_eq!(told.as_str().len(), "login-of-1234".len());
    });
}

#[test]
fn an_error_holds_no_address() {
    wait(async {
        let directory = Directory::over(Fake::new(0), decoys(), limits(1_000, 60_000, 1));
        let Unavailable(words) = directory.login(&address("Broken.Ada@example.org")).await.expect_err("broken");
        assert!(!words.to_lowercase().contains("ada"), "{words}");
    });
}

// What an account file says

#[test]
fn secrets_of_a_directory_never_show() {
    let folder = folder();
    let users = "    postgres: { url: \"postgresql://mail@127.0.0.1:1/mail\", password: hunter2hunter2hunter2, query: \"SELECT $1 AS login\" }\n\
         \x20   unknown: \"{digits:6}\"\n    secret: hunter2hunter2hunter2\n    timeout: 1";
    let reading = read(folder.path(), users);
    assert_eq!(reading.problems.iter().filter(|p| p.code == "literal-password").count(), 2);
    let section = reading.mail.hosting.users.as_ref().expect("users");
    let directory = wait(async { Directory::open(section).await }).expect("it may come back");
    let warning = directory.warning().expect("a warning");
    assert_eq!(warning.code, "directory-unreachable");
    let Unavailable(words) = wait(async { directory.login(&address("ada@example.org")).await }).expect_err("no server");
    for text in [format!("{section:?}"), format!("{directory:?}"), format!("{warning:?}"), words] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_secret_that_can_be_guessed_is_refused() {
    let folder = folder();
    std::fs::write(folder.path().join("users.csv"), "address,login\nada@example.org,u123456\n").expect("write");
    std::fs::write(folder.path().join("short"), "hunter2\n").expect("write");
    std::fs::write(folder.path().join("key"), "hunter2hunter2hunter2\n").expect("write");
    let users =
        |key: &str| format!("    csv: users.csv\n    unknown: \"u{{digits:6}}\"\n    secret: {{ file: {key} }}");
    for key in ["short", "missing"] {
        let problem = open(folder.path(), &users(key)).expect_err(key);
        assert!(problem.code == "no-secret" && !format!("{problem:?}").contains("hunter2"), "{problem:?}");
    }
    let directory = open(folder.path(), &users("key")).expect("a directory");
    assert_eq!(login(&directory, "ada@example.org").as_deref(), Some("u123456"));
    let made_up = login(&directory, "nobody@example.org").expect("a login");
    assert!(made_up.len() == 7 && made_up.starts_with('u'), "{made_up}");
    assert_eq!(login(&directory, "NOBODY@example.org").as_deref(), Some(&*made_up));
}

#[test]
fn files_are_looked_for_beside_the_account_file() {
    let folder = folder();
    let reading = read(
        folder.path(),
        "    ldap: { url: ldaps://ldap.example.org, base: \"dc=example\", bind: \"cn=x\", ca: ca.pem, password: { file: keys/ldap } }\n\
         \x20   secret: { file: /etc/key }",
    );
    assert!(!reading.failed(), "{:?}", reading.problems);
    let users = reading.mail.hosting.users.expect("users");
    assert_eq!(users.files(), [folder.path().join("keys/ldap"), folder.path().join("ca.pem"), "/etc/key".into()]);
    let text = "providers: { host: { domains: [example.org], imap: i.example.org, smtp: s.example.org } }\n\
         serve: { users: { csv: users.csv, unknown: \"{local}\" } }";
    assert_eq!(mailwright::read_text("-", text).problems.iter().map(|p| p.code).collect::<Vec<_>>(), ["no-whole-path"]);
}

#[test]
fn clear_text_is_for_this_machine_alone() {
    let folder = folder();
    let postgres = |url: &str| {
        codes(
            folder.path(),
            &format!("    postgres: {{ url: \"{url}\", query: \"SELECT $1 AS login\" }}\n    unknown: \"{{local}}\""),
        )
    };
    for fine in [
        "postgresql://mail@db.example.org/mail",
        "postgres://mail@db.example.org/mail?sslmode=verify-full",
        "postgresql://mail@db.example.org/mail?sslmode=require",
        "postgresql://mail@db1.example.org,db2.example.org/mail?target_session_attrs=any",
        "postgresql://mail@127.0.0.1:5433/mail?sslmode=disable",
        "postgresql://mail@[::1]/mail?sslmode=disable",
        "postgresql://mail@localhost/mail?sslmode=disable",
        "postgresql://mail@%2Frun%2Fpostgresql/mail?sslmode=disable",
        "postgresql://mail@%2Frun%2Fpostgresql/mail",
    ] {
        assert_eq!(postgres(fine), [""; 0], "{fine}");
    }
    for (bad, code) in [
        ("postgresql://mail@db.example.org/mail?sslmode=disable", "clear-text"),
        ("postgresql://mail@localhost,db.example.org/mail?sslmode=disable", "clear-text"),
        ("postgresql://mail@db.example.org/mail?sslmode=prefer", "half-hearted-tls"),
        ("postgresql://mail@db.example.org/mail?sslmode=verify-ca", "half-hearted-tls"),
        ("postgresql://mail@db.example.org/mail?password=hunter2", "no-url"),
        ("postgresql://mail@127.0.0.1/mail?sslmode=disable&host=db.example.org", "no-url"),
        ("postgresql://mail:hunter2@db.example.org/mail", "no-url"),
        ("mysql://mail@db.example.org/mail", "no-url"),
        ("postgresql:///mail", "no-url"),
    ] {
        assert_eq!(postgres(bad), [code], "{bad}");
    }
}
