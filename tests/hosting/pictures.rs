//! What the README's pictures of set-up pages were made from: pages and style, as a name that changes when they do.

use mailwright::site::{Question, Site};
use uuid::Uuid;

/// The pictures: file, what is asked, the language.
pub const PICTURES: &[(&str, &str, &str)] = &[
    ("setup-desktop.png", "/setup?address=ada@analytical.example", "en"),
    ("setup-phone.png", "/setup?address=ada@analytical.example", "en"),
    ("setup-form.png", "/", "de"),
];

/// The file beside the pictures that says it.
pub const MADE_FROM: &str = "docs/images/made-from.txt";

/// What is to stand in [`MADE_FROM`].
pub fn made_from() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let reading = mailwright::read(&[format!("{root}/examples/mail-host.yaml")]);
    let site = Site::build(&reading.mail, None).expect("a site");
    let line = |(file, target, languages): &(&str, &str, &'static str)| {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let host = "autoconfig.analytical.example";
        let page = site.ask(&Question { languages, ..Question::get(host, path, query) });
        // The page names its style by what is in it.
        format!("{file} {}\n", Uuid::new_v5(&Uuid::NAMESPACE_URL, &page.body))
    };
    PICTURES.iter().map(line).collect()
}
