//! The real Chromium, with a script of another site: it reads autoconfig and PACC, also by a question that it has to ask
//! before, and nothing else.

use std::fs;
use std::process::Command;

use libtest_mimic::Failed;

use crate::Test;
use crate::lab::run;
use crate::webserver::{Server, free_port};

pub fn tests() -> Vec<Test> {
    vec![Test::new("scripts_of_other_sites_read_autoconfig_and_pacc_alone", &["chromium"], asked)]
}

fn asked() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let (port, hosts) = (free_port(), folder.path().join("hosts.yaml"));
    // The name that a browser asks for on this machine is a domain.
    let file = "serve: { pacc: draft-03, url: 'https://autoconfig.engines.example' }\n\
        providers: { engines: { domains: [localhost.example], imap: i.example, smtp: s.example } }\n";
    fs::write(&hosts, file)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
    command.arg("serve").arg(&hosts).args(["--listen", &format!("127.0.0.1:{port}")]);
    let _server = Server::start("mailwright", port, &mut command, &folder.path().join("server.log"));
    let page = folder.path().join("page.html");
    // A header of one's own makes the browser ask beforehand.
    let script = format!(
        "const out = document.getElementById('out');\n\
         const ask = (path, headers) => fetch('http://localhost.example:{port}' + path, {{ headers }})\n  \
           .then(r => r.text().then(t => r.status + (t.includes('i.example') ? ' read' : '')), () => 'kept');\n\
         Promise.all([\n  \
           ask('/mail/config-v1.1.xml', {{}}),\n  \
           ask('/mail/config-v1.1.xml?emailaddress=ada@localhost.example', {{ 'X-Asked': 'by web mail' }}),\n  \
           ask('/mail/config-v1.1.xml?emailaddress=ada@nobodys.example', {{ 'X-Asked': 'by web mail' }}),\n  \
           ask('/.well-known/user-agent-configuration.json', {{ 'X-Asked': 'by web mail' }}),\n  \
           ask('/apple/ada@localhost.example.mobileconfig', {{}}),\n  \
           ask('/autodiscover/autodiscover.xml?email=ada@localhost.example', {{}}),\n  \
           ask('/', {{}}),\n\
         ]).then(answers => {{ out.textContent = answers.join(', '); }});"
    );
    fs::write(&page, format!("<!DOCTYPE html>\n<p id=\"out\">nothing</p>\n<script>\n{script}\n</script>\n"))?;
    let seen = run(Command::new("chromium")
        .env("HOME", folder.path())
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-features=HttpsUpgrades", "--host-resolver-rules=MAP * 127.0.0.1"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .args(["--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("file://{}", page.display())));
    let told = seen.out.lines().find_map(|l| l.split_once("<p id=\"out\">")?.1.strip_suffix("</p>"));
    assert_eq!(told, Some("200 read, 200 read, 404, 200 read, kept, kept, kept"), "{}{}", seen.out, seen.err);
    Ok(())
}
