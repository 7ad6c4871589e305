//! The command line as a manual: every page of `tests/cli/` and the README, typed and compared.
//!
//! Each ` ```console ` block is run in a folder of its own page (`NAME.in/`, in a copy where `NAME.out/` is there, too);
//! `...` stands for lines and `[..]` for text that is left out. `TRYCMD=overwrite cargo test --test cli` writes the
//! outputs anew; the review is the diff.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::{env, fs};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mailwright"))
}

/// Cases that find our program and a few of everyday, and that no setting of the user's reaches.
fn cases() -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    let folder = program().parent().expect("folder").display();
    cases.env("PATH", format!("{folder}:/usr/local/bin:/usr/bin:/bin"));
    cases.env("LC_ALL", "C");
    cases.env("NO_COLOR", "1");
    cases.register_bin("mailwright", program());
    for name in ["sh", "cat", "find"] {
        let path = ["/bin", "/usr/bin"]
            .iter()
            .map(|folder| Path::new(folder).join(name))
            .find(|path| path.exists())
            .unwrap_or_else(|| panic!("{name} is not there"));
        cases.register_bin(name, path);
    }
    cases
}

#[test]
fn the_manual() {
    cases().case(Path::new(ROOT).join("tests/cli/*.md"));
}

#[test]
fn the_readme() {
    page_with_examples("README.md", "README");
}

#[test]
fn the_page_for_mail_hosts() {
    page_with_examples("docs/mail-host.md", "mail-host");
}

/// A page in a folder with the examples and the files that it shows, so that what it shows is what a reader gets.
fn page_with_examples(source: &str, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name.to_lowercase());
    let page = folder.join(format!("{name}.md"));
    let inputs = folder.join(format!("{name}.in"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(inputs.join("examples")).expect("folder");
    fs::create_dir_all(folder.join(format!("{name}.out"))).expect("folder");
    fs::copy(Path::new(ROOT).join(source), &page).expect("the page");
    for example in examples() {
        let name = example.file_name().expect("name");
        fs::copy(&example, inputs.join("examples").join(name)).expect("example");
    }
    let text = fs::read_to_string(&page).expect("the page");
    for (name, content) in shown_files(&text) {
        fs::write(inputs.join(name), content).expect("shown file");
    }
    let cases = cases();
    // A page that shows another home directory names it; here it would be the user's own.
    let home = folder.join("home");
    fs::create_dir_all(&home).expect("folder");
    cases.env("HOME", home.to_string_lossy());
    cases.case(&page).run();
    if env::var("TRYCMD").as_deref() == Ok("overwrite") {
        fs::copy(&page, Path::new(ROOT).join(source)).expect("the page");
    }
}

/// The account files that the README shows: each ` ```yaml ` block whose first line is `# NAME.yaml`.
fn shown_files(text: &str) -> Vec<(&str, &str)> {
    text.split("```yaml\n")
        .skip(1)
        .filter_map(|rest| {
            let content = rest.split("```").next()?;
            let name = content.lines().next()?.strip_prefix("# ")?;
            name.ends_with(".yaml").then_some((name, content))
        })
        .collect()
}

fn examples() -> Vec<PathBuf> {
    let mut examples: Vec<PathBuf> = fs::read_dir(Path::new(ROOT).join("examples"))
        .expect("examples")
        .map(|e| e.expect("entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .collect();
    examples.sort();
    assert!(examples.len() >= 8, "too few examples");
    examples
}

/// Every example can be used as it is: no finding, and something is written.
#[test]
fn the_examples() {
    for example in examples() {
        let out = tempfile::tempdir().expect("folder");
        for args in [&["check"][..], &["generate", "-o", &out.path().to_string_lossy()]] {
            let output =
                std::process::Command::new(program()).args(args).arg(&example).output().expect("the program runs");
            assert!(
                output.status.success(),
                "{args:?} {}: {}",
                example.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        assert!(out.path().read_dir().expect("folder").next().is_some());
    }
}
