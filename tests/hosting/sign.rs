//! Signing: which keys and certificates are taken, what is refused and why, and that the same content gives the same bytes.
//! That OpenSSL verifies the result is `tests/clients/signing.rs`' business.
//!
//! `signers/` was made once by `tests/lab/make-signers.sh` and is good from November 2026 for ten years; what these tests
//! call now is told, not asked.

use std::path::Path;
use std::time::{Duration, SystemTime};

use mailwright::account::hosting::Certificate;
use mailwright::account::{Said, Text};
use mailwright::problem::{Problem, Severity};
use mailwright::sign::{Roots, Signer};
use mailwright::site::{Question, Site};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// 2027-06-01, 2020-01-01 and 2040-01-01.
const NOW: u64 = 1_811_808_000;
const EARLY: u64 = 1_577_836_800;
const LATE: u64 = 2_208_988_800;

fn file(name: &str) -> String {
    format!("{}/tests/hosting/signers/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn said(name: &str) -> Said<Text> {
    let path = if Path::new(name).is_absolute() { name.to_owned() } else { file(name) };
    Said::rule(Text::new(&path).expect("path"), "a test")
}

fn files(certificate: &str, key: &str, chain: Option<&str>) -> Certificate {
    Certificate { certificate: said(certificate), key: said(key), chain: chain.map(said) }
}

fn roots() -> Roots {
    Roots::only(vec![CertificateDer::from_pem_file(file("root.pem")).expect("root")])
}

fn load(files: &Certificate, roots: &Roots, force: bool, now: u64) -> Result<(Signer, Vec<Problem>), Vec<Problem>> {
    Signer::trusting(files, roots, force, SystemTime::UNIX_EPOCH + Duration::from_secs(now))
}

fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|p| p.code).collect()
}

#[test]
fn keys_of_every_form_sign_and_the_same_content_gives_the_same_bytes() {
    for (name, key) in [
        ("rsa2048", "rsa2048.key"),
        ("rsa2048", "rsa2048.old.key"),
        ("p256", "p256.key"),
        ("p256", "p256.old.key"),
        ("p384", "p384.old.key"),
    ] {
        let files = files(&format!("{name}.pem"), key, Some("chain.pem"));
        let sign = || {
            let (signer, warnings) = load(&files, &roots(), false, NOW).unwrap_or_else(|p| panic!("{key}: {p:?}"));
            assert_eq!(codes(&warnings), Vec::<&str>::new(), "{key}");
            signer.sign(b"content").expect("signed")
        };
        let first = sign();
        assert_eq!(first, sign(), "{key}: another replica signs otherwise");
        assert!(first.windows(7).any(|w| w == b"content"), "{key}: the content is not inside");
    }
}

/// A certificate ended while the server ran, and it signed on.
#[test]
fn nothing_is_signed_by_a_certificate_that_has_ended() {
    let reading = mailwright::read_text(
        "host.yaml",
        "serve: { sign: { certificate: a, key: b } }\n\
         providers: { p: { domains: [e.example], imap: i.example, smtp: s.example } }",
    );
    let files = files("p256.pem", "p256.key", Some("chain.pem"));
    for force in [false, true] {
        let (signer, _) = load(&files, &roots(), force, NOW).expect("a signer");
        let site = Site::build(&reading.mail, Some(signer)).expect("a site");
        let status = |path: &str, now: Option<u64>| {
            let asked = site.read(&Question::get("", path, ""));
            site.answer_at(asked, None, now.map(|now| SystemTime::UNIX_EPOCH + Duration::from_secs(now))).status
        };
        let profile = "/apple/ada@e.example.mobileconfig";
        let ended = if force { 200 } else { 503 };
        assert_eq!((status(profile, None), status(profile, Some(NOW)), status(profile, Some(LATE))), (200, 200, ended));
        assert_eq!(status("/apple/ada@other.example.mobileconfig", Some(LATE)), 404);
        assert_eq!(status("/mail/config-v1.1.xml?emailaddress=ada@e.example", Some(LATE)), 404);
    }
}

#[test]
fn certificates_for_mail_code_and_anything_are_taken() {
    for name in ["mail.pem", "code.pem", "any.pem"] {
        let loaded = load(&files(name, "p256.key", Some("chain.pem")), &roots(), false, NOW);
        assert!(loaded.is_ok(), "{name}: {:?}", loaded.err());
    }
}

#[test]
fn the_chain_may_follow_in_the_same_file_in_any_order_and_the_root_is_left_out() {
    let folder = tempfile::tempdir().expect("folder");
    let read = |name: &str| std::fs::read(file(name)).expect("file");
    let der = |name: &str| CertificateDer::from_pem_file(file(name)).expect("certificate").to_vec();
    for order in [["p256.pem", "chain.pem", "root.pem"], ["root.pem", "chain.pem", "p256.pem"]] {
        let path = folder.path().join("full.pem");
        std::fs::write(&path, order.map(read).concat()).expect("write");
        let files = files(&path.to_string_lossy(), "p256.key", None);
        let (signer, _) = load(&files, &roots(), false, NOW).expect("a signer");
        let signed = signer.sign(b"content").expect("signed");
        let has = |name: &str| {
            let der = der(name);
            signed.windows(der.len()).any(|w| w == der)
        };
        assert!(has("p256.pem") && has("chain.pem") && !has("root.pem"), "{order:?}");
    }
}

#[test]
fn what_a_device_would_not_trust_is_refused_and_force_makes_it_a_warning() {
    for (certificate, chain, roots, now, code) in [
        ("p256.pem", Some("chain.pem"), roots(), LATE, "certificate-expired"),
        ("p256.pem", Some("chain.pem"), roots(), EARLY, "certificate-not-yet-valid"),
        ("p256.pem", None, roots(), NOW, "chain-incomplete"),
        ("p256.pem", Some("chain.pem"), Roots::only(Vec::new()), NOW, "no-roots"),
        ("self.pem", None, roots(), NOW, "certificate-self-signed"),
        // openssl x509 -req without extensions.
        ("version1.pem", None, roots(), NOW, "certificate-version"),
        ("client.pem", Some("chain.pem"), roots(), NOW, "certificate-purpose"),
        ("nosign.pem", Some("chain.pem"), roots(), NOW, "certificate-purpose"),
    ] {
        let files = files(certificate, "p256.key", chain);
        let problems = load(&files, &roots, false, now).expect_err(certificate);
        assert!(codes(&problems).contains(&code), "{certificate}: {problems:?}");
        for problem in &problems {
            assert!(!problem.reason.is_empty() && !problem.help.is_empty(), "{problem:?}");
        }
        let (signer, warnings) = load(&files, &roots, true, now).unwrap_or_else(|p| panic!("{certificate}: {p:?}"));
        assert_eq!(codes(&warnings), codes(&problems));
        assert!(warnings.iter().all(|w| w.severity == Severity::Warning));
        assert!(signer.sign(b"content").is_ok());
    }
    // An untrusted root that is in the file is another fault than a chain that stops short.
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("full.pem");
    let all = ["p256.pem", "chain.pem", "root.pem"].map(|n| std::fs::read(file(n)).expect("file")).concat();
    std::fs::write(&path, all).expect("write");
    let other = Roots::only(vec![CertificateDer::from_pem_file(file("self.pem")).expect("root")]);
    let problems = load(&files(&path.to_string_lossy(), "p256.key", None), &other, false, NOW).expect_err("untrusted");
    assert_eq!(codes(&problems), ["chain-untrusted"]);
    // Time hides no other fault.
    let problems = load(&files("p256.pem", "p256.key", None), &roots(), false, LATE).expect_err("both");
    assert_eq!(codes(&problems), ["certificate-expired", "chain-incomplete"]);
}

#[test]
fn files_that_cannot_sign_are_refused_even_by_force() {
    for (certificate, key, code) in [
        ("p256.pem", "nothing-here", "cannot-read"),
        ("nothing-here", "p256.key", "cannot-read"),
        ("p256.key", "p256.key", "no-certificate"),
        ("p256.pem", "p256.pem", "no-key"),
        ("p256.pem", "locked.key", "key-encrypted"),
        ("rsa2048.pem", "p256.old.key", "key-unusable"),
        ("p256.pem", "rsa2048.key", "key-unusable"),
        ("p256.pem", "p384.old.key", "key-unusable"),
        ("ed25519.pem", "ed25519.key", "key-unusable"),
        ("self.pem", "../signers/p256.key", ""),
    ] {
        for force in [false, true] {
            let loaded = load(&files(certificate, key, None), &roots(), force, NOW);
            if code.is_empty() {
                assert_eq!(loaded.is_ok(), force);
                continue;
            }
            let problems = loaded.err().unwrap_or_else(|| panic!("{certificate} and {key} are taken"));
            assert_eq!(codes(&problems), [code], "{certificate}, {key}");
            let all = format!("{problems:?}");
            let shown = std::fs::read_to_string(file(key)).unwrap_or_default();
            assert!(!shown.lines().any(|l| l.len() > 30 && all.contains(l)), "{all}");
        }
    }
    // A key of the right kind that belongs to another certificate.
    let problems =
        load(&files("p256.pem", "other.key", Some("chain.pem")), &roots(), true, NOW).expect_err("another key");
    assert_eq!(codes(&problems), ["key-mismatch"]);
}

#[test]
fn nothing_shows_the_key() {
    let (signer, _) = load(&files("p256.pem", "p256.key", Some("chain.pem")), &roots(), false, NOW).expect("a signer");
    let shown = format!("{signer:?}");
    assert!(shown.starts_with("Signer { kind: \"P-256\", ends: ") && shown.len() < 120, "{shown}");
}

#[test]
fn a_site_with_a_key_serves_signed_profiles_of_the_same_content() {
    let text = "providers: { e: { domains: [e.example], imap: imap.e.example, smtp: smtp.e.example } }";
    let reading = mailwright::read_text("host.yaml", text);
    let (signer, _) = load(&files("p256.pem", "p256.key", Some("chain.pem")), &roots(), false, NOW).expect("a signer");
    let question = Question::get("", "/apple/ada@e.example.mobileconfig", "");
    let plain = Site::build(&reading.mail, None).expect("site").ask(&question);
    let signed = Site::build(&reading.mail, Some(signer)).expect("site").ask(&question);
    assert_eq!((signed.kind, &signed.headers, signed.caching), (plain.kind, &plain.headers, plain.caching));
    assert!(signed.body.starts_with(&[0x30]) && signed.body.windows(plain.body.len()).any(|w| w == &plain.body[..]));
}
