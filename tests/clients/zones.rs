//! Real DNS programs take the lines that `dns` prints: BIND's named-checkzone loads them, and NSD serves them to
//! `dns --check`, which finds what is wrong there and nothing else.

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::Test;
use crate::lab::{self, Said, run};
use crate::webserver::free_port;

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("zones: named-checkzone loads every domain", &["named-checkzone"], every_domain_loads),
        Test::new("zones: named-checkzone refuses wrong lines", &["named-checkzone"], wrong_lines_are_refused),
        Test::new("zones: dns --check asks a real server", &[lab::NSD], a_real_server_is_asked),
    ]
}

/// What mail hosts write: the example as it is and with an address, names beyond ASCII, addresses for names.
const HOSTS: &[&str] = &[
    "",
    "serve: { url: 'https://autoconfig.analytical.example', pacc: draft-03, contact: 'mailto:help@analytical.example' }\n",
    "serve: { url: 'https://192.0.2.7', pacc: draft-02 }\nproviders:\n  more:\n    domains: ['B\u{fc}cher.example', 'sub.society.example', '*.wild.example']\n    imap: [imap.b\u{fc}cher.example, 'imap.b\u{fc}cher.example:143']\n    pop3: 192.0.2.8\n    smtp: ['smtp.b\u{fc}cher.example:587', { host: smtp.b\u{fc}cher.example, port: 2525, tls: starttls }]\n    caldav: 'https://dav.b\u{fc}cher.example/a%20b\\\"c;d/cal/'\n    carddav: 'https://dav.b\u{fc}cher.example:8443/LONG'\n",
];

fn mailwright(folder: &Path, args: &[&str]) -> (Option<i32>, Said) {
    let output = Command::new(env!("CARGO_BIN_EXE_mailwright"))
        .current_dir(folder)
        .args(args)
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), Said { ok: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) })
}

/// The example with more beside it, and what `dns` prints for it: each domain with its lines.
fn printed(folder: &Path, host: &str) -> Vec<(String, String)> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mail-host.yaml");
    fs::copy(example, folder.join("a.yaml")).expect("copy");
    // A path that fills several character strings.
    let host = host.replace("LONG", &"x".repeat(600));
    fs::write(folder.join("b.yaml"), if host.is_empty() { "x-nothing: here\n" } else { &host }).expect("write");
    let (code, said) = mailwright(folder, &["dns", "a.yaml", "b.yaml"]);
    assert_eq!(code, Some(0), "{}", said.err);
    let domains: Vec<(String, String)> = said
        .out
        .split("\n;; ")
        .skip(1)
        .map(|block| {
            let (domain, lines) = block.split_once('\n').expect("a heading");
            (domain.to_owned(), lines.to_owned())
        })
        .collect();
    assert!(domains.len() >= 4, "{}", said.out);
    domains
}

/// A zone around the lines: what every zone has, and addresses for the hosts in it that the lines only name.
fn zone(domain: &str, lines: &str) -> String {
    let mut out = format!(
        "$ORIGIN {domain}.\n$TTL 300\n@ IN SOA ns1 hostmaster 1 3600 600 86400 300\n@ IN NS ns1\nns1 IN A 192.0.2.53\n$INCLUDE {domain}.lines\n"
    );
    let owners: Vec<&str> =
        lines.lines().filter(|l| !l.starts_with(';')).filter_map(|l| l.split_whitespace().next()).collect();
    let mut hosts: Vec<&str> = lines
        .lines()
        .filter(|l| !l.starts_with(';') && (l.contains(" SRV ") || l.contains(" CNAME ")))
        .filter_map(|l| l.split(" ; ").next()?.split_whitespace().last())
        .filter(|host| host.ends_with(&format!(".{domain}.")) && !owners.contains(host))
        .collect();
    hosts.sort_unstable();
    hosts.dedup();
    for host in hosts {
        out.push_str(&format!("{host} IN A 192.0.2.1\n"));
    }
    out
}

fn check_zone(folder: &Path, domain: &str, lines: &str) -> Said {
    fs::write(folder.join(format!("{domain}.lines")), lines).expect("write");
    fs::write(folder.join(format!("{domain}.zone")), zone(domain, lines)).expect("write");
    let file = format!("{domain}.zone");
    run(Command::new("named-checkzone")
        .current_dir(folder)
        // Full checks would ask the Internet for the hosts of other zones.
        .args(["-i", "local", "-k", "fail", "-m", "fail", "-M", "fail", "-n", "fail", "-r", "fail", "-S", "fail"])
        .args([domain, &file]))
}

fn every_domain_loads() -> Result<(), Failed> {
    let folder = TempDir::new().expect("folder");
    let mut count = 0;
    for host in HOSTS {
        for (domain, lines) in printed(folder.path(), host) {
            let said = check_zone(folder.path(), &domain, &lines);
            if !said.ok || said.out.contains("has no address") {
                return Err(format!("{domain}: {}{}\n{lines}", said.out, said.err).into());
            }
            count += 1;
        }
    }
    if count < 14 { Err(format!("only {count} domains").into()) } else { Ok(()) }
}

/// Else the test above would prove nothing.
fn wrong_lines_are_refused() -> Result<(), Failed> {
    let folder = TempDir::new().expect("folder");
    let long = format!("a.example. IN TXT \"{}\"", "x".repeat(300));
    for wrong in [
        "_imaps._tcp.a.example. IN SRV 0 1 imap.a.example.",
        "_imaps._tcp.a.example. IN SRV 0 1 993 192.0.2.1.example. extra",
        "autoconfig.a.example. IN CNAME b.example.\nautoconfig.a.example. IN A 192.0.2.1",
        "smtp.a.example. IN CNAME b.a.example.\n_submissions._tcp.a.example. IN SRV 0 1 465 smtp.a.example.",
        "_ua-auto-config.a.example. IN TXT \"v=UAAC1; d=x",
        long.as_str(),
        "autoconfig.a.example IN ADDRESS",
    ] {
        let said = check_zone(folder.path(), "a.example", &format!("{wrong}\n"));
        if said.ok {
            return Err(format!("accepted: {wrong}\n{}", said.out).into());
        }
    }
    Ok(())
}

/// NSD on a port of this machine, until it is dropped.
struct Nsd(Child);

impl Nsd {
    fn start(folder: &Path, domains: &[String]) -> (Nsd, String) {
        // It listens on the same one by UDP and TCP.
        let port = free_port();
        let place = folder.display();
        let mut conf = format!(
            "server:\n  ip-address: 127.0.0.1@{port}\n  username: \"\"\n  zonesdir: \"{place}\"\n  database: \"\"\n  pidfile: \"\"\n  \
             xfrdfile: \"\"\n  zonelistfile: \"{place}/zone.list\"\n  logfile: \"{place}/nsd.log\"\n  server-count: 1\n\
             remote-control:\n  control-enable: no\n"
        );
        for domain in domains {
            conf.push_str(&format!("zone:\n  name: {domain}\n  zonefile: {domain}.zone\n"));
        }
        fs::write(folder.join("nsd.conf"), conf).expect("write");
        let mut child = Command::new(lab::packages("nsd/usr/sbin/nsd"));
        child.current_dir(folder).args(["-d", "-c", "nsd.conf"]).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Nsd(child.spawn().expect("nsd runs"));
        let end = Instant::now() + Duration::from_secs(20);
        let client = UdpSocket::bind("127.0.0.1:0").expect("a port");
        client.set_read_timeout(Some(Duration::from_millis(100))).expect("timeout");
        // Any answer to any question.
        let question = [&[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0][..], &[0, 6, 0, 1]].concat();
        let mut answer = [0; 512];
        loop {
            let _ = client.send_to(&question, ("127.0.0.1", port));
            if client.recv(&mut answer).is_ok() {
                break;
            }
            let log = fs::read_to_string(folder.join("nsd.log")).unwrap_or_default();
            assert!(Instant::now() < end, "nsd does not answer: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        (server, format!("127.0.0.1:{port}"))
    }
}

impl Drop for Nsd {
    fn drop(&mut self) {
        // It has children, whom it takes along when it is asked to end.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn a_real_server_is_asked() -> Result<(), Failed> {
    let folder = TempDir::new().expect("folder");
    let place = folder.path();
    for host in HOSTS {
        let domains = printed(place, host);
        for (domain, lines) in &domains {
            // The one line that a host fills in.
            let lines = lines.replace("; autoconfig.", "autoconfig.").replace("ADDRESS  <- put", "192.0.2.1 ; put");
            fs::write(place.join(format!("{domain}.lines")), &lines).expect("write");
            fs::write(place.join(format!("{domain}.zone")), zone(domain, &lines)).expect("write");
        }
        let names: Vec<String> = domains.iter().map(|(domain, _)| domain.clone()).collect();
        let (_server, at) = Nsd::start(place, &names);
        let (code, said) = mailwright(place, &["dns", "--check", "--resolver", &at, "a.yaml", "b.yaml"]);
        let all_ok =
            said.out.lines().all(|l| l.ends_with("record sets are as they should be")) && !said.err.contains("failed");
        if code != Some(0) || said.out.lines().count() != names.len() || !all_ok {
            return Err(format!("{host}\n{code:?}\n{}{}", said.out, said.err).into());
        }
    }
    wrong_zones_are_found(place)
}

fn wrong_zones_are_found(place: &Path) -> Result<(), Failed> {
    let domains = printed(place, HOSTS[1]);
    let (domain, lines) = &domains[1];
    assert_eq!(domain, "engines.example");
    let wrong = lines
        .replace("autoconfig.engines.example. IN CNAME autoconfig.analytical.example.\n", "")
        .replace(
            "autodiscover.engines.example. IN CNAME autoconfig.analytical.example.",
            "autodiscover.engines.example. IN CNAME autodiscover.outlook.com.",
        )
        .replace("0 1 993 imap.analytical.example.", "0 1 993 alias.engines.example.")
        .replace("_pop3s._tcp.engines.example. IN SRV 0 1 995 pop.analytical.example.\n", "")
        .replace("_pop3._tcp.engines.example. IN SRV 0 0 0 . ; not offered\n", "")
        .replace("10 1 587 smtp", "10 1 465 smtp")
        .replace("d=", "d=x");
    let wrong = format!("{wrong}alias.{domain}. IN CNAME mail.{domain}.\nmail.{domain}. IN A 192.0.2.2\n");
    fs::write(place.join(format!("{domain}.lines")), &wrong).expect("write");
    fs::write(place.join(format!("{domain}.zone")), zone(domain, &wrong)).expect("write");
    let (_server, at) = Nsd::start(place, &["analytical.example".to_owned(), domain.clone()]);
    let files = ["a.yaml", "b.yaml"];
    let args = |more: &[&'static str]| -> Vec<String> {
        ["dns", "--check", "--resolver", &at].iter().chain(&files).chain(more).map(|s| (*s).to_owned()).collect()
    };
    let ask = |more: &[&'static str]| {
        let args = args(more);
        mailwright(place, &args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let (code, said) = ask(&["-d", "engines.example,society.example"]);
    let digest = lines.split("d=").nth(1).and_then(|rest| rest.split('"').next()).expect("a digest");
    let expected = format!(
        "engines.example: 5 of 11 record sets are as they should be
  missing autoconfig.engines.example
    should  autoconfig.engines.example. IN CNAME autoconfig.analytical.example.
  different autodiscover.engines.example: it leads to autodiscover.outlook.com, not to autoconfig.analytical.example
    is      autodiscover.engines.example. IN CNAME autodiscover.outlook.com.
    should  autodiscover.engines.example. IN CNAME autoconfig.analytical.example.
  different _ua-auto-config.engines.example: clients refuse a document whose digest is another
    is      _ua-auto-config.engines.example. IN TXT \"v=UAAC1; a=sha256; d=x{digest}\"
    should  _ua-auto-config.engines.example. IN TXT \"v=UAAC1; a=sha256; d={digest}\"
  forbidden _imaps._tcp.engines.example: alias.engines.example is an alias of mail.engines.example, and RFC 2782 allows none as the target of SRV
    is      _imaps._tcp.engines.example. IN SRV 0 1 993 alias.engines.example.
    should  _imaps._tcp.engines.example. IN SRV 0 1 993 imap.analytical.example.
  missing _pop3s._tcp.engines.example
    should  _pop3s._tcp.engines.example. IN SRV 0 1 995 pop.analytical.example.
  forbidden _submission._tcp.engines.example: port 465 has TLS from the first byte, and _submission promises STARTTLS
    is      _submission._tcp.engines.example. IN SRV 10 1 465 smtp.analytical.example.
    should  _submission._tcp.engines.example. IN SRV 10 1 587 smtp.analytical.example.
society.example: 0 of 9 record sets are as they should be
  failed: the server answers Query Refused
"
    );
    if code != Some(1) || said.out != expected {
        return Err(format!("{code:?}\n{}\nexpected\n{expected}\n{}", said.out, said.err).into());
    }
    let counts = "2 domains, 20 record sets: 4 ok, 1 unsaid, 2 missing, 2 different, 2 forbidden, 9 failed\nunsaid: a service that is not offered, which no record says; `0 0 0 .` would say it\n";
    if said.err != counts {
        return Err(format!("{}\nexpected\n{counts}", said.err).into());
    }
    let (code, said) = ask(&["-d", "engines.example", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {}", said.out))?;
    let missing = json["domains"][0]["names"].as_array().map(|n| n.iter().filter(|n| n["state"] == "missing").count());
    if code != Some(1) || missing != Some(2) || json["counts"]["forbidden"] != 2 || !json["error"].is_null() {
        return Err(format!("{code:?} {json:#}").into());
    }
    // Who is asked for nothing but strange names refuses everything: nobody could be asked.
    let (_other, at) = Nsd::start(place, std::slice::from_ref(domain));
    let (code, said) =
        mailwright(place, &["dns", "--check", "--resolver", &at, "-d", "society.example", "a.yaml", "b.yaml"]);
    if code != Some(3) || !said.out.is_empty() || !said.err.contains("error[no-resolver]") {
        return Err(format!("{code:?} {}{}", said.out, said.err).into());
    }
    Ok(())
}
