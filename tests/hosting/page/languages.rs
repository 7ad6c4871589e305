//! Every language says everything, and well.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mailwright::site::page::language::LANGUAGES;
use mailwright::site::page::language::Language;
use mailwright::site::question::Question;

use super::{HOST, engines, page, post};

/// `{...}` in a text; `**` and `[` count as well, since a sentence without them says less.
fn marks(texts: &[&str]) -> BTreeSet<String> {
    let mut marks = BTreeSet::new();
    for text in texts {
        assert_eq!(text.matches("**").count() % 2, 0, "{text}: ** without its end");
        assert_eq!(text.matches('[').count(), text.matches(']').count(), "{text}: [ without its end");
        if text.contains('[') {
            marks.insert("[]".to_owned());
        }
        for part in text.split('{').skip(1) {
            marks.insert(part.split_once('}').expect("a { without its end").0.to_owned());
        }
    }
    marks
}

fn english() -> &'static Language {
    Language::of_tag("en").expect("English")
}

#[test]
fn every_language_says_every_text_and_nothing_else() {
    let measure: BTreeMap<_, _> = english().said.iter().copied().collect();
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        let said: BTreeMap<_, _> = language.said.iter().copied().collect();
        for (key, texts) in &measure {
            match said.get(key) {
                None => wrong.push(format!("{}.yaml: {key} is missing", language.tag)),
                Some(own) if marks(own) != marks(texts) => {
                    wrong.push(format!(
                        "{}.yaml: {key} has {:?}, in English {:?}",
                        language.tag,
                        marks(own),
                        marks(texts)
                    ));
                }
                Some(own) if own.iter().any(|t| t.trim().is_empty() || t.trim() != *t) => {
                    wrong.push(format!("{}.yaml: {key} is empty or has blanks around it", language.tag));
                }
                Some(_) => {}
            }
        }
        wrong.extend(
            said.keys()
                .filter(|k| !measure.contains_key(*k))
                .map(|k| format!("{}.yaml: {k} is not in English", language.tag)),
        );
        let ids = |l: &Language| l.providers.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        if ids(language) != ids(english()) {
            wrong.push(format!(
                "{}.yaml: providers are {:?}, in English {:?}",
                language.tag,
                ids(language),
                ids(english())
            ));
        }
    }
    for (id, _) in english().providers {
        let facts = mailwright::provider::by_id(id);
        if facts.is_none_or(|f| f.help.app_password.is_none()) {
            wrong.push(format!("{id} is no provider with app passwords"));
        }
    }
    assert!(LANGUAGES.len() >= 3);
    assert_eq!(wrong, Vec::<String>::new());
}

/// "You sign in in the browser"; and Russian steps that described buttons which the other languages name.
#[test]
fn no_text_says_a_word_twice_and_steps_name_the_same_buttons() {
    let english: BTreeMap<_, _> = english().said.iter().copied().collect();
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        for (key, texts) in language.said {
            for text in *texts {
                let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
                if words.windows(2).any(|w| w[0] == w[1]) {
                    wrong.push(format!("{}.yaml: {key}: a word twice in {text}", language.tag));
                }
            }
            let buttons = |texts: &[&str]| texts.iter().map(|t| t.matches("**").count() / 2).collect::<Vec<_>>();
            let measure = buttons(english[key]);
            if buttons(texts) != measure {
                wrong.push(format!(
                    "{}.yaml: {key}: {:?} buttons, in English {measure:?}",
                    language.tag,
                    buttons(texts)
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_text_is_used_and_filled_in() {
    let mut code = String::new();
    for folder in ["src/site/page", "templates/page"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("folder").flatten() {
            if entry.path().is_file() {
                code += &fs::read_to_string(entry.path()).expect("text");
            }
        }
    }
    let known = ["address", "ascii", "domain", "password", "provider", "protocol", "programs", "[]"];
    for (key, texts) in english().said {
        let used = code
            .match_indices(&format!("t.{key}"))
            .any(|(at, word)| !code[at + word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        assert!(used, "{key} is not used");
        assert!(marks(texts).iter().all(|m| known.contains(&m.as_str())), "{key}: {:?}", marks(texts));
    }
}

#[test]
fn the_language_is_the_one_asked_for_else_the_browsers() {
    let site = engines("");
    let lang = |question: &Question<'_>| {
        let answer = site.ask(question);
        let language = page(&answer).all("html").next().and_then(|e| e.get("lang").map(str::to_owned)).expect("lang");
        assert!(answer.headers.contains(&("Content-Language", language.clone().into())));
        assert!(answer.headers.contains(&("Vary", "Accept-Language".into())));
        language
    };
    let home = |query, languages| Question { languages, ..Question::get(HOST, "/", query) };
    assert_eq!(lang(&home("", "")), "en");
    assert_eq!(lang(&home("", "ru-RU,ru;q=0.9")), "ru");
    assert_eq!(lang(&home("lang=de", "ru")), "de");
    assert_eq!(lang(&home("lang=%22%3E", "ru")), "ru");
    assert_eq!(lang(&post("address=ada%40analytical.example&lang=de", "ru")), "de");
    assert_eq!(lang(&post("address=ada%40analytical.example", "ru")), "ru");
    // Each page leads to all languages, and says which it is.
    for question in [home("", "de"), post("address=a%40analytical.example", "de")] {
        let page = page(&site.ask(&question));
        let offered: Vec<_> =
            page.elements.iter().filter(|e| matches!(&*e.name, "a" | "button") && e.get("lang").is_some()).collect();
        assert_eq!(offered.len(), LANGUAGES.len());
        let current: Vec<_> =
            offered.iter().filter(|e| e.get("aria-current").is_some()).map(|e| e.get("lang")).collect();
        assert_eq!(current, [Some("de")]);
    }
}
