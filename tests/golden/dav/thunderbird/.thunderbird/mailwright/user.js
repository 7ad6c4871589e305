// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "adaanalyticalexa_350b7c30,posteo_6ab21f95");
user_pref("mail.smtp.defaultserver", "adaanalyticalexa_350b7c30");
user_pref("mail.accountmanager.defaultaccount", "adaanalyticalexa_350b7c30");
user_pref("mail.smtpservers", "adaanalyticalexa_350b7c30,posteo_6ab21f95");

// ada@analytical.example
user_pref("mail.account.adaanalyticalexa_350b7c30.server", "adaanalyticalexa_350b7c30");
user_pref("mail.server.adaanalyticalexa_350b7c30.type", "imap");
user_pref("mail.server.adaanalyticalexa_350b7c30.hostname", "imap.analytical.example");
user_pref("mail.server.adaanalyticalexa_350b7c30.port", 993);
user_pref("mail.server.adaanalyticalexa_350b7c30.socketType", 3);
user_pref("mail.server.adaanalyticalexa_350b7c30.authMethod", 3);
user_pref("mail.server.adaanalyticalexa_350b7c30.userName", "ada@analytical.example");
user_pref("mail.server.adaanalyticalexa_350b7c30.name", "ada@analytical.example");
user_pref("mail.server.adaanalyticalexa_350b7c30.login_at_startup", true);
user_pref("mail.server.adaanalyticalexa_350b7c30.directory-rel", "[ProfD]ImapMail/adaanalyticalexa_350b7c30");
user_pref("mail.server.adaanalyticalexa_350b7c30.trash_folder_name", "Trash");
user_pref("mail.smtpserver.adaanalyticalexa_350b7c30.type", "smtp");
user_pref("mail.smtpserver.adaanalyticalexa_350b7c30.description", "ada@analytical.example");
user_pref("mail.smtpserver.adaanalyticalexa_350b7c30.hostname", "smtp.analytical.example");
user_pref("mail.smtpserver.adaanalyticalexa_350b7c30.port", 465);
user_pref("mail.smtpserver.adaanalyticalexa_350b7c30.try_ssl", 3);
user_pref("mail.smtpserver.adaanalyticalexa_350b7c30.authMethod", 3);
user_pref("mail.smtpserver.adaanalyticalexa_350b7c30.username", "ada@analytical.example");
user_pref("mail.identity.adaanalyticalexa_350b7c30.fullName", "Ada Lovelace");
user_pref("mail.identity.adaanalyticalexa_350b7c30.useremail", "ada@analytical.example");
user_pref("mail.identity.adaanalyticalexa_350b7c30.smtpServer", "adaanalyticalexa_350b7c30");
user_pref("mail.identity.adaanalyticalexa_350b7c30.fcc", true);
user_pref("mail.identity.adaanalyticalexa_350b7c30.fcc_folder", "imap://ada%40analytical.example@imap.analytical.example/Sent");
user_pref("mail.identity.adaanalyticalexa_350b7c30.fcc_folder_picker_mode", "1");
user_pref("mail.identity.adaanalyticalexa_350b7c30.draft_folder", "imap://ada%40analytical.example@imap.analytical.example/Drafts");
user_pref("mail.identity.adaanalyticalexa_350b7c30.drafts_folder_picker_mode", "1");
user_pref("mail.account.adaanalyticalexa_350b7c30.identities", "adaanalyticalexa_350b7c30");

// posteo
user_pref("mail.account.posteo_6ab21f95.server", "posteo_6ab21f95");
user_pref("mail.server.posteo_6ab21f95.type", "imap");
user_pref("mail.server.posteo_6ab21f95.hostname", "posteo.de");
user_pref("mail.server.posteo_6ab21f95.port", 993);
user_pref("mail.server.posteo_6ab21f95.socketType", 3);
user_pref("mail.server.posteo_6ab21f95.authMethod", 3);
user_pref("mail.server.posteo_6ab21f95.userName", "ada@posteo.de");
user_pref("mail.server.posteo_6ab21f95.name", "posteo");
user_pref("mail.server.posteo_6ab21f95.login_at_startup", true);
user_pref("mail.server.posteo_6ab21f95.directory-rel", "[ProfD]ImapMail/posteo_6ab21f95");
user_pref("mail.server.posteo_6ab21f95.trash_folder_name", "Trash");
user_pref("mail.smtpserver.posteo_6ab21f95.type", "smtp");
user_pref("mail.smtpserver.posteo_6ab21f95.description", "posteo");
user_pref("mail.smtpserver.posteo_6ab21f95.hostname", "posteo.de");
user_pref("mail.smtpserver.posteo_6ab21f95.port", 465);
user_pref("mail.smtpserver.posteo_6ab21f95.try_ssl", 3);
user_pref("mail.smtpserver.posteo_6ab21f95.authMethod", 3);
user_pref("mail.smtpserver.posteo_6ab21f95.username", "ada@posteo.de");
user_pref("mail.identity.posteo_6ab21f95.fullName", "Ada Lovelace");
user_pref("mail.identity.posteo_6ab21f95.useremail", "ada@posteo.de");
user_pref("mail.identity.posteo_6ab21f95.smtpServer", "posteo_6ab21f95");
user_pref("mail.identity.posteo_6ab21f95.fcc", true);
user_pref("mail.identity.posteo_6ab21f95.fcc_folder", "imap://ada%40posteo.de@posteo.de/Sent");
user_pref("mail.identity.posteo_6ab21f95.fcc_folder_picker_mode", "1");
user_pref("mail.identity.posteo_6ab21f95.draft_folder", "imap://ada%40posteo.de@posteo.de/Drafts");
user_pref("mail.identity.posteo_6ab21f95.drafts_folder_picker_mode", "1");
user_pref("mail.account.posteo_6ab21f95.identities", "posteo_6ab21f95");
