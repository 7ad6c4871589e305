//! Mail addresses and domains.
//!
//! An address is a dot-atom of RFC 5322 section 3.2.3, with the non-ASCII characters of RFC 6531, and a domain in its
//! A-label form. Quoted local parts and address literals are refused: no provider hands them out, and half of the
//! mail programs cannot hold them. So are characters that are not seen (`unseen` says which, and where joiners may stand).

use std::fmt;

use super::unseen;

/// A mail address.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Parses an address.
    ///
    /// # Errors
    /// Why it is none, in a few words.
    pub fn parse(text: &str) -> Result<Address, String> {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err("it has no @".into());
        };
        if local.is_empty() {
            return Err("nothing stands before the @".into());
        }
        if domain.is_empty() {
            return Err("nothing stands after the @".into());
        }
        if local.starts_with('"') {
            return Err("a local part in quotes is not supported by mail programs".into());
        }
        if local.len() > 64 {
            return Err("what stands before the @ is longer than 64 octets (RFC 5321)".into());
        }
        let atext = |c: char| {
            c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (c as u32 > 0x9f && !c.is_whitespace())
        };
        if let Some(bad) = local.chars().find(|c| *c != '.' && !atext(*c)) {
            return Err(match bad {
                ' ' => "a blank stands in it".into(),
                '@' => "it has two @".into(),
                c => format!("`{}` cannot stand in an address", c.escape_default()),
            });
        }
        if let Some(bad) = unseen::first(local) {
            return Err(format!("`{}` cannot stand in it: it is not seen", bad.escape_unicode()));
        }
        if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err("a dot stands at the beginning, at the end or twice in a row before the @".into());
        }
        let domain = domain_name(domain)?;
        Ok(Address { text: format!("{local}@{domain}"), at: local.len() })
    }

    /// What stands before the @.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain as lower-case A-labels.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The address as mail hosts compare it: ASCII letters in lower case. Postfix and Dovecot look users up like this, and
    /// none of their users expects `Ada@` to be somebody else.
    pub fn to_lower_case(&self) -> Address {
        Address { text: self.text.to_ascii_lowercase(), at: self.at }
    }

    /// For [`super::compact`], which puts back what was proved before.
    pub(super) fn inner(&mut self) -> &mut String {
        &mut self.text
    }

    /// The whole address, its domain as A-labels.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.text)
    }
}

/// A domain or host name as lower-case A-labels: letters, digits and hyphens in labels of 1 to 63 octets.
///
/// # Errors
/// Why it is none.
pub fn domain_name(name: &str) -> Result<String, String> {
    let plain = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
        && !name.contains("xn--");
    let ascii = if plain {
        name.to_owned()
    } else {
        let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if let Some(bad) = name.chars().find(|c| c.is_whitespace() || (c.is_ascii() && !is_label(*c))) {
            return Err(format!("`{}` cannot stand in a domain", bad.escape_default()));
        }
        idna::domain_to_ascii_strict(name).map_err(|_| "its domain is not one".to_owned())?
    };
    let labels_fine =
        ascii.split('.').all(|l| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-'));
    if ascii.len() > 253 || !labels_fine {
        return Err("its domain has an empty label, one longer than 63 octets, or a hyphen at the edge of one".into());
    }
    if ascii.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
        return Err("its domain ends in a number".into());
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.org", "a.b+c@x.y.org", "o'neil@example.org", "jörg@example.org", "a@localhost"] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        assert_eq!(Address::parse("Ada@BÜCHER.example").map(|a| a.to_string()), Ok("Ada@xn--bcher-kva.example".into()));
        for bad in [
            "a",
            "@b.org",
            "a@",
            "a b@c.org",
            "a@b..org",
            ".a@b.org",
            "a@b@c.org",
            "a@[127.0.0.1]",
            "a@1.2.3.4",
            "\"a\"@b.org",
            "a@-b.org",
            " a@b.org",
            "a@b.org ",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    /// `ada\u{202e}` was an address, on pages and in profiles.
    #[test]
    fn what_nobody_sees_is_in_no_address() {
        for hidden in [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{180e}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{2069}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            for text in [format!("a{hidden}da@b.org"), format!("{hidden}@b.org"), format!("می{hidden}خواهم@b.org")]
            {
                let why = Address::parse(&text).expect_err(&text);
                assert!(why.contains(&format!("`{}`", hidden.escape_unicode())), "{why}");
            }
        }
    }

    /// RFC 5892 appendices A.1 and A.2: a joiner where it changes how letters are written, and nowhere else.
    #[test]
    fn joiners_stand_where_they_are_seen() {
        for good in ["می\u{200c}خواهم@b.org", "a.می\u{200c}خواهم+x@b.org", "क्\u{200d}ष@b.org", "क्\u{200c}ष@b.org"]
        {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "a\u{200d}da@b.org",
            "a\u{200c}da@b.org",
            "é\u{200d}é@b.org",
            "\u{200d}@b.org",
            "क\u{200d}@b.org",
            "می\u{200d}خ@b.org",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}
