// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "adalovelaceiclou_24b8efd7");
user_pref("mail.smtpservers", "adalovelaceiclou_24b8efd7");

// ada.lovelace@icloud.com
user_pref("mail.account.adalovelaceiclou_24b8efd7.server", "adalovelaceiclou_24b8efd7");
user_pref("mail.server.adalovelaceiclou_24b8efd7.type", "imap");
user_pref("mail.server.adalovelaceiclou_24b8efd7.hostname", "imap.mail.me.com");
user_pref("mail.server.adalovelaceiclou_24b8efd7.port", 993);
user_pref("mail.server.adalovelaceiclou_24b8efd7.socketType", 3);
user_pref("mail.server.adalovelaceiclou_24b8efd7.authMethod", 3);
user_pref("mail.server.adalovelaceiclou_24b8efd7.userName", "ada.lovelace");
user_pref("mail.server.adalovelaceiclou_24b8efd7.name", "ada.lovelace@icloud.com");
user_pref("mail.server.adalovelaceiclou_24b8efd7.login_at_startup", true);
user_pref("mail.server.adalovelaceiclou_24b8efd7.directory-rel", "[ProfD]ImapMail/adalovelaceiclou_24b8efd7");
user_pref("mail.server.adalovelaceiclou_24b8efd7.trash_folder_name", "Deleted Messages");
user_pref("mail.smtpserver.adalovelaceiclou_24b8efd7.type", "smtp");
user_pref("mail.smtpserver.adalovelaceiclou_24b8efd7.description", "ada.lovelace@icloud.com");
user_pref("mail.smtpserver.adalovelaceiclou_24b8efd7.hostname", "smtp.mail.me.com");
user_pref("mail.smtpserver.adalovelaceiclou_24b8efd7.port", 587);
user_pref("mail.smtpserver.adalovelaceiclou_24b8efd7.try_ssl", 2);
user_pref("mail.smtpserver.adalovelaceiclou_24b8efd7.authMethod", 3);
user_pref("mail.smtpserver.adalovelaceiclou_24b8efd7.username", "ada.lovelace@icloud.com");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.fullName", "Ada Lovelace");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.useremail", "ada.lovelace@icloud.com");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.smtpServer", "adalovelaceiclou_24b8efd7");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.fcc", true);
user_pref("mail.identity.adalovelaceiclou_24b8efd7.fcc_folder", "imap://ada.lovelace@imap.mail.me.com/Sent Messages");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.fcc_folder_picker_mode", "1");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.draft_folder", "imap://ada.lovelace@imap.mail.me.com/Drafts");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.drafts_folder_picker_mode", "1");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.archive_folder", "imap://ada.lovelace@imap.mail.me.com/Archive");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.archives_folder_picker_mode", "1");
user_pref("mail.identity.adalovelaceiclou_24b8efd7.archive_granularity", 0);
user_pref("mail.account.adalovelaceiclou_24b8efd7.identities", "adalovelaceiclou_24b8efd7");
