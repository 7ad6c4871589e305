//! `check URL --client` on a real web server with a certificate of the lab's own authority: what is trusted, what is
//! told, and that nobody's address is.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use libtest_mimic::Failed;

use crate::Test;
use crate::cases::Case;
use crate::lab::{run, script};
use crate::report::Findings;

pub fn tests() -> Vec<Test> {
    vec![Test::new("check_client_asks_by_https", &["openssl", "python3"], by_https)]
}

fn by_https() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let folder = tempfile::tempdir()?;
    let made = run(Command::new("bash").arg(script("make-certs.sh")).arg(folder.path()).arg("localhost"));
    findings.check(made.ok, || made.err.clone());
    let document = Case::named("mail-host").folder.join("autoconfig/verein.example/mail/config-v1.1.xml");
    let mut server = Command::new("python3")
        .arg(script("https-server.py"))
        .args([folder.path().join("server.pem"), folder.path().join("server.key"), document])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut port = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut port)?;
    let port = port.trim();

    let nobody = folder.path().join("nobody.pem");
    fs::copy("/etc/ssl/certs/ca-certificates.crt", &nobody)?;
    let ours = folder.path().join("ca.pem");
    let ask = |host: &str, path: &str, trusted: &std::path::Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
        command.arg("check").arg(format!("https://{host}:{port}{path}?emailaddress=ada%40verein.example"));
        command.args(["--client", "thunderbird,k9"]).env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR");
        let output = command.stdin(Stdio::null()).output().expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (host, path, trusted, code, said) in [
        ("localhost", "/good", &ours, 0, "1 document, no findings"),
        ("localhost", "/moved", &ours, 0, "redirected: https://localhost"),
        ("localhost", "/plain", &ours, 1, "error[content-type]"),
        ("localhost", "/page", &ours, 1, "error[masks-others]"),
        ("localhost", "/private", &ours, 1, "error[unauthorised]"),
        ("localhost", "/nothing", &ours, 1, "error[status]"),
        // Nobody vouches for it, and it is another's.
        ("localhost", "/good", &nobody, 3, "error[cannot-fetch]"),
        ("127.0.0.1", "/good", &ours, 3, "error[cannot-fetch]"),
    ] {
        let (status, output) = ask(host, path, trusted);
        let what = format!("{host}{path}: {output}");
        findings.same(&format!("{what}: exit code"), status, Some(code));
        findings.check(output.contains(said), || format!("{what}: no `{said}`"));
        findings.check(!output.contains("ada"), || format!("{what}: names somebody"));
    }
    drop(server.stdin.take());
    findings.check(server.wait()?.success(), || "the server did not end well".to_owned());
    findings.finish("autoconfig", "check --client by https", 8)
}
