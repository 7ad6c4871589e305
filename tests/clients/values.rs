//! Values that break configuration files: how they are made, and what the library refuses of them.

use std::collections::BTreeMap;
use std::env;

use mailwright::problem::Problem;
use mailwright::target::{Bundle, Run, find};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::report::Findings;

/// How many cases there are for each program.
pub fn cases() -> usize {
    env::var("MAILWRIGHT_REAL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(100)
}

/// One value for each field.
pub type Fields = BTreeMap<&'static str, String>;

/// Special characters of every grammar, what looks like a command or a tag, words, and lengths around every limit.
pub fn nasty() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "\"",
        "'",
        "\\",
        "`",
        "$",
        "#",
        ";",
        "%",
        " ",
        "<",
        ">",
        "&",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "=",
        ":",
        ",",
        "!",
        "|",
        "~",
        "*",
        "?",
        "^",
        "$HOME",
        "$(id)",
        "${HOME}",
        "$u",
        "`id`",
        "\\n",
        "\\\"",
        "\\'",
        "\\\\",
        "'\\''",
        "]]>",
        "&amp;",
        "&#10;",
        "<!--",
        "%s",
        "%EMAILADDRESS%",
        "https://x.example/",
        "/./",
        "/../",
        "%40",
        "é",
        "日本",
        "ß",
        "\u{a0}",
        "\u{feff}",
        "🙈",
        "EOF",
        "set x=y",
        "-",
        "--",
        "@",
        "+",
        ".",
        "/",
    ]);
    let piece = prop_oneof![3 => special.prop_map(str::to_owned), 2 => "[a-zA-Z0-9]{1,4}"];
    let text = |most: usize| prop::collection::vec(piece.clone(), 1..most).prop_map(|v| v.concat());
    let ends = |end: &'static str| text(6).prop_map(move |t| format!("{end}{t}{end}"));
    prop_oneof![
        12 => text(12),
        2 => "[ -~]{1,60}",
        1 => ends(" "),
        1 => ends("\""),
        1 => text(200).prop_map(|t| cut(&t, 600)),
        1 => (450usize..600).prop_map(|n| "x".repeat(n)),
        1 => prop::sample::select(vec!["0012345", "1e5", "true", "0x10", "0b101", "0o17", "0X1F", " 7", "yes", "~", "-1", "\\", "\"", "'", "\"\"", " "])
            .prop_map(str::to_owned),
        1 => (text(4), prop::sample::select(vec!["\n", "\t", "\r", "\0", "\u{1}", "\u{7f}", "\u{85}", "\u{2028}", "\u{fffe}"]), text(4))
            .prop_map(|(a, b, c)| format!("{a}{b}{c}")),
    ]
}

/// The cases as single values, the same in every run.
pub fn list() -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    let strategy = nasty();
    (0..cases()).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

/// The first bytes of a text, whole characters only.
pub fn cut(text: &str, most: usize) -> String {
    let end = text.char_indices().map(|(i, c)| i + c.len_utf8()).take_while(|end| *end <= most).last().unwrap_or(0);
    text[..end].to_owned()
}

/// What harmless values lead to, and then, for so many cases, nasty values and what they lead to. What is refused alone is
/// replaced by a harmless value. The values are the same in every run.
pub fn rendered(
    target: &str,
    count: usize,
    names: &[&'static str],
    tidy: impl Fn(&str, String) -> String,
    render: impl Fn(&Fields) -> Result<Bundle, Vec<Problem>>,
    findings: &mut Findings,
) -> (Bundle, Vec<(Fields, Bundle)>) {
    let harmless: Fields = names.iter().map(|n| (*n, "harmless".to_owned())).collect();
    let base = render(&harmless).expect("harmless values are accepted");
    let mut runner = TestRunner::deterministic();
    let strategy = nasty();
    let mut all = Vec::new();
    for _ in 0..count {
        let mut fields = harmless.clone();
        for name in names {
            let value = tidy(name, strategy.new_tree(&mut runner).expect("a value").current());
            let mut alone = harmless.clone();
            alone.insert(name, value.clone());
            match render(&alone) {
                Ok(_) => {
                    fields.insert(name, value);
                }
                Err(problems) => refused(target, name, &value, &problems, findings),
            }
        }
        match render(&fields) {
            Ok(bundle) => all.push((fields, bundle)),
            Err(problems) => {
                findings.check(false, || format!("accepted alone, refused together: {fields:?}: {problems:?}"))
            }
        }
    }
    (base, all)
}

/// A refusal names a reason and a way out, and does not come without need.
pub fn refused(target: &str, field: &str, value: &str, problems: &[Problem], findings: &mut Findings) {
    findings.refused();
    let errors: Vec<_> = problems.iter().filter(|p| p.severity == mailwright::problem::Severity::Error).collect();
    let told = !errors.is_empty()
        && errors.iter().all(|p| !(p.message.is_empty() || p.reason.is_empty() && p.help.is_empty()));
    findings.check(told, || format!("{field} {value:?} is refused without a reason: {problems:?}"));
    let control = |c: char| c.is_control() || "\u{2028}\u{2029}\u{fffe}\u{ffff}".contains(c);
    let placeholder = ["%EMAIL", "%REALNAME%"].iter().any(|p| value.contains(p));
    let need = value.trim().is_empty() || value.len() > 400 || value.contains(control) || placeholder;
    let names = ["gitea", "grafana"].contains(&target) && field == "name";
    let need = need || (field == "login" || names) && beyond(target, value);
    findings.check(need, || format!("{field} {value:?} is refused: {errors:?}"));
}

/// Logins that a program cannot have, as seen in it.
fn beyond(target: &str, login: &str) -> bool {
    match target {
        // What the readers of such files do not agree about.
        "dotenv" | "vaultwarden" => {
            let both = login.contains('\'') && login.contains(['"', '\\', '$', '`']);
            both || ["${", "\\\\", "\u{feff}"].iter().any(|p| login.contains(p)) || login.ends_with('\\')
        }
        // What is filled in and has no escape.
        "spring" => login.contains("${"),
        "gitea" => login.contains("%(") || login.contains('`') && login.contains("\"\"\""),
        "grafana" => login.contains("${") || beyond("gitea", login),
        // Python's smtplib.
        "django" => !login.is_ascii(),
        // Cut off after so many bytes.
        "mutt" => login.len() > 127,
        // "Unable to open mailbox imap://...", by IMAP.
        "neomutt" => login.len() > 127 || login.contains(['"', '#', '<', '>', '?', '\\', '^', '`', '{', '|', '}']),
        _ => false,
    }
}

/// What a target makes of an account file, or why nothing.
pub fn render(target: &str, account_file: &str) -> Result<Bundle, Vec<Problem>> {
    rendered_by(target, account_file, false)
}

/// The same, with passwords that stand in the file.
pub fn render_with_secrets(target: &str, account_file: &str) -> Result<Bundle, Vec<Problem>> {
    rendered_by(target, account_file, true)
}

fn rendered_by(target: &str, account_file: &str, cleartext: bool) -> Result<Bundle, Vec<Problem>> {
    let reading = mailwright::read_text("nasty.yaml", account_file);
    if reading.failed() {
        return Err(reading.problems);
    }
    find(target).expect("a target").render(&Run { cleartext, ..Run::of(&reading.mail) })
}
