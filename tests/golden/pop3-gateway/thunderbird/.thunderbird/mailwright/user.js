// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "exchange_bca9b015");
user_pref("mail.smtpservers", "exchange_bca9b015");

// exchange
user_pref("mail.account.exchange_bca9b015.server", "exchange_bca9b015");
user_pref("mail.server.exchange_bca9b015.type", "pop3");
user_pref("mail.server.exchange_bca9b015.hostname", "127.0.0.1");
user_pref("mail.server.exchange_bca9b015.port", 1110);
user_pref("mail.server.exchange_bca9b015.socketType", 0);
user_pref("mail.server.exchange_bca9b015.authMethod", 3);
user_pref("mail.server.exchange_bca9b015.userName", "ada@contoso.example");
user_pref("mail.server.exchange_bca9b015.name", "exchange");
user_pref("mail.server.exchange_bca9b015.login_at_startup", true);
user_pref("mail.server.exchange_bca9b015.leave_on_server", true);
user_pref("mail.server.exchange_bca9b015.download_on_biff", true);
user_pref("mail.smtpserver.exchange_bca9b015.type", "smtp");
user_pref("mail.smtpserver.exchange_bca9b015.description", "exchange");
user_pref("mail.smtpserver.exchange_bca9b015.hostname", "127.0.0.1");
user_pref("mail.smtpserver.exchange_bca9b015.port", 1025);
user_pref("mail.smtpserver.exchange_bca9b015.try_ssl", 0);
user_pref("mail.smtpserver.exchange_bca9b015.authMethod", 3);
user_pref("mail.smtpserver.exchange_bca9b015.username", "ada@contoso.example");
user_pref("mail.identity.exchange_bca9b015.fullName", "Ada Lovelace");
user_pref("mail.identity.exchange_bca9b015.useremail", "ada@contoso.example");
user_pref("mail.identity.exchange_bca9b015.smtpServer", "exchange_bca9b015");
user_pref("mail.identity.exchange_bca9b015.fcc", true);
user_pref("mail.account.exchange_bca9b015.identities", "exchange_bca9b015");
