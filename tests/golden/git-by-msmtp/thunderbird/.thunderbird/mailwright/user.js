// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "alice_a3edd4fb,bob_54ab975b");
user_pref("mail.smtp.defaultserver", "alice_a3edd4fb");
user_pref("mail.accountmanager.defaultaccount", "alice_a3edd4fb");
user_pref("mail.smtpservers", "alice_a3edd4fb,bob_54ab975b");

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
user_pref("mail.smtpserver.alice_a3edd4fb.port", 587);
user_pref("mail.smtpserver.alice_a3edd4fb.try_ssl", 2);
user_pref("mail.smtpserver.alice_a3edd4fb.authMethod", 3);
user_pref("mail.smtpserver.alice_a3edd4fb.username", "alice@example.test");
user_pref("mail.identity.alice_a3edd4fb.fullName", "Alice Example");
user_pref("mail.identity.alice_a3edd4fb.useremail", "alice@example.test");
user_pref("mail.identity.alice_a3edd4fb.smtpServer", "alice_a3edd4fb");
user_pref("mail.identity.alice_a3edd4fb.fcc", true);
user_pref("mail.identity.alice_a3edd4fb.fcc_folder", "imap://alice%40example.test@imap.example.test/Sent");
user_pref("mail.identity.alice_a3edd4fb.fcc_folder_picker_mode", "1");
user_pref("mail.identity.alice_a3edd4fb.draft_folder", "imap://alice%40example.test@imap.example.test/Drafts");
user_pref("mail.identity.alice_a3edd4fb.drafts_folder_picker_mode", "1");
user_pref("mail.identity.alice_e10fc765.fullName", "Alice on Lists");
user_pref("mail.identity.alice_e10fc765.useremail", "alice+lists@example.test");
user_pref("mail.identity.alice_e10fc765.smtpServer", "alice_a3edd4fb");
user_pref("mail.identity.alice_e10fc765.fcc", true);
user_pref("mail.identity.alice_e10fc765.fcc_folder", "imap://alice%40example.test@imap.example.test/Sent");
user_pref("mail.identity.alice_e10fc765.fcc_folder_picker_mode", "1");
user_pref("mail.identity.alice_e10fc765.draft_folder", "imap://alice%40example.test@imap.example.test/Drafts");
user_pref("mail.identity.alice_e10fc765.drafts_folder_picker_mode", "1");
user_pref("mail.account.alice_a3edd4fb.identities", "alice_a3edd4fb,alice_e10fc765");

// bob
user_pref("mail.account.bob_54ab975b.server", "bob_54ab975b");
user_pref("mail.server.bob_54ab975b.type", "imap");
user_pref("mail.server.bob_54ab975b.hostname", "imap.example.test");
user_pref("mail.server.bob_54ab975b.port", 993);
user_pref("mail.server.bob_54ab975b.socketType", 3);
user_pref("mail.server.bob_54ab975b.authMethod", 3);
user_pref("mail.server.bob_54ab975b.userName", "bob@example.test");
user_pref("mail.server.bob_54ab975b.name", "bob");
user_pref("mail.server.bob_54ab975b.login_at_startup", true);
user_pref("mail.server.bob_54ab975b.directory-rel", "[ProfD]ImapMail/bob_54ab975b");
user_pref("mail.server.bob_54ab975b.trash_folder_name", "Trash");
user_pref("mail.smtpserver.bob_54ab975b.type", "smtp");
user_pref("mail.smtpserver.bob_54ab975b.description", "bob");
user_pref("mail.smtpserver.bob_54ab975b.hostname", "smtp.example.test");
user_pref("mail.smtpserver.bob_54ab975b.port", 465);
user_pref("mail.smtpserver.bob_54ab975b.try_ssl", 3);
user_pref("mail.smtpserver.bob_54ab975b.authMethod", 3);
user_pref("mail.smtpserver.bob_54ab975b.username", "bob@example.test");
user_pref("mail.identity.bob_54ab975b.fullName", "Alice Example");
user_pref("mail.identity.bob_54ab975b.useremail", "bob@example.test");
user_pref("mail.identity.bob_54ab975b.smtpServer", "bob_54ab975b");
user_pref("mail.identity.bob_54ab975b.fcc", true);
user_pref("mail.identity.bob_54ab975b.fcc_folder", "imap://bob%40example.test@imap.example.test/Sent");
user_pref("mail.identity.bob_54ab975b.fcc_folder_picker_mode", "1");
user_pref("mail.identity.bob_54ab975b.draft_folder", "imap://bob%40example.test@imap.example.test/Drafts");
user_pref("mail.identity.bob_54ab975b.drafts_folder_picker_mode", "1");
user_pref("mail.account.bob_54ab975b.identities", "bob_54ab975b");
