//! Programs that send a whole machine's mail: Postfix, OpenSMTPD, dma and nullmailer. They read their goldens, get nasty
//! logins and passwords to a server, and send in the box, each with its own paths in a system of its own
//! (`tests/lab/in-system.sh`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use libtest_mimic::Failed;
use mailwright::account::{Credential, Mechanism, Tls};
use mailwright::target::{Bundle, Options};
use serde_json::json;

use crate::Test;
use crate::cases::Case;
use crate::git_send_email::{Sender, senders};
use crate::lab::{self, AWKWARD, BOX, Home, PRIVATE, Said, run, script};
use crate::mailbox::{drain, header, log_lines};
use crate::mock::Mock;
use crate::report::Findings;
use crate::sending::{Step, only, sent_by, step};
use crate::values::{self, Fields};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("postfix_reads_every_golden", &["postfix", PRIVATE], postfix),
        Test::new("postfix_reads_back_nasty_values", &["postfix"], postfix_nasty),
        Test::new("opensmtpd_reads_every_golden", &["lab/opensmtpd", PRIVATE], opensmtpd),
        Test::new("dma_reads_every_golden", &["lab/dma", PRIVATE], dma),
        Test::new("nullmailer_reads_every_golden", &["lab/nullmailer", PRIVATE], nullmailer),
        Test::new("dma_logs_in_with_nasty_values", &["lab/dma", PRIVATE], || logins(&DMA, 4)),
        Test::new("nullmailer_logs_in_with_nasty_values", &["lab/nullmailer", PRIVATE], || logins(&NULLMAILER, 4)),
        Test::new("opensmtpd_accepts_nasty_values", &["lab/opensmtpd", PRIVATE], opensmtpd_nasty),
    ]
}

const fn relay(name: &'static str, needs: &'static [&'static str], run: fn(&mut Findings)) -> Step {
    Step { needs, ..step(name, name, 2, run) }
}

pub const STEPS: &[Step] = &[
    relay("postfix", &[BOX], |f| sends(&POSTFIX, f)),
    relay("opensmtpd", &[BOX, "lab/opensmtpd"], |f| sends(&OPENSMTPD, f)),
    relay("dma", &[BOX, "lab/dma"], |f| sends(&DMA, f)),
    relay("nullmailer", &[BOX, "lab/nullmailer"], |f| sends(&NULLMAILER, f)),
    Step { needs: &[BOX], ..step("postfix_by_sender", "postfix", 1, |f| by_sender(&POSTFIX, f)) },
    Step {
        needs: &[BOX, "lab/opensmtpd"],
        ..step("opensmtpd_by_sender", "opensmtpd", 1, |f| by_sender(&OPENSMTPD, f))
    },
];

/// How a program is prepared and how it sends the mail in `/mail`, from `$1` if it is not empty.
struct Relay {
    target: &'static str,
    packages: &'static [&'static str],
    script: &'static str,
}

const NULLMAILER: Relay = Relay {
    target: "nullmailer",
    packages: &["nullmailer"],
    script: "cd /var/spool/nullmailer; mkdir -p queue tmp failed; mkfifo trigger; echo 0 > /etc/nullmailer/pausetime
        chown -R mail:mail . /etc/nullmailer; chmod 600 /etc/nullmailer/remotes
        as() { setpriv --reuid mail --regid mail --clear-groups \"$@\"; }
        as nullmailer-inject < /mail && as timeout 10 nullmailer-send
        [ -z \"$(ls queue failed | grep -v :)\" ]",
};

const DMA: Relay = Relay {
    target: "dma",
    packages: &["dma"],
    script: "mkdir -p /var/spool/dma; chown root:mail /var/spool/dma /etc/dma/*; chmod 2775 /var/spool/dma; chmod 640 /etc/dma/*
        timeout 10 dma -D -t < /mail && dma -bp | grep -q empty",
};

const OPENSMTPD: Relay = Relay {
    target: "opensmtpd",
    packages: &["opensmtpd"],
    script: "chown root:opensmtpd /etc/smtpd.secrets; chmod 640 /etc/smtpd.secrets; mkdir -p /var/lib/opensmtpd/empty /var/run
        chgrp opensmtpq /usr/sbin/smtpctl; chmod 2555 /usr/sbin/smtpctl; ln -sf /usr/sbin/smtpctl /tmp/sendmail
        timeout 20 smtpd -d -P mda > /smtpd.log 2>&1 &
        for _ in $(seq 100); do [ -S /var/run/smtpd.sock ] && break; sleep 0.05; done
        /tmp/sendmail ${1:+-f \"$1\"} -t < /mail
        for _ in $(seq 100); do grep -qE 'result=\"(Ok|PermFail|TempFail)|Connection closed' /smtpd.log && break; sleep 0.05; done
        cat /smtpd.log; grep -q 'result=\"Ok' /smtpd.log",
};

const POSTFIX: Relay = Relay {
    target: "postfix",
    packages: &[],
    script: "cd /etc/postfix; [ ! -f master.cf ] || mv master.cf ours
        cat /usr/share/postfix/master.cf.dist ours > master.cf 2>/dev/null
        sed -i 's/^smtp *inet.*/#/' master.cf
        printf 'myhostname = host.lab.test\\nmaillog_file = /var/log/mail.log\\ncompatibility_level = 3.6\\nsmtp_host_lookup = native\\n' > first
        cat first main.cf > both; mv both main.cf; touch /etc/aliases; newaliases
        mkdir -p /var/spool/postfix/etc; cp /etc/hosts /etc/nsswitch.conf /etc/services /var/spool/postfix/etc/
        chown root:root sasl_passwd; chmod 600 sasl_passwd; rm -f /var/spool/postfix/pid/*
        postfix check && /usr/lib/postfix/sbin/master -w || { cat /var/log/mail.log; exit 1; }
        sendmail ${1:+-f \"$1\"} -t < /mail
        for _ in $(seq 200); do grep -q 'status=' /var/log/mail.log && break; sleep 0.05; done
        cat /var/log/mail.log; grep -q 'status=sent' /var/log/mail.log && ! grep -E 'warning: (unused|.*overriding|.*duplicate)' /var/log/mail.log",
};

/// Runs a shell script in a system that has these files.
fn in_system(home: &Home, files: &Path, packages: &[&str], arguments: &[&str]) -> Said {
    let mut command = Command::new("timeout");
    command.args(["60", "bash"]).arg(script("in-system.sh")).arg(files);
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
    command.args(packages.iter().map(|p| unpacked.join(p))).args(["--", "bash", "-c"]).args(arguments);
    run(command.current_dir(home.path()).stdin(std::process::Stdio::null()))
}

fn relay_mail(relay: &Relay, bundle: &Bundle, from: &str, mail: &str) -> Said {
    let home = Home::empty();
    let files = home.path().join("files");
    for file in &bundle.files {
        lab::write_private(&files.join(&file.path), &file.bytes);
    }
    fs::write(files.join("mail"), mail).expect("write");
    in_system(&home, &files, relay.packages, &[relay.script, "relay", from])
}

/// The senders whose login the program could have: OAuth2 it has none.
fn without_tokens(case: &Case) -> Vec<Sender<'_>> {
    let mut all = senders(case, false);
    all.retain(|s| !matches!(s.server.credential.value, Credential::OAuth2(_)));
    all
}

fn the_default<'a, 'b>(all: &'b [Sender<'a>]) -> Option<&'b Sender<'a>> {
    all.iter().find(|s| s.account.default && s.main).or(all.first())
}

/// Says to read a golden: its folder as the files of a system, and what a script in it says.
fn read(case: &Case, target: &str, packages: &[&str], script: &str) -> Option<Said> {
    let folder = case.folder.join(target);
    folder.is_dir().then(|| {
        let home = Home::empty();
        in_system(&home, &folder, packages, &[script])
    })
}

fn postfix() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    // All that Postfix shows, a table's entries by asking for each sender.
    let script = |senders: &[Sender]| {
        let mut text = "cd /etc/postfix; [ ! -f master.cf ] || mv master.cf ours
            cat /usr/share/postfix/master.cf.dist ours > master.cf 2>/dev/null
            postconf -n; postconf -P | grep ^relay-; postfix check; postmap -q root texthash:generic | sed 's/^/generic = /'\n"
            .to_owned();
        for (n, sender) in senders.iter().enumerate() {
            for table in ["sender_relay", "sender_transport"] {
                text.push_str(&format!(
                    "[ ! -f {table} ] || postmap -q '{}' texthash:{table} | sed 's/^/{table} {n} = /'\n",
                    sender.address
                ));
            }
        }
        text
    };
    for case in Case::all() {
        let senders = without_tokens(&case);
        let Some(said) = read(&case, "postfix", &[], &script(&senders)) else {
            findings.check(senders.is_empty(), || format!("{}: {} senders", case.name, senders.len()));
            continue;
        };
        cases += 1;
        findings.check(said.err.is_empty(), || format!("{}: {}", case.name, said.err));
        let mut shown: BTreeMap<&str, &str> = said.out.lines().filter_map(|l| l.split_once(" = ")).collect();
        let default = the_default(&senders).expect("a sender");
        let hop = |s: &Sender| format!("[{}]:{}", s.server.host.value, s.server.port.value);
        let level = |tls: Tls| if tls == Tls::None { "none" } else { "secure" };
        let wrapped = |tls: Tls| if tls == Tls::Implicit { "yes" } else { "no" };
        let mut seen: Vec<String> = Vec::new();
        for (n, sender) in senders.iter().enumerate() {
            let what = format!("{}: {}", case.name, sender.name);
            let address = sender.address.to_lowercase();
            if seen.contains(&address) {
                continue;
            }
            seen.push(address);
            let to = shown.get(format!("sender_relay {n}").as_str()).copied();
            findings.same(
                &format!("{what}: server"),
                to.or(shown.get("relayhost").copied()),
                Some(hop(sender).as_str()),
            );
            let client = shown.get(format!("sender_transport {n}").as_str()).copied().unwrap_or("smtp:");
            let of = |key: &str| match client {
                "smtp:" => shown.get(key).copied().unwrap_or("no"),
                other => {
                    let name = format!("{}/unix/{key}", other.trim_end_matches(':'));
                    shown.get(name.as_str()).copied().unwrap_or("not set")
                }
            };
            findings.same(&format!("{what}: TLS"), of("smtp_tls_security_level"), level(sender.server.tls.value));
            findings.same(
                &format!("{what}: implicit TLS"),
                of("smtp_tls_wrappermode"),
                wrapped(sender.server.tls.value),
            );
            let Credential::Password(_) = &sender.server.credential.value else { continue };
            let key = if n == senders.iter().position(|s| std::ptr::eq(s, default)).unwrap_or(0) {
                hop(sender)
            } else {
                sender.address.clone()
            };
            // A login that is the default's needs no line of its own.
            let line = format!("step: Write the line {key} {}:PASSWORD into", sender.server.login.text);
            let same = hop(sender) == hop(default) && sender.server.login.text == default.server.login.text;
            let told = case.notes.iter().any(|n| n.starts_with(&format!("postfix, {line}")));
            findings.same(&format!("{what}: a step for {key}"), told, !same || sender.main && key == hop(sender));
        }
        let mut same = |key: &str, want: &str| {
            findings.same(&format!("{}: {key}", case.name), shown.remove(key), Some(want));
        };
        same("relayhost", &hop(default));
        same("generic", &default.address);
        same("smtp_generic_maps", "texthash:/etc/postfix/generic");
        let options = || Options::of(default.account, "postfix");
        let trust = options().text("ca_file").map_or("/etc/ssl/certs/ca-certificates.crt".into(), |t| t.to_string());
        same("smtp_tls_CAfile", &trust);
        if senders.iter().any(|s| s.server.credential.value != Credential::None) {
            same("smtp_sasl_auth_enable", "yes");
            same("smtp_sasl_password_maps", "texthash:/etc/postfix/sasl_passwd");
            same("smtp_sasl_security_options", "noanonymous");
        }
        for key in ["smtp_tls_wrappermode", "smtp_tls_security_level", "smtp_sasl_tls_security_options"] {
            shown.remove(key);
        }
        for (key, value) in
            options().verbatim("extra").iter().flat_map(|e| e.lines()).filter_map(|l| l.split_once(" = "))
        {
            findings.same(&case.name, shown.remove(key), Some(value));
        }
        shown.retain(|key, _| !key.contains(' ') && !key.contains('/'));
        let by_sender = ["smtp_sender_dependent_authentication", "sender_dependent_relayhost_maps"];
        shown.retain(|key, _| !by_sender.contains(key) && *key != "sender_dependent_default_transport_maps");
        if let Some(mechanism) = shown.remove("smtp_sasl_mechanism_filter") {
            let all = senders.iter().all(|s| s.server.auth.as_ref().map(|a| a.value.word()) == Some(mechanism));
            let any = mechanism == "!xoauth2, !oauthbearer, static:rest";
            findings.check(all || any, || format!("{}: {mechanism} for all", case.name));
        }
        findings.same(&format!("{}: further settings", case.name), shown, BTreeMap::new());
    }
    findings.finish("postfix", "postconf, postfix check, postmap -q, every golden", cases)
}

fn account_file(port: u16, fields: &Fields) -> String {
    json!({ "accounts": { "a": {
        "address": "a@b.example",
        "login": fields["login"].replace('{', "{{"),
        "password": fields["password"],
        "smtp": { "host": "127.0.0.1", "port": port, "tls": "none" },
    } } })
    .to_string()
}

/// What no file of columns can hold is refused with a reason; that it is, is the grammar's own test.
fn tidy(name: &str, value: String) -> String {
    let value = value.trim().to_owned();
    if name == "login" { value.replace([':', '|', ' ', '#', '"', '\u{a0}', '\u{feff}'], "_") } else { value }
}

fn postfix_nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let render = |fields: &Fields| values::render("postfix", &account_file(25, fields));
    let (_, all) = values::rendered(values::cases(), &["login", "password"], tidy, render, &mut findings);
    let home = Home::empty();
    lab::write_private(&home.path().join("postfix/main.cf"), b"compatibility_level = 3.6\n");
    let count = all.len();
    for (fields, bundle) in all {
        let file = bundle.files.iter().find(|f| f.path.ends_with("sasl_passwd")).expect("passwords");
        findings.check(file.secret, || "the passwords are not private".into());
        lab::write_private(&home.path().join("passwords"), &file.bytes);
        let mut command = home.command("postmap");
        let map = format!("texthash:{}/passwords", home.path().display());
        let said = run(command.args(["-c", "postfix", "-q", "[127.0.0.1]:25", &map]));
        findings.same("login and password", said.out, format!("{}:{}\n", fields["login"], fields["password"]));
        findings.same("complaints", said.err, String::new());
    }
    findings.finish("postfix", "postmap -q, nasty values", count)
}

/// Nasty logins and passwords at a server.
fn logins(relay: &'static Relay, costs: usize) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mock = Mock::smtp().accept();
    let tidy = |name: &str, value: String| values::cut(&tidy(name, value), 200).trim().to_owned();
    let render = |fields: &Fields| values::render(relay.target, &account_file(mock.port(), fields));
    let count = values::cases().div_ceil(costs);
    let (_, all) = values::rendered(count, &["login", "password"], tidy, render, &mut findings);
    let count = all.len();
    for (fields, bundle) in all {
        mock.logins();
        let mail = "From: <a@b.example>\nTo: you@b.example\nSubject: nasty\n\ntext\n";
        let said = relay_mail(relay, &bundle, "a@b.example", mail);
        let attempts = mock.wait(Duration::from_secs(1));
        findings.check(!attempts.is_empty(), || format!("no login came: {fields:?}: {}{}", said.out, said.err));
        for attempt in attempts {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            findings.same(
                &format!("the login by {}", attempt.mechanism),
                text(&attempt.user),
                fields["login"].as_str(),
            );
            findings.same("the password", text(&attempt.password), fields["password"].as_str());
        }
        let taken = mock.messages();
        findings
            .check(taken.iter().any(|m| m.sender == "a@b.example"), || format!("{taken:?}: {}{}", said.out, said.err));
    }
    findings.finish(relay.target, "logs in at a server, nasty values", count)
}

fn opensmtpd() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let mut senders = without_tokens(&case);
        // It does not log in without TLS.
        senders.retain(|s| s.server.tls.value != Tls::None || s.server.credential.value == Credential::None);
        let Some(said) = read(&case, "opensmtpd", &["opensmtpd"], "smtpd -n") else {
            findings.check(senders.is_empty(), || format!("{}: {} senders", case.name, senders.len()));
            continue;
        };
        cases += 1;
        findings.same(&format!("{}: smtpd -n", case.name), said.err.trim(), "configuration OK");
        let text = fs::read_to_string(case.folder.join("opensmtpd/etc/smtpd.conf")).expect("golden");
        let words = |line: &str| shlex::split(line).unwrap_or_default();
        let actions: BTreeMap<String, Vec<String>> =
            text.lines().filter(|l| l.starts_with("action")).map(|l| (words(l)[1].clone(), words(l))).collect();
        let rules: Vec<Vec<String>> = text.lines().filter(|l| l.starts_with("match")).map(words).collect();
        // The first rule that fits counts.
        let action_of = |address: &str| {
            let rule = rules.iter().find(|r| match r.iter().position(|w| w == "mail-from") {
                Some(at) => r[at + 1] == address,
                None => r.contains(&"any".to_owned()),
            });
            rule.and_then(|r| actions.get(r.last().expect("an action"))).cloned().unwrap_or_default()
        };
        let default = the_default(&senders).expect("a sender");
        let mut seen: Vec<&str> = Vec::new();
        for sender in &senders {
            if seen.contains(&sender.address.as_str()) {
                continue;
            }
            seen.push(&sender.address);
            let what = format!("{}: {}", case.name, sender.name);
            let pattern = sender.address.contains('*');
            let by = if pattern { default } else { sender };
            let scheme = match by.server.tls.value {
                Tls::Implicit => "smtps",
                Tls::StartTls => "smtp+tls",
                Tls::None => "smtp+notls",
            };
            let words = action_of(&sender.address);
            let url = words.get(4).cloned().unwrap_or_default();
            let (got, rest) = url.split_once("://").unwrap_or_default();
            findings.same(&format!("{what}: TLS"), got, scheme);
            let auth = by.server.credential.value != Credential::None;
            let (label, host) = rest.split_once('@').unwrap_or(("", rest));
            findings.same(&format!("{what}: server"), host, by.server.endpoint().as_str());
            findings.same(&format!("{what}: a login"), !label.is_empty() && words.contains(&"auth".into()), auth);
            findings.same(&format!("{what}: checks"), words.contains(&"tls".into()), by.server.tls.value != Tls::None);
            if auth {
                let line = format!("step: Write the line {label} {}:PASSWORD into", by.server.login.text);
                let told = case.notes.iter().any(|n| n.starts_with(&format!("opensmtpd, {line}")));
                findings.check(told, || format!("{what}: no {line:?}"));
            }
        }
        let words = action_of("nobody@nowhere.example");
        let at = words.iter().position(|w| w == "mail-from").map(|at| words[at + 1].as_str());
        findings.same(&format!("{}: all else is from", case.name), at, Some(default.address.as_str()));
    }
    findings.finish("opensmtpd", "smtpd -n, every golden", cases)
}

/// smtpd has no way to show a table, and does not log in without TLS: it has to take the file, and a reader of our own
/// has to read the values.
fn opensmtpd_nasty() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let account = |fields: &Fields| {
        let text = account_file(465, fields).replace("\"none\"", "\"implicit\"");
        values::render("opensmtpd", &text)
    };
    let count = values::cases().div_ceil(4);
    let (_, all) = values::rendered(count, &["login", "password"], tidy, account, &mut findings);
    let count = all.len();
    for (fields, bundle) in all {
        let home = Home::empty();
        let files = home.path().join("files");
        for file in &bundle.files {
            lab::write_private(&files.join(&file.path), &file.bytes);
        }
        let said = in_system(&home, &files, &["opensmtpd"], &["smtpd -n"]);
        findings.same("smtpd -n", said.err.trim(), "configuration OK");
        let secrets = bundle.files.iter().find(|f| f.path.ends_with("secrets")).expect("passwords");
        findings.check(secrets.secret, || "the passwords are not private".into());
        let text = String::from_utf8_lossy(&secrets.bytes).into_owned();
        let want = format!("{}:{}", fields["login"], fields["password"]);
        findings.same("login and password", lines(&text).get("a"), Some(&want));
        findings.same("lines", text.lines().count(), 2);
    }
    findings.finish("opensmtpd", "smtpd -n and a reader of our own, nasty values", count)
}

/// Keyword and rest of each line that is no comment.
fn lines(text: &str) -> BTreeMap<String, String> {
    let split =
        |l: &str| l.split_once(' ').map_or((l.to_owned(), String::new()), |(k, v)| (k.to_owned(), v.to_owned()));
    text.lines().filter(|l| !l.starts_with('#')).map(split).collect()
}

fn dma() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let senders = without_tokens(&case);
        let Some(said) = read(&case, "dma", &["dma"], "mkdir -p /var/spool/dma; dma -bp") else {
            findings.check(senders.is_empty(), || format!("{}: {} senders", case.name, senders.len()));
            continue;
        };
        cases += 1;
        findings.check(said.ok && said.err.is_empty(), || format!("{}: {}", case.name, said.err));
        let sender = the_default(&senders).expect("a sender");
        let mut got = lines(&fs::read_to_string(case.folder.join("dma/etc/dma/dma.conf")).expect("golden"));
        let server = sender.server;
        let mut same = |key: &str, want: Option<String>| {
            findings.same(&format!("{}: {key}", case.name), got.remove(key), want);
        };
        let yes = |yes: bool| yes.then(String::new);
        let tls = server.tls.value;
        let auth = server.credential.value != Credential::None;
        same("SMARTHOST", Some(server.host.to_string()));
        same("PORT", Some(server.port.to_string()));
        same("MASQUERADE", Some(sender.address.clone()));
        same("SECURETRANSFER", yes(tls != Tls::None));
        same("STARTTLS", yes(tls == Tls::StartTls));
        same("INSECURE", yes(tls == Tls::None && auth));
        same("AUTHPATH", auth.then(|| "/etc/dma/auth.conf".to_owned()));
        let options = || Options::of(sender.account, "dma");
        same("FINGERPRINT", options().text("fingerprint").map(|t| t.to_string()));
        for (key, value) in lines(&options().verbatim("extra").unwrap_or_default()) {
            same(&key, Some(value));
        }
        findings.same(&format!("{}: further settings", case.name), got, BTreeMap::new());
        let line = format!("dma, step: Write the line {}|{}:PASSWORD", server.login.text, server.host.value);
        findings.same(&line, case.notes.iter().any(|n| n.starts_with(&line)), auth);
    }
    findings.finish("dma", "dma -bp and a reader of our own, every golden", cases)
}

fn nullmailer() -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    for case in Case::all() {
        let senders = without_tokens(&case);
        // In a network with nothing in it: it says what it tries, and with what it would.
        let try_it = format!("ip link set lo up 2>/dev/null; echo 'To: x@example.test' > /mail; {}", NULLMAILER.script);
        let script = format!("unshare --net bash -c '{}'", try_it.replace('\'', "'\\''"));
        let Some(said) = read(&case, "nullmailer", NULLMAILER.packages, &script) else {
            findings.check(senders.is_empty(), || format!("{}: {} senders", case.name, senders.len()));
            continue;
        };
        cases += 1;
        let sender = the_default(&senders).expect("a sender");
        let folder = case.folder.join("nullmailer/etc/nullmailer");
        let server = sender.server;
        let tried = format!("Starting delivery: host: {} protocol: smtp", server.host.value);
        let shown = format!("{}{}", said.out, said.err);
        findings.check(shown.contains(&tried), || format!("{}: no {tried:?} in {shown}", case.name));
        let from = format!("From: <{}> to: <x@example.test>", sender.address);
        findings.check(shown.contains(&from), || format!("{}: no {from:?} in {shown}", case.name));
        for file in ["allmailfrom", "adminaddr"] {
            let text = fs::read_to_string(folder.join(file)).expect("golden");
            findings.same(&format!("{}: {file}", case.name), text.lines().next(), Some(sender.address.as_str()));
        }
        let text = fs::read_to_string(folder.join("remotes")).expect("golden");
        let mut lines = text.lines().filter(|l| !l.starts_with('#'));
        let words = shlex::split(lines.next().unwrap_or_default()).unwrap_or_default();
        let mut want = vec![server.host.to_string(), "smtp".to_owned(), format!("port={}", server.port.value)];
        match server.tls.value {
            Tls::Implicit => want.push("tls".into()),
            Tls::StartTls => want.push("starttls".into()),
            Tls::None => {}
        }
        let mut options = Options::of(sender.account, "nullmailer");
        want.extend(options.text("ca_file").map(|t| format!("x509cafile={}", t.as_str())));
        if server.auth.as_ref().is_some_and(|a| a.value == Mechanism::Login) {
            want.push("auth-login".into());
        }
        if server.credential.value != Credential::None {
            want.push(format!("user={}", server.login.text));
        }
        findings.same(&format!("{}: remotes", case.name), words, want);
        let extra = options.verbatim("extra").unwrap_or_default();
        findings.same(
            &format!("{}: further servers", case.name),
            lines.collect::<Vec<_>>(),
            extra.lines().collect::<Vec<_>>(),
        );
    }
    findings.finish("nullmailer", "nullmailer-send without a network, every golden", cases)
}

/// Accounts of the lab, with their passwords in the file.
fn accounts(target: &str, text: &str) -> Bundle {
    values::render(target, text).unwrap_or_else(|p| panic!("{p:?}"))
}

/// Ports 587 and 465, an ordinary password and an awkward one; what no account is the sender of goes out in the
/// default's name.
fn sends(relay: &Relay, findings: &mut Findings) {
    let me = "me@gmail.com";
    let awkward = serde_json::Value::from(AWKWARD);
    let runs = [
        (
            "submission",
            me,
            format!("accounts: {{ a: {{ address: {me}, smtp: {{ port: 587 }}, password: abcdefghijklmnop }} }}"),
        ),
        ("submissions", me, format!("accounts: {{ a: {{ address: {me}, password: abcdefghijklmnop }} }}")),
        (
            "submissions",
            "bob@example.test",
            format!("accounts: {{ a: {{ address: bob@example.test, smtp: smtp.example.test, password: {awkward} }} }}"),
        ),
    ];
    for (service, from, text) in runs {
        let bundle = accounts(relay.target, &text);
        let subject = format!("{} by {service} for {from}", relay.target);
        let words = [format!("postfix/{service}/smtpd"), format!("sasl_username={from}")];
        let logins = || log_lines("postfix.log", &[&words[0], &words[1]]);
        let before = logins();
        // Postfix takes the sender from the command line alone, and root is the account by `generic`.
        let said = relay_mail(relay, &bundle, "", &format!("To: {me}\nSubject: {subject}\n\ntext\n"));
        drain();
        findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        findings.same(&format!("{subject}: logins"), logins() - before, 1);
        let mail = only(findings, me, "", &subject);
        findings.same(&format!("{subject}: envelope"), header(&mail, "return-path"), format!("<{from}>"));
        sent_by(findings, &mail, from);
    }
}

/// Each sender by its own server and login: port 587 and 465 from one configuration.
fn by_sender(relay: &Relay, findings: &mut Findings) {
    let me = "me@gmail.com";
    let text = json!({ "accounts": {
        "gmail": { "address": me, "password": "abcdefghijklmnop", "default": true },
        "alice": { "address": "alice@example.test", "smtp": "smtp.example.test:587", "password": "correct-horse",
                   "identities": ["alice+lists@example.test"] },
        "bob": { "address": "bob@example.test", "smtp": "smtp.example.test", "password": AWKWARD },
    } });
    let bundle = accounts(relay.target, &text.to_string());
    for (from, service, login) in [
        (me, "submissions", me),
        ("alice@example.test", "submission", "alice@example.test"),
        ("alice+lists@example.test", "submission", "alice@example.test"),
        ("bob@example.test", "submissions", "bob@example.test"),
    ] {
        let subject = format!("{} for {from}", relay.target);
        let words = [format!("postfix/{service}/smtpd"), format!("sasl_username={login}")];
        let logins = || log_lines("postfix.log", &[&words[0], &words[1]]);
        let before = logins();
        let said = relay_mail(relay, &bundle, from, &format!("From: <{from}>\nTo: {me}\nSubject: {subject}\n\ntext\n"));
        drain();
        findings.check(said.ok, || format!("{subject}: {}{}", said.out, said.err));
        findings.same(&format!("{subject}: logins"), logins() - before, 1);
        let mail = only(findings, me, "", &subject);
        findings.same(&format!("{subject}: envelope"), header(&mail, "return-path"), format!("<{from}>"));
        findings.same(&format!("{subject}: from"), &mail["from"]["address"], from);
        sent_by(findings, &mail, login);
    }
}
