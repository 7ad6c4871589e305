// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "mirror_3394f248,pop_359e89b6");
user_pref("mail.smtp.defaultserver", "mirror_3394f248");
user_pref("mail.accountmanager.defaultaccount", "mirror_3394f248");
user_pref("mail.smtpservers", "mirror_3394f248,pop_359e89b6");

// mirror
user_pref("mail.account.mirror_3394f248.server", "mirror_3394f248");
user_pref("mail.server.mirror_3394f248.type", "imap");
user_pref("mail.server.mirror_3394f248.hostname", "imap.gmail.com");
user_pref("mail.server.mirror_3394f248.port", 993);
user_pref("mail.server.mirror_3394f248.socketType", 3);
user_pref("mail.server.mirror_3394f248.authMethod", 3);
user_pref("mail.server.mirror_3394f248.userName", "me@gmail.com");
user_pref("mail.server.mirror_3394f248.name", "mirror");
user_pref("mail.server.mirror_3394f248.login_at_startup", true);
user_pref("mail.server.mirror_3394f248.directory-rel", "[ProfD]ImapMail/mirror_3394f248");
user_pref("mail.server.mirror_3394f248.trash_folder_name", "[Gmail]/Trash");
user_pref("mail.smtpserver.mirror_3394f248.type", "smtp");
user_pref("mail.smtpserver.mirror_3394f248.description", "mirror");
user_pref("mail.smtpserver.mirror_3394f248.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.mirror_3394f248.port", 465);
user_pref("mail.smtpserver.mirror_3394f248.try_ssl", 3);
user_pref("mail.smtpserver.mirror_3394f248.authMethod", 3);
user_pref("mail.smtpserver.mirror_3394f248.username", "me@gmail.com");
user_pref("mail.identity.mirror_3394f248.useremail", "me@gmail.com");
user_pref("mail.identity.mirror_3394f248.smtpServer", "mirror_3394f248");
user_pref("mail.identity.mirror_3394f248.fcc", false);
user_pref("mail.identity.mirror_3394f248.draft_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/Drafts");
user_pref("mail.identity.mirror_3394f248.drafts_folder_picker_mode", "1");
user_pref("mail.identity.mirror_3394f248.archive_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/All Mail");
user_pref("mail.identity.mirror_3394f248.archives_folder_picker_mode", "1");
user_pref("mail.identity.mirror_3394f248.archive_granularity", 0);
user_pref("mail.account.mirror_3394f248.identities", "mirror_3394f248");

// pop
user_pref("mail.account.pop_359e89b6.server", "pop_359e89b6");
user_pref("mail.server.pop_359e89b6.type", "pop3");
user_pref("mail.server.pop_359e89b6.hostname", "pop.example.test");
user_pref("mail.server.pop_359e89b6.port", 995);
user_pref("mail.server.pop_359e89b6.socketType", 3);
user_pref("mail.server.pop_359e89b6.authMethod", 3);
user_pref("mail.server.pop_359e89b6.userName", "alice@example.test");
user_pref("mail.server.pop_359e89b6.name", "pop");
user_pref("mail.server.pop_359e89b6.login_at_startup", true);
user_pref("mail.server.pop_359e89b6.leave_on_server", true);
user_pref("mail.server.pop_359e89b6.download_on_biff", true);
user_pref("mail.smtpserver.pop_359e89b6.type", "smtp");
user_pref("mail.smtpserver.pop_359e89b6.description", "pop");
user_pref("mail.smtpserver.pop_359e89b6.hostname", "smtp.example.test");
user_pref("mail.smtpserver.pop_359e89b6.port", 465);
user_pref("mail.smtpserver.pop_359e89b6.try_ssl", 3);
user_pref("mail.smtpserver.pop_359e89b6.authMethod", 3);
user_pref("mail.smtpserver.pop_359e89b6.username", "alice@example.test");
user_pref("mail.identity.pop_359e89b6.useremail", "alice@example.test");
user_pref("mail.identity.pop_359e89b6.smtpServer", "pop_359e89b6");
user_pref("mail.identity.pop_359e89b6.fcc", true);
user_pref("mail.account.pop_359e89b6.identities", "pop_359e89b6");
