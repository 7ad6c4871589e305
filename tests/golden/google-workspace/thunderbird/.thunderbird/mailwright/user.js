// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "adaenginesexampl_c5facbbc");
user_pref("mail.smtp.defaultserver", "adaenginesexampl_c5facbbc");
user_pref("mail.accountmanager.defaultaccount", "adaenginesexampl_c5facbbc");
user_pref("mail.smtpservers", "adaenginesexampl_c5facbbc");

// ada@engines.example
user_pref("mail.account.adaenginesexampl_c5facbbc.server", "adaenginesexampl_c5facbbc");
user_pref("mail.server.adaenginesexampl_c5facbbc.type", "imap");
user_pref("mail.server.adaenginesexampl_c5facbbc.hostname", "imap.gmail.com");
user_pref("mail.server.adaenginesexampl_c5facbbc.port", 993);
user_pref("mail.server.adaenginesexampl_c5facbbc.socketType", 3);
user_pref("mail.server.adaenginesexampl_c5facbbc.authMethod", 3);
user_pref("mail.server.adaenginesexampl_c5facbbc.userName", "ada@engines.example");
user_pref("mail.server.adaenginesexampl_c5facbbc.name", "ada@engines.example");
user_pref("mail.server.adaenginesexampl_c5facbbc.login_at_startup", true);
user_pref("mail.server.adaenginesexampl_c5facbbc.directory-rel", "[ProfD]ImapMail/adaenginesexampl_c5facbbc");
user_pref("mail.server.adaenginesexampl_c5facbbc.trash_folder_name", "[Gmail]/Bin");
user_pref("mail.smtpserver.adaenginesexampl_c5facbbc.type", "smtp");
user_pref("mail.smtpserver.adaenginesexampl_c5facbbc.description", "ada@engines.example");
user_pref("mail.smtpserver.adaenginesexampl_c5facbbc.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.adaenginesexampl_c5facbbc.port", 465);
user_pref("mail.smtpserver.adaenginesexampl_c5facbbc.try_ssl", 3);
user_pref("mail.smtpserver.adaenginesexampl_c5facbbc.authMethod", 3);
user_pref("mail.smtpserver.adaenginesexampl_c5facbbc.username", "ada@engines.example");
user_pref("mail.identity.adaenginesexampl_c5facbbc.fullName", "Ada Lovelace");
user_pref("mail.identity.adaenginesexampl_c5facbbc.useremail", "ada@engines.example");
user_pref("mail.identity.adaenginesexampl_c5facbbc.smtpServer", "adaenginesexampl_c5facbbc");
user_pref("mail.identity.adaenginesexampl_c5facbbc.fcc", false);
user_pref("mail.identity.adaenginesexampl_c5facbbc.draft_folder", "imap://ada%40engines.example@imap.gmail.com/[Gmail]/Drafts");
user_pref("mail.identity.adaenginesexampl_c5facbbc.drafts_folder_picker_mode", "1");
user_pref("mail.identity.adaenginesexampl_c5facbbc.archive_folder", "imap://ada%40engines.example@imap.gmail.com/[Gmail]/All Mail");
user_pref("mail.identity.adaenginesexampl_c5facbbc.archives_folder_picker_mode", "1");
user_pref("mail.identity.adaenginesexampl_c5facbbc.archive_granularity", 0);
user_pref("mail.account.adaenginesexampl_c5facbbc.identities", "adaenginesexampl_c5facbbc");
