//! Signed profiles, as OpenSSL reads them: who signed, with which chain, and that nothing was changed. What is inside is
//! held against Apple's schema, as every profile is.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use libtest_mimic::Failed;
use mailwright::account::hosting::Certificate;
use mailwright::account::{Said, Text};
use mailwright::sign::{Roots, Signer};
use mailwright::site::{Question, Site};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::Test;
use crate::lab::{python, run, script};
use crate::report::Findings;
use crate::webserver::{Server, free_port};

const HOST: &str = "serve: { organization: Engines }
providers:
  e:
    domains: [e.example]
    imap: imap.e.example
    smtp: smtp.e.example
    carddav: https://dav.e.example/
    caldav: https://dav.e.example/
";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("signed_profiles_are_verified_by_openssl", &["openssl", "schema"], verified),
        Test::new("a_certificate_that_ends_while_the_server_runs_signs_no_more", &["openssl"], ended),
        Test::new("an_export_is_signed_and_the_same_every_time", &["openssl"], exported),
    ]
}

fn said(path: &Path) -> Said<Text> {
    Said::rule(Text::new(&path.to_string_lossy()).expect("path"), "a test")
}

fn certificates(folder: &Path) {
    let made = run(Command::new("bash").arg(script("make-signers.sh")).arg(folder));
    assert!(made.ok, "{}{}", made.out, made.err);
}

fn verified() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    certificates(folder.path());
    let openssl = |arguments: &[&str], file: &Path| {
        run(Command::new("openssl").current_dir(folder.path()).args(arguments).arg("-in").arg(file))
    };
    let reading = mailwright::read_text("host.yaml", HOST);
    let question = Question::get("", "/apple/ada@e.example.mobileconfig", "");
    let plain = Site::build(&reading.mail, None).expect("site").ask(&question).body;
    let mut contents = Vec::new();
    for (name, key) in [
        ("rsa2048", "rsa2048.key"),
        ("rsa2048", "rsa2048.old.key"),
        ("rsa4096", "rsa4096.old.key"),
        ("p256", "p256.key"),
        ("p256", "p256.old.key"),
        ("p384", "p384.key"),
        ("p384", "p384.old.key"),
        ("mail", "p256.key"),
        ("code", "p256.key"),
    ] {
        let files = Certificate {
            certificate: said(&at(&format!("{name}.pem"))),
            key: said(&at(key)),
            chain: Some(said(&at("chain.pem"))),
        };
        let roots = Roots::only(vec![CertificateDer::from_pem_file(at("root.pem")).expect("root")]);
        let loaded = Signer::trusting(&files, &roots, false, SystemTime::now());
        let (signer, _) = loaded.unwrap_or_else(|p| panic!("{name}, {key}: {p:?}"));
        let answer = Site::build(&reading.mail, Some(signer)).expect("site").ask(&question);
        let signed = at("signed.mobileconfig");
        fs::write(&signed, &answer.body)?;
        let content = at(&format!("{key}-{name}.mobileconfig"));
        let out = content.to_string_lossy().into_owned();

        let verify = ["cms", "-verify", "-inform", "DER", "-purpose", "any"];
        let trusted = openssl(&[&verify[..], &["-CAfile", "root.pem", "-out", &out]].concat(), &signed);
        findings.check(trusted.ok, || format!("{name}: {}", trusted.err));
        findings.same(&format!("{name}: content"), fs::read(&content)?, plain.to_vec());
        let untrusted = openssl(&[&verify[..], &["-no-CAfile", "-no-CApath", "-out", "/dev/null"]].concat(), &signed);
        findings.check(!untrusted.ok, || format!("{name}: trusted without its root"));

        let shown = openssl(&["cms", "-cmsout", "-print", "-noout", "-inform", "DER"], &signed);
        let count = |what: &str| shown.out.matches(what).count();
        findings.same(&format!("{name}: certificates"), count("d.certificate:"), 2);
        findings.check(shown.out.contains("sha256") && !shown.out.contains("signingTime"), || shown.out.clone());
        let parsed = openssl(&["asn1parse", "-inform", "DER"], &signed);
        findings.check(parsed.ok && parsed.out.contains("pkcs7-signedData"), || parsed.err.clone());
        // DER has definite lengths only.
        findings.check(!parsed.out.contains("l=inf"), || "indefinite lengths".into());

        // One letter of the profile, and one bit of the signature.
        let place = answer.body.windows(14).position(|w| w == b"imap.e.example").expect("the server");
        for change in [place, answer.body.len() - 3] {
            let mut other = answer.body.to_vec();
            other[change] ^= 1;
            fs::write(at("changed.mobileconfig"), other)?;
            let arguments =
                ["cms", "-verify", "-inform", "DER", "-purpose", "any", "-out", "/dev/null", "-CAfile", "root.pem"];
            let verified = openssl(&arguments, &at("changed.mobileconfig"));
            findings.check(!verified.ok, || format!("{name}: a changed profile is verified"));
        }
        contents.push(content);
    }
    let schema = run(Command::new(python()).arg(script("check-mobileconfig.py")).args(&contents));
    findings.check(schema.ok, || schema.err.clone());
    findings.finish("export", "OpenSSL and Apple's schema: signed profiles", contents.len())
}

/// The whole program with a certificate that ends some seconds after it was made. It signed on, and said nothing.
fn ended() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let openssl = |arguments: &[&str]| {
        let made = run(Command::new("openssl").current_dir(folder.path()).args(arguments));
        assert!(made.ok, "{arguments:?}: {}", made.err);
    };
    let key = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let root = [
        "-x509",
        "-days",
        "2",
        "-subj",
        "/CN=Root of a short one (test only)",
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
    ];
    openssl(&[&key[..], &root, &["-addext", "keyUsage=critical,keyCertSign"]].concat());
    openssl(&[&key[..], &["-subj", "/CN=short.signer.lab", "-keyout", "p256.key", "-out", "p256.csr"]].concat());
    let end = SystemTime::now() + Duration::from_secs(15);
    let begin = SystemTime::now() - Duration::from_secs(3600);
    // OpenSSL's own form of a time: 20261123131500Z.
    let [begin, ends] = [begin, end].map(|time| -> String {
        let text = humantime::format_rfc3339_seconds(time).to_string();
        text.chars().filter(|c| c.is_ascii_digit() || *c == 'Z').collect()
    });
    let place = folder.path().display();
    fs::write(
        at("ca.cnf"),
        format!(
            "[ca]\ndefault_ca=own\n[own]\ndatabase={place}/index\nnew_certs_dir={place}\nserial={place}/serial\n\
             default_md=sha256\npolicy=any\nx509_extensions=server\n[any]\ncommonName=supplied\n[server]\n\
             keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
        ),
    )?;
    fs::write(at("index"), "")?;
    fs::write(at("serial"), "7A\n")?;
    let by = ["ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "root.pem", "-keyfile", "root.key"];
    let when = ["-in", "p256.csr", "-startdate", &begin, "-enddate", &ends, "-out", "short.pem"];
    openssl(&[&by[..], &when].concat());
    let sign = "sign: { certificate: short.pem, key: p256.key }";
    let port = free_port();
    let serve = |file: &str, more: &[&str], port: u16| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
        command.current_dir(folder.path()).env("SSL_CERT_FILE", at("root.pem")).args(["serve", file]).args(more);
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        Server::start("mailwright", port, &mut command, &at(&format!("{port}.log")))
    };
    fs::write(at("host.yaml"), HOST.replace("organization: Engines", &format!("organization: Engines, {sign}")))?;
    let server = serve("host.yaml", &[], port);
    let forced = serve("host.yaml", &["--force"], free_port());
    let profile = |server: &Server| server.ask("GET", "e.example", "/apple/ada@e.example.mobileconfig", "", "").status;
    // Still good, or this test proves nothing.
    let before = profile(&server);
    assert!(SystemTime::now() < end, "this machine is too slow");
    assert_eq!((before, profile(&forced)), (200, 200));
    let log = || fs::read_to_string(at(&format!("{port}.log"))).unwrap_or_default();
    assert!(!log().contains("ended on"), "{}", log());
    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    std::thread::sleep(left + Duration::from_secs(3));
    assert_eq!((profile(&server), profile(&server), profile(&forced)), (503, 503, 200));
    let autoconfig = server.ask("GET", "e.example", "/mail/config-v1.1.xml", "", "");
    assert_eq!(autoconfig.status, 200, "{}", autoconfig.head);
    assert_eq!(log().matches("no profile is handed out").count(), 1, "{}", log());
    Ok(())
}

/// The whole program, with the system's roots: here a file that SSL_CERT_FILE names.
fn exported() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    certificates(folder.path());
    let full = ["p256.pem", "chain.pem"].map(|n| fs::read(at(n)).expect("made")).concat();
    fs::write(at("full.pem"), full)?;
    fs::write(at("users.csv"), "address\nada@e.example\ngrace@e.example\n")?;
    let sign = "sign: { certificate: full.pem, key: p256.key }";
    fs::write(at("host.yaml"), HOST.replace("organization: Engines", &format!("organization: Engines, {sign}")))?;
    let export = |root: &str, more: &[&str]| {
        run(Command::new(env!("CARGO_BIN_EXE_mailwright"))
            .current_dir(folder.path())
            .env("SSL_CERT_FILE", at(root))
            .args(["export", "host.yaml", "-o", "tree", "--users", "users.csv"])
            .args(more))
    };
    // Only what this program is told to trust counts, so another authority's root is an untrusted one.
    let refused = export("self.pem", &[]);
    findings.check(!refused.ok && refused.err.contains("chain-incomplete"), || refused.err.clone());
    findings.check(!at("tree").exists(), || "something was written".into());
    let forced = export("self.pem", &["--force"]);
    findings.check(forced.ok && forced.err.contains("warning"), || forced.err.clone());
    let trusted = export("root.pem", &[]);
    findings.check(trusted.ok && !trusted.err.contains("warning"), || trusted.err.clone());
    findings.check(trusted.err.contains("count as signed until 20"), || trusted.err.clone());
    let again = export("root.pem", &["--check"]);
    findings.check(again.ok && again.err.contains("no difference"), || format!("{}{}", again.out, again.err));
    for name in ["ada", "grace"] {
        let file = at(&format!("tree/e.example/apple/{name}@e.example.mobileconfig"));
        let verified = run(Command::new("openssl")
            .args(["cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile"])
            .arg(at("root.pem"))
            .arg("-in")
            .arg(&file));
        findings.check(verified.ok && verified.out.contains(&format!("<string>{name}@e.example</string>")), || {
            verified.err.clone()
        });
    }
    findings.finish("export", "OpenSSL: the whole program signs", 1)
}
