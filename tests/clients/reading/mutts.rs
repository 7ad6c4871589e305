//! What mutt and neomutt have set once they have read their files.

use std::path::PathBuf;

use libtest_mimic::Failed;
use mailwright::account::{Account, Credential, Os, Protocol, Secret, Server, Tls};
use mailwright::target::Options;

use crate::cases::Case;
use crate::index;
use crate::lab::{self, Home};
use crate::muttrc::{self, whole};
use crate::report::Findings;

pub fn mutts(program: &'static str) -> Result<(), Failed> {
    let mut findings = Findings::default();
    let mut cases = 0;
    let written = |case: &Case, a: &Account| {
        !["no-token", "mixed-tls", "token-mechanism"].iter().any(|n| case.has_note(program, a, n))
    };
    for case in Case::all() {
        if case.files(program, "rc").is_empty() {
            let none = !case.accounts().iter().any(|a| written(&case, a));
            findings.check(none || case.refused(program), || format!("{}: neither files nor a refusal", case.name));
            continue;
        }
        cases += 1;
        let home = Home::of(case.accounts());
        lab::copy_tree(&case.folder.join(program), home.path());
        // neomutt wants the mailboxes that it reads of to be there.
        index::follow(&home, &index::bundle(&case, program), &case.name, &mut findings);
        let folder = home.path().join(".config").join(program);
        let written: Vec<_> = case.accounts().iter().filter(|a| written(&case, a)).collect();
        let several = case.accounts().len() > 1;
        let main = folder.join(format!("{program}rc"));
        let default = written.iter().find(|a| a.default).or(written.first());
        let mut files: Vec<(PathBuf, &Account)> = default.map(|a| (main, *a)).into_iter().collect();
        if several {
            files.extend(written.iter().map(|a| (folder.join(format!("account-{}.muttrc", a.name)), *a)));
        }
        findings.same(&format!("{}: files", case.name), case.files(program, "rc").len(), files.len());
        for (file, account) in files {
            let what = format!("{}: {}", case.name, file.file_name().expect("name").to_string_lossy());
            match muttrc::read(program, &home, &file) {
                Ok(settings) => mutt_account(program, account, &settings, several, &what, &mut findings),
                Err(why) => findings.check(false, || why),
            }
        }
    }
    findings.finish(program, &format!("{program} -D, every golden"), cases)
}

/// What the first line of a secret's command is in the lab.
fn first_line(server: &Server) -> (String, String) {
    match &server.credential.value {
        Credential::Password(Secret::Prompt | Secret::Literal(_)) | Credential::None => (String::new(), String::new()),
        Credential::Password(_) => (lab::password(server.login.text.as_str()).to_owned(), String::new()),
        Credential::OAuth2(oauth2) => {
            (String::new(), oauth2.token.as_ref().and_then(|t| t.shell_line(Os::Linux)).unwrap_or_default())
        }
    }
}

fn mutt_account(
    program: &str,
    account: &Account,
    settings: &muttrc::Settings,
    several: bool,
    what: &str,
    findings: &mut Findings,
) {
    let mut same = |name: &str, want: &str| {
        findings.same(&format!("{what}: {name}"), settings.get(name).map(String::as_str), Some(want));
    };
    let options = Options::of(account, program);
    let maildir = options.is("mail", "maildir");
    let msmtp = options.is("send", "msmtp");
    same("from", account.address.as_str());
    same("use_from", "yes");
    if let Some(name) = &account.full_name {
        same("realname", name.as_str());
    }
    let smtp = account.smtp.as_ref().filter(|_| !msmtp);
    let incoming = account.incoming().filter(|_| !maildir);
    let plain = [incoming, smtp].into_iter().flatten().any(|s| s.tls.value == Tls::None);
    let switch = if plain { "no" } else { "yes" };
    same("ssl_force_tls", switch);
    same("ssl_starttls", switch);
    if let Some(file) = Options::of(account, program).text("ca_file") {
        same("ssl_ca_certificates_file", file.as_str());
    }
    let url = |server: &Server, scheme: &str, login: &str| {
        let s = if server.tls.value == Tls::Implicit { "s" } else { "" };
        let user = if server.credential.value == Credential::None { String::new() } else { format!("{login}@") };
        format!("{scheme}{s}://{user}{}:{}/", server.host.in_url(), server.port.value)
    };
    if let Some(server) = smtp {
        let (password, token) = first_line(server);
        same("smtp_pass", if password.is_empty() { "" } else { lab::password(account.address.as_str()) });
        same("smtp_oauth_refresh_command", &token);
    } else {
        same("smtp_url", "");
    }
    if msmtp {
        same("sendmail", &format!("msmtp -a {}", account.name));
    }
    if let Some(server) = incoming {
        // With several accounts the hook logs in, when the mailbox is opened.
        let kind = if server.protocol == Protocol::Imap { "imap" } else { "pop" };
        let (password, token) = first_line(server);
        let password = if password.is_empty() { "" } else { lab::password(account.address.as_str()) };
        if !several {
            same(&format!("{kind}_pass"), password);
            same(&format!("{kind}_oauth_refresh_command"), &token);
        }
    }
    if !account.save_sent.value {
        same("record", "");
        same("copy", "no");
    }

    // Mailboxes, in whatever form they are shown.
    let mut at = |name: &str, want: String| {
        let got = settings.get(name).map(|v| whole(settings, v));
        findings.same(&format!("{what}: {name}"), got, Some(want));
    };
    if let Some(server) = smtp {
        at("smtp_url", url(server, "smtp", server.login.text.as_str()));
    }
    match incoming {
        Some(server) if server.protocol == Protocol::Imap => {
            let folder = url(server, "imap", server.login.text.as_str());
            at("folder", folder.clone());
            at("spoolfile", format!("{folder}INBOX"));
            let folders = &account.folders;
            for (name, said) in [
                ("record", folders.sent.as_ref().filter(|_| account.save_sent.value)),
                ("postponed", folders.drafts.as_ref()),
                ("trash", folders.trash.as_ref()),
            ] {
                if let Some(mailbox) = said {
                    at(name, format!("{folder}{}", mailbox.as_str()));
                }
            }
        }
        Some(server) => {
            let pop = url(server, "pop", &server.login.for_program(Protocol::Pop3));
            at("pop_host", pop.clone());
            at("spoolfile", pop);
            findings.same(&format!("{what}: pop_delete"), settings.get("pop_delete").map(String::as_str), Some("no"));
        }
        None if maildir => {
            // A mirror has the inbox as a folder of its own; with POP3 it is the Maildir itself.
            let usual = format!("~/Mail/{}", account.name);
            let root = account.maildir.as_ref().map_or(usual, |m| m.to_string());
            let root = root.trim_end_matches('/');
            let pop3 = account.retrieve.as_ref().is_some_and(|r| r.value == Protocol::Pop3);
            at("folder", root.to_owned());
            at("spoolfile", if pop3 { root.to_owned() } else { format!("{root}/INBOX") });
            let sent = if pop3 { Some("Sent") } else { account.folders.sent.as_ref().map(|s| s.as_str()) };
            if let Some(sent) = sent.filter(|_| account.save_sent.value) {
                at("record", format!("{root}/{sent}"));
            }
            let kind = settings.get("mbox_type").map(|t| t.to_lowercase());
            findings.same(&format!("{what}: mbox_type"), kind.as_deref(), Some("maildir"));
        }
        None => {}
    }
}
