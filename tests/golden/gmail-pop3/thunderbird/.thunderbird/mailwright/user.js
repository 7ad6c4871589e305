// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "gmail_34b9bc21");
user_pref("mail.smtpservers", "gmail_34b9bc21");

// gmail
user_pref("mail.account.gmail_34b9bc21.server", "gmail_34b9bc21");
user_pref("mail.server.gmail_34b9bc21.type", "pop3");
user_pref("mail.server.gmail_34b9bc21.hostname", "pop.gmail.com");
user_pref("mail.server.gmail_34b9bc21.port", 995);
user_pref("mail.server.gmail_34b9bc21.socketType", 3);
user_pref("mail.server.gmail_34b9bc21.authMethod", 3);
user_pref("mail.server.gmail_34b9bc21.userName", "recent:me@gmail.com");
user_pref("mail.server.gmail_34b9bc21.name", "gmail");
user_pref("mail.server.gmail_34b9bc21.login_at_startup", true);
user_pref("mail.server.gmail_34b9bc21.leave_on_server", true);
user_pref("mail.server.gmail_34b9bc21.download_on_biff", true);
user_pref("mail.smtpserver.gmail_34b9bc21.type", "smtp");
user_pref("mail.smtpserver.gmail_34b9bc21.description", "gmail");
user_pref("mail.smtpserver.gmail_34b9bc21.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.gmail_34b9bc21.port", 465);
user_pref("mail.smtpserver.gmail_34b9bc21.try_ssl", 3);
user_pref("mail.smtpserver.gmail_34b9bc21.authMethod", 3);
user_pref("mail.smtpserver.gmail_34b9bc21.username", "me@gmail.com");
user_pref("mail.identity.gmail_34b9bc21.fullName", "Me Example");
user_pref("mail.identity.gmail_34b9bc21.useremail", "me@gmail.com");
user_pref("mail.identity.gmail_34b9bc21.smtpServer", "gmail_34b9bc21");
user_pref("mail.identity.gmail_34b9bc21.fcc", false);
user_pref("mail.account.gmail_34b9bc21.identities", "gmail_34b9bc21");
