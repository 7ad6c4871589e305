//! `--users`: a CSV file (RFC 4180) with a column `address`, and perhaps `login`; its first line names the columns, and
//! others are passed over. Commas, semicolons or tabs separate, whichever the first line has.
//!
//! Rows come one by one; a hundred thousand need no more memory than one. A column `name` is allowed and not used: the
//! tree is public.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use crate::account::{Address, Text};
use crate::problem::Problem;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The line of the file.
    pub line: u64,
    /// The address.
    pub address: Address,
    /// The login, where it does not follow from the address.
    pub login: Option<Text>,
}

/// The rows of a file.
#[derive(Debug)]
pub struct Users {
    reader: csv::Reader<std::io::Chain<Cursor<Vec<u8>>, BufReader<File>>>,
    file: String,
    address: usize,
    login: Option<usize>,
}

/// The longest first line.
const HEAD: u64 = 64 * 1024;

/// Opens a list of users.
///
/// # Errors
/// A file that cannot be read, or has no column `address`.
pub fn open(path: &Path) -> Result<Users, Box<Problem>> {
    let file = path.display().to_string();
    let unreadable = |error: &dyn std::fmt::Display| {
        Box::new(
            Problem::error("cannot-read", None, format!("the list of users {file} cannot be read"))
                .because(error.to_string())
                .fix("check the path, and that the file is a CSV file"),
        )
    };
    let mut input = BufReader::new(File::open(path).map_err(|e| unreadable(&e))?);
    // Which separator it has is known by its first line alone.
    let mut head = Vec::new();
    input.by_ref().take(HEAD).read_until(b'\n', &mut head).map_err(|e| unreadable(&e))?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).to_vec();
    let delimiter = [b',', b';', b'\t'].into_iter().find(|d| head.contains(d)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(Cursor::new(head).chain(input));
    let columns = reader.byte_headers().map_err(|e| unreadable(&e))?;
    let find = |name: &str| columns.iter().position(|c| c.eq_ignore_ascii_case(name.as_bytes()));
    let (address, login) = (find("address"), find("login"));
    let Some(address) = address else {
        return Err(Box::new(
            Problem::error("no-columns", None, format!("{file} has no column `address`"))
                .because("its first line names the columns")
                .fix("begin the file with `address`, or `address,login`"),
        ));
    };
    Ok(Users { reader, file, address, login })
}

impl Users {
    /// A problem with a line of the file.
    pub fn problem(&self, line: u64, why: impl Into<String>) -> Problem {
        Problem::error("bad-row", None, format!("line {line} of {} has no profile", self.file))
            .because(why)
            .fix("correct the line, or take it out")
    }

    fn user(&self, record: &csv::ByteRecord) -> Result<User, Problem> {
        let line = record.position().map_or(0, csv::Position::line);
        let field = |column: usize| {
            std::str::from_utf8(record.get(column).unwrap_or_default())
                .map_err(|_| self.problem(line, "it is not UTF-8"))
        };
        let address = Address::parse(field(self.address)?)
            .map_err(|why| self.problem(line, format!("its address is none: {why}")))?;
        let login = match self.login.map(field).transpose()? {
            None | Some("") => None,
            Some(login) => {
                Some(Text::new(login).map_err(|_| self.problem(line, "a control character stands in its login"))?)
            }
        };
        Ok(User { line, address, login })
    }
}

impl Iterator for Users {
    type Item = Result<User, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = csv::ByteRecord::new();
        loop {
            match self.reader.read_byte_record(&mut record) {
                Ok(true) if record.iter().all(<[u8]>::is_empty) => {}
                Ok(true) => return Some(self.user(&record)),
                Ok(false) => return None,
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    return Some(Err(self.problem(line, error.to_string())));
                }
            }
        }
    }
}
