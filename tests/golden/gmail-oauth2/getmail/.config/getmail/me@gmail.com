# Written by Mailwright (getmail). Changes made here are lost: your own lines go into the option extra.

[retriever]
type = SimpleIMAPSSLRetriever
server = imap.gmail.com
port = 993
ca_certs = /etc/ssl/certs/ca-certificates.crt
username = me@gmail.com
password_command = ("sh", "-c", "oama access me@gmail.com | head -n 1")
use_xoauth2 = true
mailboxes = ('INBOX',)

[destination]
type = Maildir
path = ~/Mail/me@gmail.com/INBOX/

[options]
delete = false
read_all = false
