//! The lists agree: targets, modules, templates, goldens, grammars, the README's tables and the JSON Schema.
//!
//! Whoever adds a target and forgets a piece is told its name here. `UPDATE_GOLDEN=1 cargo test --test registry` writes
//! the generated tables and the schema anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use mailwright::document::keys::{self, Shape, Table};
use mailwright::document::schema::json_schema;
use mailwright::target::{DEFAULT, TARGETS, VOCABULARY};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn names(folder: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(folder))
        .expect("folder")
        .map(|e| e.expect("entry").file_name().into_string().expect("UTF-8"))
        .collect()
}

/// Every file below a folder, by its path from there.
fn files_below(folder: &str) -> BTreeSet<String> {
    names(folder)
        .into_iter()
        .flat_map(|name| {
            let inner = format!("{folder}/{name}");
            if root().join(&inner).is_dir() {
                files_below(&inner).into_iter().map(|below| format!("{name}/{below}")).collect()
            } else {
                BTreeSet::from([name])
            }
        })
        .collect()
}

/// The templates that the code below a folder names.
fn templates_of(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(templates_of(&path));
        } else {
            let code = fs::read_to_string(&path).expect("code");
            let paths = code.split("#[template(path = \"").skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(paths.map(str::to_owned));
        }
    }
    found
}

fn ids() -> Vec<&'static str> {
    TARGETS.iter().map(|t| t.about().id).collect()
}

#[test]
fn every_target_has_a_module_a_template_and_goldens() {
    let modules: BTreeSet<String> =
        names("src/target").into_iter().map(|n| n.replace(".rs", "").replace('_', "-")).collect();
    // What targets share.
    let shared =
        ["mod", "access", "application", "bundle", "local", "options", "senders", "indexed", "stable", "clash"];
    let modules: BTreeSet<String> = modules.into_iter().filter(|n| !shared.contains(&n.as_str())).collect();
    assert_eq!(modules, ids().iter().map(|s| (*s).to_owned()).collect(), "modules of src/target and TARGETS");

    let templates: BTreeSet<String> =
        TARGETS.iter().flat_map(|t| t.about().templates).map(|t| (*t).to_owned()).collect();
    // The rest is what a mail host publishes; a part with many templates, some of which include others, has a folder.
    let mut published = templates_of(&root().join("src/site"));
    published.extend(templates_of(&root().join("src/export")));
    assert!(templates.is_disjoint(&published), "a template is a target's or a mail host's");
    let folder = |path: &String| path.split('/').next().unwrap_or_default().to_owned();
    let named: BTreeSet<String> = templates.union(&published).map(folder).collect();
    assert_eq!(named, names("templates"), "templates/ and the templates that targets, the site and exports name");

    for target in TARGETS {
        let about = target.about();
        let cases = names("tests/golden")
            .iter()
            .filter(|c| root().join("tests/golden").join(c).join(about.id).is_dir())
            .count();
        assert!(cases >= 8, "{} has {cases} golden cases", about.id);
        for text in [about.title, about.homepage, about.oracle, about.versions] {
            assert!(!text.is_empty(), "{}: an empty fact", about.id);
        }
        assert!(about.homepage.starts_with("http"), "{}", about.id);
        assert!(!about.files.is_empty() && !about.notes.is_empty(), "{}", about.id);
        let codes: BTreeSet<_> = about.notes.iter().map(|n| n.code).collect();
        assert_eq!(codes.len(), about.notes.len(), "{}: a note twice", about.id);
    }
}

/// `clients` asked `site`, which asked `target`, which asked `clients`.
#[test]
fn what_programs_do_is_known_without_what_we_write() {
    for (room, unknown) in [("clients", ["site", "target"]), ("target", ["site", "serve"])] {
        let folder = format!("src/{room}");
        for file in files_below(&folder) {
            let code = read(&format!("{folder}/{file}"));
            let uses = code.lines().filter(|l| !l.trim_start().starts_with("//"));
            for line in uses {
                assert!(
                    !unknown.iter().any(|room| line.contains(&format!("crate::{room}::"))),
                    "{folder}/{file}: {line}"
                );
            }
        }
    }
}

#[test]
fn ids_are_unique_and_the_defaults_exist() {
    let unique: BTreeSet<_> = ids().into_iter().collect();
    assert_eq!(unique.len(), TARGETS.len());
    for id in DEFAULT {
        assert!(unique.contains(id), "{id}");
    }
    let vocabulary: Vec<_> = VOCABULARY.ids().collect();
    assert_eq!(vocabulary, ids(), "VOCABULARY and TARGETS");
}

#[test]
fn every_template_grammar_has_an_escaper_and_a_quote_file() {
    let askama = read("askama.toml");
    for template in files_below("templates") {
        // Sent as it is.
        if ["page/icon.svg", "page/style.css"].contains(&template.as_str()) {
            continue;
        }
        let extension = Path::new(&template).extension().and_then(|e| e.to_str()).expect("an extension");
        assert!(
            askama.contains(&format!("\"{extension}\"")),
            "{template}: askama.toml has no escaper for .{extension}"
        );
        // What is published has web's own languages, and no grammar of a mail program.
        let published = template.contains('/');
        let grammar = root().join(format!("src/quote/{extension}.rs"));
        assert!(published || grammar.is_file(), "src/quote/{extension}.rs");
    }
}

fn walk(table: &'static Table, seen: &mut BTreeSet<*const Table>, check: &mut dyn FnMut(&'static Table)) {
    if !seen.insert(table) {
        return;
    }
    check(table);
    fn shape(s: Shape, seen: &mut BTreeSet<*const Table>, check: &mut dyn FnMut(&'static Table)) {
        match s {
            Shape::Map(table) => walk(table, seen, check),
            Shape::List(inner) | Shape::Names(inner) => shape(*inner, seen, check),
            Shape::Either(all) => all.iter().for_each(|s| shape(*s, seen, check)),
            _ => {}
        }
    }
    for key in table.keys {
        shape(key.shape, seen, check);
    }
}

/// The settled keys, and each of them explained.
#[test]
fn the_key_table_is_the_model() {
    let mut tables = BTreeSet::new();
    walk(&keys::FILE, &mut BTreeSet::new(), &mut |table| {
        let unique: BTreeSet<_> = table.keys.iter().map(|k| k.name).collect();
        assert_eq!(unique.len(), table.keys.len(), "{}: a key twice", table.what);
        for key in table.keys {
            assert!(key.doc.ends_with('.') && key.doc.len() > 8, "{}: {} is not explained", table.what, key.name);
        }
        tables.insert(format!("{}: {}", table.what, unique.into_iter().collect::<Vec<_>>().join(" ")));
    });
    let said = |what: &str, keys: &str| {
        let mut keys: Vec<_> = keys.split(' ').collect();
        keys.sort_unstable();
        let line = format!("{what}: {}", keys.join(" "));
        assert!(tables.contains(&line), "{line}\nis not in\n{tables:#?}");
    };
    said("an account file", "generate defaults accounts providers serve");
    said(
        "an account",
        "address name default login provider password oauth2 retrieve imap pop3 smtp identities folders save_sent signature pgp smime maildir carddav caldav targets",
    );
    said("a server", "host port tls login password auth");
    said("an identity", "address name signature reply_to pgp smtp");
    said("folders", "language root sent drafts trash junk archive all");
    said(
        "a provider",
        "name domains mx login imap pop3 smtp auth oauth2 folders save_sent carddav caldav help limits source date",
    );
    said("OAuth2 settings", "token client_id client_secret auth_url token_url scopes mechanism proxy");
}

#[test]
fn the_committed_schema_is_the_key_table() {
    let new = serde_json::to_string_pretty(&json_schema(VOCABULARY)).expect("JSON") + "\n";
    let path = root().join("mailwright.schema.json");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &new).expect("write");
    }
    assert!(fs::read_to_string(&path).expect("mailwright.schema.json") == new, "mailwright.schema.json is old");
}

/// The README's tables are made from the lists.
#[test]
fn the_tables_of_the_readme_are_generated() {
    let mut targets = String::from("| target | what is written | judged by | notes |\n|---|---|---|---|\n");
    for target in TARGETS {
        let a = target.about();
        let files: Vec<String> = a.files.iter().map(|f| format!("`{f}`")).collect();
        targets.push_str(&format!(
            "| `{}`: {} | {} | {} | {} |\n",
            a.id,
            a.title,
            files.join(", "),
            a.oracle,
            a.notes.len()
        ));
    }
    let account = keys::FILE
        .keys
        .iter()
        .find_map(|k| match k.shape {
            Shape::Names(Shape::Map(table)) if k.name == "accounts" => Some(*table),
            _ => None,
        })
        .expect("accounts");
    let mut account_keys = String::from("| key | meaning |\n|---|---|\n");
    for key in account.keys {
        account_keys.push_str(&format!("| `{}` | {} |\n", key.name, key.doc));
    }
    let old = read("README.md");
    let mut new = old.clone();
    for (name, table) in [("targets", &targets), ("keys", &account_keys)] {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = new.find(&open).unwrap_or_else(|| panic!("README.md has no {open}")) + open.len();
        let end = start + new[start..].find(&close).unwrap_or_else(|| panic!("README.md has no {close}"));
        new.replace_range(start..end, table);
    }
    if env::var_os("UPDATE_GOLDEN").is_some() && new != old {
        fs::write(root().join("README.md"), &new).expect("write");
    }
    assert!(read("README.md") == new, "the README's tables are old: UPDATE_GOLDEN=1 cargo test --test registry");
}

/// Every example can be used as it is.
#[test]
fn every_example_resolves() {
    let mut count = 0;
    for name in names("examples").iter().filter(|n| n.ends_with(".yaml")) {
        let reading = mailwright::read_text(name, &read(&format!("examples/{name}")));
        assert!(!reading.failed(), "{name}: {:?}", reading.problems);
        count += 1;
    }
    assert!(count >= 4, "one example an audience");
}
