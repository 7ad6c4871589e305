//! The relays' goldens: each is read by its program, and what it shows is held against the resolved accounts.

use std::collections::BTreeMap;
use std::fs;

use libtest_mimic::Failed;
use mailwright::account::{Credential, Mechanism, Tls};
use mailwright::target::Options;

use super::{NULLMAILER, in_system, lines};
use crate::cases::Case;
use crate::git_send_email::{Sender, senders};
use crate::lab::{Home, Said};
use crate::report::Findings;

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

pub fn postfix() -> Result<(), Failed> {
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
                    "[ ! -f {table} ] || postmap -q {} texthash:{table} | sed 's/^/{table} {n} = /'\n",
                    shlex::try_quote(&sender.address).expect("an address")
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
            let mut logins = senders.iter().filter(|s| s.server.credential.value != Credential::None);
            let all = logins.all(|s| s.server.auth.as_ref().map(|a| a.value.word()) == Some(mechanism));
            let any = mechanism == "!xoauth2, !oauthbearer, static:rest";
            findings.check(all || any, || format!("{}: {mechanism} for all", case.name));
        }
        findings.same(&format!("{}: further settings", case.name), shown, BTreeMap::new());
    }
    findings.finish("postfix", "postconf, postfix check, postmap -q, every golden", cases)
}

pub fn opensmtpd() -> Result<(), Failed> {
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

pub fn dma() -> Result<(), Failed> {
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

pub fn nullmailer() -> Result<(), Failed> {
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
