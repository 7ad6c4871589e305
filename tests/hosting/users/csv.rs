//! CSV files.

use std::fmt::Write as _;
use std::path::Path;

use mailwright::account::Text;
use mailwright::problem::{Problem, Severity};
use mailwright::users::Directory;
use mailwright::users::csv::{Logins, Table, rows};

use super::sqlite::database;
use super::{address, folder, login, open, read, wait};

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
    let problem = with_warning((many + "ada@example.org,u1\n").as_bytes()).expect("one").1.expect("bad rows");
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
    assert_eq!(login(&directory, "1000000@example.org"), None);
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
    std::fs::write(folder.path().join("users.csv"), "address,login\nbad,u1\nada@example.org,\neve@example.org,u2\n")
        .expect("write");
    let reading = read(folder.path(), "    csv: users.csv");
    let users = reading.mail.hosting.users.as_ref().expect("users");
    let directory = wait(async { Directory::open(users).await }).expect("it is open");
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
    let rows: Vec<_> = rows(&file, Logins::Needed).expect("rows").collect();
    assert_eq!(rows.len(), 3);
    let ada = rows[0].as_ref().expect("a row");
    assert_eq!(
        (ada.line, ada.address.as_str(), ada.login.as_ref().map(Text::as_str)),
        (2, "ada@example.org", Some("u1"))
    );
    assert_eq!(ada.name.as_ref().map(Text::as_str), Some("Lovelace, Ada"));
    assert!(rows[1].as_ref().is_err_and(|bad| bad.line == 3 && bad.why.contains("no @")));
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

/// A dump that failed after its first line made up a login for everybody, without a word.
#[test]
fn a_file_without_users_is_told() {
    for text in ["address,login\n", "address,login\n\n,\n", "address,login\nno address,u1\n"] {
        let (table, warning) = with_warning(text.as_bytes()).expect("a table");
        let warning = warning.expect("a warning");
        assert!(table.is_empty() && warning.code == "no-users" && warning.severity == Severity::Warning, "{warning:?}");
        assert!(!warning.reason.is_empty() && !warning.help.is_empty(), "{warning:?}");
        assert_eq!(warning.reason.contains("line 2: its address is none"), text.contains("no address"), "{warning:?}");
    }
    let folder = folder();
    std::fs::write(folder.path().join("users.csv"), "address,login\n").expect("write");
    let directory = open(folder.path(), "    csv: users.csv").expect("a directory");
    let warning = directory.warning().expect("a warning");
    assert!(warning.code == "no-users" && warning.place.is_some(), "{warning:?}");
}
