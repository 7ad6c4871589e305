//! What an account file says about its directory.

use std::process::Command;
use std::time::Duration;

use mailwright::users::{Directory, Unavailable};

use super::{address, codes, folder, login, open, read, wait};

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

/// A store of certificates that takes long to be read held a worker, and with it whoever was being answered there.
#[test]
fn authorities_are_not_read_where_requests_are_answered() {
    let folder = folder();
    let pipe = folder.path().join("authority.pem");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|s| s.success()), "mkfifo");
    let users = format!(
        "    postgres: {{ url: \"postgresql://mail@127.0.0.1:1/mail\", ca: \"{}\", query: \"SELECT $1 AS login\" }}",
        pipe.display()
    );
    let reading = read(folder.path(), &users);
    assert!(!reading.failed(), "{:?}", reading.problems);
    let users = reading.mail.hosting.users.expect("users");
    // The pipe says nothing before something else has been done.
    let (done, waits) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        let in_time = waits.recv_timeout(Duration::from_secs(10)).is_ok();
        let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosting/tls/server.pem");
        std::fs::write(pipe, std::fs::read(authority).expect("read")).expect("write");
        in_time
    });
    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (opened, sent) = one.block_on(async { tokio::join!(Directory::open(&users), async { done.send(()) }) });
    assert!(writer.join().expect("no panic") && sent.is_ok(), "nothing else was done meanwhile");
    assert!(opened.is_ok_and(|directory| directory.warning().is_some()));
}

/// Each of them passed `--check` and gave nobody an answer.
#[test]
fn mistakes_about_ldap_are_found_in_the_file() {
    let folder = folder();
    let ldap = |url: &str, base: &str, login: &str| {
        let users =
            format!("    ldap: {{ url: \"{url}\", base: \"{base}\", login: \"{login}\" }}\n    unknown: \"{{local}}\"");
        codes(folder.path(), &users)
    };
    let (url, base) = ("ldaps://ldap.example.org", "ou=people,dc=example,dc=org");
    for login in
        ["uid", "UID", "employee-number2", "2.5.4.3", "0.9.2342.19200300.100.1.1", "uid;lang-en", "1.2;x-a;x-b"]
    {
        assert_eq!(ldap(url, base, login), [""; 0], "{login}");
    }
    for login in ["no such", "2", "2.", "02.5", "2..5", "-uid", "uid,cn", "uid;", "*", "{local}", "b\u{fc}ro", "uid=x"]
    {
        assert_eq!(ldap(url, base, login), ["no-attribute"], "{login}");
    }
    for base in ["Users", "example.org"] {
        assert_eq!(ldap(url, base, "uid"), ["no-entry"], "{base}");
    }
    for url in ["ldap://localhost:389/", "ldaps://ldap.example.org:636"] {
        assert_eq!(ldap(url, base, "uid"), [""; 0], "{url}");
    }
    for url in ["ldap://host/dc=ex?uid", "ldap://host/dc=ex", "ldap://host?uid", "ldaps://host/#x", "ldaps://ada@host"]
    {
        assert_eq!(ldap(url, base, "uid"), ["no-url"], "{url}");
    }
}

/// It was drawn at `url`.
#[test]
fn a_password_that_cannot_be_read_is_drawn_at_its_place() {
    let folder = folder();
    let users = "    postgres: { url: \"postgresql://mail@127.0.0.1:1/mail\", password: { file: missing }, query: \"SELECT $1 AS login\" }";
    let reading = read(folder.path(), users);
    let problem = open(folder.path(), users).expect_err("no password");
    let place = reading.sources.describe(problem.place.expect("a place"));
    let line = reading.sources.text(0).lines().nth(3).expect("a line");
    let column = line.find("{ file").expect("the password") + 1;
    assert_eq!(problem.code, "directory-refuses");
    assert!(
        place.ends_with(&format!(":4:{column}")) || place.ends_with(&format!(":4:{}", column + "{ file: ".len())),
        "{place} in {line}"
    );
}
