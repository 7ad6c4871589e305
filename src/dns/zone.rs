//! Records as lines of a zone file (RFC 1035 section 5), with absolute names and the zone's own `$TTL`.
//!
//! What is not known is a comment, so that the file loads as it is.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::records::{Data, Group, Record, Records, Srv};

/// Writes the lines of a domain.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(records: &Records, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n;; {}", records.domain)?;
    for Group { why, source, records } in &records.groups {
        writeln!(out, "; {why} ({source})")?;
        for record in records {
            match &record.data {
                Data::Address(None) => {
                    writeln!(out, "; {}  <- put the address of the server here, and AAAA likewise", line(record))?;
                }
                Data::Srv(srv) if srv.is_denial() => writeln!(out, "{} ; not offered", line(record))?,
                _ => writeln!(out, "{}", line(record))?,
            }
        }
    }
    Ok(())
}

/// A record as one line.
pub fn line(record: &Record) -> String {
    format!("{}. IN {} {}", record.name, kind(&record.data), data(&record.data).as_deref().unwrap_or("ADDRESS"))
}

/// The name of a record's type.
pub fn kind(data: &Data) -> &'static str {
    match data {
        Data::Cname(_) => "CNAME",
        Data::Address(Some(ip)) if ip.is_ipv6() => "AAAA",
        Data::Address(_) => "A",
        Data::Srv(_) => "SRV",
        Data::Txt(_) => "TXT",
    }
}

/// A record's data; `None` when it is not known.
pub fn data(data: &Data) -> Option<Cow<'_, str>> {
    Some(match data {
        Data::Cname(host) => Cow::Owned(format!("{host}.")),
        Data::Address(ip) => Cow::Owned((*ip)?.to_string()),
        Data::Srv(Srv { priority, weight, port, target }) => {
            Cow::Owned(format!("{priority} {weight} {port} {target}."))
        }
        Data::Txt(text) => Cow::Owned(quoted(text)),
    })
}

/// A text as character strings of at most 255 octets. RFC 1035 section 5.1: a quote and a backslash are escaped, and
/// what is no printable ASCII is written as its decimal number.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for (number, part) in text.as_bytes().chunks(255).enumerate() {
        out.push_str(if number == 0 { "\"" } else { " \"" });
        for byte in part {
            match byte {
                b'"' | b'\\' => {
                    out.push('\\');
                    out.push(char::from(*byte));
                }
                b' '..=b'~' => out.push(char::from(*byte)),
                _ => {
                    let _ = write!(out, "\\{byte:03}");
                }
            }
        }
        out.push('"');
    }
    if out.is_empty() {
        out.push_str("\"\"");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn texts() {
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("a;b \"c\\"), "\"a;b \\\"c\\\\\"");
        assert_eq!(quoted("\u{e9}\n"), "\"\\195\\169\\010\"");
        let long = quoted(&"x".repeat(256));
        assert_eq!(long, format!("\"{}\" \"x\"", "x".repeat(255)));
    }
}
