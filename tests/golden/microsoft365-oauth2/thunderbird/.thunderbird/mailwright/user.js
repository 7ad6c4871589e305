// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "work_a92fba92");
user_pref("mail.smtpservers", "work_a92fba92");

// work
user_pref("mail.account.work_a92fba92.server", "work_a92fba92");
user_pref("mail.server.work_a92fba92.type", "imap");
user_pref("mail.server.work_a92fba92.hostname", "outlook.office365.com");
user_pref("mail.server.work_a92fba92.port", 993);
user_pref("mail.server.work_a92fba92.socketType", 3);
user_pref("mail.server.work_a92fba92.authMethod", 10);
user_pref("mail.server.work_a92fba92.userName", "ada@contoso.example");
user_pref("mail.server.work_a92fba92.name", "work");
user_pref("mail.server.work_a92fba92.login_at_startup", true);
user_pref("mail.server.work_a92fba92.directory-rel", "[ProfD]ImapMail/work_a92fba92");
user_pref("mail.server.work_a92fba92.trash_folder_name", "Deleted Items");
user_pref("mail.smtpserver.work_a92fba92.type", "smtp");
user_pref("mail.smtpserver.work_a92fba92.description", "work");
user_pref("mail.smtpserver.work_a92fba92.hostname", "smtp.office365.com");
user_pref("mail.smtpserver.work_a92fba92.port", 587);
user_pref("mail.smtpserver.work_a92fba92.try_ssl", 2);
user_pref("mail.smtpserver.work_a92fba92.authMethod", 10);
user_pref("mail.smtpserver.work_a92fba92.username", "ada@contoso.example");
user_pref("mail.identity.work_a92fba92.fullName", "Ada Lovelace");
user_pref("mail.identity.work_a92fba92.useremail", "ada@contoso.example");
user_pref("mail.identity.work_a92fba92.smtpServer", "work_a92fba92");
user_pref("mail.identity.work_a92fba92.fcc", false);
user_pref("mail.identity.work_a92fba92.draft_folder", "imap://ada%40contoso.example@outlook.office365.com/Drafts");
user_pref("mail.identity.work_a92fba92.drafts_folder_picker_mode", "1");
user_pref("mail.identity.work_a92fba92.archive_folder", "imap://ada%40contoso.example@outlook.office365.com/Archive");
user_pref("mail.identity.work_a92fba92.archives_folder_picker_mode", "1");
user_pref("mail.identity.work_a92fba92.archive_granularity", 0);
user_pref("mail.account.work_a92fba92.identities", "work_a92fba92");
