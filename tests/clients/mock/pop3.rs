//! POP3 with an empty mailbox.

use std::io;

use super::{Attempt, Line, first_word, sasl};

const REFUSED: &str = "-ERR [AUTH] no";

pub fn serve(mut line: Line<'_>) -> io::Result<()> {
    line.write("+OK ready")?;
    let mut user = Vec::new();
    let mut inside = false;
    loop {
        let text = line.read()?;
        let (verb, rest) = first_word(&text);
        let shown = if verb == "PASS" || verb == "AUTH" { first_word(rest).0 } else { String::new() };
        line.command(match verb.as_str() {
            "PASS" => verb.clone(),
            "AUTH" => format!("AUTH {shown}").trim_end().to_owned(),
            _ => String::from_utf8_lossy(&text).into_owned(),
        });
        match verb.as_str() {
            "CAPA" => {
                let mut all = line.extensions();
                let mechanisms = line.mechanisms();
                if !mechanisms.is_empty() {
                    all.push(format!("SASL {}", mechanisms.join(" ")));
                }
                line.write(&format!("+OK\r\n{}\r\n.", all.join("\r\n")))?;
            }
            "USER" => {
                user = rest.to_vec();
                line.write("+OK")?;
            }
            "PASS" => {
                inside =
                    line.logged_in(Attempt { mechanism: "USER".into(), user: user.clone(), password: rest.to_vec() });
                line.write(if inside { "+OK" } else { REFUSED })?;
            }
            "AUTH" if rest.is_empty() => {
                let all = line.mechanisms();
                line.write(&format!("+OK\r\n{}\r\n.", all.join("\r\n")))?;
            }
            "AUTH" => {
                let (mechanism, initial) = first_word(rest);
                if !sasl::knows(&mechanism) {
                    line.write("-ERR no such mechanism")?;
                    continue;
                }
                let initial = Some(initial).filter(|i| !i.is_empty());
                inside = match sasl::exchange(&mut line, "+", &mechanism, initial)? {
                    Some(attempt) => line.logged_in(attempt),
                    None => false,
                };
                line.write(if inside { "+OK" } else { REFUSED })?;
            }
            "QUIT" => return line.write("+OK"),
            "NOOP" | "RSET" | "UTF8" => line.write("+OK")?,
            _ if !inside => line.write("-ERR log in first")?,
            "STAT" => line.write("+OK 0 0")?,
            "LAST" => line.write("+OK 0")?,
            "LIST" | "UIDL" if rest.is_empty() => line.write("+OK\r\n.")?,
            _ => line.write("-ERR nothing there")?,
        }
    }
}
