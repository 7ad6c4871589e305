//! SASL for all three protocols: PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), XOAUTH2 and OAUTHBEARER (RFC 7628).

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{Attempt, Line};

/// What a program is to answer to with a digest.
const CRAM_CHALLENGE: &str = "<1896.697170952@mock.example>";

/// Whether a mechanism is known.
pub fn knows(mechanism: &str) -> bool {
    ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"].contains(&mechanism)
}

/// One exchange; `prompt` begins a line of the server's (`+` or `334`). Nothing when the program broke it off.
pub fn exchange(
    line: &mut Line<'_>,
    prompt: &str,
    mechanism: &str,
    initial: Option<&[u8]>,
) -> io::Result<Option<Attempt>> {
    let mut ask = |challenge: &str| -> io::Result<Option<Vec<u8>>> {
        line.write(&format!("{prompt} {}", BASE64.encode(challenge)))?;
        let answer = line.read()?;
        Ok(if answer == b"*" { None } else { Some(bytes(&answer)) })
    };
    let first = match initial {
        Some(b"=") => Some(Vec::new()),
        Some(text) => Some(bytes(text)),
        None => None,
    };
    let attempt = |user: &[u8], password: &[u8]| {
        Some(Attempt { mechanism: mechanism.to_owned(), user: user.to_vec(), password: password.to_vec() })
    };
    let first = match (first, mechanism) {
        (Some(first), _) => first,
        (None, _) => {
            let challenge = match mechanism {
                "LOGIN" => "Username:",
                "CRAM-MD5" => CRAM_CHALLENGE,
                _ => "",
            };
            match ask(challenge)? {
                Some(answer) => answer,
                None => return Ok(None),
            }
        }
    };
    Ok(match mechanism {
        "LOGIN" => match ask("Password:")? {
            Some(password) => attempt(&first, &password),
            None => None,
        },
        "CRAM-MD5" => {
            let space = first.iter().rposition(|b| *b == b' ').unwrap_or(first.len());
            attempt(&first[..space], first.get(space + 1..).unwrap_or_default())
        }
        "PLAIN" => {
            // The identity to act for comes first.
            let mut parts = first.splitn(3, |b| *b == 0).skip(1);
            match (parts.next(), parts.next()) {
                (Some(user), Some(password)) => attempt(user, password),
                _ => attempt(b"", &first),
            }
        }
        _ => {
            let fields: Vec<&[u8]> = first.split(|b| *b == 1).collect();
            let field = |name: &[u8]| fields.iter().find_map(|f| f.strip_prefix(name)).unwrap_or_default();
            let user = match mechanism {
                "XOAUTH2" => field(b"user=").to_vec(),
                _ => {
                    let header = fields.first().copied().unwrap_or_default();
                    let name = header.split(|b| *b == b',').find_map(|f| f.strip_prefix(b"a=")).unwrap_or_default();
                    // RFC 5801: a comma and an equals sign are written in hexadecimal.
                    let text = String::from_utf8_lossy(name).replace("=2C", ",").replace("=3D", "=");
                    text.into_bytes()
                }
            };
            attempt(&user, field(b"auth=Bearer "))
        }
    })
}

/// What is not base64 is shown as it is: the test sees it then.
fn bytes(text: &[u8]) -> Vec<u8> {
    BASE64.decode(text).unwrap_or_else(|e| [format!("{e}: ").as_bytes(), text].concat())
}
