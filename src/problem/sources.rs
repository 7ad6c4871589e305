//! The files of a run, and problems drawn on them: a caret under the user's own words, with secrets masked.
//!
//! Nothing of a file that could not be parsed is drawn, since nobody knows yet where its secrets are.

use std::ops::Range;
use std::sync::OnceLock;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::{Place, Problem, Severity};

/// One file of a run: its name as the user typed it, its text, and what in it is secret.
#[derive(Debug, Default)]
pub struct Source {
    /// As typed; `-` is standard input.
    pub name: String,
    text: String,
    secrets: Vec<Range<usize>>,
    parsed: bool,
    /// Where each line starts; made when the first problem is shown.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    /// Index of the line that holds byte `at`, and where that line starts.
    fn line(&self, at: usize) -> (usize, usize) {
        let lines = self
            .lines
            .get_or_init(|| std::iter::once(0).chain(self.text.match_indices('\n').map(|(i, _)| i + 1)).collect());
        let line = lines.partition_point(|start| *start <= at) - 1;
        (line, lines[line])
    }

    /// Where the line that holds byte `at` ends, its line feed excluded.
    fn line_end(&self, at: usize) -> usize {
        let (line, _) = self.line(at);
        let next = self.lines.get().and_then(|lines| lines.get(line + 1));
        next.map_or(self.text.len(), |next| next - 1)
    }

    /// The secrets that reach into a stretch of the text.
    fn secrets_in(&self, from: usize, to: usize) -> &[Range<usize>] {
        let first = self.secrets.partition_point(|r| r.end <= from);
        let last = self.secrets.partition_point(|r| r.start < to);
        &self.secrets[first..last.max(first)]
    }
}

/// All files of a run, in the order given.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and returns its index for [`Place::file`].
    pub fn add(&mut self, name: impl Into<String>, text: String) -> u16 {
        self.files.push(Source { name: name.into(), text, ..Source::default() });
        u16::try_from(self.files.len() - 1).unwrap_or(u16::MAX)
    }

    /// Whether no further file has a number: [`Place::file`] has 16 bits, since every value keeps one.
    pub fn is_full(&self) -> bool {
        self.files.len() >= usize::from(u16::MAX)
    }

    /// The text of a file.
    pub fn text(&self, file: u16) -> &str {
        self.files.get(usize::from(file)).map_or("", |f| &f.text)
    }

    /// The text of the first file of this name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|f| f.name == name).map(|f| f.text.as_str())
    }

    /// The names of all texts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|s| s.name.as_str())
    }

    /// The name of a file.
    pub fn name(&self, file: u16) -> &str {
        self.files.get(usize::from(file)).map_or("", |f| &f.name)
    }

    /// Says that a file could be parsed and where its secrets are; only then its lines are ever drawn.
    pub fn set_secrets(&mut self, file: u16, mut secrets: Vec<Range<usize>>) {
        if let Some(f) = self.files.get_mut(usize::from(file)) {
            secrets.sort_by_key(|r| (r.start, r.end));
            let mut merged: Vec<Range<usize>> = Vec::new();
            for r in secrets {
                match merged.last_mut() {
                    Some(last) if r.start <= last.end => last.end = last.end.max(r.end),
                    _ => merged.push(r),
                }
            }
            f.secrets = merged;
            f.parsed = true;
        }
    }

    /// A word of the user's as a message may quote it: shortened, and not at all when a secret stands there.
    pub fn quote(&self, text: &str, place: Place) -> String {
        let secret = self.files.get(usize::from(place.file)).is_some_and(|source| {
            !source.parsed
                || !source
                    .secrets_in(place.start as usize, (place.end as usize).max(place.start as usize + 1))
                    .is_empty()
        });
        if secret {
            "***".to_owned()
        } else if text.chars().count() <= 60 {
            text.to_owned()
        } else {
            format!("{}...", text.chars().take(57).collect::<String>())
        }
    }

    /// Line and column, both from 1; the column counts characters.
    pub fn line_column(&self, place: Place) -> (usize, usize) {
        let Some(source) = self.files.get(usize::from(place.file)) else {
            return (1, 1);
        };
        let start = floor_char(&source.text, place.start as usize);
        let (line, line_start) = source.line(start);
        (line + 1, source.text[line_start..start].chars().count() + 1)
    }

    /// `file:line:column`.
    pub fn describe(&self, place: Place) -> String {
        let (line, column) = self.line_column(place);
        format!("{}:{line}:{column}", self.name(place.file))
    }

    /// The problem as a person reads it.
    pub fn draw(&self, problem: &Problem, colour: bool) -> String {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let message = visible(&problem.message);
        let mut group: Group<'_> = Group::with_title(level.primary_title(message).id(problem.code));
        let mut reason = visible(&problem.reason);
        if let Some(place) = problem.place {
            let (line, column) = self.line_column(place);
            let source = self.files.get(usize::from(place.file));
            let name = visible(self.name(place.file));
            if source.is_some_and(|s| s.parsed) {
                let (text, first_line, span) = self.excerpt(place);
                // One of several lines has no room at the caret; it stands below.
                let fits = !reason.is_empty() && !reason.contains('\n');
                let label = fits.then(|| std::mem::take(&mut reason));
                let mut snippet = Snippet::source(text.clone()).line_start(first_line).fold(false);
                if text.get(..span.start).is_some_and(|t| t.chars().count() + 1 == column) {
                    snippet = snippet.path(name);
                } else {
                    // A mask before the caret has moved it: the true place is named on a line of its own.
                    group = group.element(Origin::path(name).line(line).char_column(column));
                }
                group = group.element(snippet.annotation(AnnotationKind::Primary.span(span).label(label)));
            } else {
                group = group.element(Origin::path(name).line(line).char_column(column));
            }
        }
        if !reason.is_empty() {
            group = group.element(Level::NOTE.message(reason));
        }
        if !problem.help.is_empty() {
            group = group.element(Level::HELP.message(visible(&problem.help)));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// The problem as a program reads it.
    pub fn json(&self, problem: &Problem) -> Value {
        let mut value = json!({
            "severity": problem.severity.word(),
            "code": problem.code,
            "message": problem.message,
        });
        if let Some(place) = problem.place {
            let (line, column) = self.line_column(place);
            value["file"] = json!(self.name(place.file));
            value["line"] = json!(line);
            value["column"] = json!(column);
        }
        if !problem.reason.is_empty() {
            value["reason"] = json!(problem.reason);
        }
        if !problem.help.is_empty() {
            value["help"] = json!(problem.help);
        }
        value
    }

    /// The line or lines of a place, secrets masked; the number of the first; and the place within them.
    fn excerpt(&self, place: Place) -> (String, usize, Range<usize>) {
        let Some(source) = self.files.get(usize::from(place.file)) else {
            return (String::new(), 1, 0..0);
        };
        let text = source.text.as_str();
        let start = floor_char(text, place.start as usize);
        // A place of many lines (a whole account) is shown by its first line.
        let line_end = source.line_end(start);
        let end = floor_char(text, place.end as usize).clamp(start, line_end);
        let (line, line_start) = source.line(start);
        // Of a very long line (generated YAML) the neighbourhood is enough.
        const NEAR: usize = 160;
        let end = floor_char(text, end.min(start + NEAR));
        let (line_start, line_end) = if line_end - line_start > 3 * NEAR {
            (floor_char(text, start.saturating_sub(NEAR).max(line_start)), floor_char(text, (end + NEAR).min(line_end)))
        } else {
            (line_start, line_end)
        };

        // Each secret becomes three stars, so that not even its length is shown.
        const MASK: &str = "***";
        let mut shown = String::new();
        let (mut position, mut new_start, mut new_end) = (line_start, None, None);
        // A place's end may lie where a secret ends; its start never does.
        let (before_start, before_end) = (|s: usize| start < s, |s: usize| end <= s);
        for secret in source.secrets_in(line_start, line_end) {
            let (s, e) = (secret.start.clamp(line_start, line_end), secret.end.clamp(line_start, line_end));
            if before_start(s) {
                new_start.get_or_insert(shown.len() + start.saturating_sub(position));
            }
            if before_end(s) {
                new_end.get_or_insert(shown.len() + end.saturating_sub(position));
            }
            shown.push_str(&text[position..s]);
            if start < e {
                new_start.get_or_insert(shown.len());
            }
            shown.push_str(MASK);
            if end <= e {
                new_end.get_or_insert(shown.len());
            }
            position = e;
        }
        let new_start = new_start.unwrap_or(shown.len() + start.saturating_sub(position));
        let new_end = new_end.unwrap_or(shown.len() + end.saturating_sub(position));
        shown.push_str(&text[position..line_end]);
        let shown = shown.trim_end_matches('\r').to_owned();
        let new_start = floor_char(&shown, new_start);
        let new_end = floor_char(&shown, new_end.max(new_start));
        (shown, line + 1, new_start..new_end)
    }
}

/// Control characters as visible pictures: a message must not steer the terminal it is shown on.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => c,
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            c if c.is_control() => '\u{fffd}',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, secret: &str, at: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text.to_owned());
        let s = text.find(secret).expect("secret");
        sources.set_secrets(file, std::iter::once(s..s + secret.len()).collect());
        let p = text.find(at).expect("place");
        let place = Place { file, start: p as u32, end: (p + at.len()) as u32 };
        sources.draw(&Problem::error("x", place, "m").because("here"), false)
    }

    #[test]
    fn secrets_are_masked_before_and_under_the_caret() {
        let before = drawn("{ password: hunter22222, nmae: x }\n", "hunter22222", "nmae");
        assert!(before.contains("{ password: ***, nmae: x }"), "{before}");
        let line = before.lines().find(|l| l.contains("nmae")).expect("line");
        let caret = before.lines().find(|l| l.contains('^')).expect("caret");
        assert_eq!(line.find("nmae"), caret.find('^'), "{before}");
        let under = drawn("{ password: hunter22222, nmae: x }\n", "hunter22222", "hunter22222");
        assert!(!under.contains("hunter") && under.contains("^^^ here"), "{under}");
    }

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(visible("a\u{1b}[31m"), "a\u{241b}[31m");
    }
}
