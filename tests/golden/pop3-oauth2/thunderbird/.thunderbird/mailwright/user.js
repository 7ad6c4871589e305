// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "megmailcom_ec2551c7");
user_pref("mail.smtpservers", "megmailcom_ec2551c7");

// me@gmail.com
user_pref("mail.account.megmailcom_ec2551c7.server", "megmailcom_ec2551c7");
user_pref("mail.server.megmailcom_ec2551c7.type", "pop3");
user_pref("mail.server.megmailcom_ec2551c7.hostname", "pop.gmail.com");
user_pref("mail.server.megmailcom_ec2551c7.port", 995);
user_pref("mail.server.megmailcom_ec2551c7.socketType", 3);
user_pref("mail.server.megmailcom_ec2551c7.authMethod", 10);
user_pref("mail.server.megmailcom_ec2551c7.userName", "recent:me@gmail.com");
user_pref("mail.server.megmailcom_ec2551c7.name", "me@gmail.com");
user_pref("mail.server.megmailcom_ec2551c7.login_at_startup", true);
user_pref("mail.server.megmailcom_ec2551c7.leave_on_server", true);
user_pref("mail.server.megmailcom_ec2551c7.download_on_biff", true);
user_pref("mail.smtpserver.megmailcom_ec2551c7.type", "smtp");
user_pref("mail.smtpserver.megmailcom_ec2551c7.description", "me@gmail.com");
user_pref("mail.smtpserver.megmailcom_ec2551c7.hostname", "smtp.gmail.com");
user_pref("mail.smtpserver.megmailcom_ec2551c7.port", 465);
user_pref("mail.smtpserver.megmailcom_ec2551c7.try_ssl", 3);
user_pref("mail.smtpserver.megmailcom_ec2551c7.authMethod", 10);
user_pref("mail.smtpserver.megmailcom_ec2551c7.username", "me@gmail.com");
user_pref("mail.identity.megmailcom_ec2551c7.fullName", "Me Example");
user_pref("mail.identity.megmailcom_ec2551c7.useremail", "me@gmail.com");
user_pref("mail.identity.megmailcom_ec2551c7.smtpServer", "megmailcom_ec2551c7");
user_pref("mail.identity.megmailcom_ec2551c7.fcc", false);
user_pref("mail.account.megmailcom_ec2551c7.identities", "megmailcom_ec2551c7");
