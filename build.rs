//! Turns the provider catalogue (`src/provider/catalogue/*.yaml`) and the languages of the set-up page
//! (`src/site/page/languages/*.yaml`) into static tables, so that no start parses them.
//!
//! A file that cannot be read stops the build with its name. What a fact means is checked by `tests/catalogue.rs`, what
//! is missing in a language by `tests/hosting/page.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    name: String,
    kind: String,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    mx: Vec<String>,
    login: Option<String>,
    #[serde(default)]
    imap: Servers,
    #[serde(default)]
    pop3: Servers,
    #[serde(default)]
    smtp: Servers,
    auth: Vec<String>,
    oauth2: Option<OAuth2>,
    #[serde(default)]
    folders: Folders,
    save_sent: Option<bool>,
    carddav: Option<String>,
    caldav: Option<String>,
    #[serde(default)]
    help: Help,
    #[serde(default)]
    limits: BTreeMap<String, u64>,
    source: String,
    date: String,
}

/// One server or a list of them.
#[derive(Default)]
struct Servers(Vec<Server>);

impl<'de> Deserialize<'de> for Servers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Servers, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Servers;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a server or a list of servers")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Servers, A::Error> {
                Server::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|s| Servers(vec![s]))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Servers, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(Servers)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    host: String,
    port: u16,
    tls: String,
    login: Option<String>,
    auth: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    recent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OAuth2 {
    auth_url: String,
    token_url: String,
    #[serde(default)]
    scopes: Vec<String>,
    mechanism: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Folders {
    root: Option<String>,
    sent: Option<String>,
    drafts: Option<String>,
    trash: Option<String>,
    junk: Option<String>,
    archive: Option<String>,
    all: Option<String>,
    languages: BTreeMap<String, Names>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Names {
    sent: Option<String>,
    drafts: Option<String>,
    trash: Option<String>,
    junk: Option<String>,
    archive: Option<String>,
    all: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Help {
    app_password: Option<String>,
    password: Option<String>,
    enable: Option<String>,
    login: Option<String>,
    note: Option<String>,
}

fn servers(list: &Servers) -> String {
    let mut out = String::from("&[");
    for s in &list.0 {
        let _ = write!(
            out,
            "ServerFacts {{ host: {:?}, port: {}, tls: {:?}, login: {:?}, auth: {:?}, reason: {:?}, recent: {} }}, ",
            s.host, s.port, s.tls, s.login, s.auth, s.reason, s.recent
        );
    }
    out + "]"
}

/// A language of the set-up page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    name: String,
    texts: BTreeMap<String, Words>,
    #[serde(default)]
    providers: BTreeMap<String, Words>,
}

/// One text, or steps.
enum Words {
    One(String),
    Steps(Vec<String>),
}

impl Words {
    fn all(&self) -> &[String] {
        match self {
            Words::One(text) => std::slice::from_ref(text),
            Words::Steps(steps) => steps,
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Words;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a text or a list of steps")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words::One(text.to_owned()))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Words, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(Words::Steps)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The languages as a table. English says which texts there are; what another language does not say is English there.
fn languages(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut all: BTreeMap<String, Language> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let tag = path.file_stem().and_then(|s| s.to_str()).ok_or("a file name that is not UTF-8")?;
        let language =
            serde_yaml::from_str(&fs::read_to_string(&path)?).map_err(|e| format!("{}: {e}", path.display()))?;
        all.insert(tag.to_owned(), language);
    }
    let english = all.get("en").ok_or("languages/en.yaml is missing")?;
    let mut out = String::from(
        "/// The texts of one language, whole.\n#[derive(Debug)]\n#[allow(missing_docs)]\npub struct Texts {\n",
    );
    for (key, words) in &english.texts {
        let kind = if matches!(words, Words::One(_)) { "&'static str" } else { "&'static [&'static str]" };
        let _ = writeln!(out, "    pub {key}: {kind},");
    }
    out.push_str("}\n/// Every language, sorted by its tag.\npub static LANGUAGES: &[Language] = &[\n");
    for (tag, language) in &all {
        let _ = write!(out, "Language {{ tag: {tag:?}, name: {:?}, texts: Texts {{ ", language.name);
        for (key, measure) in &english.texts {
            let words = language.texts.get(key).unwrap_or(measure);
            let _ = match (measure, words) {
                (Words::One(_), Words::One(text)) => write!(out, "{key}: {text:?}, "),
                (Words::Steps(_), Words::Steps(steps)) => write!(out, "{key}: &{steps:?}, "),
                _ => return Err(format!("languages/{tag}.yaml: `{key}` must be what it is in en.yaml").into()),
            };
        }
        let said = |map: &BTreeMap<String, Words>| {
            map.iter().map(|(key, words)| format!("({key:?}, &{:?})", words.all())).collect::<Vec<_>>().join(", ")
        };
        let (texts, providers) = (said(&language.texts), said(&language.providers));
        let _ = writeln!(out, "}}, said: &[{texts}], providers: &[{providers}] }},");
    }
    Ok(out + "];\n")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words = Path::new("src/site/page/languages");
    println!("cargo::rerun-if-changed={}", words.display());
    fs::write(Path::new(&env::var("OUT_DIR")?).join("languages.rs"), languages(words)?)?;
    let folder = Path::new("src/provider/catalogue");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<_> = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    // By id, for a binary search: `aliyun` before `aliyun-qiye`, which their file names are not.
    files.sort_by_key(|path| path.file_stem().map(|s| s.to_owned()));
    let mut table = String::from("/// The catalogue, sorted by id.\npub static PROVIDERS: &[Facts] = &[\n");
    let mut domains: Vec<(String, usize)> = Vec::new();
    for (index, path) in files.iter().enumerate() {
        let id = path.file_stem().and_then(|s| s.to_str()).ok_or("a file name that is not UTF-8")?;
        let p: Provider =
            serde_yaml::from_str(&fs::read_to_string(path)?).map_err(|e| format!("{}: {e}", path.display()))?;
        domains.extend(p.domains.iter().map(|d| (d.clone(), index)));
        let _ = write!(
            table,
            "Facts {{ id: {id:?}, name: {:?}, kind: {:?}, domains: &{:?}, mx: &{:?}, login: {:?}, imap: {}, pop3: {}, smtp: {}, auth: &{:?}, ",
            p.name,
            p.kind,
            p.domains,
            p.mx,
            p.login,
            servers(&p.imap),
            servers(&p.pop3),
            servers(&p.smtp),
            p.auth
        );
        match &p.oauth2 {
            Some(o) => {
                let _ = write!(
                    table,
                    "oauth2: Some(OAuth2Facts {{ auth_url: {:?}, token_url: {:?}, scopes: &{:?}, mechanism: {:?} }}), ",
                    o.auth_url, o.token_url, o.scopes, o.mechanism
                );
            }
            None => table.push_str("oauth2: None, "),
        }
        let f = &p.folders;
        let names = |n: &Names| {
            format!(
                "FolderNames {{ sent: {:?}, drafts: {:?}, trash: {:?}, junk: {:?}, archive: {:?}, all: {:?} }}",
                n.sent, n.drafts, n.trash, n.junk, n.archive, n.all
            )
        };
        let plain = Names {
            sent: f.sent.clone(),
            drafts: f.drafts.clone(),
            trash: f.trash.clone(),
            junk: f.junk.clone(),
            archive: f.archive.clone(),
            all: f.all.clone(),
        };
        let languages: Vec<String> = f.languages.iter().map(|(tag, n)| format!("({tag:?}, {})", names(n))).collect();
        let _ = write!(
            table,
            "folder_root: {:?}, folders: {}, languages: &[{}], save_sent: {:?}, carddav: {:?}, caldav: {:?}, ",
            f.root,
            names(&plain),
            languages.join(", "),
            p.save_sent,
            p.carddav,
            p.caldav
        );
        let h = &p.help;
        let limits: Vec<String> = p.limits.iter().map(|(k, v)| format!("({k:?}, {v})")).collect();
        let _ = writeln!(
            table,
            "help: HelpFacts {{ app_password: {:?}, password: {:?}, enable: {:?}, login: {:?}, note: {:?} }}, limits: &[{}], source: {:?}, date: {:?} }},",
            h.app_password,
            h.password,
            h.enable,
            h.login,
            h.note,
            limits.join(", "),
            p.source,
            p.date
        );
    }
    domains.sort();
    let _ = writeln!(
        table,
        "];\n/// Which provider a domain belongs to: sorted, for a binary search.\nstatic DOMAINS: &[(&str, usize)] = &{domains:?};"
    );
    fs::write(Path::new(&env::var("OUT_DIR")?).join("catalogue.rs"), table)?;
    Ok(())
}
