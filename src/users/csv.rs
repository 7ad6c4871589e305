//! Users in a CSV file (RFC 4180), with the columns `address` and `login` (and `name`, on which nothing depends), in any order; the
//! first line names them, others are passed over. Commas, semicolons and tabs separate, whichever the first line has.
//!
//! [`rows`] reads it row by row, for [`crate::export`] and for [`Table`], a directory that holds all of it in memory, a
//! million users in some 40 MB: domains once, the rest packed into one stretch of bytes with a sorted index of four bytes a
//! row. Names are not kept. A file that changes is read again by whoever watches it; here it is read once. Bad rows are passed over,
//! and told.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;

use super::only::trimmed;
use super::{Answer, LONGEST, Source};
use crate::account::text::name_of;
use crate::account::{Address, Text};
use crate::problem::Problem;

/// Whether every user needs a login of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logins {
    /// A directory is asked for nothing else.
    Needed,
    /// Without one, or without the column, it follows from the address as the account file says.
    Optional,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the file, from 1.
    pub line: u64,
    /// The address, as it is written there.
    pub address: Address,
    /// The login; always there where it is [needed](Logins::Needed).
    pub login: Option<Text>,
    /// The person's name, if the file has one that can be read: nothing depends on it.
    pub name: Option<Text>,
}

/// A row that is no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The line of the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
    /// Whether nothing behind it can be read.
    pub last: bool,
}

/// Why a file is none of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It cannot be read, for this reason.
    Unreadable(String),
    /// Its first line does not name these columns.
    NoColumns(&'static str),
}

impl Unusable {
    /// What the user is told where the columns are missing; `unreadable` makes it of the reason why it cannot be read.
    pub fn problem(self, file: &Path, unreadable: impl FnOnce(String) -> Box<Problem>) -> Box<Problem> {
        match self {
            Unusable::Unreadable(why) => unreadable(why),
            Unusable::NoColumns(columns) => Box::new(
                Problem::error("no-columns", None, format!("{} has no {columns}", file.display()))
                    .because("its first line names the columns")
                    .fix("begin the file with `address,login`"),
            ),
        }
    }
}

/// The rows of a file. Empty lines are none, and duplicates are not looked for.
#[derive(Debug)]
pub struct Rows {
    reader: csv::Reader<Input>,
    record: csv::ByteRecord,
    logins: Logins,
    address: usize,
    login: Option<usize>,
    name: Option<usize>,
}

type Input = Chain<Chain<Cursor<Vec<u8>>, BufReader<File>>, &'static [u8]>;

/// What is read behind the file: a row that no file has, unless quotation marks have swallowed it.
const END: &[u8] = b"\n\0";

/// The longest first line.
const HEAD: u64 = 64 * 1024;

/// Opens a file of users and reads its first line.
///
/// # Errors
/// A file that cannot be read, or has not the columns.
pub fn rows(path: &Path, logins: Logins) -> Result<Rows, Unusable> {
    let unreadable = |why: std::io::Error| Unusable::Unreadable(why.to_string());
    let mut input = BufReader::new(File::open(path).map_err(unreadable)?);
    // Which separator it has is known by its first line alone.
    let mut head = Vec::new();
    input.by_ref().take(HEAD).read_until(b'\n', &mut head).map_err(unreadable)?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).to_vec();
    let delimiter = [b',', b';', b'\t'].into_iter().find(|d| head.contains(d)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        // Carriage returns are trimmed off: with them as part of the terminator the reader miscounts its lines.
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(Cursor::new(head).chain(input).chain(END));
    let columns = reader.byte_headers().map_err(|e| Unusable::Unreadable(words(&e)))?;
    let find = |name: &str| columns.iter().position(|c| c.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
    let (login, name) = (find("login"), find("name"));
    let missing = Unusable::NoColumns(match logins {
        Logins::Needed => "columns `address` and `login`",
        Logins::Optional => "column `address`",
    });
    let Some(address) = find("address").filter(|_| login.is_some() || logins == Logins::Optional) else {
        return Err(missing);
    };
    Ok(Rows { reader, record: csv::ByteRecord::new(), logins, address, login, name })
}

impl Iterator for Rows {
    type Item = Result<Row, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) if self.record.iter().all(|field| field.trim_ascii().is_empty()) => {}
                Ok(true) if self.record.as_slice() == &END[1..] => return None,
                Ok(true) if self.record.iter().next_back().is_some_and(|field| field.ends_with(END)) => {
                    // No line feed has ended this row.
                    let line = self.line() + 1;
                    return Some(Err(BadRow { line, why: "its quotation marks are never closed".into(), last: true }));
                }
                Ok(true) => return Some(self.row()),
                Ok(false) => return None,
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    return Some(Err(BadRow { line, why: words(&error), last: true }));
                }
            }
        }
    }
}

impl Rows {
    /// The line on which a row begins that has just been read: its own position is that of the empty lines before it.
    fn line(&self) -> u64 {
        let within = self.record.as_slice().iter().filter(|b| **b == b'\n').count();
        self.reader.position().line().saturating_sub(1 + within as u64)
    }

    fn row(&self) -> Result<Row, BadRow> {
        let line = self.line();
        let bad = |why: String| BadRow { line, why, last: false };
        let address = match self.field(self.address) {
            None => return Err(bad("it has no address".into())),
            Some(field) => std::str::from_utf8(field).map_err(|_| bad("its address is not UTF-8".into()))?,
        };
        let address = Address::parse(address).map_err(|why| bad(format!("its address is none: {why}")))?;
        if address.local() == "*" {
            return Err(bad(
                "`*` would be an address, not all of a domain; that is what `login:` of the provider says".into(),
            ));
        }
        let login = match self.login.and_then(|column| self.field(column)) {
            None if self.logins == Logins::Needed => return Err(bad("it has no login".into())),
            None => None,
            Some(field) => {
                let text = std::str::from_utf8(field).map_err(|_| bad("its login is not UTF-8".into()))?;
                let control = |c| bad(format!("a control character stands in its login: {}", name_of(c)));
                Some(Text::new(text).map_err(control)?)
            }
        };
        let name = self.name.and_then(|column| self.field(column)).and_then(|field| std::str::from_utf8(field).ok());
        Ok(Row { line, address, login, name: name.and_then(|name| Text::new(name).ok()) })
    }

    /// What stands in a column, if anything does.
    fn field(&self, column: usize) -> Option<&[u8]> {
        self.record.get(column).and_then(trimmed)
    }
}

fn words(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => "it is no CSV".to_owned(),
    }
}

/// All users of a file.
pub struct Table {
    /// Each domain's number.
    domains: HashMap<Box<str>, u32>,
    /// For each row the domain's number, the lengths of local part and login, and both.
    bytes: Vec<u8>,
    /// Where each row begins, by domain and local part.
    index: Vec<u32>,
}

/// The number of a domain, then the two lengths.
const HEADER: usize = 4 + 1 + 2;

/// Bad rows that are told of one by one, of however many.
const TOLD: usize = 10;

/// Rows that are passed over.
#[derive(Default)]
struct PassedOver {
    count: usize,
    first: Vec<(u64, String)>,
}

impl PassedOver {
    fn add(&mut self, line: u64, why: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push((line, why()));
        }
    }

    /// What is told of a file that has so many users.
    fn problem(mut self, file: &Path, users: usize) -> Option<Problem> {
        let (count, rows) = (self.count, if self.count == 1 { "row" } else { "rows" });
        self.first.sort();
        let mut why: Vec<String> = self.first.iter().map(|(line, why)| format!("line {line}: {why}")).collect();
        if count > why.len() {
            why.push(format!("and {} more", count - why.len()));
        }
        if users == 0 {
            let message = format!("there is no user in {}", file.display());
            why.insert(
                0,
                "nobody's login is known, and everybody gets what is told of those who do not exist".to_owned(),
            );
            let problem = Problem::warning("no-users", None, message).because(why.join("\n"));
            return Some(problem.fix("look at what writes the file: it may have failed"));
        }
        let message = format!("{count} {rows} of {} cannot be used and count as none", file.display());
        let problem = Problem::warning("bad-rows", None, message).because(why.join("\n"));
        (count > 0).then(|| problem.fix("mend those lines or take them out"))
    }
}

impl Table {
    /// Reads a file, and says which of its rows are passed over: bad ones, and those of an address with different logins.
    /// One user's row keeps nobody else from being found. A file without any user is told, too.
    ///
    /// # Errors
    /// A file that cannot be read to its end, or has not the columns.
    pub fn read(path: &Path) -> Result<(Table, Option<Problem>), Box<Problem>> {
        let mut table = Table { domains: HashMap::new(), bytes: Vec::new(), index: Vec::new() };
        let mut lines = Vec::new();
        let mut passed = PassedOver::default();
        let unreadable = |why: String| super::unreadable(None, format!("{}: {why}", path.display()));
        for row in rows(path, Logins::Needed).map_err(|e| e.problem(path, unreadable))? {
            match row {
                Ok(Row { line, login: Some(login), .. }) if login.as_str().len() > LONGEST => {
                    passed.add(line, || format!("its login is longer than {LONGEST} octets"));
                }
                Ok(Row { line, address, login: Some(login), .. }) => {
                    table
                        .push(&address.to_lower_case(), &login)
                        .ok_or_else(|| unreadable("its users take more than 4 GiB".into()))?;
                    lines.push(u32::try_from(line).unwrap_or(u32::MAX));
                }
                // Each has a login, since logins are needed.
                Ok(_) => {}
                Err(BadRow { line, why, last: true }) => return Err(unreadable(format!("line {line}: {why}"))),
                Err(BadRow { line, why, last: false }) => passed.add(line, || why),
            }
        }
        let mut order: Vec<u32> = (0..u32::try_from(table.index.len()).unwrap_or(u32::MAX)).collect();
        let row = |row: &u32| table.row(table.index[*row as usize]);
        order.sort_unstable_by(|a, b| row(a).0.cmp(&row(b).0).then(a.cmp(b)));
        let mut index = Vec::with_capacity(order.len());
        for same in order.chunk_by(|a, b| row(a).0 == row(b).0) {
            let first = &same[0];
            let mut one = true;
            for other in same.iter().filter(|other| row(other).1 != row(first).1) {
                one = false;
                let earlier = lines[*first as usize];
                let why = || format!("its address stands on line {earlier} already, with another login");
                passed.add(u64::from(lines[*other as usize]), why);
            }
            if one {
                index.push(table.index[*first as usize]);
            }
        }
        table.index = index;
        table.bytes.shrink_to_fit();
        let users = table.len();
        Ok((table, passed.problem(path, users)))
    }

    /// Adds a row at the end; `None` when it does not fit.
    fn push(&mut self, address: &Address, login: &Text) -> Option<()> {
        let at = u32::try_from(self.bytes.len()).ok()?;
        let number = u32::try_from(self.domains.len()).ok()?;
        let domain = match self.domains.get(address.domain()) {
            Some(number) => *number,
            None => *self.domains.entry(address.domain().into()).or_insert(number),
        };
        // A local part has 64 octets at most.
        let (local, login) = (address.local().as_bytes(), login.as_str().as_bytes());
        let lengths = (u8::try_from(local.len()).ok()?, u16::try_from(login.len()).ok()?);
        self.bytes.extend(domain.to_ne_bytes());
        self.bytes.push(lengths.0);
        self.bytes.extend(lengths.1.to_ne_bytes());
        self.bytes.extend(local);
        self.bytes.extend(login);
        self.index.push(at);
        Some(())
    }

    /// Domain and local part of the row that begins there, and its login.
    fn row(&self, at: u32) -> ((u32, &[u8]), &[u8]) {
        let row = &self.bytes[at as usize..];
        let domain = u32::from_ne_bytes([row[0], row[1], row[2], row[3]]);
        let (local, login) = (usize::from(row[4]), usize::from(u16::from_ne_bytes([row[5], row[6]])));
        let text = &row[HEADER..HEADER + local + login];
        ((domain, &text[..local]), &text[local..])
    }

    /// The login of an address in lower case.
    pub fn login(&self, address: &Address) -> Option<Text> {
        let key = (*self.domains.get(address.domain())?, address.local().as_bytes());
        let at = self.index.binary_search_by(|at| self.row(*at).0.cmp(&key)).ok()?;
        Text::new(std::str::from_utf8(self.row(self.index[at]).1).ok()?).ok()
    }

    /// How many users it has.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// What it takes of memory in bytes, the domains' names aside.
    pub fn size(&self) -> usize {
        self.bytes.capacity() + self.index.capacity() * size_of::<u32>()
    }
}

impl Source for Table {
    fn at_once(&self, address: &Address) -> Option<Option<Text>> {
        Some(self.login(address))
    }

    fn ask<'a>(&'a self, address: &'a Address) -> Answer<'a> {
        Box::pin(async move { Ok(self.login(address)) })
    }
}

impl fmt::Debug for Table {
    /// Its size alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} users)", self.len())
    }
}
