// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "gateway_fd5aedf4,percent_f36720b3,pop_359e89b6,spanish_f6a1b29e,blanks_b0f432b1,umlaut_289cd1d6,secret_fa464c4c,dollar_9988e891");
user_pref("mail.smtp.defaultserver", "gateway_fd5aedf4");
user_pref("mail.accountmanager.defaultaccount", "gateway_fd5aedf4");
user_pref("mail.smtpservers", "gateway_fd5aedf4,spanish_f6a1b29e");

// gateway
user_pref("mail.account.gateway_fd5aedf4.server", "gateway_fd5aedf4");
user_pref("mail.server.gateway_fd5aedf4.type", "imap");
user_pref("mail.server.gateway_fd5aedf4.hostname", "127.0.0.1");
user_pref("mail.server.gateway_fd5aedf4.port", 1143);
user_pref("mail.server.gateway_fd5aedf4.socketType", 0);
user_pref("mail.server.gateway_fd5aedf4.authMethod", 1);
user_pref("mail.server.gateway_fd5aedf4.userName", "ada@gateway.example");
user_pref("mail.server.gateway_fd5aedf4.name", "gateway");
user_pref("mail.server.gateway_fd5aedf4.login_at_startup", true);
user_pref("mail.server.gateway_fd5aedf4.directory-rel", "[ProfD]ImapMail/gateway_fd5aedf4");
user_pref("mail.server.gateway_fd5aedf4.trash_folder_name", "Trash");
user_pref("mail.smtpserver.gateway_fd5aedf4.type", "smtp");
user_pref("mail.smtpserver.gateway_fd5aedf4.description", "gateway");
user_pref("mail.smtpserver.gateway_fd5aedf4.hostname", "127.0.0.1");
user_pref("mail.smtpserver.gateway_fd5aedf4.port", 1025);
user_pref("mail.smtpserver.gateway_fd5aedf4.try_ssl", 0);
user_pref("mail.smtpserver.gateway_fd5aedf4.authMethod", 1);
user_pref("mail.smtpserver.gateway_fd5aedf4.username", "");
user_pref("mail.identity.gateway_fd5aedf4.fullName", "Ada Lovelace");
user_pref("mail.identity.gateway_fd5aedf4.useremail", "ada@gateway.example");
user_pref("mail.identity.gateway_fd5aedf4.smtpServer", "gateway_fd5aedf4");
user_pref("mail.identity.gateway_fd5aedf4.fcc", true);
user_pref("mail.identity.gateway_fd5aedf4.fcc_folder", "imap://ada%40gateway.example@127.0.0.1/Sent");
user_pref("mail.identity.gateway_fd5aedf4.fcc_folder_picker_mode", "1");
user_pref("mail.identity.gateway_fd5aedf4.draft_folder", "imap://ada%40gateway.example@127.0.0.1/Drafts");
user_pref("mail.identity.gateway_fd5aedf4.drafts_folder_picker_mode", "1");
user_pref("mail.account.gateway_fd5aedf4.identities", "gateway_fd5aedf4");

// percent
user_pref("mail.account.percent_f36720b3.server", "percent_f36720b3");
user_pref("mail.server.percent_f36720b3.type", "imap");
user_pref("mail.server.percent_f36720b3.hostname", "imap.percent.example");
user_pref("mail.server.percent_f36720b3.port", 993);
user_pref("mail.server.percent_f36720b3.socketType", 3);
user_pref("mail.server.percent_f36720b3.authMethod", 3);
user_pref("mail.server.percent_f36720b3.userName", "ada@percent.example");
user_pref("mail.server.percent_f36720b3.name", "percent");
user_pref("mail.server.percent_f36720b3.login_at_startup", true);
user_pref("mail.server.percent_f36720b3.directory-rel", "[ProfD]ImapMail/percent_f36720b3");
user_pref("mail.server.percent_f36720b3.trash_folder_name", "Trash");
user_pref("mail.identity.percent_f36720b3.fullName", "Ada Lovelace");
user_pref("mail.identity.percent_f36720b3.useremail", "ada@percent.example");
user_pref("mail.identity.percent_f36720b3.fcc", true);
user_pref("mail.identity.percent_f36720b3.fcc_folder", "imap://ada%40percent.example@imap.percent.example/Sent");
user_pref("mail.identity.percent_f36720b3.fcc_folder_picker_mode", "1");
user_pref("mail.identity.percent_f36720b3.draft_folder", "imap://ada%40percent.example@imap.percent.example/Drafts");
user_pref("mail.identity.percent_f36720b3.drafts_folder_picker_mode", "1");
user_pref("mail.account.percent_f36720b3.identities", "percent_f36720b3");

// pop
user_pref("mail.account.pop_359e89b6.server", "pop_359e89b6");
user_pref("mail.server.pop_359e89b6.type", "pop3");
user_pref("mail.server.pop_359e89b6.hostname", "pop.pop.example");
user_pref("mail.server.pop_359e89b6.port", 110);
user_pref("mail.server.pop_359e89b6.socketType", 2);
user_pref("mail.server.pop_359e89b6.authMethod", 3);
user_pref("mail.server.pop_359e89b6.userName", "ada@pop.example");
user_pref("mail.server.pop_359e89b6.name", "pop");
user_pref("mail.server.pop_359e89b6.login_at_startup", true);
user_pref("mail.server.pop_359e89b6.leave_on_server", true);
user_pref("mail.server.pop_359e89b6.download_on_biff", true);
user_pref("mail.identity.pop_359e89b6.fullName", "Ada Lovelace");
user_pref("mail.identity.pop_359e89b6.useremail", "ada@pop.example");
user_pref("mail.identity.pop_359e89b6.fcc", true);
user_pref("mail.account.pop_359e89b6.identities", "pop_359e89b6");

// spanish
user_pref("mail.account.spanish_f6a1b29e.server", "spanish_f6a1b29e");
user_pref("mail.server.spanish_f6a1b29e.type", "imap");
user_pref("mail.server.spanish_f6a1b29e.hostname", "imap.gmail.com");
user_pref("mail.server.spanish_f6a1b29e.port", 993);
user_pref("mail.server.spanish_f6a1b29e.socketType", 3);
user_pref("mail.server.spanish_f6a1b29e.authMethod", 3);
user_pref("mail.server.spanish_f6a1b29e.userName", "ada@gmail.com");
user_pref("mail.server.spanish_f6a1b29e.name", "spanish");
user_pref("mail.server.spanish_f6a1b29e.login_at_startup", true);
user_pref("mail.server.spanish_f6a1b29e.directory-rel", "[ProfD]ImapMail/spanish_f6a1b29e");
user_pref("mail.server.spanish_f6a1b29e.trash_folder_name", "[Gmail]/Papelera");
user_pref("mail.smtpserver.spanish_f6a1b29e.type", "smtp");
user_pref("mail.smtpserver.spanish_f6a1b29e.description", "spanish");
user_pref("mail.smtpserver.spanish_f6a1b29e.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.spanish_f6a1b29e.port", 465);
user_pref("mail.smtpserver.spanish_f6a1b29e.try_ssl", 3);
user_pref("mail.smtpserver.spanish_f6a1b29e.authMethod", 3);
user_pref("mail.smtpserver.spanish_f6a1b29e.username", "ada@gmail.com");
user_pref("mail.identity.spanish_f6a1b29e.fullName", "Ada Lovelace");
user_pref("mail.identity.spanish_f6a1b29e.useremail", "ada@gmail.com");
user_pref("mail.identity.spanish_f6a1b29e.smtpServer", "spanish_f6a1b29e");
user_pref("mail.identity.spanish_f6a1b29e.fcc", false);
user_pref("mail.identity.spanish_f6a1b29e.draft_folder", "imap://ada%40gmail.com@imap.gmail.com/[Gmail]/Borradores");
user_pref("mail.identity.spanish_f6a1b29e.drafts_folder_picker_mode", "1");
user_pref("mail.identity.spanish_f6a1b29e.archive_folder", "imap://ada%40gmail.com@imap.gmail.com/[Gmail]/Todos");
user_pref("mail.identity.spanish_f6a1b29e.archives_folder_picker_mode", "1");
user_pref("mail.identity.spanish_f6a1b29e.archive_granularity", 0);
user_pref("mail.account.spanish_f6a1b29e.identities", "spanish_f6a1b29e");

// blanks
user_pref("mail.account.blanks_b0f432b1.server", "blanks_b0f432b1");
user_pref("mail.server.blanks_b0f432b1.type", "imap");
user_pref("mail.server.blanks_b0f432b1.hostname", "imap.blanks.example");
user_pref("mail.server.blanks_b0f432b1.port", 993);
user_pref("mail.server.blanks_b0f432b1.socketType", 3);
user_pref("mail.server.blanks_b0f432b1.authMethod", 3);
user_pref("mail.server.blanks_b0f432b1.userName", "Ada Lovelace (100%)");
user_pref("mail.server.blanks_b0f432b1.name", "blanks");
user_pref("mail.server.blanks_b0f432b1.login_at_startup", true);
user_pref("mail.server.blanks_b0f432b1.directory-rel", "[ProfD]ImapMail/blanks_b0f432b1");
user_pref("mail.server.blanks_b0f432b1.trash_folder_name", "Trash");
user_pref("mail.identity.blanks_b0f432b1.fullName", "Ada Lovelace");
user_pref("mail.identity.blanks_b0f432b1.useremail", "ada@blanks.example");
user_pref("mail.identity.blanks_b0f432b1.fcc", true);
user_pref("mail.identity.blanks_b0f432b1.fcc_folder", "imap://Ada%20Lovelace%20%28100%25%29@imap.blanks.example/Sent");
user_pref("mail.identity.blanks_b0f432b1.fcc_folder_picker_mode", "1");
user_pref("mail.identity.blanks_b0f432b1.draft_folder", "imap://Ada%20Lovelace%20%28100%25%29@imap.blanks.example/Drafts");
user_pref("mail.identity.blanks_b0f432b1.drafts_folder_picker_mode", "1");
user_pref("mail.account.blanks_b0f432b1.identities", "blanks_b0f432b1");

// umlaut
user_pref("mail.account.umlaut_289cd1d6.server", "umlaut_289cd1d6");
user_pref("mail.server.umlaut_289cd1d6.type", "imap");
user_pref("mail.server.umlaut_289cd1d6.hostname", "imap.umlaut.example");
user_pref("mail.server.umlaut_289cd1d6.port", 993);
user_pref("mail.server.umlaut_289cd1d6.socketType", 3);
user_pref("mail.server.umlaut_289cd1d6.authMethod", 3);
user_pref("mail.server.umlaut_289cd1d6.userName", "ädä");
user_pref("mail.server.umlaut_289cd1d6.name", "umlaut");
user_pref("mail.server.umlaut_289cd1d6.login_at_startup", true);
user_pref("mail.server.umlaut_289cd1d6.directory-rel", "[ProfD]ImapMail/umlaut_289cd1d6");
user_pref("mail.server.umlaut_289cd1d6.trash_folder_name", "Trash");
user_pref("mail.identity.umlaut_289cd1d6.fullName", "Ada Lovelace");
user_pref("mail.identity.umlaut_289cd1d6.useremail", "ada@umlaut.example");
user_pref("mail.identity.umlaut_289cd1d6.fcc", true);
user_pref("mail.identity.umlaut_289cd1d6.fcc_folder", "imap://%C3%A4d%C3%A4@imap.umlaut.example/Sent");
user_pref("mail.identity.umlaut_289cd1d6.fcc_folder_picker_mode", "1");
user_pref("mail.identity.umlaut_289cd1d6.draft_folder", "imap://%C3%A4d%C3%A4@imap.umlaut.example/Drafts");
user_pref("mail.identity.umlaut_289cd1d6.drafts_folder_picker_mode", "1");
user_pref("mail.account.umlaut_289cd1d6.identities", "umlaut_289cd1d6");

// secret
user_pref("mail.account.secret_fa464c4c.server", "secret_fa464c4c");
user_pref("mail.server.secret_fa464c4c.type", "pop3");
user_pref("mail.server.secret_fa464c4c.hostname", "pop.secret.example");
user_pref("mail.server.secret_fa464c4c.port", 995);
user_pref("mail.server.secret_fa464c4c.socketType", 3);
user_pref("mail.server.secret_fa464c4c.authMethod", 3);
user_pref("mail.server.secret_fa464c4c.userName", "ada@secret.example");
user_pref("mail.server.secret_fa464c4c.name", "secret");
user_pref("mail.server.secret_fa464c4c.login_at_startup", true);
user_pref("mail.server.secret_fa464c4c.leave_on_server", true);
user_pref("mail.server.secret_fa464c4c.download_on_biff", true);
user_pref("mail.identity.secret_fa464c4c.fullName", "Ada Lovelace");
user_pref("mail.identity.secret_fa464c4c.useremail", "ada@secret.example");
user_pref("mail.identity.secret_fa464c4c.fcc", true);
user_pref("mail.account.secret_fa464c4c.identities", "secret_fa464c4c");

// dollar
user_pref("mail.account.dollar_9988e891.server", "dollar_9988e891");
user_pref("mail.server.dollar_9988e891.type", "imap");
user_pref("mail.server.dollar_9988e891.hostname", "imap.dollar.example");
user_pref("mail.server.dollar_9988e891.port", 993);
user_pref("mail.server.dollar_9988e891.socketType", 3);
user_pref("mail.server.dollar_9988e891.authMethod", 3);
user_pref("mail.server.dollar_9988e891.userName", "ada@dollar.example");
user_pref("mail.server.dollar_9988e891.name", "dollar");
user_pref("mail.server.dollar_9988e891.login_at_startup", true);
user_pref("mail.server.dollar_9988e891.directory-rel", "[ProfD]ImapMail/dollar_9988e891");
user_pref("mail.server.dollar_9988e891.trash_folder_name", "Trash");
user_pref("mail.identity.dollar_9988e891.fullName", "Ada Lovelace");
user_pref("mail.identity.dollar_9988e891.useremail", "ada@dollar.example");
user_pref("mail.identity.dollar_9988e891.fcc", true);
user_pref("mail.identity.dollar_9988e891.fcc_folder", "imap://ada%40dollar.example@imap.dollar.example/Sent");
user_pref("mail.identity.dollar_9988e891.fcc_folder_picker_mode", "1");
user_pref("mail.identity.dollar_9988e891.draft_folder", "imap://ada%40dollar.example@imap.dollar.example/Drafts");
user_pref("mail.identity.dollar_9988e891.drafts_folder_picker_mode", "1");
user_pref("mail.account.dollar_9988e891.identities", "dollar_9988e891");
