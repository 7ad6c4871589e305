// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "alice_a3edd4fb");
user_pref("mail.smtpservers", "alice_a3edd4fb");

// alice
user_pref("mail.account.alice_a3edd4fb.server", "alice_a3edd4fb");
user_pref("mail.server.alice_a3edd4fb.type", "pop3");
user_pref("mail.server.alice_a3edd4fb.hostname", "pop.example.test");
user_pref("mail.server.alice_a3edd4fb.port", 110);
user_pref("mail.server.alice_a3edd4fb.socketType", 2);
user_pref("mail.server.alice_a3edd4fb.authMethod", 3);
user_pref("mail.server.alice_a3edd4fb.userName", "alice@example.test");
user_pref("mail.server.alice_a3edd4fb.name", "alice");
user_pref("mail.server.alice_a3edd4fb.login_at_startup", true);
user_pref("mail.server.alice_a3edd4fb.leave_on_server", true);
user_pref("mail.server.alice_a3edd4fb.download_on_biff", true);
user_pref("mail.smtpserver.alice_a3edd4fb.type", "smtp");
user_pref("mail.smtpserver.alice_a3edd4fb.description", "alice");
user_pref("mail.smtpserver.alice_a3edd4fb.hostname", "smtp.example.test");
user_pref("mail.smtpserver.alice_a3edd4fb.port", 587);
user_pref("mail.smtpserver.alice_a3edd4fb.try_ssl", 2);
user_pref("mail.smtpserver.alice_a3edd4fb.authMethod", 3);
user_pref("mail.smtpserver.alice_a3edd4fb.username", "alice@example.test");
user_pref("mail.identity.alice_a3edd4fb.fullName", "Alice Example");
user_pref("mail.identity.alice_a3edd4fb.useremail", "alice@example.test");
user_pref("mail.identity.alice_a3edd4fb.smtpServer", "alice_a3edd4fb");
user_pref("mail.identity.alice_a3edd4fb.fcc", true);
user_pref("mail.account.alice_a3edd4fb.identities", "alice_a3edd4fb");
