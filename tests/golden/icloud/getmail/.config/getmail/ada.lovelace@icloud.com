# Written by Mailwright (getmail). Changes made here are lost: your own lines go into the option extra.

[retriever]
type = SimpleIMAPSSLRetriever
server = imap.mail.me.com
port = 993
ca_certs = /etc/ssl/certs/ca-certificates.crt
username = ada.lovelace
password_command = ("sh", "-c", "secret-tool lookup service icloud user ada | head -n 1")
mailboxes = ('INBOX',)

[destination]
type = Maildir
path = ~/Mail/ada.lovelace@icloud.com/INBOX/

[options]
delete = false
read_all = false
