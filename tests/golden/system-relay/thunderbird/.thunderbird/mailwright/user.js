// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "relay_3097abb5,token_4d1ff062");
user_pref("mail.smtp.defaultserver", "relay_3097abb5");
user_pref("mail.accountmanager.defaultaccount", "relay_3097abb5");
user_pref("mail.smtpservers", "relay_3097abb5,token_4d1ff062");

// relay
user_pref("mail.account.relay_3097abb5.server", "relay_3097abb5");
user_pref("mail.server.relay_3097abb5.type", "imap");
user_pref("mail.server.relay_3097abb5.hostname", "imap.gmail.com");
user_pref("mail.server.relay_3097abb5.port", 993);
user_pref("mail.server.relay_3097abb5.socketType", 3);
user_pref("mail.server.relay_3097abb5.authMethod", 3);
user_pref("mail.server.relay_3097abb5.userName", "me@gmail.com");
user_pref("mail.server.relay_3097abb5.name", "relay");
user_pref("mail.server.relay_3097abb5.login_at_startup", true);
user_pref("mail.server.relay_3097abb5.directory-rel", "[ProfD]ImapMail/relay_3097abb5");
user_pref("mail.server.relay_3097abb5.trash_folder_name", "[Gmail]/Trash");
user_pref("mail.smtpserver.relay_3097abb5.type", "smtp");
user_pref("mail.smtpserver.relay_3097abb5.description", "relay");
user_pref("mail.smtpserver.relay_3097abb5.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.relay_3097abb5.port", 587);
user_pref("mail.smtpserver.relay_3097abb5.try_ssl", 2);
user_pref("mail.smtpserver.relay_3097abb5.authMethod", 3);
user_pref("mail.smtpserver.relay_3097abb5.username", "me@gmail.com");
user_pref("mail.identity.relay_3097abb5.fullName", "Me Example");
user_pref("mail.identity.relay_3097abb5.useremail", "me@gmail.com");
user_pref("mail.identity.relay_3097abb5.smtpServer", "relay_3097abb5");
user_pref("mail.identity.relay_3097abb5.fcc", false);
user_pref("mail.identity.relay_3097abb5.draft_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/Drafts");
user_pref("mail.identity.relay_3097abb5.drafts_folder_picker_mode", "1");
user_pref("mail.identity.relay_3097abb5.archive_folder", "imap://me%40gmail.com@imap.gmail.com/[Gmail]/All Mail");
user_pref("mail.identity.relay_3097abb5.archives_folder_picker_mode", "1");
user_pref("mail.identity.relay_3097abb5.archive_granularity", 0);
user_pref("mail.account.relay_3097abb5.identities", "relay_3097abb5");

// token
user_pref("mail.account.token_4d1ff062.server", "token_4d1ff062");
user_pref("mail.server.token_4d1ff062.type", "imap");
user_pref("mail.server.token_4d1ff062.hostname", "imap.gmail.com");
user_pref("mail.server.token_4d1ff062.port", 993);
user_pref("mail.server.token_4d1ff062.socketType", 3);
user_pref("mail.server.token_4d1ff062.authMethod", 10);
user_pref("mail.server.token_4d1ff062.userName", "carol@gmail.com");
user_pref("mail.server.token_4d1ff062.name", "token");
user_pref("mail.server.token_4d1ff062.login_at_startup", true);
user_pref("mail.server.token_4d1ff062.directory-rel", "[ProfD]ImapMail/token_4d1ff062");
user_pref("mail.server.token_4d1ff062.trash_folder_name", "[Gmail]/Trash");
user_pref("mail.smtpserver.token_4d1ff062.type", "smtp");
user_pref("mail.smtpserver.token_4d1ff062.description", "token");
user_pref("mail.smtpserver.token_4d1ff062.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.token_4d1ff062.port", 465);
user_pref("mail.smtpserver.token_4d1ff062.try_ssl", 3);
user_pref("mail.smtpserver.token_4d1ff062.authMethod", 10);
user_pref("mail.smtpserver.token_4d1ff062.username", "carol@gmail.com");
user_pref("mail.identity.token_4d1ff062.useremail", "carol@gmail.com");
user_pref("mail.identity.token_4d1ff062.smtpServer", "token_4d1ff062");
user_pref("mail.identity.token_4d1ff062.fcc", false);
user_pref("mail.identity.token_4d1ff062.draft_folder", "imap://carol%40gmail.com@imap.gmail.com/[Gmail]/Drafts");
user_pref("mail.identity.token_4d1ff062.drafts_folder_picker_mode", "1");
user_pref("mail.identity.token_4d1ff062.archive_folder", "imap://carol%40gmail.com@imap.gmail.com/[Gmail]/All Mail");
user_pref("mail.identity.token_4d1ff062.archives_folder_picker_mode", "1");
user_pref("mail.identity.token_4d1ff062.archive_granularity", 0);
user_pref("mail.account.token_4d1ff062.identities", "token_4d1ff062");
