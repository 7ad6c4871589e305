//! A folder of account files, wherever a file may be given.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use mailwright::Reading;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, text).expect("write");
    }
    folder
}

fn read(path: &Path) -> Reading {
    mailwright::read(&[path.to_str().expect("UTF-8").to_owned()])
}

fn domains(reading: &Reading) -> Vec<&str> {
    reading.mail.hosted.iter().flat_map(|h| &h.domains).map(String::as_str).collect()
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailwright")).current_dir(folder).args(args).output().expect("the program runs")
}

fn host(name: &str) -> String {
    format!(
        "providers: {{ {name}: {{ domains: [{name}.example], imap: imap.{name}.example, smtp: smtp.{name}.example }} }}\n"
    )
}

#[test]
fn a_folder_stands_for_its_files_in_the_order_of_their_names() {
    let folder = folder(&[
        ("b.yml", &host("b")),
        ("a.yaml", &host("a")),
        ("c.yaml", &host("c")),
        (".hidden.yaml", "not: [read"),
        ("README.md", "not: [read"),
        ("a.yaml~", "not: [read"),
        ("below/d.yaml", "not: [read"),
        ("folder.yaml/e.yaml", "not: [read"),
    ]);
    let reading = read(folder.path());
    assert!(!reading.failed(), "{:?}", reading.problems);
    assert_eq!(domains(&reading), ["a.example", "b.example", "c.example"]);
}

#[test]
fn a_later_file_of_a_folder_is_layered_over() {
    let folder = folder(&[
        ("10-host.yaml", &host("a")),
        ("20-serve.yaml", "serve: { organization: First }\n"),
        ("30-serve.yaml", "serve: { organization: Second }\n"),
    ]);
    let reading = read(folder.path());
    assert_eq!(reading.mail.hosting.organization.as_ref().map(|o| o.as_str()), Some("Second"));
}

#[test]
fn a_problem_names_the_file_in_the_folder() {
    let folder = folder(&[("a.yaml", &host("a")), ("b.yaml", "providers: { b: { domian: [b.example] } }\n")]);
    for verb in ["check", "dns", "generate"] {
        let mut args = vec![verb, "."];
        if verb == "generate" {
            args.extend(["-o", "out"]);
        }
        let output = run(folder.path(), &args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{verb}: {said}");
        assert!(said.contains("./b.yaml:1:"), "{verb}: {said}");
        assert!(output.stdout.is_empty(), "{verb}");
    }
}

#[test]
fn an_empty_folder_is_a_problem() {
    let folder = folder(&[("below/a.yaml", &host("a"))]);
    let output = run(folder.path(), &["dns", "."]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error[empty-folder]: there is no account file in the folder ."), "{said}");
    // Beside a good file as well: what was given is not there.
    let output = run(folder.path(), &["dns", "below/a.yaml", "."]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_folder_beside_files_and_explain() {
    let folder = folder(&[("hosts/a.yaml", &host("a")), ("hosts/b.yaml", &host("b")), ("c.yaml", &host("c"))]);
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let reading = mailwright::read(&[at("c.yaml"), at("hosts")]);
    assert_eq!(domains(&reading), ["c.example", "a.example", "b.example"]);
    let output = run(folder.path(), &["explain", "hosts", "b.example"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("hosts/b.yaml:1:"), "{said}");
}

/// Every value keeps the number of its file in 16 bits.
#[test]
fn more_files_than_have_numbers_are_one_clear_problem() {
    let folder = folder(&[("a.yaml", &host("a"))]);
    let name = folder.path().join("a.yaml").to_str().expect("UTF-8").to_owned();
    let reading = mailwright::read(&vec![name; usize::from(u16::MAX) + 5]);
    let codes: Vec<&str> = reading.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, ["too-many-files"]);
}

/// A template copied, or a copy left there: of the two, one was served, without a word.
#[test]
fn the_same_name_in_two_files_of_a_folder_is_an_error_that_names_both() {
    let twice = |domain: &str| {
        host("kunde").replace("kunde.example", domain)
            + "accounts: { ada: { address: ada@kunde.example, provider: gmail } }\n"
    };
    let folder = folder(&[
        ("a.yaml", &twice("a.example")),
        ("b.yaml", &twice("b.example")),
        ("c.yaml", &host("other")),
        ("d.yaml", &host("other")),
    ]);
    let output = run(folder.path(), &["check", "."]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("error[twice-in-a-folder]").count(), 3, "{said}");
    for expected in
        ["the provider kunde", "the provider other", "the account ada", "./b.yaml:1:", "./a.yaml:1:14", "./c.yaml:1:14"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // Named one by one they are layers, a folder over a file as well, and a folder given twice.
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let reading = mailwright::read(&[at("a.yaml"), at("b.yaml")]);
    assert!(!reading.failed(), "{:?}", reading.problems);
    assert_eq!(domains(&reading), ["b.example"]);
    std::fs::remove_file(at("b.yaml")).expect("remove");
    std::fs::remove_file(at("d.yaml")).expect("remove");
    assert!(!mailwright::read(&[at("a.yaml"), at(".")]).failed());
    assert!(!mailwright::read(&[at("."), at(".")]).failed());
}

#[test]
fn a_domain_of_two_providers_names_both_places() {
    let folder =
        folder(&[("a.yaml", &host("a")), ("b.yaml", &host("b").replace("[b.example]", "[b.example, a.example]"))]);
    let output = run(folder.path(), &["check", "."]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error[domain-of-two-providers]: the domain a.example"), "{said}");
    assert!(said.contains("./b.yaml:1:14") && said.contains("a lists it as well, at ./a.yaml:1:14"), "{said}");
}
