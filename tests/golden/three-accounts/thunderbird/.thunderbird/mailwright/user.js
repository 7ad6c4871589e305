// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "gmail_34b9bc21,alice_a3edd4fb");
user_pref("mail.smtp.defaultserver", "alice_a3edd4fb");
user_pref("mail.accountmanager.defaultaccount", "alice_a3edd4fb");
user_pref("mail.smtpservers", "gmail_34b9bc21,alice_a3edd4fb");

// gmail
user_pref("mail.account.gmail_34b9bc21.server", "gmail_34b9bc21");
user_pref("mail.server.gmail_34b9bc21.type", "imap");
user_pref("mail.server.gmail_34b9bc21.hostname", "imap.gmail.com");
user_pref("mail.server.gmail_34b9bc21.port", 993);
user_pref("mail.server.gmail_34b9bc21.socketType", 3);
user_pref("mail.server.gmail_34b9bc21.authMethod", 3);
user_pref("mail.server.gmail_34b9bc21.userName", "me@gmail.com");
user_pref("mail.server.gmail_34b9bc21.name", "gmail");
user_pref("mail.server.gmail_34b9bc21.login_at_startup", true);
user_pref("mail.server.gmail_34b9bc21.directory-rel", "[ProfD]ImapMail/gmail_34b9bc21");
user_pref("mail.server.gmail_34b9bc21.trash_folder_name", "[Gmail]/Trash");
user_pref("mail.smtpserver.gmail_34b9bc21.type", "smtp");
user_pref("mail.smtpserver.gmail_34b9bc21.description", "gmail");
user_pref("mail.smtpserver.gmail_34b9bc21.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.gmail_34b9bc21.port", 465);
user_pref("mail.smtpserver.gmail_34b9bc21.try_ssl", 3);
user_pref("mail.smtpserver.gmail_34b9bc21.authMethod", 3);
user_pref("mail.smtpserver.gmail_34b9bc21.username", "me@gmail.com");
user_pref("mail.identity.gmail_34b9bc21.fullName", "Me Example");
user_pref("mail.identity.gmail_34b9bc21.useremail", "me@gmail.com");
user_pref("mail.identity.gmail_34b9bc21.smtpServer", "gmail_34b9bc21");
user_pref("mail.identity.gmail_34b9bc21.fcc", false);
user_pref("mail.identity.gmail_34b9bc21.draft_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/Drafts");
user_pref("mail.identity.gmail_34b9bc21.drafts_folder_picker_mode", "1");
user_pref("mail.identity.gmail_34b9bc21.archive_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/All Mail");
user_pref("mail.identity.gmail_34b9bc21.archives_folder_picker_mode", "1");
user_pref("mail.identity.gmail_34b9bc21.archive_granularity", 0);
user_pref("mail.account.gmail_34b9bc21.identities", "gmail_34b9bc21");

// alice
user_pref("mail.account.alice_a3edd4fb.server", "alice_a3edd4fb");
user_pref("mail.server.alice_a3edd4fb.type", "imap");
user_pref("mail.server.alice_a3edd4fb.hostname", "imap.example.test");
user_pref("mail.server.alice_a3edd4fb.port", 993);
user_pref("mail.server.alice_a3edd4fb.socketType", 3);
user_pref("mail.server.alice_a3edd4fb.authMethod", 3);
user_pref("mail.server.alice_a3edd4fb.userName", "alice@example.test");
user_pref("mail.server.alice_a3edd4fb.name", "alice");
user_pref("mail.server.alice_a3edd4fb.login_at_startup", true);
user_pref("mail.server.alice_a3edd4fb.directory-rel", "[ProfD]ImapMail/alice_a3edd4fb");
user_pref("mail.server.alice_a3edd4fb.trash_folder_name", "Trash");
user_pref("mail.smtpserver.alice_a3edd4fb.type", "smtp");
user_pref("mail.smtpserver.alice_a3edd4fb.description", "alice");
user_pref("mail.smtpserver.alice_a3edd4fb.hostname", "smtp.example.test");
user_pref("mail.smtpserver.alice_a3edd4fb.port", 465);
user_pref("mail.smtpserver.alice_a3edd4fb.try_ssl", 3);
user_pref("mail.smtpserver.alice_a3edd4fb.authMethod", 3);
user_pref("mail.smtpserver.alice_a3edd4fb.username", "alice@example.test");
user_pref("mail.identity.alice_a3edd4fb.fullName", "Me Example");
user_pref("mail.identity.alice_a3edd4fb.useremail", "alice@example.test");
user_pref("mail.identity.alice_a3edd4fb.smtpServer", "alice_a3edd4fb");
user_pref("mail.identity.alice_a3edd4fb.fcc", true);
user_pref("mail.identity.alice_a3edd4fb.fcc_folder", "imap://alice%40example.test@imap.example.test/Sent");
user_pref("mail.identity.alice_a3edd4fb.fcc_folder_picker_mode", "1");
user_pref("mail.identity.alice_a3edd4fb.draft_folder", "imap://alice%40example.test@imap.example.test/Drafts");
user_pref("mail.identity.alice_a3edd4fb.drafts_folder_picker_mode", "1");
user_pref("mail.identity.alice_a3edd4fb.attach_signature", true);
user_pref("mail.identity.alice_a3edd4fb.sig_file-rel", "[Home].signature");
user_pref("mail.account.alice_a3edd4fb.identities", "alice_a3edd4fb");
