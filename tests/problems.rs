//! Problems as a user meets them: `tests/problems/<case>.yaml` through the real program, its words in `<case>.txt`.
//!
//! The wording is a feature: a change to it is reviewed as a diff (`UPDATE_GOLDEN=1 cargo test --test problems`). No
//! secret of a case (they all hold `hunter2`) may ever be in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems")
}

fn mailwright(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailwright")).args(args).current_dir(folder).output().expect("the program runs")
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root())
        .expect("tests/problems")
        .filter_map(|e| e.expect("entry").file_name().into_string().ok())
        .filter_map(|n| n.strip_suffix(".yaml").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() > 20);
    names
}

#[test]
fn the_words_of_every_problem() {
    let mut wrong = Vec::new();
    for name in cases() {
        let file = format!("{name}.yaml");
        let output = mailwright(&root(), &["check", &file]);
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.stdout.is_empty(), "{name}: standard output is not for talk");
        for text in [&stderr, &json_of(&file)] {
            assert!(!text.to_lowercase().contains("hunter2"), "{name} shows a secret:\n{text}");
            assert!(!text.contains('\u{1b}'), "{name} lets a control character through");
        }
        let text = format!("$ mailwright check {file}\n{stderr}exit code {}\n", output.status.code().expect("code"));
        let expected = root().join(format!("{name}.txt"));
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &text).expect("write");
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(&text) {
            wrong.push(format!("{name}:\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "these words differ; look with UPDATE_GOLDEN=1 and git diff:\n{}", wrong.join("\n"));
}

fn json_of(file: &str) -> String {
    let output = mailwright(&root(), &["check", "--format", "json", file]);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The same problems as data: as many, with the same codes, places and exit code.
#[test]
fn json_says_the_same() {
    for name in cases() {
        let file = format!("{name}.yaml");
        let text = mailwright(&root(), &["check", &file]);
        let data = mailwright(&root(), &["check", "--format", "json", &file]);
        assert_eq!(text.status.code(), data.status.code(), "{name}");
        let value: serde_json::Value = serde_json::from_slice(&data.stdout).expect("JSON");
        let stderr = String::from_utf8(text.stderr).expect("UTF-8");
        let problems = value["problems"].as_array().expect("a list");
        for problem in problems {
            let code = problem["code"].as_str().expect("code");
            let severity = problem["severity"].as_str().expect("severity");
            assert!(stderr.contains(&format!("{severity}[{code}]")), "{name}: {code}");
            if let (Some(line), Some(column)) = (problem["line"].as_u64(), problem["column"].as_u64()) {
                assert!(stderr.contains(&format!("{file}:{line}:{column}")), "{name}: {line}:{column}\n{stderr}");
            }
        }
        let drawn = stderr
            .lines()
            .filter(|l| l.starts_with("error[") || l.starts_with("warning[") || l.starts_with("note["))
            .count();
        assert_eq!(problems.len(), drawn, "{name}");
    }
}

/// Every error has a way out, and none lets anything be written.
#[test]
fn every_error_has_a_fix_and_writes_nothing() {
    let out = env::temp_dir().join(format!("mailwright-problems-{}", std::process::id()));
    for name in cases() {
        let file = format!("{name}.yaml");
        let data = mailwright(&root(), &["check", "--format", "json", &file]);
        let value: serde_json::Value = serde_json::from_slice(&data.stdout).expect("JSON");
        let errors: Vec<_> =
            value["problems"].as_array().expect("list").iter().filter(|p| p["severity"] == "error").collect();
        for error in &errors {
            assert!(error["help"].as_str().is_some_and(|h| !h.is_empty()), "{name}: no way out: {error}");
        }
        if errors.is_empty() {
            continue;
        }
        let written = mailwright(&root(), &["generate", &file, "-o", out.to_str().expect("UTF-8")]);
        assert_eq!(written.status.code(), Some(2), "{name}");
        assert!(!out.exists(), "{name} wrote something");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let folder = env::temp_dir().join(format!("mailwright-unreadable-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("folder");
    let said = |args: &[&str]| {
        let output = mailwright(&folder, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert!(said(&["check", "missing.yaml"]).contains("error[no-such-file]: there is no file missing.yaml"));
    assert!(said(&["check", "."]).contains("error[empty-folder]: there is no account file in the folder ."));

    fs::write(folder.join("huge.yaml"), vec![b'#'; 100_000_000]).expect("write");
    assert!(said(&["check", "huge.yaml"]).contains("error[file-too-large]: huge.yaml is larger than 64 MiB"));

    fs::write(folder.join("deep.yaml"), "[".repeat(100_000)).expect("write");
    assert!(said(&["check", "deep.yaml"]).contains("error[too-deep]"));

    fs::write(folder.join("deep-block.yaml"), (0..5_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>())
        .expect("write");
    assert!(said(&["check", "deep-block.yaml"]).contains("error[too-deep]"));

    fs::write(
        folder.join("wide.yaml"),
        format!("accounts: {{ ada@gmail.com: {{ name: {} }} }}", "x".repeat(1_000_000)),
    )
    .expect("write");
    assert_eq!(mailwright(&folder, &["check", "wide.yaml"]).status.code(), Some(0));

    fs::write(folder.join("utf16.yaml"), [0xff, 0xfe, b'a', 0]).expect("write");
    assert!(said(&["check", "utf16.yaml"]).contains("UTF-16"));
    fs::remove_dir_all(&folder).expect("remove");
}

/// One broken file of several does not hide what is wrong in the others.
#[test]
fn several_files_report_together() {
    let output = mailwright(&root(), &["check", "missing.yaml", "two-defaults.yaml"]);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("no-such-file") && text.contains("two-defaults"), "{text}");
}
