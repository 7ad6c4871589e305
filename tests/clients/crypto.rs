//! Keys: what mutt and neomutt sign and encrypt with, as they show it, and as GnuPG finds it in what they sent.

use std::fs;
use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::account::{Account, Said, Signing};

use crate::Test;
use crate::cases::Case;
use crate::lab::{self, BOX, Home, run};
use crate::mailbox::lab_dir;
use crate::muttrc;
use crate::report::Findings;
use crate::sending::{Step, home_of, only, session, step, tail};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("mutt_knows_the_keys_of_every_golden", &["mutt", lab::PRIVATE], || settings("mutt")),
        Test::new("neomutt_knows_the_keys_of_every_golden", &["neomutt", lab::PRIVATE], || settings("neomutt")),
    ]
}

/// The golden's users: one more than usual.
const USERS: &str = "me@gmail.com\tabcdefghijklmnop\tgmail\n\
    alice@example.test\tcorrect-horse\tplain\talice+orders@example.test alice+board@example.test alice+plain@example.test\n\
    bob@example.test\tp\"q'r\\s#t $u%v é€\tplain\nboth@example.test\tcorrect-horse\tplain\n";

/// A step with the golden's users.
pub const fn signing(
    name: &'static str,
    program: &'static str,
    needs: &'static [&'static str],
    run: fn(&mut Findings),
) -> Step {
    Step { needs, users: Some(USERS), ..step(name, program, 1, run) }
}

pub const STEPS: &[Step] = &[
    signing("mutt_signs", "mutt", &[BOX, "mutt", "gpg", "gpgsm"], |f| signs("mutt", f)),
    signing("neomutt_signs", "neomutt", &[BOX, "neomutt", "gpg", "gpgsm"], |f| signs("neomutt", f)),
];

/// What each account's file sets, held against the account.
fn settings(program: &'static str) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let signs = |a: &Account| a.pgp.is_some() || a.smime.is_some() || a.identities.iter().any(|i| i.pgp.is_some());
        if !case.accounts().iter().any(signs) {
            continue;
        }
        if !case.folder.join(program).exists() {
            findings.check(case.refused(program), || format!("{}: neither files nor a refusal", case.name));
            continue;
        }
        cases += 1;
        let home = Home::of(case.accounts());
        lab::copy_tree(&case.folder.join(program), home.path());
        let folder = home.path().join(".config").join(program);
        for account in case.accounts() {
            let file = match case.accounts().len() {
                1 => folder.join(format!("{program}rc")),
                _ => folder.join(format!("account-{}.muttrc", account.name)),
            };
            if ["no-token", "mixed-tls", "token-mechanism"].iter().any(|n| case.has_note(program, account, n)) {
                findings.check(!file.exists(), || format!("{}: {} is not left out", case.name, account.name));
                continue;
            }
            let shown = muttrc::read(program, &home, &file)?;
            let mut same = |name: &str, newer: &str, want: &str| {
                let got = shown.get(name).or(shown.get(newer)).map(String::as_str);
                findings.same(&format!("{}: {}: {name}", case.name, account.name), got, Some(want));
            };
            let key = |s: &Option<Said<Signing>>| {
                s.as_ref().and_then(|s| s.key.clone()).map_or(String::new(), |k| k.to_string())
            };
            let unknown = case.has_note(program, account, "smime-key");
            let on = |s: &Option<Said<Signing>>| s.as_ref().is_some_and(|s| s.sign || s.encrypt);
            same("pgp_default_key", "", &key(&account.pgp));
            same("smime_default_key", "", &if unknown { String::new() } else { key(&account.smime) });
            same("pgp_sign_as", "", "");
            same("smime_sign_as", "", "");
            let smime = on(&account.smime) && !unknown && !on(&account.pgp);
            let chosen = match (smime, unknown) {
                (true, _) => &account.smime,
                _ => &account.pgp,
            };
            let word = |yes: bool| if yes { "yes" } else { "no" };
            same("smime_is_default", "", word(smime));
            same("crypt_autosign", "crypt_auto_sign", word(chosen.as_ref().is_some_and(|s| s.sign)));
            same("crypt_autoencrypt", "crypt_auto_encrypt", word(chosen.as_ref().is_some_and(|s| s.encrypt)));
            same("crypt_use_gpgme", "", "yes");
        }
    }
    findings.finish(program, &format!("{program} -D, keys"), cases)
}

/// A home with a key for each address of the golden, a certificate for Bob, and everything trusted.
pub fn home_with_keys(case: &Case, findings: &mut Findings) -> Home {
    let home = home_of(case);
    for name in [".password-alice", ".password-both"] {
        lab::write_private(&home.path().join(name), b"correct-horse\n");
    }
    let gnupg = home.path().join(".gnupg");
    lab::write_private(&gnupg.join("gpgsm.conf"), b"disable-crl-checks\ndisable-dirmngr\n");
    run(home.command("chmod").arg("700").arg(&gnupg));
    // gpgsm always asks for a passphrase; this one answers that there is none.
    home.program("pinentry", "echo OK\nwhile read -r word rest; do echo OK; [ \"$word\" = BYE ] && exit; done");
    let pinentry = format!("pinentry-program {}\n", home.path().join("bin/pinentry").display());
    lab::write_private(&gnupg.join("gpg-agent.conf"), pinentry.as_bytes());
    for address in ["alice@example.test", "alice+orders@example.test", "alice+board@example.test"] {
        let user = format!("Alice Example <{address}>");
        let made = run(home.command("gpg").args([
            "--batch",
            "--passphrase",
            "",
            "--quick-gen-key",
            &user,
            "future-default",
            "default",
            "never",
        ]));
        findings.check(made.ok, || made.err.clone());
    }
    let request = "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: sign, encrypt\nSerial: random\nName-DN: CN=Bob\nName-Email: bob@example.test\n";
    fs::write(home.path().join("request"), request).expect("write");
    let made = run(home.command("gpgsm").args(["--batch", "--armor", "--gen-key", "--output", "bob.pem", "request"]));
    findings.check(made.ok, || made.err.clone());
    let imported = run(home.command("gpgsm").args(["--batch", "--import", "bob.pem"]));
    findings.check(imported.ok, || imported.err.clone());
    let list = run(home.command("gpgsm").args(["--batch", "--with-colons", "--list-keys"]));
    let prints: Vec<&str> =
        list.out.lines().filter(|l| l.starts_with("fpr:")).filter_map(|l| l.split(':').nth(9)).collect();
    findings.same("certificates", prints.len(), 1);
    let trust: String = prints.iter().map(|p| format!("{p} S relax\n")).collect();
    lab::write_private(&gnupg.join("trustlist.txt"), trust.as_bytes());
    run(home.command("gpgconf").args(["--kill", "gpg-agent"]));
    home
}

/// Every account and identity writes one mail; GnuPG says who signed it.
fn signs(program: &'static str, findings: &mut Findings) {
    let case = Case::named("keys");
    let home = home_with_keys(&case, findings);
    let bob = "imaps://bob%40example.test@imap.example.test:993/INBOX";
    let gmail = "imaps://me%40gmail.com@imap.gmail.com:993/INBOX";
    let alice = "alice@example.test";
    // In this order a leftover of the one before would show.
    for (n, (mailbox, from, signer)) in [
        ("", alice, "alice@example.test"),
        ("", "alice+board@example.test", "encrypted alice+board@example.test"),
        ("", "alice+orders@example.test", ""),
        ("", "alice+plain@example.test", "alice@example.test"),
        (bob, "bob@example.test", "bob@example.test"),
        (gmail, "me@gmail.com", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let subject = format!("{program} signs {n}");
        let go = if mailbox.is_empty() { String::new() } else { format!("<change-folder><kill-line>{mailbox}<enter>") };
        let choose = format!("<enter-command>set from={from}<enter>");
        let keys = format!("{go}{choose}<mail>{alice}<enter>{subject}<enter><send-message><exit>");
        let screen = session(program, &home, &[], &keys);
        let what = format!("{subject} as {from}: {}", tail(&screen));
        let mail = only(findings, alice, "", &subject);
        findings.same(&format!("{what}: from"), &mail["from"]["address"], from);
        findings.same(&format!("{what}: signer"), signer_of(&home, &subject), signer.to_owned());
    }
    // One start, from Alice who signs to Gmail, who does not.
    let subject = format!("{program} leaves nothing over");
    let keys =
        format!("<change-folder><kill-line>{gmail}<enter><mail>{alice}<enter>{subject}<enter><send-message><exit>");
    let screen = session(program, &home, &[], &keys);
    let mail = only(findings, alice, "", &subject);
    findings.same(&format!("{subject}: {}", tail(&screen)), &mail["from"]["address"], "me@gmail.com");
    findings.same(&subject, signer_of(&home, &subject), String::new());
}

/// The file of a mail in Alice's inbox.
fn file_of(subject: &str) -> Option<PathBuf> {
    let wanted = format!("Subject: {subject}\n");
    let inbox = lab_dir().join("mail/alice@example.test");
    ["new", "cur"]
        .iter()
        .flat_map(|part| fs::read_dir(inbox.join(part)).into_iter().flatten())
        .map(|e| e.expect("entry").path())
        .find(|p| String::from_utf8_lossy(&fs::read(p).expect("mail")).replace('\r', "").contains(&wanted))
}

/// Who signed a mail, by GnuPG: an address, `encrypted` before it where it was; empty when nobody did.
pub fn signer_of(home: &Home, subject: &str) -> String {
    let Some(file) = file_of(subject) else { return "no mail".into() };
    let text = String::from_utf8_lossy(&fs::read(file).expect("mail")).replace('\r', "");
    let Some((headers, body)) = text.split_once("\n\n") else { return "no body".into() };
    let headers = headers.replace("\n\t", " ").replace("\n ", " ");
    let Some(kind) = headers.lines().find(|l| l.to_lowercase().starts_with("content-type: multipart/")) else {
        return String::new();
    };
    let boundary = kind.split("boundary=").nth(1).unwrap_or_default();
    let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
    let body = format!("\n{body}");
    let parts: Vec<&str> =
        body.split(&format!("\n--{boundary}")).skip(1).map(|p| p.strip_prefix('\n').unwrap_or(p)).collect();
    let content = |part: &str| part.split_once("\n\n").map_or(String::new(), |(_, c)| c.to_owned());
    let at = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        fs::write(&path, bytes).expect("write");
        path
    };
    let said = if kind.contains("multipart/encrypted") {
        let file = at("part", content(parts[1]).as_bytes());
        run(home.command("gpg").args(["--batch", "--status-fd", "2", "--decrypt"]).arg(file))
    } else if kind.contains("pkcs7-signature") {
        let signed = at("signed", parts[0].replace('\n', "\r\n").as_bytes());
        let armored = format!("-----BEGIN CMS-----\n{}\n-----END CMS-----\n", content(parts[1]).trim());
        let signature = at("signature", armored.as_bytes());
        run(home.command("gpgsm").args(["--batch", "--status-fd", "2", "--verify"]).arg(signature).arg(signed))
    } else {
        let signed = at("signed", parts[0].replace('\n', "\r\n").as_bytes());
        let signature = at("signature", content(parts[1]).as_bytes());
        run(home.command("gpg").args(["--batch", "--status-fd", "2", "--verify"]).arg(signature).arg(signed))
    };
    let good = said.err.lines().find(|l| l.starts_with("[GNUPG:] GOODSIG"));
    let who = match good {
        Some(line) if kind.contains("pkcs7") => {
            if line.contains("CN=Bob") {
                "bob@example.test".to_owned()
            } else {
                line.to_owned()
            }
        }
        Some(line) => line.split(['<', '>']).nth(1).unwrap_or(line).to_owned(),
        None => format!("not good: {}", said.err),
    };
    if said.err.contains("DECRYPTION_OKAY") { format!("encrypted {who}") } else { who }
}
