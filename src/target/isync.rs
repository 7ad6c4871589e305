//! isync (the program is called mbsync): a Maildir for every folder of an IMAP server, both ways.
//!
//! Format: mbsync(1) of 1.4 and the NEWS of 1.5, which renamed `SSLType` to `TLSType` and moved the file. Nothing is lost
//! unasked: folders are made on this machine only, none is removed, and what was deleted here is only marked there.

use super::{
    About, Bundle, Do, Family, File, Lives, MARK, NoteKind, OS, Options, Program, Run, Target, access, clash, local,
    may_hold_secret,
};
use crate::account::{Account, Mechanism, Said, Text, Tls};
use crate::document::keys::{Shape, Table, key};
use crate::problem::Problem;
use crate::quote::{Refusals, filters, mutf7};

/// isync.
pub struct Isync;

const PLUGIN: NoteKind = NoteKind {
    code: "sasl-plugin",
    about: "OAuth2 needs a plug-in of Cyrus SASL that most systems do not install by themselves",
};

const SIDES: Shape = Shape::Word(&["none", "near", "far", "both"]);

pub(super) const ABOUT: About = About {
    id: "isync",
    title: "isync",
    family: Family::Fetcher,
    homepage: "https://isync.sourceforge.io/",
    files: &[".mbsyncrc", ".config/isyncrc"],
    lives: Lives::Home,
    templates: &["isync.isyncrc"],
    oracle: "mbsync itself parses every golden and logs in as the account says; fetches by goldens, all folders but All Mail",
    versions: "1.4, or 1.5 by the option; tested with 1.4.4 (not 1.5: it is not in Debian 12)",
    options: &Table {
        what: "the options of isync",
        keys: &[
            OS,
            key(
                "version",
                Shape::Word(&["1.4", "1.5"]),
                "The version that the file is for: 1.5 has another name for it and for one keyword, and warns about the old ones. Said by one account, it holds for all. Default: 1.4.",
            ),
            key("create", SIDES, "Where missing folders are made; `near` is this machine. Default: `near`."),
            key("remove", SIDES, "Where folders that the other side removed are removed, once empty. Default: `none`."),
            key(
                "expunge",
                SIDES,
                "Where mail that is marked as deleted is removed for good. Default: `none`; isync's manual advises `both` once all works.",
            ),
            key("ca_file", Shape::Text, "A file of certificates to trust besides the system's."),
            key(
                "pipeline_depth",
                Shape::Number,
                "How many commands are sent before the answers come. Default: no limit.",
            ),
            key("extra", Shape::Lines, "Lines for this account's channel; after an empty line, sections of your own."),
        ],
    },
    notes: &[access::NO_IMAP, access::NO_LOGIN, PLUGIN, access::NO_TOKEN, access::WITHHELD],
};

const PROGRAM: Program = Program {
    about: &ABOUT,
    commands: true,
    literals: true,
    tokens: &[Mechanism::XOAuth2, Mechanism::OAuthBearer],
    own_oauth2: false,
    // It passes on whatever name Cyrus SASL knows.
    mechanisms: Mechanism::ALL,
};

#[derive(askama::Template)]
#[template(path = "isync.isyncrc")]
struct Config<'a> {
    mark: &'static str,
    tls: &'static str,
    channels: Vec<Channel<'a>>,
}

/// The four sections of an account.
struct Channel<'a> {
    name: &'a str,
    host: Said<String>,
    port: u16,
    user: Said<String>,
    pass_cmd: Option<Said<String>>,
    pass: Option<Said<String>>,
    mechanisms: String,
    tls: &'static str,
    ca_file: Option<Said<String>>,
    pipeline: Option<u64>,
    path: Said<String>,
    inbox: Said<String>,
    style: &'static str,
    without: Option<Said<String>>,
    but: Vec<Said<&'a str>>,
    own: Vec<Own>,
    create: &'static str,
    remove: &'static str,
    expunge: &'static str,
    extra: Option<String>,
}

/// A folder with a channel of its own: isync takes names over as they are on the wire, and this one is written otherwise
/// here.
struct Own {
    role: &'static str,
    far: Said<String>,
    near: Said<String>,
}

impl Target for Isync {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// mbsync takes a name that is defined twice without a word, and uses one of them.
    fn clash(&self, ours: &str, theirs: &str) -> Option<String> {
        const SECTIONS: &[&str] = &["IMAPAccount", "IMAPStore", "MaildirStore", "Channel", "Group"];
        let name = |line: &str| clash::keyword(line, SECTIONS, '\n');
        clash::twice(ours, theirs, name).map(|name| format!("both define `{name}`, and mbsync takes either"))
    }

    fn render(&self, run: &Run<'_>) -> Result<Bundle, Vec<Problem>> {
        let mut bundle = Bundle::default();
        let mut problems = Vec::new();
        let mut channels = Vec::new();
        let mut secret = false;
        let mut new = false;
        for account in &run.mail.accounts {
            let mut options = Options::of(account, ABOUT.id);
            new |= options.is("version", "1.5");
            let made = channel(account, run, &mut options, &mut bundle);
            problems.append(&mut options.problems);
            if let Some(channel) = made {
                secret |= channel.pass.is_some() || channel.extra.as_deref().is_some_and(may_hold_secret);
                channels.push(channel);
            }
        }
        if channels.is_empty() {
            return if problems.is_empty() { Ok(bundle) } else { Err(problems) };
        }
        let (path, tls) = if new { (ABOUT.files[1], "TLSType") } else { (ABOUT.files[0], "SSLType") };
        match Refusals::render(&Config { mark: MARK, tls, channels }, None) {
            Ok(text) if problems.is_empty() => {
                bundle.files.push(File::new(path, text, secret).block("#"));
                Ok(bundle)
            }
            Ok(_) => Err(problems),
            Err(refused) => {
                problems.extend(refused);
                Err(problems)
            }
        }
    }
}

fn channel<'a>(
    account: &'a Account,
    run: &Run<'_>,
    options: &mut Options<'_>,
    bundle: &mut Bundle,
) -> Option<Channel<'a>> {
    let imap = PROGRAM.imap(account, bundle)?;
    let access = PROGRAM.access(imap, account, run, bundle)?;
    let user = PROGRAM.login(&access, account, bundle)?;
    let root = local::root(account);
    let mirror = local::mirror(account);
    let mechanisms = match &access.mechanism {
        Some(mechanism) => mechanism.word().to_uppercase(),
        // Without a list it may choose a mechanism for tokens as soon as its plug-in is there, and wait for ever.
        None if user.trim() == user.value => "PLAIN LOGIN".to_owned(),
        // Cyrus SASL drops the blanks.
        None => "LOGIN".to_owned(),
    };
    if access.token {
        bundle.note(
            &PLUGIN,
            account,
            format!("for {mechanisms} isync needs a plug-in of Cyrus SASL, such as libsasl2-modules-kdexoauth2 or cyrus-sasl-xoauth2"),
        );
    }
    if let Ok(folder) = Text::new(&root.value) {
        bundle.step(format!("Create the folder {folder}: isync makes the Maildirs in it"), Do::Folder(folder));
    }
    Some(Channel {
        name: &account.name,
        host: imap.host.with(imap.host.to_string()),
        port: imap.port.value,
        user,
        // After the first line it closes the pipe, and a command that prints on fails.
        pass_cmd: access.first_line(),
        pass: access.literal().cloned(),
        mechanisms,
        tls: match imap.tls.value {
            Tls::Implicit => "IMAPS",
            Tls::StartTls => "STARTTLS",
            Tls::None => "None",
        },
        ca_file: options.text("ca_file").map(|t| t.with(t.value.to_string())),
        pipeline: options.text("pipeline_depth").and_then(|t| t.as_str().parse().ok()),
        // The slash makes it a folder and not the beginning of a name.
        path: Said { value: format!("{}/", root.value.trim_end_matches('/')), origin: root.origin },
        inbox: local::inbox(account),
        style: if local::dotted(account) { "Flatten ." } else { "SubFolders Verbatim" },
        without: mirror.without.map(|n| n.with(mutf7::encode(n.value))),
        but: mirror.but.iter().map(|n| n.with(n.as_str())).filter(|n| !mutf7::differs(n.value)).collect(),
        own: own(account),
        create: side(options, "create", "Near"),
        remove: side(options, "remove", "None"),
        expunge: side(options, "expunge", "None"),
        extra: options.verbatim("extra"),
    })
}

/// The folders of an account with names that differ on the wire.
fn own(account: &Account) -> Vec<Own> {
    let f = &account.folders;
    let all = f.all.as_ref().map(|all| &all.value);
    // isync writes a slash between a folder and what is below it, whatever the server does.
    let path = |name: &str| if local::dotted(account) { name.replace('.', "/") } else { name.to_owned() };
    [("sent", &f.sent), ("drafts", &f.drafts), ("trash", &f.trash), ("junk", &f.junk), ("archive", &f.archive)]
        .into_iter()
        .filter_map(|(role, name)| name.as_ref().map(|name| (role, name)))
        .filter(|(_, name)| Some(&name.value) != all && mutf7::differs(name.as_str()))
        .map(|(role, name)| Own {
            role,
            far: name.with(path(&mutf7::encode(name.as_str()))),
            near: name.with(path(name.as_str())),
        })
        .collect()
}

/// The sides that an option names, in isync's words.
fn side(options: &Options<'_>, key: &str, usual: &'static str) -> &'static str {
    [("none", "None"), ("near", "Near"), ("far", "Far"), ("both", "Both")]
        .into_iter()
        .find(|(word, _)| options.is(key, word))
        .map_or(usual, |(_, side)| side)
}
