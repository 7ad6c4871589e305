// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "privat_549c5f6c");
user_pref("mail.smtpservers", "privat_549c5f6c");

// privat
user_pref("mail.account.privat_549c5f6c.server", "privat_549c5f6c");
user_pref("mail.server.privat_549c5f6c.type", "imap");
user_pref("mail.server.privat_549c5f6c.hostname", "imap.gmail.com");
user_pref("mail.server.privat_549c5f6c.port", 993);
user_pref("mail.server.privat_549c5f6c.socketType", 3);
user_pref("mail.server.privat_549c5f6c.authMethod", 3);
user_pref("mail.server.privat_549c5f6c.userName", "me@gmail.com");
user_pref("mail.server.privat_549c5f6c.name", "privat");
user_pref("mail.server.privat_549c5f6c.login_at_startup", true);
user_pref("mail.server.privat_549c5f6c.directory-rel", "[ProfD]ImapMail/privat_549c5f6c");
user_pref("mail.server.privat_549c5f6c.trash_folder_name", "[Google Mail]/Papierkorb");
user_pref("mail.smtpserver.privat_549c5f6c.type", "smtp");
user_pref("mail.smtpserver.privat_549c5f6c.description", "privat");
user_pref("mail.smtpserver.privat_549c5f6c.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.privat_549c5f6c.port", 465);
user_pref("mail.smtpserver.privat_549c5f6c.try_ssl", 3);
user_pref("mail.smtpserver.privat_549c5f6c.authMethod", 3);
user_pref("mail.smtpserver.privat_549c5f6c.username", "me@gmail.com");
user_pref("mail.identity.privat_549c5f6c.fullName", "Jörg Müller");
user_pref("mail.identity.privat_549c5f6c.useremail", "me@gmail.com");
user_pref("mail.identity.privat_549c5f6c.smtpServer", "privat_549c5f6c");
user_pref("mail.identity.privat_549c5f6c.fcc", false);
user_pref("mail.identity.privat_549c5f6c.draft_folder", "imap://me%40gmail.com@imap.gmail.com/[Google Mail]/Entw&APw-rfe");
user_pref("mail.identity.privat_549c5f6c.drafts_folder_picker_mode", "1");
user_pref("mail.identity.privat_549c5f6c.archive_folder", "imap://me%40gmail.com@imap.gmail.com/[Google Mail]/Alle Nachrichten");
user_pref("mail.identity.privat_549c5f6c.archives_folder_picker_mode", "1");
user_pref("mail.identity.privat_549c5f6c.archive_granularity", 0);
user_pref("mail.identity.privat_549c5f6c.attach_signature", false);
user_pref("mail.identity.privat_549c5f6c.htmlSigFormat", false);
user_pref("mail.identity.privat_549c5f6c.htmlSigText", "Jörg Müller\n`Zum Löwen`, 50 % $teurer\n");
user_pref("mail.identity.privat_eda6545e.fullName", "Jörg Müller");
user_pref("mail.identity.privat_eda6545e.useremail", "me+shop@gmail.com");
user_pref("mail.identity.privat_eda6545e.smtpServer", "privat_549c5f6c");
user_pref("mail.identity.privat_eda6545e.fcc", false);
user_pref("mail.identity.privat_eda6545e.draft_folder", "imap://me%40gmail.com@imap.gmail.com/[Google Mail]/Entw&APw-rfe");
user_pref("mail.identity.privat_eda6545e.drafts_folder_picker_mode", "1");
user_pref("mail.identity.privat_eda6545e.archive_folder", "imap://me%40gmail.com@imap.gmail.com/[Google Mail]/Alle Nachrichten");
user_pref("mail.identity.privat_eda6545e.archives_folder_picker_mode", "1");
user_pref("mail.identity.privat_eda6545e.archive_granularity", 0);
user_pref("mail.identity.privat_eda6545e.attach_signature", false);
user_pref("mail.identity.privat_eda6545e.htmlSigFormat", false);
user_pref("mail.identity.privat_eda6545e.htmlSigText", "Jörg Müller\n`Zum Löwen`, 50 % $teurer\n");
user_pref("mail.identity.privat_f28addc0.fullName", "Müller, Jörg \"der Löwe\"");
user_pref("mail.identity.privat_f28addc0.useremail", "joerg@example.org");
user_pref("mail.identity.privat_f28addc0.reply_to", "me@gmail.com");
user_pref("mail.identity.privat_f28addc0.smtpServer", "privat_549c5f6c");
user_pref("mail.identity.privat_f28addc0.fcc", false);
user_pref("mail.identity.privat_f28addc0.draft_folder", "imap://me%40gmail.com@imap.gmail.com/[Google Mail]/Entw&APw-rfe");
user_pref("mail.identity.privat_f28addc0.drafts_folder_picker_mode", "1");
user_pref("mail.identity.privat_f28addc0.archive_folder", "imap://me%40gmail.com@imap.gmail.com/[Google Mail]/Alle Nachrichten");
user_pref("mail.identity.privat_f28addc0.archives_folder_picker_mode", "1");
user_pref("mail.identity.privat_f28addc0.archive_granularity", 0);
user_pref("mail.identity.privat_f28addc0.attach_signature", true);
user_pref("mail.identity.privat_f28addc0.sig_file-rel", "[Home].signature-löwe");
user_pref("mail.account.privat_549c5f6c.identities", "privat_549c5f6c,privat_eda6545e,privat_f28addc0");
