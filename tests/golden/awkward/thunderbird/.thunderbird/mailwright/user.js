// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "bob_54ab975b");
user_pref("mail.smtpservers", "bob_54ab975b");

// bob
user_pref("mail.account.bob_54ab975b.server", "bob_54ab975b");
user_pref("mail.server.bob_54ab975b.type", "imap");
user_pref("mail.server.bob_54ab975b.hostname", "imap.example.test");
user_pref("mail.server.bob_54ab975b.port", 143);
user_pref("mail.server.bob_54ab975b.socketType", 2);
user_pref("mail.server.bob_54ab975b.authMethod", 3);
user_pref("mail.server.bob_54ab975b.userName", "bob@example.test");
user_pref("mail.server.bob_54ab975b.name", "bob");
user_pref("mail.server.bob_54ab975b.login_at_startup", true);
user_pref("mail.server.bob_54ab975b.directory-rel", "[ProfD]ImapMail/bob_54ab975b");
user_pref("mail.server.bob_54ab975b.trash_folder_name", "INBOX/Trash");
user_pref("mail.smtpserver.bob_54ab975b.type", "smtp");
user_pref("mail.smtpserver.bob_54ab975b.description", "bob");
user_pref("mail.smtpserver.bob_54ab975b.hostname", "smtp.example.test");
user_pref("mail.smtpserver.bob_54ab975b.port", 465);
user_pref("mail.smtpserver.bob_54ab975b.try_ssl", 3);
user_pref("mail.smtpserver.bob_54ab975b.authMethod", 3);
user_pref("mail.smtpserver.bob_54ab975b.username", "bob@example.test");
user_pref("mail.identity.bob_54ab975b.fullName", "Bob \"the\" O'Neil \\ #1; $HOME `id` 50% <b>&amp; é日本 |~");
user_pref("mail.identity.bob_54ab975b.useremail", "bob@example.test");
user_pref("mail.identity.bob_54ab975b.smtpServer", "bob_54ab975b");
user_pref("mail.identity.bob_54ab975b.fcc", true);
user_pref("mail.identity.bob_54ab975b.fcc_folder", "imap://bob%40example.test@imap.example.test/INBOX/Sent");
user_pref("mail.identity.bob_54ab975b.fcc_folder_picker_mode", "1");
user_pref("mail.identity.bob_54ab975b.draft_folder", "imap://bob%40example.test@imap.example.test/INBOX/Drafts");
user_pref("mail.identity.bob_54ab975b.drafts_folder_picker_mode", "1");
user_pref("mail.identity.bob_54ab975b.attach_signature", false);
user_pref("mail.identity.bob_54ab975b.htmlSigFormat", false);
user_pref("mail.identity.bob_54ab975b.htmlSigText", "-- \nhttps://example.test/./x/ `rm -rf` 'a' \"b\" \\n $PATH % é\n");
user_pref("mail.account.bob_54ab975b.identities", "bob_54ab975b");
