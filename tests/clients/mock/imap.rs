//! IMAP with empty folders.

use std::io;

use super::{Attempt, Line, Message, first_word, sasl};

/// Patterns are matched by recursion.
const LONGEST_PATTERN: usize = 1000;

/// A command with its arguments: quoted strings and literals are their content, a list in parentheses is one.
type Words = Vec<Vec<u8>>;

pub fn serve(mut line: Line<'_>) -> io::Result<()> {
    let greeting = capabilities(&line);
    line.write(&format!("* OK [CAPABILITY {greeting}] ready"))?;
    let mut inside = false;
    loop {
        let words = command(&mut line)?;
        let word = |n: usize| String::from_utf8_lossy(words.get(n).map_or(&[][..], Vec::as_slice)).into_owned();
        let (tag, verb) = (word(0), word(1).to_uppercase());
        let done = format!("{tag} OK {verb} done");
        match verb.as_str() {
            "CAPABILITY" => line.write(&format!("* CAPABILITY {}\r\n{done}", capabilities(&line)))?,
            "NOOP" | "CHECK" => line.write(&done)?,
            "ID" => line.write(&format!("* ID (\"name\" \"mock\")\r\n{done}"))?,
            "LOGOUT" => return line.write(&format!("* BYE\r\n{done}")),
            "LOGIN" | "AUTHENTICATE" => {
                let attempt = if verb == "LOGIN" {
                    let bytes = |n: usize| words.get(n).cloned().unwrap_or_default();
                    Some(Attempt { mechanism: "IMAP LOGIN".into(), user: bytes(2), password: bytes(3) })
                } else if sasl::knows(&word(2).to_uppercase()) {
                    sasl::exchange(&mut line, "+", &word(2).to_uppercase(), words.get(3).map(Vec::as_slice))?
                } else {
                    line.write(&format!("{tag} NO no such mechanism"))?;
                    continue;
                };
                match attempt {
                    None => line.write(&format!("{tag} BAD broken off"))?,
                    Some(attempt) => {
                        inside = line.logged_in(attempt);
                        let no = format!("{tag} NO [AUTHENTICATIONFAILED] no");
                        line.write(if inside { &done } else { &no })?;
                    }
                }
            }
            _ if !inside => line.write(&format!("{tag} BAD log in first"))?,
            "NAMESPACE" => line.write(&format!("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n{done}"))?,
            "IDLE" => {
                line.write("+ idling")?;
                line.read()?;
                line.write(&done)?;
            }
            "LIST" | "LSUB" | "XLIST" => {
                // Selection options stand before the reference.
                let at = if word(2).starts_with('(') { 3 } else { 2 };
                let pattern = format!("{}{}", word(at), word(at + 1));
                if word(at + 1).is_empty() {
                    line.write(&format!("* {verb} (\\Noselect) \"/\" \"\""))?;
                }
                for folder in folders(&line).iter().filter(|f| matches(pattern.as_bytes(), f.as_bytes())) {
                    line.write(&format!("* {verb} (\\HasNoChildren) \"/\" {}", quoted(folder)))?;
                }
                line.write(&done)?;
            }
            "CREATE" => {
                let name = word(2).trim_end_matches('/').to_owned();
                line.shared.state().folders.push(name);
                line.write(&done)?;
            }
            "SELECT" | "EXAMINE" | "STATUS" | "APPEND" if !exists(&line, &word(2)) => {
                line.write(&format!("{tag} NO [TRYCREATE] no such folder"))?;
            }
            "SELECT" | "EXAMINE" => {
                line.write("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")?;
                line.write("* 0 EXISTS\r\n* 0 RECENT")?;
                line.write("* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] flags")?;
                line.write("* OK [UIDVALIDITY 1] fixed\r\n* OK [UIDNEXT 1] none yet")?;
                let mode = if verb == "SELECT" { "READ-WRITE" } else { "READ-ONLY" };
                line.write(&format!("{tag} OK [{mode}] done"))?;
            }
            "STATUS" => {
                let items = word(3).to_uppercase();
                let numbered: Vec<String> = items
                    .trim_matches(['(', ')'])
                    .split_whitespace()
                    .map(|i| format!("{i} {}", u8::from(["UIDNEXT", "UIDVALIDITY", "HIGHESTMODSEQ"].contains(&i))))
                    .collect();
                line.write(&format!("* STATUS {} ({})\r\n{done}", quoted(&word(2)), numbered.join(" ")))?;
            }
            "APPEND" => {
                let bytes = words.last().cloned().unwrap_or_default();
                line.message(Message { sender: String::new(), recipients: vec![word(2)], bytes });
                line.write(&done)?;
            }
            "SEARCH" | "SORT" | "THREAD" => line.write(&format!("* {verb}\r\n{done}"))?,
            "UID" => {
                let of = word(2).to_uppercase();
                if ["SEARCH", "SORT", "THREAD"].contains(&of.as_str()) {
                    line.write(&format!("* {of}"))?;
                }
                line.write(&done)?;
            }
            "FETCH" | "STORE" | "COPY" | "MOVE" | "EXPUNGE" | "CLOSE" | "UNSELECT" | "SUBSCRIBE" | "UNSUBSCRIBE"
            | "DELETE" | "RENAME" | "ENABLE" => line.write(&done)?,
            _ => line.write(&format!("{tag} BAD unknown"))?,
        }
    }
}

fn capabilities(line: &Line<'_>) -> String {
    let mut all = vec!["IMAP4rev1".to_owned()];
    all.extend(line.extensions());
    all.extend(line.mechanisms().iter().map(|m| format!("AUTH={m}")));
    all.join(" ")
}

fn folders(line: &Line<'_>) -> Vec<String> {
    let mut all = vec!["INBOX".to_owned()];
    all.extend(line.shared.state().folders.iter().cloned());
    all
}

fn exists(line: &Line<'_>, name: &str) -> bool {
    name.eq_ignore_ascii_case("INBOX") || folders(line).iter().any(|f| f == name)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A mailbox pattern: `*` is any text, `%` any without a slash.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if pattern.len() > LONGEST_PATTERN {
        return false;
    }
    match pattern.split_first() {
        None => name.is_empty(),
        Some((wild @ (b'*' | b'%'), rest)) => {
            let most = match wild {
                b'*' => name.len(),
                _ => name.iter().position(|b| *b == b'/').unwrap_or(name.len()),
            };
            (0..=most).any(|n| matches(rest, &name[n..]))
        }
        Some((byte, rest)) => name.first() == Some(byte) && matches(rest, &name[1..]),
    }
}

/// Reads a command with its literals and writes it down.
fn command(line: &mut Line<'_>) -> io::Result<Words> {
    let mut words = Words::new();
    let mut shown = String::new();
    let mut size = 0;
    loop {
        let text = line.read()?;
        let (rest, literal) = literal(&text);
        shown.push_str(&String::from_utf8_lossy(rest));
        split(rest, &mut words);
        let Some((count, waits)) = literal else { break };
        size = count.saturating_add(size);
        if size > super::MAIL {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        if waits {
            line.write("+ go on")?;
        }
        let bytes = line.read_exact(count)?;
        shown.push_str(&quoted(&String::from_utf8_lossy(&bytes)));
        words.push(bytes);
    }
    let shown = shown.split_once(' ').map_or("", |(_, rest)| rest);
    let (verb, rest) = first_word(shown.as_bytes());
    line.command(match verb.as_str() {
        "LOGIN" | "APPEND" => verb,
        "AUTHENTICATE" => format!("AUTHENTICATE {}", first_word(rest).0),
        _ => shown.to_owned(),
    });
    Ok(words)
}

/// A line without the announcement of a literal, how long that is, and whether it has to be asked for.
fn literal(line: &[u8]) -> (&[u8], Option<(usize, bool)>) {
    let announced = || {
        let inner = line.strip_suffix(b"}")?;
        let start = inner.iter().rposition(|b| *b == b'{')?;
        let digits = std::str::from_utf8(&inner[start + 1..]).ok()?;
        let count = digits.trim_end_matches('+').parse().ok()?;
        Some((start, count, !digits.ends_with('+')))
    };
    match announced() {
        Some((start, count, waits)) => (&line[..start], Some((count, waits))),
        None => (line, None),
    }
}

/// Atoms, quoted strings and lists of a line.
fn split(line: &[u8], words: &mut Words) {
    let mut bytes = line.iter().copied().peekable();
    while let Some(first) = bytes.next() {
        let mut word = Vec::new();
        match first {
            b' ' => continue,
            b'"' => {
                while let Some(byte) = bytes.next().filter(|b| *b != b'"') {
                    word.extend(if byte == b'\\' { bytes.next() } else { Some(byte) });
                }
            }
            b'(' => {
                word.push(first);
                let mut depth = 1;
                while let Some(byte) = if depth > 0 { bytes.next() } else { None } {
                    match byte {
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        _ => {}
                    }
                    word.push(byte);
                }
            }
            _ => {
                word.push(first);
                while let Some(byte) = bytes.next_if(|b| *b != b' ') {
                    word.push(byte);
                }
            }
        }
        words.push(word);
    }
}
