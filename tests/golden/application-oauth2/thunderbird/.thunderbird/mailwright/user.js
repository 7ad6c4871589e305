// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "shop_fe745b72,public_e935b50a");
user_pref("mail.smtp.defaultserver", "shop_fe745b72");
user_pref("mail.accountmanager.defaultaccount", "shop_fe745b72");
user_pref("mail.smtpservers", "shop_fe745b72,public_e935b50a");

// shop
user_pref("mail.account.shop_fe745b72.server", "shop_fe745b72");
user_pref("mail.server.shop_fe745b72.type", "imap");
user_pref("mail.server.shop_fe745b72.hostname", "imap.gmail.com");
user_pref("mail.server.shop_fe745b72.port", 993);
user_pref("mail.server.shop_fe745b72.socketType", 3);
user_pref("mail.server.shop_fe745b72.authMethod", 10);
user_pref("mail.server.shop_fe745b72.userName", "me@gmail.com");
user_pref("mail.server.shop_fe745b72.name", "shop");
user_pref("mail.server.shop_fe745b72.login_at_startup", true);
user_pref("mail.server.shop_fe745b72.directory-rel", "[ProfD]ImapMail/shop_fe745b72");
user_pref("mail.server.shop_fe745b72.trash_folder_name", "[Gmail]/Trash");
user_pref("mail.smtpserver.shop_fe745b72.type", "smtp");
user_pref("mail.smtpserver.shop_fe745b72.description", "shop");
user_pref("mail.smtpserver.shop_fe745b72.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.shop_fe745b72.port", 465);
user_pref("mail.smtpserver.shop_fe745b72.try_ssl", 3);
user_pref("mail.smtpserver.shop_fe745b72.authMethod", 10);
user_pref("mail.smtpserver.shop_fe745b72.username", "me@gmail.com");
user_pref("mail.identity.shop_fe745b72.fullName", "Me Example");
user_pref("mail.identity.shop_fe745b72.useremail", "me@gmail.com");
user_pref("mail.identity.shop_fe745b72.smtpServer", "shop_fe745b72");
user_pref("mail.identity.shop_fe745b72.fcc", false);
user_pref("mail.identity.shop_fe745b72.draft_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/Drafts");
user_pref("mail.identity.shop_fe745b72.drafts_folder_picker_mode", "1");
user_pref("mail.identity.shop_fe745b72.archive_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/All Mail");
user_pref("mail.identity.shop_fe745b72.archives_folder_picker_mode", "1");
user_pref("mail.identity.shop_fe745b72.archive_granularity", 0);
user_pref("mail.account.shop_fe745b72.identities", "shop_fe745b72");

// public
user_pref("mail.account.public_e935b50a.server", "public_e935b50a");
user_pref("mail.server.public_e935b50a.type", "imap");
user_pref("mail.server.public_e935b50a.hostname", "outlook.office365.com");
user_pref("mail.server.public_e935b50a.port", 993);
user_pref("mail.server.public_e935b50a.socketType", 3);
user_pref("mail.server.public_e935b50a.authMethod", 10);
user_pref("mail.server.public_e935b50a.userName", "ada@contoso.example");
user_pref("mail.server.public_e935b50a.name", "public");
user_pref("mail.server.public_e935b50a.login_at_startup", true);
user_pref("mail.server.public_e935b50a.directory-rel", "[ProfD]ImapMail/public_e935b50a");
user_pref("mail.server.public_e935b50a.trash_folder_name", "Deleted Items");
user_pref("mail.smtpserver.public_e935b50a.type", "smtp");
user_pref("mail.smtpserver.public_e935b50a.description", "public");
user_pref("mail.smtpserver.public_e935b50a.hostname", "smtp.office365.com");
user_pref("mail.smtpserver.public_e935b50a.port", 587);
user_pref("mail.smtpserver.public_e935b50a.try_ssl", 2);
user_pref("mail.smtpserver.public_e935b50a.authMethod", 10);
user_pref("mail.smtpserver.public_e935b50a.username", "ada@contoso.example");
user_pref("mail.identity.public_e935b50a.useremail", "ada@contoso.example");
user_pref("mail.identity.public_e935b50a.smtpServer", "public_e935b50a");
user_pref("mail.identity.public_e935b50a.fcc", false);
user_pref("mail.identity.public_e935b50a.draft_folder", "imap://ada%40contoso.example@outlook.office365.com/Drafts");
user_pref("mail.identity.public_e935b50a.drafts_folder_picker_mode", "1");
user_pref("mail.identity.public_e935b50a.archive_folder", "imap://ada%40contoso.example@outlook.office365.com/Archive");
user_pref("mail.identity.public_e935b50a.archives_folder_picker_mode", "1");
user_pref("mail.identity.public_e935b50a.archive_granularity", 0);
user_pref("mail.account.public_e935b50a.identities", "public_e935b50a");
