//! Set-up pages of the real `mailwright serve` in the real Chromium: on a phone and on a desk, light and dark, by keyboard,
//! without scripts. It says itself what it loaded, what its policy forbade, how wide a page became and which colours its
//! texts have.
//!
//! `docs/screenshots` takes the pictures of the README by the same way (`UPDATE_SCREENSHOTS=1`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::Test;
use crate::lab::{self, PRIVATE, run, script};
use crate::webserver::{Server, free_port};

const NEEDS: &[&str] = &[PRIVATE, "chromium", "zbarimg", "python3", lab::WEBSOCKET];

/// A host with everything that a page can show.
const EVERYTHING: &str = r#"
serve:
  url: https://setup.analytical.example
  organization: "Analytical Engines & <Sons>"
  contact: mailto:help@analytical.example
providers:
  engines:
    name: Analytical Engines Ltd
    domains: [analytical.example]
    imap: imap.analytical.example
    pop3: pop.analytical.example
    smtp: smtp.analytical.example
    carddav: https://dav.analytical.example/
    caldav: https://dav.analytical.example/
"#;

/// A known provider behind an own domain: signing in, app passwords, notes.
const WORKSPACE: &str = "accounts: { ada@gmail.com: {}, charles@icloud.com: {}, mary@outlook.com: {} }";

pub fn tests() -> Vec<Test> {
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some_and(|v| v == "1") {
        return vec![Test::new("pages_screenshots", NEEDS, screenshots)];
    }
    vec![
        Test::new("pages_fit_phones_and_desks_in_every_language", NEEDS, || each(fits)),
        Test::new("pages_load_nothing_but_their_own", NEEDS, || each(loads_its_own)),
        Test::new("pages_are_legible_in_light_and_dark", NEEDS, || each(is_legible)),
        Test::new("pages_are_reached_by_keyboard", NEEDS, keyboard),
        Test::new("pages_need_no_script", NEEDS, form),
        Test::new("pages_have_the_profile_as_a_code", NEEDS, code),
        Test::new("pages_are_kept_by_host_and_language_or_not_at_all", &[], kept),
    ]
}

#[path = "../hosting/pictures.rs"]
mod pictures;

/// Looks at pages of files, each served by a program of its own on the ports from 8081 on.
fn browse(looks: &[Value], files: &[PathBuf]) -> Result<Vec<Value>, Failed> {
    let plan = tempfile::NamedTempFile::new()?;
    let serve = |(index, file): (usize, &PathBuf)| {
        let port = 8081 + index;
        let listen = format!("127.0.0.1:{port}");
        json!({ "port": port, "command": [env!("CARGO_BIN_EXE_mailwright"), "serve", file, "--listen", listen] })
    };
    let servers: Vec<Value> = files.iter().enumerate().map(serve).collect();
    serde_json::to_writer(plan.as_file(), &json!({ "looks": looks, "servers": servers }))?;
    let said = run(Command::new("timeout")
        .args(["--kill-after=5", "300", lab::python()])
        .arg(script("browse.py"))
        .arg(plan.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null()));
    if !said.ok {
        return Err(format!("{}{}", said.out, said.err).into());
    }
    let mut answer: Value = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.out))?;
    let seen: Vec<Value> = serde_json::from_value(answer["looks"].take())?;
    if seen.len() != looks.len() {
        return Err("not every page was looked at".into());
    }
    Ok(seen)
}

const PHONE: [u32; 2] = [360, 740];
const SMALL: [u32; 2] = [320, 600];
const DESK: [u32; 2] = [1280, 900];
const CLIENTS: [&str; 6] = ["iphone", "mac", "android", "outlook", "thunderbird", "other"];

/// The host of the first file's domain; all others are none of ours.
fn host(port: u16) -> &'static str {
    if port == 8081 { "autoconfig.analytical.example" } else { "pages.example" }
}

fn look(port: u16, target: &str, size: [u32; 2], dark: bool, language: &str) -> Value {
    look_at(host(port), port, target, size, dark, language)
}

fn look_at(host: &str, port: u16, target: &str, [width, height]: [u32; 2], dark: bool, language: &str) -> Value {
    json!({
        "url": format!("http://{host}:{port}{target}"), "width": width, "height": height, "mobile": width < 600,
        "dark": dark, "language": language,
    })
}

/// Every look at a page, and what was seen; the browser is started once for all tests.
fn everything() -> Result<&'static [(Value, Value)], Failed> {
    static SEEN: OnceLock<Result<Vec<(Value, Value)>, String>> = OnceLock::new();
    let seen = SEEN.get_or_init(|| {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).map(|()| path).map_err(|e| e.to_string())
        };
        let files = [write("everything.yaml", EVERYTHING)?, write("workspace.yaml", WORKSPACE)?];
        let looks = looks();
        let mut wishes = looks.clone();
        for (index, wish) in wishes.iter_mut().enumerate() {
            if wish.get("code").is_some() {
                wish["code"] = json!(dir.path().join(format!("{index}.png")));
            }
        }
        let seen = browse(&wishes, &files).map_err(|e| e.message().unwrap_or_default().to_owned())?;
        Ok(looks.into_iter().zip(seen).collect())
    });
    seen.as_deref().map_err(|why| why.as_str().into())
}

const SETTINGS: &str = "/setup?address=ada.countess.of.lovelace%2Bnewsletters@analytical.example";

fn looks() -> Vec<Value> {
    let mut looks = Vec::new();
    let open = |mut wish: Value| {
        wish["open"] = json!(CLIENTS);
        wish
    };
    for (language, dark) in [("en", false), ("de", true), ("ru", false)] {
        for size in [PHONE, DESK] {
            looks.push(look(8081, "/", size, dark, language));
            looks.push(open(look(8081, SETTINGS, size, dark, language)));
        }
    }
    for (size, dark) in [(PHONE, true), (DESK, false)] {
        looks.push(look(8081, "/setup", size, dark, "de"));
        looks.push(look(8081, "/setup?address=a@nowhere.example", size, dark, "ru"));
        for address in ["ada@gmail.com", "charles@icloud.com", "mary@outlook.com"] {
            looks.push(open(look(8082, &format!("/setup?address={address}"), size, dark, "de")));
        }
    }
    // At an address that is no customer's.
    looks.push(look_at("setup.analytical.example", 8081, "/", PHONE, false, "en"));
    looks.push(look(8082, "/", DESK, true, "ru"));
    // Twice the size, by zooming (which halves the window) and by larger text alone; and the narrowest of phones.
    for language in ["en", "de", "ru"] {
        looks.push(open(look(8081, SETTINGS, SMALL, false, language)));
        let mut large = open(look(8081, SETTINGS, [640, 450], true, language));
        large["text"] = json!(2);
        looks.push(large);
    }
    for target in ["/", SETTINGS] {
        let mut keys = look(8081, target, DESK, false, "en");
        keys["keys"] = json!(true);
        looks.push(keys);
    }
    let mut typed = look(8081, "/", PHONE, false, "de");
    typed["scripts"] = json!(false);
    typed["type"] = json!(" ada+x@ANALYTICAL.example ");
    looks.push(typed);
    let mut code = open(look(8081, SETTINGS, DESK, true, "en"));
    code["code"] = json!("");
    looks.push(code);
    looks
}

fn each(check: fn(&Value, &Value) -> Result<(), String>) -> Result<(), Failed> {
    let wrong: Vec<String> = everything()?
        .iter()
        .filter_map(|(wish, seen)| check(wish, seen).err().map(|why| format!("{wish}\n  {why}")))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn fits(wish: &Value, seen: &Value) -> Result<(), String> {
    let wide = |index: usize| seen["wide"][index].as_f64().unwrap_or(f64::MAX);
    if wide(0) > wide(1) || seen["over"] != json!([]) {
        return Err(format!("wider than the window: {} {}", seen["wide"], seen["over"]));
    }
    if seen["lang"] != wish["language"] && wish.get("type").is_none() {
        return Err(format!("the language is {}", seen["lang"]));
    }
    let headings: Vec<i64> = serde_json::from_value(seen["headings"].clone()).map_err(|e| e.to_string())?;
    if headings.iter().filter(|h| **h == 1).count() != 1 || headings.windows(2).any(|w| w[1] > w[0] + 1) {
        return Err(format!("headings out of order: {headings:?}"));
    }
    if seen["unnamed"] != json!([]) {
        return Err(format!("without a name: {}", seen["unnamed"]));
    }
    Ok(())
}

fn loads_its_own(wish: &Value, seen: &Value) -> Result<(), String> {
    if seen["said"] != json!([]) || seen["failed"] != json!([]) {
        return Err(format!("{} {}", seen["said"], seen["failed"]));
    }
    let url = wish["url"].as_str().unwrap_or_default();
    let origin: String = url.split('/').take(3).collect::<Vec<_>>().join("/");
    let requests = seen["requests"].as_array().ok_or("no requests")?;
    let foreign = |r: &&Value| {
        !r.as_str().unwrap_or_default().split(' ').nth(1).is_some_and(|u| u.starts_with(&format!("{origin}/")))
    };
    if let Some(foreign) = requests.iter().find(foreign) {
        return Err(format!("asked for {foreign}"));
    }
    if !requests.iter().any(|r| r.as_str().is_some_and(|r| r.contains("/setup/style.css?v="))) {
        return Err(format!("without its style: {requests:?}"));
    }
    let status = match url {
        _ if url.ends_with("/setup") => 400,
        _ if url.contains("nowhere") => 404,
        _ => 200,
    };
    if seen["status"] == status { Ok(()) } else { Err(format!("status {}", seen["status"])) }
}

fn is_legible(_: &Value, seen: &Value) -> Result<(), String> {
    if seen["measured"].as_u64().unwrap_or(0) < 8 {
        return Err("nothing was measured".into());
    }
    if seen["faint"] == json!([]) { Ok(()) } else { Err(seen["faint"].to_string()) }
}

fn keyboard() -> Result<(), Failed> {
    let mut pages = 0;
    for (wish, seen) in everything()?.iter().filter(|(wish, _)| wish.get("keys").is_some()) {
        pages += 1;
        let reached = seen["reached"].as_array().ok_or("nothing was reached")?;
        let names: Vec<&Value> = reached.iter().map(|r| &r["name"]).collect();
        let controls: Vec<&Value> = seen["controls"].as_array().ok_or("no controls")?.iter().collect();
        if controls.len() < 5 || names != controls {
            return Err(format!("{wish}\nreached {names:#?}\nof {controls:#?}").into());
        }
        if let Some(hidden) = reached.iter().find(|r| r["outlined"] != true || r["seen"] != true) {
            return Err(format!("{wish}\none cannot see where one is: {hidden}").into());
        }
    }
    if pages == 2 { Ok(()) } else { Err("not every page was tried".into()) }
}

fn form() -> Result<(), Failed> {
    let (_, seen) = everything()?.iter().find(|(wish, _)| wish.get("type").is_some()).ok_or("no form")?;
    let text = seen["text"].as_str().unwrap_or_default();
    if seen["url"] != "http://autoconfig.analytical.example:8081/setup" {
        return Err(format!("the address is for all to see: {}", seen["url"]).into());
    }
    for wanted in
        ["ada+x@analytical.example", "imap.analytical.example", "993", "SSL/TLS", "Thunderbird", "Einstellungen"]
    {
        if !text.contains(wanted) {
            return Err(format!("{wanted} is missing in\n{text}").into());
        }
    }
    Ok(())
}

fn code() -> Result<(), Failed> {
    let (_, seen) = everything()?.iter().find(|(wish, _)| wish.get("code").is_some()).ok_or("no code")?;
    let wanted =
        "https://setup.analytical.example/apple/ada.countess.of.lovelace%2Bnewsletters@analytical.example.mobileconfig";
    if seen["code"] == wanted { Ok(()) } else { Err(format!("the code says {}", seen["code"]).into()) }
}

/// What a cache in between may keep, and for whom: one path is another page for each host and each language.
fn kept() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let (file, port) = (dir.path().join("everything.yaml"), free_port());
    std::fs::write(&file, EVERYTHING)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
    command.arg("serve").arg(&file).args(["--listen", &format!("127.0.0.1:{port}")]);
    let server = Server::start("mailwright", port, &mut command, &dir.path().join("log"));
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (method, target, more, body, status, kept) in [
        ("GET", "/", "", "", 200, true),
        ("GET", "/?lang=de", "", "", 200, true),
        ("GET", "/setup?address=ada@analytical.example", "", "", 200, false),
        ("POST", "/setup", form, "address=ada%40analytical.example", 200, false),
        ("POST", "/setup", form, "address=ada", 400, false),
        ("POST", "/setup", form, "address=ada%40nowhere.example", 404, false),
    ] {
        let reply = server.ask(method, "autoconfig.analytical.example", target, more, body);
        let what = format!("{method} {target} {body}\n{}", reply.head);
        let vary: Vec<String> = reply
            .head
            .lines()
            .filter_map(|l| l.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("vary")))
            .flat_map(|(_, value)| value.split(',').map(|v| v.trim().to_ascii_lowercase()))
            .collect();
        let caching = reply.header("cache-control").unwrap_or_default();
        let right = if kept {
            caching.starts_with("public") && vary.iter().any(|v| v == "host")
        } else {
            caching == "no-store"
        };
        if reply.status != status || !right || !vary.iter().any(|v| v == "accept-language") {
            return Err(what.into());
        }
    }
    Ok(())
}

/// The pictures of the README, of the example for mail hosts.
fn screenshots() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::create_dir_all(root.join("docs/images"))?;
    let mut looks = Vec::new();
    for (file, target, language) in pictures::PICTURES {
        let desktop = *file == "setup-desktop.png";
        let mut wish = look(8081, target, if desktop { DESK } else { PHONE }, !desktop, language);
        wish["picture"] = json!(root.join("docs/images").join(file));
        wish["tall"] = json!(if desktop { 840 } else { 740 });
        wish["scale"] = json!(if desktop { 1 } else { 2 });
        wish["open"] = if desktop { json!(["iphone"]) } else { json!([]) };
        looks.push(wish);
    }
    browse(&looks, &[root.join("examples/mail-host.yaml")])?;
    std::fs::write(root.join(pictures::MADE_FROM), pictures::made_from())?;
    Ok(())
}
