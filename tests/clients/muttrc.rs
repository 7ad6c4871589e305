//! What mutt and neomutt say that their settings are (`-D`), as plain values.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use percent_encoding::percent_decode_str;

use crate::lab::{self, Home, run};

/// mutt's name of a setting -> its value, unquoted; switches are `yes` and `no`.
pub type Settings = BTreeMap<String, String>;

/// Reads a configuration file with the program. The error is whatever the program complains about.
pub fn read(program: &str, home: &Home, file: &Path) -> Result<Settings, String> {
    let mut command = home.command("unshare");
    command.args(["--net", program, "-n", "-D", "-F"]).arg(file);
    // Not in the home directory: mutt shows what is below the working directory without its path.
    let said = run(command.current_dir(home.path().join("bin")));
    // neomutt tries to log in at the servers of all mailboxes that it reads of. Here there are none.
    let offline = |line: &&str| line.starts_with("Could not find the host") || line.starts_with("Could not connect to");
    let complaints: Vec<&str> = said.err.lines().filter(|l| !l.is_empty() && !offline(l)).collect();
    if !said.ok || !complaints.is_empty() {
        return Err(format!("{program}: {}: {}", file.display(), complaints.join("; ")));
    }
    let mut settings: Settings = said.out.lines().filter_map(setting).collect();
    if program == "mutt" {
        // It shows the first 256 bytes of a line only.
        let long: Vec<String> =
            said.out.lines().filter(|l| l.len() > 200).filter_map(setting).map(|(name, _)| name).collect();
        if !long.is_empty() {
            settings.extend(long_values(home, file, long));
        }
    }
    Ok(settings)
}

/// Values of any length, by way of mutt's environment: a command that it runs writes them to files.
fn long_values(home: &Home, file: &Path, names: Vec<String>) -> Settings {
    let mut lines = format!("source \"{}\"\n", file.display());
    let mut write = String::new();
    for (n, name) in names.iter().enumerate() {
        lines.push_str(&format!("setenv LAB_{n} \"${name}\"\n"));
        write.push_str(&format!("printf %s \"$LAB_{n}\" > ~/lab-{n}; "));
    }
    home.program("write-long-values", &write);
    lines.push_str("set my_done=\"`write-long-values`\"\n");
    let driver = home.path().join("driver");
    lab::write_private(&driver, lines.as_bytes());
    run(home.command("mutt").args(["-n", "-Q", "from", "-F"]).arg(driver).current_dir(home.path().join("bin")));
    let read = |n: usize| {
        fs::read_to_string(home.path().join(format!("lab-{n}"))).unwrap_or_else(|e| format!("not read: {e}"))
    };
    names.into_iter().enumerate().map(|(n, name)| (name, read(n))).collect()
}

fn setting(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("set ").unwrap_or(line);
    if let Some(name) = line.strip_suffix(" is set") {
        return Some((name.to_owned(), "yes".into()));
    }
    if let Some(name) = line.strip_suffix(" is unset") {
        return Some((name.to_owned(), "no".into()));
    }
    let (name, value) = line.split_once('=')?;
    // Newer names of neomutt's; the older ones stay synonyms.
    let name = match name.trim() {
        "real_name" => "realname",
        "spool_file" => "spoolfile",
        name => name,
    };
    let value = value.trim_start_matches(' ');
    let value = match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        Some(quoted) => unescape(quoted),
        None => value.to_owned(),
    };
    Some((name.to_owned(), value))
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('t') => out.push('\t'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                other => out.extend(other),
            },
            c => out.push(c),
        }
    }
    out
}

/// The names of the settings that differ, but for `alias_file`, which is the file read.
pub fn changed(of: &Settings, from: &Settings) -> Vec<String> {
    let names = of.keys().chain(from.keys()).filter(|n| *n != "alias_file" && of.get(*n) != from.get(*n));
    let mut names: Vec<_> = names.cloned().collect();
    names.sort();
    names.dedup();
    names
}

/// A URL with nothing percent-encoded. mutt decodes some of a mailbox's user name when it shows it, and some not.
pub fn decoded(url: &str) -> String {
    percent_decode_str(url).decode_utf8_lossy().into_owned()
}

/// A mailbox as a whole path or URL: both programs abbreviate what is below `folder` by `=`, at times.
pub fn whole(settings: &Settings, mailbox: &str) -> String {
    let text = match mailbox.strip_prefix(['=', '+']) {
        Some(name) => format!("{}/{name}", settings["folder"].trim_end_matches('/')),
        None => mailbox.to_owned(),
    };
    decoded(&text)
}
