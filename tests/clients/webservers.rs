//! An exported tree behind real nginx, Caddy and Apache with the configuration that comes with it: each answer is held
//! against what the site itself would say. As a user would, the tests write another folder and port into the files.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;
use mailwright::site::{Method, Question, Site, page, route};

use crate::Test;
use crate::lab::run;
use crate::report::Findings;
use crate::webserver::{Server, accepted, edited, free_port};

const HOST: &str = "serve: { pacc: draft-03, organization: Engines }
providers:
  engines:
    domains: [analytical.example, engines.example, bücher.example, of.engines.example, deep.of.engines.example]
    imap: imap.analytical.example
    pop3: pop.analytical.example
    smtp: smtp.analytical.example
  society:
    domains: [society.example]
    login: \"{local}\"
    imap: mail.society.example
    smtp: mail.society.example:587
";
const USERS: &str = "address;login\nada@analytical.example;\na+b%c@engines.example;ab\n";

pub fn tests() -> Vec<Test> {
    vec![
        Test::new("an_export_behind_nginx", &["nginx"], || behind(nginx)),
        Test::new("an_export_behind_caddy", &["caddy"], || behind(caddy)),
        Test::new("an_export_behind_apache", &["apache2"], || behind(apache)),
    ]
}

fn nginx(folder: &Path, tree: &Path) -> Server {
    let port = free_port();
    let root = ("/srv/mail-setup", tree.display().to_string());
    fs::write(tree.join("nginx-locations.conf"), edited(tree, "nginx-locations.conf", std::slice::from_ref(&root)))
        .expect("write");
    let changes = [root, ("listen 80;", format!("listen 127.0.0.1:{port};")), ("    listen [::]:80;\n", String::new())];
    fs::write(folder.join("site.conf"), edited(tree, "nginx.conf", &changes)).expect("write");
    let at = folder.display();
    let main = format!(
        "pid {at}/nginx.pid;\nerror_log {at}/nginx.log;\nevents {{ }}\nhttp {{\n  include /etc/nginx/mime.types;\n  access_log off;\n  client_body_temp_path {at}/body;\n  proxy_temp_path {at}/proxy;\n  fastcgi_temp_path {at}/fastcgi;\n  uwsgi_temp_path {at}/uwsgi;\n  scgi_temp_path {at}/scgi;\n  include {at}/site.conf;\n}}\n"
    );
    fs::write(folder.join("nginx.conf"), main).expect("write");
    let arguments = ["-e", "stderr", "-c", &folder.join("nginx.conf").to_string_lossy()].map(str::to_owned);
    accepted(&run(Command::new("/usr/sbin/nginx").arg("-t").args(&arguments)), "nginx -t");
    let mut command = Command::new("/usr/sbin/nginx");
    command.args(&arguments).args(["-g", "daemon off;"]);
    Server::start("nginx", port, &mut command, &folder.join("server.log"))
}

fn caddy(folder: &Path, tree: &Path) -> Server {
    let (port, asked) = (free_port(), free_port());
    let root = ("/srv/mail-setup", tree.display().to_string());
    let caddy = |arguments: &[&str], file: &Path| {
        let mut command = Command::new("caddy");
        command.args(arguments).args(["--adapter", "caddyfile", "--config"]).arg(file);
        command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        command
    };
    let whole = folder.join("Caddyfile.whole");
    fs::write(&whole, edited(tree, "Caddyfile", std::slice::from_ref(&root))).expect("write");
    accepted(&run(&mut caddy(&["validate"], &whole)), "caddy validate");
    let changes = [
        root,
        ("127.0.0.1:9180", format!("127.0.0.1:{asked}")),
        ("http://, https:// {\n\ttls {\n\t\ton_demand\n\t}\n", format!("http://:{port} {{\n\tbind 127.0.0.1\n")),
        ("{\n\t# A certificate", "{\n\tadmin off\n\t# A certificate".to_owned()),
    ];
    let plain = folder.join("Caddyfile");
    fs::write(&plain, edited(tree, "Caddyfile", &changes)).expect("write");
    let server = Server::start("caddy", port, &mut caddy(&["run"], &plain), &folder.join("server.log"));
    // Whom a certificate would be fetched for.
    let gate = |name: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", asked)).expect("connected");
        write!(stream, "GET /?domain={name} HTTP/1.0\r\nHost: 127.0.0.1:{asked}\r\n\r\n").expect("asked");
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        text.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
    };
    let names = ["autoconfig.analytical.example", "society.example", "autoconfig.elsewhere.example", "..", ""];
    assert_eq!(names.map(gate), [200_u16, 200, 404, 404, 404], "who gets a certificate");
    server
}

fn apache(folder: &Path, tree: &Path) -> Server {
    let port = free_port();
    let root = ("Define MAIL_SETUP /srv/mail-setup", format!("Define MAIL_SETUP {}", tree.display()));
    let changes = [root, ("<VirtualHost *:80>", format!("<VirtualHost 127.0.0.1:{port}>"))];
    let site = edited(tree, "apache.conf", &changes);
    let at = folder.display();
    let modules: String = ["mpm_event", "authz_core", "mime", "dir", "negotiation", "rewrite", "headers"]
        .map(|m| format!("LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n"))
        .concat();
    let main = format!(
        "ServerRoot {at}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {at}/apache.pid\nErrorLog {at}/apache.log\nMutex file:{at} default\n{modules}User www-data\nGroup www-data\nTypesConfig /etc/mime.types\n<Directory />\n  Require all denied\n</Directory>\n{site}"
    );
    let file = folder.join("apache2.conf");
    fs::write(&file, main).expect("write");
    accepted(&run(Command::new("/usr/sbin/apache2").arg("-t").arg("-f").arg(&file)), "apachectl -t");
    let mut command = Command::new("/usr/sbin/apache2");
    command.arg("-f").arg(&file).arg("-DFOREGROUND");
    Server::start("apache", port, &mut command, &folder.join("server.log"))
}

/// What has no file of its own is not there; no page is made of it.
const NOTHING: &[(&str, &str)] = &[
    ("autoconfig.elsewhere.example", "/mail/config-v1.1.xml"),
    ("autoconfig.elsewhere.example", "/autodiscover/autodiscover.xml"),
    ("autoconfig.analytical.example", "/mail/config-v1.1.xml?emailaddress=ada@elsewhere.example"),
    ("autoconfig.analytical.example", "/mail/"),
    ("autoconfig.analytical.example", "/mail/config-v1.2.xml"),
    ("autoconfig.analytical.example", "/analytical.example/mail/config-v1.1.xml"),
    ("autoconfig.analytical.example", "/SHA256SUMS"),
    ("autoconfig.analytical.example", "/nginx.conf"),
    ("autoconfig.analytical.example", "/.htaccess"),
    ("autoconfig.analytical.example", "/_headers"),
    ("autoconfig.analytical.example", "/apple/"),
    ("autoconfig.analytical.example", "/apple/nobody@analytical.example.mobileconfig"),
    ("autoconfig.analytical.example", "/apple/ada@engines.example.mobileconfig"),
    ("autoconfig.analytical.example", "/apple/mail.mobileconfig"),
    ("autoconfig.analytical.example", "/apple/mail.mobileconfig?email=//elsewhere.example"),
    ("autoconfig.analytical.example", "/v1.1/elsewhere.example"),
    ("autoconfig.analytical.example", "/.mailwright/autodiscover"),
    ("autoconfig.analytical.example", "/wp-login.php"),
    ("mail", "/robots.txt/x"),
    ("-", "/mail/config-v1.1.xml"),
];

/// What is asked about an address is answered for its domain, or not at all: never with the settings of the host's.
fn addresses(server: &Server, site: &Site, findings: &mut Findings) {
    let host = "autoconfig.society.example";
    let path = route::MOZILLA[0];
    let own = site.ask(&Question::get(host, path, "")).body;
    for query in
        ["", "emailaddress=", "emailaddress=%EMAILADDRESS%", "emailaddress=%25EMAILADDRESS%25", "x=a@b.example"]
    {
        let got = server.ask("GET", host, &format!("{path}?{query}"), "", "");
        findings.check(got.status == 200 && got.body == own[..], || format!("`{query}` has no address: {}", got.head));
    }
    // Whether it is answered; a browser's blanks, and capitals where the server can.
    let capitals = server.name != "nginx";
    for (query, answered) in [
        ("emailaddress=a@engines.example", true),
        ("emailaddress=%20a@engines.example%20", true),
        ("emailaddress=a%40ENGINES.example", capitals),
        ("emailaddress=a@engines%2Eexample", true),
        ("emailaddress=a%40of.engines%2eexample", true),
        ("emailaddress=a@deep%2Eof%2eengines%2Eexample&x=y", true),
        ("emailaddress=a%40Deep%2Eof.ENGINES%2Eexample", capitals),
        ("emailaddress=a@%2Eengines.example", false),
        ("emailaddress=a@engines%2E%2Eexample", false),
        ("emailaddress=a@%2E%2E", false),
        ("emailaddress=a@engines%2Fexample", false),
        ("emailaddress=a@b%C3%BCcher.example", false),
        ("emailaddress=a@b\u{fc}cher.example", false),
        ("emailaddress=a@engines.example.", false),
        ("emailaddress=a@", false),
        ("emailaddress=a@..", false),
        ("emailaddress=a@-", false),
        ("emailaddress=a@society.example@engines.example", false),
        ("emailaddress=a@society.example&email=a@engines.example", false),
        ("emailaddress=a@sOciety.example.org", false),
    ] {
        let got = server.ask("GET", host, &format!("{path}?{query}"), "", "");
        let wanted = if answered { 200 } else { 404 };
        // A line that is no HTTP may be called so.
        let refused = got.status == 400 && !query.is_ascii();
        findings.check(got.status == wanted || refused, || format!("`{query}`: {}", got.head));
        if answered {
            let theirs = site.ask(&Question::get(host, path, query)).body;
            findings.check(got.body == theirs[..] && theirs != own, || format!("`{query}`: another domain's"));
        }
    }
    // nginx can compare.
    let got = server.ask("GET", host, &format!("{path}?emailaddress=a%40Society.EXAMPLE"), "", "");
    findings.check(got.status == 200 && got.body == own[..], || format!("capitals in the host's own: {}", got.head));
    let got = server.ask("GET", "AutoConfig.Society.EXAMPLE", path, "", "");
    findings.check(got.status == 200 && got.body == own[..], || format!("capitals in the host: {}", got.head));
    let page = server.ask("GET", "AutoConfig.Analytical.EXAMPLE", "/", "Accept-Language: de\r\n", "");
    findings.check(page.status == 200 && page.body.starts_with(b"<!"), || format!("a page: {}", page.head));
    let style = server.ask("GET", "AutoConfig.Analytical.EXAMPLE", page::STYLE, "", "");
    findings.same("a style sheet", style.status, 200);
}

/// Programs would try to read a page: what is refused is plain text.
fn refusals(server: &Server, findings: &mut Findings) {
    let host = "autoconfig.analytical.example";
    let large = "x".repeat(20_000);
    for (method, target, body, status) in [
        ("GET", "/mail/config-v1.2.xml", "", 404),
        ("GET", "/v1.1/..", "", 404),
        ("GET", "/v1.1/%2e%2e", "", 404),
        ("GET", "/SHA256SUMS", "", 404),
        ("GET", "/v1.1/SHA256SUMS", "", 404),
        ("GET", "/setup/SHA256SUMS", "", 404),
        ("POST", route::MOZILLA[0], "x", 405),
        ("DELETE", route::MOZILLA[0], "", 405),
        ("POST", route::PACC, "x", 405),
        ("DELETE", route::POX, "", 405),
        ("POST", "/", "x", 405),
        ("POST", route::POX, &large, 413),
    ] {
        let got = server.ask(method, host, target, "", body);
        let what = format!("{method} {target}: {}", got.head);
        findings.check(got.status == status, || what.clone());
        let kind = got.header("Content-Type").unwrap_or_default();
        findings.check(kind.starts_with("text/plain"), || format!("{what}: no plain text"));
        findings.check(!got.body.contains(&b'<'), || format!("{what}: a page"));
    }
}

fn behind(start: fn(&Path, &Path) -> Server) -> Result<(), Failed> {
    let folder = tempfile::Builder::new().prefix("mailwright-web-").tempdir()?;
    // The workers are nobody.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    // Where `serve` would be reached is none of a tree's business.
    fs::write(
        folder.path().join("host.yaml"),
        HOST.replace("serve: { ", "serve: { url: 'https://mail.host.example', "),
    )?;
    fs::write(folder.path().join("users.csv"), USERS)?;
    let exported = run(Command::new(env!("CARGO_BIN_EXE_mailwright")).current_dir(folder.path()).args([
        "export",
        "host.yaml",
        "-o",
        "tree",
        "--users",
        "users.csv",
    ]));
    assert!(exported.ok, "{}", exported.err);
    let reading = mailwright::read_text("host.yaml", HOST);
    let site = Site::build(&reading.mail, None).expect("a site");
    let server = start(folder.path(), &folder.path().join("tree"));

    let mut findings = Findings::default();
    let same = |findings: &mut Findings, method: &str, host: &str, target: &str, more: &str, question: Question<'_>| {
        let want = site.ask(&question);
        let body = if method == "POST" { "<Autodiscover/>" } else { "" };
        let got = server.ask(method, host, target, more, body);
        let what = format!("{method} {target} at {host} {}", more.trim());
        findings.same(&format!("{what}: status"), got.status, want.status);
        if want.status != 200 && want.status != 400 {
            return want.status;
        }
        if method != "HEAD" {
            findings
                .check(got.body == want.body[..], || format!("{what}: body\n{}", String::from_utf8_lossy(&got.body)));
        } else {
            findings.check(got.body.is_empty(), || format!("{what}: a body"));
        }
        findings.same(&format!("{what}: type"), got.header("Content-Type"), Some(want.kind));
        let kept = ["Access-Control-Allow-Origin", "Content-Disposition", "Content-Security-Policy"];
        for name in kept {
            let wanted = want.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_ref());
            findings.same(&format!("{what}: {name}"), got.header(name), wanted);
        }
        let private = got.header("Cache-Control").is_some_and(|v| v.contains("no-store"));
        // A page about an example is nobody's.
        if target.contains("/apple/") || target.contains(".xml") {
            findings.same(&format!("{what}: caching"), private, want.caching == mailwright::site::Caching::No);
        }
        want.status
    };
    let mut good = 0;
    for domain in ["analytical.example", "engines.example", "xn--bcher-kva.example", "society.example"] {
        let mut hosts = vec![format!("autoconfig.{domain}"), format!("autodiscover.{domain}"), domain.to_owned()];
        hosts.push(format!("AutoConfig.{}", domain.to_uppercase()));
        for host in &hosts {
            for path in [route::MOZILLA[0], route::MOZILLA[1], "/Mail/Config-v1.1.XML"] {
                good += u32::from(same(&mut findings, "GET", host, path, "", Question::get(host, path, "")) == 200);
            }
        }
        let host = &hosts[0];
        same(&mut findings, "HEAD", host, route::MOZILLA[0], "", Question::get(host, route::MOZILLA[0], ""));
        same(
            &mut findings,
            "POST",
            host,
            route::MOZILLA[0],
            "",
            Question { method: Method::Post, ..Question::get(host, route::MOZILLA[0], "") },
        );
        same(
            &mut findings,
            "GET",
            host,
            &format!("/v1.1/{domain}"),
            "",
            Question::get(host, &format!("/v1.1/{domain}"), ""),
        );
        for query in [
            "emailaddress=ada%40analytical.example",
            "emailaddress=x.y%2Bz@society.example",
            "a=b&EmailAddress=ada@engines.example&c=d",
        ] {
            let target = format!("{}?{query}", route::MOZILLA[0]);
            same(&mut findings, "GET", host, &target, "", Question::get(host, route::MOZILLA[0], query));
        }
        for host in [format!("ua-auto-config.{domain}"), domain.to_owned()] {
            same(&mut findings, "GET", &host, route::PACC, "", Question::get(&host, route::PACC, ""));
        }
        let robots = server.ask("GET", host, "/robots.txt", "", "");
        findings.check(robots.status == 200 && robots.body.ends_with(b"Disallow: /\n"), || robots.head.clone());
    }
    findings.check(good == 48, || format!("only {good} documents of 48"));

    // One answer for all: what is said without an address.
    let host = "autodiscover.analytical.example";
    let anybody = site.ask(&Question::get(host, route::POX, ""));
    let settings = anybody.status == 200 && anybody.body.windows(8).any(|w| w == b"<Action>");
    for path in [
        "/autodiscover/autodiscover.xml",
        "/Autodiscover/Autodiscover.xml",
        "/AutoDiscover/AutoDiscover.xml",
        "/AUTODISCOVER/AUTODISCOVER.XML",
    ] {
        for method in ["GET", "POST", "HEAD", "PUT", "DELETE"] {
            let got = server.ask(
                method,
                host,
                path,
                "Content-Type: text/xml\r\n",
                if matches!(method, "POST" | "PUT") { "<Autodiscover/>" } else { "" },
            );
            let what = format!("{method} {path}: {}", got.head);
            let wanted = match method {
                "PUT" | "DELETE" => 405,
                _ if settings => 200,
                _ => 404,
            };
            // Where there is no file, a server may find that out before it looks at the method.
            findings.check(got.status == wanted || (!settings && matches!(got.status, 404 | 405)), || what.clone());
            if got.status == 200 {
                findings.same(&format!("{what}: type"), got.header("Content-Type"), Some(anybody.kind));
                findings.check(method == "HEAD" || got.body == anybody.body[..], || format!("{what}: body"));
            }
        }
    }
    if settings {
        for (path, query) in [
            (route::V2, "Email=ada@analytical.example&Protocol=AutodiscoverV1"),
            ("/Autodiscover/Autodiscover.json", "Email=ada@engines.example&Protocol=autodiscoverv1&RedirectCount=1"),
            (route::V2, "Email=ada@analytical.example&Protocol=ActiveSync"),
        ] {
            same(&mut findings, "GET", host, &format!("{path}?{query}"), "", Question::get(host, path, query));
        }
        // Outlook follows the link, and POSTs there.
        for domain in ["analytical.example", "engines.example", "xn--bcher-kva.example"] {
            let target = format!("{}?Email=x@{domain}&Protocol=AutodiscoverV1", route::V2);
            let got = server.ask("GET", &format!("autodiscover.{domain}"), &target, "", "");
            let link: serde_json::Value = serde_json::from_slice(&got.body).unwrap_or_default();
            let link = link["Url"].as_str().and_then(|url| url.strip_prefix("https://")).unwrap_or_default();
            let (host, path) = link.split_once('/').unwrap_or_default();
            let got = server.ask("POST", host, &format!("/{path}"), "Content-Type: text/xml\r\n", "<Autodiscover/>");
            let wanted = site.ask(&Question::get(&format!("autodiscover.{domain}"), route::POX, "")).body;
            findings
                .check(got.status == 200 && got.body == wanted[..], || format!("POST to https://{link}: {}", got.head));
        }
        let login = server.ask("POST", "autodiscover.society.example", route::POX, "", "<Autodiscover/>");
        findings.same("logins that no file can name", login.status, 404);
    }

    for (path, query) in
        [("/apple/ada@analytical.example.mobileconfig", ""), ("/Apple/ada%40analytical.example.mobileconfig", "")]
    {
        same(&mut findings, "GET", "autoconfig.engines.example", path, "", Question::get("", path, query));
    }
    let other = server.ask("GET", "autoconfig.engines.example", "/apple/a+b%25c@engines.example.mobileconfig", "", "");
    findings.check(other.status == 200 && other.body.windows(11).any(|w| w == b"<string>ab<"), || other.head.clone());
    for address in ["ada@analytical.example", "ada%40analytical.example"] {
        let form = server.ask(
            "GET",
            "autoconfig.analytical.example",
            &format!("/apple/mail.mobileconfig?email={address}"),
            "",
            "",
        );
        let to = form.header("Location").unwrap_or_default();
        let path = &to[to.find("/apple/").unwrap_or(0)..];
        findings.check(form.status == 302 && !path.is_empty(), || form.head.clone());
        let question = Question::get("", "/apple/ada@analytical.example.mobileconfig", "");
        same(&mut findings, "GET", "autoconfig.analytical.example", path, "", question);
    }

    let found = site.domain("analytical.example").expect("the domain");
    let anybody = |language: &str| page::of_anybody(&site, &found, language).expect("a page");
    for (target, more, language) in [
        ("/", "", "en"),
        ("/", "Accept-Language: fr\r\n", "en"),
        ("/?lang=de", "", "de"),
        ("/", "Accept-Language: de-AT,de;q=0.9,en;q=0.8\r\n", "de"),
    ] {
        let (got, want) = (server.ask("GET", "autoconfig.analytical.example", target, more, ""), anybody(language));
        let what = format!("{target} {}", more.trim());
        findings.check(got.status == 200 && got.body == want.body[..], || format!("{what}: {}", got.head));
        findings.same(&format!("{what}: type"), got.header("Content-Type"), Some(want.kind));
        for name in ["Content-Security-Policy", "Referrer-Policy", "Vary"] {
            let wanted = want.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_ref());
            findings.same(&format!("{what}: {name}"), got.header(name), wanted);
        }
    }
    for asset in [page::STYLE, page::ICON] {
        same(&mut findings, "GET", "autoconfig.analytical.example", asset, "", Question::get("", asset, ""));
    }

    for (host, target) in NOTHING {
        let got = server.ask("GET", host, target, "", "");
        findings.same(&format!("{target} at {host}"), got.status, 404);
        findings.check(!got.body.windows(5).any(|w| w.eq_ignore_ascii_case(b"<html")), || format!("{target}: a page"));
    }
    addresses(&server, &site, &mut findings);
    refusals(&server, &mut findings);
    for target in [
        "/../SHA256SUMS",
        "/%2e%2e/SHA256SUMS",
        "/mail/../../SHA256SUMS",
        "/apple/..%2f..%2fSHA256SUMS@a.mobileconfig",
        "/v1.1/..",
    ] {
        let got = server.ask("GET", "autoconfig.analytical.example", target, "", "");
        findings.check(matches!(got.status, 400 | 403 | 404), || format!("{target}: {}", got.head));
        findings.check(!got.body.starts_with(b"# Written"), || format!("{target} leaves the folder"));
    }
    for host in ["..", "../..", "autoconfig...", "/", ".", ""] {
        let got = server.ask("GET", host, "/mail/config-v1.1.xml", "", "");
        findings.check(matches!(got.status, 400 | 404), || format!("Host: {host}: {}", got.head));
    }
    drop(server);
    findings.finish("export", "nginx, Caddy and Apache, over HTTP", 1)
}
