// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "bob_54ab975b");
user_pref("mail.smtpservers", "bob_54ab975b");

// bob
user_pref("mail.account.bob_54ab975b.server", "bob_54ab975b");
user_pref("mail.server.bob_54ab975b.type", "pop3");
user_pref("mail.server.bob_54ab975b.hostname", "pop.example.test");
user_pref("mail.server.bob_54ab975b.port", 995);
user_pref("mail.server.bob_54ab975b.socketType", 3);
user_pref("mail.server.bob_54ab975b.authMethod", 3);
user_pref("mail.server.bob_54ab975b.userName", "bob@example.test");
user_pref("mail.server.bob_54ab975b.name", "bob");
user_pref("mail.server.bob_54ab975b.login_at_startup", true);
user_pref("mail.server.bob_54ab975b.leave_on_server", true);
user_pref("mail.server.bob_54ab975b.download_on_biff", true);
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
user_pref("mail.account.bob_54ab975b.identities", "bob_54ab975b");
