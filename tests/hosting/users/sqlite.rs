//! SQLite.

use std::path::Path;
use std::time::{Duration, Instant};

use mailwright::users::Unavailable;

use super::{address, folder, login, open, wait};

/// Longer than any machine is busy: a query that goes on for ever takes longer.
const BUSY: Duration = Duration::from_secs(30);

pub(super) fn database(folder: &Path, sql: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.join("mail.db")).expect("a database");
    connection.execute_batch(sql).expect("SQL");
    connection
}

const USERS: &str = "CREATE TABLE users (address TEXT, login, name TEXT);
    INSERT INTO users VALUES ('ada@example.org', 'u1', 'Ada'), ('number@example.org', 42, NULL),
      ('two@example.org', 'u2', NULL), ('two@example.org', 'u3', NULL),
      ('same@example.org', 'u4', NULL), ('same@example.org', 'u4', NULL),
      ('null@example.org', NULL, NULL), ('empty@example.org', '', NULL), ('control@example.org', 'u' || char(10) || 'x', NULL);";

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
        assert!(started.elapsed() < BUSY, "{:?}", started.elapsed());
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
        assert!(started.elapsed() < BUSY, "{:?}", started.elapsed());
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

/// A column of fixed width fills its values up with blanks: whoever exists got a login with them, whoever does not, one
/// without.
#[test]
fn blanks_around_a_login_are_none_of_it() {
    let folder = folder();
    let users = "CREATE TABLE users (address TEXT, login, name TEXT); INSERT INTO users (address, login) VALUES
        ('front@example.org', ' u333333'), ('back@example.org', 'u333333   '), ('both@example.org', ' u 3 '),
        ('feed@example.org', 'u4' || char(13) || char(10)), ('blank@example.org', '   '),
        ('same@example.org', 'u5'), ('same@example.org', 'u5 '), ('long@example.org', 'u6' || printf('%300s', ''));";
    database(folder.path(), users);
    let directory = open(folder.path(), SQLITE).expect("a directory");
    for (who, expected) in [
        ("front", Some("u333333")),
        ("back", Some("u333333")),
        ("both", Some("u 3")),
        ("feed", Some("u4")),
        ("blank", None),
        ("same", Some("u5")),
        ("long", Some("u6")),
    ] {
        assert_eq!(login(&directory, &format!("{who}@example.org")).as_deref(), expected, "{who}");
    }
}

#[test]
fn a_query_that_writes_is_refused_at_once() {
    let folder = folder();
    database(folder.path(), USERS);
    let writing = SQLITE.replace(
        "SELECT name, login FROM users WHERE address = ?1",
        "DELETE FROM users WHERE address = ?1 RETURNING login",
    );
    let problem = open(folder.path(), &writing).expect_err("it writes");
    assert!(problem.code == "no-query" && problem.reason == "it writes" && problem.place.is_some(), "{problem:?}");
}
