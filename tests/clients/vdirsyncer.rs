//! vdirsyncer: its own code reads every golden and nasty values, and it discovers what an HTTPS server has.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;
use mailwright::account::Account;
use mailwright::problem::Problem;
use mailwright::target::{Bundle, Options};
use serde_json::{Value, json};

use crate::Test;
use crate::cases::Case;
use crate::fetching::{below, first_line, home_with};
use crate::lab::{self, Home, run, script};
use crate::logins::limited;
use crate::report::Findings;
use crate::sending::with_input;
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("vdirsyncer_reads_every_golden", &["vdirsyncer"], goldens),
        Test::new("vdirsyncer_reads_back_nasty_values", &["vdirsyncer"], nasty),
        Test::new("vdirsyncer_discovers_collections", &["vdirsyncer", "openssl"], discovers),
    ]
}

fn ask(home: &Home, files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let said = run(home.command(lab::python()).arg(script("check-vdirsyncer.py")).args(files));
    let read: Vec<Value> = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.err))?;
    if read.len() == files.len() { Ok(read) } else { Err(said.err.into()) }
}

fn written(case: &Case) -> Vec<&Account> {
    let dav = |a: &Account| a.carddav.is_some() || a.caldav.is_some();
    case.accounts().iter().filter(|a| dav(a) && !case.has_note("vdirsyncer", a, "no-oauth2")).collect()
}

fn goldens() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let accounts = written(&case);
        let file = case.files("vdirsyncer", "config").pop();
        findings.same(&case.name, file.is_some(), !accounts.is_empty());
        let Some(file) = file else { continue };
        cases += 1;
        let home = home_with(&case, &["vdirsyncer"]);
        let read = ask(&home, &[file])?.remove(0);
        findings.check(read["error"].is_null(), || format!("{}: {}", case.name, read["error"]));
        let mut count = 0;
        for account in accounts {
            let mut options = Options::of(account, "vdirsyncer");
            for (what, kind, url) in
                [("contacts", "carddav", &account.carddav), ("calendars", "caldav", &account.caldav)]
            {
                let Some(url) = url else { continue };
                count += 1;
                let plain: String =
                    account.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                let name = format!("{what}_{plain}");
                let pair = &read["pairs"][&name];
                let mut same = |key: &str, got: &Value, want: Value| {
                    findings.same(&format!("{}: {name}: {key}", case.name), got, &want);
                };
                let (local, remote) = (&pair["local"], &pair["remote"]);
                same("collections", &pair["collections"], json!(["from a", "from b"]));
                let color = if kind == "caldav" { json!(["color", "displayname"]) } else { json!([]) };
                same("metadata", &pair["metadata"], color);
                same("local type", &local["type"], "filesystem".into());
                let path = options.text(what).map_or(format!("~/.{what}/{}", account.name), |t| t.to_string());
                let path = below(&home, path.trim_end_matches('/'));
                same("path", &local["path"], path.to_string_lossy().into_owned().into());
                same("fileext", &local["fileext"], if kind == "caldav" { ".ics" } else { ".vcf" }.into());
                same("type", &remote["type"], kind.into());
                same("url", &remote["url"], url.as_str().into());
                let server = account.incoming().or(account.smtp.as_ref()).expect("a server");
                same("username", &remote["username"], server.login.text.to_string().into());
                let asked = format!("asked: Password of {}", server.login.text);
                same("password", &remote["password"], first_line(&home, server).unwrap_or(asked).into());
                let ca = options.text("ca_file").map(|t| below(&home, t.as_str()).to_string_lossy().into_owned());
                same("verify", &remote["verify"], ca.map_or(Value::Null, Value::from));
            }
        }
        findings.same(&format!("{}: pairs", case.name), read["pairs"].as_object().map(|p| p.len()), Some(count));
        findings.same(&format!("{}: storages", case.name), &read["storages"], 2 * count);
    }
    findings.finish("vdirsyncer", "vdirsyncer's own code, every golden", cases)
}

fn render(port: u16, ca: &str, fields: &Fields) -> Result<Bundle, Vec<Problem>> {
    let plain = |name: &str| fields[name].replace('{', "{{");
    let account = json!({
        "address": "a@b.example",
        "login": plain("login"),
        "imap": "imap.b.example",
        "carddav": format!("https://localhost:{port}/"),
        "password": { "command": ["print-password", plain("argument")] },
        "targets": { "vdirsyncer": { "contacts": format!("/{}", fields["path"]), "ca_file": ca } },
    });
    values::render("vdirsyncer", &json!({ "accounts": { "a": account } }).to_string())
}

fn nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let names = ["login", "argument", "path"];
    let tidy = |name: &str, value: String| {
        // A path is tidied; the same path in fewer characters is no finding.
        if name == "path" { value.replace(['/', '.'], "-") } else { value }
    };
    let render = |fields: &Fields| render(443, "/ca.pem", fields);
    let (_, all) = values::rendered("vdirsyncer", values::cases(), &names, tidy, render, &mut findings);
    let home = Home::empty();
    home.program("print-password", "printf '.%s.' \"$1\"");
    let file = |n: usize| home.path().join(format!("{n}"));
    for (n, (_, bundle)) in all.iter().enumerate() {
        lab::write_private(&file(n), &bundle.files[0].bytes);
    }
    let read = ask(&home, &(0..all.len()).map(file).collect::<Vec<_>>())?;
    for ((fields, _), read) in all.iter().zip(&read) {
        findings.check(read["error"].is_null(), || format!("{fields:?}: {}", read["error"]));
        let pair = &read["pairs"]["contacts_a"];
        findings.same("the login", &pair["remote"]["username"], fields["login"].as_str());
        findings.same("the argument", &pair["remote"]["password"], format!(".{}.", fields["argument"]).as_str());
        findings.same("the path", &pair["local"]["path"], format!("/{}", fields["path"]).as_str());
        findings.same("storages", &read["storages"], 2);
    }
    findings.finish("vdirsyncer", "vdirsyncer's own code, nasty values", all.len())
}

/// An HTTPS server with one collection and a certificate of its own authority.
fn discovers() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let home = Home::empty();
    let ca = home.path().join("ca");
    let said = run(Command::new("bash").arg(script("make-certs.sh")).arg(&ca).arg("localhost"));
    findings.check(said.ok, || said.err.clone());
    let mut server = Command::new(lab::python())
        .arg(script("dav-server.py"))
        .args([ca.join("server.pem"), ca.join("server.key")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let input = server.stdin.take();
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let port: u16 = lines.next().ok_or("no port")??.parse()?;
    let (login, password) = ("Ada \"é\" %s\\", "p\"q'r\\s#t $u%v//é");
    let fields: Fields =
        [("login", login), ("argument", password), ("path", "")].map(|(k, v)| (k, v.to_owned())).into_iter().collect();
    let bundle = render(port, &ca.join("ca.pem").to_string_lossy(), &fields).map_err(|p| format!("{p:?}"))?;
    let text = String::from_utf8(bundle.files[0].bytes.clone())?;
    home.program("print-password", "printf '%s\\nnot it\\n' \"$1\"");
    let text = text.replace("path = \"/\"", &format!("path = \"{}\"", home.path().join("contacts").display()));
    lab::write_private(&home.path().join(".config/vdirsyncer/config"), text.as_bytes());
    let said = with_input(limited(&home, "vdirsyncer").arg("discover"), "y\ny\ny\n");
    findings.check(said.ok, || format!("{}{}", said.out, said.err));
    findings
        .check(home.path().join("contacts/mine").is_dir(), || format!("nothing was made: {}{}", said.out, said.err));
    // Without the authority it does not go there.
    let text: String = text.lines().filter(|l| !l.starts_with("verify")).map(|l| format!("{l}\n")).collect();
    lab::write_private(&home.path().join("without"), text.as_bytes());
    let said = with_input(limited(&home, "vdirsyncer").args(["-c", "without", "discover"]), "y\ny\ny\n");
    findings.check(!said.ok && said.err.contains("certificate verify failed"), || format!("{}{}", said.out, said.err));
    drop(input);
    let hex = |text: &str| text.chars().map(|c| format!("{:02x}", c as u32)).collect::<String>();
    let logins: std::collections::BTreeSet<String> = lines.collect::<Result<_, _>>()?;
    // Basic authentication is in Latin-1 here.
    findings.same("logins", logins, [format!("{} {}", hex(login), hex(password))].into());
    server.wait()?;
    findings.finish("vdirsyncer", "vdirsyncer discover, an HTTPS server", 1)
}
