//! CSV files.

use std::fmt::Write as _;
use std::path::Path;

use mailwright::account::Text;
use mailwright::problem::{Problem, Severity};
use mailwright::users::Directory;
use mailwright::users::csv::{Logins, Table, rows};

use super::{address, folder, read, wait};

fn table(text: &[u8]) -> Result<Table, Box<Problem>> {
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
fn every_bad_row_is_told_with_its_line() {
    let text = b"address,login,name\n\
        ada@example.org,u1,Ada\n\
        no address,u2,\n\
        bob@example.org,,Bob\n\
        \n\
        Ada@example.org,u3,Ada again\n\
        \"eve@example.org\",\"u\n4\",Eve\n\
        mallory@example.org\n\
        *@example.org,u5,\n\
        kurt@example.org,u\xff,\n";
    let problem = table(text).expect_err("bad rows");
    assert_eq!((problem.code, problem.severity), ("bad-rows", Severity::Error));
    let lines: Vec<&str> = problem.reason.lines().collect();
    let expected = [
        ("line 3: ", "address is none"),
        ("line 4: ", "no login"),
        ("line 6: ", "stands on line 2 already"),
        ("line 7: ", "U+000A, line feed"),
        ("line 9: ", "no login"),
        ("line 10: ", "not all of a domain"),
        ("line 11: ", "not UTF-8"),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, (number, why)) in lines.iter().zip(expected) {
        assert!(line.starts_with(number) && line.contains(why), "{line} is not {number}{why}");
    }
    // A file of Windows' has the same lines.
    let dos = String::from_utf8_lossy(text).replace('\u{fffd}', "x").replace('\n', "\r\n");
    let problem = table(dos.as_bytes()).expect_err("bad rows");
    let numbers: Vec<&str> = problem.reason.lines().filter_map(|l| l.split(':').next()).collect();
    assert_eq!(numbers, ["line 3", "line 4", "line 6", "line 7", "line 9", "line 10"]);
    let many: String = (0..1_000).fold("address,login\n".to_owned(), |text, n| text + &format!("no address {n},u\n"));
    let problem = table(many.as_bytes()).expect_err("bad rows");
    assert!(problem.reason.lines().count() == 21 && problem.reason.ends_with("and 980 more"), "{}", problem.reason);
}

/// Rows have lines of their own, below the caret.
#[test]
fn bad_rows_are_drawn_as_a_list() {
    let folder = folder();
    std::fs::write(folder.path().join("users.csv"), "address,login\nbad,u1\nada@example.org,\n").expect("write");
    let reading = read(folder.path(), "    csv: users.csv");
    let users = reading.mail.hosting.users.as_ref().expect("users");
    let problem = wait(async { Directory::open(users).await }).expect_err("bad rows");
    let drawn = reading.sources.draw(&problem, false);
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
