// Written by Mailwright (thunderbird). Changes made here are lost: your own lines go into the option extra.
// Thunderbird reads these at every start; accounts and folders that were added by hand stay.

// accounts
user_pref("mailnews.append_preconfig_accounts.version", 1);
user_pref("mail.accountmanager.appendaccounts", "default_85fc7ab1,megmailcom_ec2551c7,asked_4dd1ba3d,tokenless_4987fa07");
user_pref("mail.smtp.defaultserver", "megmailcom_ec2551c7");
user_pref("mail.accountmanager.defaultaccount", "megmailcom_ec2551c7");
user_pref("mail.smtpservers", "default_85fc7ab1,megmailcom_ec2551c7,asked_4dd1ba3d,tokenless_4987fa07");

// default
user_pref("mail.account.default_85fc7ab1.server", "default_85fc7ab1");
user_pref("mail.server.default_85fc7ab1.type", "pop3");
user_pref("mail.server.default_85fc7ab1.hostname", "pop.example.test");
user_pref("mail.server.default_85fc7ab1.port", 110);
user_pref("mail.server.default_85fc7ab1.socketType", 2);
user_pref("mail.server.default_85fc7ab1.authMethod", 3);
user_pref("mail.server.default_85fc7ab1.userName", "bob@example.test");
user_pref("mail.server.default_85fc7ab1.name", "default");
user_pref("mail.server.default_85fc7ab1.login_at_startup", true);
user_pref("mail.server.default_85fc7ab1.leave_on_server", true);
user_pref("mail.server.default_85fc7ab1.download_on_biff", true);
user_pref("mail.smtpserver.default_85fc7ab1.type", "smtp");
user_pref("mail.smtpserver.default_85fc7ab1.description", "default");
user_pref("mail.smtpserver.default_85fc7ab1.hostname", "smtp.example.test");
user_pref("mail.smtpserver.default_85fc7ab1.port", 587);
user_pref("mail.smtpserver.default_85fc7ab1.try_ssl", 2);
user_pref("mail.smtpserver.default_85fc7ab1.authMethod", 3);
user_pref("mail.smtpserver.default_85fc7ab1.username", "bob@example.test");
user_pref("mail.identity.default_85fc7ab1.fullName", "Bob Example");
user_pref("mail.identity.default_85fc7ab1.useremail", "bob@example.test");
user_pref("mail.identity.default_85fc7ab1.smtpServer", "default_85fc7ab1");
user_pref("mail.identity.default_85fc7ab1.fcc", true);
user_pref("mail.account.default_85fc7ab1.identities", "default_85fc7ab1");

// me@gmail.com
user_pref("mail.account.megmailcom_ec2551c7.server", "megmailcom_ec2551c7");
user_pref("mail.server.megmailcom_ec2551c7.type", "pop3");
user_pref("mail.server.megmailcom_ec2551c7.hostname", "pop.gmail.com");
user_pref("mail.server.megmailcom_ec2551c7.port", 995);
user_pref("mail.server.megmailcom_ec2551c7.socketType", 3);
user_pref("mail.server.megmailcom_ec2551c7.authMethod", 3);
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
user_pref("mail.smtpserver.megmailcom_ec2551c7.authMethod", 3);
user_pref("mail.smtpserver.megmailcom_ec2551c7.username", "me@gmail.com");
user_pref("mail.identity.megmailcom_ec2551c7.fullName", "Bob Example");
user_pref("mail.identity.megmailcom_ec2551c7.useremail", "me@gmail.com");
user_pref("mail.identity.megmailcom_ec2551c7.smtpServer", "megmailcom_ec2551c7");
user_pref("mail.identity.megmailcom_ec2551c7.fcc", false);
user_pref("mail.account.megmailcom_ec2551c7.identities", "megmailcom_ec2551c7");

// asked
user_pref("mail.account.asked_4dd1ba3d.server", "asked_4dd1ba3d");
user_pref("mail.server.asked_4dd1ba3d.type", "pop3");
user_pref("mail.server.asked_4dd1ba3d.hostname", "pop.example.test");
user_pref("mail.server.asked_4dd1ba3d.port", 995);
user_pref("mail.server.asked_4dd1ba3d.socketType", 3);
user_pref("mail.server.asked_4dd1ba3d.authMethod", 3);
user_pref("mail.server.asked_4dd1ba3d.userName", "alice@example.test");
user_pref("mail.server.asked_4dd1ba3d.name", "asked");
user_pref("mail.server.asked_4dd1ba3d.login_at_startup", true);
user_pref("mail.server.asked_4dd1ba3d.leave_on_server", true);
user_pref("mail.server.asked_4dd1ba3d.download_on_biff", true);
user_pref("mail.smtpserver.asked_4dd1ba3d.type", "smtp");
user_pref("mail.smtpserver.asked_4dd1ba3d.description", "asked");
user_pref("mail.smtpserver.asked_4dd1ba3d.hostname", "smtp.example.test");
user_pref("mail.smtpserver.asked_4dd1ba3d.port", 465);
user_pref("mail.smtpserver.asked_4dd1ba3d.try_ssl", 3);
user_pref("mail.smtpserver.asked_4dd1ba3d.authMethod", 3);
user_pref("mail.smtpserver.asked_4dd1ba3d.username", "alice@example.test");
user_pref("mail.identity.asked_4dd1ba3d.fullName", "Bob Example");
user_pref("mail.identity.asked_4dd1ba3d.useremail", "alice@example.test");
user_pref("mail.identity.asked_4dd1ba3d.smtpServer", "asked_4dd1ba3d");
user_pref("mail.identity.asked_4dd1ba3d.fcc", true);
user_pref("mail.account.asked_4dd1ba3d.identities", "asked_4dd1ba3d");

// tokenless
user_pref("mail.account.tokenless_4987fa07.server", "tokenless_4987fa07");
user_pref("mail.server.tokenless_4987fa07.type", "pop3");
user_pref("mail.server.tokenless_4987fa07.hostname", "outlook.office365.com");
user_pref("mail.server.tokenless_4987fa07.port", 995);
user_pref("mail.server.tokenless_4987fa07.socketType", 3);
user_pref("mail.server.tokenless_4987fa07.authMethod", 10);
user_pref("mail.server.tokenless_4987fa07.userName", "ada@contoso.example");
user_pref("mail.server.tokenless_4987fa07.name", "tokenless");
user_pref("mail.server.tokenless_4987fa07.login_at_startup", true);
user_pref("mail.server.tokenless_4987fa07.leave_on_server", true);
user_pref("mail.server.tokenless_4987fa07.download_on_biff", true);
user_pref("mail.smtpserver.tokenless_4987fa07.type", "smtp");
user_pref("mail.smtpserver.tokenless_4987fa07.description", "tokenless");
user_pref("mail.smtpserver.tokenless_4987fa07.hostname", "smtp.office365.com");
user_pref("mail.smtpserver.tokenless_4987fa07.port", 587);
user_pref("mail.smtpserver.tokenless_4987fa07.try_ssl", 2);
user_pref("mail.smtpserver.tokenless_4987fa07.authMethod", 10);
user_pref("mail.smtpserver.tokenless_4987fa07.username", "ada@contoso.example");
user_pref("mail.identity.tokenless_4987fa07.fullName", "Bob Example");
user_pref("mail.identity.tokenless_4987fa07.useremail", "ada@contoso.example");
user_pref("mail.identity.tokenless_4987fa07.smtpServer", "tokenless_4987fa07");
user_pref("mail.identity.tokenless_4987fa07.fcc", false);
user_pref("mail.account.tokenless_4987fa07.identities", "tokenless_4987fa07");
