//! A submission server that keeps the mail it takes.

use std::io;

use super::{Line, Message, first_word, sasl};

pub fn serve(mut line: Line<'_>) -> io::Result<()> {
    line.write("220 mock.example ESMTP")?;
    let mut inside = false;
    let mut mail = Message::default();
    loop {
        let text = line.read()?;
        let (verb, rest) = first_word(&text);
        line.command(match verb.as_str() {
            "AUTH" => format!("AUTH {}", first_word(rest).0),
            _ => String::from_utf8_lossy(&text).into_owned(),
        });
        // In the accepting server also who does not log in may send: an account without a login is tested by that.
        let welcome = inside || line.shared.state().accept;
        match verb.as_str() {
            "EHLO" => {
                let mut all = vec!["mock.example".to_owned()];
                all.extend(line.extensions());
                let mechanisms = line.mechanisms();
                if !mechanisms.is_empty() {
                    all.push(format!("AUTH {}", mechanisms.join(" ")));
                }
                let last = all.len() - 1;
                for (n, item) in all.iter().enumerate() {
                    line.write(&format!("250{}{item}", if n == last { ' ' } else { '-' }))?;
                }
            }
            "HELO" => line.write("250 mock.example")?,
            "AUTH" => {
                let (mechanism, initial) = first_word(rest);
                if !sasl::knows(&mechanism) {
                    line.write("504 5.5.4 no such mechanism")?;
                    continue;
                }
                let initial = Some(initial).filter(|i| !i.is_empty());
                match sasl::exchange(&mut line, "334", &mechanism, initial)? {
                    None => line.write("501 5.0.0 broken off")?,
                    Some(attempt) => {
                        inside = line.logged_in(attempt);
                        line.write(if inside { "235 2.7.0 yes" } else { "535 5.7.8 no" })?;
                    }
                }
            }
            "QUIT" => return line.write("221 2.0.0 bye"),
            "NOOP" | "VRFY" => line.write("252 2.0.0 well")?,
            "RSET" => {
                mail = Message::default();
                line.write("250 2.0.0 forgotten")?;
            }
            "MAIL" | "RCPT" | "DATA" if !welcome => line.write("530 5.7.0 log in first")?,
            "MAIL" => {
                mail = Message { sender: path(rest), ..Message::default() };
                line.write("250 2.1.0 yes")?;
            }
            "RCPT" => {
                mail.recipients.push(path(rest));
                line.write("250 2.1.5 yes")?;
            }
            "DATA" if mail.recipients.is_empty() => line.write("503 5.5.1 for whom")?,
            "DATA" => {
                line.write("354 go on")?;
                mail.bytes = line.read_mail()?;
                line.message(std::mem::take(&mut mail));
                line.write("250 2.0.0 taken")?;
            }
            _ => line.write("502 5.5.1 unknown")?,
        }
    }
}

/// What stands between the angle brackets.
fn path(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let start = text.find(['<', ':']).map_or(0, |at| at + 1);
    let text = text[start..].trim_start().trim_start_matches('<');
    text[..text.rfind('>').unwrap_or(text.len())].to_owned()
}
