//! What this machine has, and how its programs are run: in an empty home, with stand-ins for password managers.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};

use mailwright::account::{Account, Credential, Os, Secret, Signature};
use tempfile::TempDir;

/// The system's Python, whose modules the system's packages install; another one may stand first in PATH.
pub fn python() -> &'static str {
    let system = "/usr/bin/python3";
    if std::path::Path::new(system).exists() { system } else { "python3" }
}

/// The variable by which this program, called in the box, is told what to do there.
pub const STEP: &str = "MAILWRIGHT_LAB_STEP";
/// What a program needs to be given servers, apart from itself.
pub const BOX: &str = "box";
/// A network of one's own: neomutt logs in at the servers of all its `mailboxes` as soon as it has read its file.
pub const PRIVATE: &str = "a private network";
/// Evolution's data server, unpacked by `install.sh`, and the libraries to ask it.
pub const EVOLUTION: &str = "evolution-source-registry";
/// A PostgreSQL server that a test can start.
pub const POSTGRESQL: &str = "PostgreSQL";
/// GLib's reader of key files, from Python.
pub const KEYFILE: &str = "GLib's key files";
/// Strict readers of other people's, built from `tests/lab/readers/`.
pub const READERS: &str = "readers";
/// An authoritative DNS server, unpacked by `install.sh`.
pub const NSD: &str = "nsd";
/// What drives a browser, from Python.
pub const WEBSOCKET: &str = "python3-websocket";
/// The OAuth2 token that the lab's servers take.
pub const TOKEN: &str = "ya29.lab-token";
/// The password of Bob, whom the golden `awkward` is about.
pub const AWKWARD: &str = "p\"q'r\\s#t $u%v é€";

/// Password managers and token helpers, for which there are stand-ins.
const MANAGERS: &[&str] = &[
    "pass",
    "gopass",
    "secret-tool",
    "security",
    "op",
    "bw",
    "rbw",
    "keyring",
    "gpg",
    "sops",
    "systemd-creds",
    "oama",
    "pizauth",
    "mutt_oauth2.py",
    "ortie",
];

/// Programs that no distribution packages in the version wanted; `tests/run --full` builds them. Needed as NAME-VERSION.
const FULL: &[&str] = &["himalaya-1.2.0", "himalaya-2.2.1", "meli-0.9.0"];

/// Whether `tests/run --full` is what installs this.
pub fn is_full(need: &str) -> bool {
    FULL.contains(&need)
}

/// The path of such a program.
pub fn built(need: &str) -> PathBuf {
    let name = need.rsplit_once('-').map_or(need, |(name, _)| name);
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab").join(need).join("bin").join(name)
}

/// The path of a program of PostgreSQL's server, of its newest version here; Debian keeps them out of PATH.
pub fn postgresql(program: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name().and_then(|n| n.to_str()?.parse::<u32>().ok());
    let newest = versions.map(|v| v.path()).max_by_key(number).unwrap_or_else(|| "/usr/lib/postgresql/N".into());
    newest.join("bin").join(program)
}

/// The folder of a script of the lab.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab").join(name)
}

/// What `install.sh` keeps outside the system: unpacked, from PyPI or npm, or compiled.
pub fn packages(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab").join(name)
}

/// Why a test cannot run here, if it cannot.
pub fn missing(needs: &[&'static str]) -> Option<String> {
    static KNOWN: OnceLock<Mutex<HashMap<&'static str, Option<String>>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().expect("no test panics in here");
    needs.iter().find_map(|need| known.entry(need).or_insert_with(|| look_for(need)).clone())
}

fn look_for(need: &str) -> Option<String> {
    let works = |program: &str, args: &[&str]| {
        Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    let private_network =
        || works("unshare", &["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "true"]);
    let installed =
        |program: &str| ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].iter().any(|p| Path::new(p).join(program).exists());
    if let Some(package) = need.strip_prefix("lab/") {
        let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab").join(package);
        return (!unpacked.is_dir()).then(|| format!("{package} is not unpacked (tests/lab/install.sh does it)"));
    }
    if is_full(need) {
        return (!built(need).exists()).then(|| format!("{need} is not built (tests/run --full does it)"));
    }
    let programs: &[&str] = match need {
        BOX => &["dovecot", "postfix", "openssl", "python3", "script", "ip", "unshare", "flock", "timeout"],
        "thunderbird" => &["thunderbird", "python3", "ip", "unshare"],
        PRIVATE => &["unshare"],
        "schema" => &["python3", "plistutil"],
        "django" => &["python3"],
        "action_mailer" => &["ruby"],
        "nodemailer" => &["node"],
        "symfony-mailer" => &["php"],
        "snakeyaml" => &["java"],
        "ini.v1" => &[],
        READERS | NSD => &[],
        "dotenv" => &["bash", "node", "python3", "ruby", "php"],
        KEYFILE | WEBSOCKET => &["python3"],
        EVOLUTION => &["dbus-run-session", "python3"],
        POSTGRESQL => &["setpriv", "openssl"],
        "slapd" => &["slapd", "slapadd", "openssl"],
        program => &[program],
    };
    if let Some(program) = programs.iter().find(|p| !installed(p)) {
        return Some(format!("{program} is not installed (tests/lab/install.sh does it)"));
    }
    // What is no program but a library.
    let libraries: &[PathBuf] = &match need {
        "django" => vec![packages("python/django")],
        "action_mailer" => vec!["/usr/share/rubygems-integration/all/gems".into()],
        "nodemailer" => vec![packages("node/node_modules/nodemailer-latest")],
        "symfony-mailer" => {
            vec!["/usr/share/php/Symfony/Component/Mailer".into(), "/usr/share/php/Illuminate/Support".into()]
        }
        "snakeyaml" => vec![packages("ReadYaml.class"), "/usr/share/java/snakeyaml.jar".into()],
        "ini.v1" => vec![packages("read-ini")],
        READERS => vec![packages("readers/readers")],
        NSD => vec![packages("nsd/usr/sbin/nsd")],
        POSTGRESQL => vec![postgresql("initdb"), postgresql("postgres"), postgresql("psql")],
        "dotenv" => vec![packages("python/dotenv"), "/usr/share/php/Dotenv".into()],
        _ => Vec::new(),
    };
    if let Some(path) = libraries.iter().find(|path| !path.exists()) {
        return Some(format!("{need}: {} is missing (tests/lab/install.sh makes it)", path.display()));
    }
    match need {
        BOX | PRIVATE | "thunderbird" if !private_network() => Some("a private network needs root (unshare)".into()),
        "action_mailer" if !works("ruby", &["-raction_mailer", "-e", ""]) => {
            Some("ruby-actionmailer is not installed".into())
        }
        "nodemailer" | "dotenv" if !works("node", &["-e", "require('util').parseEnv || process.exit(1)"]) => {
            Some("Node.js is older than 20.12".into())
        }
        EVOLUTION if !packages("evolution").join("usr/libexec/evolution-source-registry").exists() => {
            Some("Evolution's data server is not unpacked (tests/lab/install.sh does it)".into())
        }
        EVOLUTION if !works("/usr/bin/python3", &["-c", "import gi; gi.require_version('EDataServer', '1.2')"]) => {
            Some("gir1.2-edataserver-1.2 is not installed (tests/lab/install.sh does it)".into())
        }
        KEYFILE if !works("/usr/bin/python3", &["-c", "from gi.repository import GLib"]) => {
            Some("python3-gi is not installed (tests/lab/install.sh does it)".into())
        }
        WEBSOCKET if !works(python(), &["-c", "import websocket"]) => {
            Some("python3-websocket is not installed (tests/lab/install.sh does it)".into())
        }
        "schema" if !works(python(), &["-c", "import yaml"]) => Some("python3-yaml is not installed".into()),
        _ => None,
    }
}

/// What a program said.
pub struct Said {
    /// Whether it was content.
    pub ok: bool,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { ok: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// Copies a folder; configuration files must be private, and git keeps no modes.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder") {
        let entry = entry.expect("entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            write_private(&target, &fs::read(entry.path()).expect("file"));
        }
    }
}

/// Writes a file with mode 0600.
pub fn write_private(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    fs::write(path, bytes).expect("write");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("mode");
}

/// A home directory of one test.
pub struct Home {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    /// An empty one.
    pub fn empty() -> Home {
        let folder = tempfile::Builder::new().prefix("mailwright-home-").tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("bin")).expect("folder");
        Home { folder, variables: Vec::new() }
    }

    /// One in which every password command of these accounts prints what the lab's servers take.
    pub fn of(accounts: &[Account]) -> Home {
        let mut home = Home::empty();
        home.program("oama", &format!("echo {TOKEN}"));
        // A password manager or a token helper -> its arguments and what it prints for them.
        let mut managers: BTreeMap<String, Vec<(String, &str)>> = BTreeMap::new();
        for account in accounts {
            let identities = account.identities.iter().filter_map(|i| i.smtp.as_ref());
            for server in account.servers().chain(identities) {
                let (secret, value) = match &server.credential.value {
                    Credential::Password(secret) => (secret, password(account.address.as_str())),
                    Credential::OAuth2(oauth2) => match &oauth2.token {
                        Some(token) => (&token.value, TOKEN),
                        None => continue,
                    },
                    Credential::None => continue,
                };
                if let Secret::Env(name) = secret {
                    home.variables.push((name.to_string(), value.to_owned()));
                }
                for word in secret.shell_line(Os::Linux).unwrap_or_default().split_whitespace() {
                    if let Some(file) = word.strip_prefix("~/") {
                        write_private(&home.path().join(file), format!("{value}\nnot the password\n").as_bytes());
                    }
                }
                for os in [Os::Linux, Os::MacOs] {
                    let line =
                        secret.shell_line(os).unwrap_or_default().replace("~/", &format!("{}/", home.path().display()));
                    let words = shlex::split(&line).unwrap_or_default();
                    if let Some((program, arguments)) =
                        words.split_first().filter(|(p, _)| MANAGERS.contains(&p.as_str()))
                    {
                        managers.entry(program.clone()).or_default().push((arguments.join(" "), value));
                    }
                }
            }
        }
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        for (program, answers) in managers {
            let cases: Vec<String> = answers
                .iter()
                .map(|(arguments, value)| {
                    format!("{}) echo {}; echo not the password ;;", quoted(arguments), quoted(value))
                })
                .collect();
            home.program(
                &program,
                &format!("case \"$*\" in\n{}\n*) echo no such entry >&2; exit 1 ;;\nesac", cases.join("\n")),
            );
        }
        home
    }

    /// Writes the files that signatures are read from, all of them with this text. One outside of the home directory
    /// comes to lie in it; the function puts the new path into a file that names the old one.
    pub fn signatures(&self, accounts: &[Account], text: &str) -> impl Fn(&str) -> String + use<> {
        let own = accounts.iter().filter_map(|a| a.signature.as_ref());
        let others = accounts.iter().flat_map(|a| a.identities.iter().filter_map(|i| i.signature.as_ref()));
        let mut moved = Vec::new();
        for signature in own.chain(others) {
            let Signature::File(path) = &signature.value else { continue };
            let place = match path.as_str().strip_prefix("~/") {
                Some(rest) => self.path().join(rest),
                None => {
                    let place = self.path().join(path.as_str().trim_start_matches('/'));
                    moved.push((path.to_string(), place.to_string_lossy().into_owned()));
                    place
                }
            };
            write_private(&place, text.as_bytes());
        }
        moved.sort();
        moved.dedup();
        move |file| moved.iter().fold(file.to_owned(), |file, (old, new)| file.replace(old, new))
    }

    /// Sets a variable for its commands.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A program in its PATH, a shell script.
    pub fn program(&self, name: &str, body: &str) {
        let path = self.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("write");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("mode");
    }

    /// A command that runs in it and finds nothing of the real user's.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", format!("{}:/usr/bin:/bin:/usr/sbin:/sbin", self.path().join("bin").display()))
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(self.variables.iter().map(|(k, v)| (k, v)))
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }
}

/// The password of an address at the lab's servers; any other's does not matter.
pub fn password(address: &str) -> &'static str {
    match address {
        "me@gmail.com" => "abcdefghijklmnop",
        "alice@example.test" => "correct-horse",
        "bob@example.test" => AWKWARD,
        _ => "no such user",
    }
}
