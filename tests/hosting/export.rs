//! Exports: what is in the tree, that the same input gives the same bytes, and that nothing of anybody's is lost.
//! That web servers answer by it as the site does is `tests/clients/webservers.rs`' business.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mailwright::export::{domain, record};
use mailwright::site::page::{self, language::LANGUAGES};
use mailwright::site::{Question, route};
use mailwright::users::csv::{Logins, rows};

use crate::asking::site;

const HOST: &str = "providers:
  engines:
    domains: [analytical.example, engines.example]
    imap: imap.analytical.example
    smtp: smtp.analytical.example
  deaf:
    domains: [deaf.example]
    smtp: smtp.deaf.example
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(host: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("folder"));
        folder.write("host.yaml", host);
        folder
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().expect("parent")).expect("folder");
        fs::write(self.at(name), text).expect("write");
    }

    fn export(&self, more: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_mailwright"))
            .current_dir(self.0.path())
            .args(["export", "host.yaml", "-o", "tree"])
            .args(more)
            .output()
            .expect("runs");
        let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code().unwrap_or(-1), said)
    }

    /// Every file of the tree with its content.
    fn tree(&self) -> Vec<(String, Vec<u8>)> {
        fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
            for entry in fs::read_dir(folder).expect("folder") {
                let path = entry.expect("entry").path();
                if path.is_dir() {
                    walk(root, &path, found);
                } else {
                    let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                    found.push((name, fs::read(&path).expect("file")));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.at("tree"), &self.at("tree"), &mut found);
        found.sort();
        found
    }
}

#[test]
fn the_tree_holds_what_the_site_answers() {
    let folder = Folder::new(HOST);
    folder.write(
        "users.csv",
        "name;address;login\nAda;ada@analytical.example;\n;b@engines.example;bb\n\nd;x@deaf.example;\n",
    );
    let (code, said) = folder.export(&["--users", "users.csv"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("note: deaf.example: there are no profiles: these accounts only send"), "{said}");
    let site = site(HOST);
    let tree = folder.tree();
    let get = |name: &str| tree.iter().find(|(n, _)| n == name).map(|(_, bytes)| &bytes[..]);
    for domain in ["analytical.example", "engines.example"] {
        for path in route::MOZILLA {
            let answer = site.ask(&Question::get(&format!("autoconfig.{domain}"), path, ""));
            assert_eq!(get(&format!("{domain}{path}")), Some(&answer.body[..]), "{domain}{path}");
        }
        assert_eq!(get(&format!("{domain}/robots.txt")), Some(&b"User-agent: *\nDisallow: /\n"[..]));
    }
    let answer = site.ask(&Question::get("", "/apple/ada@analytical.example.mobileconfig", ""));
    assert_eq!(get("analytical.example/apple/ada@analytical.example.mobileconfig"), Some(&answer.body[..]));
    let other = get("engines.example/apple/b@engines.example.mobileconfig").expect("a profile");
    assert!(String::from_utf8_lossy(other).contains("<string>bb</string>"));
    assert!(get("deaf.example/apple/x@deaf.example.mobileconfig").is_none());
    // The tree is public: no list of its users, and no names.
    let sums = String::from_utf8_lossy(get(record::NAME).expect("sums")).into_owned();
    assert!(sums.contains("  analytical.example/mail/config-v1.1.xml\n") && !sums.contains('@'), "{sums}");
    assert!(tree.iter().all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains(">Ada<")));
}

#[test]
fn the_same_input_gives_the_same_tree_and_check_sees_every_difference() {
    let (one, two) = (Folder::new(HOST), Folder::new(HOST));
    assert_eq!((one.export(&[]).0, two.export(&[]).0), (0, 0));
    assert_eq!(one.tree(), two.tree());
    let (code, said) = one.export(&["--check"]);
    assert!(code == 0 && said.contains("no difference"), "{said}");
    let path = "tree/analytical.example/mail/config-v1.1.xml";
    one.write(path, "<!-- Written by Mailwright -->");
    let (code, said) = one.export(&["--check"]);
    assert!(code == 1 && said.contains("1 of") && said.contains("config-v1.1.xml"), "{said}");
    assert_eq!(fs::read_to_string(one.at(path)).expect("file"), "<!-- Written by Mailwright -->", "--check wrote");
    assert_eq!(one.export(&[]).0, 0);
    assert_eq!(one.tree(), two.tree());
}

#[test]
fn somebody_elses_file_keeps_everything_from_being_written() {
    let folder = Folder::new(HOST);
    folder.write("tree/engines.example/robots.txt", "mine\n");
    folder.write("users.csv", "address\nada@engines.example\n");
    folder.write("tree/engines.example/apple/ada@engines.example.mobileconfig", "mine, too\n");
    let (code, said) = folder.export(&["--users", "users.csv"]);
    assert!(code == 2 && said.matches("not-ours").count() == 2, "{said}");
    assert_eq!(folder.tree().len(), 2, "something was written");
    let (code, said) = folder.export(&["--force", "--users", "users.csv"]);
    assert!(code == 0 && said.matches("old one:").count() == 2, "{said}");
    // What has no mark is known again by its digest.
    let (code, said) = folder.export(&["--users", "users.csv"]);
    assert!(code == 0 && !said.contains("created") && !said.contains("replaced"), "{said}");
    folder.write("tree/engines.example/robots.txt", "mine again\n");
    let (code, said) = folder.export(&[]);
    assert!(code == 2 && said.contains("not-ours"), "{said}");
}

#[test]
fn what_an_earlier_export_wrote_and_this_one_does_not_is_named() {
    let folder = Folder::new(HOST);
    folder.write("users.csv", "address\nada@engines.example\nb@engines.example\n");
    assert_eq!(folder.export(&["--users", "users.csv"]).0, 0);
    folder.write("users.csv", "address\nb@engines.example\n");
    folder.write("host.yaml", &HOST.replace("analytical.example, ", ""));
    let (code, said) = folder.export(&["--users", "users.csv"]);
    assert!(code == 0 && said.contains("old: tree/analytical.example/") && said.contains("more files"), "{said}");
    let (_, said) = folder.export(&["--users", "users.csv", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let old: Vec<&str> = said["old"].as_array().expect("a list").iter().filter_map(|o| o.as_str()).collect();
    for path in ["analytical.example/mail/config-v1.1.xml", "engines.example/apple/ada@engines.example.mobileconfig"] {
        assert!(old.contains(&path), "{old:?}");
    }
    assert!(!old.iter().any(|o| o.contains("b@engines.example") || o.starts_with("engines.example/mail")), "{old:?}");
    assert!(folder.at("tree/engines.example/apple/ada@engines.example.mobileconfig").exists(), "it was removed");
    assert_eq!(folder.export(&["--users", "users.csv", "--check"]).0, 1);
}

#[test]
fn users_that_have_no_profile_are_all_told_before_anything_is_written() {
    let folder = Folder::new(HOST);
    let rows = "address,login\nada@gmail.com,\nno address,\nada@engines.example,a\u{7}b\nb@engines.example,\nB@engines.example,\na/b@engines.example,\n";
    folder.write("users.csv", rows);
    let (code, said) = folder.export(&["--users", "users.csv"]);
    assert_eq!(code, 2, "{said}");
    for (line, why) in [
        (2, "no domain of these files is gmail.com"),
        (3, "its address is none"),
        (4, "a control character"),
        (6, "another line has the same address"),
        (7, "a slash"),
    ] {
        assert!(said.contains(&format!("line {line} of users.csv")) && said.contains(why), "{line}: {said}");
    }
    assert!(!folder.at("tree").exists(), "something was written");
    for (text, code) in [("login\na\n", "no-columns"), ("", "no-columns")] {
        folder.write("users.csv", text);
        assert!(folder.export(&["--users", "users.csv"]).1.contains(code), "{text}");
    }
    assert!(folder.export(&["--users", "nothing.csv"]).1.contains("cannot-read"));
}

#[test]
fn a_user_whose_files_name_would_be_too_long_is_told_before_anything_is_written() {
    let label = "a".repeat(57);
    let domain = format!("{label}.{label}.{label}.{label}.example");
    let folder = Folder::new(&format!("providers: {{ x: {{ domains: [{domain}], imap: imap.example }} }}\n"));
    folder.write("users.csv", &format!("address\nab@{domain}\nabcdef@{domain}\n"));
    let (code, said) = folder.export(&["--users", "users.csv"]);
    assert!(code == 2 && said.contains("line 3 of users.csv") && said.contains("255 octets"), "{code}: {said}");
    assert!(!said.contains("line 2") && !folder.at("tree").exists(), "{said}");
}

#[test]
fn lists_of_users_are_read_as_spreadsheets_write_them() {
    let folder = Folder::new(HOST);
    for text in [
        "\u{feff}Address;Login\r\n\"ada@engines.example\" ; ada\r\n\r\n",
        "name\tlogin\taddress\nAda\tada\tada@engines.example",
        "address,login,name\nada@engines.example,ada,\"Lovelace, Ada\"\n",
    ] {
        folder.write("users.csv", text);
        let all: Vec<_> = rows(&folder.at("users.csv"), Logins::Optional).expect("open").collect();
        assert_eq!(all.len(), 1, "{text}");
        let user = all.into_iter().next().and_then(Result::ok).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(
            (user.address.as_str(), user.login.as_ref().map(|l| l.as_str())),
            ("ada@engines.example", Some("ada"))
        );
    }
}

#[test]
fn what_no_file_can_say_is_a_note() {
    let text = "serve: { users: { csv: users.csv } }
providers:
  a: { domains: [\"*.wild.example\", plain.example], imap: i.example.org, smtp: s.example.org }
  b: { domains: [autoconfig.example], login: \"{local}\", imap: i.example.org, smtp: s.example.org }
";
    let site = site(text);
    let notes: Vec<(String, &str)> =
        site.domains().flat_map(|found| domain::tree(&site, &found).notes).map(|n| (n.domain, n.code)).collect();
    let has = |domain: &str, code: &str| notes.iter().any(|(d, c)| d == domain && *c == code);
    assert!(has("*.wild.example", "wildcard") && has("autoconfig.example", "prefix"), "{notes:?}");
    assert!(has("plain.example", "autodiscover") && has("autoconfig.example", "autodiscover"), "{notes:?}");
    let folder = Folder::new(text);
    folder.write("users.csv", "address,login\n");
    let (code, said) = folder.export(&[]);
    assert!(code == 0 && said.contains("the logins of `users` are not looked up"), "{said}");
    assert!(!folder.at("tree/*.wild.example").exists() && folder.at("tree/plain.example").exists());
}

/// With `serve.url` at a host of its own the link in `autodiscover.json` led there, where a tree answers 404.
#[test]
fn autodiscovers_links_lead_to_where_the_tree_answers() {
    const TWO: &str = "providers:
  a: { domains: [analytical.example, alias.example, '*.wild.example'], imap: i.example.org, smtp: s.example.org }
  b: { domains: [other.example], imap: i.other.example, smtp: s.other.example }
";
    for (url, note) in [
        ("", None),
        (
            "serve: { url: 'https://mail.host.example' }\n",
            Some("mail.host.example, the host of `serve.url`, has no folder"),
        ),
        (
            "serve: { url: 'https://mail.wild.example' }\n",
            Some("mail.wild.example, the host of `serve.url`, has no folder"),
        ),
        (
            "serve: { url: 'https://autoconfig.alias.example' }\n",
            Some("autoconfig.alias.example, the host of `serve.url`, answers each POST as alias.example"),
        ),
    ] {
        let folder = Folder::new(&format!("{url}{TWO}"));
        let (code, said) = folder.export(&[]);
        assert_eq!(code, 0, "{said}");
        for domain in ["analytical.example", "alias.example", "other.example"] {
            let json = fs::read(folder.at(&format!("tree/{domain}/autodiscover/autodiscover.json"))).expect("a file");
            let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
            assert_eq!(json["Url"], format!("https://autoconfig.{domain}/autodiscover/autodiscover.xml"), "{url}");
        }
        // No file can read what is POSTed.
        assert_eq!(said.matches("note: a POST to Autodiscover gets the settings of the host's domain").count(), 1);
        assert_eq!(said.contains("the host of `serve.url`"), note.is_some(), "{said}");
        assert!(note.is_none_or(|note| said.contains(note)), "{said}");
    }
    // One service's domains have the same settings.
    let folder =
        Folder::new(&HOST.replace("providers:", "serve: { url: 'https://autoconfig.engines.example' }\nproviders:"));
    let one = fs::read_to_string(folder.at("host.yaml")).expect("a file");
    folder.write("host.yaml", one.split("  deaf:").next().expect("a part"));
    let (_, said) = folder.export(&[]);
    assert!(!said.contains("the host of `serve.url`"), "{said}");
}

/// They stayed unmentioned: no folder of theirs is in the record.
#[test]
fn old_profiles_below_a_wildcard_are_named() {
    let folder = Folder::new(
        "providers: { w: { domains: ['*.kunden.example', a.example], imap: i.example.org, smtp: s.example.org } }\n",
    );
    folder.write("users.csv", "address\nx@sub.kunden.example\ny@sub.kunden.example\n");
    assert_eq!(folder.export(&["--users", "users.csv"]).0, 0);
    folder.write("users.csv", "address\ny@sub.kunden.example\n");
    // Somebody else's, in the same tree.
    folder.write("tree/shop.example/apple/x.mobileconfig", "mine\n");
    let old = "old: tree/sub.kunden.example/apple/x@sub.kunden.example.mobileconfig";
    let (_, said) = folder.export(&["--users", "users.csv"]);
    assert!(said.contains(old) && said.matches("old: ").count() == 1, "{said}");
    let (_, said) = folder.export(&[]);
    assert!(said.contains(old) && said.contains("/y@sub") && said.matches("old: ").count() == 2, "{said}");
    // The wildcard itself is no longer there.
    folder.write("host.yaml", "providers: { w: { domains: [a.example], imap: i.example.org, smtp: s.example.org } }\n");
    let (_, said) = folder.export(&[]);
    assert!(said.contains(old) && said.matches("old: ").count() == 2, "{said}");
}

/// "No difference", it said, and the exit code was 1.
#[test]
fn a_comparison_that_finds_old_files_alone_says_so() {
    let folder = Folder::new(HOST);
    folder.write("users.csv", "address\nada@engines.example\n");
    assert_eq!(folder.export(&["--users", "users.csv"]).0, 0);
    let (code, said) = folder.export(&["--check"]);
    assert!(code == 1 && !said.contains("no difference") && said.contains("and 1 file is old\n"), "{said}");
    folder.write("tree/engines.example/robots.txt", "");
    let (code, said) = folder.export(&["--check"]);
    assert!(code == 1 && said.contains("differ from what would be written, and 1 file is old\n"), "{said}");
}

/// Nobody is behind a static page: no address, no login, no form, and nothing that only `serve` could answer.
#[test]
fn the_pages_are_those_of_anybody() {
    let folder = Folder::new(HOST);
    let (_, said) = folder.export(&[]);
    assert_eq!(said.matches("a form needs `mailwright serve`").count(), 1, "{said}");
    let (site, tree) = (site(HOST), folder.tree());
    for found in site.domains() {
        for language in LANGUAGES {
            let suffix = if language.tag == "en" { String::new() } else { format!(".{}", language.tag) };
            let path = format!("{}/index{suffix}.html", found.name);
            let (_, bytes) = tree.iter().find(|(name, _)| *name == path).expect(&path);
            let page = page::of_anybody(&site, &found, language.tag).expect("a page");
            assert!(page.body == bytes[..], "{path}");
            assert!(!String::from_utf8_lossy(bytes).contains("your-name"), "{path}");
        }
    }
}

#[test]
fn a_name_that_cannot_be_read_keeps_nobody_from_a_profile() {
    let folder = Folder::new(HOST);
    fs::write(folder.at("users.csv"), b"address,name\nada@engines.example,Ad\xe9le\n").expect("write");
    let (code, said) = folder.export(&["--users", "users.csv"]);
    assert_eq!(code, 0, "{said}");
    assert!(folder.at("tree/engines.example/apple/ada@engines.example.mobileconfig").exists());
}

/// One configuration for any number of domains.
#[test]
fn the_servers_configuration_does_not_grow_with_the_domains() {
    let many: Vec<String> = (0..300).map(|n| format!("d{n}.example")).collect();
    let (few, many) = (Folder::new(HOST), Folder::new(&HOST.replace("engines.example", &many.join(", "))));
    assert_eq!((few.export(&[]).0, many.export(&[]).0), (0, 0));
    for name in mailwright::export::servers::NAMES {
        let read = |folder: &Folder| fs::read(folder.at("tree").join(name)).expect("configuration");
        assert_eq!(read(&few), read(&many), "{name}");
    }
    assert!(many.at("tree/d299.example/mail/config-v1.1.xml").exists());
}

/// Bob's page and profile had Ada's servers, and nobody told the host; nor that a document which is wanted is left out.
#[test]
fn what_serve_would_warn_of_is_told_of_a_tree_too() {
    let folder = Folder::new(
        "serve: { pacc: draft-03 }\naccounts:\n  \
         ada@a.example: { imap: imap.a.example, smtp: 'smtp.a.example:587' }\n  \
         bob@a.example: { imap: imap.other.example, smtp: 'smtp.a.example:587' }\n",
    );
    let (code, said) = folder.export(&[]);
    assert_eq!(code, 0, "{said}");
    for wanted in ["warning[other-servers]", "host.yaml:4:3", "warning[no-pacc]: a.example gets no PACC document"] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
    let (code, said) = folder.export(&["--check"]);
    assert!(code == 0 && said.contains("warning[other-servers]"), "{code} {said}");
    let (code, said) = Folder::new(HOST).export(&[]);
    assert!(code == 0 && !said.contains("warning"), "{said}");
}
