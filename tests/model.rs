//! The settled model, rule by rule: how layers fold, what is filled in, what recognises what.

use mailwright::Reading;
use mailwright::account::{Account, Credential, Protocol, Secret};

fn read(text: &str) -> Reading {
    mailwright::read_text("t.yaml", text)
}

fn one(text: &str) -> Account {
    let reading = read(text);
    assert!(!reading.failed(), "{text}\n{:#?}", reading.problems);
    reading.mail.accounts.into_iter().next().expect("an account")
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text).problems.iter().map(|p| p.code).collect()
}

fn endpoint(account: &Account, protocol: Protocol) -> String {
    let server = match protocol {
        Protocol::Imap => &account.imap,
        Protocol::Pop3 => &account.pop3,
        Protocol::Smtp => &account.smtp,
    };
    server.as_ref().map_or("none".into(), |s| format!("{} {}", s.endpoint(), s.tls.word()))
}

fn login(account: &Account, protocol: Protocol) -> &str {
    let server = match protocol {
        Protocol::Imap => &account.imap,
        Protocol::Pop3 => &account.pop3,
        Protocol::Smtp => &account.smtp,
    };
    server.as_ref().expect("server").login.text.as_str()
}

const ALL: &str = "providers: { own: { domains: [own.example], imap: imap.own.example, pop3: pop.own.example, \
                   smtp: [smtp.own.example, \"smtp.own.example:587\", { host: smtp.own.example, port: 2525, tls: starttls }] } }\n";

#[test]
fn two_lines_are_enough() {
    let gmail = one("accounts:\n  ada@gmail.com: {}\n");
    assert_eq!(endpoint(&gmail, Protocol::Imap), "imap.gmail.com:993 implicit");
    assert_eq!(endpoint(&gmail, Protocol::Smtp), "smtp.gmail.com:465 implicit");
    assert!(!gmail.save_sent.value);
    assert!(gmail.default);
    let null = one("accounts:\n  ada@gmail.com:\n");
    assert_eq!(endpoint(&null, Protocol::Imap), "imap.gmail.com:993 implicit");
}

#[test]
fn host_alone_means_implicit_tls_and_ports_say_their_mode() {
    for (said, meant) in [
        ("imap.x.example", "imap.x.example:993 implicit"),
        ("imap.x.example:993", "imap.x.example:993 implicit"),
        ("imap.x.example:143", "imap.x.example:143 starttls"),
        ("\"[::1]:143\"", "[::1]:143 starttls"),
        ("\"::1\"", "[::1]:993 implicit"),
        ("{ host: imap.x.example, tls: starttls }", "imap.x.example:143 starttls"),
        ("{ host: imap.x.example, port: 1993, tls: implicit }", "imap.x.example:1993 implicit"),
        ("{ host: localhost, tls: none }", "localhost:143 none"),
        ("{ host: 127.0.0.9, port: 1143, tls: none }", "127.0.0.9:1143 none"),
        ("IMAP.BÜCHER.example", "imap.xn--bcher-kva.example:993 implicit"),
    ] {
        let account = one(&format!("accounts:\n  a@x.example: {{ imap: {said} }}\n"));
        assert_eq!(endpoint(&account, Protocol::Imap), meant, "{said}");
    }
}

#[test]
fn port_and_tls_fold_as_one_value_and_pick_a_listed_server() {
    for (said, meant) in [
        ("", "smtp.own.example:465 implicit"),
        ("smtp: { port: 587 }", "smtp.own.example:587 starttls"),
        ("smtp: { tls: starttls }", "smtp.own.example:587 starttls"),
        ("smtp: { port: 2525 }", "smtp.own.example:2525 starttls"),
        ("smtp: { port: 25 }", "smtp.own.example:25 starttls"),
        ("smtp: { port: 2465, tls: implicit }", "smtp.own.example:2465 implicit"),
        ("smtp: other.example", "other.example:465 implicit"),
        ("smtp: { host: other.example, tls: starttls }", "other.example:587 starttls"),
    ] {
        let account = one(&format!("{ALL}accounts:\n  a@own.example: {{ {said} }}\n"));
        assert_eq!(endpoint(&account, Protocol::Smtp), meant, "{said}");
    }
    // A nearer layer that says the port replaces the farther one's TLS mode as well.
    let over = "defaults: { smtp: { host: h.example, port: 2465, tls: implicit } }\naccounts:\n  a@x.example: { smtp: { port: 587 } }\n";
    assert_eq!(endpoint(&one(over), Protocol::Smtp), "h.example:587 starttls");
    assert_eq!(codes(&over.replace("587", "2525")), ["port-needs-tls"]);
}

/// Found by a review: a farther value that happened to agree stayed.
#[test]
fn port_and_tls_are_replaced_together_even_when_they_agree() {
    let text = |said: &str| {
        format!(
            "defaults: {{ smtp: {{ host: h.example, port: 2525, tls: starttls }} }}\naccounts: {{ a@x.example: {{ smtp: {{ {said} }} }} }}\n"
        )
    };
    assert_eq!(endpoint(&one(&text("tls: starttls")), Protocol::Smtp), "h.example:587 starttls");
    assert_eq!(codes(&text("port: 2525")), ["port-needs-tls"]);
}

/// Found by a review: the account's password went to an identity's own server.
#[test]
fn an_identitys_own_server_is_none_of_the_accounts_business() {
    let account = one(
        "accounts: { a@gmail.com: { password: { command: gmail }, login: me, identities: [{ address: b@club.example, smtp: smtp.club.example }, { address: c@club.example, smtp: { port: 587 } }] } }\n",
    );
    let own = account.identities[0].smtp.as_ref().expect("smtp");
    assert_eq!(own.login.text.as_str(), "b@club.example");
    assert!(matches!(own.credential.value, Credential::Password(Secret::Prompt)));
    let other_port = account.identities[1].smtp.as_ref().expect("smtp");
    assert_eq!((other_port.endpoint().as_str(), other_port.login.text.as_str()), ("smtp.gmail.com:587", "me"));
}

#[test]
fn one_maildir_by_two_spellings() {
    let text = "accounts: { a@gmail.com: { maildir: ~/Mail/./a/ }, b@gmail.com: { maildir: ~//Mail/a } }\n";
    assert_eq!(codes(text), ["maildir-of-two-accounts"]);
}

#[test]
fn a_root_stands_before_the_usual_names() {
    let account = one("accounts: { a@x.example: { imap: i.example, folders: { root: INBOX., trash: Elsewhere } } }\n");
    assert_eq!(account.folders.sent.expect("sent").as_str(), "INBOX.Sent");
    assert_eq!(account.folders.trash.expect("trash").as_str(), "Elsewhere");
}

#[test]
fn a_host_starts_the_server_anew() {
    // iCloud's IMAP login is the local part; another server's is not.
    let icloud = one("accounts:\n  ada@icloud.com: {}\n");
    assert_eq!((login(&icloud, Protocol::Imap), login(&icloud, Protocol::Smtp)), ("ada", "ada@icloud.com"));
    let other = one("accounts:\n  ada@icloud.com: { imap: imap.x.example }\n");
    assert_eq!(login(&other, Protocol::Imap), "ada@icloud.com");
}

#[test]
fn logins() {
    let text = |account: &str| {
        format!(
            "defaults: {{ login: far, smtp: {{ login: far-smtp }} }}\naccounts:\n  a@x.example:\n    imap: i.example\n    {account}\n"
        )
    };
    let of = |account: &str| {
        let a = one(&text(account));
        (login(&a, Protocol::Imap).to_owned(), login(&a, Protocol::Smtp).to_owned())
    };
    let s = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    // The server's own beats the account's within a layer; a nearer layer beats both.
    assert_eq!(of("smtp: { host: s.example }"), s("far", "far"));
    assert_eq!(of("smtp: { host: s.example }\n    login: near"), s("near", "near"));
    assert_eq!(of("smtp: { host: s.example, login: own }\n    login: near"), s("near", "own"));
    assert_eq!(
        of("smtp: { host: s.example, login: '{local}+{domain}+{account}' }"),
        s("far", "a+x.example+a@x.example")
    );
    let farther = "defaults: { smtp: { host: s.example, login: far-smtp } }\naccounts:\n  a@x.example: { imap: i.example, login: near }\n";
    assert_eq!(login(&one(farther), Protocol::Smtp), "near");
    assert_eq!(login(&one(&farther.replace(", login: near", "")), Protocol::Smtp), "far-smtp");
}

#[test]
fn values_are_never_trimmed() {
    let account = one("accounts:\n  a@x.example: { imap: i.example, name: \" Ada \", login: \" a \" }\n");
    assert_eq!(account.full_name.as_ref().expect("name").as_str(), " Ada ");
    assert_eq!(login(&account, Protocol::Imap), " a ");
    assert_eq!(
        one("accounts:\n  a@x.example: { imap: i.example, login: 0123 }\n").imap.expect("imap").login.text.as_str(),
        "0123"
    );
    assert_eq!(
        one("accounts:\n  a@x.example: { imap: i.example, name: 1.40 }\n").full_name.expect("name").as_str(),
        "1.40"
    );
}

#[test]
fn password_and_oauth2_are_one_value() {
    let far = "defaults: { oauth2: { token: { env: T }, client_id: far } }\naccounts:\n  a@gmail.com: ";
    let credential = |text: &str| one(text).imap.expect("imap").credential.value;
    assert!(matches!(credential(&format!("{far}{{}}\n")), Credential::OAuth2(_)));
    assert!(matches!(
        credential(&format!("{far}{{ password: {{ env: P }} }}\n")),
        Credential::Password(Secret::Env(_))
    ));
    let Credential::OAuth2(oauth2) = credential(&format!("{far}{{ oauth2: {{ client_id: near }} }}\n")) else {
        panic!("OAuth2")
    };
    assert_eq!(oauth2.client_id.expect("id").as_str(), "near");
    assert!(oauth2.token.is_some(), "the parts of oauth2 fold one by one");
    assert_eq!(oauth2.scopes[0].as_str(), "https://mail.google.com/");
    assert_eq!(codes("accounts:\n  a@gmail.com: { password: prompt, oauth2: {} }\n"), ["secret-in-two-forms"]);
    // Nothing said: the mail program asks, unless the provider takes tokens only.
    assert!(matches!(credential("accounts:\n  a@gmail.com: {}\n"), Credential::Password(Secret::Prompt)));
    assert!(matches!(credential("accounts:\n  a@outlook.com: {}\n"), Credential::OAuth2(_)));
    // `prompt` in quotes is a password.
    assert!(matches!(
        credential("accounts:\n  a@gmail.com: { password: 'prompt' }\n"),
        Credential::Password(Secret::Literal(_))
    ));
}

#[test]
fn placeholders_are_quoted_in_a_shell_line_and_not_in_words() {
    let command = |said: &str| {
        let text = format!("accounts:\n  x: {{ address: \"o'neil+a@gmail.com\", password: {{ command: {said} }} }}\n");
        match one(&text).imap.expect("imap").credential.value {
            Credential::Password(Secret::Command(c)) => c.shell_line(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(command("\"pass show {address}\""), "pass show \"o'neil+a@gmail.com\"");
    assert_eq!(command("[pass, show, \"mail/{local}\"]"), "pass show \"mail/o'neil+a\"");
    assert_eq!(command("\"awk '{{print $1}' f\""), "awk '{print $1}' f");
}

#[test]
fn lists_replace() {
    let text = "defaults: { identities: [far@x.example] }\naccounts:\n  a@gmail.com: { identities: [near@x.example] }\n  b@gmail.com: {}\n";
    let accounts = read(text).mail.accounts;
    let of = |i: usize| accounts[i].identities.iter().map(|i| i.address.to_string()).collect::<Vec<_>>();
    assert_eq!((of(0), of(1)), (vec!["near@x.example".to_owned()], vec!["far@x.example".to_owned()]));
}

#[test]
fn the_default_account() {
    let of = |text: &str| read(text).mail.default_account().map(|a| a.name.clone());
    assert_eq!(of("accounts: { a@gmail.com: {}, b@gmail.com: {} }\n").as_deref(), Some("a@gmail.com"));
    assert_eq!(of("accounts: { a@gmail.com: {}, b@gmail.com: { default: true } }\n").as_deref(), Some("b@gmail.com"));
}

#[test]
fn providers_of_the_file() {
    // Key by key over a built-in one, also over what is not said.
    let over = "providers: { gmail: { smtp: smtp-relay.gmail.com, save_sent: true } }\naccounts: { a@gmail.com: {} }\n";
    let account = one(over);
    assert_eq!(endpoint(&account, Protocol::Smtp), "smtp-relay.gmail.com:465 implicit");
    assert_eq!(endpoint(&account, Protocol::Imap), "imap.gmail.com:993 implicit");
    assert!(account.save_sent.value);
    // Recognised by its own domains, before the catalogue.
    let own = format!("{ALL}accounts: {{ a@own.example: {{}} }}\n");
    assert_eq!(endpoint(&one(&own), Protocol::Pop3), "pop.own.example:995 implicit");
    let taken =
        "providers: { mine: { domains: [gmail.com], imap: imap.mine.example } }\naccounts: { a@gmail.com: {} }\n";
    assert_eq!(endpoint(&one(taken), Protocol::Imap), "imap.mine.example:993 implicit");
    // Any subdomain.
    let tenant = one("accounts: { a@contoso.onmicrosoft.com: {} }\n");
    assert_eq!(tenant.service.id.as_deref(), Some("microsoft365"));
}

#[test]
fn a_file_with_providers_and_no_accounts() {
    let reading = read(ALL);
    assert!(!reading.failed());
    assert!(reading.mail.accounts.is_empty());
    assert_eq!(reading.mail.hosted.len(), 1);
    assert_eq!(reading.mail.of_domains()[0].address.domain(), "own.example");
}

#[test]
fn regions() {
    let ses = "accounts:\n  a: { address: a@x.example, provider: { id: ses, region: eu-west-1 }, login: AKIA }\n";
    assert_eq!(endpoint(&one(ses), Protocol::Smtp), "email-smtp.eu-west-1.amazonaws.com:465 implicit");
    assert_eq!(codes(&ses.replace("eu-west-1", "\"eu west\"")), ["no-host"]);
}

#[test]
fn retrieving() {
    let of = |text: &str| one(text).retrieve.map(|r| r.value);
    assert_eq!(of("accounts: { a@gmail.com: {} }\n"), Some(Protocol::Imap));
    assert_eq!(of("accounts: { a@gmail.com: { retrieve: pop3 } }\n"), Some(Protocol::Pop3));
    assert_eq!(of("accounts: { a@x.example: { pop3: p.example } }\n"), Some(Protocol::Pop3));
    assert_eq!(of("accounts: { a@x.example: { smtp: s.example } }\n"), None);
    assert_eq!(codes("accounts: { a@icloud.com: { retrieve: pop3 } }\n"), ["protocol-not-offered"]);
}

#[test]
fn gmail_folders_follow_language_and_root() {
    let of = |folders: &str| {
        let a = one(&format!("accounts: {{ a@gmail.com: {{ folders: {{ {folders} }} }} }}\n"));
        let text = |f: &Option<mailwright::account::Said<mailwright::account::Text>>| {
            f.as_ref().map_or("-".to_owned(), |f| f.to_string())
        };
        (text(&a.folders.sent), text(&a.folders.trash))
    };
    let s = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(of(""), s("[Gmail]/Sent Mail", "[Gmail]/Trash"));
    assert_eq!(of("language: en-GB"), s("[Gmail]/Sent Mail", "[Gmail]/Bin"));
    assert_eq!(of("language: de, root: '[Google Mail]'"), s("[Google Mail]/Gesendet", "[Google Mail]/Papierkorb"));
    assert_eq!(of("language: de, sent: Elsewhere"), s("Elsewhere", "[Gmail]/Papierkorb"));
    assert_eq!(of("language: ru"), s("[Gmail]/Отправленные", "[Gmail]/Корзина"));
}

#[test]
fn several_files_are_layers() {
    let folder = std::env::temp_dir().join(format!("mailwright-model-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("folder");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("write");
        path.to_str().expect("UTF-8").to_owned()
    };
    let public = write(
        "public.yaml",
        "generate: [mutt]\ndefaults: { name: Far, imap: { host: far.example, port: 143 } }\naccounts: { a: { address: a@x.example, imap: { port: 143 } } }\n",
    );
    let private = write(
        "private.yaml",
        "generate: [msmtp]\ndefaults: { name: Near }\naccounts: { b@gmail.com: {}, a: { password: { env: P }, imap: { tls: implicit } } }\n",
    );
    let reading = mailwright::read(&[public, private]);
    std::fs::remove_dir_all(&folder).expect("remove");
    assert!(!reading.failed(), "{:#?}", reading.problems);
    let names: Vec<_> = reading.mail.accounts.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["a", "b@gmail.com"], "file order is kept");
    let a = &reading.mail.accounts[0];
    assert_eq!(a.full_name.as_ref().expect("name").as_str(), "Near");
    assert_eq!(endpoint(a, Protocol::Imap), "far.example:993 implicit");
    assert!(matches!(a.imap.as_ref().expect("imap").credential.value, Credential::Password(Secret::Env(_))));
    assert_eq!(reading.mail.generate.as_deref(), Some(&["msmtp".to_owned()][..]));
}

#[test]
fn anchors_and_merge_keys() {
    let text = "x-base: &base\n  name: Ada\n  password: { env: P }\naccounts:\n  a@gmail.com: { <<: *base, name: Own }\n  b@gmail.com: { <<: *base }\n";
    let accounts = read(text).mail.accounts;
    let name = |i: usize| accounts[i].full_name.as_ref().expect("name").to_string();
    assert_eq!((name(0), name(1)), ("Own".into(), "Ada".into()));
}

#[test]
fn debug_shows_no_secret() {
    let reading = read("accounts:\n  a@gmail.com: { password: hunter2 }\n");
    let shown = format!("{:?} {:?}", reading.mail, reading.problems);
    assert!(!shown.contains("hunter2"));
}
