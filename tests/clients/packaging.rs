//! What `packaging/` holds for hosts: the real nginx, Caddy and Apache take the proxy configurations and pass on what they
//! should, systemd takes the unit. Docker and Kubernetes do not run here; their files are held against the program.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use libtest_mimic::Failed;

use crate::Test;
use crate::lab::run;
use crate::webserver::{Server, accepted, edited, free_port};

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("nginx_before_the_server", &["nginx"], || before(nginx)),
        Test::new("nginx_before_the_server_at_a_web_site", &["nginx"], || web_site(free_port())),
        Test::new("nginx_that_passes_no_name_on_gets_no_counters", &["nginx"], proxy_without_a_name),
        Test::new("caddy_before_the_server", &["caddy"], || before(caddy)),
        Test::new("apache_before_the_server", &["apache2"], || before(apache)),
        Test::new("systemd_takes_the_unit", &["systemd-analyze"], unit),
        Test::new("the_image_and_the_cluster_name_what_is_there", &[], containers),
    ]
}

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)
}

/// A stand-in for the server, which writes down the head of each request.
fn upstream() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (seen, heads) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = seen.clone();
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                let mut stream = stream;
                loop {
                    let head: Vec<String> =
                        lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                    if head.is_empty() || seen.send(head.join("\n").to_lowercase()).is_err() {
                        return;
                    }
                    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n\r\n<ok/>";
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, heads)
}

/// A proxy in its folder before a server at a port; with where its log is.
type Start = fn(&Path, u16) -> (Server, PathBuf);

fn before(start: Start) -> Result<(), Failed> {
    let folder = tempfile::Builder::new().prefix("mailwright-proxy-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let (port, heads) = upstream();
    let (server, log) = start(folder.path(), port);
    let secret = "Authorization: Basic YWRhOmh1bnRlcjI=\r\n";
    let reply = server.ask(
        "GET",
        "autoconfig.engines.example",
        "/mail/config-v1.1.xml?emailaddress=ada%40engines.example",
        secret,
        "",
    );
    assert_eq!((reply.status, reply.body.as_slice()), (200, b"<ok/>".as_slice()), "{}", reply.head);
    assert_eq!(reply.header("content-type"), Some("text/xml"));
    let head = heads.recv_timeout(Duration::from_secs(30))?;
    assert!(head.contains("\nhost: autoconfig.engines.example"), "{head}");
    assert!(head.contains("emailaddress=ada%40engines.example"), "the query is passed on: {head}");
    assert!(!head.contains("authorization"), "{head}");
    assert!(head.contains("\nx-forwarded-for: 127.0.0.1"), "the server can tell a proxy: {head}");
    let own = server.ask("GET", "mail.host.example", "/setup", "", "");
    assert_eq!((own.status, own.body.as_slice()), (200, b"<ok/>".as_slice()), "the host of `serve.url`: {}", own.head);
    assert!(heads.recv_timeout(Duration::from_secs(30))?.contains("\nhost: mail.host.example"));
    // Caddy asks Mailwright whose names are whose; the others know.
    if server.name != "caddy" {
        assert_eq!(server.ask("GET", "elsewhere.example", "/setup", "", "").status, 403);
    }
    let posted = server.ask("POST", "autodiscover.engines.example", "/Autodiscover/Autodiscover.xml", secret, "<a/>");
    assert_eq!(posted.status, 200, "{}", posted.head);
    assert!(!heads.recv_timeout(Duration::from_secs(30))?.contains("authorization"));
    let metrics = server.ask("GET", "autoconfig.engines.example", "/metrics", "", "");
    assert!(matches!(metrics.status, 403 | 404), "{}", metrics.head);
    assert!(heads.recv_timeout(Duration::from_millis(100)).is_err(), "the counters are asked for");
    drop(server);
    assert!(log.is_file(), "no log");
    quiet(folder.path());

    // What a proxy logs of a server that does not answer is more than of one that does.
    let folder = tempfile::Builder::new().prefix("mailwright-proxy-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let (server, _) = start(folder.path(), free_port());
    unanswered(&server, "autoconfig.engines.example");
    drop(server);
    quiet(folder.path());
    Ok(())
}

fn unanswered(server: &Server, host: &str) {
    let query = "/mail/config-v1.1.xml?emailaddress=ada%40engines.example";
    let known = format!("/.well-known/autoconfig{query}");
    for target in [query, &known] {
        let more = format!("Authorization: Basic YWRhOmh1bnRlcjI=\r\nReferer: http://{host}{query}\r\n");
        let reply = server.ask("GET", host, target, &more, "");
        assert!(matches!(reply.status, 404 | 502 | 503), "{}", reply.head);
    }
}

/// No log in a folder holds an address or a password. Configurations do not, either.
fn quiet(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder").flatten().filter(|e| e.path().is_file()) {
        let text = String::from_utf8_lossy(&fs::read(entry.path()).expect("read")).into_owned();
        for secret in ["ada%40", "ada@", "YWRhOmh1bnRlcjI"] {
            assert!(!text.contains(secret), "{secret} in {}: {text}", entry.path().display());
        }
    }
}

/// A domain's own web site passes on what mail programs look for there, about the domain and not about `www.`.
fn web_site(other: u16) -> Result<(), Failed> {
    let started = |upstream| -> Result<_, Failed> {
        let folder = tempfile::Builder::new().prefix("mailwright-proxy-").tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let (server, _) = nginx_with(folder.path(), upstream, other, true);
        Ok((server, folder))
    };
    let (port, heads) = upstream();
    let (server, folder) = started(port)?;
    for host in ["engines.example", "www.engines.example", "WWW.Engines.example"] {
        for target in [
            "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ada@engines.example",
            "/.well-known/user-agent-configuration.json",
            "/AutoDiscover/AutoDiscover.xml",
            "/autodiscover/autodiscover.json?Email=ada@engines.example",
        ] {
            let reply = server.ask("GET", host, target, "Authorization: Basic YWRhOmh1bnRlcjI=\r\n", "");
            assert_eq!((reply.status, reply.body.as_slice()), (200, b"<ok/>".as_slice()), "{target}: {}", reply.head);
            let head = heads.recv_timeout(Duration::from_secs(30))?;
            assert!(head.contains("\nhost: engines.example\n"), "{host}: {head}");
            assert!(head.contains(&target.to_lowercase()) && !head.contains("authorization"), "{head}");
        }
    }
    assert_eq!(server.ask("GET", "engines.example", "/metrics", "", "").status, 404);
    drop(server);
    quiet(folder.path());
    let (server, folder) = started(free_port())?;
    // The site's own log has what the site itself is asked; only the passed on is left out.
    let reply = server.ask(
        "GET",
        "engines.example",
        "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ada@engines.example",
        "",
        "",
    );
    assert_eq!(reply.status, 502, "{}", reply.head);
    drop(server);
    quiet(folder.path());
    Ok(())
}

fn certificate() -> [String; 2] {
    ["server.pem", "server.key"]
        .map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosting/tls").join(name).display().to_string())
}

fn nginx(folder: &Path, upstream: u16) -> (Server, PathBuf) {
    nginx_with(folder, upstream, free_port(), false)
}

/// With a domain's web site at the port `other`, which is asked when `at_site`.
fn nginx_with(folder: &Path, upstream: u16, other: u16, at_site: bool) -> (Server, PathBuf) {
    let (port, tls) = (free_port(), free_port());
    let [chain, key] = certificate();
    let at = folder.display().to_string();
    let changes = [
        ("listen 80;", format!("listen 127.0.0.1:{port};")),
        ("listen 443 ssl http2;", format!("listen 127.0.0.1:{tls} ssl http2;")),
        ("    listen [::]:80;\n", String::new()),
        ("    listen [::]:443 ssl http2;\n", String::new()),
        ("/etc/ssl/mailwright/fullchain.pem", chain),
        ("/etc/ssl/mailwright/privkey.pem", key),
        ("/var/log/nginx", at.clone()),
        ("127.0.0.1:8080", format!("127.0.0.1:{upstream}")),
        ("# server_name mail.host.example;", "server_name mail.host.example;".to_owned()),
    ];
    fs::write(folder.join("site.conf"), edited(&packaging("proxy"), "nginx.conf", &changes)).expect("write");
    // What goes into a web site of the domain's own stands beside it.
    let known = edited(&packaging("proxy"), "wellknown.nginx.conf", &[]);
    let changes = [("/var/log/nginx", at.clone()), ("127.0.0.1:8080", format!("127.0.0.1:{upstream}"))];
    fs::write(folder.join("mailwright-proxy.conf"), edited(&packaging("proxy"), "mailwright-proxy.conf", &changes))
        .expect("write");
    let main = format!(
        "pid {at}/nginx.pid;\nerror_log {at}/nginx.log;\nevents {{ }}\nhttp {{\n  client_body_temp_path {at}/body;\n  proxy_temp_path {at}/proxy;\n  fastcgi_temp_path {at}/fastcgi;\n  uwsgi_temp_path {at}/uwsgi;\n  scgi_temp_path {at}/scgi;\n  server {{ listen 127.0.0.1:{port} default_server; access_log off; return 403; }}\n  include {at}/site.conf;\n  server {{\n    listen 127.0.0.1:{other};\n    access_log {at}/site.log;\n    root {at}/none;\n{known}  }}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, main).expect("write");
    let arguments = ["-e", "stderr", "-c", &file.to_string_lossy()].map(str::to_owned);
    accepted(&run(Command::new("/usr/sbin/nginx").arg("-t").args(&arguments)), "nginx -t");
    let mut command = Command::new("/usr/sbin/nginx");
    command.args(&arguments).args(["-g", "daemon off;"]);
    let asked = if at_site { other } else { port };
    (Server::start("nginx", asked, &mut command, &folder.join("server.log")), folder.join("mailwright.log"))
}

fn caddy(folder: &Path, upstream: u16) -> (Server, PathBuf) {
    let port = free_port();
    let caddy = |arguments: &[&str], file: &Path| {
        let mut command = Command::new("caddy");
        command.args(arguments).args(["--adapter", "caddyfile", "--config"]).arg(file);
        command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        command
    };
    accepted(&run(&mut caddy(&["validate"], &packaging("proxy/Caddyfile"))), "caddy validate");
    let changes = [
        ("http:// {", format!("http://:{port} {{\n\tbind 127.0.0.1")),
        ("127.0.0.1:8080", format!("127.0.0.1:{upstream}")),
    ];
    let text = edited(&packaging("proxy"), "Caddyfile", &changes);
    // No certificates here: what is asked by TLS is the same block.
    let (plain, _) = text.split_once("https:// {").expect("both schemes");
    let plain = plain.replacen("{\n", "{\n\tadmin off\n", 1);
    let file = folder.join("Caddyfile");
    fs::write(&file, plain).expect("write");
    let log = folder.join("server.log");
    (Server::start("caddy", port, &mut caddy(&["run"], &file), &log), log)
}

fn apache(folder: &Path, upstream: u16) -> (Server, PathBuf) {
    let (port, tls) = (free_port(), free_port());
    let [chain, key] = certificate();
    let at = folder.display();
    let changes = [
        ("<VirtualHost *:80>", format!("<VirtualHost 127.0.0.1:{port}>")),
        ("<VirtualHost *:443>", format!("<VirtualHost 127.0.0.1:{tls}>")),
        ("/etc/ssl/mailwright/fullchain.pem", chain),
        ("/etc/ssl/mailwright/privkey.pem", key),
        ("${APACHE_LOG_DIR}", at.to_string()),
        ("# ServerAlias mail.host.example", "ServerAlias mail.host.example".to_owned()),
        ("http://127.0.0.1:8080/", format!("http://127.0.0.1:{upstream}/")),
    ];
    let site = edited(&packaging("proxy"), "apache.conf", &changes);
    let modules: String =
        ["mpm_event", "authz_core", "ssl", "socache_shmcb", "proxy", "proxy_http", "headers", "macro"]
            .map(|m| format!("LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n"))
            .concat();
    let main = format!(
        "ServerRoot {at}\nServerName localhost\nListen 127.0.0.1:{port}\nListen 127.0.0.1:{tls}\nPidFile {at}/apache.pid\nErrorLog {at}/apache.log\nMutex file:{at} default\n{modules}User www-data\nGroup www-data\n<Directory />\n  Require all denied\n</Directory>\n<VirtualHost 127.0.0.1:{port}>\n  ServerName elsewhere.example\n  <Location />\n    Require all denied\n  </Location>\n</VirtualHost>\n{site}"
    );
    let file = folder.join("apache2.conf");
    fs::write(&file, main).expect("write");
    accepted(&run(Command::new("/usr/sbin/apache2").arg("-t").arg("-f").arg(&file)), "apachectl -t");
    let mut command = Command::new("/usr/sbin/apache2");
    command.arg("-f").arg(&file).arg("-DFOREGROUND");
    (Server::start("apache", port, &mut command, &folder.join("server.log")), folder.join("mailwright.log"))
}

fn unit() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let text = fs::read_to_string(packaging("systemd/mailwright.service"))?;
    let program = env!("CARGO_BIN_EXE_mailwright");
    assert!(text.contains("/usr/local/bin/mailwright serve /etc/mailwright"));
    let file = folder.path().join("mailwright.service");
    fs::write(&file, text.replace("/usr/local/bin/mailwright", program))?;
    let verified = run(Command::new("systemd-analyze").arg("verify").arg(&file));
    let ours: Vec<&str> = verified.err.lines().filter(|l| l.contains("mailwright.service")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    let judged = run(Command::new("systemd-analyze").args(["security", "--offline=yes"]).arg(&file));
    let level = judged.out.lines().find_map(|l| l.split_once("mailwright.service: ")).expect("a level").1;
    let level: f32 = level.split(' ').next().expect("a number").parse()?;
    assert!(level < 2.0, "systemd calls it {level}");
    starts_without_profiles(folder.path(), &text)?;
    // A program that is late comes up some time.
    for line in ["StartLimitIntervalSec=0", "RestartSec=5", "Restart=on-failure"] {
        assert!(text.lines().any(|l| l == line), "{line}");
    }
    Ok(())
}

/// A certificate for profiles that devices do not trust kept the service down for ever, by the check before its start.
fn starts_without_profiles(folder: &Path, unit: &str) -> Result<(), Failed> {
    let port = free_port();
    let [certificate, key] = certificate();
    let place = folder.join("etc");
    fs::create_dir(&place)?;
    let file = format!(
        "serve: {{ listen: '127.0.0.1:{port}', sign: {{ certificate: '{certificate}', key: '{key}' }} }}\n\
         providers: {{ engines: {{ domains: [engines.example], imap: i.example, smtp: s.example }} }}\n"
    );
    fs::write(place.join("hosts.yaml"), file)?;
    let command = |line: &str| {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some("/usr/local/bin/mailwright"), "{line}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
        for word in words {
            command.arg(if word == "/etc/mailwright" { place.as_os_str() } else { word.as_ref() });
        }
        command
    };
    for line in unit.lines().filter_map(|l| l.strip_prefix("ExecStartPre=")) {
        let done = run(&mut command(line));
        assert!(done.ok, "{line}: {}", done.err);
    }
    let line = unit.lines().find_map(|l| l.strip_prefix("ExecStart=")).expect("a start");
    let server = Server::start("mailwright", port, &mut command(line), &folder.join("log"));
    let status = |target: &str| server.ask("GET", "engines.example", target, "", "").status;
    assert_eq!((status("/mail/config-v1.1.xml"), status("/apple/ada@engines.example.mobileconfig")), (200, 503));
    Ok(())
}

/// nginx, told nothing but where the server is: its answers are those for everybody, and its counters nobody's.
fn proxy_without_a_name() -> Result<(), Failed> {
    let folder = tempfile::Builder::new().prefix("mailwright-proxy-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let at = folder.path().display();
    let (port, upstream) = (free_port(), free_port());
    let hosts = folder.path().join("hosts.yaml");
    fs::write(&hosts, "providers: { engines: { domains: [engines.example], imap: i.example, smtp: s.example } }\n")?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailwright"));
    command.arg("serve").arg(&hosts).args(["--listen", &format!("127.0.0.1:{upstream}")]);
    let server = Server::start("mailwright", upstream, &mut command, &folder.path().join("server.log"));
    let file = folder.path().join("nginx.conf");
    fs::write(
        &file,
        format!(
            "pid {at}/nginx.pid;\nerror_log {at}/nginx.log;\nevents {{ }}\nhttp {{\n  access_log off;\n  client_body_temp_path {at}/body;\n  proxy_temp_path {at}/proxy;\n  fastcgi_temp_path {at}/fastcgi;\n  uwsgi_temp_path {at}/uwsgi;\n  scgi_temp_path {at}/scgi;\n  server {{\n    listen 127.0.0.1:{port};\n    location / {{ proxy_pass http://127.0.0.1:{upstream}; }}\n  }}\n}}\n"
        ),
    )?;
    let mut command = Command::new("/usr/sbin/nginx");
    command.args(["-e", "stderr", "-g", "daemon off;", "-c"]).arg(&file);
    let nginx = Server::start("nginx", port, &mut command, &folder.path().join("nginx-said.log"));
    let ask = |target: &str| nginx.ask("GET", "autoconfig.engines.example", target, "", "");
    let answer = ask("/mail/config-v1.1.xml?emailaddress=ada@engines.example");
    assert_eq!(answer.status, 200, "{}", answer.head);
    let counters = ask("/metrics");
    assert_eq!(counters.status, 404, "{}", String::from_utf8_lossy(&counters.body));
    drop((nginx, server));
    Ok(())
}

/// The command lines of image and cluster are ones that the program takes, and what they copy and probe is there.
fn containers() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docker = fs::read_to_string(packaging("docker/Dockerfile"))?;
    let copied = docker.lines().filter_map(|l| l.strip_prefix("COPY ")).filter(|l| !l.starts_with("--from"));
    for words in copied.map(|l| l.split(' ').collect::<Vec<_>>()) {
        for name in &words[..words.len() - 1] {
            assert!(root.join(name).exists(), "the image copies {name}");
        }
    }
    assert!(docker.contains(r#"CMD ["serve", "/etc/mailwright", "--listen", "0.0.0.0:8080"]"#));
    let cluster = fs::read_to_string(packaging("kubernetes/mailwright.yaml"))?;
    assert!(cluster.contains(r#"args: [serve, /etc/mailwright, --listen, "0.0.0.0:8080", --metrics, "0.0.0.0:9090"]"#));
    let folder = tempfile::tempdir()?;
    fs::copy(root.join("examples/mail-host.yaml"), folder.path().join("mail-host.yaml"))?;
    let taken = run(Command::new(env!("CARGO_BIN_EXE_mailwright")).arg("serve").arg(folder.path()).args([
        "--check",
        "--listen",
        "0.0.0.0:8080",
        "--metrics",
        "0.0.0.0:9090",
    ]));
    assert!(taken.ok, "{}", taken.err);
    let read = run(Command::new(crate::lab::python())
        .args(["-c", "import sys, yaml; print(len(list(yaml.safe_load_all(open(sys.argv[1])))))"])
        .arg(packaging("kubernetes/mailwright.yaml")));
    assert_eq!(read.out.trim(), "3", "{}", read.err);
    // What is behind a comment is taken as it stands there, too.
    let commented = cluster.split_once("# ---\n").expect("an example").1.replace("# ", "");
    let policy = folder.path().join("policy.yaml");
    fs::write(&policy, commented)?;
    let read = run(Command::new(crate::lab::python())
        .args(["-c", "import sys, yaml; print([p['port'] for r in yaml.safe_load(open(sys.argv[1]))['spec']['ingress'] for p in r['ports']])"])
        .arg(&policy));
    assert_eq!(read.out.trim(), "['http', 'metrics']", "{}", read.err);
    assert!(cluster.matches("port: metrics }, periodSeconds").count() == 2, "probes have connections of their own");
    Ok(())
}
