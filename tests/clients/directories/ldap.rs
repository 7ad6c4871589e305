//! LDAP: OpenLDAP's slapd.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mailwright::problem::Problem;
use mailwright::users::Directory;
use tempfile::TempDir;

use super::relay::Relay;
use super::{PASSWORD, Server, asked, comes_back, crowd, hangs, made_up, open, people, refused};
use crate::lab;
use crate::webserver::free_port;

impl Server {
    fn new_slapd() -> Server {
        let mut server = Server { folder: TempDir::new().expect("a folder"), port: free_port(), child: None };
        server.certificates();
        fs::create_dir(server.file("db")).expect("folder");
        let (tls, db) = (server.file("tls"), server.file("db"));
        let mut conf = String::new();
        for schema in ["core", "cosine", "inetorgperson"] {
            writeln!(conf, "include /etc/ldap/schema/{schema}.schema").expect("text");
        }
        let (tls, db) = (tls.display(), db.display());
        write!(
            conf,
            "modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {db}/pid\n\
             TLSCACertificateFile {tls}/ca.pem\nTLSCertificateFile {tls}/server.pem\nTLSCertificateKeyFile {tls}/server.key\n\
             database mdb\nmaxsize 10485760\nsuffix dc=example,dc=org\ndirectory {db}\n\
             access to attrs=userPassword by anonymous auth by * none\n\
             access to * by dn.exact=cn=mailwright,dc=example,dc=org read by * none\n"
        )
        .expect("text");
        fs::write(server.file("slapd.conf"), conf).expect("write");
        let mut ldif = "dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n\n\
             dn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\nou: people\n\n"
            .to_owned();
        let password = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(PASSWORD)
        };
        write!(
            ldif,
            "dn: cn=mailwright,dc=example,dc=org\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n\
             cn: mailwright\nuserPassword:: {password}\n\n"
        )
        .expect("text");
        for (uid, mail) in [
            ("u0001", "ada"),
            ("u0002", "o'neil"),
            ("u0003", "star*"),
            ("u0004", "two"),
            ("u0005", "two"),
            ("u0006", "two"),
        ] {
            write!(
                ldif,
                "dn: uid={uid},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {mail}\nsn: {mail}\n\
                 mail: {mail}@example.org\n\n"
            )
            .expect("text");
        }
        fs::write(server.file("people.ldif"), ldif).expect("write");
        let add = lab::run(
            Command::new("/usr/sbin/slapadd")
                .arg("-q")
                .arg("-f")
                .arg(server.file("slapd.conf"))
                .arg("-l")
                .arg(server.file("people.ldif")),
        );
        assert!(add.ok, "{}", add.err);
        server.start_slapd();
        server
    }

    /// `ldap:` on its port, `ldaps:` on the next but 1,000.
    fn start_slapd(&mut self) {
        let log = fs::File::create(self.file("slapd.log")).expect("log");
        let child = Command::new("/usr/sbin/slapd")
            .args(["-d", "0", "-h"])
            .arg(format!("ldap://127.0.0.1:{}/ ldaps://127.0.0.2:{}/", self.port, self.port))
            .arg("-f")
            .arg(self.file("slapd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("slapd");
        self.child = Some(child);
        self.listens("slapd.log");
    }

    /// Opens the directory by an address, and whatever else stands in `ldap` and in `users`.
    fn search(&self, url: &str, ldap: &str, users: &str) -> Result<Directory, Box<Problem>> {
        let mut keys = vec![
            format!("url: \"{}\"", url.replace("PORT", &self.port.to_string())),
            "base: \"ou=people,dc=example,dc=org\"".into(),
            "bind: \"cn=mailwright,dc=example,dc=org\"".into(),
            "password: { file: password }".into(),
        ];
        for line in ldap.lines() {
            let key = |l: &str| l.split(':').next().unwrap_or("").to_owned();
            keys.retain(|l| key(l) != key(line));
            keys.push(line.to_owned());
        }
        let keys: String = keys.iter().fold(String::new(), |text, key| text + "      " + key + "\n");
        open(self.folder.path(), &format!("    ldap:\n{keys}{users}"))
    }
}

pub fn ldap() -> Result<(), Failed> {
    let mut server = Server::new_slapd();
    // TLS from the start, STARTTLS, and clear text on this machine; filters of several kinds.
    for (url, ldap) in [
        ("ldaps://127.0.0.2:PORT", "ca: tls/ca.pem"),
        ("ldap://localhost:PORT", "ca: tls/ca.pem"),
        ("ldap://127.0.0.1:PORT", ""),
        (
            "ldap://localhost:PORT/",
            "filter: \"(&(objectClass=inetOrgPerson)(|(mail={address})(mail={local}@{domain})))\"",
        ),
        ("ldap://localhost:PORT/", "login: UID\nbase: \"dc=example,dc=org\""),
        // `uid` by its number.
        ("ldap://localhost:PORT/", "login: 0.9.2342.19200300.100.1.1"),
    ] {
        let directory = server.search(url, ldap, "").unwrap_or_else(|p| panic!("{url}: {p:?}"));
        assert!(directory.warning().is_none(), "{url}: {:?}", directory.warning());
        people(&directory);
    }
    // By the local part alone: what would be a wildcard is a letter.
    let relay = Relay::to(server.port);
    let counted = format!("ldap://localhost:{}", relay.port);
    let local = server.search(&counted, "filter: \"(cn={local})\"", "").expect("a directory");
    assert_eq!(asked(&local, "ada@example.org").as_deref(), Ok("u0001"));
    for who in ["*", "a*", "*a"] {
        assert!(made_up(&asked(&local, &format!("{who}@example.org")).expect("an answer")), "{who}");
    }

    let url = "ldap://localhost:PORT";
    refused(server.search("ldaps://127.0.0.2:PORT", "ca: other/ca.pem", ""), "invalid peer certificate");
    refused(server.search(url, "ca: other/ca.pem", ""), "invalid peer certificate");
    refused(server.search("ldap://127.0.0.1:PORT", "ca: tls/ca.pem", ""), "not valid for name");
    refused(server.search(url, "password: hunter2", ""), "invalidCredentials");
    refused(server.search(url, "password: { env: NO_SUCH_VARIABLE }", ""), "not set");
    refused(server.search(url, "bind: \"no name\"", ""), "invalidDNSyntax");
    refused(server.search(url, "base: \"ou=nobody,dc=example,dc=org\"", ""), "`base`");
    refused(server.search(url, "base: \"Users=\\\\\"", ""), "invalidDNSyntax");
    refused(server.search(url, "base: \"dc=example,dc=net\"", ""), "`base`");
    // As nobody nothing is shown there.
    let nobody = format!("    ldap: {{ url: \"ldap://localhost:{}\", base: \"dc=example,dc=org\" }}", server.port);
    refused(open(server.folder.path(), &nobody), "`base`");

    // A directory that is dropped closes its connections.
    assert_eq!(relay.connections(), 1);
    drop(local);
    let before = Instant::now();
    while relay.connections() > 0 {
        assert!(before.elapsed() < super::BUSY, "{} connections are left", relay.connections());
        std::thread::sleep(Duration::from_millis(10));
    }
    let directory = server.search(&counted, "", "    connections: 3\n    timeout: 20").expect("a directory");
    assert_eq!(crowd(&directory, || relay.connections()), 3);
    drop(directory);
    let directory = server.search(url, "", "    timeout: 3\n    cache: 0").expect("a directory");
    people(&directory);
    hangs(&directory, || server.signal("-STOP"), || server.signal("-CONT"));
    let shared = std::cell::RefCell::new(&mut server);
    comes_back(&directory, || shared.borrow_mut().kill(), || shared.borrow_mut().start_slapd());
    server.kill();
    let directory = server.search(url, "", "    timeout: 3\n    cache: 0").expect("it may come");
    assert_eq!(directory.warning().map(|p| p.code), Some("directory-unreachable"));
    comes_back(&directory, || {}, || server.start_slapd());
    Ok(())
}
