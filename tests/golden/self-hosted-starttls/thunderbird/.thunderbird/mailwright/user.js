// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "own_07559d5e,club_cd53d9e8");
user_pref("mail.smtp.defaultserver", "own_07559d5e");
user_pref("mail.accountmanager.defaultaccount", "own_07559d5e");
user_pref("mail.smtpservers", "own_07559d5e,club_cd53d9e8");

// own
user_pref("mail.account.own_07559d5e.server", "own_07559d5e");
user_pref("mail.server.own_07559d5e.type", "imap");
user_pref("mail.server.own_07559d5e.hostname", "imap.example.test");
user_pref("mail.server.own_07559d5e.port", 143);
user_pref("mail.server.own_07559d5e.socketType", 2);
user_pref("mail.server.own_07559d5e.authMethod", 3);
user_pref("mail.server.own_07559d5e.userName", "alice@example.test");
user_pref("mail.server.own_07559d5e.name", "own");
user_pref("mail.server.own_07559d5e.login_at_startup", true);
user_pref("mail.server.own_07559d5e.directory-rel", "[ProfD]ImapMail/own_07559d5e");
user_pref("mail.server.own_07559d5e.trash_folder_name", "Trash");
user_pref("mail.smtpserver.own_07559d5e.type", "smtp");
user_pref("mail.smtpserver.own_07559d5e.description", "own");
user_pref("mail.smtpserver.own_07559d5e.hostname", "mail.example.test");
user_pref("mail.smtpserver.own_07559d5e.port", 587);
user_pref("mail.smtpserver.own_07559d5e.try_ssl", 2);
user_pref("mail.smtpserver.own_07559d5e.authMethod", 3);
user_pref("mail.smtpserver.own_07559d5e.username", "alice@example.test");
user_pref("mail.identity.own_07559d5e.fullName", "Alice Example");
user_pref("mail.identity.own_07559d5e.useremail", "alice@example.test");
user_pref("mail.identity.own_07559d5e.smtpServer", "own_07559d5e");
user_pref("mail.identity.own_07559d5e.fcc", true);
user_pref("mail.identity.own_07559d5e.fcc_folder", "imap://alice%40example.test@imap.example.test/Sent");
user_pref("mail.identity.own_07559d5e.fcc_folder_picker_mode", "1");
user_pref("mail.identity.own_07559d5e.draft_folder", "imap://alice%40example.test@imap.example.test/Drafts");
user_pref("mail.identity.own_07559d5e.drafts_folder_picker_mode", "1");
user_pref("mail.account.own_07559d5e.identities", "own_07559d5e");

// club
user_pref("mail.account.club_cd53d9e8.server", "club_cd53d9e8");
user_pref("mail.server.club_cd53d9e8.type", "imap");
user_pref("mail.server.club_cd53d9e8.hostname", "mail.club.example");
user_pref("mail.server.club_cd53d9e8.port", 143);
user_pref("mail.server.club_cd53d9e8.socketType", 2);
user_pref("mail.server.club_cd53d9e8.authMethod", 3);
user_pref("mail.server.club_cd53d9e8.userName", "ada");
user_pref("mail.server.club_cd53d9e8.name", "club");
user_pref("mail.server.club_cd53d9e8.login_at_startup", true);
user_pref("mail.server.club_cd53d9e8.directory-rel", "[ProfD]ImapMail/club_cd53d9e8");
user_pref("mail.server.club_cd53d9e8.trash_folder_name", "Trash");
user_pref("mail.smtpserver.club_cd53d9e8.type", "smtp");
user_pref("mail.smtpserver.club_cd53d9e8.description", "club");
user_pref("mail.smtpserver.club_cd53d9e8.hostname", "mail.club.example");
user_pref("mail.smtpserver.club_cd53d9e8.port", 587);
user_pref("mail.smtpserver.club_cd53d9e8.try_ssl", 2);
user_pref("mail.smtpserver.club_cd53d9e8.authMethod", 3);
user_pref("mail.smtpserver.club_cd53d9e8.username", "ada");
user_pref("mail.identity.club_cd53d9e8.useremail", "ada@club.example");
user_pref("mail.identity.club_cd53d9e8.smtpServer", "club_cd53d9e8");
user_pref("mail.identity.club_cd53d9e8.fcc", true);
user_pref("mail.identity.club_cd53d9e8.fcc_folder", "imap://ada@mail.club.example/Sent");
user_pref("mail.identity.club_cd53d9e8.fcc_folder_picker_mode", "1");
user_pref("mail.identity.club_cd53d9e8.draft_folder", "imap://ada@mail.club.example/Drafts");
user_pref("mail.identity.club_cd53d9e8.drafts_folder_picker_mode", "1");
user_pref("mail.account.club_cd53d9e8.identities", "club_cd53d9e8");
