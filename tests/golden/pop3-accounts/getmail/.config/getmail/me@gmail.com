# Written by Mailwright (getmail). Changes made here are lost: your own lines go into the option extra.

[retriever]
type = SimplePOP3SSLRetriever
server = pop.gmail.com
port = 995
ca_certs = /etc/ssl/certs/ca-certificates.crt
username = recent:me@gmail.com
password_command = ("sh", "-c", "secret-tool lookup service mail user me@gmail.com | head -n 1")

[destination]
type = Maildir
path = ~/Mail/me@gmail.com/

[options]
delete = false
read_all = false
